package simulate

import (
	"cmp"
	"slices"
)

// teller turns a decided life into planned events. Whatever it draws is colour: no outcome depends on it.
type teller struct {
	world   *world
	company *company
	events  []planned

	person   int
	known    uint32 // devices on which the person is identified, a bit each
	number   uint32
	thread   uint16
	colour   stream
	now      int64 // calendar, milliseconds
	device   uint8
	previous uint32 // page the person is on
}

func (t *teller) tell(w *world, c *company) []planned {
	t.world, t.company, t.events, t.number = w, c, t.events[:0], 0
	for i := range c.people {
		t.personTold(i)
	}
	for _, s := range c.steps {
		t.step(s)
	}
	return t.events
}

// add plans one event at t.now and leaves out what is not observed any more.
func (t *teller) add(what action, detail uint32, cents int32, entrance uint8) {
	t.number++
	if t.now >= t.world.end {
		return
	}
	t.events = append(t.events, planned{
		at: t.now, company: t.company.index, number: t.number, detail: detail, cents: cents, thread: t.thread,
		person: uint8(t.person), device: t.device, entrance: entrance, action: what,
		known: t.device == onServer || t.known&(1<<t.device) != 0,
	})
}

func (t *teller) wait(seconds float64) { t.now += int64(t.colour.exponential(seconds)*1000) + 800 }

func (t *teller) personTold(i int) {
	p := &t.company.people[i]
	t.person, t.known, t.thread = i, 0, 0
	slices.SortStableFunc(p.sessions, func(a, b session) int { return cmp.Compare(a.at, b.at) })
	for number, s := range p.sessions {
		t.colour = t.world.stream(p.unit, forTelling, number)
		t.now = s.at.calendar(t.company.offset)
		t.device = t.deviceOf(p, s.reason)
		t.session(p, s)
	}
	t.trial(p)
	t.survey(p)
}

// deviceOf: mostly the first; the last of several may be one on which its owner never signs in.
func (t *teller) deviceOf(p *person, why reason) uint8 {
	usual, which := t.colour.uniform(), t.colour.below(p.devices)
	switch {
	case why == signingUp || why == activating || usual < .65:
		return 0
	case why != browsing && which == p.devices-1 && t.strangerTo(p):
		return 0
	}
	return uint8(which)
}

func (t *teller) strangerTo(p *person) bool {
	return p.devices > 1 && t.world.chance(.2, p.unit, forDevice, 500)
}

func (t *teller) session(p *person, s session) {
	switch s.reason {
	case browsing:
		t.browse(p, s)
	case evaluating:
		t.land(p, s, landings[t.colour.below(len(landings))])
		t.wait(25)
		t.pricing(pagePricing)
	case signingUp:
		t.signUp(p, s)
	case asking:
		t.land(p, s, pageDemo)
		t.wait(60)
		t.add(formSubmitted, formDemo, 0, inside)
	case chatting:
		t.land(p, s, pagePricing)
		t.wait(40)
		t.buyingChat()
	case clickingEmail:
		t.land(p, s, landings[int(s.detail)%len(landings)])
		if t.colour.uniform() < .3 {
			t.wait(30)
			t.page(pageDocs, inside)
		}
	default:
		t.previous = pageApp
		t.signIn(p, s)
		t.product(s)
	}
}

// signIn identifies the person on devices that the product has not seen them on, except one they never sign in on.
func (t *teller) signIn(p *person, s session) {
	last := int(t.device) == p.devices-1 && t.strangerTo(p)
	if s.at <= p.signUp || t.known&(1<<t.device) != 0 || last || t.now >= t.world.end {
		return
	}
	if s.reason == browsing && t.colour.uniform() < .6 {
		return // just reading
	}
	t.known |= 1 << t.device
	t.add(identified, t.previous, 0, inside)
	t.now += 150
}

