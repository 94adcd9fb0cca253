package attribution

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"gonum.org/v1/gonum/stat/distuv"
)

// Intervals are 95 % intervals of the shares of channels, in the order of the sample's channels.
type Intervals struct {
	Channels  []string
	Low, High []float64
	// Replicates is how many resamples the intervals rest on: less than asked for when some had no conversion. With
	// none the intervals are 0 to 1: nothing is known.
	Replicates int

	shares [][]float64 // of each replicate
}

// refitter is a model whose weights depend on the sample as a whole, so that each resample needs a fit of its own.
type refitter interface {
	// refit prepares for many fits to counts per path of the same sample. The returned function gives the conversions
	// credited to each channel and may be called from one goroutine.
	refit(s *Sample, c Credit) func(conv, null []float64) ([]float64, error)
}

// Bootstrap resamples units b times (Poisson bootstrap: each unit is drawn Poisson(1) times with all its journeys),
// fits the model to each resample and takes percentiles. It draws units, not journeys, because the journeys of a unit
// resemble each other. Units that took the same paths are drawn together, Poisson(count) times, which is the same and
// makes a replicate as cheap as the number of distinct paths.
//
// The same sample, model and seed give the same intervals on any number of processors, and the same seed draws the
// same units for every model that looks at paths only.
func Bootstrap(m Model, s *Sample, b int, seed uint64) (Intervals, error) {
	c, err := m.Credit(s)
	if err != nil {
		return Intervals{}, err
	}
	return BootstrapCredit(m, s, c, b, seed)
}

// BootstrapCredit is Bootstrap for a caller who has the credit of the whole sample already.
func BootstrapCredit(m Model, s *Sample, c Credit, b int, seed uint64) (Intervals, error) {
	all := make([][]float64, max(b, 0))
	failures := make([]error, max(b, 0))
	draws := s.pathDraws()
	if c.perJourney {
		draws = s.journeyDraws()
	}
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(all)) {
		workers.Go(func() {
			fit := c.refitLinear(s)
			if r, ok := m.(refitter); ok {
				fit = r.refit(s, c)
			}
			conv, null := make([]float64, draws.cells), make([]float64, draws.cells)
			for r := int(next.Add(1)) - 1; r < len(all); r = int(next.Add(1)) - 1 {
				draws.draw(rand.New(rand.NewPCG(seed, uint64(r))), conv, null)
				credited, err := fit(conv, null)
				if err != nil {
					failures[r] = fmt.Errorf("bootstrap of %s, replicate %d: %w", m.Name(), r, err)
				} else if total(credited) > 0 {
					all[r] = shares(credited)
				}
			}
		})
	}
	workers.Wait()
	for _, err := range failures {
		if err != nil {
			return Intervals{}, err
		}
	}
	return percentiles(s.channels, slices.DeleteFunc(all, func(x []float64) bool { return x == nil })), nil
}

// refitLinear is the refit of rules: weights don't depend on the other journeys, so only counts change.
func (c *Credit) refitLinear(s *Sample) func(conv, null []float64) ([]float64, error) {
	if !c.perJourney {
		return func(conv, _ []float64) ([]float64, error) { return s.sumByChannel(&c.cells, conv), nil }
	}
	order := s.canonical()
	return func(conv, _ []float64) ([]float64, error) {
		sums := make([]float64, len(s.channels))
		for cell, count := range conv {
			if count == 0 {
				continue
			}
			weights := c.cells.weightsAt(cell)
			for k, id := range s.paths.at(int(s.pathOf[order[cell]])) {
				sums[id] += count * weights[k]
			}
		}
		return sums, nil
	}
}

func percentiles(channels []string, shares [][]float64) Intervals {
	n := len(channels)
	i := Intervals{Channels: channels, Low: make([]float64, n), High: make([]float64, n), Replicates: len(shares), shares: shares}
	column := make([]float64, len(shares))
	for id := range n {
		for r := range shares {
			column[r] = shares[r][id]
		}
		i.Low[id], i.High[id] = interval(column)
	}
	return i
}

// interval is the 2.5 and 97.5 percentiles of xs, which it sorts; 0 and 1 when it is empty.
func interval(xs []float64) (low, high float64) {
	if len(xs) == 0 {
		return 0, 1
	}
	slices.Sort(xs)
	return quantile(xs, .025), quantile(xs, .975)
}

// quantile interpolates between order statistics (type 7 of Hyndman and Fan 1996, the default of R and NumPy).
func quantile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	below := int(at)
	if below == len(sorted)-1 {
		return sorted[below]
	}
	return sorted[below] + (at-float64(below))*(sorted[below+1]-sorted[below])
}

// Difference is the 95 % interval of the share of channel a less that of channel b, both by index. The two come from
// the same resamples, so it is narrower than the two intervals suggest where the channels move together.
func (i Intervals) Difference(a, b int) (low, high float64) {
	if len(i.shares) == 0 {
		return -1, 1
	}
	differences := make([]float64, len(i.shares))
	for r := range i.shares {
		differences[r] = i.shares[r][a] - i.shares[r][b]
	}
	return interval(differences)
}

// Distinguishable reports whether the interval of the difference of two channels excludes 0.
func (i Intervals) Distinguishable(a, b int) bool {
	low, high := i.Difference(a, b)
	return low > 0 || high < 0
}

// draws are the units of a sample, alike ones counted together, and what each adds to the counts of cells.
type draws struct {
	cells  int
	count  []float64 // units of each group
	start  []int     // of each group in member
	member []int32   // cell·2, plus 1 when the journey did not convert
}

// draw fills conv and null with the counts of a resample.
func (d *draws) draw(random *rand.Rand, conv, null []float64) {
	clear(conv)
	clear(null)
	for g, count := range d.count {
		n := float64(0)
		if count == 1 {
			n = poisson1(random)
		} else {
			n = distuv.Poisson{Lambda: count, Src: random}.Rand()
		}
		if n == 0 {
			continue
		}
		for _, m := range d.member[d.start[g]:d.start[g+1]] {
			if m&1 == 0 {
				conv[m>>1] += n
			} else {
				null[m>>1] += n
			}
		}
	}
}

// poissonTable is the distribution function of Poisson(1), scaled to 2^32: most units are alone in their group, and a
// look into a table is several times as fast as the general method.
var poissonTable = func() (table [12]uint32) {
	term, sum := math.Exp(-1), 0.0
	for k := range table {
		sum += term
		term /= float64(k + 1)
		table[k] = uint32(math.Min(sum*(1<<32), math.MaxUint32))
	}
	return table
}()

func poisson1(random *rand.Rand) float64 {
	u := random.Uint32()
	k := 0
	for k < len(poissonTable)-1 && u >= poissonTable[k] {
		k++
	}
	return float64(k)
}
