package qualify

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/funnelcloud/funnelcloud/queries/vocabulary"
)

// ErrOrder says that signals were not in the order (time, source, event id).
var ErrOrder = errors.New("signals are not in the order of time, source and event id")

// Evaluate replays the signals of a unit, which must be in the order (At, Source, EventID), and returns what became of
// it until the end of observation. No signals: no outcome. The same input gives the same outcome, always.
//
// An event's effects come in this order: inquiry, points and mql, pql, cql, the other stages. What falls due between
// events (decay below a threshold, a lapsed route, dormancy) happens at its own instant, before an event at that
// instant. Properties that are not JSON objects are read as empty.
func (d *Definitions) Evaluate(u Unit, signals []Signal, until time.Time) (Outcome, error) {
	e := newEvaluation(d, u, until)
	e.signals = signals
	defer views.Put(e.view)
	for i := range signals {
		s := &signals[i]
		if i > 0 && compareSignals(&signals[i-1], s) > 0 {
			return Outcome{}, fmt.Errorf("evaluate %s %s: event %s of source %s: %w", u.Kind, u.ID, s.EventID, s.Source, ErrOrder)
		}
		e.index = i
		e.take(s)
	}
	if e.seen {
		e.advance(until.UnixMilli())
	}
	outcome := e.outcome()
	if at := e.dueAfter(signals); at != never {
		outcome.DueAt = instant(at)
	}
	return outcome, nil
}

// Prefilter is what events must have to matter to the definitions: of all others only the first that is not left out
// does, since it makes a suspect. Evaluate gives the same whether or not it sees the rest.
func (d *Definitions) Prefilter() Prefilter { return d.program.prefilter }

// Excludes is what events must have to be left out by an exclusion.
func (d *Definitions) Excludes() Prefilter { return d.program.excludes }

// Columns are those that filters read beside the ones that every signal carries.
func (d *Definitions) Columns() []string { return d.program.columns() }

// views keep the memory of parsed properties and of expressions from unit to unit.
var views = sync.Pool{New: func() any { return &view{reader: &propertyReader{}} }}

func compareSignals(a, b *Signal) int {
	if c := a.At.Compare(b.At); c != 0 {
		return c
	}
	return cmp.Or(strings.Compare(a.Source, b.Source), strings.Compare(a.EventID, b.EventID))
}

// evaluation is the state of one unit between two signals.
type evaluation struct {
	*Definitions
	unit  Unit
	until int64

	signals  []Signal
	index    int     // of the one being taken
	signal   *Signal // the same
	at       int64   // its time
	view     *view   // the same, as expressions see it
	seen     bool    // any signal yet
	lastLife int64   // last sign of life

	history        history
	running        []running // by parallel
	score          score
	heldByScore    bool  // mql is held because of the score,
	heldByBant     bool  // because of BANT
	scoreFalls     int64 // when decay ends it if nothing happens, never if not before points take a step
	graded         bool
	fitBand        int
	engagementBand int
	gradeFalls     int64 // when decay ends the engagement band, likewise
	scoring        []use // latest scoring events, the evidence of a crossing
	plan           string
	windows        []window // by measure
	qualifications []qualified
	scratch        []int // memory of lists that are made for every signal
	answers        [4]int8
	conversations  map[string]*conversation
	lastMessage    int64
	asked          map[string]int // requests by conversation
	oldestRequest  int
	left           map[int]uint64 // events left out, by exclusion

	scores   []ScoreRow
	leads    []ConversationLead
	bant     []BantAnswer
	met      []Qualification
	grades   []GradeRow
	requests []request
	deals    []DealRow
	moved    []RevenueMovement
}

func newEvaluation(d *Definitions, u Unit, until time.Time) *evaluation {
	return &evaluation{
		Definitions: d, unit: u, until: until.UnixMilli(),
		answers: [4]int8{answerUnknown, answerUnknown, answerUnknown, answerUnknown},
		history: newHistory(u, d), view: views.Get().(*view), score: newScore(d),
		windows: make([]window, len(d.program.measures)), qualifications: make([]qualified, len(d.program.qualifications)),
		running: make([]running, len(d.program.parallels)), scoreFalls: never, gradeFalls: never,
	}
}

