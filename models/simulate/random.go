package simulate

import (
	"math"
	"math/bits"
	"math/rand/v2"
)

// purpose separates the random decisions of one unit: each has a stream of its own, so that a decision which is not
// taken in one world (its channel is off) shifts no other.
type purpose uint64

const (
	forTraits purpose = iota + 1
	forStart
	forPerson
	forExposures
	forBaseline
	forClosing
	forAdoption
	forUse
	forEmail
	forInvitation
	forPurchase
	forInquiry
	forSales
	forSubscription
	forTelling
	forIdentity
	forMess
	forDevice
	forCost
	forChat
	forSurvey
)

// mix hashes two words; the constants are those of SplitMix64 (Steele, Lea, Flood 2014).
func mix(a, b uint64) uint64 {
	x := bits.RotateLeft64(a, 25) ^ (b + 0x9e3779b97f4a7c15)
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// apart spreads a seed over all bits, where units, which are small numbers, don't reach: mixed with units as they are, seeds
// near one another would have the same people in another order. That of the default company stays what it is.
func apart(seed uint64) uint64 {
	const standard = 1
	return mix(seed, forSeed) ^ mix(standard, forSeed) ^ standard
}

// forSeed is no purpose of a unit's.
const forSeed = 1 << 32

// hash is one random word for (unit, purpose, number).
func (w *world) hash(unit uint64, why purpose, number int) uint64 {
	return mix(mix(mix(w.seed, unit), uint64(why)), uint64(number))
}

// chance is true with probability p, decided by the hash of (unit, purpose, number).
func (w *world) chance(p float64, unit uint64, why purpose, number int) bool {
	return unitInterval(w.hash(unit, why, number)) < p
}

// stream is a substream of random numbers.
type stream struct{ source rand.PCG }

func (w *world) stream(unit uint64, why purpose, number int) stream {
	var s stream
	h := w.hash(unit, why, number)
	s.source.Seed(h, mix(h, 1))
	return s
}

func unitInterval(x uint64) float64 { return float64(x>>11) / (1 << 53) }

// uniform is in [0, 1).
func (s *stream) uniform() float64 { return unitInterval(s.source.Uint64()) }

// below is a whole number in [0, n).
func (s *stream) below(n int) int {
	high, _ := bits.Mul64(s.source.Uint64(), uint64(n))
	return int(high)
}

// exponential has the given mean.
func (s *stream) exponential(mean float64) float64 { return -mean * math.Log(1-s.uniform()) }

// normal has mean 0 and variance 1 (Box and Muller 1958).
func (s *stream) normal() float64 {
	return math.Sqrt(-2*math.Log(1-s.uniform())) * math.Cos(2*math.Pi*s.uniform())
}

// poisson counts by multiplying uniforms (Knuth); fit for small means. Counts above 60 are cut.
func (s *stream) poisson(mean float64) int {
	limit, product := math.Exp(-mean), s.uniform()
	n := 0
	for product > limit && n < 60 {
		product *= s.uniform()
		n++
	}
	return n
}

// logUniform is between low and high, each order of magnitude as likely as the next.
func (s *stream) logUniform(low, high float64) float64 { return low * math.Pow(high/low, s.uniform()) }

// succeeds turns an additive hazard into a probability: u < 1 − e^(−hazard).
func succeeds(u, hazard float64) bool { return u < 1-math.Exp(-hazard) }
