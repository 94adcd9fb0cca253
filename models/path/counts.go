package path

import "math"

// counts are what a set of units did: the Builder's own units, or a resample of them. Slices are by edge or state.
type counts struct {
	units                             int
	transitions, edgeUnits, converted []int
	stateUnits, reentered             []int
}

func (b *Builder) noCounts() *counts {
	return &counts{
		transitions: make([]int, len(b.edges.list)), edgeUnits: make([]int, len(b.edges.list)), converted: make([]int, len(b.edges.list)),
		stateUnits: make([]int, len(b.states)), reentered: make([]int, len(b.states)),
	}
}

// counts are those of all units added.
func (b *Builder) counts() *counts {
	c := b.noCounts()
	c.units = b.units
	for i := range b.edges.list {
		c.transitions[i], c.edgeUnits[i], c.converted[i] = b.edges.list[i].transitions, b.edges.list[i].units, b.edges.list[i].converted
	}
	for i := range b.states {
		c.stateUnits[i], c.reentered[i] = b.states[i].units, b.states[i].reentered
	}
	return c
}

func (c *counts) clear() {
	c.units = 0
	for _, list := range [][]int{c.transitions, c.edgeUnits, c.converted, c.stateUnits, c.reentered} {
		clear(list)
	}
}

// leaving is the number of transitions that leave each state; that from Start is the number of units.
func (b *Builder) leaving(c *counts) []int {
	leaving := make([]int, len(b.states))
	for i := range b.edges.list {
		if from := b.edges.list[i].from; from >= 0 {
			leaving[from] += c.transitions[i]
		}
	}
	return leaving
}

// shareOfLeaving is the share of the transitions that leave the state of an edge.
func (b *Builder) shareOfLeaving(c *counts, leaving []int, edge int) float64 {
	if from := b.edges.list[edge].from; from >= 0 {
		return ratio(c.transitions[edge], leaving[from])
	}
	return ratio(c.transitions[edge], c.units)
}

func ratio(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// wilson is the 95 % interval of a share by Wilson's score (JASA 22, 1927); 0 to 1 of nothing.
func wilson(part, whole uint64) (low, high float64) {
	if whole == 0 {
		return 0, 1
	}
	const z = 1.959963984540054
	n, p := float64(whole), float64(part)/float64(whole)
	center := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(center-half, 0), min(center+half, 1)
}
