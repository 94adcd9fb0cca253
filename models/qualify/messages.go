package qualify

import (
	"strings"

	"github.com/funnelcloud/funnelcloud/queries/vocabulary"
)

// conversation is what was said so far in one conversation.
type conversation struct {
	level    int8
	negative bool
	nobuyer  bool // who writes was heard, or tagged, and disqualifies
	why      string
	asked    string // what somebody at the company, or a bot, asked last; empty once the prospect has answered

	// what the prospect said last
	lastQuote, lastMessage string
	lastAt                 int64
}

// hear judges a message of the prospect.
func (e *evaluation) hear() {
	e.lastMessage = e.at
	message := withoutMarkup(e.text("text"))
	if message == "" {
		return
	}
	id := e.text("conversation_id")
	c := e.conversation(id)
	c.lastQuote, c.lastMessage, c.lastAt = message, e.signal.EventID, e.at
	v := e.agreed(message, c.asked, e.read(message))
	if v.answers {
		message += " (asked: “" + shorten(c.asked, 200) + "”)"
	}
	c.asked = ""
	if c.why == "" && v.why != "" {
		c.why = v.why
		e.explainLeads(id, v.why)
	}
	if !c.learns(v) {
		return
	}
	e.leads = append(e.leads, ConversationLead{
		UnitKind: e.unit.Kind, UnitID: e.unit.ID, ConversationID: id, MessageID: e.signal.EventID, MessageTS: instant(e.at),
		Quote: message, Why: c.why, Level: v.level, Confidence: v.confidence, Rule: v.rule, NegativeReason: v.negative,
	})
	c.take(v)
	e.actOnVerdict(v, message)
}

// note keeps what somebody at the company, or a bot, asked.
func (e *evaluation) note() {
	if asked := withoutMarkup(e.text("text")); strings.Contains(asked, "?") {
		e.conversation(e.text("conversation_id")).asked = asked
	}
}

// agreed is the verdict on a bare yes: what it says yes to. "Would you like to talk to sales?" is the bot's, the yes is the
// prospect's. Only expressions are heard in the question: likeness knows how prospects talk.
func (e *evaluation) agreed(message, asked string, v verdict) verdict {
	if asked == "" || v.level != 0 || !e.patterns.yes.MatchString(plain(message).folded) {
		return v
	}
	said := e.express(plain(asked), asked)
	if said.level < e.Conversation.MinLevel {
		return v
	}
	return verdict{level: said.level, confidence: said.confidence, rule: "yes to " + said.rule, why: v.why, answers: true}
}

// learns reports whether a message says more than is known: a higher level, a first reason against, or who writes. Once that is
// known to be a student, say, a price asked for in the next message is a student's too.
func (c *conversation) learns(v verdict) bool {
	switch {
	case v.level > 0:
		return v.level > c.level && !c.nobuyer
	case v.level < 0:
		return !c.negative || v.disqualifies && !c.nobuyer
	default:
		return false
	}
}

func (c *conversation) take(v verdict) {
	c.level, c.negative, c.nobuyer = max(c.level, v.level), c.negative || v.level < 0, v.level < 0 && (v.disqualifies || c.nobuyer)
}

// explainLeads gives a reason to what was heard before it was stated: "Talk to sales" comes first, what for comes later.
func (e *evaluation) explainLeads(conversationID, why string) {
	for i := range e.leads {
		if lead := &e.leads[i]; lead.ConversationID == conversationID && lead.Why == "" && lead.Level > 0 {
			lead.Why = why
		}
	}
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
	if e.signal.Meaning == vocabulary.MeetingBooked {
		outcome = vocabulary.MeetingBooked
	}
	if id == "" && e.signal.Meaning == vocabulary.MeetingBooked || outcome == "" {
		return // a meeting of no conversation, or a closing that doesn't say how
	}
	for i := len(e.leads) - 1; i >= 0; i-- {
		if e.leads[i].ConversationID == id {
			e.leads[i].Outcome = outcome
		}
	}
}
