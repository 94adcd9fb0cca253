package simulate

import "math"

// spread settles sign-ups in the order in which they happen, since each may bring teammates: Dijkstra's algorithm over
// people, with invitations as edges. The order is what makes it consistent: nothing later can change an earlier one.
func (w *world) spread(c *company) {
	for {
		var next *person
		for i := range c.people {
			p := &c.people[i]
			if !p.settled && p.signUp < never && (next == nil || p.signUp < next.signUp) {
				next = p
			}
		}
		if next == nil || next.signUp.calendar(c.offset) >= w.end {
			break
		}
		next.settled = true
		w.evaluate(c, next)
		w.signUp(next)
		w.adopt(c, next)
	}
	for i := range c.people {
		if !c.people[i].settled {
			w.evaluate(c, &c.people[i])
		}
	}
}

// chooseForm: some who would talk to sales do so in the chat. Were there no chat, half of them would use the form.
func (w *world) chooseForm(p *person) {
	u := unitInterval(w.hash(p.unit, forInquiry, 0))
	if p.inquiry == never || u >= .5 {
		return
	}
	if p.chats = w.on(chat); !p.chats && u < .25 {
		p.inquiry = never
	}
}

func (w *world) signUp(p *person) {
	way := w.closing(p, 0)
	if p.invited {
		way = byDirect
	}
	p.sessions = append(p.sessions, session{at: p.signUp, entrance: way, reason: signingUp})
}

// evaluate adds the visits that people pay before they act: they cause nothing, but they are touches.
func (w *world) evaluate(c *company, p *person) {
	decided := min(p.signUp, p.inquiry)
	if decided == never {
		return
	}
	s := w.stream(p.unit, forClosing, 1)
	for k := range s.poisson(.9) {
		at := decided - moment(.01+s.exponential(2))
		if at > p.first {
			p.sessions = append(p.sessions, session{at: at, entrance: w.closing(p, 2+k), reason: evaluating})
			p.mark(c, at, sawPrices, 1)
		}
	}
	if p.inquiry == never {
		return
	}
	why := asking
	if p.chats {
		why = chatting
	}
	p.sessions = append(p.sessions, session{at: p.inquiry, entrance: w.closing(p, 100), reason: why})
}

// Days after the sign-up at which the onboarding e-mails go out.
var onboardingDays = []float64{1, 3, 6, 10, 15, 22, 30, 45, 60, 80, 100}

// adopt decides what a new user makes of the product: activation, use, limits, invitations and purchase.
func (w *world) adopt(c *company, p *person) {
	s := w.stream(p.unit, forAdoption, 0)
	tries, soon := s.uniform(), s.exponential(1)
	engagement := math.Exp(.7*s.normal()-.25) * p.intent(.35)
	if tries < p.promise(c) {
		p.activated = p.signUp + moment(.003+soon)
	}
	p.trial = s.uniform() < .3
	var emails [12]moment
	clicks := w.onboard(p, emails[:0])
	prompts := w.use(c, p, engagement)
	p.qualified, _ = qualifies(p.marks, p.signUp.calendar(c.offset))
	w.consider(c, p, clicks, prompts)
}

// promise is the probability that a sign-up reaches first value without further help.
func (p *person) promise(c *company) float64 {
	switch p.kind {
	case junkAddress, keyboardMash, spammer:
		return .03
	case ownStaff:
		return .9
	default:
		return math.Min(.85, (.2+.3*c.fit)*p.intent(.2))
	}
}

// onboard lets the person click some of the onboarding e-mails. A click may be what activates them.
func (w *world) onboard(p *person, clicks []moment) []moment {
	if p.kind == junkAddress || p.kind == keyboardMash {
		return clicks
	}
	opens := math.Min(.5, .1*p.intent(.3))
	for i, day := range onboardingDays {
		s := w.stream(p.unit, forEmail, i)
		clicked, reads, helped, soon := s.uniform() < opens, s.exponential(.4), s.uniform(), s.exponential(.3)
		if !clicked || !w.on(email) {
			continue
		}
		at := p.signUp + moment(day+reads)
		clicks = append(clicks, at)
		p.sessions = append(p.sessions, session{at: at, entrance: byOnboarding, reason: clickingEmail, detail: uint16(i)})
		if helped < .22 {
			p.activated = min(p.activated, at+moment(.005+soon))
		}
	}
	return clicks
}

