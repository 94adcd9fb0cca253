package attribution

import (
	"cmp"
	"math"
	"slices"
)

// Standing is the rank of a channel by share, 1 the largest, and how sure it is. The baseline is no channel: its rank is 0.
type Standing struct {
	Rank int // of equals the first by name
	// Low and High hold the rank in 95 % of resamples; Same is the part of resamples that give it the same rank. With no
	// resamples Low is 1, High the number of channels and Same 0: nothing is known.
	Low, High int
	Same      float64
	// Lead is the share less that of the next in rank, with its 95 % interval; 0 for the last. With no resamples the
	// interval is −1 to 1.
	Lead, LeadLow, LeadHigh float64
	// Like are the channels that it can't be told from, by index and the nearest in rank first: the interval of the
	// difference holds 0. mostLike of them at most, and none where there are no resamples to tell.
	Like []int
}

// mostLike is how many channels a standing names that are not to be told from its own: of hundreds with a conversion each
// nobody would read all.
const mostLike = 20

// Standings ranks channels by their shares, which are in the order of the intervals' channels.
func (i Intervals) Standings(shares []float64) []Standing {
	baseline := slices.Index(i.Channels, Baseline)
	order, observed := ranking(shares, baseline)
	all := make([]Standing, len(shares))
	for id := range all {
		all[id] = Standing{Rank: observed[id], Low: min(1, observed[id]), High: len(order)}
		if id == baseline {
			all[id].High = 0
		}
	}
	for at, id := range order[:max(0, len(order)-1)] {
		next := order[at+1]
		all[id].Lead = shares[id] - shares[next]
		all[id].LeadLow, all[id].LeadHigh = i.Difference(id, next)
	}
	if len(i.shares) == 0 {
		return all
	}
	i.rankAgain(all, baseline)
	for at, id := range order {
		all[id].Like = i.like(order, at)
	}
	return all
}

// rankAgain ranks the channels in every resample.
func (i Intervals) rankAgain(all []Standing, baseline int) {
	of := make([][]float64, len(all)) // ranks in the resamples
	for _, resample := range i.shares {
		_, ranks := ranking(resample, baseline)
		for id, rank := range ranks {
			of[id] = append(of[id], float64(rank))
		}
	}
	for id := range all {
		s := &all[id]
		if s.Rank == 0 {
			continue
		}
		same := 0
		for _, rank := range of[id] {
			if int(rank) == s.Rank {
				same++
			}
		}
		s.Same = float64(same) / float64(len(i.shares))
		low, high := interval(of[id])
		s.Low, s.High = int(math.Floor(low)), int(math.Ceil(high))
	}
}

// like are the channels around a rank that can't be told from its channel. The farther away, the less likely: it looks
// no farther in a direction than the first few that can be told.
func (i Intervals) like(order []int, at int) (like []int) {
	const enough = 3
	told := [2]int{}
	for distance := 1; distance < len(order) && len(like) < mostLike; distance++ {
		for side, other := range []int{at - distance, at + distance} {
			if other < 0 || other >= len(order) || told[side] >= enough || len(like) == mostLike {
				continue
			}
			if i.Distinguishable(order[at], order[other]) {
				told[side]++
			} else {
				like = append(like, order[other])
			}
		}
		if told[0] >= enough && told[1] >= enough {
			break
		}
	}
	return like
}

// ranking is the indices of numbers, the largest first and of equals the first by index, and the rank of each, from 1. The
// number at index without has no part in it: its rank is 0.
func ranking(xs []float64, without int) (order, ranks []int) {
	order = make([]int, 0, len(xs))
	for i := range xs {
		if i != without {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(xs[b], xs[a]), cmp.Compare(a, b)) })
	ranks = make([]int, len(xs))
	for rank, i := range order {
		ranks[i] = rank + 1
	}
	return order, ranks
}

// over is the intervals in another order of channels; of those that it doesn't know, 0 to 0.
func (i Intervals) over(channels []string) Intervals {
	of := make([]int, len(channels))
	for id, name := range channels {
		of[id] = slices.Index(i.Channels, name)
	}
	pick := func(xs []float64) []float64 {
		picked := make([]float64, len(of))
		for id, from := range of {
			if from >= 0 {
				picked[id] = xs[from]
			}
		}
		return picked
	}
	o := Intervals{Channels: channels, Low: pick(i.Low), High: pick(i.High), Replicates: i.Replicates, shares: make([][]float64, len(i.shares))}
	for r := range i.shares {
		o.shares[r] = pick(i.shares[r])
	}
	return o
}
