package quality

import (
	"math"
	"time"
)

// Crossing says when a unit's score first reached a threshold.
type Crossing struct {
	UnitID    string    `ch:"unit_id"`
	Threshold float64   `ch:"threshold"`
	At        time.Time `ch:"reached_at"`
}

// Point is what a threshold would pass on: the fewer it passes, the higher should be the win rate and the more wins are
// missed. Where the win rate doesn't rise with the threshold, the score doesn't rank.
type Point struct {
	Threshold float64
	Measures
	Missed int // conversions that it would not have flagged in time
}

// TradeOff measures each threshold. Crossings are sorted by threshold, then unit id.
func (p *Population) TradeOff(crossings []Crossing) []Point {
	var points []Point
	for len(crossings) > 0 {
		threshold, flags := crossings[0].Threshold, []Flag(nil)
		n := 0
		for ; n < len(crossings) && !(crossings[n].Threshold > threshold); n++ {
			flags = append(flags, Flag{UnitID: crossings[n].UnitID, At: crossings[n].At, Score: threshold})
		}
		m := p.Judge(flags).Measures()
		points = append(points, Point{Threshold: threshold, Measures: m, Missed: m.Converted - m.Recall.Of})
		crossings = crossings[n:]
	}
	return points
}

// Earned is a row of a score ledger: what an event gave, and how it fades.
type Earned struct {
	At           time.Time `ch:"event_ts"`
	Points       float64   `ch:"points"`
	HalfLifeDays float64   `ch:"half_life_days"` // 0: never
}

// Peaks are the instants at which a unit's score first reached each multiple of a step, up to a highest. The ledger is
// sorted by time; a score is looked at after all rows of an instant, since between events it only falls.
func Peaks(ledger []Earned, step, highest float64) []Crossing {
	var crossings []Crossing
	sums := map[float64]float64{} // by half life, as of at
	var at time.Time
	next := step
	for i := range ledger {
		row := &ledger[i]
		if row.At.After(at) {
			fade(sums, row.At.Sub(at))
			at = row.At
		}
		sums[row.HalfLifeDays] += row.Points
		if i+1 < len(ledger) && ledger[i+1].At.Equal(row.At) {
			continue
		}
		score := 0.0
		for _, s := range sums {
			score += s
		}
		// A sum of many halves may fall a hair short of what the definition saw.
		for ; next <= highest && score >= next-1e-9; next += step {
			crossings = append(crossings, Crossing{Threshold: next, At: at})
		}
	}
	return crossings
}

// fade lets a time pass.
func fade(sums map[float64]float64, passed time.Duration) {
	for halfLife := range sums {
		if halfLife > 0 {
			sums[halfLife] *= math.Exp2(-passed.Hours() / 24 / halfLife)
		}
	}
}
