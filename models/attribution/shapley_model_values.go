package attribution

import (
	"math"
	"math/rand/v2"
	"slices"
)

// exactChannels is how many channels of one journey are gone over exactly: 2^n rates.
const exactChannels = 15

// setsAtOnce is how many sets are given values at a time, side by side with others.
const setsAtOnce = 1 << 10

// modelValues is the Shapley value of each channel of each set, laid out as the sets' ids. They sum to the fitted rate
// of the set less that without channels.
func modelValues(s *Sample, l *logistic) []float64 {
	values := make([]float64, len(s.sets.ids))
	sideBySide((s.sets.len()+setsAtOnce-1)/setsAtOnce, func(i int) {
		rates := make([]float64, 1<<exactChannels)
		for set := i * setsAtOnce; set < min((i+1)*setsAtOnce, s.sets.len()); set++ {
			ids, own := s.sets.at(set), values[s.sets.start[set]:s.sets.start[set+1]]
			if len(ids) > exactChannels {
				modelValuesByOrders(l, ids, own)
				continue
			}
			l.rates(ids, rates[:1<<len(ids)])
			shapleyOf(rates[:1<<len(ids)], own)
		}
	})
	return values
}

// furthestLogit bounds what exponentials are taken of: a rate e^−40 from 0 or 1 is 0 or 1, and fifteen of them multiplied are
// still numbers.
const furthestLogit = 40

// rates are the fitted rates of all subsets of some channels, by mask. Odds are multiplied, which takes a small part of the
// time of an exponential each.
func (l *logistic) rates(ids []int32, rates []float64) {
	against := func(logit float64) float64 {
		return math.Exp(-math.Min(math.Max(logit, -furthestLogit), furthestLogit))
	}
	rates[0] = against(l.intercept)
	for k, id := range ids { // masks with channel k as their highest
		odds := against(l.slope[id])
		for mask, without := range rates[:1<<k] {
			rates[1<<k|mask] = without * odds
		}
	}
	for mask, odds := range rates {
		rates[mask] = 1 / (1 + odds)
	}
}

// perSlope is by how much the rate of a set differs from that of none, for each unit of the sum of the slopes.
func (l *logistic) perSlope(ids []int32) float64 {
	sum := l.logit(ids) - l.intercept
	anyway := l.rate(l.intercept)
	if math.Abs(sum) < 1e-9 {
		return anyway * (1 - anyway)
	}
	return (l.rate(l.intercept+sum) - anyway) / sum
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
