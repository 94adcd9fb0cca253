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
	for _, m := range []Model{Linear(), TimeDecay{7 * 24 * time.Hour}, Markov{}, ShapleyRate{10}, LeaveOneOut{}} {
		truth := credit(t, m, large)
		covered, intervals := 0, 0
		for trial := range uint64(trials) {
			i, err := Bootstrap(m, NewSample(w.journeys(100+trial, o)), 100, trial)
			if err != nil {
				t.Fatal(err)
			}
			for id, share := range truth.Shares() {
				intervals++
				if i.Low[id] <= share && share <= i.High[id] {
					covered++
				}
			}
		}
		if rate := float64(covered) / float64(intervals); rate < .88 || rate > .995 {
			t.Errorf("%s: %.3f of %d intervals cover the share", m.Name(), rate, intervals)
		}
	}
}
