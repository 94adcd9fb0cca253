package quality

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

var day0 = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func at(days float64) time.Time {
	return day0.Add(time.Duration(days * 24 * float64(time.Hour)))
}

// lead is a unit that started and, unless won is negative, won.
func lead(id string, started, won float64) Unit {
	u := Unit{ID: id, StartedAt: at(started)}
	if won >= 0 {
		u.ConvertedAt = at(won)
	}
	return u
}

func flag(id string, day float64) Flag { return Flag{UnitID: id, At: at(day), Score: 50} }

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-6 {
		t.Errorf("%s is %.9f, want %.9f", what, got, want)
	}
}

func wantRate(t *testing.T, what string, r Rate, of, total int) {
	t.Helper()
	if r.Of != of || r.Total != total {
		t.Errorf("%s is %d of %d, want %d of %d", what, r.Of, r.Total, of, total)
	}
}

var ninety = Options{Horizon: 90 * 24 * time.Hour, Until: at(300)}

// Ten units, worked out by hand: two hits, one flagged in vain, one flagged too early to be the definition's merit, one
// too young to judge, one flagged after it had bought, two missed, two never flagged and never won.
func TestMeasuresByHand(t *testing.T) {
	units := []Unit{
		lead("a", 0, 20), lead("b", 0, 95), // flagged at 10 and 15: hits after 10 and 80 days
		lead("c", 0, -1),                    // flagged at 10, never bought
		lead("d", 0, 150),                   // flagged at 10, bought 140 days later
		lead("e", 200, -1),                  // flagged at 250: young at 300
		lead("f", 0, 30),                    // flagged at 30, the instant it bought: too late
		lead("g", 0, 40), lead("h", 0, 200), // never flagged, bought
		lead("i", 0, -1), lead("j", 0, -1),
	}
	flags := []Flag{flag("a", 10), flag("b", 15), flag("c", 10), flag("d", 10), flag("e", 250), flag("f", 30)}
	m := NewPopulation(units, ninety).Measure(flags)
	if m.Units != 10 || m.Converted != 6 || m.Flagged != 5 || m.Censored != 1 || m.Late != 1 || m.Leaked != 0 {
		t.Errorf("counts: %+v", m)
	}
	wantRate(t, "precision", m.Precision, 2, 4)
	wantRate(t, "recall", m.Recall, 2, 6)
	wantRate(t, "flagged share", m.FlaggedShare, 5, 10) // e started at 200: a horizon before the end
	wantRate(t, "base rate", m.BaseRate, 3, 10)         // a, f, g within 90 days of their start
	near(t, "lift", m.Lift.Value, 0.5/0.3)
	near(t, "median lead time", m.MedianLead, 45)
	near(t, "p90 lead time", m.P90Lead, 10+0.9*70)
}

// A signal after the conversion, and a flag that knows the future, must never count: the same flags a little later, or
// with evidence from after them, make a perfect definition worthless.
func TestPlantedLeaksAreCaught(t *testing.T) {
	var units []Unit
	var honest, after Flags
	var knowing Flags
	for i := range 40 {
		id := fmt.Sprintf("u%02d", i)
		u := lead(id, 0, -1)
		if i%2 == 0 {
			u = lead(id, 0, 50)
			honest.Add(Met{UnitID: id, Definition: "d", At: at(20), LatestEvidence: at(20)})
			after.Add(Met{UnitID: id, Definition: "d", At: at(50.5), LatestEvidence: at(50.5)})
			knowing.Add(Met{UnitID: id, Definition: "d", At: at(20), LatestEvidence: at(50)})
		}
		units = append(units, u)
	}
	of := func(f *Flags) Measures { return NewPopulation(units, ninety).Measure(f.Of(f.Definitions()[0])) }
	if m := of(&honest); m.Precision.Of != 20 || m.Recall.Of != 20 || m.Leaked+m.Late != 0 {
		t.Errorf("honest flags: %+v", m)
	}
	if m := of(&after); m.Flagged != 0 || m.Late != 20 || m.Recall.Of != 0 {
		t.Errorf("flags after the conversion count: %+v", m)
	}
	if m := of(&knowing); m.Flagged != 0 || m.Leaked != 20 || m.Recall.Of != 0 {
		t.Errorf("flags that know the future count: %+v", m)
	}
	if p := NewPopulation(units, ninety).TradeOff([]Crossing{{"u00", 10, at(20)}, {"u02", 10, at(50)}, {"u04", 10, at(60)}})[0]; p.Recall.Of != 1 || p.Late != 2 {
		t.Errorf("scores reached at or after the conversion count: %+v", p)
	}
}

