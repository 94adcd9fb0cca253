package attribution

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// ShapleyModel fits a logistic regression of converting on which channels a journey holds, and plays for each journey
// the game v(S) = fitted probability to convert with the channels S only, for S within the journey's. What v gives
// without any channel is the baseline: conversions that the model expects anyway. Sums over all journeys are the
// conversions there were.
//
// The ledger divides a converted journey in proportion to the Shapley values of its channels and the baseline; negative
// values get nothing. Sets of up to 15 channels are exact; larger ones are estimated from fixed orders.
//
// Every journey of a sample was touched at least once, so the baseline is read off beyond the data, from how rates fall
// with fewer channels. A channel that every journey holds can't be told from it: what such a channel does is the baseline's;
// and where everybody converted, all of it is. Channels add up on the scale of logits: it can't tell synergies, nor a channel
// that works from one that is shown to the willing.
type ShapleyModel struct{}

// Name is shapley_model.
func (ShapleyModel) Name() string { return "shapley_model" }

// Version is the revision.
func (ShapleyModel) Version() string { return "1" }

// Credit weighs each path by the Shapley values of its set.
func (m ShapleyModel) Credit(s *Sample) (Credit, error) {
	conv, null := s.perSet(s.conv), s.perSet(s.null)
	l, err := m.fit(s, conv, null, nil)
	if err != nil {
		return Credit{}, err
	}
	values := modelValues(s, l)
	e := newPathEnv(s)
	factor := make([]float64, len(s.channels))
	baseline := make([]float64, s.paths.len())
	anyway := l.rate(l.intercept)
	c := creditPaths(s, func(p int, path []int32, w []float64) string {
		set := s.setOf[p]
		sum := 0.0
		for k, id := range s.sets.at(int(set)) {
			factor[id] = math.Max(0, values[s.sets.start[set]+k])
			sum += factor[id]
		}
		baseline[p] = anyway / (anyway + sum)
		e.spread(path, w, factor)
		for i := range w {
			w[i] *= 1 - baseline[p]
		}
		return "shapley value of fitted rates"
	})
	c.cells.baseline = baseline
	for p, share := range baseline {
		c.Baseline += share * s.conv[p]
	}
	c.logistic, c.modelValues = l, values
	c.Own = make([]float64, len(s.channels))
	for set := range conv {
		for i := s.sets.start[set]; i < s.sets.start[set+1]; i++ {
			c.Own[s.sets.ids[i]] += (conv[set] + null[set]) * values[i]
		}
	}
	c.Residual = distance(c.Own, c.Conversions)
	return c, nil
}

// fit begins at the coefficients of a fit to similar counts, if there is one.
func (m ShapleyModel) fit(s *Sample, conv, null []float64, begin *logistic) (*logistic, error) {
	converted, failed := total(conv), total(null)
	l := &logistic{slope: make([]float64, len(s.channels))}
	if begin != nil {
		l.intercept, l.slope = begin.intercept, slices.Clone(begin.slope)
	} else {
		l.intercept = math.Log((converted + .5) / (failed + .5))
	}
	if converted == 0 || failed == 0 { // the rate is 0 or 1 whatever the channels: nothing to fit
		return &logistic{intercept: math.Log((converted + .5) / (failed + .5)), slope: make([]float64, len(s.channels))}, nil
	}
	if err := fitLogistic(s, conv, null, l); err != nil {
		return nil, fmt.Errorf("credit by %s: %w", m.Name(), err)
	}
	return l, nil
}

// refit takes a step or two from the coefficients of the whole sample, and moves the Shapley values of the whole sample by as
// much as those of Aumann and Shapley move, which take a formula instead of a sum over all subsets: a channel's part of the
// sum of the slopes is its part of the difference that they make together. That is off by less than a tenth of what resamples
// differ by (TestResamplesAreNearlyFullFits).
func (m ShapleyModel) refit(s *Sample, c Credit) func(conv, null []float64) ([]float64, error) {
	sets := newSetCounter(s)
	whole := c.logistic
	return func(conv, null []float64) ([]float64, error) {
		conv, null = sets.count(conv, null)
		l, err := m.refitLogistic(s, conv, null, whole)
		if err != nil {
			return nil, err
		}
		anyway := l.rate(l.intercept)
		credited := make([]float64, len(s.channels)+1)
		for set, count := range conv {
			if count == 0 {
				continue
			}
			ids := s.sets.at(set)
			values := c.modelValues[s.sets.start[set]:s.sets.start[set+1]]
			now, then := l.perSlope(ids), whole.perSlope(ids)
			moved := func(k int) float64 {
				id := ids[k]
				return math.Max(0, values[k]+l.slope[id]*now-whole.slope[id]*then)
			}
			sum := anyway
			for k := range ids {
				sum += moved(k)
			}
			for k, id := range ids {
				credited[id] += count * moved(k) / sum
			}
			credited[len(s.channels)] += count * anyway / sum
		}
		return credited, nil
	}
}

// Steps square the error, so that after one of this size the next would change nothing that shows.
const (
	lastStep   = .03
	refitSteps = 5
)

// refitLogistic begins at the coefficients of the whole sample. Large samples need one step; where several don't do, the
// resample is fitted with care.
func (m ShapleyModel) refitLogistic(s *Sample, conv, null []float64, whole *logistic) (*logistic, error) {
	if total(conv) == 0 || total(null) == 0 {
		return m.fit(s, conv, null, nil)
	}
	l := whole
	for range refitSteps {
		step, err := l.newtonStep(s, conv, null)
		if err != nil {
			return nil, err
		}
		if l = l.moved(step, 1); mat.Norm(step, math.Inf(1)) <= lastStep {
			return l, nil
		}
	}
	return m.fit(s, conv, null, whole)
}
