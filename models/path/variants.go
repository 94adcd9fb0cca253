package path

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
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

// Variants are the most frequent sequences, by number of units, then by name; all of them if top is 0 or less. If some
// are left out, a last row named Remaining holds their units, so that units always sum to all.
func (b *Builder) Variants(top int) []Variant {
	r := b.ranking(top)
	rows := make([]Variant, 0, len(r.best)+1)
	for i := range r.best {
		s := &r.best[i]
		names := b.names(s.states)
		row := b.row(s.units, s.won, s.spans.medianDays())
		row.Variant, row.Compressed, row.Length = sequenceText(names), Compress(names), uint32(len(names))
		row.Examples = s.examples
		rows = append(rows, row)
	}
	if r.others == 0 {
		return rows
	}
	row := b.row(r.units, r.won, r.spans.quantile(.5)/86400)
	row.Variant, row.Compressed = Remaining, fmt.Sprintf("%d other variants", r.others)
	return append(rows, row)
}

func (b *Builder) row(units, won int, medianDays float64) Variant {
	return Variant{
		UnitKind: b.options.UnitKind, StateKind: b.options.StateKind, Units: uint64(units), Won: uint64(won), MedianDays: medianDays,
	}
}

// ranking is the best sequences by units, then by the names of their states one by one, and what the others hold. It
// looks at each once and keeps little more than the best: there may be a million.
type ranking struct {
	top, bag   int     // how many are asked for, and how many are kept for the while
	rank       []int32 // of states by name
	best       []sequence
	full       bool // best were sorted and cut, so that its last of top is a bar to pass
	others     int
	units, won int
	spans      durations
}

func (b *Builder) ranking(top int) *ranking {
	if top <= 0 {
		top = math.MaxInt
	}
	r := &ranking{top: top, bag: math.MaxInt, rank: b.ranksByName()}
	if top < math.MaxInt/4 {
		r.bag = 2*top + 1000
	}
	b.eachSequence(r.take)
	r.settle()
	return r
}

func (r *ranking) take(s *sequence) {
	if r.full && r.compare(s, &r.best[r.top-1]) > 0 {
		r.leave(s)
		return
	}
	kept := *s
	kept.states = slices.Clone(s.states)
	if r.best = append(r.best, kept); len(r.best) >= r.bag {
		r.settle()
	}
}

// settle leaves all but the best out.
func (r *ranking) settle() {
	slices.SortFunc(r.best, func(x, y sequence) int { return r.compare(&x, &y) })
	for i := r.top; i < len(r.best); i++ {
		r.leave(&r.best[i])
	}
	r.best = r.best[:min(r.top, len(r.best))]
	r.full = len(r.best) == r.top
}

func (r *ranking) leave(s *sequence) {
	r.others++
	r.units, r.won = r.units+s.units, r.won+s.won
	s.spans.addTo(&r.spans)
}

// compare puts the sequence that more units took first.
func (r *ranking) compare(x, y *sequence) int {
	return cmp.Or(cmp.Compare(y.units, x.units), compareStates(x.states, y.states, r.rank))
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
	ways := map[int]uint64{} // how many sequences so many units took
	c := Concentration{}
	b.eachSequence(func(s *sequence) {
		ways[s.units]++
		c.Variants++
	})
	needed := uint64(math.Ceil(share * float64(b.units)))
	for _, units := range slices.Backward(slices.Sorted(maps.Keys(ways))) {
		each := uint64(units)
		if all := each * ways[units]; all < needed {
			needed -= all
			c.Covering += ways[units]
			continue
		}
		c.Covering += (needed + each - 1) / each
		break
	}
	return c
}
