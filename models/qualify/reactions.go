package qualify

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/valyala/fastjson"

	"github.com/funnelcloud/funnelcloud/queries/vocabulary"
)

// properties parses the signal's properties when something first asks for them: most signals are never parsed.
func (e *evaluation) properties() *fastjson.Value {
	if e.parsed == nil {
		v, err := e.parser.Parse(e.signal.Properties)
		if err != nil || v.Type() != fastjson.TypeObject {
			v = emptyObject
		}
		e.parsed = v
	}
	return e.parsed
}

var emptyObject = fastjson.MustParse("{}")

// text is a property as text: strings as they are, numbers and booleans as JSON writes them, anything else "".
func (e *evaluation) text(property string) string {
	if e.signal.Properties == "" {
		return ""
	}
	v := e.properties().Get(property)
	if v == nil {
		return ""
	}
	switch v.Type() {
	case fastjson.TypeString:
		return string(v.GetStringBytes())
	case fastjson.TypeNumber, fastjson.TypeTrue, fastjson.TypeFalse:
		return v.String()
	default:
		return ""
	}
}

func newScore(d *Definitions) score {
	s := score{
		has:   make([]bool, len(d.Score.Fit)),
		today: make([]spent, len(d.Score.Engagement.Signals)+1),
	}
	for _, signal := range d.Score.Engagement.Signals {
		s.class(d.Score.Engagement.halfLife(signal))
	}
	for i := range s.today {
		s.today[i].day = -1
	}
	return s
}

// class is the running sum of all signals with one half life.
func (s *score) class(halfLifeDays float64) *decaying {
	ms := halfLifeDays * float64(dayMS)
	for i := range s.classes {
		if s.classes[i].halfLifeMS == ms {
			return &s.classes[i]
		}
	}
	s.classes = append(s.classes, decaying{halfLifeMS: ms})
	return &s.classes[len(s.classes)-1]
}

// learn reads fit attributes from a signal that describes the unit.
func (e *evaluation) learn() {
	before := e.score.valueAt(e.at)
	changed := false
	for i, f := range e.Score.Fit {
		matches, known := e.fits(i, f)
		if !known || matches == e.score.has[i] {
			continue
		}
		if !matches && e.unit.Kind == Account {
			continue // another member's title takes nothing from an account
		}
		e.score.has[i] = matches
		points := f.Points
		if !matches {
			points = -points
		}
		old := clipFit(e.score.fit)
		e.score.fit += points
		e.ledger("fit", f.Signal, clipFit(e.score.fit)-old, 0)
		changed = true
	}
	e.identified = true
	if changed {
		e.crossed(before)
	}
}

// fits reports whether an attribute matches, and whether this signal says so at all.
func (e *evaluation) fits(i int, f FitAttribute) (matches, known bool) {
	if f.BusinessEmail {
		return e.unit.BusinessDomain != "", true
	}
	text := e.text(f.Property)
	if text == "" {
		return false, false
	}
	if f.AtLeast != nil {
		number, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		return err == nil && number >= *f.AtLeast, err == nil
	}
	return e.program.fit[i].MatchString(text), true
}

// engage gives points.
func (e *evaluation) engage(signals []int) {
	before := e.score.valueAt(e.at)
	for _, i := range signals {
		definition := e.Score.Engagement.Signals[i]
		points := e.score.earn(i, definition.Points, definition.CapPerDay, e.Score.Engagement.CapPerDay, e.at)
		if points <= 0 {
			continue
		}
		halfLife := e.Score.Engagement.halfLife(definition)
		e.score.class(halfLife).add(points, e.at)
		e.ledger("engagement", definition.Signal, points, halfLife)
	}
	e.crossed(before)
}

func (e *evaluation) ledger(kind, signal string, points, halfLife float64) {
	if points == 0 {
		return
	}
	e.scores = append(e.scores, ScoreRow{
		UnitKind: e.unit.Kind, UnitID: e.unit.ID, Score: kind, Signal: signal, EventTS: instant(e.at),
		EventID: e.signal.EventID, Points: points, HalfLifeDays: halfLife,
	})
	e.scoring = append(e.scoring, use{at: e.at, eventID: e.signal.EventID})
	if len(e.scoring) > 2*maxEvidence {
		e.scoring = append(e.scoring[:0], e.scoring[len(e.scoring)-maxEvidence:]...)
	}
}

