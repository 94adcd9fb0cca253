package path

import (
	"math"
	"slices"
	"time"
)

// exactDurations is how many durations are kept as they are. It bounds memory, and so may not depend on anything else
// than the number of them: what is kept is a function of the multiset, whatever its order.
const exactDurations = 10_000

// durationGrowth is the ratio of the bounds of a bucket; its middle is within 1 % of what is in it.
const durationGrowth = 1.02

// durations are kept exactly while there are few, then as counts in buckets of equal ratio (as in Masson, Rim and Lee,
// DDSketch, VLDB 2019). Their resolution is the millisecond, that of the events.
type durations struct {
	exact   []float64 // milliseconds
	buckets map[int]uint64
	count   uint64
	sum     int64 // milliseconds: whole numbers, so that the order of adding can't change it
}

func (d *durations) add(duration time.Duration) {
	milliseconds := duration.Milliseconds()
	d.count++
	d.sum += milliseconds
	if d.buckets == nil {
		if d.exact = append(d.exact, float64(milliseconds)); len(d.exact) <= exactDurations {
			return
		}
		d.buckets = map[int]uint64{}
		for _, x := range d.exact {
			d.buckets[bucket(x)]++
		}
		d.exact = nil
		return
	}
	d.buckets[bucket(float64(milliseconds))]++
}

// noTime is the bucket of durations below a millisecond.
const noTime = math.MinInt

func bucket(milliseconds float64) int {
	if milliseconds < 1 {
		return noTime
	}
	return int(math.Floor(math.Log(milliseconds) / math.Log(durationGrowth)))
}

func (d *durations) mean() float64 {
	if d.count == 0 {
		return 0
	}
	return float64(d.sum) / float64(d.count) / 1000
}

// quantile is in seconds: exact as quantile is, or the middle of the bucket that holds the order statistic.
func (d *durations) quantile(p float64) float64 {
	if d.buckets == nil {
		return quantile(d.exact, p) / 1000
	}
	keys := make([]int, 0, len(d.buckets))
	for key := range d.buckets {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	rank := uint64(p * float64(d.count-1))
	for _, key := range keys {
		if n := d.buckets[key]; rank >= n {
			rank -= n
			continue
		}
		if key == noTime {
			return 0
		}
		return math.Pow(durationGrowth, float64(key)+.5) / 1000
	}
	return 0
}