// land opens the visit's first page. Whoever signs in does so after it: the first event of a visit says where it came
// from.
func (t *teller) land(p *person, s session, which uint32) {
	t.page(which, s.entrance)
	t.now += 120
	t.signIn(p, s)
}

func (t *teller) page(which uint32, entrance uint8) {
	t.add(pageViewed, which|t.previous<<8, 0, entrance)
	t.previous = which
}

// pricing looks at the prices, on the site or within the product.
func (t *teller) pricing(where uint32) {
	t.page(where, inside)
	t.now += 900
	t.add(pricingViewed, where, 0, inside)
}

func (t *teller) browse(p *person, s session) {
	t.land(p, s, landings[t.colour.below(len(landings))])
	for range t.colour.poisson(1.6) {
		t.wait(35)
		t.page(uint32(t.colour.below(pageSite)), inside)
	}
	if s.detail == subscribing {
		t.wait(20)
		t.add(formSubmitted, formNewsletter, 0, inside)
	}
	t.smallTalk(p)
}

// signUp ends at the decided instant, so that what Summarise counts is what the stream says.
func (t *teller) signUp(p *person, s session) {
	signed := t.now
	t.now -= 95_000 + int64(t.colour.below(60_000))
	t.page(landings[t.colour.below(len(landings))], s.entrance)
	t.now = signed - 40_000 - int64(t.colour.below(20_000))
	t.page(pageSignUp, inside)
	t.now = signed - 400
	t.known |= 1 << t.device
	if t.colour.uniform() < .08 {
		t.add(aliased, pageSignUp, 0, inside)
	}
	t.add(identified, pageSignUp, 0, inside)
	t.now = signed
	t.add(signedUp, 0, 0, inside)
	t.now += 300
	t.add(grouped, 0, 0, inside)
	if p.trial {
		t.now += 2000
		t.add(trialStarted, planBusiness, 0, inside)
	}
}

const trialDays = 14

func (t *teller) trial(p *person) {
	if p.trial && p.settled {
		t.device = onServer
		t.now = p.signUp.calendar(t.company.offset) + trialDays*millisecondsPerDay
		t.add(trialEnded, planBusiness, 0, inside)
	}
}

func (t *teller) survey(p *person) {
	if p.activated < never && t.world.chance(.12, p.unit, forSurvey, 0) {
		t.device = onServer
		t.now = (p.activated + 30).calendar(t.company.offset)
		score := 4 + t.world.hash(p.unit, forSurvey, 1)%7
		t.add(surveyAnswered, surveyNPS|uint32(score)<<8, 0, inside)
	}
}

func (t *teller) product(s session) {
	switch s.reason {
	case activating:
		t.add(activated, 0, 0, inside)
	case inviting:
		t.add(inviteSent, 0, 0, inside)
	case hittingLimit:
		t.add(limitReached, uint32(s.detail)%uint32(len(limits)), 0, inside)
		t.wait(15)
		t.pricing(pageBilling)
	case using:
		for range s.detail &^ promptBit {
			t.add(featureUsed, uint32(t.colour.below(len(features))), 0, inside)
			t.wait(70)
		}
		if s.detail&promptBit != 0 {
			t.add(promptClicked, uint32(t.colour.below(len(prompts))), 0, inside)
		}
		if t.colour.uniform() < .008 {
			t.supportChat()
		}
	}
}

func (t *teller) step(s step) {
	p := &t.company.people[s.person]
	t.colour = t.world.stream(p.unit, forTelling, 10_000+int(t.number))
	t.person, t.device, t.thread, t.known = int(s.person), onServer, 9000, 0
	t.now = s.at.calendar(t.company.offset) + int64(s.delay)
	if s.action == subscriptionStarted {
		purchased := t.now
		t.device, t.known, t.previous = 0, 1, pageApp
		t.now -= 90_000
		t.pricing(pageBilling)
		t.now, t.device = purchased, onServer
	}
	t.add(s.action, s.detail, s.cents, inside)
}