// crossed enters or keeps mql after the score has changed.
func (e *evaluation) crossed(before float64) {
	now := e.score.valueAt(e.at)
	t := e.Score.thresholds(e.unit.Kind)
	if before < t.Enter && now >= t.Enter {
		reason := fmt.Sprintf("lead score %.1f reached %g", now, t.Enter)
		if e.qualify(marketingRoute, e.step(e.Score.Name, reason, e.scoringEvidence()...)) {
			e.heldByScore = true
		}
	}
	if e.heldByScore {
		e.scoreFalls = e.score.fallsBelow(t.Leave, e.at, e.until)
	}
}

func (e *evaluation) scoringEvidence() []string {
	var ids []string
	for _, s := range e.scoring[max(0, len(e.scoring)-maxEvidence):] {
		if !slices.Contains(ids, s.eventID) {
			ids = append(ids, s.eventID)
		}
	}
	return ids
}

// changePlan follows the unit from plan to plan.
func (e *evaluation) changePlan() {
	switch e.signal.Meaning {
	case vocabulary.SignedUp:
		// An account has many members; one more signing up changes nothing for the others.
		if e.plan == planNone {
			e.plan = planFree
			if strings.Contains(strings.ToLower(e.text("plan")), planTrial) {
				e.plan = planTrial
			}
		}
	case vocabulary.TrialStarted:
		if e.plan != planPaid {
			e.plan = planTrial
		}
	case vocabulary.TrialEnded, vocabulary.SubscriptionCancelled:
		if e.plan != planPaid || e.signal.Meaning == vocabulary.SubscriptionCancelled {
			e.plan = planFree
		}
	case vocabulary.SubscriptionStarted:
		if e.signal.Value > 0 {
			e.plan = planPaid
		}
	}
}

// use counts an event towards product definitions.
func (e *evaluation) use(refs []usageRef) {
	for _, ref := range refs {
		p := &e.products[ref.definition]
		if ref.condition < 0 {
			continue
		}
		condition := &e.Product[ref.definition].All[ref.condition]
		x := use{at: e.at, eventID: e.signal.EventID}
		if condition.Property != "" {
			x.value = e.text(condition.Property)
		}
		p.usages[ref.condition].push(x)
		p.lastAt = e.at
	}
	last := -1
	for _, ref := range refs {
		if ref.definition != last {
			e.judgeProduct(ref.definition)
		}
		last = ref.definition
	}
}

func (e *evaluation) judgeProduct(i int) {
	definition, p := &e.Product[i], &e.products[i]
	p.expire(e.at - days(definition.WindowDays))
	if p.live || !contains(definition.Plans, e.plan) || !definition.holds(p) {
		return
	}
	if clipFit(e.score.fit) < definition.FitFloor || contains(definition.UnlessIn, e.history.position) ||
		isCustomer(e.history.position) {
		return
	}
	p.live = true
	e.qualify(productRoute, e.step(definition.Name, definition.Reason, p.evidence()...))
}

// answer reads BANT answers from a call or a form.
func (e *evaluation) answer() {
	known := false
	for i, question := range bantQuestions {
		if a := parseAnswer(e.text(question)); a != answerUnknown {
			e.answers[i], known = a, true
		}
	}
	call := e.signal.Meaning == vocabulary.CallCompleted
	outcome := ""
	if call {
		outcome = e.text("outcome")
	}
	if !known && outcome == "" {
		return
	}
	score := e.Bant.score(e.answers)
	row := BantAnswer{
		UnitKind: e.unit.Kind, UnitID: e.unit.ID, AnsweredAt: instant(e.at), EventID: e.signal.EventID,
		Budget: e.answers[0], Authority: e.answers[1], Need: e.answers[2], Timeline: e.answers[3], Score: score, Outcome: outcome,
	}
	nurture := outcome == "nurture" || outcome == "" && score < e.Bant.Threshold && (call || !slices.Contains(e.answers[:], answerUnknown))
	if nurture {
		row.RevisitAt = instant(e.at + days(e.Bant.RevisitDays))
	}
	e.bant = append(e.bant, row)
	e.actOnBant(score, call, outcome, nurture)
}

