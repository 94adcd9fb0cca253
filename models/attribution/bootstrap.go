package attribution

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// Intervals are 95 % intervals of the shares of channels, in the order of the sample's channels.
type Intervals struct {
	Channels  []string
	Low, High []float64
	// Replicates is how many resamples the intervals rest on: less than asked for when some had no conversion. With
	// none the intervals are 0 to 1: nothing is known.
	Replicates int

	shares [][]float64 // of each replicate
	was    []float64   // shares that the replicates lie around, where they are to be moved; see Carried
}

// Unknown are the intervals of no resamples.
func Unknown(channels []string) Intervals { return percentiles(channels, nil) }

// refitter is a model whose weights depend on the sample as a whole, so that each resample needs a fit of its own.
type refitter interface {
	// refit prepares for many fits to counts per path of the same sample. The returned function gives the conversions
	// credited to each channel and may be called from one goroutine.
	refit(s *Sample, c Credit) func(conv, null []float64) ([]float64, error)
}

// journeyRefitter is a refitter that looks at more of journeys than their paths.
type journeyRefitter interface {
	// refitJourneys is as refit, for counts of all journeys with touches in the order of Sample.touched.
	refitJourneys(s *Sample, c Credit) func(counts []float64) ([]float64, error)
}

// Bootstrap resamples units b times (Poisson bootstrap: each unit is drawn Poisson(1) times with all its journeys),
// fits the model to each resample and takes percentiles, which reach farther up where a share rests on few conversions (see
// reach). It draws units, not journeys, because the journeys of a unit resemble each other. Units that took the same paths are drawn together, Poisson(count) times, which is the same and
// makes a replicate as cheap as the number of distinct paths.
//
// The same sample, model and seed give the same intervals on any number of processors.
func Bootstrap(m Model, s *Sample, b int, seed uint64) (Intervals, error) {
	c, err := m.Credit(s)
	if err != nil {
		return Intervals{}, err
	}
	all, err := BootstrapAll([]Model{m}, s, []Credit{c}, b, seed)
	if err != nil {
		return Intervals{}, err
	}
	return all[0], nil
}

// BootstrapAll is Bootstrap for several models whose credit is known already. They share the resamples, which costs
// much less than one Bootstrap each and gives the same intervals.
func BootstrapAll(ms []Model, s *Sample, cs []Credit, b int, seed uint64) ([]Intervals, error) {
	plan := newPlan(ms, s, cs)
	b = max(b, 0)
	drawn := make([][][]float64, b) // shares of each replicate and model
	failures := make([]error, b)
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), b) {
		workers.Go(func() {
			w := plan.worker()
			for r := int(next.Add(1)) - 1; r < b; r = int(next.Add(1)) - 1 {
				drawn[r], failures[r] = w.replicate(seed, r)
			}
		})
	}
	workers.Wait()
	if err := errors.Join(failures...); err != nil {
		return nil, err
	}
	intervals := make([]Intervals, len(ms))
	for i := range ms {
		var ofModel [][]float64
		for r := range drawn {
			if drawn[r][i] != nil {
				ofModel = append(ofModel, drawn[r][i])
			}
		}
		channels, credited := s.channels, cs[i].Conversions
		if cs[i].HasBaseline() {
			channels, credited = append(slices.Clone(channels), Baseline), append(slices.Clone(credited), cs[i].Baseline)
		}
		intervals[i] = percentiles(channels, ofModel).reach(shares(credited), total(credited))
	}
	return intervals, nil
}

// plan is what the replicates of a bootstrap have in common.
type plan struct {
	ms          []Model
	s           *Sample
	cs          []Credit
	paths       *draws       // nil when no model looks at paths
	journeys    *draws       // of converted journeys; nil when no rule looks at more than paths
	everything  *draws       // of all journeys; nil when no model is fitted to more than paths
	rules       *ruleWeights // of those that look at paths; nil when there is none
	needsNulls  bool
	canonically []int32
}

