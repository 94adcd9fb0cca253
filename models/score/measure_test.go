package score

import (
	"math"
	"testing"
)

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-12 {
		t.Errorf("%s is %v, not %v", what, got, want)
	}
}

func TestMeasures(t *testing.T) {
	_, x, y := aligned(map[string]float64{"a": .5, "b": .3, "c": .2}, map[string]float64{"a": .2, "b": .3, "d": .5})
	near(t, "error", meanAbsoluteError(x, y), .25)
	near(t, "misplaced", misplaced(x, y), .5)
	near(t, "τ of one order", kendall([]float64{1, 2, 3}, []float64{10, 20, 30}), 1)
	near(t, "τ of the reverse", kendall([]float64{1, 2, 3}, []float64{3, 2, 1}), -1)
	// 5 pairs agree, 1 is tied on one side: 5/√(6·5).
	near(t, "τ-b with a tie", kendall([]float64{1, 2, 3, 4}, []float64{1, 2, 3, 3}), 5/math.Sqrt(30))
	near(t, "τ of nothing but ties", kendall([]float64{1, 1}, []float64{1, 2}), 0)
	near(t, "top 2", topHits([]float64{.1, .2, .3, .4}, []float64{.4, .1, .2, .3}, 2), 1)
	m := meanOf([]float64{1, 2, 3})
	near(t, "mean", m.Mean, 2)
	near(t, "standard error", m.SE, 1/math.Sqrt(3))
}

// Truth of the plainest small world by hand: with one channel, what it caused is what is missing without it.
func TestTruthOfASmallWorld(t *testing.T) {
	w := small{channels: []string{"only"}, weight: []float64{1}, effect: []float64{.5}, base: .2}
	truth, err := w.truth(1, 40_000)
	if err != nil {
		t.Fatal(err)
	}
	got := truth[converted]
	near(t, "share of the only channel", got.Shares["only"], 1)
	// One visit each: 0.2 convert anyway, 0.4 of the rest by it; within the time observed nearly all of them.
	if want := .2 / (.2 + .8*.5); math.Abs(got.Baseline-want) > .01 {
		t.Errorf("baseline is %.4f, not %.4f", got.Baseline, want)
	}
}

// Who sees what would be missing is off by chance alone: four times as many people halve it.
func TestOracleErrsByChance(t *testing.T) {
	w := Worlds()[5]
	truth, err := w.truth(truthSeed, 200_000)
	if err != nil {
		t.Fatal(err)
	}
	var errs []float64
	for _, people := range []int{1000, 16_000} {
		if err := w.oracle(Options{Seeds: 12, People: people}, truth); err != nil {
			t.Fatal(err)
		}
		errs = append(errs, truth[converted].Oracle.Mean)
	}
	if ratio := errs[0] / errs[1]; ratio < 2.5 || ratio > 6 {
		t.Errorf("16 times as many people make the oracle's error %.1f times as small, not 4", ratio)
	}
}

func TestScoreIsTheSameOnAnyNumberOfWorkers(t *testing.T) {
	o := Options{Seeds: 3, People: 500, Reference: 2, Truth: 2000, Replicates: 10, Worlds: []string{"undirected"}, Models: []string{"linear", "markov_1", "shapley_model"}}
	var rows [2][]Row
	for i := range rows {
		o.Workers = 1 + 2*i
		report, err := Run(o)
		if err != nil {
			t.Fatal(err)
		}
		rows[i] = report.Rows
	}
	if len(rows[0]) != 3 {
		t.Fatalf("%d rows, not one for each model", len(rows[0]))
	}
	for k := range rows[0] {
		if rows[0][k] != rows[1][k] {
			t.Errorf("one worker: %+v\nthree: %+v", rows[0][k], rows[1][k])
		}
	}
}
