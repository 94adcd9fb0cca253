package attribution

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// table is columns with one dictionary, cut into pieces that are worked on side by side. How they are cut doesn't depend on
// the machine, so that sums don't either.
type table struct {
	names  []string // of channels, sorted
	pieces []piece
}

// piece is a stretch of rows.
type piece struct {
	Columns
	begin int32   // where the first row begins in Touches
	rank  []int32 // place of each id among the names
}

// pieceRows is how many rows a piece has at most.
const pieceRows = 1 << 16

func newTable(pieces []Columns) (*table, error) {
	t := &table{}
	faults := make([]error, len(pieces))
	sideBySide(len(pieces), func(i int) { faults[i] = pieces[i].validate() })
	for i := range pieces {
		if faults[i] != nil {
			return nil, faults[i]
		}
		t.names = append(t.names, pieces[i].Channels...)
	}
	slices.Sort(t.names)
	t.names = slices.Compact(t.names)
	for _, c := range pieces {
		rank := make([]int32, len(c.Channels))
		for id, name := range c.Channels {
			at, _ := slices.BinarySearch(t.names, name)
			rank[id] = int32(at)
		}
		t.cut(c, rank)
	}
	return t, nil
}

func (t *table) cut(c Columns, rank []int32) {
	for from := 0; from < len(c.Ends); from += pieceRows {
		until := min(from+pieceRows, len(c.Ends))
		p := piece{c, 0, rank}
		if from > 0 {
			p.begin = c.Ends[from-1]
		}
		p.Ends = c.Ends[from:until]
		if c.Converted != nil {
			p.Converted = c.Converted[from:until]
		} else {
			p.Conversions, p.Nulls = c.Conversions[from:until], c.Nulls[from:until]
		}
		if c.Values != nil {
			p.Values = c.Values[from:until]
		}
		t.pieces = append(t.pieces, p)
	}
}

// row is the touches of row j.
func (p *piece) row(j int) []uint16 {
	from := p.begin
	if j > 0 {
		from = p.Ends[j-1]
	}
	return p.Touches[from:p.Ends[j]]
}

// value is that of the conversions of row j, in the unit of Conversion.Value; one without a conversion is none.
func (p *piece) value(j int) float64 {
	if conv, _ := p.Counts(j); p.Values == nil || conv == 0 {
		return 0
	}
	return p.Values[j] * valueUnit
}

// sideBySide calls work for 0 to n−1, several at a time.
func sideBySide(n int, work func(i int)) {
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				work(i)
			}
		})
	}
	workers.Wait()
}
