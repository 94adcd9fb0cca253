package qualify

import (
	"strings"

	"github.com/valyala/fastjson"
)

// TagRule says what it means that somebody tagged a conversation by hand: a judgement that overrules the words. Tags are
// compared in lower case, with spaces and hyphens as underscores.
type TagRule struct {
	Tag          words  `yaml:"tag"`
	Level        int8   `yaml:"level"`        // 1 to 3; 0 with a reason
	Reason       string `yaml:"reason"`       // why not to call, instead of a level
	Disqualifies bool   `yaml:"disqualifies"` // a person who is not yet with sales
}

func (t *TagRule) check(p place) {
	if len(t.Tag) == 0 {
		p.faultf("a rule for tags needs a tag")
	}
	if (t.Reason == "") == (t.Level == 0) || t.Level < 0 || t.Level > 3 {
		p.faultf("tag %q: needs either a level 1 to 3 or a reason", strings.Join(t.Tag, ", "))
	}
}

// tagVerdict is what the tags of the signal say; level 0 where they say nothing. The most decided tag counts: the highest
// level, else the first reason.
func (e *evaluation) tagVerdict() verdict {
	var v verdict
	tags := tagsOf(e.view.reader.get("tag"), e.view.reader.get("tags"))
	for i := range e.Conversation.Tags {
		rule := &e.Conversation.Tags[i]
		for _, tag := range rule.Tag {
			if !tags[plainTag(tag)] || rule.Level <= v.level && v.rule != "" {
				continue
			}
			v = verdict{level: rule.Level, confidence: 1, rule: "tag " + plainTag(tag)}
			if rule.Reason != "" {
				v.level, v.negative, v.disqualifies = -1, rule.Reason, rule.Disqualifies
			}
		}
	}
	return v
}

// tagsOf reads the properties tag and tags: a text, a list of texts or of objects with a name, or an object that holds
// such a list under tags, as Intercom writes it.
func tagsOf(properties ...*fastjson.Value) map[string]bool {
	found := map[string]bool{}
	var read func(v *fastjson.Value)
	read = func(v *fastjson.Value) {
		if v == nil {
			return
		}
		switch v.Type() {
		case fastjson.TypeString:
			found[plainTag(string(v.GetStringBytes()))] = true
		case fastjson.TypeArray:
			for _, item := range v.GetArray() {
				read(item)
			}
		case fastjson.TypeObject:
			read(v.Get("name"))
			read(v.Get("tags"))
		default: // numbers and booleans name no tag
		}
	}
	for _, p := range properties {
		read(p)
	}
	return found
}

func plainTag(tag string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return '_'
		}
		return r
	}, strings.ToLower(strings.TrimSpace(tag)))
}

// hearTags judges the conversation of the signal by its tags, whoever's message they came with.
func (e *evaluation) hearTags() {
	if len(e.Conversation.Tags) == 0 || e.signal.Properties == "" {
		return
	}
	v := e.tagVerdict()
	if v.level == 0 {
		return
	}
	id := e.text("conversation_id")
	c := e.conversation(id)
	quote, message, at := c.lastQuote, c.lastMessage, c.lastAt
	if message == "" {
		message, at = e.signal.EventID, e.at // tagged before anything was said
	}
	if v.level > 0 && v.level <= c.level || v.level < 0 && c.negative {
		return
	}
	e.leads = append(e.leads, ConversationLead{
		UnitKind: e.unit.Kind, UnitID: e.unit.ID, ConversationID: id, MessageID: message, MessageTS: instant(at),
		Quote: quote, Why: c.why, Level: v.level, Confidence: v.confidence, Rule: v.rule, NegativeReason: v.negative,
	})
	c.take(v)
	e.actOnVerdict(v, quote)
}

// conversation is what is known of one, from its first mention on.
func (e *evaluation) conversation(id string) *conversation {
	c := e.conversations[id]
	if c == nil {
		if e.conversations == nil {
			e.conversations = map[string]*conversation{}
		}
		c = &conversation{}
		e.conversations[id] = c
	}
	return c
}
