package path

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Variant is a row of table path_variants: a sequence of states and the units that took it.
type Variant struct {
	UnitKind   string  `ch:"unit_kind" json:"unit_kind"`
	StateKind  string  `ch:"state_kind" json:"state_kind"`
	Variant    string  `ch:"variant" json:"variant"`
	Compressed string  `ch:"compressed" json:"compressed"`
	Length     uint32  `ch:"length" json:"length"`
	Units      uint64  `ch:"units" json:"units"`
	Won        uint64  `ch:"won" json:"won"`
	MedianDays float64 `ch:"median_days" json:"median_days"`           // from the first to the last state
	Group      uint32  `ch:"similarity_group" json:"similarity_group"` // of similar variants, from 1; 0: none was asked for
	// Examples are units that took it, the first by name, as many as Options.Examples.
	Examples []string `ch:"examples" json:"examples,omitempty"`
}

// merged is the variants of one sequence, whatever their ends.
type merged struct {
	sequence string // its states, as the key of a variant has them
	states   []int32
	units    int
	won      int
	days     []float64
	examples []string
}

// Variants are the most frequent sequences, by number of units, then by name; all of them if top is 0 or less. If some
// are left out, a last row named Remaining holds their units, so that units always sum to all.
func (b *Builder) Variants(top int) []Variant {
	all := b.merged()
	shown := len(all)
	if top > 0 {
		shown = min(top, shown)
	}
	rows := make([]Variant, 0, shown+1)
	for _, m := range all[:shown] {
		row := b.row(m)
		row.Compressed, row.Length = Compress(b.names(m.states)), uint32(len(m.states))
		rows = append(rows, row)
	}
	if shown == len(all) {
		return rows
	}
	rest := merged{}
	for _, m := range all[shown:] {
		rest.units, rest.won, rest.days = rest.units+m.units, rest.won+m.won, append(rest.days, m.days...)
	}
	row := b.row(&rest)
	row.Variant = Remaining
	row.Compressed = fmt.Sprintf("%d other variants", len(all)-shown)
	return append(rows, row)
}

func (b *Builder) row(m *merged) Variant {
	return Variant{
		UnitKind: b.options.UnitKind, StateKind: b.options.StateKind, Variant: strings.Join(b.names(m.states), " > "),
		Units: uint64(m.units), Won: uint64(m.won), MedianDays: quantile(m.days, .5), Examples: m.examples,
	}
}

// merged brings the same sequences with different ends together, most frequent first, then by the names of their states
// one by one. Texts are left to those who show them: there may be a million sequences.
func (b *Builder) merged() []*merged {
	all := b.sequences()
	for _, m := range all {
		m.states = statesIn(m.sequence)
	}
	rank := b.ranksByName()
	slices.SortFunc(all, func(x, y *merged) int {
		return cmp.Or(cmp.Compare(y.units, x.units), slices.CompareFunc(x.states, y.states, func(a, b int32) int { return cmp.Compare(rank[a], rank[b]) }))
	})
	return all
}

// sequences are in no order, and without their states.
func (b *Builder) sequences() []*merged {
	bySequence := make(map[string]*merged, len(b.variants))
	all := make([]*merged, 0, len(b.variants))
	for key, v := range b.variants {
		sequence := key[endOf(key):]
		m := bySequence[sequence]
		if m == nil {
			m = &merged{sequence: sequence}
			bySequence[sequence] = m
			all = append(all, m)
		}
		m.add(v, b.options.Examples)
	}
	return all
}

func (m *merged) add(v *variant, examples int) {
	m.units += v.units
	if m.days == nil {
		m.days = v.days[:len(v.days):len(v.days)] // appending to it makes a copy
	} else {
		m.days = append(m.days, v.days...)
	}
	for _, unit := range v.examples {
		m.examples = keepFirst(m.examples, unit, examples)
	}
	if v.won {
		m.won += v.units
	}
}

// ranksByName is the place of each state by name.
func (b *Builder) ranksByName() []int32 {
	rank := make([]int32, len(b.states))
	for i, id := range b.sortedIDs() {
		rank[id] = int32(i)
	}
	return rank
}

// Concentration says how many variants it takes to cover a share of the units, beside how many there are.
type Concentration struct {
	Variants uint64 `json:"variants"`
	Covering uint64 `json:"covering"` // the fewest variants that hold at least the share asked for
}

// Concentration for a share from 0 to 1, such as .8.
func (b *Builder) Concentration(share float64) Concentration {
	all := b.sequences()
	c := Concentration{Variants: uint64(len(all))}
	slices.SortFunc(all, func(x, y *merged) int { return cmp.Compare(y.units, x.units) })
	covered := 0
	for _, m := range all {
		if float64(covered) >= share*float64(b.units) {
			break
		}
		covered += m.units
		c.Covering++
	}
	return c
}
