package qualify

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// ConversationDefinition says which words of a prospect are intent to buy (a CQL). Expressions are RE2 and meet the
// message in lower case, without accents, with plain apostrophes.
type ConversationDefinition struct {
	Named     `yaml:",inline"`
	MinLevel  int8              `yaml:"min_level"`  // least level that qualifies
	LapseDays float64           `yaml:"lapse_days"` // after the prospect's last message, a CQL no more
	Intents   []IntentPattern   `yaml:"intents"`
	Negatives []NegativePattern `yaml:"negatives"`
	// Tags are what people at the company said of a conversation by hand.
	Tags []TagRule `yaml:"tags"`
	// Negators are words that, shortly before an intent in the same clause, turn it around.
	Negators words `yaml:"negators"`
	// NotNegators are phrases that hold a negator but don't negate: "no problem".
	NotNegators words `yaml:"not_negators"`
	// Why are expressions with one group: the stated use or problem.
	Why words `yaml:"why"`
}

// IntentPattern is one way to say it.
type IntentPattern struct {
	Rule       string  `yaml:"rule"`
	Level      int8    `yaml:"level"`
	Confidence float64 `yaml:"confidence"`
	Match      words   `yaml:"match"`
}

// NegativePattern is a reason not to call.
type NegativePattern struct {
	Reason string `yaml:"reason"`
	// Overrules intent in the same message; support, which does not, may well come from a buyer.
	Overrules bool `yaml:"overrules"`
	// Disqualifies a person who is not yet with sales.
	Disqualifies bool  `yaml:"disqualifies"`
	Match        words `yaml:"match"`
}

func (c *ConversationDefinition) check(p place) {
	c.Named.check(p)
	if c.MinLevel < 1 || c.MinLevel > 3 {
		p.key("min_level").faultf("min_level %d: levels are 1 to 3", c.MinLevel)
	}
	if !positive(c.LapseDays) {
		p.key("lapse_days").faultf("lapse_days must be above 0")
	}
	for i := range c.Tags {
		c.Tags[i].check(p.key("tags").item(i))
	}
	for i, intent := range c.Intents {
		at := p.key("intents").item(i)
		if intent.Rule == "" || intent.Level < 1 || intent.Level > 3 {
			at.faultf("intent %q: needs a rule to name it by and a level 1 to 3", intent.Rule)
		}
		if !(intent.Confidence > 0 && intent.Confidence <= 1) {
			at.key("confidence").faultf("confidence %g: must be above 0 and up to 1", intent.Confidence)
		}
	}
}

// conversationProgram holds the expressions of the definition. Every way to say something is an expression of its own:
// most messages hold no literal of most of them, and a hundred ways in one expression would all be run for each.
type conversationProgram struct {
	intents     [][]pattern
	negatives   [][]pattern
	negators    pattern
	notNegators pattern
	why         []pattern
	index       *literalIndex
}

func (c *ConversationDefinition) compile(p place) *conversationProgram {
	out := &conversationProgram{}
	index := &literalIndex{}
	one := func(at place, alternatives words, wrap string) pattern {
		if len(alternatives) == 0 {
			wrap, alternatives = "%s", words{matchesNothing}
		}
		expression, err := compilePattern(fmt.Sprintf(wrap, strings.Join(alternatives, "|")))
		if err != nil {
			at.faultf("%w", err)
		}
		return index.add(expression)
	}
	each := func(at place, alternatives words) []pattern {
		patterns := make([]pattern, len(alternatives))
		for i, a := range alternatives {
			patterns[i] = one(at, words{a}, `\b(?:%s)`)
		}
		return patterns
	}
	for i, intent := range c.Intents {
		out.intents = append(out.intents, each(p.key("intents").item(i).key("match"), intent.Match))
	}
	for i, n := range c.Negatives {
		out.negatives = append(out.negatives, each(p.key("negatives").item(i).key("match"), n.Match))
	}
	out.index = index
	out.negators = one(p.key("negators"), c.Negators, `(?:^|[^a-z'])(?:%s)(?:[^a-z']|$)`)
	out.notNegators = one(p.key("not_negators"), c.NotNegators, `(?:%s)`)
	for i, w := range c.Why {
		out.why = append(out.why, one(p.key("why").item(i), words{w}, `\b(?:%s)`))
	}
	return out
}

