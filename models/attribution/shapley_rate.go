package attribution

import (
	"fmt"
	"math"
)

// ShapleyRate plays, for each set of channels T that converting journeys have, the game v(S) = conversion rate of
// journeys with exactly the set S, for S within T, and gives T's conversions to its channels in proportion to their
// Shapley values (the rule of DP6's marketing attribution models). A set that no journey has is worth 0;
// Credit.UnseenShare says how often that was asked, weighted by conversions.
//
// Rates of rare sets are noise. With Shrinkage k the rate is (conversions + k·base) / (journeys + k), base being the
// rate of all journeys: as if k journeys more had converted at the base rate; an unseen set is then worth the base
// rate.
//
// A Shapley value can be negative: journeys with the channel convert less often. No touch gets less than nothing, so
// the ledger gives such a channel 0 and the others the rest; Credit.Own keeps the negative figure.
//
// The model compares people who met different channels by themselves. It can't tell whether the channels or the
// people made the difference.
type ShapleyRate struct{ Shrinkage float64 }

// Name is shapley_rate.
func (ShapleyRate) Name() string { return "shapley_rate" }

// Version holds the shrinkage.
func (m ShapleyRate) Version() string { return fmt.Sprintf("1 shrinkage=%g", m.Shrinkage) }

// Credit weighs each path by the Shapley values of its set.
func (m ShapleyRate) Credit(s *Sample) (Credit, error) {
	game := newSetGame(s)
	solved := m.solve(s, game.solver(), s.perSet(s.conv), s.perSet(s.null), nil)
	values := solved.parts(s, s.perSet(s.conv))
	e := newPathEnv(s)
	factor := make([]float64, len(s.channels))
	c := creditPaths(s, func(p int, path []int32, w []float64) string {
		set := s.setOf[p]
		for k, id := range s.sets.at(int(set)) {
			factor[id] = math.Max(0, values[s.sets.start[set]+k])
		}
		e.spread(path, w, factor)
		return "shapley value of rates"
	})
	c.Own = game.totals(values, s.perSet(s.conv))
	c.Residual = distance(c.Own, c.Conversions)
	c.UnseenShare = game.unseen(s.perSet(s.conv))
	c.game, c.rates = game, solved
	return c, nil
}

// refit solves for what differs from the whole sample, at fewer points: for sets of up to ten channels that is exact, too, and
// for larger ones what is left out of a small difference is smaller still.
func (m ShapleyRate) refit(s *Sample, c Credit) func(conv, null []float64) ([]float64, error) {
	sets, solver := newSetCounter(s), c.game.solverAt(resampledPoints)
	return func(conv, null []float64) ([]float64, error) {
		counts, nulls := sets.count(conv, null)
		values := m.solve(s, solver, counts, nulls, c.rates).parts(s, counts)
		for i, v := range values {
			values[i] = math.Max(0, v)
		}
		for set := range counts {
			part := values[s.sets.start[set]:s.sets.start[set+1]]
			if sum := total(part); sum > 0 {
				for k := range part {
					part[k] /= sum
				}
			}
		}
		return c.game.totals(values, counts), nil
	}
}

// solvedRates is a solution: what each set is worth beyond the base rate, and the Shapley values of that for each channel of
// each set with conversions, laid out as the sets' ids.
type solvedRates struct {
	base          float64
	worth, values []float64
}

// solve plays the sets that were seen: with shrinkage all others are worth the base rate, so that v(S) − base is what the seen
// ones add. That makes any size exact. Shapley values add up as games do, so a solution may begin at another one.
func (m ShapleyRate) solve(s *Sample, game setSolver, conv, null []float64, from *solvedRates) *solvedRates {
	solved := &solvedRates{worth: make([]float64, len(conv)), values: make([]float64, len(s.sets.ids))}
	if all := total(conv) + total(null); m.Shrinkage > 0 && all > 0 {
		solved.base = total(conv) / all
	}
	for set := range solved.worth {
		if n := conv[set] + null[set] + m.Shrinkage; n > 0 {
			solved.worth[set] = (conv[set]+m.Shrinkage*solved.base)/n - solved.base
		}
	}
	played := solved.worth
	if from != nil {
		copy(solved.values, from.values)
		played = make([]float64, len(conv))
		for set, worth := range solved.worth {
			played[set] = worth - from.worth[set]
		}
	}
	game.values(played, conv, solved.values)
	return solved
}

// parts is the values as parts of the sets' own rates. The base rate of all sets but the empty one adds base/n to each of n
// channels.
func (r *solvedRates) parts(s *Sample, conv []float64) []float64 {
	parts := make([]float64, len(r.values))
	for set, count := range conv {
		if count == 0 {
			continue
		}
		ids := s.sets.at(set)
		for i := s.sets.start[set]; i < s.sets.start[set+1]; i++ {
			parts[i] = (r.values[i] + r.base/float64(len(ids))) / (r.worth[set] + r.base)
		}
	}
	return parts
}
