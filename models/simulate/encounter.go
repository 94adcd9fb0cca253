package simulate

import "math"

// Hazards of deciding with no marketing at all, and mean days from the cause to the decision.
const (
	baselineHazard = .1
	baselineDelay  = 14
	effectDelay    = 4
)

// encounter decides whom the person meets and what comes of it. Each effective visit is a cause of its own: it succeeds
// with its own random number and, if so, after its own delay; the earliest cause wins. That is the additive hazard
// model λ(t) = baseline + Σ β ω e^(−ω(t−t_i)) of Zhang, Wei, Ren (2014), and taking a channel away takes its causes
// away and moves nothing else.
func (w *world) encounter(c *company, p *person) {
	s := w.stream(p.unit, forExposures, 0)
	var mix mixture
	w.mixture(&mix, p)
	visits := 1 + s.poisson(math.Exp(-.25+s.normal()))
	at := p.first
	for k := range visits {
		which := mix.pick(s.uniform(), k == 0)
		success, delay, kind, signs := s.uniform(), s.exponential(effectDelay), s.uniform(), s.uniform()
		here := at
		at += moment(.02 + s.exponential(9))
		way := &entrances[which]
		if way.mode == onceVisited && !p.met || way.mode == onceSubscribed && !p.subscribed || !w.on(way.channel) {
			continue
		}
		fades := math.Pow(way.fading, float64(k)) // by place in the plan, not among what came true: stable across worlds
		visit := session{at: here, entrance: uint8(which)}
		if !p.subscribed && signs < .09 && (way.effect > 0 || which == byDirect) {
			p.subscribed, visit.detail = true, subscribing
		}
		p.sessions = append(p.sessions, visit)
		p.met = true
		if succeeds(success, way.effect*fades*p.susceptibility()) {
			w.decide(c, p, here+moment(.02+delay), kind)
		}
	}
	b := w.stream(p.unit, forBaseline, 0)
	success, delay, kind := b.uniform(), b.exponential(baselineDelay), b.uniform()
	if succeeds(success, baselineHazard*w.config.Baseline*p.intent(1)*p.appetite()) {
		w.decide(c, p, p.first+moment(.02+delay), kind)
	}
}

// subscribing in a browsing session's detail: the person leaves an address for the newsletter.
const subscribing = 1

// susceptibility: people with intent are easier to move, by less than in proportion.
func (p *person) susceptibility() float64 { return p.intent(.4) * p.appetite() }

func (p *person) appetite() float64 {
	switch p.kind {
	case junkAddress, keyboardMash:
		return 3
	case spammer, jobSeeker:
		return .2
	default:
		return 1
	}
}

// decide enters a cause: of a sign-up or, oftener in larger companies, of a talk with sales.
func (w *world) decide(c *company, p *person, at moment, kind float64) {
	asks := .05
	if c.employees >= 30 {
		asks = .22
	}
	if kind < asks && p.kind != junkAddress && p.kind != keyboardMash {
		p.inquiry = min(p.inquiry, at)
	} else {
		p.signUp = min(p.signUp, at)
	}
}

// mixture is how often a person meets each entrance, cumulated.
type mixture struct{ first, later [drawn]float64 }

func (w *world) mixture(m *mixture, p *person) {
	var first, later float64
	for i := range drawn {
		weight := entrances[i].weight * math.Exp(w.tilt[i]*p.logIntent)
		later += weight
		if entrances[i].mode == anytime {
			first += weight
		}
		m.first[i], m.later[i] = first, later
	}
}

func (m *mixture) pick(u float64, first bool) int {
	cumulated := &m.later
	if first {
		cumulated = &m.first
	}
	u *= cumulated[drawn-1]
	for i, upTo := range cumulated {
		if u < upTo {
			return i
		}
	}
	return 0
}

// closing is the entrance by which somebody who has decided comes: the brand keyword, the retargeting banner, the coupon
// site. Where that channel is off they come directly, just as surely: these clicks cause nothing.
func (w *world) closing(p *person, number int) uint8 {
	u := unitInterval(w.hash(p.unit, forClosing, number)) * closingTotal
	for i := range entrances {
		if u -= entrances[i].closing; u < 0 {
			if w.on(entrances[i].channel) {
				return uint8(i)
			}
			return byDirect
		}
	}
	return byDirect
}

var closingTotal = func() (total float64) {
	for i := range entrances {
		total += entrances[i].closing
	}
	return total
}()
