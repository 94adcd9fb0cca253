package attribution

import (
	"math"
	"math/rand/v2"
	"slices"
)

// sampledOrders is how many orders of the channels stand for all where there are too many; half of them are the others
// reversed, which cancels much of the error.
const sampledOrders = 512

// resampledOrders is how many of them do for a resample: the same orders err nearly the same way twice, so that by how much the
// figures move is known before the figures are. What is left makes intervals wider by some 6 %.
const resampledOrders = 64

// ShapleyInside is the Shapley value of the game v(S) = conversion rate of all journeys whose channels are in S, with
// v(∅) = 0: what the rate would be if only those journeys were left. With more than 20 channels it is estimated from
// fixed orders of the channels; Credit.StandardErrors says how well. Negative values get nothing in the ledger.
//
// Rates of channels that are rarely alone are noise, and what others add to them is noise too, in large samples as well: these
// have channels that are rarer still.
//
// Leaving journeys out is not the same as switching a channel off: it can't tell what its people would have done.
type ShapleyInside struct{}

// Name is shapley_inside.
func (ShapleyInside) Name() string { return "shapley_inside" }

// Version is the revision.
func (ShapleyInside) Version() string { return "2" }

// Credit fits weights to the model's own totals.
func (ShapleyInside) Credit(s *Sample) (Credit, error) {
	own, errs := newInsideGame(s).values(s.conv, s.null)
	c := creditFitted(s, own, "shapley value of rates within sets")
	c.StandardErrors = errs
	return c, nil
}

func (ShapleyInside) refit(s *Sample, c Credit) func(conv, null []float64) ([]float64, error) {
	game := newInsideGame(s)
	if game.orders != nil {
		game.orders = game.orders[:resampledOrders]
	}
	whole, _ := game.values(s.conv, s.null)
	return refitFitted(s, func(conv, null []float64) ([]float64, error) {
		own, _ := game.values(conv, null)
		for i := range own {
			own[i] += c.Own[i] - whole[i]
		}
		return own, nil
	})
}

// insideGame is what solutions for different counts of the same sample have in common, and memory for one of them.
type insideGame struct {
	s      *Sample
	sets   *setCounter
	orders [][]int32 // nil where the solution is exact

	converted, all []float64 // per bit mask of channels
}

func newInsideGame(s *Sample) *insideGame {
	g := &insideGame{s: s, sets: newSetCounter(s)}
	if p := len(s.channels); p > latticeChannels {
		g.orders = orders(p)
	} else {
		g.converted, g.all = make([]float64, 1<<p), make([]float64, 1<<p)
	}
	return g
}

// values is the conversions of each channel for counts per path, and their standard errors where they are estimated.
func (g *insideGame) values(conv, null []float64) (own, errs []float64) {
	convPerSet, nullPerSet := g.sets.count(conv, null)
	if g.orders == nil {
		own = g.exactly(convPerSet, nullPerSet)
	} else {
		own, errs = g.byOrders(convPerSet, nullPerSet)
	}
	journeys := total(conv) + total(null)
	for i := range own {
		own[i] *= journeys
	}
	for i := range errs {
		errs[i] *= journeys
	}
	return own, errs
}

// exactly sums over all sets of channels as bit masks.
func (g *insideGame) exactly(conv, null []float64) []float64 {
	p := len(g.s.channels)
	converted, all := g.converted, g.all
	clear(converted)
	clear(all)
	for set := range conv {
		mask := 0
		for _, id := range g.s.sets.at(set) {
			mask |= 1 << id
		}
		converted[mask] += conv[set]
		all[mask] += conv[set] + null[set]
	}
	sumSubsets(converted)
	sumSubsets(all)
	for mask, n := range all {
		if n > 0 {
			converted[mask] /= n
		}
	}
	values := make([]float64, p)
	shapleyOf(converted, values)
	return values
}

// byOrders adds channels in some orders. A journey is inside from the moment its last channel has come, so one
// pass over the sets serves a whole order.
func (g *insideGame) byOrders(conv, null []float64) (values, errs []float64) {
	p := len(g.s.channels)
	values, errs = make([]float64, p), make([]float64, p)
	rank := make([]int32, p)
	converted, all := make([]float64, p), make([]float64, p)
	pair := make([]float64, p)
	for i, order := range g.orders {
		for at, id := range order {
			rank[id] = int32(at)
		}
		clear(converted)
		clear(all)
		for set := range conv {
			last := int32(0)
			for _, id := range g.s.sets.at(set) {
				last = max(last, rank[id])
			}
			converted[last] += conv[set]
			all[last] += conv[set] + null[set]
		}
		before, sumConverted, sumAll := 0.0, 0.0, 0.0
		for at, id := range order {
			sumConverted, sumAll = sumConverted+converted[at], sumAll+all[at]
			rate := before
			if sumAll > 0 {
				rate = sumConverted / sumAll
			}
			pair[id] += (rate - before) / 2
			before = rate
		}
		if i%2 == 1 {
			for id, x := range pair {
				values[id] += x
				errs[id] += x * x
			}
			clear(pair)
		}
	}
	pairs := float64(len(g.orders) / 2)
	for id := range values {
		values[id] /= pairs
		errs[id] = math.Sqrt(math.Max(0, errs[id]/pairs-values[id]*values[id]) / (pairs - 1))
	}
	return values, errs
}

// orders are sampledOrders orders of p channels, the same ones always; each second one is the one before, reversed.
func orders(p int) [][]int32 {
	random := rand.New(rand.NewPCG(uint64(p), 0))
	all := make([][]int32, 0, sampledOrders)
	for range sampledOrders / 2 {
		order := make([]int32, p)
		for i := range order {
			order[i] = int32(i)
		}
		random.Shuffle(p, func(i, j int) { order[i], order[j] = order[j], order[i] })
		reversed := slices.Clone(order)
		slices.Reverse(reversed)
		all = append(all, order, reversed)
	}
	return all
}
