package attribution

import (
	"math"
	"slices"
)

// Hazard is the additive hazard model of Zhang, Wei and Ren, "Multi-touch attribution in online advertising with
// survival theory" (2014), with a constant baseline: at time t a journey converts at the rate
//
//	λ(t) = μ + Σ β_c ω_c exp(−ω_c (t − t_i))
//
// over its touches so far, β_c being how much a touch of channel c brings in all and 1/ω_c how many days that takes.
// The parameters are found by expectation maximisation over all journeys, censored ones too, which count for as long
// as they were observed. A touch's weight in a conversion is its part of the rate at that instant; μ's part goes to the
// baseline, shown as a row of its own.
//
// It uses time where other models use order. It can't tell a touch that hastens from one that just precedes, and where
// people seek a channel because they are about to buy it takes that for an effect.
type Hazard struct{}

// Name is hazard.
func (Hazard) Name() string { return "hazard" }

// Version is the revision.
func (Hazard) Version() string { return "1" }

// hazardParameters are per day; slices are per channel.
type hazardParameters struct {
	mu          float64
	beta, omega []float64
}

// Bounds of 1/ω: a minute and three years.
const (
	fastest = 24 * 60
	slowest = 1. / (3 * 365)
)

// EM stops when the log-likelihood grows by less than this part of itself; for a resample, which begins at the whole sample's
// parameters, by less than resampleTolerance.
const (
	hazardTolerance = 1e-10
	hazardRounds    = 2000
)

// Credit needs the times of touches: ErrNeedsJourneys for a sample of paths.
func (m Hazard) Credit(s *Sample) (Credit, error) {
	if s.journeys == nil {
		return Credit{}, ErrNeedsJourneys
	}
	fitted, weigh := m.fitTimed(s)
	c, err := creditTimed(s, weigh)
	c.hazard = fitted.hazard
	return c, err
}

func (m Hazard) fitTimed(s *Sample) (Credit, weighing) {
	data := hazardData{s.timeline()}
	counts := slices.Repeat([]float64{1}, len(data.converted))
	h := data.begin(counts)
	data.maximise(h, counts, 0)
	return Credit{Channels: s.channels, hazard: h}, func(j *staged, w []float64) (float64, string) {
		sum := h.mu
		for i, id := range j.channel {
			w[i] = h.rate(id, j.age[i])
			sum += w[i]
		}
		if sum <= 0 { // nothing explains it
			return 1, "baseline only"
		}
		for i := range w {
			w[i] /= sum
		}
		return math.Max(0, 1-total(w)), "part of the hazard"
	}
}

// creditTimed weighs the converted journeys of a sample by a model that leaves something to the baseline.
func creditTimed(s *Sample, weigh weighing) (Credit, error) {
	baseline := []float64{}
	var ids []int32
	var ages []float64
	c, err := creditJourneys(s, func(j *Journey, w []float64) string {
		ids, ages = ids[:0], ages[:0]
		for i := range j.Touches {
			ids, ages = append(ids, s.channelID(s.channel(&j.Touches[i]))), append(ages, days24(j, i))
		}
		left, rule := weigh(&staged{ids, ages, s.discovered(j), j.daysFrom(j.EnteredAt), true, j.daysFrom(j.PreviousAt)}, w)
		baseline = append(baseline, left)
		return rule
	})
	if err != nil {
		return Credit{}, err
	}
	c.cells.baseline, c.Baseline, c.Own = baseline, total(baseline), c.Conversions
	return c, nil
}

func (m Hazard) refitJourneys(s *Sample, c Credit) func(counts []float64) ([]float64, error) {
	data := hazardData{s.timeline()}
	return func(counts []float64) ([]float64, error) {
		h := c.hazard.clone()
		data.maximise(h, counts, resampleTolerance)
		e := data.expect(h, counts)
		return append(e.credit, e.baseline), nil
	}
}

// rate is what a touch of a channel adds to the hazard after some days.
func (h *hazardParameters) rate(channel int32, age float64) float64 {
	if channel < 0 {
		return 0
	}
	return h.beta[channel] * h.omega[channel] * math.Exp(-h.omega[channel]*age)
}

// hazardData is what the model is fitted to.
type hazardData struct{ *timeline }

