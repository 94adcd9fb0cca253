package attribution

import (
	"fmt"
	"math"
)

// solvedChain is a chain of higher order with what resamples of it begin at: for each channel, the solution without it.
type solvedChain struct {
	*gramChain
	without []withoutChannel
}

// withoutChannel is the chain in which no state that holds a channel may be entered.
type withoutChannel struct {
	barred  []bool
	convert []float64 // probability to convert from each state
	visits  []float64 // expected visits to each state, from the start
}

// mostHeld is how many figures a solved chain may hold: beyond, resamples are solved from scratch.
const mostHeld = 1 << 23

// solved is nil where it would take too much memory.
func (g *gramChain) solved(conv, null []float64) (*solvedChain, error) {
	channels := len(g.s.channels)
	if 2*channels*len(g.member) > mostHeld || total(conv) == 0 {
		return nil, nil
	}
	c := g.count(conv, null)
	into, starts := g.sorted(g.to)
	s := &solvedChain{g, make([]withoutChannel, channels)}
	errs := make([]error, channels)
	sideBySide(channels, func(i int) {
		w := withoutChannel{g.holding(int32(i)), make([]float64, len(g.member)), make([]float64, len(g.member))}
		if errs[i] = g.convert(c, w.barred, w.convert); errs[i] == nil {
			errs[i] = g.visit(c, into, starts, w.barred, w.visits)
		}
		s.without[i] = w
	})
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}

// visitTolerance is enough for what visits are for: they weigh what is small already.
const visitTolerance = 1e-9

// visit fills the expected visits to each state when no barred state may be entered; into are the transitions sorted by where
// they lead.
func (g *gramChain) visit(c gramCounts, into []int32, starts []int, barred []bool, visits []float64) error {
	for range mostSweeps {
		moved := 0.0
		for x := range visits {
			if c.departed[x] == 0 || barred[x] {
				continue
			}
			sum, stay := 0.0, 0.0
			if x == 0 {
				sum = 1
			}
			for _, e := range into[starts[x]:starts[x+1]] {
				if from := g.from[e]; int(from) == x {
					stay = c.edge[e] / c.departed[x]
				} else if visits[from] != 0 {
					sum += visits[from] * c.edge[e] / c.departed[from]
				}
			}
			moved = math.Max(moved, math.Abs(sum/(1-stay)-visits[x]))
			visits[x] = sum / (1 - stay)
		}
		if moved <= visitTolerance {
			return nil
		}
	}
	return fmt.Errorf("solve %d states: no result after %d sweeps: journeys circle almost for ever; try a lower order", len(visits), mostSweeps)
}

// How often a resample's probabilities are brought up to date, from those of the whole sample on: more often where journeys
// are few, for they differ more from resample to resample, and cost little.
const (
	fewestSweeps  = 2
	mostResampled = 10
	sweepBudget   = 4_000_000 // transitions looked at
)

func (s *solvedChain) sweeps() int {
	return min(mostResampled, fewestSweeps+sweepBudget/(1+len(s.from)*len(s.without)))
}

// resample is the removal effects for other counts of the same paths. Some sweeps bring the probabilities to convert near those
// of the resample; by how much they still miss the equations, weighed by the visits to each state, is what the probability
// from the start is off by, but for the product of two small differences. (The estimate of goal-oriented error analysis:
// Becker and Rannacher, "An optimal control approach to a posteriori error estimation", 2001.)
func (s *solvedChain) resample(conv, null []float64) fittedChain {
	chain := fittedChain{removal: make([]float64, len(s.without))}
	converted := total(conv)
	if converted == 0 {
		return chain
	}
	c := s.count(conv, null)
	chain.conversion = converted / (converted + total(null)) // at every order
	b, sweeps := make([]float64, len(s.member)), s.sweeps()
	for i, w := range s.without {
		copy(b, w.convert)
		for range sweeps {
			s.sweep(c, w.barred, b)
		}
		chain.removal[i] = math.Min(1, math.Max(0, 1-(b[0]+s.missed(c, &w, b))/chain.conversion))
	}
	return chain
}

// missed is the residual of the equations, weighed by visits.
func (s *solvedChain) missed(c gramCounts, w *withoutChannel, b []float64) float64 {
	missed := 0.0
	for x, visits := range w.visits {
		if visits == 0 || c.departed[x] == 0 || w.barred[x] {
			continue
		}
		sum := c.converted[x]
		for _, e := range s.row[s.starts[x]:s.starts[x+1]] {
			sum += c.edge[e] * b[s.to[e]]
		}
		missed += visits * (sum/c.departed[x] - b[x])
	}
	return missed
}

// refit solves chains of order 1 exactly, and those of higher order from the whole sample on.
func (m Markov) refit(s *Sample, c Credit) func(conv, null []float64) ([]float64, error) {
	if m.order() == 1 {
		return m.refitBy(s, m.fitter(s, nil))
	}
	solved, err := c.solvedChain()
	if err == nil && solved == nil {
		return m.refitBy(s, m.fitter(s, c.grams))
	}
	return m.refitBy(s, func(conv, null []float64) (fittedChain, error) {
		if err != nil {
			return fittedChain{}, err
		}
		return solved.resample(conv, null), nil
	})
}

func (m Markov) refitBy(s *Sample, fit func(conv, null []float64) (fittedChain, error)) func(conv, null []float64) ([]float64, error) {
	return refitFitted(s, func(conv, null []float64) ([]float64, error) {
		chain, err := fit(conv, null)
		return chain.totals(total(conv)), err
	})
}
