package attribution

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
)

// gramChain is the structure of a chain of order k: its states are the last k channels, fewer at the beginning of a
// journey; state 0 is the start. Only states and transitions that some journey made exist.
type gramChain struct {
	s      *Sample
	gram   [][]int32 // channels of each state in order
	member [][]int32 // distinct channels of each state
	edge   []int32   // transition into each touch, laid out as s.paths.ids
	from   []int32   // of each transition
	to     []int32
	row    []int32 // transitions sorted by from: those of state x are row[rowStart[x]:rowStart[x+1]]
	starts []int
}

func newGramChain(s *Sample, order int) *gramChain {
	g := &gramChain{s: s, gram: [][]int32{nil}, member: [][]int32{nil}, edge: make([]int32, len(s.paths.ids))}
	states, edges := map[string]int32{"": 0}, map[uint64]int32{}
	var key []byte
	for p := range s.paths.len() {
		path := s.paths.at(p)
		state := int32(0)
		for i := range path {
			gram := path[max(0, i+1-order) : i+1]
			key = key[:0]
			for _, id := range gram {
				key = binary.LittleEndian.AppendUint32(key, uint32(id))
			}
			next, known := states[string(key)]
			if !known {
				next = int32(len(g.member))
				states[string(key)] = next
				g.gram, g.member = append(g.gram, gram), append(g.member, distinct(gram, nil))
			}
			transition := uint64(state)<<32 | uint64(next)
			e, known := edges[transition]
			if !known {
				e = int32(len(g.from))
				edges[transition] = e
				g.from, g.to = append(g.from, state), append(g.to, next)
			}
			g.edge[s.paths.start[p]+i] = e
			state = next
		}
	}
	g.sortRows()
	return g
}

// sortRows notes which transitions leave each state.
func (g *gramChain) sortRows() { g.row, g.starts = g.sorted(g.from) }

// sorted is the transitions by the state at one of their ends: those of state x are order[starts[x]:starts[x+1]].
func (g *gramChain) sorted(end []int32) (order []int32, starts []int) {
	starts = make([]int, len(g.member)+1)
	for _, x := range end {
		starts[x+1]++
	}
	for x := range g.member {
		starts[x+1] += starts[x]
	}
	order = make([]int32, len(end))
	at := slices.Clone(starts)
	for e, x := range end {
		order[at[x]] = int32(e)
		at[x]++
	}
	return order, starts
}

// gramCounts is how often each transition was made, and how journeys ended in each state.
type gramCounts struct {
	edge      []float64
	converted []float64
	departed  []float64 // all that left the state, conversions and nulls too
}

func (g *gramChain) count(conv, null []float64) gramCounts {
	n := len(g.member)
	c := gramCounts{make([]float64, len(g.from)), make([]float64, n), make([]float64, n)}
	for p := range conv {
		journeys := conv[p] + null[p]
		if journeys == 0 {
			continue
		}
		edges := g.edge[g.s.paths.start[p]:g.s.paths.start[p+1]]
		for _, e := range edges {
			c.edge[e] += journeys
		}
		last := g.to[edges[len(edges)-1]]
		c.converted[last] += conv[p]
		c.departed[last] += journeys
	}
	for e, n := range c.edge {
		c.departed[g.from[e]] += n
	}
	return c
}

// Gauss–Seidel stops when no probability moves by more than this, or gives up.
const (
	sweepTolerance = 1e-15
	mostSweeps     = 200_000
)

// convert is the probability to convert from each state when no barred state may be entered. b is where to begin, and is
// overwritten. States are swept from those found last, which are mostly nearer to the end; a loop of a state to itself is
// solved outright, so that long runs of one channel cost nothing.
func (g *gramChain) convert(c gramCounts, barred []bool, b []float64) error {
	for x := range b {
		if barred[x] {
			b[x] = 0
		}
	}
	for range mostSweeps {
		if g.sweep(c, barred, b) <= sweepTolerance {
			return nil
		}
	}
	return fmt.Errorf("solve %d states: no result after %d sweeps: journeys circle almost for ever; try a lower order", len(b), mostSweeps)
}

// sweep brings each b up to date once, and returns by how much one moved at most.
func (g *gramChain) sweep(c gramCounts, barred []bool, b []float64) (moved float64) {
	for x := len(b) - 1; x >= 0; x-- {
		if c.departed[x] == 0 || barred[x] {
			continue
		}
		sum, left := c.converted[x], c.departed[x]
		for _, e := range g.row[g.starts[x]:g.starts[x+1]] {
			if to := g.to[e]; int(to) == x {
				left -= c.edge[e]
			} else {
				sum += c.edge[e] * b[to]
			}
		}
		moved = math.Max(moved, math.Abs(sum/left-b[x]))
		b[x] = sum / left
	}
	return moved
}

// solve finds the removal effects.
func (g *gramChain) solve(conv, null []float64) (fittedChain, error) {
	chain := fittedChain{removal: make([]float64, len(g.s.channels))}
	if total(conv) == 0 {
		return chain, nil
	}
	counts := g.count(conv, null)
	whole := make([]float64, len(g.member))
	if err := g.convert(counts, make([]bool, len(whole)), whole); err != nil {
		return chain, err
	}
	chain.conversion = whole[0]
	errs := make([]error, len(chain.removal))
	sideBySide(len(chain.removal), func(i int) {
		without := slices.Clone(whole)
		errs[i] = g.convert(counts, g.holding(int32(i)), without)
		chain.removal[i] = math.Max(0, 1-without[0]/whole[0])
	})
	return chain, errors.Join(errs...)
}

// holding are the states that hold a channel.
func (g *gramChain) holding(channel int32) []bool {
	held := make([]bool, len(g.member))
	for state, member := range g.member {
		held[state] = slices.Contains(member, channel)
	}
	return held
}
