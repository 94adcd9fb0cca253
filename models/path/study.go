package path

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Study is the ways of all units, and beside them those of each segment.
type Study struct {
	Whole    *Builder
	options  Options
	segments map[Segment]*Builder
}

// maxSegments bounds the values that are split by; more is an error.
const maxSegments = 200

// NewStudy makes a Study without trails.
func NewStudy(o Options) *Study {
	return &Study{Whole: NewBuilder(o), options: o, segments: map[Segment]*Builder{}}
}

// Add counts a trail in the whole and in each of its segments.
func (s *Study) Add(t Trail) {
	s.Whole.Add(t)
	for _, segment := range t.Segments {
		b := s.segments[segment]
		if b == nil {
			b = NewBuilder(s.options)
			s.segments[Segment{strings.Clone(segment.By), strings.Clone(segment.Value)}] = b
		}
		b.Add(t)
	}
}

// Err is what went wrong with an Overflow, see Builder.Err.
func (s *Study) Err() error {
	err := s.Whole.Err()
	for _, b := range s.segments {
		err = errors.Join(err, b.Err())
	}
	return err
}

// Parts are the segments, the largest of each split first, behind the whole, whose segment is empty. It is an error if
// there are more than 200: what has so many values is no segment.
func (s *Study) Parts() ([]Part, error) {
	parts := make([]Part, 0, 1+len(s.segments))
	for segment, b := range s.segments {
		parts = append(parts, Part{segment, b})
	}
	slices.SortFunc(parts, func(a, b Part) int {
		return cmp.Or(cmp.Compare(a.By, b.By), cmp.Compare(b.Builder.Units(), a.Builder.Units()), cmp.Compare(a.Value, b.Value))
	})
	if len(parts) > maxSegments {
		return nil, fmt.Errorf("split paths: %d segments: at most %d; split by something with fewer values", len(parts), maxSegments)
	}
	return append([]Part{{Builder: s.Whole}}, parts...), nil
}

// Part is a segment and its ways.
type Part struct {
	Segment

	Builder *Builder
}

// SegmentRow is a row of table path_segments: the headline figures of a segment. Intervals of shares are Wilson's.
type SegmentRow struct {
	UnitKind         string  `ch:"unit_kind" json:"unit_kind"`
	StateKind        string  `ch:"state_kind" json:"state_kind"`
	By               string  `ch:"segment_by" json:"segment_by"`
	Segment          string  `ch:"segment" json:"segment"`
	Units            uint64  `ch:"units" json:"units"`
	Wins             uint64  `ch:"wins" json:"wins"`
	WinRate          float64 `ch:"win_rate" json:"win_rate"`
	WinRateLow       float64 `ch:"win_rate_low" json:"win_rate_low"`
	WinRateHigh      float64 `ch:"win_rate_high" json:"win_rate_high"`
	Variants         uint64  `ch:"variants" json:"variants"`
	Covering         uint64  `ch:"covering" json:"covering"` // variants that cover 80 % of the units
	Linear           uint64  `ch:"linear" json:"linear"`
	LinearityIndex   float64 `ch:"linearity_index" json:"linearity_index"`
	IndexLow         float64 `ch:"index_low" json:"index_low"`
	IndexHigh        float64 `ch:"index_high" json:"index_high"`
	Skipped          uint64  `ch:"skipped" json:"skipped"`
	Repeated         uint64  `ch:"repeated" json:"repeated"`
	WentBack         uint64  `ch:"went_back" json:"went_back"`
	EnteredLate      uint64  `ch:"entered_late" json:"entered_late"`
	Recovered        uint64  `ch:"recovered" json:"recovered"`
	LoopsPerWin      float64 `ch:"loops_per_win" json:"loops_per_win"`
	ReworkShare      float64 `ch:"rework_share" json:"rework_share"` // of the units that entered some state more than once
	ReworkLow        float64 `ch:"rework_low" json:"rework_low"`
	ReworkHigh       float64 `ch:"rework_high" json:"rework_high"`
	Disqualified     uint64  `ch:"disqualified" json:"disqualified"`
	Requalified      uint64  `ch:"requalified" json:"requalified"`
	RequalifiedLow   float64 `ch:"requalified_low" json:"requalified_low"` // of their share
	RequalifiedHigh  float64 `ch:"requalified_high" json:"requalified_high"`
	RequalifyingDays float64 `ch:"requalifying_days" json:"requalifying_days"` // median
}

// Row is the headline figures of the part; steps are the drawn funnel, and may be none.
func (p Part) Row(steps [][]string) SegmentRow {
	b := p.Builder
	row := SegmentRow{
		UnitKind: b.options.UnitKind, StateKind: b.options.StateKind, By: p.By, Segment: p.Value,
		Units: uint64(b.units), Wins: uint64(b.won), WinRate: ratio(b.won, b.units),
	}
	row.WinRateLow, row.WinRateHigh = wilson(row.Wins, row.Units)
	concentration, rework := b.Concentration(.8), uint64(b.Reworked())
	row.Variants, row.Covering = concentration.Variants, concentration.Covering
	row.ReworkShare = share(rework, row.Units)
	row.ReworkLow, row.ReworkHigh = wilson(rework, row.Units)
	if len(steps) > 0 {
		l := b.LinearityOfSteps(steps)
		row.Linear, row.LinearityIndex, row.IndexLow, row.IndexHigh = l.Linear, l.LinearityIndex, l.IndexLow, l.IndexHigh
		row.Skipped, row.Repeated, row.WentBack, row.EnteredLate = l.Skipped, l.Repeated, l.WentBack, l.EnteredLate
		row.Recovered, row.LoopsPerWin = l.Recovered, l.LoopsPerWin
	}
	q := b.Requalification()
	row.Disqualified, row.Requalified, row.RequalifyingDays = q.Disqualified, q.Requalified, q.MedianDays
	row.RequalifiedLow, row.RequalifiedHigh = q.RateLow, q.RateHigh
	return row
}

// Reworked is the number of units that entered some state more than once.
func (b *Builder) Reworked() int {
	n := 0
	seen := make([]bool, len(b.states))
	b.eachSequence(func(s *sequence) {
		if repeats(s.states, seen) {
			n += s.units
		}
	})
	return n
}

// repeats tells whether a state comes twice. It takes seen, which is false for every state, and leaves it so.
func repeats(states []int32, seen []bool) bool {
	twice := false
	for _, id := range states {
		twice = twice || seen[id]
		seen[id] = true
	}
	for _, id := range states {
		seen[id] = false
	}
	return twice
}
