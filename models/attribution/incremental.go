package attribution

import "slices"

// Incremental credits what would be missing without a touch. A conversion takes two stages, the sign-up and what comes after
// it, and is lost where either is; each stage is an additive hazard (see additive) beside what comes by itself.
//
// Up to the sign-up, or to the conversion where there is none before it, from the first contact on, by a channel c:
//
//	λ(t) = (α_c·σe^(−σt) + δ_c·νe^(−νt) + β_c·φe^(−φt) + Σ γ_ch(i)·φe^(−φ(t−tᵢ)))·(1 + Σ ρ_ch(i)(t−tᵢ)) over the further touches i
//
// α is those who would have come anyway and take their time: intent is hidden, and an α for each channel is how the model
// does without seeing it. δ is those who convert within the visit: they came to. β, γ and ρ are what touches cause. Only
// those sign-ups count that the conversion followed; σ and φ are those of all sign-ups, since what follows has no part in how
// fast people sign up, and those that a conversion could follow in time are the early ones.
//
// People who have decided come back by the name, a banner or a coupon: such touches follow from the decision. The visit in
// which people sign up shows by which channels. Further touches of these are compared within people, those shortly before a
// sign-up with earlier ones, less what decisions explain, which gives ρ (see further); touches of all others
// between those who sign up and those who don't, which gives γ. A direct visit is nobody's doing and never counts.
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
// and on sign-ups being told. It can't tell effects that come within the visit, nor those on others, such as teammates that
// somebody invites, and takes use of the product for an effect of what is met while using it, such as prompts.
//
// Additive hazard: Zhang, Wei and Ren (2014). Incrementality instead of presence: Du, Zhong, Nair, Cui and Shou, "Causally
// driven incremental multi touch attribution using a recurrent neural network" (2019); Singal, Besbes, Desir, Goyal and
// Iyengar, "Shapley meets uniform: an axiomatic framework for attribution in online advertising" (2022), whose
// counterfactual adjustment is that no credit is given for what would have happened anyway.
type Incremental struct{}

// Name is incremental.
func (Incremental) Name() string { return "incremental" }

// Version is the revision.
func (Incremental) Version() string { return "3" }

// incrementalParameters are the fits of the stages, and the gates.
type incrementalParameters struct {
	signUps        additiveFit // the first stage of all who signed up
	entry, outcome additiveFit
	further        *further
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
	e, pairs, behind := d.exposures(counts)
	p := d.begin(from)
	p.gates = d.gates(pairs[:d.channels*(d.channels+2)])
	for c, part := range d.busy(pairs, e.days, behind) {
		p.outcome.scale[int(d.added)+c] = 1 - part
	}
	tolerance := additiveTolerance
	var before *further
	if from != nil {
		tolerance, before = resampleTolerance, from.further
	}
	p.further = d.fitFurther(e, before)
	for c, part := range p.further.within {
		p.signUps.scale[int(d.later)+c], p.entry.scale[int(d.later)+c] = 1-part, 1-part
		for b := range e.counts[series.ended+int32(c)] {
			e.counts[series.ended+int32(c)][b] *= 1 - part
		}
	}
	d.fitEntry(p, d.less(p, at(counts, d.entryOf)), e, tolerance)
	d.outcome.fit(&p.outcome, at(counts, d.outcomeOf), e, tolerance)
	return p
}

// fitEntry fits the first stage to counts of its events: the rates to all sign-ups, the rest to those that the conversion
// followed. These came early, since others had no time yet to convert, and would make the rates too fast.
func (d *incrementalData) fitEntry(p *incrementalParameters, counts []float64, e exposure, tolerance float64) {
	d.entry.fit(&p.signUps, counts, e, tolerance)
	if d.followed {
		p.entry = p.signUps
		return
	}
	for i, of := range d.entryOf {
		if !d.journeys[of].converted {
			counts[i] = 0
		}
	}
	p.entry.rate, p.entry.given = p.signUps.rate, true
	d.entry.fit(&p.entry, counts, e, tolerance)
}