const (
	freeLimit    = 25 // feature uses a free workspace allows a person
	mostSessions = 150
)

// use plays the product sessions after activation. Some who never activate look around once.
// It returns when the first in-product prompt was clicked.
func (w *world) use(c *company, p *person, engagement float64) (prompt moment) {
	prompt = never
	s := w.stream(p.unit, forUse, 0)
	looksAround, length := s.uniform(), s.exponential(30)*math.Min(3, engagement)
	if p.activated == never {
		if looksAround < .5 {
			p.sessions = append(p.sessions, session{at: p.signUp + .004, reason: using, detail: 1})
			p.mark(c, p.signUp+.004, used, 1)
		}
		return prompt
	}
	p.sessions = append(p.sessions, session{at: p.activated, reason: activating})
	p.mark(c, p.activated, reachedValue, 1)
	end, uses := p.activated+moment(2+length), 0
	at := p.activated
	for k := range mostSessions {
		at += moment(.04 + s.exponential(1.4/math.Min(3, .5+engagement)))
		features := 1 + s.poisson(1.6*math.Min(2, engagement))
		invites, prompted := s.uniform() < .05, s.uniform() < .03
		if at > end || at.calendar(c.offset) >= w.end {
			break
		}
		if prompted = prompted && w.on(inProduct); prompted {
			prompt = min(prompt, at)
		}
		uses += features
		w.useOnce(c, p, at, features, uses, prompted)
		if invites {
			w.invite(c, p, at+.002, k)
		}
	}
	return prompt
}

func (w *world) useOnce(c *company, p *person, at moment, features, uses int, prompted bool) {
	detail := uint16(features)
	if prompted {
		detail |= promptBit
	}
	p.sessions = append(p.sessions, session{at: at, reason: using, detail: detail})
	p.mark(c, at, used, features)
	if uses >= freeLimit && p.limit == never {
		p.limit = at + .003
		p.sessions = append(p.sessions, session{at: p.limit, reason: hittingLimit, detail: uint16(uses)})
		p.mark(c, p.limit, hitLimit, 1)
		p.mark(c, p.limit, sawPrices, 1)
	}
}

// promptBit in a using session's detail: an in-product prompt was clicked.
const promptBit = 1 << 8

// invite sends an invitation, to a colleague of this market where there is one. It is a cause of their sign-up like any
// other.
func (w *world) invite(c *company, p *person, at moment, number int) {
	p.sessions = append(p.sessions, session{at: at, reason: inviting})
	p.mark(c, at, invitedSomeone, 1)
	if len(c.people) < 2 {
		return
	}
	s := w.stream(p.unit, forInvitation, number)
	other := &c.people[s.below(len(c.people))]
	accepts, delay := s.uniform() < .6, s.exponential(1.5)
	if accepts && !other.settled && at+moment(.01+delay) < other.signUp {
		other.signUp, other.invited = at+moment(.01+delay), true
	}
}

// consider enters the causes of a purchase without sales: own conviction, the free plan's limit, a prompt, an e-mail.
func (w *world) consider(c *company, p *person, clicks []moment, prompt moment) {
	if p.activated == never || p.kind != prospect && p.kind != student {
		return
	}
	willing := p.intent(.7) * (.3 + c.fit)
	if p.kind == student {
		willing *= .05
	}
	cause := func(number int, after moment, hazard, delay float64) {
		s := w.stream(p.unit, forPurchase, number)
		success, wait := s.uniform(), s.exponential(delay)
		if after < never && succeeds(success, hazard*willing) {
			p.purchase = min(p.purchase, after+moment(.02+wait))
		}
	}
	cause(0, p.activated, .035, 12)
	cause(1, p.limit, .05, 3)
	cause(2, prompt, .05, 2)
	for i, click := range clicks {
		cause(3+i, max(click, p.activated), .045, 3)
	}
	if p.purchase < c.selfServe {
		c.selfServe = p.purchase
		for i := range c.people {
			if &c.people[i] == p {
				c.buyer = i
			}
		}
	}
}
