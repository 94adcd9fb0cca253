package attribution

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"
)

// OrderChoice says how well chains of each order foretell journeys they were not fitted to.
type OrderChoice struct {
	Order int `json:"order"` // the one that foretells best
	// LogLikelihood is the mean logarithm of the probability of a held-out journey, for orders 1, 2, …; higher is better.
	LogLikelihood []float64 `json:"log_likelihood"`
}

// ChooseOrder compares chains of order 1 to highest by cross-validation: units fall into two halves at random, and the
// chain of each half foretells the other. In the sample itself the highest order would always win, for it knows the
// journeys by heart. The same seed gives the same halves.
func ChooseOrder(s *Sample, highest int, seed uint64) (OrderChoice, error) {
	if highest < 1 {
		return OrderChoice{}, fmt.Errorf("choose among chains up to order %d: must be at least 1", highest)
	}
	halves := s.halves(seed)
	choice := OrderChoice{Order: 1, LogLikelihood: make([]float64, highest)}
	for k := range choice.LogLikelihood {
		g := newGramChain(s, k+1)
		one, two := g.count(halves[0].conv, halves[0].null), g.count(halves[1].conv, halves[1].null)
		journeys := s.Conversions() + s.Nulls()
		if journeys > 0 {
			choice.LogLikelihood[k] = (g.logLikelihood(one, two) + g.logLikelihood(two, one)) / journeys
		}
		if choice.LogLikelihood[k] > choice.LogLikelihood[choice.Order-1] {
			choice.Order = k + 1
		}
	}
	return choice, nil
}

type counts struct{ conv, null []float64 }

// halves tosses a coin for each unit. Units of counted paths of broken numbers are rounded down to whole ones.
func (s *Sample) halves(seed uint64) [2]counts {
	var halves [2]counts
	d := s.pathDraws()
	for i := range halves {
		halves[i] = counts{make([]float64, d.cells), make([]float64, d.cells)}
	}
	random := rand.NewPCG(seed, 2)
	for _, g := range []*groups{&d.converting, &d.others} {
		for i, count := range g.count {
			units := math.Trunc(count)
			first := distuv.Binomial{N: units, P: .5, Src: random}.Rand()
			for half, n := range []float64{first, units - first} {
				for _, m := range g.member[g.start[i]:g.start[i+1]] {
					if m&1 == 0 {
						halves[half].conv[m>>1] += n
					} else {
						halves[half].null[m>>1] += n
					}
				}
			}
		}
	}
	return halves
}

// logLikelihood is that of the journeys in test under the chain fitted to train. One journey spread evenly over all
// that could come next is added to each state, or else a single surprise would be infinitely bad.
func (g *gramChain) logLikelihood(train, test gramCounts) float64 {
	even := 1 / float64(len(g.s.channels)+2)
	probability := func(state int32, count float64) float64 { return (count + even) / (train.departed[state] + 1) }
	sum := 0.0
	trainLeft, testLeft := nulls(g, train), nulls(g, test)
	for e, n := range test.edge {
		if n > 0 {
			sum += n * math.Log(probability(g.from[e], train.edge[e]))
		}
	}
	for state := range g.member {
		if n := test.converted[state]; n > 0 {
			sum += n * math.Log(probability(int32(state), train.converted[state]))
		}
		if n := testLeft[state]; n > 0 {
			sum += n * math.Log(probability(int32(state), trainLeft[state]))
		}
	}
	return sum
}

// nulls is the journeys that ended in each state without converting.
func nulls(g *gramChain, c gramCounts) []float64 {
	left := make([]float64, len(g.member))
	for state := range left {
		left[state] = c.departed[state] - c.converted[state]
	}
	for e, n := range c.edge {
		left[g.from[e]] -= n
	}
	return left
}
