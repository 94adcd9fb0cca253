package qualify

import (
	"cmp"
	"math"
	"strings"

	"github.com/funnelcloud/funnelcloud/queries/vocabulary"
)

// running are the open ones of one parallel.
type running struct {
	open map[string]begun

	// Of the event at hand: whether it opens or closes one, which, what was known of that, whether it took another's place,
	// and what all were worth before.
	asked    bool
	key      string
	about    begun
	replaced bool
	before   worth

	// Of the event by which the unit entered its position: which one it was about, and what all were worth before.
	entered      string
	enteredWorth worth

	bought string // the one whose event made the unit a customer

	read       bool // happenings are
	happenings []happening
}

// begun is what is known of one that is or was open; the zero value where its beginning was not seen.
type begun struct {
	seen   bool
	worth  worth
	sort   string
	line   string
	plan   string
	payer  string // the person whose event began it
	later  bool   // it began when the unit was a customer already
	ending bool   // its end was told, and it goes on in what begins soon
	deal   int    // 1 + its row, of a deal
}

// follow takes note of what the event opens and closes.
func (e *evaluation) follow(parallels []int) {
	for i := range e.running {
		e.running[i].key, e.running[i].asked, e.running[i].replaced = "", false, false
	}
	for _, i := range parallels {
		p, r := e.program.parallels[i], &e.running[i]
		opens := p.opens.holds(e.view)
		if !opens && !p.closes.holds(e.view) {
			continue
		}
		r.key, _, _ = p.key.read(e.view, false)
		r.asked, r.before = true, r.worth()
		open := len(r.open)
		switch {
		case opens:
			now := e.begun(p)
			r.replaced = e.replace(p, r, now)
			r.begin(now, e.signal.Meaning)
			e.noteBeginning(p, r)
		case e.resumes(p, r):
			r.about = r.open[r.key]
			r.putOff()
		default:
			e.noteEnd(p, r)
			r.end()
		}
		e.noteMovement(p, r, open)
	}
}

// begun is what the event at hand says of the one that it opens.
func (e *evaluation) begun(p *parallel) begun {
	b := begun{seen: true, later: isCustomer(e.history.position), payer: e.signal.PersonID}
	if p.worth != nil {
		_, number, ok := p.worth.read(e.view, true)
		if e.signal.Meaning == vocabulary.SubscriptionDowngraded {
			number = math.Abs(number) // some write what is given up as less than nothing
		}
		if ok && number > 0 { // not NaN either
			b.worth = worth{int64(math.Round(number * decimalUnits)), e.signal.Currency}
		}
	}
	text := func(x *expression) string {
		if x == nil {
			return ""
		}
		text, _, _ := x.read(e.view, false)
		return text
	}
	b.sort, b.line, b.plan = strings.ToLower(text(p.sort)), text(p.line), text(p.plan)
	return b
}

func (r *running) begin(now begun, meaning string) {
	if r.open == nil {
		r.open = map[string]begun{}
	}
	known := r.key
	if _, named := r.open[r.key]; !named && r.key != "" {
		known = "" // the one without a name now has one
	}
	was, open := r.open[known]
	if r.key == "" && !open && len(r.open) > 0 {
		return
	}
	delete(r.open, "")
	switch {
	case open:
		now = was.goesOn(now, meaning)
	case meaning == vocabulary.SubscriptionUpgraded, meaning == vocabulary.SubscriptionDowngraded:
		now.worth = worth{} // what it adds to or is taken from isn't known
	}
	r.open[r.key], r.about = now, now
}

