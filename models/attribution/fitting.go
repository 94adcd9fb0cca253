package attribution

import (
	"math"
	"slices"
)

// Iterative proportional fitting stops after this many rounds, or when no channel moves any more.
const (
	fittingRounds    = 1000
	fittingTolerance = 1e-12
	// Where the totals can't be met, some factors fall towards 0 for ever, and when they are so small that numbers end, the
	// proportions of all others are lost with them. So the fit ends when, after some rounds, it comes nearer to the totals by
	// less than a hundredth in ten rounds. What it gives is then near the limit and, other than the limit itself, moves little
	// when the counts do.
	patience       = 50
	standstill     = .99
	mostPerRound   = 1e3
	smallestFactor = 1e-200
)

// proportionalFit scales factors, one a channel, until the credit that sets of channels give meets the totals: a set
// gives channel i the part factor_i / Σ factors of its count. It is iterative proportional fitting of the matrix of
// sets by channels (Deming and Stephan 1940) to rows that sum to the counts and columns that sum to the totals; as
// each row is scaled as a whole, one factor a channel holds all of it.
//
// It returns what the channels get in the end. Where some totals can't be met (three conversions of a channel alone,
// and a total of two) the rows' sums are met all the same.
func proportionalFit(sets paths, counts, totals, factors []float64, rounds int, tolerance float64) []float64 {
	sums, before := make([]float64, len(factors)), make([]float64, len(factors))
	credited := total(counts)
	for i := range factors {
		factors[i] = math.Max(factors[i], smallestFactor)
	}
	earlier := math.Inf(1) // distance ten rounds ago
	for round := 0; ; round++ {
		creditSets(sets, counts, factors, sums)
		off := distance(sums, totals)
		if round == rounds || tolerance*credited >= math.Min(off, distance(sums, before)) {
			return sums
		}
		if round%10 == 0 {
			if round >= patience && off > standstill*earlier {
				return sums
			}
			earlier = off
		}
		copy(before, sums)
		scale(factors, totals, sums)
	}
}

// scale is one round: factors grow where channels get too little.
func scale(factors, totals, sums []float64) {
	largest := 0.0
	for i := range factors {
		if sums[i] > 0 {
			factors[i] *= math.Min(math.Max(totals[i]/sums[i], 1/mostPerRound), mostPerRound)
			largest = math.Max(largest, factors[i])
		}
	}
	for i := range factors {
		factors[i] = math.Max(factors[i]/largest, smallestFactor)
	}
}

// distance is the largest absolute difference.
func distance(a, b []float64) float64 {
	largest := 0.0
	for i := range a {
		largest = math.Max(largest, math.Abs(a[i]-b[i]))
	}
	return largest
}

// setsAtATime is how many sets are credited in one go: others beside them, where there are more. It doesn't depend on the
// machine, so that sums don't either.
const setsAtATime = 1 << 14

// creditSets is the credit that each channel gets from all sets together.
func creditSets(sets paths, counts, factors, sums []float64) {
	clear(sums)
	if len(counts) <= setsAtATime {
		creditSomeSets(sets, 0, counts, factors, sums)
		return
	}
	parts := make([][]float64, (len(counts)+setsAtATime-1)/setsAtATime)
	sideBySide(len(parts), func(i int) {
		parts[i] = make([]float64, len(sums))
		from := i * setsAtATime
		creditSomeSets(sets, from, counts[from:min(from+setsAtATime, len(counts))], factors, parts[i])
	})
	for _, part := range parts {
		for i, sum := range part {
			sums[i] += sum
		}
	}
}

// creditSomeSets adds the credit of the sets whose counts are given, the first of which is set from.
func creditSomeSets(sets paths, from int, counts, factors, sums []float64) {
	for i, count := range counts {
		if count == 0 {
			continue
		}
		ids := sets.at(from + i)
		if len(ids) == 1 {
			sums[ids[0]] += count
			continue
		}
		sum := 0.0
		for _, id := range ids {
			sum += factors[id]
		}
		scale := count / sum
		for _, id := range ids {
			sums[id] += scale * factors[id]
		}
	}
}

// creditFitted gives journeys weights that start in proportion to own, the conversions that a data-driven model gives to each
// channel, and are fitted to it.
func creditFitted(s *Sample, own []float64, rule string) Credit {
	totals := payable(own, s.Conversions())
	factors := slices.Clone(totals)
	proportionalFit(s.sets, s.perSet(s.conv), totals, factors, fittingRounds, fittingTolerance)
	e := newPathEnv(s)
	c := creditPaths(s, func(_ int, path []int32, w []float64) string {
		e.spread(path, w, factors)
		return rule
	})
	c.Own = own
	c.Residual = distance(c.Conversions, own)
	return c
}

// payable is totals without the negative ones, scaled to the conversions there are: a weight can't be below 0.
func payable(own []float64, conversions float64) []float64 {
	positive := make([]float64, len(own))
	for i, x := range own {
		positive[i] = math.Max(0, x)
	}
	positive = shares(positive)
	for i := range positive {
		positive[i] *= conversions
	}
	return positive
}

// refitTolerance brings resamples within a small part of the width of any interval.
const refitTolerance = 1e-6

// refitFitted makes a refit of a model whose own totals are given by fit. It begins at the resample's totals, as the whole
// sample does: factors that fell towards 0 there would take as long to come back.
func refitFitted(s *Sample, fit func(conv, null []float64) (own []float64, err error)) func(conv, null []float64) ([]float64, error) {
	sets := make([]float64, s.sets.len())
	return func(conv, null []float64) ([]float64, error) {
		own, err := fit(conv, null)
		if err != nil {
			return nil, err
		}
		totals := payable(own, total(conv))
		return proportionalFit(s.sets, s.sumSets(conv, sets), totals, slices.Clone(totals), fittingRounds, refitTolerance), nil
	}
}