// Known intervals: Wilson's own formula worked out, as in Newcombe 1998: 81/263 and 0/20.
func TestWilsonIntervals(t *testing.T) {
	for _, c := range []struct {
		of, total int
		low, high float64
	}{{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}} {
		r := NewRate(c.of, c.total)
		if math.Abs(r.Low-c.low) > 5e-5 || math.Abs(r.High-c.high) > 5e-5 {
			t.Errorf("%d of %d: %.4f to %.4f, want %.4f to %.4f", c.of, c.total, r.Low, r.High, c.low, c.high)
		}
	}
	if r := NewRate(0, 0); r != (Rate{}) {
		t.Errorf("no case: %+v", r)
	}
}

// population draws units whose score is their true probability of winning: the score ranks and is calibrated.
func population(n int, informative bool) (units []Unit, flags []Flag, crossings []Crossing) {
	random := rand.New(rand.NewPCG(3, 1))
	for i := range n {
		id, p := fmt.Sprintf("u%05d", i), random.Float64()
		u := lead(id, float64(i%100), -1)
		chance := p
		if !informative {
			chance = 0.5
		}
		if random.Float64() < chance {
			u.ConvertedAt = u.StartedAt.Add(20 * 24 * time.Hour)
		}
		units = append(units, u)
		if p > 0.5 {
			flags = append(flags, Flag{UnitID: id, At: u.StartedAt.Add(24 * time.Hour), Score: 100 * p})
		}
		for threshold := 10.0; threshold <= 100*p; threshold += 10 {
			crossings = append(crossings, Crossing{id, threshold, u.StartedAt.Add(24 * time.Hour)})
		}
	}
	slices.SortStableFunc(crossings, func(a, b Crossing) int { return int(a.Threshold - b.Threshold) })
	return units, flags, crossings
}

// The seed's rule: the fewer are passed on, the higher the win rate, and the more wins are missed.
func TestTheTradeOff(t *testing.T) {
	units, _, crossings := population(20_000, true)
	points := NewPopulation(units, ninety).TradeOff(crossings)
	if len(points) != 9 {
		t.Fatalf("%d points", len(points))
	}
	for i, p := range points {
		near(t, "flagged and converted", float64(p.Missed+p.Recall.Of), float64(p.Converted))
		// Whoever scores above x wins with the mean of x to 100 %.
		if want := (p.Threshold/100 + 1) / 2; math.Abs(p.Precision.Value-want) > 0.02 {
			t.Errorf("above %g: win rate %.3f, want about %.3f", p.Threshold, p.Precision.Value, want)
		}
		if i > 0 && (p.Flagged >= points[i-1].Flagged || p.Precision.Value <= points[i-1].Precision.Value || p.Missed <= points[i-1].Missed) {
			t.Errorf("at %g: passed %d, win rate %.3f, missed %d; before %+v", p.Threshold, p.Flagged, p.Precision.Value, p.Missed, points[i-1])
		}
	}
}

