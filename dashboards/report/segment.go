package report

import (
	"fmt"
	"strings"

	"github.com/funnelcloud/funnelcloud/dashboards"
)

// Segment is a part of the units: those whose value of a split is this. The zero value is all units.
type Segment struct{ By, Value string }

func (s Segment) filters(unitKind string, run uint64) (map[string]string, error) { return nil, nil }

func unsegmented(p dashboards.Panel) bool { return false }

// SegmentOffer is a segment that the data hold, with its number of units.
type SegmentOffer struct {
	Segment
	Units float64
}

// ParseSegment reads "split:value"; nothing is the zero segment.
func ParseSegment(text string) (Segment, error) {
	if text == "" {
		return Segment{}, nil
	}
	by, value, ok := strings.Cut(text, ":")
	if !ok {
		return Segment{}, fmt.Errorf("%q is no segment: write it as split:value", text)
	}
	return Segment{by, value}, nil
}

// String is what ParseSegment reads.
func (s Segment) String() string {
	if s.By == "" {
		return ""
	}
	return s.By + ":" + s.Value
}

// Name says by what the segment splits.
func (o SegmentOffer) Name() string { return o.By }

// Label is the value with its number of units.
func (o SegmentOffer) Label() string {
	value := o.Value
	if value == "" {
		value = "(none)"
	}
	return value + " (" + grouped(o.Units, 0) + ")"
}
