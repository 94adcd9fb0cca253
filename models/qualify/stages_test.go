package qualify

import (
	"fmt"
	"strings"
	"testing"
)

// TestSilence: two months without a sign of life send to nurture from every stage in which sales or marketing waits, and end
// the routes held there; nobody else sleeps. Who speaks again comes back, in a new entry.
func TestSilence(t *testing.T) {
	d := mustDefault(t)
	ready := on(3, "call_completed", `{"outcome":"ready"}`)
	for _, c := range []struct {
		name    string
		signals []Signal
		want    string
	}{
		{"accepted", []Signal{on(1, "form_submitted", ""), on(2, "lead_accepted", "")}, "inquiry#1 1–2, sal#1 2–62, nurture#1 62–…"},
		{"qualified by sales", []Signal{on(1, "form_submitted", ""), ready}, "inquiry#1 1–3, sql#1 3–63, nurture#1 63–…"},
		{"an open deal", []Signal{on(1, "form_submitted", ""), on(4, "opportunity_created", "")}, "inquiry#1 1–4, opportunity#1 4–64, nurture#1 64–…"},
		{"a route without a position", []Signal{on(1, "form_submitted", `{"budget":"yes","authority":"yes","need":"yes"}`)}, "inquiry#1 1–1, mql#1 1–61, nurture#1 61–…"},
		{"a route beside a position", []Signal{on(1, "form_submitted", `{"budget":"yes","authority":"yes","need":"yes"}`), on(2, "lead_accepted", "")},
			"inquiry#1 1–1, mql#1 1–62, sal#1 2–62, nurture#1 62–…"},
		{"a customer", []Signal{paid(on(1, "subscription_started", ""), 9)}, "won#1 1–…"},
		{"somebody disqualified", []Signal{on(1, "lead_rejected", `{"reason":"student"}`)}, "disqualified#1 1–…"},
		{"a page is no sign of life", []Signal{on(1, "form_submitted", ""), on(40, "", "")}, "inquiry#1 1–61, nurture#1 61–…"},
		{"a click is", []Signal{on(1, "form_submitted", ""), on(40, "email_clicked", "")}, "inquiry#1 1–100, nurture#1 100–…"},
		{"back by a form, and silent again", []Signal{on(1, "form_submitted", ""), on(80, "form_submitted", "")},
			"inquiry#1 1–61, nurture#1 61–80, inquiry#2 80–140, nurture#2 140–…"},
	} {
		if got := strings.Join(stagesOf(evaluate(t, d, 200, c.signals...)), ", "); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestACallOfSalesEndsInOneOfFourWays, each with its owner, from whatever stage before a deal; with an open deal a call moves
// nobody but who is disqualified.
func TestACallOfSalesEndsInOneOfFourWays(t *testing.T) {
	d := mustDefault(t)
	for outcome, want := range map[string]string{"ready": "sql ae", "nurture": "nurture marketing", "suspect": "suspect marketing", "disqualified": "disqualified sdr", "": "sal sdr", "voicemail": "sal sdr"} {
		call := on(3, "call_completed", fmt.Sprintf(`{"outcome":%q,"reason":"next year"}`, outcome))
		o := evaluate(t, d, 9, on(1, "form_submitted", ""), on(2, "lead_accepted", ""), call)
		last := o.Stages[len(o.Stages)-1]
		if got := last.Stage + " " + last.Owner; got != want {
			t.Errorf("a call that ends %q: %s, want %s", outcome, got, want)
		}
		if last.Stage != "sal" && (last.EvidenceEventIDs[0] != call.EventID || !last.EnteredAt.Equal(call.At)) {
			t.Errorf("a call that ends %q: %+v", outcome, last)
		}
		if (outcome == "nurture" || outcome == "disqualified") && !strings.HasSuffix(last.Reason, ": next year") {
			t.Errorf("a call that ends %q: reason %q", outcome, last.Reason)
		}
		deal := evaluate(t, d, 9, on(1, "opportunity_created", ""), call)
		if now := deal.Stages[len(deal.Stages)-1].Stage; (now == "opportunity") == (outcome == "disqualified") {
			t.Errorf("a call about an open deal that ends %q: %s", outcome, now)
		}
	}
}

// TestWhatWasCountedIsSpent: who is sent back starts from nothing: what had made a PQL makes none again.
func TestWhatWasCountedIsSpent(t *testing.T) {
	d := qualifications(t, `  - {name: q, version: 1, lapse_days: 90, window_days: 30, reason: r, when: {on: feature_used, at_least: 3}}
`)
	history := []Signal{on(1, "feature_used", ""), on(2, "feature_used", ""), on(3, "feature_used", ""), on(4, "lead_rejected", `{"reason":"no time"}`),
		on(5, "feature_used", ""), on(6, "feature_used", "")}
	if got := metOf(evaluate(t, d, 9, history...)); got != "q 3" {
		t.Errorf("met %s: the second time three uses are needed again", got)
	}
	if got := metOf(evaluate(t, d, 9, append(history, on(7, "feature_used", ""))...)); got != "q 3, q 7" {
		t.Errorf("met %s", got)
	}
}
