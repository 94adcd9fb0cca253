package attribution

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// world makes random histories: units with a few touches each, some conversions, ties in time on purpose.
type world struct {
	units, channels, touches int
	conversion               float64 // probability that a unit converts once, squared twice, …
}

type history struct {
	unit        Unit
	touches     []Touch
	conversions []Conversion
}

func (w world) histories(random *rand.Rand) []history {
	names := make([]string, w.channels)
	for i := range names {
		names[i] = fmt.Sprintf("channel %02d", i)
	}
	names[0] = Direct
	all := make([]history, w.units)
	for u := range all {
		id := fmt.Sprintf("u%07d", u)
		h := history{unit: Unit{Kind: "person", ID: id}}
		for i := range random.IntN(2*w.touches + 1) {
			at := start.Add(time.Duration(random.IntN(200*24)) * time.Hour)
			channel := random.IntN(w.channels)
			channel = min(channel, random.IntN(w.channels)) // some channels are more frequent
			h.touches = append(h.touches, Touch{
				UnitID: id, PersonID: id, ID: fmt.Sprintf("%s-%d", id, i), At: at, Channel: names[channel],
				SourceRank: uint32(random.IntN(2)),
			})
		}
		for n := uint32(1); random.Float64() < w.conversion; n++ {
			h.conversions = append(h.conversions, Conversion{
				ID: fmt.Sprintf("person:won:%s:%d", id, n), UnitKind: "person", UnitID: id, Type: "won", CycleNo: n,
				At: start.Add(time.Duration(random.IntN(200*24)) * time.Hour), Value: int64(random.IntN(5_000_000)) - 100,
			})
		}
		for _, kind := range []string{LeadCreated, OpportunityCreated} {
			if random.IntN(2) == 0 {
				h.unit.Milestones = append(h.unit.Milestones, Milestone{kind, start.Add(time.Duration(random.IntN(200*24)) * time.Hour)})
			}
		}
		all[u] = h
	}
	return all
}

func (w world) journeys(seed uint64, o Options) []Journey {
	var js []Journey
	for _, h := range w.histories(rand.New(rand.NewPCG(seed, 1))) {
		js = append(js, Journeys(h.unit, h.touches, h.conversions, o)...)
	}
	return js
}
