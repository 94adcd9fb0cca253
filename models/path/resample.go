package path

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"
)

// sampled is a sequence with its end ready to be drawn: indices of edges and states, with marks in their lowest bits.
// Drawing units then only adds whole numbers.
type sampled struct {
	steps  []uint32 // edge<<2 | first of the unit<<1 | converts
	visits []uint32 // state<<1 | entered again, once each state
}

// marker remembers what the variant at hand has done before.
type marker struct {
	unit                   int
	edges, states, entries []int
}

func (b *Builder) newMarker() *marker {
	return &marker{edges: make([]int, len(b.edges.list)), states: make([]int, len(b.states)), entries: make([]int, len(b.states))}
}

// prepare makes s the sequence of states with that end.
func (s *sampled) prepare(b *Builder, states []int32, end int32, m *marker) {
	m.unit++
	s.steps, s.visits = s.steps[:0], s.visits[:0]
	lastWin := b.lastWin(states)
	if end == convertedID {
		lastWin = len(states)
	}
	step := func(key edgeKey, converts bool) {
		i := b.edges.find(key)
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

// resampleMemory bounds the counts of resamples that are drawn together, in numbers.
const resampleMemory = 8 << 20

// eachResample hands over the counts of resampled units; they are valid until use returns. Every sequence has its own
// stream of draws, from the names of its states, so that draws don't depend on the order of arrival; many resamples are
// drawn together, so that sequences are looked at few times.
func (b *Builder) eachResample(resamples int, seed uint64, use func(*counts) error) error {
	together := min(resamples, max(resampleMemory/(3*len(b.edges.list)+2*len(b.states)+1), 1))
	drawn := make([]*counts, together)
	for i := range drawn {
		drawn[i] = b.noCounts()
	}
	for from := 0; from < resamples; from += together {
		drawn := drawn[:min(together, resamples-from)]
		b.draw(drawn, seed+uint64(from))
		for i, c := range drawn {
			if c.units > 0 { // else nobody was drawn: no figure exists
				if err := use(c); err != nil {
					return fmt.Errorf("resample %d: %w", from+i, err)
				}
			}
			c.clear()
		}
	}
	return b.err
}

// draw adds each sequence to each of the counts as often as it is drawn.
func (b *Builder) draw(into []*counts, seed uint64) {
	var s sampled
	m := b.newMarker()
	b.eachSequence(func(q *sequence) {
		for end := noEnd; end <= convertedID; end++ {
			units := q.end(end)
			if units == 0 {
				continue
			}
			s.prepare(b, q.states, end, m)
			random := rand.NewPCG(seed, mix(q.hash+uint64(-end)))
			for _, c := range into {
				if n := poisson(units, random); n > 0 {
					c.addSampled(&s, n)
				}
			}
		}
	})
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
