package attribution

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
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
// with fewer channels. Channels add up on the scale of logits: it can't tell synergies, nor a channel that works from
// one that is shown to the willing.
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
	c.logistic = l
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

func (m ShapleyModel) refit(s *Sample, c Credit) func(conv, null []float64) ([]float64, error) {
	sets := newSetCounter(s)
	return func(conv, null []float64) ([]float64, error) {
		conv, null = sets.count(conv, null)
		l, err := m.fit(s, conv, null, c.logistic)
		if err != nil {
			return nil, err
		}
		values := modelValues(s, l)
		anyway := l.rate(l.intercept)
		credited := make([]float64, len(s.channels)+1)
		for set, count := range conv {
			if count == 0 {
				continue
			}
			part := values[s.sets.start[set]:s.sets.start[set+1]]
			sum := anyway
			for _, v := range part {
				sum += math.Max(0, v)
			}
			for k, id := range s.sets.at(set) {
				credited[id] += count * math.Max(0, part[k]) / sum
			}
			credited[len(s.channels)] += count * anyway / sum
		}
		return credited, nil
	}
}

// modelValues is the Shapley value of each channel of each set, laid out as the sets' ids. They sum to the fitted rate
// of the set less that without channels.
func modelValues(s *Sample, l *logistic) []float64 {
	values := make([]float64, len(s.sets.ids))
	logits := make([]float64, 1)
	for set := range s.sets.len() {
		ids := s.sets.at(set)
		own := values[s.sets.start[set]:s.sets.start[set+1]]
		if len(ids) > exactChannels {
			modelValuesByOrders(l, ids, own)
			continue
		}
		logits = slices.Grow(logits[:0], 1<<len(ids))[:1<<len(ids)]
		logits[0] = l.intercept
		for k, id := range ids { // masks with channel k as their highest
			for mask := range 1 << k {
				logits[1<<k|mask] = logits[mask] + l.slope[id]
			}
		}
		choose := binomials(len(ids) - 1)
		n := float64(len(ids))
		for mask, logit := range logits {
			rate := l.rate(logit)
			for k := range ids {
				if mask>>k&1 == 1 {
					own[k] += rate / (n * choose[bits.OnesCount(uint(mask))-1])
				} else {
					own[k] -= rate / (n * choose[bits.OnesCount(uint(mask))])
				}
			}
		}
	}
	return values
}

// modelValuesByOrders averages over fixed orders of the channels and their reversals.
func modelValuesByOrders(l *logistic, ids []int32, own []float64) {
	random := rand.New(rand.NewPCG(uint64(len(ids)), 1))
	order := make([]int, len(ids))
	for i := range order {
		order[i] = i
	}
	for range sampledOrders / 2 {
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for range 2 {
			logit := l.intercept
			before := l.rate(logit)
			for _, k := range order {
				logit += l.slope[ids[k]]
				rate := l.rate(logit)
				own[k] += (rate - before) / sampledOrders
				before = rate
			}
			slices.Reverse(order)
		}
	}
}
