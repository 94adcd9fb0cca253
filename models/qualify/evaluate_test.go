package qualify

import (
	"fmt"
	"testing"
	"time"
)

var day0 = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// on builds a signal n days after the start.
func on(days float64, meaning, properties string) Signal {
	at := day0.Add(time.Duration(days * 24 * float64(time.Hour))).Truncate(time.Millisecond)
	return Signal{
		PersonID: "p", Source: "test", EventID: fmt.Sprintf("%s@%g", meaning, days), Kind: "track", Meaning: meaning, At: at,
		Properties: properties,
	}
}

func paid(s Signal, amount int64) Signal {
	s.Value, s.Currency = amount*10000, "EUR"
	return s
}

func mustDefault(t testing.TB) *Definitions {
	t.Helper()
	d, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func evaluate(t testing.TB, d *Definitions, until float64, signals ...Signal) Outcome {
	t.Helper()
	o, err := d.Evaluate(Unit{Kind: Person, ID: "p"}, signals, on(until, "", "").At)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// stagesOf writes entries as "stage#entry entered–left" in days, "…" while held.
func stagesOf(o Outcome) []string {
	var out []string
	for _, s := range o.Stages {
		left := "…"
		if !s.LeftAt.IsZero() {
			left = fmt.Sprintf("%.3g", s.LeftAt.Sub(day0).Hours()/24)
		}
		out = append(out, fmt.Sprintf("%s#%d %.3g–%s", s.Stage, s.EntryNo, s.EnteredAt.Sub(day0).Hours()/24, left))
	}
	return out
}

func TestEvaluateSmoke(t *testing.T) {
	d := mustDefault(t)
	o := evaluate(t, d, 400,
		on(0, "", ""), on(1, "signed_up", `{"plan":"free"}`), on(2, "pricing_viewed", ""), on(2.1, "pricing_viewed", ""),
		on(2.2, "form_submitted", ""), on(2.3, "message_from_prospect", `{"conversation_id":"c","text":"How much is it for 20 seats? We need to replace our spreadsheets"}`),
		on(3, "call_completed", `{"outcome":"nurture","budget":"no","need":"yes","authority":"yes"}`),
		on(30, "call_completed", `{"outcome":"ready","budget":"yes"}`), on(31, "opportunity_created", ""),
		paid(on(40, "opportunity_won", ""), 100), on(300, "subscription_cancelled", ""))
	for _, s := range stagesOf(o) {
		t.Log(s)
	}
	for _, l := range o.Leads {
		t.Logf("%+v", l)
	}
	for _, l := range o.Bant {
		t.Logf("%+v", l)
	}
}
