package quality

import (
	"math"
	"slices"
	"time"
)

// DefaultBands are the lower ends of the bands of the lead score.
var DefaultBands = []float64{math.Inf(-1), 10, 20, 30, 40, 50, 60, 80, 100}

// Reliability holds a definition's forecast against what happened. The judged units are cut in two by their clock (flag,
// else start): the conversion rate of each band among the earlier half is the forecast for the same band of the later
// half, on which alone it is scored.
type Reliability struct {
	Bands     []Band
	Brier     float64 // mean of (forecast − outcome)², Brier 1950
	Reference float64 // the same of the earlier half's overall rate
	Units     int     // scored
}

// Band is the flagged units with a lead score from From up to, not including, To; or all those not flagged.
type Band struct {
	Flagged  bool
	From, To float64 // ±Inf at the ends; both 0 for those not flagged
	Forecast float64 // drawn towards the overall rate by one unit's weight, so that no band is certain
	Trained  int
	Observed Rate // of the later half
}

// NewReliability judges the forecast of a definition. bands are lower ends, rising, the first −Inf.
func NewReliability(units []Unit, flags []Flag, bands []float64, o Options) Reliability {
	return reliability(fates(units, flags, o), bands)
}

func reliability(all []fate, ends []float64) Reliability {
	judged := make([]fate, 0, len(all))
	for _, f := range all {
		if f.judged {
			judged = append(judged, f)
		}
	}
	earlier, later := halves(judged)
	trained, tested := tally(earlier, ends), tally(later, ends)
	total := cell{}
	for _, c := range trained {
		total.units, total.converted = total.units+c.units, total.converted+c.converted
	}
	base := ratio(float64(total.converted), float64(total.units))
	r := Reliability{Units: len(later)}
	var wrong, reference float64
	for i, c := range tested {
		b := Band{Flagged: i > 0, Trained: trained[i].units, Observed: NewRate(c.converted, c.units)}
		b.Forecast = (float64(trained[i].converted) + base) / float64(trained[i].units+1)
		if i > 0 {
			b.From, b.To = ends[i-1], math.Inf(1)
			if i < len(ends) {
				b.To = ends[i]
			}
		}
		wrong += c.squaredError(b.Forecast)
		reference += c.squaredError(base)
		if c.units+trained[i].units > 0 {
			r.Bands = append(r.Bands, b)
		}
	}
	r.Brier, r.Reference = ratio(wrong, float64(r.Units)), ratio(reference, float64(r.Units))
	return r
}

// halves cuts at the median clock. Units of one instant stay together, so that the order of rows decides nothing.
func halves(judged []fate) (earlier, later []fate) {
	if len(judged) == 0 {
		return nil, nil
	}
	clocks := make([]time.Time, len(judged))
	for i := range judged {
		clocks[i] = judged[i].clock
	}
	slices.SortFunc(clocks, time.Time.Compare)
	cut := clocks[len(clocks)/2]
	for _, f := range judged {
		if f.clock.Before(cut) {
			earlier = append(earlier, f)
		} else {
			later = append(later, f)
		}
	}
	return earlier, later
}

// cell counts the units of a band.
type cell struct{ units, converted int }

// squaredError is the sum of squared errors of one forecast for all units of the cell.
func (c cell) squaredError(forecast float64) float64 {
	return float64(c.converted)*(1-forecast)*(1-forecast) + float64(c.units-c.converted)*forecast*forecast
}

// tally counts by band; the first is of those not flagged.
func tally(all []fate, ends []float64) []cell {
	cells := make([]cell, len(ends)+1)
	for _, f := range all {
		i := 0
		if f.flagged {
			for i < len(ends) && f.score >= ends[i] {
				i++
			}
		}
		cells[i].units++
		count(&cells[i].converted, f.converted)
	}
	return cells
}
