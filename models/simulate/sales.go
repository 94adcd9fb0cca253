package simulate

// Days until sales calls again a lead that was not ready, and most attempts at one company.
const (
	revisitDays  = 21
	mostAttempts = 5
)

// lead is what sets sales in motion: the earliest of an inquiry, a qualified user at a company of some size, and a cold
// call list.
type lead struct {
	at       moment
	contact  int
	outbound bool
}

func (w *world) lead(c *company) lead {
	first := lead{at: never}
	for i := range c.people {
		p := &c.people[i]
		if p.inquiry < first.at {
			first = lead{at: p.inquiry, contact: i}
		}
		if p.qualified == 0 || p.junk() || c.employees < 60 || !c.corporate || !w.chance(.4, p.unit, forSales, 900) {
			continue
		}
		if noticed := momentOf(p.qualified, c.offset) + .5; noticed < first.at {
			first = lead{at: noticed, contact: i}
		}
	}
	if s := w.stream(c.unit(), forSales, 901); c.employees >= 80 && c.corporate && s.uniform() < .12 && !c.people[0].junk() {
		if cold := c.first + moment(1+s.uniform()*60); cold < first.at {
			first = lead{at: cold, outbound: true}
		}
	}
	return first
}

// attempt holds one round's random decisions, drawn before any is used so that no branch shifts another.
type attempt struct {
	ignored, accepted, rejected, won, returns, requalified, reason, read float64
	reply                                                                float64 // minutes
	call, meeting, create, close, rest                                   float64 // days
	answers, why                                                         [4]float64
}

func (w *world) attempt(c *company, k int) (a attempt) {
	s := w.stream(c.unit(), forSales, k)
	for _, u := range []*float64{&a.ignored, &a.accepted, &a.rejected, &a.won, &a.returns, &a.requalified, &a.reason, &a.read} {
		*u = s.uniform()
	}
	a.reply = s.logUniform(1.5, 2600)
	a.call, a.meeting, a.create = .05+s.exponential(1.2), .1+s.exponential(1.5), .05+s.exponential(2)
	a.close, a.rest = 3+s.exponential(13), s.exponential(7)
	for i := range a.answers {
		a.answers[i], a.why[i] = s.uniform(), s.uniform()
	}
	return a
}

// sell plays the sales side: rounds of calls that end ready, in nurture, as a mere suspect or disqualified; leads that
// come back from each of these; deals won, lost and lost but returned to.
func (w *world) sell(c *company) {
	l := w.lead(c)
	at, warm := l.at, 0.0
	if at < never && !w.on(call) {
		at = never
	}
	c.contact = l.contact
	for k := 0; k < mostAttempts && at < never && at < c.selfServe && at.calendar(c.offset) < w.end; k++ {
		a := w.attempt(c, k)
		c.attempts = k + 1
		if !w.approach(c, l, a, at, k) {
			break
		}
		at += moment(a.call)
		if l.outbound && k == 0 {
			at += 6
		}
		if at >= c.selfServe {
			break
		}
		at, warm = w.call(c, l, a, at, k, warm)
	}
	c.won = min(c.dealWon, c.selfServe)
	c.bySales = c.won < c.selfServe
	if c.bySales {
		c.buyer = l.contact
	}
}

// approach is what precedes the call. It is false where the round ends here: nobody followed up, or sales said no.
func (w *world) approach(c *company, l lead, a attempt, at moment, k int) bool {
	contact := &c.people[l.contact]
	switch {
	case k > 0:
		return true
	case l.outbound:
		if !w.on(email) {
			return true
		}
		for mail := range 1 + int(a.ignored*3) {
			c.step(step{at: at + moment(mail*2), action: outboundSent, detail: uint32(mail), person: uint16(l.contact)})
		}
		if a.accepted < .3 {
			c.step(step{at: at + 5, action: outboundClicked, person: uint16(l.contact)})
		}
		if a.rejected < .12 {
			c.step(step{at: at + 5.2, action: outboundReplied, person: uint16(l.contact)})
		}
		return true
	case a.ignored < .18:
		return false
	}
	minutes := int32(a.reply * 60_000)
	if reason := contact.refusal(c, a.rejected); reason > 0 {
		c.step(step{at: at, delay: minutes, action: leadRejected, detail: reason, person: uint16(l.contact)})
		return false
	}
	c.step(step{at: at, delay: minutes, action: leadAccepted, person: uint16(l.contact)})
	return true
}