// exposures adds up what counts of the journeys met, in pairs what precedes and comes say, and days after conversions.
func (d *incrementalData) exposures(counts []float64) (e exposure, pairs, behind []float64) {
	e = exposure{counts: make([][ageBins]float64, d.series().all), days: make([]float64, len(d.outcome.kernel))}
	pairs, behind = make([]float64, d.counters().all), make([]float64, len(sinceEntry)-1)
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
		if !j.fresh() || j.entered == 0 {
			continue
		}
		lasted(e.days, j.entered-j.age[0], j.entered, n)
		if j.converted {
			lasted(behind, j.entered, j.entered+around, n)
		}
	}
	return e, pairs, behind
}

// less is counts of the events of the first stage, without those that ρ explains.
func (d *incrementalData) less(p *incrementalParameters, counts []float64) []float64 {
	for i, n := range counts {
		if n != 0 {
			counts[i] = n / (1 + d.again(p, &d.journeys[d.entryOf[i]], nil))
		}
	}
	return counts
}

// again is the sum of ρ over the further touches of a journey at the end of its first stage. It calls each, which may be nil, with every
// one.
func (d *incrementalData) again(p *incrementalParameters, j *staged, each func(touch int, rho float64)) (sum float64) {
	if !j.enters() {
		return 0
	}
	for i, channel := range j.channel {
		role, age := j.role(i)
		if role != later || channel == d.direct {
			continue
		}
		rho := p.further.rho(channel, ageBin(age))
		sum += rho
		if each != nil {
			each(i, rho)
		}
	}
	return sum
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
		f := additiveFit{make([]float64, len(a.kernel)), slices.Clone(rates), slices.Repeat([]float64{1}, len(a.kernel)), false}
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
	var signUps, entry, outcome *additiveFit
	if from != nil {
		signUps, entry, outcome = &from.signUps, &from.entry, &from.outcome
	}
	return &incrementalParameters{signUps: start(&d.entry, stageRates, signUps), entry: start(&d.entry, stageRates, entry), outcome: start(&d.outcome, afterRates, outcome)}
}

// weigh fills the weights of a converted journey, which are 0, and returns the baseline's.
func (d *incrementalData) weigh(p *incrementalParameters, j *staged, w []float64) (baseline float64) {
	once := 1 / (1 + d.again(p, j, nil))
	d.again(p, j, func(touch int, rho float64) { d.through(p.gates, j, touch, rho*once, w) })
	entry := func(yield func(int, int32, float64)) { d.terms(j, yield, nil) }
	outcome := func(yield func(int, int32, float64)) { d.terms(j, nil, yield) }
	lose := func(touch int, part float64) { d.through(p.gates, j, touch, part, w) }
	baseline = d.entry.left(&p.entry, entry, once, lose) * d.outcome.left(&p.outcome, outcome, 1, lose)
	sum := total(w)
	if sum <= 0 {
		return 1
	}
	for i := range w {
		w[i] *= (1 - baseline) / sum
	}
	return baseline
}

// left is the part of a stage's hazard that no touch caused. It calls lose with what each touch did: its part of
// once, which is what other factors leave to the terms.
func (a *additive) left(f *additiveFit, terms func(yield func(touch int, param int32, age float64)), once float64, lose func(touch int, part float64)) float64 {
	hazard, caused := 0.0, 0.0
	terms(func(touch int, param int32, age float64) {
		part := f.theta[param] * a.x(f, param, age)
		if hazard += part; touch >= 0 {
			caused += part
		}
	})
	if hazard <= 0 {
		return 1
	}
	terms(func(touch int, param int32, age float64) {
		if touch >= 0 {
			lose(touch, once*f.theta[param]*a.x(f, param, age)/hazard)
		}
	})
	return once * (1 - caused/hazard)
}
