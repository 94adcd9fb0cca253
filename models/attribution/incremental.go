package attribution

import (
	"math"
	"slices"
)

// Incremental credits what would be missing without a touch. A conversion takes two stages, the sign-up and what comes after
// it, and is lost where either is; each stage is an additive hazard (see additive) beside what comes by itself.
//
// Up to the sign-up, or to the conversion where there is none before it, from the first contact on, by a channel c:
//
//	λ(t) = α_c·σe^(−σt) + δ_c·νe^(−νt) + β_c·φe^(−φt) + Σ γ_ch(i)·φe^(−φ(t−tᵢ)) over the later touches i
//
// α is those who would have come anyway and take their time: intent is hidden, and an α for each channel is how the model
// does without seeing it. δ is those who convert within the visit: they came to. β and γ are what touches cause. Only
// those sign-ups count that the conversion followed.
//
// People who have decided come back by the name, a banner or a coupon: such touches follow from the decision. The visit in
// which people sign up shows how the decided come. Where that is by a channel more often, per sign-up, than it has part
// in the later visits of those who don't, its later touches before a sign-up are not counted, and in proportion where less
// often. A direct visit is nobody's doing and never counts.
//
// From the sign-up on, the hazard that comes by itself is constant in each of some intervals since the sign-up, the same
// for everybody, and touches add to it as before.
//
// The part that a touch has in the hazard of its stage is what is lost without it, and nobody else's loss is the smaller
// for it: an e-mail that made somebody active, and the post that made them sign up, are both needed. The weights of a journey are these
// losses in proportion, beside a baseline: what is left when both stages are without touches. A touch that is met only
// through another, as a meeting after a call, passes on what it earns; see through.
//
// It rests on effects being faster than what comes by itself, on the first contact not being a consequence of a decision,
// and on sign-ups being told. It can't tell effects that come within the visit, and takes use of the product for an
// effect of what is met while using it, such as prompts.
//
// Additive hazard: Zhang, Wei and Ren (2014). Incrementality instead of presence: Du, Zhong, Nair, Cui and Shou, "Causally
// driven incremental multi touch attribution using a recurrent neural network" (2019); Singal, Besbes, Desir, Goyal and
// Iyengar, "Shapley meets uniform: an axiomatic framework for attribution in online advertising" (2022), whose
// counterfactual adjustment is that no credit is given for what would have happened anyway.
type Incremental struct{}

// Name is incremental.
func (Incremental) Name() string { return "incremental" }

// Version is the revision.
func (Incremental) Version() string { return "1" }

// incrementalParameters are the fits of the stages, and the gates.
type incrementalParameters struct {
	entry, outcome additiveFit
	gates          []float64
}

// Credit needs the times of touches: ErrNeedsJourneys for a sample of paths.
func (m Incremental) Credit(s *Sample) (Credit, error) {
	if s.journeys == nil {
		return Credit{}, ErrNeedsJourneys
	}
	fitted, weigh := m.fitTimed(s)
	c, err := creditTimed(s, weigh)
	c.incremental = fitted.incremental
	return c, err
}

func (m Incremental) fitTimed(s *Sample) (Credit, weighing) {
	d := newIncrementalData(s)
	p := d.fit(slices.Repeat([]float64{1}, len(d.journeys)), nil)
	return Credit{Channels: s.channels, incremental: p}, func(j *staged, w []float64) (float64, string) {
		return d.weigh(p, j, w), "what would be missing without it"
	}
}

// refitJourneys fits to resamples as to the whole, beginning where the whole sample ended.
func (m Incremental) refitJourneys(s *Sample, c Credit) func(counts []float64) ([]float64, error) {
	d := newIncrementalData(s)
	var weights []float64
	return func(counts []float64) ([]float64, error) {
		p := d.fit(counts, c.incremental)
		credited := make([]float64, d.channels+1)
		for i := range d.journeys {
			j := &d.journeys[i]
			if counts[i] == 0 || !j.converted {
				continue
			}
			weights = slices.Grow(weights[:0], len(j.age))[:len(j.age)]
			clear(weights)
			credited[d.channels] += counts[i] * d.weigh(p, j, weights)
			for k, channel := range j.channel {
				if channel >= 0 {
					credited[channel] += counts[i] * weights[k]
				}
			}
		}
		return credited, nil
	}
}

