package qualify

import (
	"math"
	"slices"
)

// QualificationDefinition says when what a unit does qualifies it, by the route pql (use of the product) or mql. When
// must hold while the unit is on one of the plans and fits well enough. The instant is that of the event that made the
// last part true; where less is better (not, at_most), it may be that at which an event left its window.
type QualificationDefinition struct {
	Named `yaml:",inline"`
	// Route is pql (the default) or mql.
	Route string `yaml:"route"`
	// Plans that the unit must be on: free, trial, paid; none named: whatever the plan. It has no plan before it signs up.
	Plans words `yaml:"plans"`
	// WindowDays is how far back signals written in place look.
	WindowDays float64 `yaml:"window_days"`
	// LapseDays after the last event that counted, the unit is qualified no more.
	LapseDays float64 `yaml:"lapse_days"`
	// FitFloor is the least fit (of the lead score) that the unit must have.
	FitFloor float64 `yaml:"fit_floor"`
	// UnlessIn are stages that keep the unit from qualifying. A customer never qualifies.
	UnlessIn words     `yaml:"unless_in"`
	When     Condition `yaml:"when"`
	// Reason is what people read.
	Reason string `yaml:"reason"`
}

// Plans a unit can be on. It has none before it signs up.
const (
	planNone  = ""
	planFree  = "free"
	planTrial = "trial"
	planPaid  = "paid"
)

var knownPlans = setOf([]string{planFree, planTrial, planPaid})

// qualification is a QualificationDefinition, compiled.
type qualification struct {
	*QualificationDefinition
	route    int
	when     *condition
	measures []int // that it looks at
	ripens   bool  // time alone can make it true
	lapseMS  int64
}

func (d *QualificationDefinition) compile(p place, c *conditionCompiler) *qualification {
	out := &qualification{QualificationDefinition: d, route: productRoute, lapseMS: days(d.LapseDays)}
	d.check(p)
	if d.Route == stageMQL {
		out.route = marketingRoute
	}
	out.when = c.compile(p.key("when"), &d.When, d.WindowDays)
	out.when.walk(false, func(part *condition, _ bool) {
		if !slices.Contains(out.measures, part.measure) {
			out.measures = append(out.measures, part.measure)
		}
	})
	out.ripens = out.when.ripens(c.all)
	return out
}

func (d *QualificationDefinition) check(p place) {
	d.Named.check(p)
	if d.Route != "" && d.Route != stagePQL && d.Route != stageMQL {
		p.key("route").faultf("route %q: must be pql or mql; cql comes of conversations", d.Route)
	}
	checkWords(p.key("plans"), "plan", d.Plans, knownPlans)
	checkWords(p.key("unless_in"), "stage", d.UnlessIn, knownStages)
	if !(d.WindowDays >= 0) || math.IsInf(d.WindowDays, 0) {
		p.key("window_days").faultf("window_days must be 0 (for ever) or more")
	}
	if !positive(d.LapseDays) {
		p.key("lapse_days").faultf("lapse_days must be above 0: after how long without a sign is the unit qualified no more?")
	}
	if !(d.FitFloor >= 0 && d.FitFloor <= maxFit) {
		p.key("fit_floor").faultf("fit_floor %g: fit is from 0 to %d", d.FitFloor, maxFit)
	}
	if d.Reason == "" {
		p.key("reason").faultf("needs a reason: what people read on each row")
	}
}

// positive also refuses NaN and infinity.
func positive(x float64) bool { return x > 0 && !math.IsInf(x, 0) }

// qualified is the state of one definition for one unit.
type qualified struct {
	live    bool   // it held, and has not lapsed since
	counted bool   // something counted since it last lapsed or was spent
	lastAt  int64  // then: the last event that did
	lastID  string // and its id
}

// count adds an event to the measures that choose it, and judges the definitions that look at them. With judgeAll set,
// since plan or fit changed, all are judged.
func (e *evaluation) count(measures []int, judgeAll bool) {
	touched := e.scratch[:0]
	for _, i := range measures {
		m, w := e.program.measures[i], &e.windows[i]
		text, number, counts := m.take(e.view)
		if !counts {
			continue
		}
		w.push(m, use{at: e.at, eventID: e.signal.EventID, value: text, number: number})
		touched = append(touched, i)
	}
	e.scratch = touched
	if len(touched) == 0 && !judgeAll {
		return
	}
	for i, q := range e.program.qualifications {
		counted := slices.ContainsFunc(q.measures, func(m int) bool { return slices.Contains(touched, m) })
		if counted {
			state := &e.qualifications[i]
			state.counted, state.lastAt, state.lastID = true, e.at, e.signal.EventID
		}
		if counted || judgeAll {
			e.judge(i, e.at, e.origin)
		}
	}
}

