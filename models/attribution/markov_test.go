package attribution

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestMarkovGivesBackTheEmpiricalRate(t *testing.T) {
	for seed := range uint64(20) {
		s := NewSample(world{300, 6, 3, .4}.journeys(seed, Options{ConversionType: "won"}))
		chain, err := fitOrderOne(s, s.conv, s.null)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "probability", []float64{chain.conversion}, []float64{s.Conversions() / (s.Conversions() + s.Nulls())}, 1e-12)
	}
}

// A removal effect is the probability that a journey that converts visits the channel: walk the chain and count.
func TestMarkovAgreesWithSimulation(t *testing.T) {
	s := NewSampleOfPaths(exampleTwo)
	counts, columns := transitions(s, s.conv, s.null)
	random := rand.New(rand.NewPCG(1, 1))
	converted, visited := 0.0, make([]float64, len(s.channels))
	for range 400_000 {
		seen := make([]bool, len(s.channels))
		at := 0
		for at < columns-2 {
			if at > 0 {
				seen[at-1] = true
			}
			at = drawColumn(random, counts[at*columns:(at+1)*columns])
		}
		if at == columns-2 {
			converted++
			for i, was := range seen {
				if was {
					visited[i]++
				}
			}
		}
	}
	c := credit(t, Markov{}, s)
	for i, effect := range c.RemovalEffects {
		p := visited[i] / converted
		if se := math.Sqrt(p * (1 - p) / converted); math.Abs(p-effect) > 4*se {
			t.Errorf("%s: walked %g, closed form %g, standard error %g", s.channels[i], p, effect, se)
		}
	}
}

func drawColumn(random *rand.Rand, row []float64) int {
	u := random.Float64() * total(row)
	for i, x := range row {
		if u -= x; u < 0 {
			return i
		}
	}
	return len(row) - 1
}

// The closed form against the definition: send every transition into the channel to null and solve again.
func TestMarkovAgreesWithRemoval(t *testing.T) {
	for seed := range uint64(10) {
		s := NewSample(world{400, 7, 3, .4}.journeys(seed, Options{ConversionType: "won", Direct: KeepDirect}))
		counts, columns := transitions(s, s.conv, s.null)
		whole := conversionByIteration(counts, columns, -1)
		for i, effect := range credit(t, Markov{}, s).RemovalEffects {
			without := conversionByIteration(counts, columns, i+1)
			if math.Abs(effect-(1-without/whole)) > 1e-9 {
				t.Errorf("%s: %.12g, removed %.12g", s.channels[i], effect, 1-without/whole)
			}
		}
	}
}

// conversionByIteration walks the distribution over states forward until hardly anything is left, without inverting.
func conversionByIteration(counts []float64, columns, removed int) float64 {
	at := make([]float64, columns-2)
	at[0] = 1
	converted := 0.0
	for range 5000 {
		next := make([]float64, columns-2)
		for from, p := range at {
			row := counts[from*columns : (from+1)*columns]
			sum := total(row)
			if p == 0 || sum == 0 {
				continue
			}
			for to, n := range row[:columns-2] {
				if to != removed {
					next[to] += p * n / sum
				}
			}
			converted += p * row[columns-2] / sum
		}
		at = next
	}
	return converted
}

// A channel that is alone in most journeys must get at least those, whatever its share of the removal effects: the
// ledger's sum is then the published figure, and the residual says how far the model's own is.
func TestLedgerWhereTheModelsTotalsCannotBeMet(t *testing.T) {
	s := NewSampleOfPaths([]Path{counted("A", 60, 100), counted("BCDE", 40, 50)})
	c := credit(t, Markov{}, s)
	if c.Residual < 1 {
		t.Errorf("own %v, credited %v, residual %g", c.Own, c.Conversions, c.Residual)
	}
	near(t, "credited to A", c.Conversions[:1], []float64{60}, 1e-9)
	near(t, "credited in all", []float64{total(c.Conversions)}, []float64{100}, 1e-9)
}

