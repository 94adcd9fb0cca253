package qualify

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

// decaying has one signal of 60 points; MQL from 50, until below 30; bands of engagement at 40 and 20.
func decaying(t *testing.T, decay string) *Definitions {
	t.Helper()
	d, err := Load(File{Name: "own.yaml", Text: []byte(`score:
  name: lead_score
  version: 1
  enter: 50
  leave: 30
  engagement: {decay: ` + decay + `, signals: [{signal: form, on: form_submitted, points: 60}]}
  grade:
    fit: [{band: A, at_least: 0}]
    engagement: [{band: high, at_least: 40}, {band: medium, at_least: 20}, {band: low, at_least: 0}]
    matrix: {A: [A1, A2, A3]}
`)})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestDecaysByHand: definitions.md, section 2: what is left of 60 points after 0, 6, 10, 20, 30 and 70 days, and the instant at which
// the score falls below 30, between events.
func TestDecaysByHand(t *testing.T) {
	for decay, want := range map[string]struct {
		left  [6]float64
		falls float64 // days
	}{
		"{kind: none}":                                 {[6]float64{60, 60, 60, 60, 60, 60}, 60}, // silence ends what decay doesn't
		"{kind: half_life, days: 10}":                  {[6]float64{60, 60 * math.Exp2(-.6), 30, 15, 7.5, 60. / 128}, 10},
		"{kind: window, days: 10}":                     {[6]float64{60, 60, 0, 0, 0, 0}, 10},
		"{kind: step_linear, days: 10, rate: 0.25}":    {[6]float64{60, 60, 45, 30, 15, 0}, 30},
		"{kind: step_linear, days: 6, rate: 0.4}":      {[6]float64{60, 36, 36, 0, 0, 0}, 12},
		"{kind: step_compound, days: 10, rate: 0.25}":  {[6]float64{60, 60, 45, 33.75, 25.3125, 60 * .75 * .75 * .75 * .75 * .75 * .75 * .75}, 30},
		"{kind: step_compound, days: 0.5, rate: 0.99}": {[6]float64{60, 0, 0, 0, 0, 0}, .5}, // below a thousandth of a point nothing is left
	} {
		o := evaluate(t, decaying(t, decay), 100, on(0, "form_submitted", ""))
		for i, day := range []float64{0, 6, 10, 20, 30, 70} {
			if got := ScoreAt(o.Scores, on(day, "", "").At); math.Abs(got-want.left[i]) > 1e-5 {
				t.Errorf("%s: %g points after %g days, want %g", decay, got, day, want.left[i])
			}
		}
		mql := entriesOf(o, "mql")
		if len(mql) != 1 {
			t.Fatalf("%s: stages %v", decay, stagesOf(o))
		}
		fell := on(want.falls, "", "").At
		if decay == "{kind: half_life, days: 10}" {
			fell = fell.Add(time.Millisecond) // at ten days the score is 30, which is not below 30
		}
		if !mql[0].LeftAt.Equal(fell) {
			t.Errorf("%s: left at %s, want %s", decay, mql[0].LeftAt, fell)
		}
	}
}

// TestGradesFallBetweenEvents: into each band at the instant at which decay takes the points below the one before.
func TestGradesFallBetweenEvents(t *testing.T) {
	o := evaluate(t, decaying(t, "{kind: step_linear, days: 10, rate: 0.25}"), 100, on(0, "form_submitted", ""))
	var got []string
	for _, g := range o.Grades {
		got = append(got, fmt.Sprintf("%s %g %q", g.Grade, g.EnteredAt.Sub(day0).Hours()/24, g.EventID))
	}
	if want := `A1 0 "form_submitted@0", A2 20 "", A3 30 ""`; strings.Join(got, ", ") != want {
		t.Errorf("grades %s, want %s", strings.Join(got, ", "), want)
	}
}

// TestABandIsKeptDownToItsLeave: engagement of 35 is high for who was high, and medium for who comes from below.
func TestABandIsKeptDownToItsLeave(t *testing.T) {
	leave := 30.0
	bands := []Band{{Band: "high", AtLeast: 40, Leave: &leave}, {Band: "medium", AtLeast: 20}, {Band: "low"}}
	for _, c := range []struct {
		points       float64
		before, want int
	}{{35, 0, 0}, {35, 1, 1}, {35, 2, 1}, {29.9, 0, 1}, {40, 1, 0}, {19.9, 0, 2}, {35, -1, 1}} {
		if got := bandOf(bands, c.points, c.before); got != c.want {
			t.Errorf("%g points after band %d: band %d, want %d", c.points, c.before, got, c.want)
		}
	}
}
