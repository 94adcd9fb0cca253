package attribution

import "slices"

// Carried are intervals that rest on the resamples of an earlier sample: was is the shares in that sample, resamples those
// of each channel in each of its resamples, both in the order of channels. How far a resample falls from its sample
// hardly changes when few journeys did, and what changes most, the estimate itself, is fitted anew: the resamples move
// along with it, each channel by as much as its share did.
func Carried(channels []string, was []float64, resamples [][]float64) Intervals {
	i := Intervals{Channels: channels, was: was}
	for id := range resamples {
		for r, share := range resamples[id] {
			if r == len(i.shares) {
				i.shares = append(i.shares, make([]float64, len(channels)))
			}
			i.shares[r][id] = share
		}
	}
	return i
}

// around are the intervals for shares of so many conversions, in the order of the channels, which may not be just those that the
// resamples were drawn around: of a model of time, the ledger adds up what it gives to all units, and the fit saw some. Only
// those that are carried on move.
func (i Intervals) around(shares []float64, conversions float64) Intervals {
	if len(i.shares) == 0 {
		return i
	}
	if i.was == nil {
		return percentiles(i.Channels, i.shares).reach(shares, conversions)
	}
	moved := make([][]float64, len(i.shares))
	for r, resample := range i.shares {
		moved[r] = slices.Clone(resample)
		for id := range resample {
			moved[r][id] += shares[id] - i.was[id]
		}
	}
	i = percentiles(i.Channels, moved).reach(shares, conversions)
	for id := range i.Channels {
		i.Low[id], i.High[id] = max(0, i.Low[id]), min(1, i.High[id])
	}
	return i
}

// of is the share of a channel in each resample.
func (i Intervals) of(id int) []float64 {
	shares := make([]float64, len(i.shares))
	for r := range i.shares {
		shares[r] = i.shares[r][id]
	}
	return shares
}
