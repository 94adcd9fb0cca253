package qualify

import (
	"fmt"
	"slices"
	"sort"
	"time"
)

// due is what may happen between events.
type due int

const (
	nothing due = iota
	scoreStep
	scoreFall
	gradeFall
	qualificationLapse
	qualificationRipe
	conversationLapse
	dormancy
)

// advance lets happen, in order, what falls due up to and including a time if nothing else does: points that take a step,
// decay of the score below its threshold, a lapsed qualification or conversation, a condition that becomes true because
// something is over, dormancy.
func (e *evaluation) advance(to int64) {
	to = min(to, e.until)
	for {
		at, what := e.nextDue()
		if what == nothing || at > to {
			return
		}
		e.happen(what, at)
	}
}

// nextDue is the earliest thing due; among several at one instant, the first named.
func (e *evaluation) nextDue() (int64, due) {
	at, what := never, nothing
	consider := func(t int64, w due) {
		if t < at {
			at, what = t, w
		}
	}
	if len(e.score.steps) > 0 {
		consider(e.score.nextStep(), scoreStep)
	}
	if e.heldByScore {
		consider(e.scoreFalls, scoreFall)
	}
	consider(e.gradeFalls, gradeFall)
	for i := range e.qualifications {
		consider(e.lapsesAt(i), qualificationLapse)
		consider(e.ripensAt(i), qualificationRipe)
	}
	if e.history.open[conversationRoute] != none {
		consider(e.lastMessage+days(e.Conversation.LapseDays), conversationLapse)
	}
	if e.canSleep() {
		consider(e.lastLife+e.program.dormantMS, dormancy)
	}
	return at, what
}

// far is how long after the end of observation a falling score is followed: one that lasts longer is looked at again by
// the next evaluation before then, or is no longer of interest.
const far = 100 * 365 * dayMS

// wakeups is how many things due are looked at that change nothing before the next is taken for one that does.
const wakeups = 200

// dueAfter is the first instant after the end of observation at which the outcome is another though nothing more happens
// to the unit: something due changes it, or an event that a clock running ahead dated later than that end; never if
// nothing does. It goes on with the evaluation, which is of no use after it; rows that were given out stay as they are.
func (e *evaluation) dueAfter(signals []Signal) int64 {
	if len(signals) == 0 {
		return never
	}
	end, at := e.until, never
	for _, r := range e.requests {
		if r.row.RepliedAt.IsZero() && e.neverAt(r) > end {
			at = min(at, e.neverAt(r))
		}
	}
	later := sort.Search(len(signals), func(i int) bool { return signals[i].At.UnixMilli() > end })
	if later < len(signals) {
		at = min(at, signals[later].At.UnixMilli())
	}
	at = min(at, e.changesBy(end))
	return max(at, end+1)
}

// changesBy is when the first thing due after the end of observation changes a row or adds one. Much of what falls due
// changes nothing: one of two definitions lapses, or points take a step within their band.
func (e *evaluation) changesBy(end int64) int64 {
	e.until += far
	e.foresee(max(e.at, end))
	e.history.rows, e.grades = slices.Clip(slices.Clone(e.history.rows)), slices.Clip(slices.Clone(e.grades))
	was := e.written()
	for range wakeups {
		at, what := e.nextDue()
		if what == nothing {
			return never
		}
		e.happen(what, at)
		if e.written() != was {
			return at
		}
	}
	at, _ := e.nextDue()
	return at
}

// written tells outcomes apart of which one goes on from the other.
type written struct {
	stages, openStages, grades, scores, met int
	gradeEntered, gradeLeft                 time.Time
}

func (e *evaluation) written() written {
	w := written{stages: len(e.history.rows), grades: len(e.grades), scores: len(e.scores), met: len(e.met)}
	for i := range e.history.rows {
		if e.history.rows[i].LeftAt.IsZero() {
			w.openStages++
		}
	}
	if w.grades > 0 {
		last := e.grades[w.grades-1]
		w.gradeEntered, w.gradeLeft = last.EnteredAt, last.LeftAt
	}
	return w
}

func (e *evaluation) happen(what due, at int64) {
	switch what {
	case scoreStep:
		e.age(at)
	case scoreFall:
		e.heldByScore = false
		if !e.held(marketingRoute) {
			e.loseRoute(marketingRoute, at, fmt.Sprintf("score fell below %g", e.Score.thresholds(e.unit.Kind).Leave))
		}
	case gradeFall:
		e.regrade(at, "")
		e.foresee(at)
	case qualificationLapse:
		e.lapse(at)
	case qualificationRipe:
		e.ripen(at)
	case conversationLapse:
		e.loseRoute(conversationRoute, at, "conversation went silent")
	case dormancy:
		reason := fmt.Sprintf("silent for %g days", e.Stages.Dormant.AfterDays)
		e.move(stageNurture, step{at: at, definition: e.Stages.Name, reason: reason})
	default:
		panic("qualify: unknown kind of due date")
	}
}

func days(n float64) int64 { return int64(n * float64(dayMS)) }

// canSleep: in a position of the dormant rule, or with a route and no position.
func (e *evaluation) canSleep() bool {
	if !e.seen {
		return false
	}
	if e.history.position == "" {
		return e.history.qualified()
	}
	return e.history.sleepy
}