// take applies one signal.
func (e *evaluation) take(s *Signal) {
	e.view.show(s)
	e.signal = s
	if e.excluded() {
		return
	}
	e.at = s.At.UnixMilli()
	e.advance(e.at)
	if !e.seen || s.Meaning != "" && !e.program.ignored[s.Meaning] {
		e.lastLife = e.at
	}
	reaction := e.program.reaction(s)
	before, fitChanged := e.score.valueAt(e.at), false
	if s.Kind == vocabulary.Identify || s.Kind == vocabulary.Group || reaction != nil && reaction.identifies {
		fitChanged = e.learn()
	}
	switch {
	case reaction != nil:
		e.react(reaction, before, fitChanged)
	case fitChanged:
		e.crossed(before)
		e.count(nil, true)
	}
	if !e.seen && e.history.nowhere() {
		e.history.enter(stageSuspect, e.step(e.Stages.Name, "first seen"))
	}
	e.seen = true
}

// react applies an event that definitions ask for. The score is looked at once, when the event has given all its points:
// before is what it was until then.
func (e *evaluation) react(r *reaction, before float64, fitChanged bool) {
	planBefore := e.plan
	e.follow(r.parallels)
	e.comeFrom(r.origins)
	if r.plan {
		e.changePlan()
	}
	e.ask(r.requests)
	e.applyStageRules(r.early)
	if e.engage(r.engagement) || fitChanged {
		e.crossed(before)
	}
	if r.bant {
		e.answer()
	}
	e.count(r.measures, fitChanged || e.plan != planBefore)
	if r.message {
		e.hear()
	}
	if r.tagged {
		e.hearTags()
	}
	if r.asks {
		e.note()
	}
	if r.closes {
		e.closeConversation()
	}
	e.applyStageRules(r.late)
	e.reply(r.replies)
	e.follow(nil) // what falls due before the next event is about none of them
}

// applyStageRules moves the unit by the first rule that holds.
func (e *evaluation) applyStageRules(rules []*stageRule) {
	for _, rule := range rules {
		if !e.applies(rule) {
			continue
		}
		e.move(rule.Stage, e.step(e.Stages.Name, e.detailed(rule.Reason, rule.ReasonProperty)))
		return
	}
}

// detailed is a reason with the text of a property of the event, where it has one.
func (e *evaluation) detailed(reason, property string) string {
	if property == "" {
		return reason
	}
	if detail := e.text(property); detail != "" {
		return reason + ": " + detail
	}
	return reason
}

func (e *evaluation) applies(rule *stageRule) bool {
	position := e.history.position
	if contains(rule.UnlessIn, position) || len(rule.OnlyIn) > 0 && !contains(rule.OnlyIn, position) {
		return false
	}
	return !(rule.UnlessQualified && e.history.qualified()) && e.allows(rule) && rule.filter.holds(e.view)
}

// move enters a position; where it ends the routes, what had been counted towards them is spent.
func (e *evaluation) move(stage string, s step) {
	wasCustomer := isCustomer(e.history.position)
	if !e.history.enter(stage, s) {
		return
	}
	e.remember(isCustomer(stage) && !wasCustomer)
	if !endsRoutes(stage) {
		return
	}
	e.history.leaveAllRoutes(s.at)
	e.heldByScore, e.heldByBant = false, false
	e.spend()
}

// qualify records that a definition was met and enters its route; false where the unit is a customer already.
func (e *evaluation) qualify(route int, s step) bool {
	if isCustomer(e.history.position) {
		return false
	}
	entered := e.history.enterRoute(route, s)
	e.met = append(e.met, Qualification{
		UnitKind: e.unit.Kind, UnitID: e.unit.ID, AccountID: e.unit.AccountID, Route: routeStages[route],
		Definition: s.definition, Version: e.versions[s.definition], DefinitionHash: e.byName[s.definition],
		MetAt: instant(s.at), Entered: entered, Score: e.score.valueAt(s.at), Reason: s.reason,
		EvidenceEventIDs: s.evidence, JunkReason: e.unit.JunkReason,
	})
	return true
}

// loseRoute leaves a route that holds no more; with nothing left, the unit goes to nurture.
func (e *evaluation) loseRoute(route int, at int64, reason string) {
	e.history.leaveRoute(route, at)
	if e.history.nowhere() {
		e.move(stageNurture, step{at: at, definition: e.Stages.Name, reason: reason})
	}
}

// step describes why something happens now.
func (e *evaluation) step(definition, reason string, evidence ...string) step {
	if len(evidence) == 0 {
		evidence = []string{e.signal.EventID}
	}
	return step{at: e.at, definition: definition, reason: reason, evidence: evidence, origin: e.origin}
}

func (e *evaluation) outcome() Outcome {
	return Outcome{
		Stages: e.history.close(), Scores: e.scores, Leads: e.leads, Bant: e.bant, Met: e.met, Grades: e.grades,
		Requests: e.closeRequests(), Exclusions: e.exclusions(), Deals: e.closeDeals(), Movements: e.moved,
	}
}
