package qualify

import (
	"fmt"
	"sort"
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

// dueAfter is the first instant after the end of observation at which something happens to a unit by itself: what falls
// due, or an event that a clock running ahead dated later than that end; never if nothing does.
func (e *evaluation) dueAfter(signals []Signal) int64 {
	if len(signals) == 0 {
		return never
	}
	end := e.until
	e.until += far
	e.foresee(max(e.at, end))
	at, _ := e.nextDue()
	for _, r := range e.requests {
		if r.row.RepliedAt.IsZero() && e.neverAt(r) > end {
			at = min(at, e.neverAt(r))
		}
	}
	later := sort.Search(len(signals), func(i int) bool { return signals[i].At.UnixMilli() > end })
	if later < len(signals) {
		at = min(at, signals[later].At.UnixMilli())
	}
	return max(at, end+1)
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
