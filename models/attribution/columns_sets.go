package attribution

import "math/bits"

// convertedSets are the distinct sets of channels of rows that converted, with their conversions and value, in an order that
// doesn't depend on that of the rows.
type convertedSets struct {
	sets        paths
	conv, value []float64
}

func (t *table) convertedSets() convertedSets {
	if len(t.names) > 64 {
		return t.indexedSets()
	}
	return t.maskedSets()
}

// maskedSets has the channels of a set as the bits of one integer. Sorting those of a million rows takes a fifth of the time
// that looking each one up in a table does, whose slots are all over the memory.
func (t *table) maskedSets() (found convertedSets) {
	ends := make([]int, len(t.pieces)+1)
	sideBySide(len(t.pieces), func(i int) { ends[i+1] = t.pieces[i].converted() })
	for i := range t.pieces {
		ends[i+1] += ends[i]
	}
	rows := make([]maskedRow, ends[len(t.pieces)])
	sideBySide(len(t.pieces), func(i int) { t.pieces[i].masks(rows[ends[i]:ends[i]:ends[i+1]]) })
	found.sets.start = []int{0}
	var before uint64 // no set: every path has a channel
	for _, row := range sortedByMask(rows, len(t.names)) {
		if row.mask != before {
			before = row.mask
			found.add(row.mask)
		}
		last := len(found.conv) - 1
		found.conv[last] += row.conv
		found.value[last] += row.value
	}
	return found
}

// add appends a set without conversions.
func (s *convertedSets) add(mask uint64) {
	for ; mask != 0; mask &= mask - 1 {
		s.sets.ids = append(s.sets.ids, int32(bits.TrailingZeros64(mask)))
	}
	s.sets.start = append(s.sets.start, len(s.sets.ids))
	s.conv, s.value = append(s.conv, 0), append(s.value, 0)
}

// maskedRow is a row that converted.
type maskedRow struct {
	mask        uint64
	conv, value float64
}

// converted is how many rows masks appends.
func (p *piece) converted() (rows int) {
	for j := range p.Ends {
		if conv, _ := p.Counts(j); conv != 0 && len(p.row(j)) > 0 {
			rows++
		}
	}
	return rows
}

func (p *piece) masks(rows []maskedRow) {
	bit := make([]uint64, len(p.rank))
	for id, rank := range p.rank {
		bit[id] = 1 << rank
	}
	for j := range p.Ends {
		conv, _ := p.Counts(j)
		path := p.row(j)
		if conv == 0 || len(path) == 0 {
			continue
		}
		mask := uint64(0)
		for _, id := range path {
			mask |= bit[id]
		}
		rows = append(rows, maskedRow{mask, conv, p.value(j)})
	}
}

// sortedByMask sorts by the lowest bits of the masks, eleven at a time (Knuth, The Art of Computer Programming 3, 5.2.5); of equal
// ones the first row stays the first. The rows' own memory is used.
func sortedByMask(rows []maskedRow, width int) []maskedRow {
	const digit = 11
	other := make([]maskedRow, len(rows))
	for low := 0; low < width; low += digit {
		var next [1 << digit]int // where the next row with this digit goes
		for i := range rows {
			next[rows[i].mask>>low&(1<<digit-1)]++
		}
		at := 0
		for i, n := range next {
			next[i], at = at, at+n
		}
		for i := range rows {
			to := &next[rows[i].mask>>low&(1<<digit-1)]
			other[*to] = rows[i]
			*to++
		}
		rows, other = other, rows
	}
	return rows
}

// indexedSets is for more channels than an integer has bits.
func (t *table) indexedSets() (sorted convertedSets) {
	index := newSetIndex(len(t.names))
	var conv, value []float64
	var ids []int32
	for i := range t.pieces {
		p := &t.pieces[i]
		for j := range p.Ends {
			n, _ := p.Counts(j)
			path := p.row(j)
			if n == 0 || len(path) == 0 {
				continue
			}
			ids = ids[:0]
			for _, id := range path {
				ids = append(ids, p.rank[id])
			}
			set := int(index.add(ids))
			if set == len(conv) {
				conv, value = append(conv, 0), append(value, 0)
			}
			conv[set] += n
			value[set] += p.value(j)
		}
	}
	sorted.sets.start = []int{0}
	for _, at := range index.order() {
		sorted.sets.add(index.sets.at(int(at)))
		sorted.conv, sorted.value = append(sorted.conv, conv[at]), append(sorted.value, value[at])
	}
	return sorted
}