// begin is a first guess: half of the conversions are the baseline's, and effects last as long as journeys do.
func (d hazardData) begin(counts []float64) *hazardParameters {
	converted, exposure := 0.0, 0.0
	for j, n := range counts {
		exposure += n * d.exposure[j]
		if d.converted[j] {
			converted += n
		}
	}
	h := &hazardParameters{beta: make([]float64, d.channels), omega: make([]float64, d.channels)}
	if exposure > 0 {
		h.mu = converted / exposure / 2
	}
	for c := range h.beta {
		h.beta[c] = math.Max(converted, 1) / 2 / math.Max(float64(len(d.channel)), 1)
		h.omega[c] = clamp(math.Max(float64(len(d.converted)), 1) / math.Max(exposure, 1e-9))
	}
	return h
}

func clamp(omega float64) float64 { return math.Min(math.Max(omega, slowest), fastest) }

// expectation is what one pass over the journeys finds: who is credited at the current parameters, and what the next
// parameters need.
type expectation struct {
	baseline, exposure, likelihood float64
	credit                         []float64 // Σ p, per channel
	creditAge                      []float64 // Σ p·age
	reached                        []float64 // Σ 1 − exp(−ω age), over all journeys
	reachedAge                     []float64 // Σ age·exp(−ω age), over all journeys
}

func (d hazardData) expect(h *hazardParameters, counts []float64) expectation {
	e := expectation{
		credit: make([]float64, d.channels), creditAge: make([]float64, d.channels),
		reached: make([]float64, d.channels), reachedAge: make([]float64, d.channels),
	}
	var decay []float64
	for j, n := range counts {
		if n == 0 {
			continue
		}
		from, until := d.start[j], d.start[j+1]
		decay = decay[:0]
		hazard := h.mu
		for i := from; i < until; i++ {
			c := d.channel[i]
			x := math.Exp(-h.omega[c] * d.age[i])
			decay = append(decay, x)
			hazard += h.beta[c] * h.omega[c] * x
			e.reached[c] += n * (1 - x)
			e.reachedAge[c] += n * d.age[i] * x
		}
		e.exposure += n * d.exposure[j]
		if !d.converted[j] || hazard <= 0 {
			continue
		}
		e.likelihood += n * math.Log(hazard)
		e.baseline += n * h.mu / hazard
		for i := from; i < until; i++ {
			c := d.channel[i]
			p := n * h.beta[c] * h.omega[c] * decay[i-from] / hazard
			e.credit[c] += p
			e.creditAge[c] += p * d.age[i]
		}
	}
	e.likelihood -= h.mu * e.exposure
	for c, beta := range h.beta {
		e.likelihood -= beta * e.reached[c]
	}
	return e
}

// maximise improves the parameters until the log-likelihood, which never falls, grows by less than so much or stands still.
// It returns that of each round. Every third round begins where the two before point to, as in additive.fit.
func (d hazardData) maximise(h *hazardParameters, counts []float64, growth float64) (likelihoods []float64) {
	for range hazardRounds / 3 {
		begun := h.clone()
		first := d.round(h, counts)
		once := h.clone()
		second := d.round(h, counts)
		likelihoods = append(likelihoods, first, second)
		if second-first < math.Max(growth, hazardTolerance*math.Abs(second)) {
			break
		}
		if far := begun.extrapolate(once, h); d.round(far, counts) >= second {
			*h = *far
		}
	}
	return likelihoods
}

// round is one step of expectation maximisation. It returns the log-likelihood before the step.
func (d hazardData) round(h *hazardParameters, counts []float64) float64 {
	e := d.expect(h, counts)
	if e.exposure > 0 {
		h.mu = e.baseline / e.exposure
	}
	for c := range h.beta {
		if e.reached[c] > 0 {
			h.beta[c] = e.credit[c] / e.reached[c]
		}
		if below := e.creditAge[c] + h.beta[c]*e.reachedAge[c]; below > 0 {
			h.omega[c] = clamp(e.credit[c] / below)
		}
	}
	return e.likelihood
}

func (h *hazardParameters) clone() *hazardParameters {
	return &hazardParameters{h.mu, slices.Clone(h.beta), slices.Clone(h.omega)}
}

// extrapolate is where the parameters point to with those of the next two rounds.
func (h *hazardParameters) extrapolate(once, twice *hazardParameters) *hazardParameters {
	far := twice.clone()
	mu := []float64{far.mu}
	pointTo([]float64{h.mu}, []float64{once.mu}, []float64{twice.mu}, mu)
	pointTo(h.beta, once.beta, twice.beta, far.beta)
	pointTo(h.omega, once.omega, twice.omega, far.omega)
	far.mu = mu[0]
	for c, omega := range far.omega {
		far.omega[c] = clamp(omega)
	}
	return far
}
