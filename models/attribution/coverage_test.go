package attribution

import (
	"testing"
	"time"
)

// Intervals hold what they promise about the model's own figure: of many samples of a world, about 95 % of the
// intervals cover the share found in a very large one. The bounds are four standard errors of 300 intervals that
// depend on each other by fives.
func TestIntervalsCoverTheModelsOwnShare(t *testing.T) {
	o := Options{ConversionType: "won", ObservedUntil: days(400)}
	w := world{units: 100_000, channels: 5, touches: 3, conversion: .3}
	large := NewSample(w.journeys(1, o))
	w.units = 1000
	const trials = 60
	ms := []Model{First(), Linear(), TimeDecay{7 * 24 * time.Hour}, Markov{}, ShapleyRate{10}, ShapleyInside{}, LeaveOneOut{}}
	var truth []Credit
	for _, m := range ms {
		truth = append(truth, credit(t, m, large))
	}
	covered, intervals := make([]int, len(ms)), 0
	for trial := range uint64(trials) {
		s := NewSample(w.journeys(100+trial, o))
		var cs []Credit
		for _, m := range ms {
			cs = append(cs, credit(t, m, s))
		}
		all, err := BootstrapAll(ms, s, cs, 100, trial)
		if err != nil {
			t.Fatal(err)
		}
		for k := range ms {
			for id, share := range truth[k].Shares() {
				if all[k].Low[id] <= share && share <= all[k].High[id] {
					covered[k]++
				}
			}
		}
		intervals += len(s.channels)
	}
	for k, m := range ms {
		if rate := float64(covered[k]) / float64(intervals); rate < .88 || rate > .995 {
			t.Errorf("%s: %.3f of %d intervals cover the share", m.Name(), rate, intervals)
		}
	}
}
