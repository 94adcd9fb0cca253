package attribution

import (
	"math"
	"slices"
)

// Discovery credits the first contact with what it added to what would have happened anyway, told apart by when
// conversions come. From the first contact on, by a channel c, a journey converts at the rate
//
//		λ(t) = α_c·σe^(−σt) + β_c·φe^(−φt) + δ_c·νe^(−νt)
//
//	  - α, slow: people who would have come anyway and take their own time, more of them where a channel meets people
//	    with intent. Intent is hidden; an α for each channel is how the model does without seeing it.
//	  - β, fast: what the contact caused. This alone is credited.
//	  - δ, a quarter of an hour: who converts within the first visit came to convert.
//
// The rates σ and φ are common to all channels, fitted within bounds that keep their order; ν is given. Everything is
// found by expectation maximisation over all journeys, censored ones too, as in Zhang, Wei and Ren, "Multi-touch
// attribution in online advertising with survival theory" (2014), whose model Hazard is. What is not β's is the baseline.
//
// Later touches are left out on purpose. People who have decided come back by the name, a banner or a coupon, so later
// touches follow from the decision as often as they cause it; as causes they would explain the conversion away from what
// really started it. The first contact can follow from nothing. For the same reason a journey whose first contact was a
// direct visit that the policy dropped is the baseline's: its first touch left discovered nothing.
//
// So it can't tell what later touches add: an e-mail programme gets nothing, though it may earn a lot, and no more do
// calls and prompts. It suits conversions that discovery leads to, such as sign-ups, and not late stages of a sale. Where
// effects take as long as the baseline, or come within the visit, it can't tell them apart either.
type Discovery struct{}

// Name is discovery.
func (Discovery) Name() string { return "discovery" }

// Version is the revision.
func (Discovery) Version() string { return "1" }

// Terms of the rate.
const (
	slowTerm = iota
	fastTerm
	visitTerm
	discoveryTerms
)

// terms is one number for each term of the rate.
type terms [discoveryTerms]float64

// Rates of the terms per day: at the start, and their bounds. A journey of 45 or 90 days says nothing of slower ones.
var (
	termStart = terms{1. / 15, 1. / 4, 96}
	termLow   = terms{1. / 60, 1. / 7, 96}
	termHigh  = terms{1. / 10, 1. / 2, 96}
)

// discoveryParameters are how many conversions each term brings in all, by channel, and its rate.
type discoveryParameters struct {
	amplitude []terms
	rate      terms
}

func (p *discoveryParameters) clone() *discoveryParameters {
	return &discoveryParameters{slices.Clone(p.amplitude), p.rate}
}

// discoveryData is the journeys that have a discovery, and what the others add to the baseline, in the order of
// Sample.touched.
type discoveryData struct {
	channel   []int32 // −1: nothing was discovered, or not by a channel of the sample
	age       []float64
	converted []bool
	decay     []terms // e^(−rate·age)
	channels  int
}

func newDiscoveryData(s *Sample) *discoveryData {
	t := s.timeline()
	return &discoveryData{t.first, t.exposure, t.converted, make([]terms, len(t.exposure)), t.channels}
}

func (d *discoveryData) begin(counts []float64) *discoveryParameters {
	converted := 0.0
	for j, n := range counts {
		if d.converted[j] {
			converted += n
		}
	}
	each := (converted + 1) / 3 / (total(counts) + 1)
	return &discoveryParameters{slices.Repeat([]terms{{each, each, each}}, d.channels), termStart}
}

// discount fills decay for rates.
func (d *discoveryData) discount(rate terms) {
	for j, age := range d.age {
		for k := range rate {
			d.decay[j][k] = math.Exp(-rate[k] * age)
		}
	}
}

// parts of the rate that the terms have, summing to 1; all 0 where nothing explains the conversion.
func (p *discoveryParameters) parts(channel int32, decay terms) (parts terms) {
	sum := 0.0
	for k := range parts {
		parts[k] = p.amplitude[channel][k] * p.rate[k] * decay[k]
		sum += parts[k]
	}
	for k := range parts {
		if sum > 0 {
			parts[k] /= sum
		}
	}
	return parts
}

