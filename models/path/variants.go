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

// sequence is a variant with its states.
type sequence struct {
	*variant

	states []int32
	units  int
}

// Variants are the most frequent sequences, by number of units, then by name; all of them if top is 0 or less. If some
// are left out, a last row named Remaining holds their units, so that units always sum to all.
func (b *Builder) Variants(top int) []Variant {
	all := b.sequences()
	shown := len(all)
	if top > 0 {
		shown = min(top, shown)
	}
	rows := make([]Variant, 0, shown+1)
	for i := range all[:shown] {
		q := &all[i]
		names := b.names(q.states)
		row := b.row(q.units, q.won, append([]float64{q.day}, q.days...))
		row.Variant, row.Compressed, row.Length = strings.Join(names, " > "), Compress(names), uint32(len(names))
		row.Examples = q.examples
		rows = append(rows, row)
	}
	if shown == len(all) {
		return rows
	}
	units, won, days := 0, 0, []float64(nil)
	for i := range all[shown:] {
		q := &all[shown+i]
		units, won, days = units+q.units, won+q.won, append(append(days, q.day), q.days...)
	}
	row := b.row(units, won, days)
	row.Variant, row.Compressed = Remaining, fmt.Sprintf("%d other variants", len(all)-shown)
	return append(rows, row)
}

func (b *Builder) row(units, won int, days []float64) Variant {
	return Variant{
		UnitKind: b.options.UnitKind, StateKind: b.options.StateKind, Units: uint64(units), Won: uint64(won), MedianDays: quantile(days, .5),
	}
}

// sequences are the variants, most frequent first, then by the names of their states one by one. Texts are left to those
// who show them: there may be a million.
func (b *Builder) sequences() []sequence {
	all := make([]sequence, 0, len(b.variants))
	for key, i := range b.variantOf {
		v := &b.variants[i]
		all = append(all, sequence{v, statesOf(key), v.units()})
	}
	rank := b.ranksByName()
	slices.SortFunc(all, func(x, y sequence) int {
		return cmp.Or(cmp.Compare(y.units, x.units), compareStates(x.states, y.states, rank))
	})
	return all
}

func compareStates(x, y, rank []int32) int {
	return slices.CompareFunc(x, y, func(a, b int32) int { return cmp.Compare(rank[a], rank[b]) })
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
	units := make([]int, len(b.variants))
	for i := range b.variants {
		units[i] = b.variants[i].units()
	}
	slices.SortFunc(units, func(x, y int) int { return cmp.Compare(y, x) })
	c := Concentration{Variants: uint64(len(units))}
	covered := 0
	for _, n := range units {
		if float64(covered) >= share*float64(b.units) {
			break
		}
		covered += n
		c.Covering++
	}
	return c
}
