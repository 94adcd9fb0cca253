package qualify

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// metOf writes definitions met as "name day".
func metOf(o Outcome) string {
	var out []string
	for _, q := range o.Met {
		out = append(out, fmt.Sprintf("%s %.4g", q.Definition, q.MetAt.Sub(day0).Hours()/24))
	}
	return strings.Join(out, ", ")
}

func qualifications(t *testing.T, list string) *Definitions {
	t.Helper()
	d, err := Load(File{Name: "own.yaml", Text: []byte("qualifications:\n" + list)})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestSomethingOverQualifies: where less is better, the instant is that at which an event leaves its window, and the
// evidence is the last event that counted.
func TestSomethingOverQualifies(t *testing.T) {
	d := qualifications(t, `  - name: calm
    version: 1
    lapse_days: 30
    reason: uses it without asking for help
    when: {all: [{on: feature_used, at_least: 2, window_days: 20}, {not: {on: support_requested, at_least: 1, window_days: 5}}]}
`)
	o := evaluate(t, d, 30, on(0, "support_requested", ""), on(1, "feature_used", ""), on(2, "feature_used", ""))
	if got := metOf(o); got != "calm 5" {
		t.Errorf("met %s, want at day 5", got)
	}
	if got := o.Met[0].EvidenceEventIDs; !slices.Equal(got, []string{"feature_used@1", "feature_used@2"}) {
		t.Errorf("evidence %v", got)
	}
	if o.Stages[1].Stage != "pql" || o.Stages[1].Origin != "product" {
		t.Errorf("stages %+v", o.Stages)
	}
}

// TestPlanAndFitMakeItTrue: the event that brings the plan or the fit is the one that qualifies.
func TestPlanAndFitMakeItTrue(t *testing.T) {
	d := qualifications(t, `  - {name: busy, version: 1, plans: [trial], fit_floor: 10, lapse_days: 30, reason: r, when: {on: feature_used, at_least: 2}}
`)
	identify := on(3, "", `{"employees":200}`)
	identify.Kind = "identify"
	o := evaluate(t, d, 9, on(0, "feature_used", ""), on(1, "feature_used", ""), on(2, "trial_started", ""), identify)
	if got := metOf(o); got != "busy 3" {
		t.Errorf("fit came last: met %s", got)
	}
	o = evaluate(t, d, 9, on(0, "feature_used", ""), on(1, "feature_used", ""), identify, on(4, "trial_started", ""))
	if got := metOf(o); got != "busy 4" {
		t.Errorf("the plan came last: met %s", got)
	}
}

// TestSeveralDefinitionsLiveAtOnce: each has its own time of being met and lapsing; the route is held until the last ends.
func TestSeveralDefinitionsLiveAtOnce(t *testing.T) {
	d := qualifications(t, `  - {name: short, version: 1, lapse_days: 2, reason: r, when: {on: feature_used, at_least: 1, window_days: 1}}
  - {name: long, version: 1, lapse_days: 9, reason: r, when: {on: feature_used, at_least: 2, window_days: 9}}
  - {name: asked, version: 1, route: mql, lapse_days: 5, reason: asked twice, when: {on: pricing_viewed, at_least: 2}}
`)
	o := evaluate(t, d, 40, on(0, "feature_used", ""), on(1, "feature_used", ""), on(6, "feature_used", ""), on(7, "pricing_viewed", ""), on(8, "pricing_viewed", ""))
	if got, want := metOf(o), "short 0, long 1, short 6, asked 8"; got != want {
		t.Errorf("met %s, want %s", got, want)
	}
	if got, want := strings.Join(stagesOf(o), ", "), "pql#1 0–15, mql#1 8–13, nurture#1 15–…"; got != want {
		t.Errorf("stages %s, want %s", got, want)
	}
}

// TestBantHoldsWhatTheScoreLoses: an MQL that good answers made is not lost by decay.
func TestBantHoldsWhatTheScoreLoses(t *testing.T) {
	d := mustParse(t, formsOnly)
	o := evaluate(t, d, 300, on(0, "form_submitted", ""), on(1, "form_submitted", `{"authority":"yes","need":"yes"}`))
	if mql := entriesOf(o, "mql"); len(mql) != 1 || !mql[0].LeftAt.IsZero() {
		t.Errorf("stages %v", stagesOf(o))
	}
}

func TestLastValue(t *testing.T) {
	d := qualifications(t, `  - name: large
    version: 1
    lapse_days: 30
    reason: r
    when: {all: [{where: 'name == "Plan Chosen"', measure: last, of: properties.plan, is: [team, business]}, {where: 'name == "Plan Chosen"', measure: last, of: properties.seats, at_least: 10}]}
`)
	chosen := func(day float64, properties string) Signal {
		s := on(day, "", properties)
		s.Name = "Plan Chosen"
		return s
	}
	o := evaluate(t, d, 9, chosen(0, `{"plan":"team","seats":4}`), chosen(1, `{"plan":"solo","seats":"12"}`), chosen(2, `{"seats":11}`), chosen(3, `{"plan":"business"}`))
	if got := metOf(o); got != "large 3" {
		t.Errorf("met %s: an event that says nothing of the plan changes nothing", got)
	}
}