func newPlan(ms []Model, s *Sample, cs []Credit) *plan {
	p := &plan{ms: ms, s: s, cs: cs}
	var rules []int
	for i, m := range ms {
		_, refits := m.(refitter)
		p.needsNulls = p.needsNulls || refits
		if _, refits := m.(journeyRefitter); refits {
			if p.everything == nil {
				p.everything = s.timeline().draws()
			}
			continue
		}
		if cs[i].perJourney && p.journeys == nil {
			p.journeys, p.canonically = s.journeyDraws(), s.canonical()
		}
		if !cs[i].perJourney && p.paths == nil {
			p.paths = s.pathDraws()
		}
		if !cs[i].perJourney && !refits {
			rules = append(rules, i)
		}
	}
	if rules != nil {
		p.rules = newRuleWeights(s, cs, rules)
	}
	return p
}

// worker runs replicates one after the other in its own memory.
type worker struct {
	*plan
	fits             []func(conv, null []float64) ([]float64, error)
	conv, null       []float64   // counts of paths
	journeyConverted []float64   // counts of converted journeys in canonical order
	touched          []float64   // counts of all journeys with touches
	byRule           [][]float64 // what the rules of plan.rules give
}

func (p *plan) worker() *worker {
	w := &worker{plan: p, fits: make([]func(conv, null []float64) ([]float64, error), len(p.ms))}
	for i, m := range p.ms {
		if r, refits := m.(refitter); refits {
			w.fits[i] = r.refit(p.s, p.cs[i])
		} else if r, refits := m.(journeyRefitter); refits {
			fit := r.refitJourneys(p.s, p.cs[i])
			w.fits[i] = func(_, _ []float64) ([]float64, error) { return fit(w.touched) }
		} else {
			w.fits[i] = func(conv, _ []float64) ([]float64, error) { return w.ruled(i, conv), nil }
		}
	}
	if p.paths != nil {
		w.conv, w.null = make([]float64, p.paths.cells), make([]float64, p.paths.cells)
	}
	if p.journeys != nil {
		w.journeyConverted = make([]float64, p.journeys.cells)
	}
	if p.everything != nil {
		w.touched = make([]float64, p.everything.cells)
	}
	return w
}

// replicate is the shares of each model in resample r; nil for a model if nothing converted.
func (w *worker) replicate(seed uint64, r int) ([][]float64, error) {
	if w.paths != nil {
		w.paths.draw(seed, uint64(r), w.needsNulls, w.conv, w.null)
		if w.rules != nil {
			w.byRule = w.rules.credit(w.conv)
		}
	}
	if w.journeys != nil {
		w.journeys.draw(seed, uint64(r), false, w.journeyConverted, nil)
	}
	if w.everything != nil {
		w.everything.draw(seed, uint64(r), true, w.touched, nil)
	}
	all := make([][]float64, len(w.ms))
	for i, fit := range w.fits {
		conv, null := w.conv, w.null
		if w.cs[i].perJourney {
			conv, null = w.journeyConverted, nil
		}
		credited, err := fit(conv, null)
		if err != nil {
			return nil, fmt.Errorf("bootstrap of %s, replicate %d: %w", w.ms[i].Name(), r, err)
		}
		if total(credited) > 0 {
			all[i] = shares(credited)
		}
	}
	return all, nil
}

// ruled is what the rule that is model i gives for the counts drawn: of paths, or of journeys where it looks at more.
func (w *worker) ruled(i int, conv []float64) []float64 {
	c := &w.cs[i]
	if !c.perJourney {
		return w.byRule[slices.Index(w.rules.rules, i)]
	}
	sums := make([]float64, len(w.s.channels))
	for cell, count := range conv {
		if count == 0 {
			continue
		}
		weights := c.cells.weightsAt(cell)
		for k, id := range w.s.paths.at(int(w.s.pathOf[w.canonically[cell]])) {
			sums[id] += count * weights[k]
		}
	}
	return sums
}

// percentiles makes intervals of the shares of replicates, each as long as channels.
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

// quantile interpolates between order statistics, type 6 of Hyndman and Fan (1996): the p-th part of further draws is below it
// on average. Type 7, the default of R and NumPy, is too near the middle: of 100 draws, 93 of 100 further ones are between
// its 2.5 and 97.5 percentiles.
func quantile(sorted []float64, p float64) float64 {
	at := math.Min(math.Max(p*float64(len(sorted)+1)-1, 0), float64(len(sorted)-1))
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
