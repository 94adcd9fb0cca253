package attribution

import (
	"cmp"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// draws are the units of a sample, alike ones grouped and counted, and what each adds to the counts of cells.
type draws struct {
	cells      int
	converting groups // units with a converted journey
	others     groups // rules never look at these, so they are drawn from random numbers of their own, or not at all
}

// groups are kinds of units.
type groups struct {
	count  []float64 // units of each group
	start  []int     // of each group in member
	member []int32   // cell·2, plus 1 when the journey did not convert
}

// group adds units of one kind.
func (d *draws) group(members []int32, count float64) {
	if count == 0 {
		return
	}
	g := &d.others
	if slices.ContainsFunc(members, func(m int32) bool { return m&1 == 0 }) {
		g = &d.converting
	}
	if g.start == nil {
		g.start = []int{0}
	}
	g.count = append(g.count, count)
	g.member = append(g.member, members...)
	g.start = append(g.start, len(g.member))
}

// draw fills conv and null with the counts of resample r; nulls may be left out when nobody asks for them.
func (d *draws) draw(seed, r uint64, nulls bool, conv, null []float64) {
	clear(conv)
	clear(null)
	d.converting.draw(rand.NewPCG(seed, 2*r), conv, null)
	if nulls {
		d.others.draw(rand.NewPCG(seed, 2*r+1), conv, null)
	}
}

func (g *groups) draw(random *rand.PCG, conv, null []float64) {
	for i, count := range g.count {
		n := poisson(count, random)
		if n == 0 {
			continue
		}
		for _, m := range g.member[g.start[i]:g.start[i+1]] {
			switch {
			case m&1 == 0:
				conv[m>>1] += n
			case null != nil:
				null[m>>1] += n
			}
		}
	}
}

// poisson draws from the Poisson distribution. Small whole means, nearly all there are, are sums of draws of mean 1.
func poisson(mean float64, random *rand.PCG) float64 {
	if mean > 16 || mean != math.Trunc(mean) {
		return distuv.Poisson{Lambda: mean, Src: random}.Rand()
	}
	n := 0
	for range int(mean) {
		u := uint32(random.Uint64() >> 32)
		for k := 0; k < len(poissonTable) && u >= poissonTable[k]; k++ {
			n++
		}
	}
	return float64(n)
}

// poissonTable is the distribution function of Poisson(1) at 0, 1, …, scaled to 2^32: a look into it is several times
// as fast as the general method.
var poissonTable = func() (table [12]uint32) {
	term, sum := math.Exp(-1), 0.0
	for k := range table {
		sum += term
		term /= float64(k + 1)
		table[k] = uint32(math.Min(sum*(1<<32), math.MaxUint32))
	}
	return table
}()

// pathDraws groups units by the paths they took.
func (s *Sample) pathDraws() *draws {
	if s.unitDraws != nil {
		return s.unitDraws
	}
	cells := s.paths.len()
	alone := make([]float64, 2*cells) // units of a single journey, by member: no map for the common case
	if s.journeys == nil {
		for p := range s.conv {
			alone[2*p], alone[2*p+1] = s.conv[p], s.null[p]
		}
		return newDraws(cells, alone, nil)
	}
	several := map[string]float64{}
	var key []byte
	for _, members := range s.units() {
		if len(members) == 1 {
			alone[members[0]]++
			continue
		}
		slices.Sort(members)
		key = memberKey(members, key)
		several[string(key)]++
	}
	return newDraws(cells, alone, several)
}

// newDraws takes the number of units that have a single journey, by member, and of those that have more, by memberKey.
func newDraws(cells int, alone []float64, several map[string]float64) *draws {
	d := &draws{cells: cells}
	for m, count := range alone {
		d.group([]int32{int32(m)}, count)
	}
	var members []int32
	for _, key := range slices.Sorted(maps.Keys(several)) {
		members = membersOf(key, members[:0])
		d.group(members, several[key])
	}
	return d
}

// units yields the members (path·2, plus 1 when not converted) of each unit, which the receiver may reorder.
func (s *Sample) units() func(yield func(int, []int32) bool) {
	order := make([]int32, 0, len(s.journeys))
	for i, p := range s.pathOf {
		if p >= 0 {
			order = append(order, int32(i))
		}
	}
	compare := func(a, b int32) int {
		x, y := &s.journeys[a], &s.journeys[b]
		return cmp.Or(cmp.Compare(x.UnitID, y.UnitID), cmp.Compare(x.UnitKind, y.UnitKind))
	}
	if !slices.IsSortedFunc(order, compare) {
		slices.SortFunc(order, compare)
	}
	return func(yield func(int, []int32) bool) {
		var members []int32
		for from, unit := 0, 0; from < len(order); unit++ {
			members = members[:0]
			until := from
			for ; until < len(order) && compare(order[from], order[until]) == 0; until++ {
				member := s.pathOf[order[until]] * 2
				if s.journeys[order[until]].Outcome != Converted {
					member++
				}
				members = append(members, member)
			}
			from = until
			if !yield(unit, members) {
				return
			}
		}
	}
}

// journeyDraws keeps every unit that converted apart, for models whose weights depend on more than the path. Units
// that did not convert hold nothing such a model looks at.
func (s *Sample) journeyDraws() *draws {
	order := s.canonical()
	d := &draws{cells: len(order)}
	var members []int32
	for from := 0; from < len(order); {
		members = members[:0]
		first := &s.journeys[order[from]]
		until := from
		for ; until < len(order); until++ {
			if j := &s.journeys[order[until]]; j.UnitID != first.UnitID || j.UnitKind != first.UnitKind {
				break
			}
			members = append(members, int32(until)*2)
		}
		from = until
		d.group(members, 1)
	}
	return d
}
