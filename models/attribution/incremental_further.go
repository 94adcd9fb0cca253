package attribution

import (
	"math"
	"slices"
)

// further is the touches between the first contact and the sign-up, looked at from the sign-up. A touch by channel c comes
// a days before it at the rate
//
//	r_c + q_c·k(a) + e_c·φe^(−φa)
//
// r is how often those who sign up come by a channel anyway: who is keen meets some channels oftener, long before as well as just
// before, so that comparing near with far holds intent constant. q and k are of people who have decided and come back to
// compare: q is by what channels, as in the visit in which they sign up, and k when. e is what touches
// cause, sign-ups that follow them within days. What q and k can explain is not taken for caused.
//
// To compare times of the same people instead of people is the self-controlled case series: Farrington, "Relative incidence
// estimation from case series for vaccine safety evaluation" (1995).
type further struct {
	ordinary []float64        // r: by channel, touches a day of a sign-up
	deciding []float64        // q: sums to 1
	deciders [ageBins]float64 // k: a day of a sign-up
	caused   []float64        // e: by channel, touches a sign-up
	fading   float64          // φ
	effect   [ageBins]float64 // φe^(−φa)
	within   []float64        // by channel, whether this is what to go by: 1, or 0 where the decided don't come by it
	counts   furtherCounts
}

// decisionDays are ages between which k is taken for constant; who decided earlier than the last can't be told from the undecided.
var decisionDays = []float64{aVisit, .05, .1, .2, .4, .7, 1, 1.5, 2, 3, 4, 5, 6, 8, 10, 13, 16}

const (
	slowestEffect, fastestEffect = 1. / 7, 1. / 2
	furtherRounds                = 300
	furtherTolerance             = 1e-6 // of all touches, how many change their cause in a round
)

// rho is what a touch of a channel in a bin of ages adds to a sign-up's hazard, as a part of what it is without; of a touch that may be
// a decided person's only so much as it is likely not to be.
func (f *further) rho(channel int32, bin int) float64 {
	const least = 1e-12
	all := math.Max(f.ordinary[channel]+f.deciding[channel]*f.deciders[bin], least)
	return f.within[channel] * f.caused[channel] * f.effect[bin] / all
}

// furtherCounts are what further is fitted to.
type furtherCounts struct {
	touches [][ageBins]float64 // by channel
	all     float64            // their sum
	days    [ageBins]float64   // of each bin, times the sign-ups whose first contact was before it
	watched float64            // their sum
}

func (d *incrementalData) furtherCounts(e exposure) furtherCounts {
	of := d.series()
	n := furtherCounts{touches: e.counts[of.ended : of.ended+d.channels]}
	for c := range n.touches {
		n.all += total(n.touches[c][:])
	}
	signUps := 0.0
	for b := ageBins - 1; b >= 0; b-- {
		here := e.counts[of.until][b]
		if middles[b] > aVisit {
			n.days[b] = (signUps + here/2) * middles[b] * 2 * math.Sinh(.5/binsPerE)
		}
		signUps += here
	}
	n.watched = total(n.days[:])
	return n
}

// fitFurther finds first what decisions explain, then effects beside it; from where another fit ended, if there is one.
func (d *incrementalData) fitFurther(e exposure, from *further) *further {
	of := d.series()
	f := &further{
		ordinary: make([]float64, d.channels), caused: make([]float64, d.channels), deciding: make([]float64, d.channels),
		within: d.compare(e), fading: 1. / 4, counts: d.furtherCounts(e),
	}
	for c := range f.deciding {
		f.deciding[c] = total(e.counts[of.closers+int32(c)][:])
	}
	f.deciding = shares(f.deciding)
	if f.counts.watched == 0 || f.counts.all == 0 || total(f.deciding) == 0 {
		return f
	}
	usual := f.counts.all / f.counts.watched
	for c := range f.ordinary {
		f.ordinary[c] = total(f.counts.touches[c][:]) / f.counts.watched / 2
	}
	for b := range f.deciders {
		f.deciders[b] = usual
	}
	if from != nil {
		f.fading = from.fading
		for b, k := range from.deciders {
			f.deciders[b] = k + usual/100
		}
	}
	f.improve(f.decide)
	for c := range f.caused {
		if int32(c) != d.direct {
			if f.caused[c] = .01; from != nil {
				f.caused[c] = from.caused[c] + 1e-3
			}
		}
	}
	f.improve(f.cause)
	f.fade()
	f.counts = furtherCounts{} // large, and of no more use
	return f
}