// The largest that the model is meant for: 500 channels at order 1, 30 at order 3, against solutions that share nothing with
// it.
func TestMarkovAtTheEdge(t *testing.T) {
	s := NewSample(world{5000, 500, 5, .4}.journeys(1, Options{ConversionType: "won"}))
	c := credit(t, Markov{}, s)
	near(t, "credited", []float64{total(c.Conversions)}, []float64{s.Conversions()}, 1e-7)
	sparse, err := newGramChain(s, 1).solve(s.conv, s.null)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "500 channels", c.RemovalEffects, sparse.removal, 1e-9)

	s = NewSample(world{2500, 30, 5, .4}.journeys(2, Options{ConversionType: "won"}))
	paths, converted := s.Paths(), func(p Path) float64 { return p.Conversions }
	whole := reach(paths, 3, converted, func([]string) bool { return false })
	effects := credit(t, Markov{Order: 3}, s).RemovalEffects
	for _, id := range []int{0, 13, 29} {
		without := reach(paths, 3, converted, func(gram []string) bool { return slices.Contains(gram, s.channels[id]) })
		near(t, "30 channels, order 3", effects[id:id+1], []float64{1 - without/whole}, 1e-9)
	}
}

// Journeys that go to and fro ten thousand times leave a matrix that is singular but for one part in ten thousand.
func TestMarkovOfEndlessCircles(t *testing.T) {
	s := NewSampleOfPaths([]Path{counted(strings.Repeat("AB", 5000), 1, 0), counted("CA", 1, 3), counted(strings.Repeat("C", 10_000), 0, 1)})
	rate := s.Conversions() / (s.Conversions() + s.Nulls())
	for order := 1; order <= 3; order++ {
		chain, err := Markov{Order: order}.fitter(s, newGramChain(s, order))(s.conv, s.null)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "rate", []float64{chain.conversion}, []float64{rate}, 1e-9)
		for _, effect := range chain.removal {
			if !(effect >= 0 && effect <= 1+1e-9) {
				t.Errorf("order %d: removal effects %v", order, chain.removal)
			}
		}
	}
}

// The sparse solution of order 1 is the closed form, and the two know nothing of each other.
func TestMarkovOrderOneTwice(t *testing.T) {
	for seed := range uint64(10) {
		s := NewSample(world{400, 7, 4, .4}.journeys(seed, Options{ConversionType: "won", Direct: KeepDirect}))
		sparse, err := newGramChain(s, 1).solve(s.conv, s.null)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "removal effects", sparse.removal, credit(t, Markov{}, s).RemovalEffects, 1e-11)
	}
}

// At every order the chain gives back the empirical rate; at an order as long as the longest journey the removal
// effect is the share of converting journeys that hold the channel.
func TestMarkovOfHighOrder(t *testing.T) {
	s := NewSample(world{500, 6, 4, .4}.journeys(1, Options{ConversionType: "won", Direct: KeepDirect}))
	rate := s.Conversions() / (s.Conversions() + s.Nulls())
	for order := 1; order <= 5; order++ {
		chain, err := newGramChain(s, order).solve(s.conv, s.null)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "probability", []float64{chain.conversion}, []float64{rate}, 1e-12)
	}
	participation := credit(t, Participation(), s).Conversions
	for i := range participation {
		participation[i] /= s.Conversions()
	}
	near(t, "removal effects", credit(t, Markov{Order: 50}, s).RemovalEffects, participation, 1e-12)
}

// Order 2 of a path that only order 2 tells apart: A after B converts, A after C does not.
func TestMarkovOrderTwoByHand(t *testing.T) {
	s := NewSampleOfPaths([]Path{counted("BA", 1, 0), counted("CA", 0, 1)})
	near(t, "order 1", credit(t, Markov{}, s).RemovalEffects, []float64{1, .5, .5}, 1e-14)
	near(t, "order 2", credit(t, Markov{Order: 2}, s).RemovalEffects, []float64{1, 1, 0}, 1e-14)
}