// matchesNothing is the expression of an empty list: a list without alternatives would match everywhere.
const matchesNothing = `[^\s\S]`

// verdict on one message. Level 0: it says nothing of buying.
type verdict struct {
	level        int8
	confidence   float64
	rule         string
	negative     string
	disqualifies bool
	why          string
}

// read judges one message of a prospect.
func (d *Definitions) read(message string) verdict {
	text := plain(message)
	possible := d.patterns.index.possible(text.folded)
	v := verdict{why: d.patterns.stated(text, message, possible)}
	for i, n := range d.Conversation.Negatives {
		if matchAny(d.patterns.negatives[i], text.folded, possible) {
			v.negative, v.disqualifies, v.rule = n.Reason, n.Disqualifies, n.Reason
			if n.Overrules {
				v.level, v.confidence = -1, 0.9
				return v
			}
			break
		}
	}
	for i, p := range d.Conversation.Intents {
		if p.Level > v.level && d.patterns.affirmed(d.patterns.intents[i], text.folded, possible) {
			v.level, v.confidence, v.rule = p.Level, p.Confidence, p.Rule
		}
	}
	if v.level > 0 {
		v.negative, v.disqualifies = "", false
	} else if v.negative != "" {
		v.level, v.confidence = -1, 0.8
	}
	return v
}

func matchAny(expressions []pattern, text string, possible possibility) bool {
	return slices.ContainsFunc(expressions, func(p pattern) bool { return possible.of(p) && p.MatchString(text) })
}

// affirmed reports whether one of the expressions matches somewhere without being negated there.
func (p *conversationProgram) affirmed(expressions []pattern, text string, possible possibility) bool {
	for _, expression := range expressions {
		if !possible.of(expression) {
			continue
		}
		for _, match := range expression.FindAllStringIndex(text, -1) {
			if !p.negated(clauseBefore(text, match[0])) {
				return true
			}
		}
	}
	return false
}

const wordsThatNegate = 5

func (p *conversationProgram) negated(before string) bool {
	fields := strings.Fields(before)
	before = strings.Join(fields[max(0, len(fields)-wordsThatNegate):], " ")
	before = p.notNegators.ReplaceAllString(before, "")
	return p.negators.MatchString(before)
}

// clauseBefore is the part of the clause that lies before a position: "but", "pero", "aunque" and punctuation end one.
func clauseBefore(text string, end int) string {
	before := text[:end]
	if i := strings.LastIndexAny(before, ".,;:!?\n()"); i >= 0 {
		before = before[i+1:]
	}
	for _, turn := range []string{" but ", " pero ", " aunque ", " sino ", " however "} {
		if i := strings.LastIndex(before, turn); i >= 0 {
			before = before[i+len(turn):]
		}
	}
	return before
}

// stated returns the use or problem in the prospect's own words.
func (p *conversationProgram) stated(text plainText, original string, possible possibility) string {
	for _, expression := range p.why {
		if !possible.of(expression) {
			continue
		}
		if m := expression.FindStringSubmatchIndex(text.folded); len(m) >= 4 && m[2] >= 0 {
			return strings.TrimSpace(original[text.from[m[2]]:text.from[m[3]]])
		}
	}
	return ""
}

// plainText is a message folded for matching, with the way back: from[i] is where byte i came from.
type plainText struct {
	folded string
	from   []int
}

func plain(message string) plainText {
	var b strings.Builder
	from := make([]int, 0, len(message)+1)
	for i, r := range message {
		folded := fold(unicode.ToLower(r))
		for range len(string(folded)) {
			from = append(from, i)
		}
		b.WriteRune(folded)
	}
	return plainText{folded: b.String(), from: append(from, len(message))}
}

func fold(r rune) rune {
	switch r {
	case 'á', 'à', 'â', 'ä', 'ã':
		return 'a'
	case 'é', 'è', 'ê', 'ë':
		return 'e'
	case 'í', 'ì', 'î', 'ï':
		return 'i'
	case 'ó', 'ò', 'ô', 'ö', 'õ':
		return 'o'
	case 'ú', 'ù', 'û', 'ü':
		return 'u'
	case '’', '‘', '`', '´':
		return '\''
	case '\u00a0', '\t':
		return ' '
	default:
		return r
	}
}