// actOnBant: good answers qualify for mql whom sales has not taken on, and for sql when a call got them; poor ones send
// to nurture. Where a call says how it ended, the stage rules decide by that; an opportunity and a customer stay.
func (e *evaluation) actOnBant(score float64, call bool, outcome string, nurture bool) {
	reason := fmt.Sprintf("BANT %g of 100", score)
	position := e.history.position
	if position == "opportunity" || isCustomer(position) {
		return
	}
	switch {
	case score >= e.Bant.Threshold && (outcome == "" || outcome == "ready"):
		if e.beforeSales() {
			e.qualify(marketingRoute, e.step(e.Bant.Name, reason))
		}
		if call && outcome == "" {
			e.move(stageSQL, e.step(e.Bant.Name, reason))
		}
	case nurture && outcome == "":
		e.move(stageNurture, e.step(e.Bant.Name, reason+", below "+strconv.FormatFloat(e.Bant.Threshold, 'g', -1, 64)))
	}
}

// conversation is what was said so far in one conversation.
type conversation struct {
	level    int8
	negative bool
	why      string
}

// hear judges a message of the prospect.
func (e *evaluation) hear() {
	e.lastMessage = e.at
	message := e.text("text")
	if message == "" {
		return
	}
	id := e.text("conversation_id")
	c := e.conversations[id]
	if c == nil {
		if e.conversations == nil {
			e.conversations = map[string]*conversation{}
		}
		c = &conversation{}
		e.conversations[id] = c
	}
	v := e.read(message)
	if c.why == "" {
		c.why = v.why
	}
	if v.level == 0 || v.level > 0 && v.level <= c.level || v.level < 0 && c.negative {
		return
	}
	e.leads = append(e.leads, ConversationLead{
		UnitKind: e.unit.Kind, UnitID: e.unit.ID, ConversationID: id, MessageID: e.signal.EventID, MessageTS: instant(e.at),
		Quote: message, Why: c.why, Level: v.level, Confidence: v.confidence, Rule: v.rule, NegativeReason: v.negative,
	})
	c.level, c.negative = max(c.level, v.level), c.negative || v.level < 0
	e.actOnVerdict(v, message)
}

func (e *evaluation) actOnVerdict(v verdict, message string) {
	switch {
	case v.level >= e.Conversation.MinLevel:
		e.qualify(conversationRoute, e.step(e.Conversation.Name, v.rule+": “"+shorten(message, 200)+"”"))
	case v.disqualifies && e.unit.Kind == Person && e.beforeSales():
		e.move(stageDisqualified, e.step(e.Conversation.Name, v.negative+": “"+shorten(message, 200)+"”"))
	}
}

// beforeSales: nobody at the company has taken the unit on, and it is no customer.
func (e *evaluation) beforeSales() bool {
	return e.history.position == "" || endedByRoute(e.history.position)
}

func shorten(text string, runes int) string {
	if r := []rune(text); len(r) > runes {
		return string(r[:runes]) + "…"
	}
	return text
}

func (e *evaluation) closeConversation() {
	id, outcome := e.text("conversation_id"), e.text("outcome")
	for i := len(e.leads) - 1; i >= 0; i-- {
		if e.leads[i].ConversationID == id {
			e.leads[i].Outcome = outcome
		}
	}
}

// Origins of a unit.
const (
	originInbound = "inbound"
	originSGL     = "sgl"
	originTGL     = "tgl"
	originProduct = "product"
)

var origins = map[string]bool{originInbound: true, "outbound": true, originSGL: true, originTGL: true, originProduct: true}

// origin is how the unit came to be more than a suspect: what the event itself says (property origin), else by the
// event that did it: signing up or using the product, a call of ours, an act of sales, or its own asking.
func (e *evaluation) origin(stage string) string {
	if said := e.text("origin"); origins[said] {
		return said
	}
	switch e.signal.Meaning {
	case vocabulary.SignedUp, vocabulary.TrialStarted, vocabulary.SubscriptionStarted:
		return originProduct
	case vocabulary.CallCompleted:
		return originTGL
	case vocabulary.LeadAccepted, vocabulary.LeadRejected, vocabulary.OpportunityCreated, vocabulary.OpportunityWon,
		vocabulary.OpportunityLost:
		return originSGL
	}
	if stage == stagePQL {
		return originProduct
	}
	return originInbound
}