// goesOn is what is known after one more event of an open one. An upgrade's value is what it adds, a downgrade's what it
// takes; a renewal may bill more than the plan, so it tells the worth only where nothing else does.
func (b begun) goesOn(now begun, meaning string) begun {
	now.later, now.deal, now.sort = b.later, b.deal, cmp.Or(b.sort, now.sort)
	now.ending = b.ending && isContinuation(meaning)
	now.line, now.plan, now.payer = cmp.Or(now.line, b.line), cmp.Or(now.plan, b.plan), cmp.Or(b.payer, now.payer)
	switch {
	case meaning == vocabulary.SubscriptionUpgraded && now.worth.amount > 0:
		now.worth = b.worth.plus(now.worth)
	case meaning == vocabulary.SubscriptionDowngraded:
		now.worth = b.worth.minus(now.worth)
	case now.worth.amount == 0, meaning == vocabulary.SubscriptionRenewed && b.worth.amount > 0:
		now.worth = b.worth
	}
	return now
}

// putOff keeps open, until what begins soon takes their place, those that the event ends.
func (r *running) putOff() {
	for _, key := range r.ends() {
		b := r.open[key]
		b.ending = true
		r.open[key] = b
	}
}

// ends are the keys of those that the event closes: all, where either has no name.
func (r *running) ends() (keys []string) {
	for key := range r.open {
		if r.key == "" || key == "" || key == r.key {
			keys = append(keys, key)
		}
	}
	return keys
}

func (r *running) end() {
	r.about = r.open[r.key]
	for _, key := range r.ends() {
		delete(r.open, key)
	}
}

// worth of all that are open.
func (r *running) worth() (sum worth) {
	first := true
	for _, b := range r.open {
		if first {
			sum, first = b.worth, false
			continue
		}
		if sum = sum.plus(b.worth); sum.amount == 0 {
			return sum
		}
	}
	return sum
}

// others reports whether any is open beside the one that the event is about, which took no other's place.
func (r *running) others() bool {
	return !r.replaced && r.key != "" && !r.open[""].seen && (len(r.open) > 1 || len(r.open) == 1 && !r.open[r.key].seen)
}

// isLater reports whether the event is about another one than the purchase that made the unit a customer. One that was open
// when another made it so counts; one whose beginning was not seen doesn't, since nothing tells it from that purchase.
func (r *running) isLater() bool { return r.asked && r.about.seen && r.later(r.key, r.about) }

func (r *running) later(key string, b begun) bool {
	return b.later || r.bought != "" && r.bought != key
}

// allows reports whether what runs side by side lets a stage rule apply.
func (e *evaluation) allows(rule *stageRule) bool {
	if rule.last >= 0 && len(e.running[rule.last].open) > 0 {
		return false
	}
	if rule.another >= 0 && !e.running[rule.another].others() {
		return false
	}
	if rule.more >= 0 && !e.running[rule.more].grew() {
		return false
	}
	if rule.noMore >= 0 && !e.running[rule.noMore].worth().noMore(e.running[rule.noMore].enteredWorth) {
		return false
	}
	if rule.later >= 0 && !e.running[rule.later].allows(rule) {
		return false
	}
	if rule.same < 0 {
		return true
	}
	r := &e.running[rule.same]
	return r.key == "" || r.entered == "" || r.key == r.entered
}

// grew reports whether the event made those that are open worth more, all together.
func (r *running) grew() bool { return r.asked && r.worth().more(r.before) }

func (r *running) allows(rule *stageRule) bool {
	if !r.isLater() || contains(rule.UnlessSort, r.about.sort) {
		return false
	}
	return len(rule.OnlySort) == 0 || contains(rule.OnlySort, r.about.sort)
}

// remember which ones the event was about that brought the unit to its position, and to being a customer.
func (e *evaluation) remember(becameCustomer bool) {
	for i := range e.running {
		r := &e.running[i]
		r.entered, r.enteredWorth = r.key, r.before
		if !r.asked {
			r.enteredWorth = r.worth()
		}
		if becameCustomer {
			r.bought = r.key
		}
	}
}

// subscribed reports whether a subscription is still open; false where the definitions don't tell subscriptions apart.
func (e *evaluation) subscribed() bool {
	for i, p := range e.program.parallels {
		if p.What == parallelSubscription && e.running[i].asked {
			return len(e.running[i].open) > 0
		}
	}
	return false
}