// refusal is the index of the reason for which sales rejects the lead, 0 for none.
func (p *person) refusal(c *company, u float64) uint32 {
	switch p.kind {
	case student, jobSeeker, competitor, spammer, ownStaff:
		return uint32(p.kind)
	}
	if c.employees < 10 && u < .35 || u < .05 {
		return uint32(len(rejectReasons) - 1)
	}
	return 0
}

// Bits of a call's detail: an answer is good, or known to be bad; else it stayed open. Then outcome and reason.
const (
	answerGood       = 1
	answerBad        = 16
	outcomeShift     = 8
	reasonShift      = 12
	callReady        = 0
	callNurture      = 1
	callSuspect      = 2
	callDisqualified = 3
)

// call plays one qualification call and returns when the next round begins, and how warm the lead is then.
func (w *world) call(c *company, l lead, a attempt, at moment, k int, warm float64) (moment, float64) {
	ready := .3 + .45*c.ripeness + .07*float64(k) + warm
	good, bits := 0, uint32(0)
	for i, u := range a.answers {
		if u < ready {
			good++
			bits |= answerGood << i
		} else if a.why[i] < .6 {
			bits |= answerBad << i
		}
	}
	outcome := [5]uint32{callDisqualified, callSuspect, callNurture, callReady, callReady}[good]
	if good == 1 && a.reason < .4 {
		outcome = callDisqualified
	}
	reason := uint32(a.reason * float64(len(lossReasons)))
	c.step(step{at: at, action: callCompleted, detail: bits | outcome<<outcomeShift | reason<<reasonShift, person: uint16(l.contact)})
	switch outcome {
	case callReady:
		c.ready = min(c.ready, at)
		return w.deal(c, l, a, at, reason)
	case callDisqualified:
		if a.requalified < .45 {
			return at + moment(20+a.rest), .1
		}
		return never, 0
	}
	if a.read < .45 && w.on(email) {
		contact := &c.people[l.contact]
		contact.sessions = append(contact.sessions, session{at: at + 9, entrance: byNurture, reason: clickingEmail, detail: 20})
		warm += .12
	}
	return at + moment(revisitDays+a.rest/3), warm
}

// deal plays an opportunity to its end.
func (w *world) deal(c *company, l lead, a attempt, at moment, reason uint32) (moment, float64) {
	person := uint16(l.contact)
	at += moment(a.meeting)
	wins := .38 + .2*c.fit
	if w.on(meeting) {
		c.step(step{at: at, action: meetingBooked, person: person})
	} else {
		wins *= .6
	}
	at += moment(a.create)
	amount := c.price()
	c.deal = min(c.deal, at)
	c.step(step{at: at, action: opportunityCreated, cents: amount, person: person})
	at += moment(a.close)
	if a.won < wins {
		c.step(step{at: at, action: opportunityWon, cents: amount, person: person})
		c.dealWon, c.contract = at, amount
		return never, 0
	}
	c.step(step{at: at, action: opportunityLost, cents: amount, detail: reason, person: person})
	if a.returns < .25 {
		return at + moment(20+a.rest*3), .15
	}
	return never, 0
}

// price in cents of a year's contract: 180 dollars a seat, fewer seats used than people employed.
func (c *company) price() int32 {
	seats := 5 + int32(float64(min(c.employees, 3000))*(.05+.2*c.fit))
	return seats * 18_000
}

func (c *company) step(s step) { c.steps = append(c.steps, s) }
