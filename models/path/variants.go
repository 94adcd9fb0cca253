package path

import (
	"cmp"
	"encoding/binary"
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
	states   []int32
	text     string
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
	rest := merged{text: Remaining}
	for _, m := range all[shown:] {
		rest.units, rest.won, rest.days = rest.units+m.units, rest.won+m.won, append(rest.days, m.days...)
	}
	row := b.row(&rest)
	row.Compressed = fmt.Sprintf("%d other variants", len(all)-shown)
	return append(rows, row)
}

func (b *Builder) row(m *merged) Variant {
	return Variant{
		UnitKind: b.options.UnitKind, StateKind: b.options.StateKind, Variant: m.text,
		Units: uint64(m.units), Won: uint64(m.won), MedianDays: quantile(m.days, .5), Examples: m.examples,
	}
}

// merged brings the same sequences with different ends together, most frequent first.
func (b *Builder) merged() []*merged {
	bySequence := map[string]*merged{}
	for key, v := range b.variants {
		_, endLength := binary.Varint([]byte(key[:min(len(key), binary.MaxVarintLen64)]))
		sequence := key[endLength:]
		m := bySequence[sequence]
		if m == nil {
			states := statesOf(key)
			m = &merged{states: states, text: strings.Join(b.names(states), " > ")}
			bySequence[sequence] = m
		}
		m.units += v.units
		m.days = append(m.days, v.days...)
		for _, unit := range v.examples {
			m.examples = keepFirst(m.examples, unit, b.options.Examples)
		}
		if v.won {
			m.won += v.units
		}
	}
	all := make([]*merged, 0, len(bySequence))
	for _, m := range bySequence {
		all = append(all, m)
	}
	slices.SortFunc(all, func(x, y *merged) int {
		return cmp.Or(cmp.Compare(y.units, x.units), cmp.Compare(x.text, y.text),
			slices.Compare(b.names(x.states), b.names(y.states)))
	})
	return all
}

// Concentration says how many variants it takes to cover a share of the units, beside how many there are.
type Concentration struct {
	Variants uint64 `json:"variants"`
	Covering uint64 `json:"covering"` // the fewest variants that hold at least the share asked for
}

// Concentration for a share from 0 to 1, such as .8.
func (b *Builder) Concentration(share float64) Concentration {
	all := b.merged()
	c := Concentration{Variants: uint64(len(all))}
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
