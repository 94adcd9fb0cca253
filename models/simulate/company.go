package simulate

import "math"

// A company is the unit whose life is decided as a whole: its people invite one another and buy together. People on
// free-mail addresses are companies of one.
type company struct {
	index     uint32
	country   uint8
	offset    int64 // milliseconds by which its local clock is ahead of UTC
	first     moment
	employees int
	corporate bool    // has a mail domain of its own
	fit       float64 // 0 to 1: how well the product suits it
	ripeness  float64 // 0 to 1: budget, authority, need and timeline, as sales will find them
	people    []person
	steps     []step // what sales, chat and billing did, in no order
	selfServe moment // first purchase without sales
	buyer     int    // person who made it
	won       moment // first revenue by either route
	bySales   bool
	dealWon   moment // a deal of sales, before or after a first purchase
	contact   int    // person sales talks to
	ready     moment // first call that ended ready
	deal      moment // first opportunity
	qualified int64  // product-qualified, milliseconds since 1970; 0 never
	marks     []mark
	contract  int32 // cents of the first contract, a period
	attempts  int
}

type personKind uint8

const (
	prospect personKind = iota
	student
	jobSeeker
	competitor
	junkAddress // disposable mail
	keyboardMash
	spammer
	ownStaff
)

// person is one human with a latent intent, which nobody but the simulator sees.
type person struct {
	unit       uint64
	kind       personKind
	logIntent  float64 // intent is log-normal with mean 1
	first      moment
	devices    int
	subscribed bool
	met        bool // has visited
	chats      bool // asks in the chat rather than with the form
	settled    bool // adoption decided
	invited    bool // the sign-up was caused by a teammate's invitation
	signUp     moment
	inquiry    moment
	activated  moment
	qualified  int64 // product-qualified, milliseconds since 1970; 0 never
	limit      moment
	purchase   moment
	trialEnd   moment
	trial      bool
	sessions   []session
	marks      []mark
}

func (p *person) intent(power float64) float64 { return math.Exp(power * p.logIntent) }

// reason is why a session takes place.
type reason uint8

const (
	browsing reason = iota
	evaluating
	signingUp
	asking   // fills in the demo form
	chatting // says in a chat that they intend to buy
	activating
	using
	clickingEmail
	hittingLimit
	inviting
	purchasing
)

// session is one visit of the site or product.
type session struct {
	at       moment
	entrance uint8
	reason   reason
	detail   uint16
}

// step is an event outside the web session: of sales, chat, billing or a survey.
type step struct {
	at     moment
	delay  int32 // further milliseconds on the calendar clock, for what follows within minutes whatever the hour
	cents  int32
	detail uint32
	person uint16
	action action
}

type country struct {
	code   string
	hours  int64
	weight float64
}

var countries = []country{
	{"US", -6, .36}, {"GB", 0, .1}, {"DE", 1, .1}, {"IN", 5, .1}, {"CA", -5, .06}, {"FR", 1, .06}, {"AU", 10, .05},
	{"BR", -3, .06}, {"NL", 1, .04}, {"SE", 1, .03}, {"JP", 9, .04},
}

type size struct {
	weight            float64
	low, high         float64 // employees
	further           float64 // mean number of people in the market beyond the first
	fit, seatAppetite float64
}

var sizes = []size{
	{.46, 1, 1, 0, .35, 1}, {.2, 2, 10, .5, .5, 4}, {.15, 11, 50, 1.1, .65, 12}, {.12, 51, 250, 2, .75, 30},
	{.05, 251, 1000, 3.2, .7, 70}, {.02, 1001, 20000, 4.5, .6, 140},
}

const mostPeople = 40 // of one company in the market

func pick[T any](u float64, items []T, weight func(T) float64) int {
	for i := range items {
		if u -= weight(items[i]); u < 0 {
			return i
		}
	}
	return len(items) - 1
}

func (c *company) unit() uint64 { return uint64(c.index) << 16 }

func (c *company) size(s *stream) *size {
	return &sizes[pick(s.uniform(), sizes, func(z size) float64 { return z.weight })]
}

// head draws what the calendar of companies needs: how many people, when the first is met.
func (w *world) head(index uint32) (s stream, z *size, people int) {
	c := company{index: index}
	s = w.stream(c.unit(), forTraits, 0)
	z = c.size(&s)
	people = 1
	if z.further > 0 {
		people += s.poisson(s.exponential(z.further))
	}
	return s, z, min(people, mostPeople)
}

// found fills c with the company's and its people's traits.
func (w *world) found(c *company, e entry) {
	s, z, people := w.head(e.company)
	*c = company{index: e.company, people: c.people[:0], steps: c.steps[:0], marks: c.marks[:0], first: e.first, country: e.country,
		offset: countries[e.country].hours * millisecondsPerHour, selfServe: never, won: never, dealWon: never, ready: never, deal: never}
	c.employees = int(s.logUniform(z.low, z.high+.999))
	c.corporate = z.high > 1 && s.uniform() < .93
	c.fit = math.Min(1, math.Max(.02, z.fit+.18*s.normal()))
	c.ripeness = s.uniform()
	shared := s.normal() // the company's part of its people's intent
	for i := range int(e.people) {
		p := nextPerson(c)
		w.meet(c, p, i, people, shared)
	}
}

// nextPerson extends c.people by a blank person and keeps the sessions' memory.
func nextPerson(c *company) *person {
	n := len(c.people)
	if n < cap(c.people) {
		c.people = c.people[:n+1]
	} else {
		c.people = append(c.people, person{})
	}
	p := &c.people[n]
	*p = person{sessions: p.sessions[:0], marks: p.marks[:0]}
	return p
}

var kinds = []struct {
	kind   personKind
	weight float64
}{{prospect, .905}, {student, .03}, {jobSeeker, .012}, {competitor, .008}, {junkAddress, .015}, {keyboardMash, .01}, {spammer, .012}, {ownStaff, .008}}

// kindAt: staff are companies of one in this market.
func kindAt(u float64, people int) personKind {
	kind := prospect
	for i := range kinds {
		if u -= kinds[i].weight; u < 0 {
			kind = kinds[i].kind
			break
		}
	}
	if kind == ownStaff && people > 1 {
		return prospect
	}
	return kind
}

func countryAt(u float64) uint8 {
	return uint8(pick(u, countries, func(c country) float64 { return c.weight }))
}

func (w *world) meet(c *company, p *person, i, people int, shared float64) {
	p.unit = c.unit() + uint64(i) + 1
	s := w.stream(p.unit, forPerson, 0)
	p.kind = kindAt(s.uniform(), people)
	const own, common = .75, .6
	p.logIntent = own*s.normal() + common*shared - (own*own+common*common)/2
	p.devices = 1 + s.below(2)*s.below(2) + s.below(2)*s.below(2)
	p.first = c.first
	if i > 0 {
		p.first += moment(s.exponential(20))
	}
	p.signUp, p.inquiry, p.activated = never, never, never
	p.limit, p.purchase, p.trialEnd = never, never, never
}

// live decides the company's life under the world's channels.
func (w *world) live(c *company, e entry) {
	w.found(c, e)
	for i := range c.people {
		w.encounter(c, &c.people[i])
		w.chooseForm(&c.people[i])
	}
	w.spread(c)
	w.qualify(c)
	w.sell(c)
	w.subscribe(c)
}
