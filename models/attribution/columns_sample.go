package attribution

import (
	"cmp"
	"math/bits"
	"slices"
)

// NewSampleOfColumns is NewSampleOfPaths for paths in columns. Rows are sorted by their channels instead of looked up one by
// one: most of the order is decided by the first few channels, packed into one integer.
func NewSampleOfColumns(pieces ...Columns) (*Sample, error) {
	t, err := newTable(pieces)
	if err != nil {
		return nil, err
	}
	s := &Sample{channels: t.names, paths: paths{start: []int{0}}}
	o := &rowOrder{t: t, width: max(1, bits.Len(uint(len(t.names))))}
	var before sortedRow
	for _, row := range o.rows() {
		p := &t.pieces[row.piece]
		path := p.row(int(row.row))
		if len(path) == 0 {
			continue
		}
		if s.paths.len() == 0 || !o.same(before, row) {
			for _, id := range path {
				s.paths.ids = append(s.paths.ids, p.rank[id])
			}
			s.paths.start = append(s.paths.start, len(s.paths.ids))
			s.conv, s.null, s.value = append(s.conv, 0), append(s.null, 0), append(s.value, 0)
		}
		before = row
		last := len(s.conv) - 1
		conv, null := p.Counts(int(row.row))
		s.conv[last] += conv
		s.null[last] += null
		s.value[last] += p.value(int(row.row))
	}
	s.groupSets()
	return s, nil
}

// sortedRow is a row with the first channels of its path: equal ones need a closer look.
type sortedRow struct {
	head       uint64
	piece, row int32
}

// rowOrder is the lexicographic order of rows by the ranks of their channels.
type rowOrder struct {
	t     *table
	width int // bits that a channel takes in a head, where 0 is "no more channels"
}

// rows are all rows in order; of equal paths the first row first.
func (o *rowOrder) rows() []sortedRow {
	heads := make([][]sortedRow, len(o.t.pieces))
	sideBySide(len(heads), func(i int) {
		p := &o.t.pieces[i]
		heads[i] = make([]sortedRow, len(p.Ends))
		for j := range heads[i] {
			heads[i][j] = sortedRow{o.head(p, p.row(j)), int32(i), int32(j)}
		}
	})
	scattered, buckets := scatter(heads)
	sideBySide(len(buckets), func(i int) {
		slices.SortFunc(buckets[i], func(a, b sortedRow) int {
			if a.head != b.head {
				return cmp.Compare(a.head, b.head)
			}
			return cmp.Or(o.compareTails(a, b), cmp.Compare(a.piece, b.piece), cmp.Compare(a.row, b.row))
		})
	})
	return scattered
}

func (o *rowOrder) head(p *piece, path []uint16) uint64 {
	head, room := uint64(0), 64
	for _, id := range path {
		if room < o.width {
			break
		}
		room -= o.width
		head |= uint64(p.rank[id]+1) << room
	}
	return head
}

// compareTails compares what may follow equal heads.
func (o *rowOrder) compareTails(a, b sortedRow) int {
	p, q := &o.t.pieces[a.piece], &o.t.pieces[b.piece]
	x, y := p.row(int(a.row)), q.row(int(b.row))
	for i := 64 / o.width; i < len(x) && i < len(y); i++ {
		if order := cmp.Compare(p.rank[x[i]], q.rank[y[i]]); order != 0 {
			return order
		}
	}
	return cmp.Compare(len(x), len(y))
}

func (o *rowOrder) same(a, b sortedRow) bool { return a.head == b.head && o.compareTails(a, b) == 0 }

// scatter puts rows into buckets by the beginnings of their heads. The buckets, in order, are stretches of scattered.
func scatter(heads [][]sortedRow) (scattered []sortedRow, buckets [][]sortedRow) {
	const width = 12
	var size [1 << width]int
	all := 0
	for _, rows := range heads {
		all += len(rows)
		for _, row := range rows {
			size[row.head>>(64-width)]++
		}
	}
	scattered = make([]sortedRow, all)
	buckets = make([][]sortedRow, len(size))
	at := 0
	for bucket, n := range size {
		buckets[bucket] = scattered[at : at : at+n]
		at += n
	}
	for _, rows := range heads {
		for _, row := range rows {
			bucket := row.head >> (64 - width)
			buckets[bucket] = append(buckets[bucket], row)
		}
	}
	return scattered, buckets
}