// fit finds the parameters for counts of the journeys, from those of another fit if there is one.
func (d *incrementalData) fit(counts []float64, from *incrementalParameters) *incrementalParameters {
	series := d.series()
	e := exposure{counts: make([][ageBins]float64, series.all), days: make([]float64, len(d.outcome.kernel))}
	pairs := make([]float64, d.counters().all)
	behind := make([]float64, len(sinceEntry)-1)
	ended := 0.0
	for i, n := range counts {
		j := &d.journeys[i]
		if n == 0 {
			continue
		}
		for _, cell := range d.met[i] {
			e.counts[cell/ageBins][cell%ageBins] += n
		}
		for _, pair := range d.pairs[i] {
			pairs[pair] += n
		}
		if !j.fresh() {
			continue
		}
		if j.closed() && j.enters() {
			ended += n
		}
		if j.entered > 0 {
			lasted(e.days, j.entered-j.age[0], j.entered, n)
		}
		if j.entered > 0 && j.converted {
			lasted(behind, j.entered, j.entered+around, n)
		}
	}
	p := d.begin(from)
	p.gates = d.gates(pairs[:d.channels*(d.channels+2)])
	for c, part := range d.busy(pairs, e.days, behind) {
		p.outcome.scale[int(d.added)+c] = 1 - part
	}
	for c, part := range d.decided(e, ended) {
		p.entry.scale[int(d.further)+c] = 1 - part
		for b := range e.counts[series.ended+int32(c)] {
			e.counts[series.ended+int32(c)][b] *= 1 - part
		}
	}
	tolerance := additiveTolerance
	if from != nil {
		tolerance = resampleTolerance
	}
	d.entry.fit(&p.entry, at(counts, d.entryOf), e, tolerance)
	d.outcome.fit(&p.outcome, at(counts, d.outcomeOf), e, tolerance)
	return p
}

// at is counts at places.
func at(counts []float64, places []int32) []float64 {
	of := make([]float64, len(places))
	for i, place := range places {
		of[i] = counts[place]
	}
	return of
}

// begin is where a fit starts. What is 0 stays 0, so resamples begin a little above it.
func (d *incrementalData) begin(from *incrementalParameters) *incrementalParameters {
	const little = 1e-3
	start := func(a *additive, rates []float64, of *additiveFit) additiveFit {
		f := additiveFit{make([]float64, len(a.kernel)), slices.Clone(rates), slices.Repeat([]float64{1}, len(a.kernel))}
		for i := range f.theta {
			if f.theta[i] = .05; of != nil {
				f.theta[i] = of.theta[i] + little
			}
		}
		if of != nil {
			copy(f.rate, of.rate)
		}
		return f
	}
	var entry, outcome *additiveFit
	if from != nil {
		entry, outcome = &from.entry, &from.outcome
	}
	return &incrementalParameters{entry: start(&d.entry, stageRates, entry), outcome: start(&d.outcome, afterRates, outcome)}
}

// decidedOften is how much oftener than in the visit in which they sign up the decided may come by a channel before it.
const decidedOften = 1.2

// decided is, by channel, what part of the later touches before a sign-up may be of people who have decided: those by
// a channel that brings as much of the deciding visits, per sign-up, as of the later visits of those who don't sign up.
func (d *incrementalData) decided(e exposure, ended float64) []float64 {
	of := d.series()
	sum := func(series int32) float64 { return total(e.counts[series][:]) }
	visits := 0.0
	for c := range d.channels {
		visits += sum(of.open + c)
	}
	part := make([]float64, d.channels)
	for c := range d.channels {
		if deciding := sum(of.closers+c) * visits; deciding > 0 {
			part[c] = math.Min(1, decidedOften*deciding/math.Max(sum(of.open+c)*ended, 1e-9))
		}
	}
	return part
}

// weigh fills the weights of a converted journey, which are 0, and returns the baseline's.
func (d *incrementalData) weigh(p *incrementalParameters, j *staged, w []float64) (baseline float64) {
	baseline = 1
	stage := func(a *additive, f *additiveFit, each func(func(touch int, param int32, age float64))) {
		hazard, caused := 0.0, 0.0
		each(func(touch int, param int32, age float64) {
			part := f.theta[param] * a.x(f, param, age)
			if hazard += part; touch >= 0 {
				caused += part
			}
		})
		if hazard <= 0 {
			return
		}
		baseline *= 1 - caused/hazard
		each(func(touch int, param int32, age float64) {
			if touch >= 0 {
				d.through(p.gates, j, touch, f.theta[param]*a.x(f, param, age)/hazard, w)
			}
		})
	}
	stage(&d.entry, &p.entry, func(yield func(int, int32, float64)) { d.terms(j, yield, nil) })
	stage(&d.outcome, &p.outcome, func(yield func(int, int32, float64)) { d.terms(j, nil, yield) })
	sum := total(w)
	if sum <= 0 {
		return 1
	}
	for i := range w {
		w[i] *= (1 - baseline) / sum
	}
	return baseline
}