func TestReliability(t *testing.T) {
	units, flags, _ := population(20_000, true)
	r := NewPopulation(units, ninety).Judge(flags).Reliability(DefaultBands)
	for _, b := range r.Bands {
		if b.Forecast < b.Observed.Low-0.02 || b.Forecast > b.Observed.High+0.02 {
			t.Errorf("band %g to %g: forecast %.3f, observed %.3f to %.3f", b.From, b.To, b.Forecast, b.Observed.Low, b.Observed.High)
		}
	}
	// Of a uniform probability in bands this fine the Brier score is about E p(1−p): 1/6 above a half, and below it, where
	// nobody is flagged, the variance of one rate, 3/16.
	if math.Abs(r.Brier-(1./6+3./16)/2) > 0.01 || r.Brier >= r.Reference || r.Units < 9000 {
		t.Errorf("Brier %.4f, reference %.4f, %d units", r.Brier, r.Reference, r.Units)
	}
	units, flags, _ = population(20_000, false)
	if m := NewPopulation(units, ninety).Measure(flags); m.Brier < m.BrierReference-0.002 || math.Abs(m.Lift.Value-1) > 0.05 {
		t.Errorf("a score that knows nothing: Brier %.4f against %.4f, lift %.3f", m.Brier, m.BrierReference, m.Lift.Value)
	}
}

func TestAForecastByHand(t *testing.T) {
	units := []Unit{lead("a", 0, 5), lead("b", 0, -1), lead("c", 50, 55), lead("d", 50, -1), lead("e", 290, 291)}
	flags := []Flag{flag("a", 1), flag("c", 51)}
	r := NewPopulation(units, ninety).Judge(flags).Reliability([]float64{math.Inf(-1)})
	// Earlier: a (flagged, won), b (not, lost). Base 1/2; forecasts (1+.5)/2 and (0+.5)/2. Later: c won, d lost; e too young.
	near(t, "Brier", r.Brier, 0.25*0.25)
	near(t, "reference", r.Reference, 0.25)
	if r.Units != 2 || len(r.Bands) != 2 {
		t.Errorf("%+v", r)
	}
}

func TestCohortsAddUp(t *testing.T) {
	units, flags, _ := population(3000, true)
	all := NewPopulation(units, ninety).Measure(flags)
	var judged, hits, n int
	for _, c := range NewPopulation(units, ninety).Judge(flags).Cohorts() {
		judged, hits, n = judged+c.Precision.Total, hits+c.Precision.Of, n+c.Units
		if c.Month.Day() != 1 {
			t.Errorf("cohort of %s", c.Month)
		}
	}
	if judged != all.Precision.Total || hits != all.Precision.Of || n != all.Units {
		t.Errorf("cohorts: %d of %d of %d units; all: %+v", hits, judged, n, all)
	}
}

func TestEmptyIsNothing(t *testing.T) {
	if m := NewPopulation(nil, ninety).Measure(nil); m != (Measures{}) {
		t.Errorf("measures of nobody: %+v", m)
	}
	if m := NewPopulation([]Unit{lead("a", 0, -1)}, ninety).Measure(nil); m.Lift.Value != 0 || m.Precision.Total != 0 {
		t.Errorf("nobody flagged: %+v", m)
	}
	if p := NewPopulation(nil, ninety).TradeOff(nil); p != nil {
		t.Errorf("points of nothing: %v", p)
	}
	if o := ByRoute(nil, OutcomeOptions{Options: ninety}); len(o) != 0 {
		t.Errorf("routes of nobody: %v", o)
	}
}

// The peaks are the first instants at which the score, as the ledger defines it, reaches each step.
func TestPeaksAgreeWithTheLedger(t *testing.T) {
	ledger := []Earned{{at(0), 10, 0}, {at(1), 15, 14}, {at(1), 8, 14}, {at(15), 8, 14}, {at(16), 20, 7}}
	var got []string
	for _, c := range Peaks(ledger, 10, 100) {
		got = append(got, fmt.Sprintf("%g@%g", c.Threshold, c.At.Sub(day0).Hours()/24))
	}
	// At day 1: 10+23 = 33. At 15: 10+11.5+8 = 29.5. At 16: 10+(11.5+8)·2^(−1/14)+20 = 48.6.
	if want := []string{"10@0", "20@1", "30@1", "40@16"}; !slices.Equal(got, want) {
		t.Errorf("peaks %q, want %q", got, want)
	}
}
