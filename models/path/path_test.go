package path

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// trail visits a state a day: "a b c" with the outcome behind a slash.
func trail(unit, text string) Trail {
	states, outcome, _ := strings.Cut(text, "/")
	t := Trail{UnitID: unit, Outcome: outcome}
	for i, s := range strings.Fields(states) {
		t.Visits = append(t.Visits, Visit{s, start.AddDate(0, 0, i)})
	}
	t.EndedAt = start.AddDate(0, 0, len(t.Visits))
	return t
}

func build(o Options, trails ...string) *Builder {
	b := NewBuilder(o)
	for i, text := range trails {
		b.Add(trail(fmt.Sprint("u", i), text))
	}
	return b
}

func stages() Options { return Options{UnitKind: "person", StateKind: "stage"} }

func TestGraphKeepsLoopsAndReturns(t *testing.T) {
	b := build(Options{UnitKind: "person", StateKind: "channel"}, "a b b a/won", "a b/open", "a/lost")
	edge := func(from, to string, transitions, units uint64, rate float64) Transition {
		return Transition{UnitKind: "person", StateKind: "channel", From: from, To: to, Transitions: transitions, Units: units,
			MedianSeconds: 86400, P90Seconds: 86400, ConversionRate: rate, UnitShare: float64(units) / 3}
	}
	entry := edge(Start, "a", 3, 3, 1./3)
	entry.MedianSeconds, entry.P90Seconds = 0, 0
	want := []Transition{
		entry, edge("a", Converted, 1, 1, 1), edge("a", Lost, 1, 1, 0), edge("a", "b", 2, 2, .5),
		edge("b", Open, 1, 1, 0), edge("b", "a", 1, 1, 1), edge("b", "b", 1, 1, 1),
	}
	if diff := cmp.Diff(want, b.Graph(), cmpopts.EquateApprox(0, 1e-12), withoutIntervals, cmpopts.IgnoreFields(Transition{}, "Share")); diff != "" {
		t.Error(diff)
	}
	shares := map[string]float64{}
	for _, e := range b.Graph() {
		shares[e.From] += e.Share
	}
	for from, sum := range shares {
		if math.Abs(sum-1) > 1e-12 {
			t.Errorf("shares of those that leave %s sum to %g", from, sum)
		}
	}
}

// withoutIntervals leaves the bounds out, which have tests of their own.
var withoutIntervals = cmpopts.IgnoreFields(Transition{}, "ConversionLow", "ConversionHigh", "UnitShareLow", "UnitShareHigh", "ShareLow", "ShareHigh")

// Wilson's intervals of 1 in 10 and of 0 in 20, from his formula by hand.
func TestWilson(t *testing.T) {
	for _, c := range []struct {
		part, whole uint64
		low, high   float64
	}{{1, 10, .017876, .404150}, {0, 20, 0, .161130}, {0, 0, 0, 1}} {
		low, high := wilson(c.part, c.whole)
		if math.Abs(low-c.low) > 1e-5 || math.Abs(high-c.high) > 1e-5 {
			t.Errorf("%d of %d: got %g to %g, want %g to %g", c.part, c.whole, low, high, c.low, c.high)
		}
	}
}