// judge sees whether a definition holds at an instant.
func (e *evaluation) judge(i int, at int64, origin func(stage string) provenance) {
	q, state := e.program.qualifications[i], &e.qualifications[i]
	for _, m := range q.measures {
		e.windows[m].expire(e.program.measures[m], at)
	}
	if state.live || !state.counted || len(q.Plans) > 0 && !contains(q.Plans, e.plan) || !q.when.holds(e.windows, e.program.measures) {
		return
	}
	if clipFit(e.score.fit) < q.FitFloor || contains(q.UnlessIn, e.history.position) || isCustomer(e.history.position) {
		return
	}
	state.live = true
	s := step{at: at, definition: q.Name, reason: q.Reason, evidence: e.evidence(i), origin: origin}
	e.qualify(q.route, s)
}

// evidence are the latest events that counted, oldest first.
func (e *evaluation) evidence(i int) []string {
	q := e.program.qualifications[i]
	var latest []use
	for _, m := range q.measures {
		w := &e.windows[m]
		latest = append(latest, w.events[max(w.oldest, len(w.events)-maxEvidence):]...)
	}
	slices.SortStableFunc(latest, func(a, b use) int { return int(min(max(a.at-b.at, -1), 1)) })
	ids := make([]string, 0, maxEvidence)
	for _, x := range latest[max(0, len(latest)-maxEvidence):] {
		if !slices.Contains(ids, x.eventID) {
			ids = append(ids, x.eventID)
		}
	}
	if len(ids) == 0 {
		ids = append(ids, e.qualifications[i].lastID) // what made it true is that something is over
	}
	return ids
}

// maxEvidence bounds the events named on a row: enough to check by hand.
const maxEvidence = 20

// ripensAt is when an event next leaves a window of a definition that time alone can make true; never for all others.
func (e *evaluation) ripensAt(i int) int64 {
	q, state, at := e.program.qualifications[i], &e.qualifications[i], never
	if !q.ripens || state.live || !state.counted {
		return never
	}
	for _, m := range q.measures {
		at = min(at, e.windows[m].expiresAt(e.program.measures[m]))
	}
	return at
}

// ripen judges anew the definitions for which something is over at an instant. Which they are is settled first: definitions
// share windows, and judging one makes a window forget.
func (e *evaluation) ripen(at int64) {
	ripe := e.scratch[:0]
	for i := range e.program.qualifications {
		if e.ripensAt(i) <= at {
			ripe = append(ripe, i)
		}
	}
	e.scratch = ripe
	for _, i := range ripe {
		e.judge(i, at, originOfUse)
	}
}

// lapsesAt is when a definition that holds is met no more, if nothing counts until then.
func (e *evaluation) lapsesAt(i int) int64 {
	if !e.qualifications[i].live {
		return never
	}
	return e.qualifications[i].lastAt + e.program.qualifications[i].lapseMS
}

// lapse ends what is met no more. A route ends with the last definition that held it open.
func (e *evaluation) lapse(at int64) {
	for i, q := range e.program.qualifications {
		if e.lapsesAt(i) > at {
			continue
		}
		e.qualifications[i] = qualified{}
		if !e.held(q.route) {
			e.loseRoute(q.route, at, lapseReasons[q.route])
		}
	}
}

var lapseReasons = [routeCount]string{
	marketingRoute: "showed no more interest", productRoute: "stopped using the product",
}

// held reports whether anything still holds a route open.
func (e *evaluation) held(route int) bool {
	if route == marketingRoute && (e.heldByScore || e.heldByBant) {
		return true
	}
	for i, q := range e.program.qualifications {
		if q.route == route && e.qualifications[i].live {
			return true
		}
	}
	return false
}

// spend forgets what had been counted towards definitions.
func (e *evaluation) spend() {
	for i := range e.windows {
		e.windows[i].spend(e.program.measures[i])
	}
	clear(e.qualifications)
}

func checkWords(p place, what string, list []string, known map[string]bool) {
	for i, w := range list {
		if known[w] {
			continue
		}
		at := p
		if len(list) > 1 {
			at = p.item(i)
		}
		at.faultf("unknown %s %q", what, w)
	}
}

func (n Named) check(p place) {
	if n.Name == "" {
		p.key("name").faultf("needs a name")
	}
	if n.Version < 1 {
		p.key("version").faultf("definition %q: needs a version of 1 or more", n.Name)
	}
}
