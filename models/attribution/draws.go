package attribution

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// pathDraws groups units by the paths they took.
func (s *Sample) pathDraws() *draws {
	d := &draws{cells: s.paths.len(), start: []int{0}}
	if s.journeys == nil {
		for p := range s.conv {
			d.group([]int32{int32(p) * 2}, s.conv[p])
			d.group([]int32{int32(p)*2 + 1}, s.null[p])
		}
		return d
	}
	alone := make([]float64, 2*d.cells) // units of a single journey, by member: no map for the common case
	several := map[string]float64{}
	var key []byte
	for _, members := range s.units() {
		if len(members) == 1 {
			alone[members[0]]++
			continue
		}
		slices.Sort(members)
		key = key[:0]
		for _, m := range members {
			key = binary.BigEndian.AppendUint32(key, uint32(m))
		}
		several[string(key)]++
	}
	for m, count := range alone {
		d.group([]int32{int32(m)}, count)
	}
	keys := make([]string, 0, len(several))
	for k := range several {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	var members []int32
	for _, k := range keys {
		members = members[:0]
		for b := []byte(k); len(b) > 0; b = b[4:] {
			members = append(members, int32(binary.BigEndian.Uint32(b)))
		}
		d.group(members, several[k])
	}
	return d
}

func (d *draws) group(members []int32, count float64) {
	if count == 0 {
		return
	}
	d.count = append(d.count, count)
	d.member = append(d.member, members...)
	d.start = append(d.start, len(d.member))
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
	d := &draws{cells: len(order), start: []int{0}}
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
