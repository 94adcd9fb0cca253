package path

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// Pencil and paper: a leads to b or won with 1/2 each, b back to a or to lost. N = [[4/3 2/3] [2/3 4/3]].
func TestChainByHand(t *testing.T) {
	b := build(Options{Won: []string{"won"}, Lost: []string{"lost"}}, "a won", "a b lost", "a b a won")
	rows, err := b.States()
	if err != nil {
		t.Fatal(err)
	}
	// From a the way to b costs 1/2 × (2/3 − 1/3), from b the way to lost 1/2 × 1/3.
	root := math.Sqrt(2) // variance of the steps: (2N − I)t − t² = 4·2 − 2 − 4
	want := []State{
		{State: "a", Entries: 4, Units: 3, ReEntryRate: 1. / 3, ExpectedVisits: 4. / 3, ExpectedReturns: 1. / 3, ReachProbability: 1, WinProbability: 2. / 3,
			ExpectedSteps: 2, StepsDeviation: root, ExpectedDays: 2, MeanDays: 1, MedianDays: 1, P90Days: 1, WinLost: 1. / 6, Bottleneck: 4. / 6, BottleneckRank: 1},
		{State: "b", Entries: 2, Units: 2, ExpectedVisits: 2. / 3, ExpectedReturns: 1. / 3, ReachProbability: .5, WinProbability: 1. / 3,
			ExpectedSteps: 2, StepsDeviation: root, ExpectedDays: 2, MeanDays: 1, MedianDays: 1, P90Days: 1, WinLost: 1. / 6, Bottleneck: 2. / 6, BottleneckRank: 2},
		{State: "lost", Entries: 1, Units: 1, ExpectedVisits: 1. / 3, ReachProbability: 1. / 3},
		{State: "won", Entries: 2, Units: 2, ExpectedVisits: 2. / 3, ReachProbability: 2. / 3, WinProbability: 1},
	}
	if diff := cmp.Diff(want, rows, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Error(diff)
	}
	chain, err := b.Chain()
	if err != nil {
		t.Fatal(err)
	}
	if got := []float64{chain.Reach(0, 0), chain.Reach(0, 1), chain.Time([]float64{1, 3})[0]}; !cmp.Equal(got, []float64{.25, .5, 10. / 3}, cmpopts.EquateApprox(0, 1e-12)) {
		t.Errorf("return to a, a to b, time from a: got %v", got)
	}
}

// Open units are censored: adding some changes no probability of what comes next.
func TestOpenUnitsAreCensored(t *testing.T) {
	closed := []string{"a b/won", "a/lost", "a b/lost", "b/won"}
	before, err := build(Options{}, closed...).Chain()
	if err != nil {
		t.Fatal(err)
	}
	after, err := build(Options{}, append(closed, "b/open", "b/open")...).Chain()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before.Visits.RawMatrix().Data, after.Visits.RawMatrix().Data); diff != "" {
		t.Error(diff)
	}
}

func TestLoopWithoutExitEndsOpen(t *testing.T) {
	b := build(Options{}, "a b c b c/open", "a/won", "d/open")
	chain, err := b.Chain()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"b", "c", "d"}, chain.NoExit); diff != "" {
		t.Error(diff)
	}
	rows, err := b.States()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows[1:] {
		if r.WinProbability != 0 || math.IsInf(r.ExpectedVisits, 0) || math.IsNaN(r.ExpectedSteps) {
			t.Errorf("%+v", r)
		}
	}
	if math.Abs(rows[0].WinProbability-.5) > 1e-12 {
		t.Errorf("a wins with %g, want 1/2", rows[0].WinProbability)
	}
}

func TestUnitsThatBeginWon(t *testing.T) {
	rows, err := build(stages(), "won", "won retained").States()
	if err != nil {
		t.Fatal(err)
	}
	if got := rows[1]; got.State != "won" || got.ExpectedVisits != 1 || got.WinProbability != 1 {
		t.Errorf("got %+v", got)
	}
}

func TestChainIdentities(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		b := NewBuilder(Options{Won: []string{"w"}, Lost: []string{"c"}})
		for _, t := range randomTrails(random, 1+random.IntN(60), 2+random.IntN(8)) {
			b.Add(t)
		}
		c, err := b.Chain()
		if err != nil {
			t.Fatal(err)
		}
		for i := range c.States {
			row, absorbed := 0.0, 0.0
			for k := range c.Absorbing {
				row += c.Absorptions.At(i, k)
				absorbed += c.Absorption.At(i, k)
			}
			for j := range c.States {
				row += c.Transitions.At(i, j)
				product := 0.0 // of N and I−Q
				for k := range c.States {
					product += c.Visits.At(i, k) * (identity(k, j) - c.Transitions.At(k, j))
				}
				if math.Abs(product-identity(i, j)) > 1e-9 {
					t.Fatalf("N(I−Q) has %g at %d, %d", product, i, j)
				}
			}
			if math.Abs(row-1) > 1e-12 || math.Abs(absorbed-1) > 1e-9 {
				t.Fatalf("row %s sums to %g, absorption to %g", c.States[i], row, absorbed)
			}
			if c.StepVariance[i] < -1e-9 || c.Steps[i] < 1-1e-9 {
				t.Fatalf("steps of %s: mean %g, variance %g", c.States[i], c.Steps[i], c.StepVariance[i])
			}
		}
	}
}

func identity(i, j int) float64 {
	if i == j {
		return 1
	}
	return 0
}

// The closed form agrees with walking the fitted chain.
func TestChainAgreesWithSimulation(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	b := NewBuilder(Options{})
	for _, t := range randomTrails(random, 300, 4) {
		b.Add(t)
	}
	c, err := b.Chain()
	if err != nil {
		t.Fatal(err)
	}
	const walks = 20000
	steps, wins, squares := 0.0, 0.0, 0.0
	for range walks {
		at, n := 0, 0.0
		for at < len(c.States) {
			n++
			at = next(random, c, at)
		}
		steps += n
		squares += n * n
		wins += identity(at, len(c.States)+slices.Index(c.Absorbing, Converted))
	}
	mean := steps / walks
	deviation := math.Sqrt(c.StepVariance[0] / walks)
	if math.Abs(mean-c.Steps[0]) > 4*deviation {
		t.Errorf("steps: walked %g, closed form %g, standard error %g", mean, c.Steps[0], deviation)
	}
	if v := squares/walks - mean*mean; math.Abs(v-c.StepVariance[0]) > .1*c.StepVariance[0] {
		t.Errorf("variance of steps: walked %g, closed form %g", v, c.StepVariance[0])
	}
	p := c.Win(0)
	if se := math.Sqrt(p * (1 - p) / walks); math.Abs(wins/walks-p) > 4*se {
		t.Errorf("wins: walked %g, closed form %g, standard error %g", wins/walks, p, se)
	}
}

// next is the index of the next state, absorbing ones behind the transient.
func next(random *rand.Rand, c *Chain, at int) int {
	u := random.Float64()
	for j := range c.States {
		if u -= c.Transitions.At(at, j); u < 0 {
			return j
		}
	}
	for k := range c.Absorbing {
		if u -= c.Absorptions.At(at, k); u < 0 {
			return len(c.States) + k
		}
	}
	return len(c.States)
}
