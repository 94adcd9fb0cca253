package attribution

import (
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// few is how many conversions a share must rest on for resamples to tell how far up its interval reaches.
const few = 10

const surelyMany = 1e9

// reach takes the upper ends of intervals of shares, in the order of their channels, to where they must be with so many
// conversions. Resamples draw only what the sample has: of a channel with one win among two hundred they miss the share of
// all customers far too often, and for one without a win they say [0, 0]. Where a share rests on few conversions, its
// interval reaches at least to the upper Jeffreys limit of a proportion (Brown, Cai and DasGupta, "Interval estimation for
// a binomial proportion", 2001), which for none of n is 2.5/n.
//
// A share of summed weights is not a count. It rests on as many conversions as a proportion does that varies as the resamples do:
// Korn and Graubard, "Confidence intervals for proportions with small expected number of positive counts estimated from survey
// data" (1998). Their mean is taken for the proportion: where a model gives nothing and most resamples something, the share itself
// would say that it rests on nothing. Above surelyMany the limit is no farther than figures are shown, and of no use to compute.
func (i Intervals) reach(shares []float64, conversions float64) Intervals {
	if len(i.shares) < 2 || conversions <= 0 {
		return i
	}
	for id, share := range shares {
		drawn := i.of(id)
		for r := range drawn { // those carried on may have moved farther
			drawn[r] = min(max(drawn[r], 0), 1)
		}
		n := conversions
		if mean, variance := stat.MeanVariance(drawn, nil); variance > 0 {
			n = min(mean*(1-mean)/variance, surelyMany)
		}
		if share*n < few {
			i.High[id] = math.Max(i.High[id], distuv.Beta{Alpha: share*n + .5, Beta: (1-share)*n + .5}.Quantile(.975))
		}
	}
	return i
}
