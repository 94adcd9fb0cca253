package path

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// sampled is a variant ready to be drawn: indices of edges and states, with marks in their lowest bits. Drawing units
// then only adds whole numbers, so that hundreds of resamples of millions of transitions take seconds.
type sampled struct {
	units  int
	steps  []uint32 // edge<<2 | first of the unit<<1 | converts
	visits []uint32 // state<<1 | entered again, once each state
}

// sampling is the variants in an order that doesn't depend on that of arrival, since draws are dealt in that order.
func (b *Builder) sampling() []sampled {
	all := b.sequences()
	rank := b.ranksByName()
	slices.SortFunc(all, func(x, y sequence) int { return compareStates(x.states, y.states, rank) })
	marks := &marker{edges: make([]int, len(b.edges)), states: make([]int, len(b.states)), entries: make([]int, len(b.states))}
	samples := make([]sampled, 0, len(all))
	for i := range all {
		for end := noEnd; end <= convertedID; end++ {
			if units := *all[i].end(end); units > 0 {
				marks.unit++
				samples = append(samples, b.sampled(all[i].states, end, int(units), marks))
			}
		}
	}
	return samples
}

// marker remembers what the variant at hand has done before.
type marker struct {
	unit                   int
	edges, states, entries []int
}

func (b *Builder) sampled(states []int32, end int32, units int, m *marker) sampled {
	s := sampled{units: units, steps: make([]uint32, 0, len(states)+1)}
	lastWin := b.lastWin(states, end)
	step := func(key edgeKey, converts bool) {
		i := b.edgeOf[key]
		mark := uint32(i) << 2
		if m.edges[i] != m.unit {
			m.edges[i] = m.unit
			mark |= 2
			if converts {
				mark |= 1
			}
		}
		s.steps = append(s.steps, mark)
	}
	step(edgeKey{startID, states[0]}, lastWin >= 0)
	for i, id := range states {
		if m.states[id] != m.unit {
			m.states[id], m.entries[id] = m.unit, 0
		}
		m.entries[id]++
		to := end
		if i+1 < len(states) {
			to = states[i+1]
		}
		if to != noEnd {
			step(edgeKey{id, to}, i+1 <= lastWin)
		}
	}
	for _, id := range states {
		if n := m.entries[id]; n > 0 {
			m.entries[id] = 0
			s.visits = append(s.visits, uint32(id)<<1|uint32(min(n-1, 1)))
		}
	}
	return s
}

// addSampled counts n units of a variant.
func (c *counts) addSampled(s *sampled, n int) {
	c.units += n
	for _, mark := range s.steps {
		i := mark >> 2
		c.transitions[i] += n
		if mark&2 != 0 {
			c.edgeUnits[i] += n
			if mark&1 != 0 {
				c.converted[i] += n
			}
		}
	}
	for _, mark := range s.visits {
		c.stateUnits[mark>>1] += n
		if mark&1 != 0 {
			c.reentered[mark>>1] += n
		}
	}
}

// eachResample hands over the counts of resampled units; they are valid until use returns.
func (b *Builder) eachResample(resamples int, seed uint64, use func(*counts) error) error {
	samples := b.sampling()
	c := b.noCounts()
	for i := range resamples {
		c.clear()
		random := rand.NewPCG(seed, uint64(i))
		for k := range samples {
			if n := poisson(samples[k].units, random); n > 0 {
				c.addSampled(&samples[k], n)
			}
		}
		if c.units == 0 {
			continue // nobody was drawn: no figure exists
		}
		if err := use(c); err != nil {
			return fmt.Errorf("resample %d: %w", i, err)
		}
	}
	return nil
}

// poisson draws from the Poisson distribution with a whole mean. Most variants of a long tail have one unit, so that
// small means go through their distribution function directly.
func poisson(mean int, random rand.Source) int {
	if mean > 8 {
		return int(distuv.Poisson{Lambda: float64(mean), Src: random}.Rand())
	}
	u := float64(random.Uint64()>>11) / (1 << 53)
	n, p := 0, math.Exp(-float64(mean))
	for u -= p; u >= 0 && n < 100; u -= p {
		n++
		p *= float64(mean) / float64(n)
	}
	return n
}
