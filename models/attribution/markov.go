package attribution

import (
	"errors"
	"fmt"
	"math"
	"sync"

	"gonum.org/v1/gonum/mat"
)

// Markov fits a chain to all journeys, converting and not, and credits channels in proportion to their removal effects:
// the share of conversions lost when every transition into the channel leads to no conversion instead (Anderl, Becker,
// von Wangenheim and Schumann, "Mapping the customer journey", 2016). Nothing is simulated: the answer is exact and the
// same every time.
//
// A removal effect is the probability, under the fitted chain, that a journey that converts visits the channel. It
// says where converting journeys pass, not what would happen without the channel: it can't tell a cause from a
// landmark, and credits channels that are shown to people who would have bought anyway.
//
// In a chain of order k what comes next depends on the last k channels. As k grows the chain learns the journeys by
// heart, and removal effects become the share of converting journeys that hold the channel.
type Markov struct {
	Order int // 0 is 1
}

func (m Markov) order() int { return max(m.Order, 1) }

// Name is markov_1, markov_2, …
func (m Markov) Name() string { return fmt.Sprintf("markov_%d", m.order()) }

// Version is the revision.
func (m Markov) Version() string { return "2" }

// Credit fits weights to removal effects.
func (m Markov) Credit(s *Sample) (Credit, error) {
	var grams *gramChain
	var chain fittedChain
	var err error
	if m.order() == 1 {
		chain, err = fitOrderOne(s, s.conv, s.null)
	} else {
		grams = newGramChain(s, m.order())
		chain, err = grams.solve(s.conv, s.null)
	}
	if err != nil {
		return Credit{}, fmt.Errorf("credit by %s: %w", m.Name(), err)
	}
	c := creditFitted(s, chain.totals(s.Conversions()), "removal effect")
	c.RemovalEffects = chain.removal
	if grams != nil {
		c.grams = grams
		c.solvedChain = sync.OnceValues(func() (*solvedChain, error) { return grams.solved(s.conv, s.null) })
	}
	return c, nil
}

// fitter fits to counts of the paths of s, from scratch.
func (m Markov) fitter(s *Sample, grams *gramChain) func(conv, null []float64) (fittedChain, error) {
	if m.order() == 1 {
		return func(conv, null []float64) (fittedChain, error) { return fitOrderOne(s, conv, null) }
	}
	return grams.solve
}

// fittedChain is what a chain says.
type fittedChain struct {
	conversion float64   // probability that a journey converts
	removal    []float64 // removal effect of each channel
}

// totals is the conversions of each channel: its part of the removal effects.
func (c fittedChain) totals(conversions float64) []float64 {
	totals := shares(c.removal)
	for i := range totals {
		totals[i] *= conversions
	}
	return totals
}

// transitions counts the transitions between channels: row 0 is the start, row and column i+1 channel i. The last two
// columns are conversion and null. Each path counts conv + null times.
func transitions(s *Sample, conv, null []float64) (counts []float64, columns int) {
	columns = len(s.channels) + 3
	counts = make([]float64, (len(s.channels)+1)*columns)
	for p := range conv {
		n := conv[p] + null[p]
		if n == 0 {
			continue
		}
		from := 0
		for _, id := range s.paths.at(p) {
			counts[from*columns+int(id)+1] += n
			from = int(id) + 1
		}
		counts[from*columns+columns-2] += conv[p]
		counts[from*columns+columns-1] += null[p]
	}
	return counts, columns
}

// fitOrderOne solves a chain of order 1. With Q the transitions between channels, r those to conversion, N = (I−Q)⁻¹ and b = N r, the
// removal effect of channel i has the closed form N_si·b_i / (N_ii·b_s): the journeys that reach i at all
// (N_si / N_ii of them) and convert from there (b_i), of those that convert (b_s). One inversion serves all channels.
func fitOrderOne(s *Sample, conv, null []float64) (fittedChain, error) {
	if total(conv) == 0 {
		return fittedChain{removal: make([]float64, len(s.channels))}, nil
	}
	counts, _ := transitions(s, conv, null)
	return solveOrderOne(len(s.channels), counts)
}

// solveOrderOne takes the counts of transitions, laid out as transitions does.
func solveOrderOne(channels int, counts []float64) (fittedChain, error) {
	columns := channels + 3
	chain := fittedChain{removal: make([]float64, channels)}
	n := channels + 1
	identityMinusQ := mat.NewDense(n, n, nil)
	r := make([]float64, n)
	for from := range n {
		row := counts[from*columns : (from+1)*columns]
		sum := total(row)
		if sum > 0 { // a resample can leave a channel without journeys
			for to := range n {
				identityMinusQ.Set(from, to, -row[to]/sum)
			}
			r[from] = row[columns-2] / sum
		}
		identityMinusQ.Set(from, from, 1+identityMinusQ.At(from, from))
	}
	// Every journey ends, so every channel that has journeys can reach the end and I−Q is regular.
	var inverse mat.Dense
	// Journeys that circle almost for ever cost digits, which the solver tells as a condition.
	var condition mat.Condition
	if err := inverse.Inverse(identityMinusQ); err != nil && (!errors.As(err, &condition) || math.IsInf(float64(condition), 1)) {
		return chain, fmt.Errorf("invert the transitions of %d channels: %w", channels, err)
	}
	var b mat.VecDense
	b.MulVec(&inverse, mat.NewVecDense(n, r))
	chain.conversion = b.AtVec(0)
	for i := range chain.removal {
		chain.removal[i] = inverse.At(0, i+1) * b.AtVec(i+1) / (inverse.At(i+1, i+1) * chain.conversion)
	}
	return chain, nil
}
