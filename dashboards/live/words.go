package live

import (
	"strings"

	"github.com/funnelcloud/funnelcloud/dashboards/report"
)

// RunNumber is the number of the run that the page shows, empty where it shows none.
func (v *view) RunNumber() string {
	number, _, _ := strings.Cut(v.Run, " ")
	return number
}

// ZoneName is the zone in which days begin and times are written.
func (v *view) ZoneName() string {
	if v.Zone == nil {
		return ""
	}
	return v.Zone.String()
}

// Home is the first page with the same choices.
func (c choice) Home() string { return c.address("/") }

// segmentGroup is a split with its segments.
type segmentGroup struct {
	Name   string
	Offers []report.SegmentOffer
}

// SegmentGroups are the segments by their split.
func (v *view) SegmentGroups() []segmentGroup {
	var all []segmentGroup
	for _, o := range v.Offers.Segments {
		if len(all) == 0 || all[len(all)-1].Name != o.By {
			all = append(all, segmentGroup{Name: o.By})
		}
		last := &all[len(all)-1]
		last.Offers = append(last.Offers, o)
	}
	return all
}
