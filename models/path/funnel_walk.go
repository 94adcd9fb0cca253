package path

import (
	"time"
)

// moment is what a funnel sees of an event.
type moment struct {
	event    int // its place in the history
	at       time.Time
	steps    uint64 // it matches
	excludes uint64 // exclusions it matches
}

// foothold is the last step that an attempt took. Attempts that part ways share the footholds before.
type foothold struct {
	step    int
	moment  int
	entered int // moment of the first step
	stand   int
	before  *foothold
}

// walk goes once over a unit's moments, from the one given, and tells the best attempt (nil if none began) and the
// moment from which a next attempt may begin.
//
// At each stand it keeps one attempt: the one that entered last, since all that can still happen to attempts at the same
// stand depends on the stand alone, but for the window, which the last to enter has most of. That makes it exact in
// len(moments) × stands × steps. The best attempt is the one with most steps, the required ones first; of those the
// first to get there; of those the one that entered last.
func (p *plan) walk(moments []moment, from int) (best *foothold, resume int) {
	w := p.walker(moments)
	for i := from; i < len(moments); i++ {
		if m := moments[i]; m.steps|m.excludes == 0 && p.Order != Strict && !p.StrictlyLater {
			continue // it changes nothing: windows that end by it are seen to have ended at the next that matters
		}
		w.endAttempts(i)
		if w.over() {
			return w.best, i
		}
		w.takeSteps(i)
		switch {
		case w.best != nil && p.finished(w.best), w.over() && w.best.moment == i:
			return w.best, i + 1
		case w.over():
			return w.best, i // it ended the attempt, and may begin the next
		}
	}
	return w.best, len(moments)
}

// walker is a walk under way. Attempts are by stand.
type walker struct {
	*plan
	moments []moment
	best    *foothold
	now     []*foothold
	next    []*foothold // after the moment at hand
	earlier []*foothold // those that may take a step at it: now, or with StrictlyLater what stood before its instant
}

func (p *plan) walker(moments []moment) *walker {
	w := &walker{plan: p, moments: moments, now: make([]*foothold, len(p.stands)), next: make([]*foothold, len(p.stands))}
	if w.earlier = w.now; p.StrictlyLater {
		w.earlier = make([]*foothold, len(p.stands))
	}
	return w
}

// over tells whether the one attempt that counts has come to its end.
func (w *walker) over() bool { return w.Entry != AnyEntry && w.best != nil && !w.underWay(w.now) }

func (w *walker) endAttempts(i int) {
	if w.StrictlyLater && i > 0 && !w.moments[i].at.Equal(w.moments[i-1].at) {
		copy(w.earlier, w.now)
	}
	w.endBefore(w.moments, w.moments[i], w.now)
	if w.StrictlyLater {
		w.endBefore(w.moments, w.moments[i], w.earlier)
	}
}

// takeSteps moves attempts on. They stay at their stands too, as far as they outlive the moment: a step need not be
// taken at the first occasion, since a later start or another step may come in between.
func (w *walker) takeSteps(i int) {
	m := w.moments[i]
	w.survive(m, w.now, w.next)
	for at, f := range w.earlier {
		if f != nil {
			w.advance(f, at, i)
		}
	}
	if w.Entry == AnyEntry || w.best == nil {
		w.advance(nil, 0, i)
	}
	w.now, w.next = w.next, w.now
	if w.StrictlyLater {
		w.survive(m, w.earlier, w.earlier)
	} else {
		w.earlier = w.now
	}
}

// advance takes at moment i all steps that lead on from a stand; before is nil for an attempt that begins.
func (w *walker) advance(before *foothold, at, i int) {
	for step, to := range w.stands[at].next {
		if to < 0 || w.moments[i].steps&(1<<step) == 0 {
			continue
		}
		f := &foothold{step: step, moment: i, entered: i, stand: to, before: before}
		if before != nil {
			f.entered = before.entered
		}
		if w.best == nil || w.better(f, w.best) {
			w.best = f
		}
		if w.next[to] == nil || w.next[to].entered < f.entered {
			w.next[to] = f
		}
	}
}

// endBefore ends attempts whose window is over by m, or that m excludes.
func (p *plan) endBefore(moments []moment, m moment, attempts []*foothold) {
	for at, f := range attempts {
		if f == nil {
			continue
		}
		if late := p.Window > 0 && m.at.Sub(moments[f.entered].at) > p.Window; late || p.excluded(at, m.excludes) {
			attempts[at] = nil
		}
	}
}

// underWay tells whether an attempt can take another step.
func (p *plan) underWay(attempts []*foothold) bool {
	for at, f := range attempts {
		if f != nil && !p.stands[at].terminal {
			return true
		}
	}
	return false
}

func (p *plan) excluded(at int, excludes uint64) bool {
	s := &p.stands[at]
	for x, exclusion := range p.Exclusions {
		if excludes&(1<<x) == 0 {
			continue
		}
		if p.Order == AnyOrder && !s.terminal || p.Order != AnyOrder && exclusion.From <= s.last && s.last < exclusion.To {
			return true
		}
	}
	return false
}

// survive copies the attempts that outlive m without taking a step at it. Where repeats end an attempt it must take what
// is due: could it wait for the second of two, no repeat would ever end it.
func (p *plan) survive(m moment, attempts, to []*foothold) {
	for at, f := range attempts {
		s := &p.stands[at]
		repeat := s.taken&m.steps != 0
		switch {
		case p.Repeats == RepeatsEnd && (repeat || s.due&m.steps != 0),
			p.Order == Strict && !(p.Repeats == RepeatsIgnore && repeat):
			to[at] = nil
		default:
			to[at] = f
		}
	}
}

func (p *plan) better(a, b *foothold) bool {
	x, y := &p.stands[a.stand], &p.stands[b.stand]
	switch {
	case x.required != y.required:
		return x.required > y.required
	case x.optional != y.optional:
		return x.optional > y.optional
	}
	return a.moment == b.moment && a.entered > b.entered
}

// finished tells whether no attempt can be better; where every entry counts, an attempt also ends with its last step.
func (p *plan) finished(f *foothold) bool {
	s := &p.stands[f.stand]
	return s.required+s.optional == len(p.Steps) || p.Entry == EveryEntry && s.terminal
}