// After a win the unit goes on: retained is no failure, and nothing converts any more.
func TestGraphAfterTheWin(t *testing.T) {
	b := build(stages(), "suspect won retained/won")
	var got []string
	for _, e := range b.Graph() {
		got = append(got, fmt.Sprintf("%s→%s %g", e.From, e.To, e.ConversionRate))
	}
	want := []string{"(start)→suspect 1", "retained→(open) 0", "suspect→won 1", "won→retained 0"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestVariants(t *testing.T) {
	b := build(Options{UnitKind: "person", StateKind: "channel", Examples: 2},
		"a b c b c/won", "a b c b c/open", "a/open", "a/open", "a/won", "d/won", "c/open")
	want := []Variant{
		{UnitKind: "person", StateKind: "channel", Variant: "a", Compressed: "a", Length: 1, Units: 3, Won: 1, Examples: []string{"u2", "u3"}},
		{UnitKind: "person", StateKind: "channel", Variant: "a > b > c > b > c", Compressed: "a (b c)×2", Length: 5, Units: 2, Won: 1, MedianDays: 4,
			Examples: []string{"u0", "u1"}},
		{UnitKind: "person", StateKind: "channel", Variant: Remaining, Compressed: "2 other variants", Units: 2, Won: 1},
	}
	if diff := cmp.Diff(want, b.Variants(2)); diff != "" {
		t.Error(diff)
	}
	// 3 and 2 of 7 units take two variants: 71 % are covered, 80 % need a third.
	if got := b.Concentration(.8); got != (Concentration{Variants: 4, Covering: 3}) {
		t.Errorf("concentration %+v", got)
	}
	if got := len(b.Variants(0)); got != 4 {
		t.Errorf("all variants: got %d rows, want 4", got)
	}
	if got := len(b.Variants(4)); got != 4 {
		t.Errorf("top 4 of 4: got %d rows, want no row for the rest", got)
	}
}

func TestStatesWithArrowsInTheirNamesStayApart(t *testing.T) {
	b := NewBuilder(Options{})
	b.Add(Trail{Visits: []Visit{{"a > b", start}, {"c", start}}})
	b.Add(Trail{Visits: []Visit{{"a", start}, {"b > c", start}}})
	b.Add(Trail{Visits: []Visit{{"\"quoted\"\n👍", start}}})
	if got := len(b.Variants(0)); got != 3 {
		t.Errorf("got %d variants, want 3", got)
	}
}

func TestCompress(t *testing.T) {
	for in, want := range map[string]string{
		"":                "",
		"A":               "A",
		"A A A":           "A×3",
		"A B C B C B C D": "A (B C)×3 D",
		"A A B A A B":     "(A×2 B)×2",
		"A B A":           "A B A",
	} {
		if got := Compress(strings.Fields(in)); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestLinearityAndItsParts(t *testing.T) {
	order := []string{"suspect", "inquiry", "sql", "won"}
	for text, want := range map[string]Linearity{
		"suspect inquiry sql won":                      {Wins: 1, Linear: 1, LinearityIndex: 1},
		"suspect inquiry sql won retained suspect":     {Wins: 1, Linear: 1, LinearityIndex: 1},
		"suspect sql won":                              {Wins: 1, Skipped: 1},
		"inquiry sql won":                              {Wins: 1, EnteredLate: 1},
		"suspect inquiry inquiry sql won":              {Wins: 1, Repeated: 1, LoopsPerWin: 1},
		"suspect inquiry sql inquiry sql won":          {Wins: 1, Repeated: 1, WentBack: 1, LoopsPerWin: 2},
		"suspect inquiry nurture sql won":              {Wins: 1, WentBack: 1, Recovered: 1},
		"suspect inquiry disqualified inquiry sql won": {Wins: 1, WentBack: 1, Recovered: 1, Repeated: 1, LoopsPerWin: 1},
		"suspect pql inquiry sql won":                  {Wins: 1},
		"suspect inquiry sql":                          {},
	} {
		want.UnitKind = "person"
		if diff := cmp.Diff(want, build(stages(), text).Linearity(order), cmpopts.IgnoreFields(Linearity{}, "IndexLow", "IndexHigh")); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

func TestLinearityOfParallelRoutes(t *testing.T) {
	b := build(stages(), "suspect mql won", "suspect pql won", "suspect pql mql won", "suspect won")
	got := b.LinearityOfSteps([][]string{{"suspect"}, {"mql", "pql", "cql"}, {"won"}})
	if got.Linear != 3 || got.Skipped != 1 {
		t.Errorf("got %+v", got)
	}
}

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

func TestEmpty(t *testing.T) {
	b := NewBuilder(stages())
	b.Add(Trail{UnitID: "u", Outcome: OutcomeOpen})
	rows, err := b.States()
	if err != nil || len(rows) != 0 || len(b.Graph()) != 0 || len(b.Variants(5)) != 0 || b.Empty() != 1 {
		t.Errorf("got %v %v %v, error %v", rows, b.Graph(), b.Variants(5), err)
	}
	if l := b.Linearity([]string{"suspect", "won"}); l.Wins != 0 || l.LinearityIndex != 0 {
		t.Errorf("got %+v", l)
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

// randomTrails wander over n states until they win, lose or are left open.
func randomTrails(random *rand.Rand, units, n int) []Trail {
	trails := make([]Trail, units)
	for u := range trails {
		t := Trail{UnitID: fmt.Sprint(u), Outcome: []string{OutcomeWon, OutcomeLost, OutcomeOpen}[random.IntN(3)]}
		at := start
		for range 1 + random.IntN(8) {
			t.Visits = append(t.Visits, Visit{string(rune('a' + random.IntN(n))), at})
			at = at.Add(time.Duration(random.IntN(3)) * time.Hour) // ties on purpose
		}
		t.EndedAt = at
		trails[u] = t
	}
	return trails
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

func TestOrderOfArrivalDoesNotMatter(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	trails := randomTrails(random, 500, 6)
	want := everything(t, trails)
	for range 5 {
		random.Shuffle(len(trails), func(i, j int) { trails[i], trails[j] = trails[j], trails[i] })
		if diff := cmp.Diff(want, everything(t, trails)); diff != "" {
			t.Fatal(diff)
		}
	}
}

func everything(t *testing.T, trails []Trail) []any {
	b := NewBuilder(Options{Won: []string{"f"}})
	for _, trail := range trails {
		b.Add(trail)
	}
	states, err := b.States()
	if err != nil {
		t.Fatal(err)
	}
	return []any{b.Graph(), states, b.Variants(10), b.Linearity([]string{"a", "b", "f"}), b.Requalification(), b.Concentration(.8)}
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

func TestLongTrail(t *testing.T) {
	b := NewBuilder(stages())
	long := Trail{UnitID: "u", Outcome: OutcomeOpen}
	for i := range 100_000 {
		long.Visits = append(long.Visits, Visit{string(rune('a' + i*i%7)), start.Add(time.Duration(i) * time.Second)})
	}
	b.Add(long)
	if v := b.Variants(1); v[0].Length != 100_000 {
		t.Errorf("length %d", v[0].Length)
	}
}

func BenchmarkAdd(b *testing.B) {
	trails := randomTrails(rand.New(rand.NewPCG(7, 8)), 10_000, 20)
	transitions := 0
	for _, t := range trails {
		transitions += len(t.Visits)
	}
	for b.Loop() {
		builder := NewBuilder(Options{})
		for _, t := range trails {
			builder.Add(t)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(transitions), "ns/visit")
}

// A million visits of as many ways as units: what a report costs behind the counting.
func BenchmarkReport(b *testing.B) {
	builder := NewBuilder(Options{Won: []string{"a"}})
	for _, t := range randomTrails(rand.New(rand.NewPCG(7, 9)), 200_000, 20) {
		builder.Add(t)
	}
	for b.Loop() {
		if _, err := builder.States(); err != nil {
			b.Fatal(err)
		}
		builder.Graph()
		builder.Variants(1000)
		builder.Concentration(.8)
		builder.Linearity([]string{"c", "b", "a"})
	}
}
