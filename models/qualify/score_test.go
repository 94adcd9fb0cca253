package qualify

import (
	"strings"
	"testing"
	"time"
)

// only keeps one signal, forms, worth 60 points with a half life of ten days, and no other way to leave mql.
const formsOnly = `
score:
  name: lead_score
  version: 1
  enter: 50
  leave: 30
  account: {enter: 100, leave: 60}
  fit:
    - {signal: business_email, points: 10, business_email: true}
    - {signal: company_size, points: 20, property: employees, at_least: 50}
    - {signal: intern, points: -40, property: title, matches: '(?i)intern'}
  engagement:
    decay: {kind: half_life, days: 10}
    signals:
      - {signal: form, on: form_submitted, points: 60, cap_per_day: 90}
      - {signal: once, on: activated, points: 5, decay: {kind: none}}
bant: {name: bant, version: 1, weights: {budget: 10, authority: 40, need: 40, timeline: 10}, threshold: 75, revisit_days: 21}
conversation: {name: cql, version: 1, min_level: 2, lapse_days: 45, negators: ["not"], not_negators: ["not only"]}
stages:
  name: stage_rules
  version: 1
  rules:
    - {stage: inquiry, on: form_submitted, unless_qualified: true, reason: asked}
    - {stage: nurture, on: call_completed, where: 'properties.outcome == "nurture"', reason: later}
  dormant: {after_days: 1000, in: [inquiry]}
`

func mustParse(t testing.TB, text string) *Definitions {
	t.Helper()
	d, err := parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestDecayCrossesAtTheExactInstant: 60 points with a half life of ten days are 30 after ten days, to the millisecond,
// and below 30 one millisecond later.
func TestDecayCrossesAtTheExactInstant(t *testing.T) {
	d := mustParse(t, formsOnly)
	o := evaluate(t, d, 100, on(1, "form_submitted", ""), on(40, "form_submitted", ""))
	mql := entriesOf(o, "mql")
	if len(mql) != 2 {
		t.Fatalf("entries: %v", stagesOf(o))
	}
	if want := on(11, "", "").At.Add(time.Millisecond); !mql[0].LeftAt.Equal(want) {
		t.Errorf("left at %s, want %s", mql[0].LeftAt, want)
	}
	if !mql[1].EnteredAt.Equal(on(40, "", "").At) || mql[1].EntryNo != 2 {
		t.Errorf("came back as %+v", mql[1])
	}
	if fell := entriesOf(o, "nurture"); len(fell) != 2 || !fell[0].EnteredAt.Equal(mql[0].LeftAt) || fell[0].Reason != "score fell below 30" {
		t.Errorf("what no longer qualifies goes to nurture at that instant: %v", stagesOf(o))
	}
}

// TestHysteresis: between the thresholds nothing changes; 25 is below leave, and only a new crossing of enter counts.
func TestHysteresis(t *testing.T) {
	d := mustParse(t, formsOnly)
	// 60 at day 0, 34.8 at day 7.86: in; another form lifts it, it never left.
	o := evaluate(t, d, 12, on(0, "form_submitted", ""), on(7.86, "form_submitted", ""))
	if mql := entriesOf(o, "mql"); len(mql) != 1 || !mql[0].LeftAt.IsZero() {
		t.Errorf("between the thresholds: %v", stagesOf(o))
	}
	// Sent to nurture by a call while the score is 58: a further event is no crossing, since the score was above 50 already.
	o = evaluate(t, d, 3, on(0, "form_submitted", ""), on(0.5, "call_completed", `{"outcome":"nurture"}`), on(0.6, "activated", ""))
	if mql := entriesOf(o, "mql"); len(mql) != 1 {
		t.Errorf("after a call sent it to nurture: %v", stagesOf(o))
	}
}

func TestCapsAndFit(t *testing.T) {
	d := mustParse(t, formsOnly)
	person := Unit{Kind: Person, ID: "p", BusinessDomain: "acme.io"}
	signals := []Signal{
		on(0, "form_submitted", `{"employees": 60}`), on(0.1, "form_submitted", `{"title":"Intern"}`), on(0.2, "form_submitted", `{"employees":"20","title":"CTO"}`),
	}
	o, err := d.Evaluate(person, signals, on(1, "", "").At)
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, r := range o.Scores {
		rows = append(rows, r.Signal+strings.TrimSpace(time.Duration(r.Points*float64(time.Second)).String()))
	}
	// Fit is clipped at 0: the intern's −40 takes only the 30 there are, and comes back as 10 when title and size change.
	want := "business_email10s company_size20s form1m0s intern-30s form30s intern10s"
	if got := strings.Join(rows, " "); got != want {
		t.Errorf("ledger %s, want %s", got, want)
	}
}

func TestAccountsHaveTheirOwnThresholds(t *testing.T) {
	d := mustParse(t, formsOnly)
	signals := []Signal{on(0, "form_submitted", ""), on(1, "form_submitted", "")}
	o, err := d.Evaluate(Unit{Kind: Account, ID: "a"}, signals, on(2, "", "").At)
	if err != nil {
		t.Fatal(err)
	}
	if mql := entriesOf(o, "mql"); len(mql) != 1 || !mql[0].EnteredAt.Equal(signals[1].At) {
		t.Errorf("an account needs 100 points: %v", stagesOf(o))
	}
}

func TestBantWeights(t *testing.T) {
	d := mustParse(t, formsOnly)
	o := evaluate(t, d, 50,
		on(1, "call_completed", `{"budget":"yes","authority":true,"need":"no"}`), // 50 of 100
		on(2, "call_completed", `{"need":"yes"}`))                                // 90: budget and authority are remembered
	if len(o.Bant) != 2 || o.Bant[0].Score != 50 || o.Bant[1].Score != 90 {
		t.Fatalf("answers %+v", o.Bant)
	}
	if got := o.Bant[0]; got.Timeline != -1 || got.Need != 0 || !got.RevisitAt.Equal(on(22, "", "").At) {
		t.Errorf("first answer %+v", got)
	}
	if !o.Bant[1].RevisitAt.IsZero() {
		t.Errorf("second answer %+v", o.Bant[1])
	}
	want := []string{"nurture#1 1–2", "mql#1 2–…", "sql#1 2–…"}
	if got := stagesOf(o); strings.Join(got, ", ") != strings.Join(want, ", ") {
		t.Errorf("stages %v, want %v", got, want)
	}
}

func entriesOf(o Outcome, stage string) []StageEntry {
	var out []StageEntry
	for _, s := range o.Stages {
		if s.Stage == stage {
			out = append(out, s)
		}
	}
	return out
}

// TestTheAgreedDayToAskAgain counts more than the usual three weeks; one in the past, or no date, does not.
func TestTheAgreedDayToAskAgain(t *testing.T) {
	d := mustDefault(t)
	for said, want := range map[string]Signal{
		"2026-03-01": on(59, "", ""), "2026-03-01T06:00:00+06:00": on(59, "", ""), "2025-03-01": on(22, "", ""), "next spring": on(22, "", ""), "": on(22, "", ""),
	} {
		o := evaluate(t, d, 50, on(1, "call_completed", `{"outcome":"nurture","revisit_at":"`+said+`"}`))
		if len(o.Bant) != 1 || !o.Bant[0].RevisitAt.Equal(want.At) {
			t.Errorf("%q: %+v, want %s", said, o.Bant, want.At)
		}
	}
}
