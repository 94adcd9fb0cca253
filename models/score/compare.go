package score

import (
	"fmt"
	"math"

	"github.com/funnelcloud/funnelcloud/models/attribution"
)

// estimate is what a model says of a sample. Shares and intervals are of all that is credited, the baseline included.
type estimate struct {
	conversions float64
	hasBaseline bool
	shares      map[string]float64
	low, high   map[string]float64 // empty without replicates
}

func estimates(ms []attribution.Model, s *attribution.Sample, replicates int, seed uint64) ([]estimate, error) {
	credits := make([]attribution.Credit, len(ms))
	for k, m := range ms {
		var err error
		if credits[k], err = m.Credit(s); err != nil {
			return nil, fmt.Errorf("model %s: %w", m.Name(), err)
		}
	}
	intervals, err := attribution.BootstrapAll(ms, s, credits, replicates, seed)
	if err != nil {
		return nil, err
	}
	all := make([]estimate, len(ms))
	for k := range ms {
		c := &credits[k]
		e := estimate{conversions: s.Conversions(), hasBaseline: c.HasBaseline(), shares: map[string]float64{}, low: map[string]float64{}, high: map[string]float64{}}
		sum := 0.0
		for i, share := range c.Shares() {
			e.shares[c.Channels[i]] = share
			sum += share
		}
		if e.hasBaseline {
			e.shares[attribution.Baseline] = max(0, 1-sum)
		}
		for i, name := range intervals[k].Channels {
			e.low[name], e.high[name] = intervals[k].Low[i], intervals[k].High[i]
		}
		all[k] = e
	}
	return all, nil
}

// ofChannels are the shares without the baseline.
func (e estimate) ofChannels() map[string]float64 {
	left := 1 - e.shares[attribution.Baseline]
	out := map[string]float64{}
	for name, share := range e.shares {
		if name != attribution.Baseline && left > 0 {
			out[name] = share / left
		}
	}
	return out
}

// covered counts the channels whose interval holds the share wanted. Channels that nobody credits, neither the model in the
// very large sample nor truth, would be covered by [0, 0], and are left out.
//
// Where the share wanted is itself an estimate, off holds its intervals: two estimates differ by no more than the root of the summed
// squares of what their intervals reach towards each other. Zou and Donner, "Construction of confidence limits about
// effect measures: a general approach" (2008).
func (e estimate) covered(want, large map[string]float64, off estimate) float64 {
	const negligible = .002
	hits, n := 0.0, 0.0
	for name, share := range want {
		if share < negligible && large[name] < negligible {
			continue
		}
		n++
		middle, low, high := e.shares[name], e.low[name], e.high[name]
		if low <= middle {
			low = middle - math.Hypot(middle-low, off.high[name]-off.shares[name])
		}
		if high >= middle {
			high = middle + math.Hypot(high-middle, off.shares[name]-off.low[name])
		}
		if low <= share && share <= high {
			hits++
		}
	}
	return hits / max(n, 1)
}

// compare holds estimates against the one of the very large sample, and against truth.
func compare(seeds []estimate, large estimate, truth Truth) Row {
	var conversions, errs, wrong, taus, tops, biases, own, causal []float64
	withBaseline := truth.Shares
	if large.hasBaseline {
		withBaseline = map[string]float64{attribution.Baseline: truth.Baseline}
		for name, share := range truth.Shares {
			withBaseline[name] = share * (1 - truth.Baseline)
		}
	}
	row := Row{HasBaseline: large.hasBaseline}
	for _, e := range seeds {
		names, x, y := aligned(e.ofChannels(), truth.Shares)
		row.Channels = max(row.Channels, len(names))
		conversions = append(conversions, e.conversions)
		errs, wrong = append(errs, meanAbsoluteError(x, y)), append(wrong, misplaced(x, y))
		taus, tops = append(taus, kendall(x, y)), append(tops, topHits(x, y, 3))
		if large.hasBaseline {
			biases = append(biases, e.shares[attribution.Baseline]-truth.Baseline)
		}
		own = append(own, e.covered(large.shares, large.shares, large))
		causal = append(causal, e.covered(withBaseline, large.shares, estimate{}))
	}
	_, x, y := aligned(large.ofChannels(), truth.Shares)
	row.Conversions, row.Error, row.Misplaced, row.Tau, row.TopThree = meanOf(conversions), meanOf(errs), meanOf(wrong), meanOf(taus), meanOf(tops)
	row.BaselineBias, row.OwnCoverage, row.TruthCoverage = meanOf(biases), meanOf(own), meanOf(causal)
	row.Limit = meanAbsoluteError(x, y)
	return row
}