func (f *further) improve(round func() float64) {
	for range furtherRounds {
		if round() < furtherTolerance*f.counts.all {
			return
		}
	}
}

func (f *further) fade() {
	for b, age := range middles {
		f.effect[b] = f.fading * math.Exp(-f.fading*age)
	}
}

// decide is one step of expectation maximisation with nothing caused. It returns how many touches are taken for another
// cause than before.
func (f *further) decide() (moved float64) {
	found, possible := make([]float64, len(decisionDays)-1), make([]float64, len(decisionDays)-1)
	for b, days := range f.counts.days {
		if k := decisionBin(b); k >= 0 {
			possible[k] += days
		}
	}
	for c, q := range f.deciding {
		ordinary := 0.0
		for b, touches := range f.counts.touches[c] {
			if touches == 0 {
				continue
			}
			decided := touches * q * f.deciders[b] / math.Max(f.ordinary[c]+q*f.deciders[b], 1e-300)
			if k := decisionBin(b); k >= 0 {
				found[k] += decided
			}
			ordinary += touches - decided
		}
		moved += math.Abs(ordinary - f.ordinary[c]*f.counts.watched)
		f.ordinary[c] = ordinary / f.counts.watched
	}
	for b := range f.deciders {
		if k := decisionBin(b); k < 0 || possible[k] == 0 {
			f.deciders[b] = 0
		} else {
			f.deciders[b] = found[k] / possible[k]
		}
	}
	return moved
}

// decisionBin is where in decisionDays a bin of ages is; −1: nowhere.
func decisionBin(b int) int {
	at, _ := slices.BinarySearch(decisionDays, middles[b])
	if at == len(decisionDays) {
		return -1
	}
	return at - 1
}

// compare says of each channel whether the decided come by it: whether it brings at least half as much of the visits in which
// people sign up, for each sign-up, as of the further visits of those who don't.
func (d *incrementalData) compare(e exposure) []float64 {
	of := d.series()
	sum := func(series int32) float64 { return total(e.counts[series][:]) }
	visits := 0.0
	for c := range d.channels {
		visits += sum(of.open + c)
	}
	within := make([]float64, d.channels)
	for c := range d.channels {
		if deciding := sum(of.closers+c) * visits; deciding > 0 {
			within[c] = math.Min(1, 2*deciding/math.Max(sum(of.open+c)*sum(of.until), 1e-9))
		}
	}
	return within
}

// cause is one step of expectation maximisation with decisions as they are.
func (f *further) cause() (moved float64) {
	f.fade()
	var could, couldAge, found, foundAge float64
	for b, days := range f.counts.days {
		could += days * f.effect[b]
		couldAge += days * f.effect[b] * middles[b]
	}
	if could <= 0 {
		return 0
	}
	for c, q := range f.deciding {
		ordinary, caused := 0.0, 0.0
		for b, touches := range f.counts.touches[c] {
			by := f.caused[c] * f.effect[b]
			if all := f.ordinary[c] + q*f.deciders[b] + by; touches > 0 && all > 0 {
				ordinary += touches * f.ordinary[c] / all
				caused += touches * by / all
				foundAge += touches * by / all * middles[b]
			}
		}
		found += caused
		moved += math.Abs(caused - f.caused[c]*could)
		f.ordinary[c], f.caused[c] = ordinary/f.counts.watched, caused/could
	}
	if foundAge > 0 { // at the maximum, the mean age of those found is what it would be
		f.fading = math.Min(math.Max(f.fading*(couldAge/could)/(foundAge/found), slowestEffect), fastestEffect)
	}
	return moved
}
