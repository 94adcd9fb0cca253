package models

import (
	"iter"
	"strings"

	"github.com/funnelcloud/funnelcloud/models/attribution"
)

// timedConversions are converted journeys with their times, in columns: a touch takes twelve bytes, so that those of millions can
// wait for the fit to those that are sampled.
type timedConversions struct {
	names             []string
	ids               map[string]int32 // of names
	keys              []uint64         // of each journey, as the ledger has them
	ends              []int            // of each in channels and ages
	channels          []int32
	ages              []float64
	discovered        []bool
	entered, repeated []float64
}

func newTimedConversions() *timedConversions { return &timedConversions{ids: map[string]int32{}} }

func (c *timedConversions) add(journeyID string, j *attribution.Timed) {
	for i, name := range j.Channels {
		id, known := c.ids[name]
		if !known {
			name = strings.Clone(name)
			id = int32(len(c.names))
			c.names, c.ids[name] = append(c.names, name), id
		}
		c.channels, c.ages = append(c.channels, id), append(c.ages, j.Ages[i])
	}
	c.keys, c.ends = append(c.keys, attribution.JourneyKey(journeyID)), append(c.ends, len(c.channels))
	c.discovered = append(c.discovered, j.Discovered)
	c.entered, c.repeated = append(c.entered, j.Entered), append(c.repeated, j.Repeated)
}

// all yields the journeys in the order in which they came. Their slices are the receiver's until the next.
func (c *timedConversions) all() iter.Seq2[uint64, attribution.Timed] {
	return func(yield func(uint64, attribution.Timed) bool) {
		from := 0
		j := attribution.Timed{Converted: true}
		for i, until := range c.ends {
			j.Channels = j.Channels[:0]
			for _, id := range c.channels[from:until] {
				j.Channels = append(j.Channels, c.names[id])
			}
			j.Ages, j.Discovered, j.Entered, j.Repeated = c.ages[from:until], c.discovered[i], c.entered[i], c.repeated[i]
			if !yield(c.keys[i], j) {
				return
			}
			from = until
		}
	}
}
