package qualify

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/valyala/fastjson"

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
	defer parsers.Put(e.parser)
	for i := range signals {
		s := &signals[i]
		if i > 0 && compareSignals(&signals[i-1], s) > 0 {
			return Outcome{}, fmt.Errorf("evaluate %s %s: event %s of source %s: %w", u.Kind, u.ID, s.EventID, s.Source, ErrOrder)
		}
		e.take(s)
	}
	if len(signals) > 0 {
		e.advance(until.UnixMilli())
	}
	return e.outcome(), nil
}

// parsers keep the memory of parsed properties from unit to unit.
var parsers fastjson.ParserPool

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

	signal   *Signal // the one being taken
	at       int64   // its time
	parser   *fastjson.Parser
	parsed   *fastjson.Value // properties of signal, when something asked for them
	seen     bool            // any signal yet
	lastLife int64           // last sign of life

	history       history
	score         score
	heldByScore   bool  // mql is held because of the score, not of BANT
	scoreFalls    int64 // then: when decay ends it if nothing happens, never if not before the end of observation
	scoring       []use // latest scoring events, the evidence of a crossing
	identified    bool
	plan          string
	products      []product
	answers       [4]int8
	conversations map[string]*conversation
	lastMessage   int64

	scores []ScoreRow
	leads  []ConversationLead
	bant   []BantAnswer
	met    []Qualification
}

func newEvaluation(d *Definitions, u Unit, until time.Time) *evaluation {
	e := &evaluation{
		Definitions: d, unit: u, until: until.UnixMilli(),
		answers: [4]int8{answerUnknown, answerUnknown, answerUnknown, answerUnknown},
		history: newHistory(u, d), parser: parsers.Get(),
	}
	e.score = newScore(d)
	e.products = make([]product, len(d.Product))
	for i := range e.products {
		e.products[i].usages = make([]usage, len(d.Product[i].All))
	}
	return e
}

// take applies one signal.
func (e *evaluation) take(s *Signal) {
	e.signal, e.at, e.parsed = s, s.At.UnixMilli(), nil
	e.advance(e.at)
	if !e.program.ignored[s.Meaning] {
		e.lastLife = e.at
	}
	reaction := e.program.byMeaning[s.Meaning]
	if s.Meaning == "" {
		reaction = nil
	}
	if s.Kind == vocabulary.Identify || s.Kind == vocabulary.Group || reaction != nil && reaction.identifies {
		e.learn()
	}
	if reaction != nil {
		e.react(reaction)
	}
	if !e.seen && e.history.nowhere() {
		e.history.enter(stageSuspect, e.step(e.Stages.Name, "first seen"))
	}
	e.seen = true
}

func (e *evaluation) react(r *reaction) {
	if r.plan {
		e.changePlan()
	}
	e.applyStageRules(r.early)
	if len(r.engagement) > 0 {
		e.engage(r.engagement)
	}
	if r.bant {
		e.answer()
	}
	if len(r.product) > 0 {
		e.use(r.product)
	}
	if r.message {
		e.hear()
	}
	if r.closes {
		e.closeConversation()
	}
	e.applyStageRules(r.late)
}

// applyStageRules moves the unit by the first rule that holds.
func (e *evaluation) applyStageRules(rules []*StageRule) {
	for _, rule := range rules {
		if !e.applies(rule) {
			continue
		}
		reason := rule.Reason
		if rule.ReasonProperty != "" {
			if detail := e.text(rule.ReasonProperty); detail != "" {
				reason += ": " + detail
			}
		}
		e.move(rule.Stage, e.step(e.Stages.Name, reason))
		return
	}
}

func (e *evaluation) applies(rule *StageRule) bool {
	position := e.history.position
	if contains(rule.UnlessIn, position) || len(rule.OnlyIn) > 0 && !contains(rule.OnlyIn, position) {
		return false
	}
	if rule.UnlessQualified && e.history.qualified() || rule.Paid && e.signal.Value <= 0 {
		return false
	}
	for property, accepted := range rule.Where {
		if !contains(accepted, e.text(property)) {
			return false
		}
	}
	return true
}

// move enters a position; where it ends the routes, what had been counted towards them is spent.
func (e *evaluation) move(stage string, s step) {
	if !e.history.enter(stage, s) || !endsRoutes(stage) {
		return
	}
	e.history.leaveAllRoutes(s.at)
	e.heldByScore = false
	for i := range e.products {
		e.products[i].clear()
	}
}

// qualify records that a definition was met and enters its route, unless the unit is a customer already.
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
	return entered
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

func contains(list words, word string) bool {
	for _, w := range list {
		if w == word {
			return true
		}
	}
	return false
}

func (e *evaluation) outcome() Outcome {
	return Outcome{Stages: e.history.close(), Scores: e.scores, Leads: e.leads, Bant: e.bant, Met: e.met}
}
