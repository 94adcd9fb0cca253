package quality

import (
	"math"
	"slices"
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

// Reliability judges the forecast of the definition. ends are the lower ends of bands, rising, the first −Inf.
func (j *Judged) Reliability(ends []float64) Reliability {
	trained, tested := j.halves(ends)
	total := cell{}
	for _, c := range trained {
		total.units, total.converted = total.units+c.units, total.converted+c.converted
	}
	base := ratio(float64(total.converted), float64(total.units))
	r := Reliability{}
	for _, c := range tested {
		r.Units += c.units
	}
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

// halves counts by band those judged before the median clock and those from it on. Units of one instant stay together, so
// that the order of rows decides nothing.
func (j *Judged) halves(ends []float64) (earlier, later []cell) {
	earlier, later = make([]cell, len(ends)+1), make([]cell, len(ends)+1)
	var out, in []int64
	j.each(func(was, is *fate) {
		if was.judged {
			out = append(out, was.clock.UnixMicro())
		}
		if is.judged {
			in = append(in, is.clock.UnixMicro())
		}
	})
	if len(j.clocks)-len(out)+len(in) == 0 {
		return earlier, later
	}
	slices.Sort(out)
	slices.Sort(in)
	cut := middle(j.clocks, out, in)
	before, _ := slices.BinarySearch(j.clocks, cut)
	last := len(j.clocks)
	earlier[0], later[0] = cell{before, j.wins[before]}, cell{last - before, j.wins[last] - j.wins[before]}
	put := func(f *fate, n int) {
		if !f.judged {
			return
		}
		half := later
		if f.clock.UnixMicro() < cut {
			half = earlier
		}
		half[f.band(ends)].add(f, n)
	}
	j.each(func(was, is *fate) {
		put(was, -1)
		put(is, 1)
	})
	return earlier, later
}

// middle is the median, the upper one of two, of what is left of sorted numbers when out is taken out and in put in.
func middle(numbers, out, in []int64) int64 {
	for k := (len(numbers) - len(out) + len(in)) / 2; ; k-- {
		for len(out) > 0 && numbers[0] == out[0] {
			numbers, out = numbers[1:], out[1:]
		}
		from := &numbers
		if len(numbers) == 0 || len(in) > 0 && in[0] < numbers[0] {
			from = &in
		}
		if k == 0 {
			return (*from)[0]
		}
		*from = (*from)[1:]
	}
}

// cell counts the units of a band.
type cell struct{ units, converted int }

// squaredError is the sum of squared errors of one forecast for all units of the cell.
func (c cell) squaredError(forecast float64) float64 {
	return float64(c.converted)*(1-forecast)*(1-forecast) + float64(c.units-c.converted)*forecast*forecast
}

func (c *cell) add(f *fate, n int) {
	c.units += n
	add(&c.converted, f.converted, n)
}

// band is the place of a unit's band; the first is of those not flagged.
func (f *fate) band(ends []float64) int {
	i := 0
	if f.flagged {
		for i < len(ends) && f.score >= ends[i] {
			i++
		}
	}
	return i
}
