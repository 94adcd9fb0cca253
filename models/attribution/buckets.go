package attribution

import (
	"math/rand/v2"
	"slices"
)

// Buckets is into how many parts units fall, by a hash of their id, for Tally. A unit is always in the same one.
const Buckets = 1000

// Tally is credit by channel and bucket of units: enough for intervals of any slice of a ledger, however many rows it
// has. Resampling buckets instead of units is right where buckets hold many units (their sums are then as independent
// as the units are) and is the bootstrap over units itself where they hold one at most; a thousand of them tell the
// width of an interval to about 2 %.
//
// The weights of the rows are taken as they are: for a rule that is all there is to know. A data-driven model would be
// fitted anew to each resample, so that its intervals are wider than a tally says; those of Bootstrap are the whole.
type Tally struct {
	channels []string
	index    map[string]int
	sums     [][]float64 // by channel, then bucket
}

// NewTally begins with nothing.
func NewTally() *Tally { return &Tally{index: map[string]int{}} }

// Add adds credit of units of a bucket, 0 to Buckets−1.
func (t *Tally) Add(channel string, bucket int, credit float64) {
	i, known := t.index[channel]
	if !known {
		i = len(t.channels)
		t.index[channel] = i
		t.channels, t.sums = append(t.channels, channel), append(t.sums, make([]float64, Buckets))
	}
	t.sums[i][bucket] += credit
}

// Totals are the channels in order of their names and the credit of each.
func (t *Tally) Totals() (channels []string, credit []float64) {
	channels = slices.Sorted(slices.Values(t.channels))
	for _, name := range channels {
		credit = append(credit, total(t.sums[t.index[name]]))
	}
	return channels, credit
}

// Resamples are how often each bucket was drawn in each of some resamples. Tallies that are to be compared share one.
type Resamples [][]float64

// NewResamples draws each bucket Poisson(1) times in each of b resamples; the same seed draws the same.
func NewResamples(b int, seed uint64) Resamples {
	all := make(Resamples, max(b, 0))
	for r := range all {
		random := rand.NewPCG(seed, uint64(r))
		all[r] = make([]float64, Buckets)
		for i := range all[r] {
			all[r][i] = poisson(1, random)
		}
	}
	return all
}

// Resample is the credit of each channel of Totals in each resample.
func (t *Tally) Resample(draws Resamples) [][]float64 {
	names, _ := t.Totals()
	all := make([][]float64, len(draws))
	for r, times := range draws {
		all[r] = make([]float64, len(names))
		for i, name := range names {
			for bucket, credit := range t.sums[t.index[name]] {
				all[r][i] += times[bucket] * credit
			}
		}
	}
	return all
}

// Intervals are those of the shares of the channels of Totals, whose credit is conversions. Resamples without any credit are left out.
func (t *Tally) Intervals(draws Resamples) Intervals {
	names, sums := t.Totals()
	var ofResamples [][]float64
	for _, credit := range t.Resample(draws) {
		if total(credit) > 0 {
			ofResamples = append(ofResamples, shares(credit))
		}
	}
	return percentiles(names, ofResamples).reach(shares(sums), total(sums))
}

// Interval is the 2.5 and 97.5 percentiles of figures of resamples; 0 and 0 of none.
func Interval(figures []float64) (low, high float64) {
	if len(figures) == 0 {
		return 0, 0
	}
	return interval(slices.Clone(figures))
}
