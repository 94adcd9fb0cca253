package attribution

import (
	"fmt"
	"math"
)

// ShapleySet is the Shapley value of the game v(S) = conversions of journeys whose channels are all in S. It equals
// linear_unique exactly (Zhao, Mahboobi and Bagheri, "Shapley value methods for attribution modeling in online
// advertising", 2018), journey by journey, and is computed so. Journeys that did not convert play no part: it can't
// tell a channel that converts from one that is everywhere.
func ShapleySet() Model {
	return pathRule{"shapley_set", "1", func(path []int32, e *pathEnv, w []float64) string {
		e.spread(path, w, nil)
		return "equal parts of the set"
	}}
}

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
	values := m.solve(game, s.perSet(s.conv), s.perSet(s.null))
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
	return c, nil
}

func (m ShapleyRate) refit(s *Sample, _ Credit) func(conv, null []float64) ([]float64, error) {
	game, sets := newSetGame(s), newSetCounter(s)
	return func(conv, null []float64) ([]float64, error) {
		counts, nulls := sets.count(conv, null)
		values := m.solve(game, counts, nulls)
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
		return game.totals(values, counts), nil
	}
}

// setGame knows, for each set of a sample with conversions, which other sets of the sample lie within it.
type setGame struct {
	s      *Sample
	within []int32
	start  []int
}

func newSetGame(s *Sample) *setGame {
	g := &setGame{s: s, start: make([]int, 1, s.sets.len()+1)}
	index := make(map[string]int32, s.sets.len())
	var key []byte
	for set := range s.sets.len() {
		key = stepKey(s.sets.at(set), -1, key)
		index[string(key)] = int32(set)
	}
	conv := s.perSet(s.conv)
	var chosen []int32
	for set := range s.sets.len() {
		ids := s.sets.at(set)
		switch {
		case conv[set] == 0:
		case len(ids) < 30 && 1<<len(ids) <= s.sets.len():
			for mask := 1; mask < 1<<len(ids); mask++ {
				chosen = chosen[:0]
				for k, id := range ids {
					if mask>>k&1 == 1 {
						chosen = append(chosen, id)
					}
				}
				key = stepKey(chosen, -1, key)
				if other, seen := index[string(key)]; seen {
					g.within = append(g.within, other)
				}
			}
		default: // a large set: fewer sets were seen than it has subsets
			for other := range s.sets.len() {
				if subset(s.sets.at(other), ids) {
					g.within = append(g.within, int32(other))
				}
			}
		}
		g.start = append(g.start, len(g.within))
	}
	return g
}

// subset reports whether all of a are in b, both sorted.
func subset(a, b []int32) bool {
	for _, x := range a {
		for len(b) > 0 && b[0] < x {
			b = b[1:]
		}
		if len(b) == 0 || b[0] != x {
			return false
		}
	}
	return true
}

// solve is the Shapley value of each channel of each set with conversions, as a part of the set's own rate, laid out
// as the sets' ids.
//
// A set S within T, |T| = n, adds v(S)/(s·C(n,s)) to its members and takes v(S)/((n−s)·C(n,s)) from the others of T.
// Only sets that were seen count: with shrinkage all others are worth the base rate, which adds base/n to each
// channel, so that v(S) − base is what the seen ones add. That makes any size exact.
func (m ShapleyRate) solve(g *setGame, conv, null []float64) []float64 {
	s := g.s
	base, all := 0.0, total(conv)+total(null)
	if m.Shrinkage > 0 && all > 0 {
		base = total(conv) / all
	}
	worth := make([]float64, len(conv)) // v(S) − base
	for set := range worth {
		if n := conv[set] + null[set] + m.Shrinkage; n > 0 {
			worth[set] = (conv[set]+m.Shrinkage*base)/n - base
		}
	}
	values := make([]float64, len(s.sets.ids))
	choose := [][]float64{} // by size of the set
	for set, count := range conv {
		if count == 0 {
			continue
		}
		ids := s.sets.at(set)
		own := values[s.sets.start[set]:s.sets.start[set+1]]
		n := float64(len(ids))
		for len(choose) <= len(ids) {
			choose = append(choose, binomials(len(choose)))
		}
		ways := choose[len(ids)]
		taken := 0.0
		for _, other := range g.within[g.start[set]:g.start[set+1]] {
			members := s.sets.at(int(other))
			size := float64(len(members))
			gives := worth[other] / (size * ways[len(members)])
			takes := 0.0
			if size < n {
				takes = worth[other] / ((n - size) * ways[len(members)])
			}
			taken += takes
			k := 0
			for _, id := range members {
				for ids[k] != id {
					k++
				}
				own[k] += gives + takes
			}
		}
		rate := worth[set] + base
		for k := range own {
			own[k] = (own[k] - taken + base/n) / rate
		}
	}
	return values
}

// binomials are C(n, 0) … C(n, n).
func binomials(n int) []float64 {
	c := make([]float64, n+1)
	c[0] = 1
	for k := range n {
		c[k+1] = c[k] * float64(n-k) / float64(k+1)
	}
	return c
}

// totals is what channels get if each set's conversions are divided by the parts in values.
func (g *setGame) totals(values, conv []float64) []float64 {
	sums := make([]float64, len(g.s.channels))
	for set, count := range conv {
		for i := g.s.sets.start[set]; i < g.s.sets.start[set+1]; i++ {
			sums[g.s.sets.ids[i]] += count * values[i]
		}
	}
	return sums
}

// unseen is the share of subsets that no journey has, a mean over conversions.
func (g *setGame) unseen(conv []float64) float64 {
	sum := 0.0
	for set, count := range conv {
		if count > 0 {
			subsets := math.Exp2(float64(len(g.s.sets.at(set)))) - 1
			sum += count * (1 - float64(g.start[set+1]-g.start[set])/subsets)
		}
	}
	if all := total(conv); all > 0 {
		return sum / all
	}
	return 0
}
