package path

import (
	"math"
	"time"
)

// exactDurations is how many durations are kept as they are. It bounds memory, and so may not depend on anything else
// than the number of them: what is kept is a function of the multiset, whatever its order.
const exactDurations = 10_000

// durations are kept exactly while there are few, then as counts in buckets: each power of two of milliseconds has 64 of
// equal width, so that the middle of a bucket is within 0.8 % of what is in it (as in Tene's HdrHistogram). Their
// resolution is the millisecond, that of the events.
type durations struct {
	exact   []float64 // milliseconds
	buckets []uint64  // nil while exact
	count   uint64
	sum     int64 // milliseconds: whole numbers, so that the order of adding can't change it
}

func (d *durations) add(duration time.Duration) { d.addMilliseconds(duration.Milliseconds()) }

func (d *durations) addMilliseconds(milliseconds int64) {
	d.count++
	d.sum += milliseconds
	if d.buckets != nil {
		d.intoBucket(float64(milliseconds), 1)
		return
	}
	if d.exact = append(d.exact, float64(milliseconds)); len(d.exact) > exactDurations {
		d.roughen()
	}
}

// merge adds what others have: the result is what adding one by one would have made.
func (d *durations) merge(others *durations) {
	d.count += others.count
	d.sum += others.sum
	if d.buckets == nil && others.buckets == nil && len(d.exact)+len(others.exact) <= exactDurations {
		d.exact = append(d.exact, others.exact...)
		return
	}
	d.roughen()
	for _, x := range others.exact {
		d.intoBucket(x, 1)
	}
	for i, n := range others.buckets {
		if n > 0 {
			d.widen(i)
			d.buckets[i] += n
		}
	}
}

// roughen turns exact durations into buckets.
func (d *durations) roughen() {
	if d.buckets != nil {
		return
	}
	d.buckets = make([]uint64, 1)
	for _, x := range d.exact {
		d.intoBucket(x, 1)
	}
	d.exact = nil
}

func (d *durations) intoBucket(milliseconds float64, n uint64) {
	i := bucket(milliseconds)
	d.widen(i)
	d.buckets[i] += n
}

// widen makes room for bucket i.
func (d *durations) widen(i int) {
	if i >= len(d.buckets) {
		d.buckets = append(d.buckets, make([]uint64, i+1-len(d.buckets))...)
	}
}

// A float's bits in order are its exponent and its fraction: the highest six of the fraction tell the bucket.
const (
	belowFraction = 52 - 6
	firstBucket   = 1023 << 6 // of one millisecond
)

// bucket 0 is of durations below a millisecond.
func bucket(milliseconds float64) int {
	if milliseconds < 1 {
		return 0
	}
	return int(math.Float64bits(milliseconds)>>belowFraction) - firstBucket + 1
}

func middleOfBucket(i int) float64 {
	if i == 0 {
		return 0
	}
	return math.Float64frombits(uint64(i-1+firstBucket)<<belowFraction | 1<<(belowFraction-1))
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
	rank := uint64(p * float64(d.count-1))
	for i, n := range d.buckets {
		if rank < n {
			return middleOfBucket(i) / 1000
		}
		rank -= n
	}
	return 0
}
