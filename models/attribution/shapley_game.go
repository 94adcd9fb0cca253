package attribution

import (
	"math"
	"math/bits"

	"gonum.org/v1/gonum/integrate/quad"
)

// setGame is a game between the channels of each set of a sample that converted, in which sets that no journey has are worth
// nothing. It is the same for all counts of the sample; a solver has memory for one solution at a time.
type setGame struct {
	s      *Sample
	played []bool // sets of the sample with conversions
	// Where there are too many channels for the lattice, or few sets: those of the sample within each set that is played.
	within []int32
	start  []int
}

// setSolver solves a game.
type setSolver interface {
	// values adds the Shapley values of each channel of each set with conversions, laid out as the sets' ids, for what each
	// set of the sample is worth.
	values(worth, conv, values []float64)
}

func newSetGame(s *Sample) *setGame {
	g := &setGame{s: s, played: make([]bool, s.sets.len())}
	for set, n := range s.perSet(s.conv) {
		g.played[set] = n > 0
	}
	if !g.latticeIsCheaper() {
		g.pair()
	}
	return g
}

// latticeIsCheaper reports whether a resample takes less time by the lattice than by pairs of sets.
func (g *setGame) latticeIsCheaper() bool {
	p := len(g.s.channels)
	if p > latticeChannels {
		return false
	}
	const perPair = 8 // steps, beside one of the lattice's
	pairs := 0
	for set, played := range g.played {
		if played {
			pairs += min(1<<len(g.s.sets.at(set)), g.s.sets.len())
		}
	}
	return perPair*pairs > resampledPoints*p<<p/2
}

// resampledPoints is how many points of the integral a resample is solved at.
const resampledPoints = 5

// solver is exact.
func (g *setGame) solver() setSolver {
	largest := 1
	for set, played := range g.played {
		if played {
			largest = max(largest, len(g.s.sets.at(set)))
		}
	}
	return g.solverAt((largest + 1) / 2)
}

// solverAt is exact for sets of up to twice as many channels as there are points.
func (g *setGame) solverAt(points int) setSolver {
	if g.start != nil {
		return pairSolver{g}
	}
	l := &latticeSolver{
		setGame: g, masks: masksOf(g.s), sums: make([]float64, 1<<len(g.s.channels)),
		points: make([]float64, points), weights: make([]float64, points),
	}
	quad.Legendre{}.FixedLocations(l.points, l.weights, 0, 1)
	return l
}

// latticeSolver goes over all sets of channels as bit masks.
//
// A Shapley value is the integral, from 0 to 1, of what a channel adds on average to the others when each of them takes part
// with probability x (Owen, "Multilinear extensions of games", 1972). What it adds is a polynomial in x of a degree below the
// number of channels, so a few points of Gauss and Legendre give the integral exactly; and at one point the averages of all
// sets are sums over subsets, which one pass over the lattice finds for all of them together.
type latticeSolver struct {
	*setGame
	masks   []uint32
	sums    []float64 // by mask
	points  []float64
	weights []float64
}

// masksOf are the sets of a sample as bits.
func masksOf(s *Sample) []uint32 {
	masks := make([]uint32, s.sets.len())
	for set := range masks {
		for _, id := range s.sets.at(set) {
			masks[set] |= 1 << id
		}
	}
	return masks
}

func (l *latticeSolver) values(worth, conv, values []float64) {
	powers := make([]float64, len(l.s.channels)+1)
	for i, x := range l.points {
		odds := x / (1 - x)
		for size := range powers {
			powers[size] = math.Pow(odds, float64(size))
		}
		clear(l.sums)
		for set, mask := range l.masks {
			l.sums[mask] = worth[set] * powers[bits.OnesCount32(mask)]
		}
		sumSubsets(l.sums)
		for set, count := range conv {
			if count > 0 {
				l.add(set, x, l.weights[i], values)
			}
		}
	}
}

// add adds a point's part of the integral for the channels of a set. With G the sums over subsets of worth × odds^size,
// channel k adds (1−x)^(n−1) · ((1−x)/x · (G(T) − G(T∖k)) − G(T∖k)) to the n−1 others of T.
func (l *latticeSolver) add(set int, x, weight float64, values []float64) {
	mask, ids := l.masks[set], l.s.sets.at(set)
	own := values[l.s.sets.start[set]:]
	scale := weight
	for range len(ids) - 1 {
		scale *= 1 - x
	}
	whole := l.sums[mask]
	for k, id := range ids {
		without := l.sums[mask&^(1<<id)]
		own[k] += scale * ((1-x)/x*(whole-without) - without)
	}
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
	seen := g.seen()
	sum := 0.0
	for set, count := range conv {
		if count > 0 {
			subsets := math.Exp2(float64(len(g.s.sets.at(set)))) - 1
			sum += count * (1 - seen(set)/subsets)
		}
	}
	if all := total(conv); all > 0 {
		return sum / all
	}
	return 0
}

// seen counts the sets of the sample within a set that is played.
func (g *setGame) seen() func(set int) float64 {
	if g.start != nil {
		return func(set int) float64 { return float64(g.start[set+1] - g.start[set]) }
	}
	masks, sums := masksOf(g.s), make([]float64, 1<<len(g.s.channels))
	for _, mask := range masks {
		sums[mask] = 1
	}
	sumSubsets(sums)
	return func(set int) float64 { return sums[masks[set]] }
}
