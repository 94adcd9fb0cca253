package qualify

import (
	"sort"

	"github.com/funnelcloud/funnelcloud/queries/vocabulary"
)

// isContinuation reports whether a meaning is of something that runs already: such an event is nobody's beginning.
func isContinuation(meaning string) bool {
	return meaning == vocabulary.SubscriptionRenewed || meaning == vocabulary.SubscriptionUpgraded || meaning == vocabulary.SubscriptionDowngraded
}

// replace ends those whose place the one takes that begins with the event at hand, and reports whether there are any.
func (e *evaluation) replace(p *parallel, r *running, now begun) bool {
	if isContinuation(e.signal.Meaning) {
		return false
	}
	told := ""
	if p.replaces != nil {
		told, _, _ = p.replaces.read(e.view, false)
	}
	_, runs := r.open[r.key]
	replaced := false
	for key, was := range r.open {
		switch {
		case was.ending:
		case key == r.key || key == "" || runs || r.key == "":
			continue // it goes on, or it is the one that had no name
		case told != "" && told == key, now.follows(was, p.plan != nil), e.endsSoon(p, r, key):
		default:
			continue
		}
		replaced = true
		if key != r.key { // what goes on under its own name keeps what was known of it
			delete(r.open, key)
		}
	}
	return replaced
}

// follows reports whether one takes another's place by what both say of themselves: of one line, paid by one person and,
// where plans are told, on another plan.
func (b begun) follows(was begun, plans bool) bool {
	if b.line == "" || b.line != was.line || b.payer != was.payer {
		return false
	}
	return !plans || b.plan != "" && was.plan != "" && b.plan != was.plan
}

// happening is an event that begins or ends one of a parallel.
type happening struct {
	at     int64
	signal int // its number among the unit's
	key    string
	begins bool // else it ends
}

// happenings of a parallel, read when something first asks what follows. Events that only go on are left out.
func (e *evaluation) happenings(p *parallel, r *running) []happening {
	if r.read {
		return r.happenings
	}
	r.read = true
	v := views.Get().(*view)
	defer views.Put(v)
	for i := range e.signals {
		s := &e.signals[i]
		if !p.closes.meanings[s.Meaning] && (!p.opens.meanings[s.Meaning] || isContinuation(s.Meaning)) {
			continue
		}
		v.show(s)
		begins := p.opens.holds(v)
		if !begins && !p.closes.holds(v) || e.program.leavesOut(v) {
			continue
		}
		key, _, _ := p.key.read(v, false)
		r.happenings = append(r.happenings, happening{s.At.UnixMilli(), i, key, begins})
	}
	return r.happenings
}

// within are the happenings after the event at hand, up to so many days later.
func (e *evaluation) within(p *parallel, r *running, d float64) []happening {
	if d == 0 {
		return nil
	}
	all := e.happenings(p, r)
	first := sort.Search(len(all), func(i int) bool { return all[i].signal > e.index })
	last := sort.Search(len(all), func(i int) bool { return all[i].at > e.at+days(d) })
	return all[first:max(first, last)]
}

// endsSoon reports whether one ends soon after the event at hand, while the one that begins with it still runs.
func (e *evaluation) endsSoon(p *parallel, r *running, key string) bool {
	for _, h := range e.within(p, r, p.ReplacedWithinDays) {
		if h.begins {
			continue
		}
		switch h.key {
		case key:
			return true
		case r.key, "":
			return false
		}
	}
	return false
}

// resumes reports whether one begins soon after the event at hand, which ends one.
func (e *evaluation) resumes(p *parallel, r *running) bool {
	for _, h := range e.within(p, r, p.ResumedWithinDays) {
		if h.begins {
			return true
		}
	}
	return false
}

// leavesOut reports whether an exclusion holds.
func (p *program) leavesOut(v *view) bool {
	for _, rule := range p.exclusions {
		if rule.holds(v) {
			return true
		}
	}
	return false
}
