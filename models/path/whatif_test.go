package path

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestWhatIf(t *testing.T) {
	half := []string{"trial won", "trial disqualified"}
	loop := []string{"trial nurture trial won", "trial nurture disqualified", "trial won", "trial disqualified"}
	for name, c := range map[string]struct {
		trails        []string
		shift         Shift
		before, after float64
	}{
		"nothing":       {half, Shift{From: "trial", To: "disqualified"}, 1, 1},
		"the only rest": {half, Shift{From: "trial", To: "disqualified", Less: .1}, 1, 1.1},
		"none at all":   {half, Shift{From: "trial", To: "disqualified", Less: 1}, 1, 2},
		// trial: nurture 2/5, won 2/5, lost 1/5; nurture: trial 1/2, lost 1/2. w = .4 + .4·.5·w = .5.
		// Half as many to nurture: .2, and the rest 4/3 as likely: w = .4·4/3 + .2·.5·w.
		"pro rata, with the loop": {loop, Shift{From: "trial", To: "nurture", Less: .5}, 2, 4 * (1.6 / 3) / .9},
		"into a state":            {loop, Shift{From: "trial", To: "disqualified", Less: 1, Into: "nurture"}, 2, 4 * .4 / .7},
		"into the win":            {loop, Shift{From: "nurture", To: "disqualified", Less: 1, Into: "won"}, 2, 4 * (.4 + .4*.5) / .8},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := build(stages(), c.trails...).WhatIf(c.shift)
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(e.WinsBefore-c.before) > 1e-12 || math.Abs(e.WinsAfter-c.after) > 1e-12 || math.Abs(e.MoreWins-(c.after-c.before)) > 1e-12 {
				t.Errorf("got %+v, want %v and %v", e, c.before, c.after)
			}
		})
	}
}

func TestWhatIfOfNothing(t *testing.T) {
	b := build(stages(), "trial nurture trial won", "sql won")
	for want, s := range map[string]Shift{
		`no state "x" that`:                     {From: "x", To: "won"},
		`no state "won" that`:                   {From: "won", To: "trial"},
		`from "sql" to "trial"; they go to won`: {From: "sql", To: "trial"},
		"say where they go":                     {From: "sql", To: "won", Less: .1},
		`no state "y" to go`:                    {From: "sql", To: "won", Less: .1, Into: "y"},
		"instead of itself":                     {From: "sql", To: "won", Less: .1, Into: "won"},
		"must be a share":                       {From: "sql", To: "won", Less: 1.1},
		"NaN fewer":                             {From: "sql", To: "won", Less: math.NaN()},
		"left too rarely to tell":               {From: "trial", To: "won", Less: 1},
	} {
		if _, err := b.WhatIf(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	c, err := b.Chain()
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(c.WinFromStart()-1) > 1e-12 {
		t.Errorf("a refused shift changed the chain: %v", c.WinFromStart())
	}
}

// loopingTrails are those of a funnel with a loop: half of the trials are won at last, with p.
func loopingTrails(r *rand.Rand, n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = "trial"
		for r.Float64() < .4 {
			all[i] += " nurture trial"
		}
		all[i] += []string{" won", " disqualified"}[r.IntN(2)]
	}
	return all
}

// Drawing each unit once gives the counts back.
func TestResampleOfEachOnce(t *testing.T) {
	b := build(stages(), append(loopingTrails(rand.New(rand.NewPCG(1, 1)), 50), "sql/open", "won retained won", "sql nurture/lost")...)
	r, m, drawn := b.noCounts(), b.newMarker(), sampled{}
	b.eachSequence(func(s *sequence) {
		for end := noEnd; end <= convertedID; end++ {
			if units := s.end(end); units > 0 {
				drawn.prepare(b, s.states, end, m)
				r.addSampled(&drawn, units)
			}
		}
	})
	if !reflect.DeepEqual(r, b.counts()) {
		t.Errorf("got %+v, want %+v", r, b.counts())
	}
}

// Draws have the mean and the variance that they should, be they made by hand or by the library.
func TestPoisson(t *testing.T) {
	for _, mean := range []int{1, 3, 8, 20} {
		random := rand.NewPCG(uint64(mean), 5)
		const n = 100_000
		sum, squares := 0., 0.
		for range n {
			x := float64(poisson(mean, random))
			sum += x
			squares += x * x
		}
		m := float64(mean)
		if got := sum / n; math.Abs(got-m) > 5*math.Sqrt(m/n) {
			t.Errorf("mean %g, want %g", got, m)
		}
		if got := squares/n - sum/n*sum/n; math.Abs(got-m) > .03*m {
			t.Errorf("variance %g, want %g", got, m)
		}
	}
}

func TestBootstrapForgetsTheOrderOfUnits(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	trails := loopingTrails(r, 100)
	states, edges, err := build(stages(), trails...).Bootstrap(50, 7)
	if err != nil {
		t.Fatal(err)
	}
	r.Shuffle(len(trails), func(i, j int) { trails[i], trails[j] = trails[j], trails[i] })
	statesAfter, edgesAfter, err := build(stages(), trails...).Bootstrap(50, 7)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(states, statesAfter) || !reflect.DeepEqual(edges, edgesAfter) {
		t.Errorf("%v\n%v", states, statesAfter)
	}
}

// The interval of a plain proportion is that of the textbook, 1.96 standard errors to either side.
func TestBootstrapOfAWinRate(t *testing.T) {
	trails := slices.Repeat([]string{"trial won", "trial disqualified", "trial disqualified", "trial disqualified"}, 100)
	b := build(stages(), trails...)
	states, edges, err := b.Bootstrap(1000, 1)
	if err != nil {
		t.Fatal(err)
	}
	trial := states[slices.IndexFunc(states, func(s StateIntervals) bool { return s.State == "trial" })].WinProbability
	won := edges[slices.IndexFunc(edges, func(e TransitionIntervals) bool { return e.From == "trial" && e.To == "won" })].Share
	half := 1.96 * math.Sqrt(.25*.75/400)
	for _, i := range []Interval{trial, won} {
		if math.Abs(i.Low-(.25-half)) > .01 || math.Abs(i.High-(.25+half)) > .01 || i.Resamples != 1000 {
			t.Errorf("got %v, want %v to %v", i, .25-half, .25+half)
		}
	}
	effect, err := b.BootstrapWhatIf(Shift{From: "trial", To: "disqualified", Less: .1}, 1000, 1)
	if err != nil {
		t.Fatal(err)
	}
	// A tenth of the 300 lost is won: 30, and its standard error is a tenth of that of the lost.
	if math.Abs(effect.MoreWins-30) > 1e-9 || math.Abs(effect.MoreWinsLow-(30-40*half)) > .5 || math.Abs(effect.MoreWinsHigh-(30+40*half)) > .5 {
		t.Errorf("%+v, want 30 ± %v", effect, 40*half)
	}
}