// round is one step of expectation maximisation; the rates move only if asked to. It returns the conversions of each
// term by channel, at the parameters before the step, and by how much an amplitude moved at most.
func (d *discoveryData) round(p *discoveryParameters, counts []float64, rates bool) (explained []terms, moved float64) {
	explained, reached := make([]terms, d.channels), make([]terms, d.channels)
	var events, ages terms
	for j, n := range counts {
		c := d.channel[j]
		if n == 0 || c < 0 {
			continue
		}
		for k, decay := range d.decay[j] {
			reached[c][k] += n * (1 - decay)
			ages[k] += n * p.amplitude[c][k] * d.age[j] * decay
		}
		if !d.converted[j] {
			continue
		}
		for k, part := range p.parts(c, d.decay[j]) {
			explained[c][k] += n * part
			events[k] += n * part
			ages[k] += n * part * d.age[j]
		}
	}
	for c := range p.amplitude {
		for k := range explained[c] {
			if reached[c][k] > 0 {
				next := explained[c][k] / reached[c][k]
				moved = math.Max(moved, math.Abs(next-p.amplitude[c][k]))
				p.amplitude[c][k] = next
			}
		}
	}
	for k := range p.rate {
		if rates && ages[k] > 0 {
			p.rate[k] = math.Min(math.Max(events[k]/ages[k], termLow[k]), termHigh[k])
		}
	}
	return explained, moved
}

// Rounds of the whole sample, until no amplitude moves by more than the tolerance, and of a resample, which begins where
// the whole sample ended.
const (
	discoveryRounds      = 400
	discoveryTolerance   = 1e-6
	discoveryRefitRounds = 60
)

// Credit needs the times of touches: ErrNeedsJourneys for a sample of paths.
func (m Discovery) Credit(s *Sample) (Credit, error) {
	if s.journeys == nil {
		return Credit{}, ErrNeedsJourneys
	}
	fitted, weigh := m.fitTimed(s)
	c, err := creditTimed(s, weigh)
	c.discovery = fitted.discovery
	return c, err
}

func (m Discovery) fitTimed(s *Sample) (Credit, weighing) {
	d := newDiscoveryData(s)
	counts := slices.Repeat([]float64{1}, len(d.age))
	p := d.begin(counts)
	for range discoveryRounds {
		d.discount(p.rate)
		if _, moved := d.round(p, counts, true); moved < discoveryTolerance {
			break
		}
	}
	return Credit{Channels: s.channels, discovery: p}, func(_ []int32, age []float64, first int32, w []float64) (float64, string) {
		if first < 0 {
			return 1, "discovered before the first touch left"
		}
		var decay terms
		for k := range decay {
			decay[k] = math.Exp(-p.rate[k] * age[0])
		}
		w[0] = p.parts(first, decay)[fastTerm]
		return 1 - w[0], "part of the hazard that the first contact added"
	}
}

// refitJourneys keeps the rates: resamples move the amplitudes only. Then journeys of one channel and outcome and nearly one
// age look alike, and are counted together: a resample costs as much as there are kinds of journeys.
func (m Discovery) refitJourneys(s *Sample, c Credit) func(counts []float64) ([]float64, error) {
	d := newDiscoveryData(s)
	d.discount(c.discovery.rate)
	kindOf, kinds := d.kinds()
	ofKind := make([]float64, len(kinds.channel))
	return func(counts []float64) ([]float64, error) {
		clear(ofKind)
		credited := make([]float64, d.channels+1)
		for j, n := range counts {
			ofKind[kindOf[j]] += n
			if d.converted[j] {
				credited[d.channels] += n
			}
		}
		p := c.discovery.clone()
		for range discoveryRefitRounds {
			kinds.round(p, ofKind, false)
		}
		explained, _ := kinds.round(p, ofKind, false)
		for id := range explained {
			credited[id] = explained[id][fastTerm]
			credited[d.channels] -= credited[id]
		}
		return credited, nil
	}
}

// agesPerE is how many kinds of ages there are while ages grow e-fold: they differ by a few per cent.
const agesPerE = 20

// kinds groups journeys that a round can't tell apart, with the mean of their ages and decays.
func (d *discoveryData) kinds() (kindOf []int32, kinds *discoveryData) {
	type kind struct {
		channel   int32
		age       int
		converted bool
	}
	known := map[kind]int32{}
	kindOf, kinds = make([]int32, len(d.channel)), &discoveryData{channels: d.channels}
	var journeys []float64
	for j, channel := range d.channel {
		k := kind{channel, int(math.Floor(agesPerE * math.Log(math.Max(d.age[j], 1e-4)))), d.converted[j]}
		id, seen := known[k]
		if !seen {
			id = int32(len(journeys))
			known[k] = id
			kinds.channel, kinds.converted = append(kinds.channel, channel), append(kinds.converted, d.converted[j])
			kinds.age, kinds.decay, journeys = append(kinds.age, 0), append(kinds.decay, terms{}), append(journeys, 0)
		}
		kindOf[j] = id
		journeys[id]++
		kinds.age[id] += d.age[j]
		for t := range kinds.decay[id] {
			kinds.decay[id][t] += d.decay[j][t]
		}
	}
	for id, n := range journeys {
		kinds.age[id] /= n
		for t := range kinds.decay[id] {
			kinds.decay[id][t] /= n
		}
	}
	return kindOf, kinds
}
