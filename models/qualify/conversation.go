package qualify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
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
	// Yes are expressions of which one is all that a message says: it agrees to what was asked.
	Yes words `yaml:"yes"`
	// Why are expressions with one group: the stated use or problem.
	Why words `yaml:"why"`
	// Likeness is heard where none of the above is.
	Likeness LikenessDefinition `yaml:"likeness"`
}

// IntentPattern is one way to say it.
type IntentPattern struct {
	Rule       string  `yaml:"rule"`
	Level      int8    `yaml:"level"`
	Confidence float64 `yaml:"confidence"`
	Match      words   `yaml:"match"`
	// Sentences are ways to say it that no order of words bounds.
	Sentences []SentenceRule `yaml:"sentences"`
}

// NegativePattern is a reason not to call.
type NegativePattern struct {
	Reason string `yaml:"reason"`
	// Confidence is the probability that it is meant where it is heard: 0.95 of those who overrule and 0.88 of the others where it
	// is not given. Of 1 it always holds.
	Confidence float64 `yaml:"confidence"`
	// Overrules intent in the same message; support, which does not, may well come from a buyer.
	Overrules bool `yaml:"overrules"`
	// Disqualifies a person who is not yet with sales.
	Disqualifies bool           `yaml:"disqualifies"`
	Match        words          `yaml:"match"`
	Sentences    []SentenceRule `yaml:"sentences"`
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
		checkSentences(intent.Sentences, at)
	}
	c.Likeness.check(p.key("likeness"))
	for i := range c.Negatives {
		c.Negatives[i].check(p.key("negatives").item(i))
	}
}

func (n *NegativePattern) check(p place) {
	if !(n.Confidence >= 0 && n.Confidence <= 1) {
		p.key("confidence").faultf("confidence %g: must be above 0 and up to 1", n.Confidence)
	}
	checkSentences(n.Sentences, p)
}

// sureness is the confidence of the reason where it is heard. The defaults are by cross-validation on the tuning messages.
func (n *NegativePattern) sureness() float64 {
	if n.Overrules {
		return cmp.Or(n.Confidence, 0.95)
	}
	return cmp.Or(n.Confidence, 0.88)
}

func checkSentences(rules []SentenceRule, p place) {
	for i := range rules {
		rules[i].check(p.key("sentences").item(i))
	}
}

// conversationProgram holds the expressions of the definition. Every way to say something is an expression of its own:
// most messages hold no literal of most of them, and a hundred ways in one expression would all be run for each.
type conversationProgram struct {
	intents     []heard
	negatives   []heard
	negators    pattern
	notNegators pattern
	why         []pattern
	yes         pattern
	index       *literalIndex
	likeness    likeness // nil: not listened for
}

// heard are the compiled ways to say one thing.
type heard struct {
	phrases   []pattern
	sentences []sentenceProgram
}

func (c *ConversationDefinition) compile(p place) *conversationProgram {
	out := &conversationProgram{}
	index := &literalIndex{}
	alone := func(at place, alternatives words, wrap string) pattern {
		if len(alternatives) == 0 {
			wrap, alternatives = "%s", words{matchesNothing}
		}
		expression, err := compilePattern(fmt.Sprintf(wrap, strings.Join(alternatives, "|")))
		if err != nil {
			at.faultf("%w", err)
		}
		return expression
	}
	one := func(at place, alternatives words, wrap string) pattern {
		return index.add(alone(at, alternatives, wrap))
	}
	each := func(at place, alternatives words) []pattern {
		patterns := make([]pattern, len(alternatives))
		for i, a := range alternatives {
			patterns[i] = one(at, words{a}, `\b(?:%s)`)
		}
		return patterns
	}
	ways := func(at place, match words, rules []SentenceRule) heard {
		h := heard{phrases: each(at.key("match"), match)}
		for i, rule := range rules {
			in := at.key("sentences").item(i)
			s := sentenceProgram{}
			for _, group := range slices.Concat([]words{rule.Unless}, rule.All) {
				var ways []pattern
				for _, alternative := range apart(group) {
					ways = append(ways, one(in, words{alternative}, `(?:%s)`))
				}
				s.all = append(s.all, ways)
			}
			s.unless, s.all = s.all[0], s.all[1:]
			h.sentences = append(h.sentences, s)
		}
		return h
	}
	for i, intent := range c.Intents {
		out.intents = append(out.intents, ways(p.key("intents").item(i), intent.Match, intent.Sentences))
	}
	for i, n := range c.Negatives {
		out.negatives = append(out.negatives, ways(p.key("negatives").item(i), n.Match, n.Sentences))
	}
	out.index = index
	out.likeness = c.Likeness.program()
	out.negators = alone(p.key("negators"), c.Negators, `(?:^|[^a-z'])(?:%s)(?:[^a-z']|$)`)
	out.yes = alone(p.key("yes"), c.Yes, `^[^\pL\pN]*(?:%s)[^\pL\pN]*$`)
	out.notNegators = alone(p.key("not_negators"), c.NotNegators, `(?:%s)`)
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
	answers      bool    // a yes to what was asked
	denied       float64 // confidence of the surest intent that was said with a negation
}

// read judges one message of a prospect: by the expressions, weighed by likeness.
func (d *Definitions) read(message string) verdict {
	text := plain(message)
	whole := ownLines(text.folded)
	text.folded = ownWords(whole)
	return d.weigh(d.express(text, message), whole)
}

// express is the verdict of the expressions alone.
func (d *Definitions) express(text plainText, message string) verdict {
	possible := d.patterns.index.possible(text.folded)
	sentences := sentencesOf(text.folded)
	v := verdict{why: d.patterns.stated(text, message, possible)}
	var sureness float64
	for i, n := range d.Conversation.Negatives {
		said := &d.patterns.negatives[i]
		if matchAny(said.phrases, text.folded, possible) || d.patterns.hears(said.sentences, sentences, possible, false) {
			v.negative, v.disqualifies, v.rule, sureness = n.Reason, n.Disqualifies, n.Reason, n.sureness()
			if n.Overrules {
				v.level, v.confidence = -1, n.sureness()
				return v
			}
			break
		}
	}
	for i, p := range d.Conversation.Intents {
		said := &d.patterns.intents[i]
		if p.Level <= v.level || v.negative != "" && p.Confidence < outweighed {
			continue
		}
		affirmed, denied := d.patterns.affirmed(said.phrases, text.folded, possible)
		switch {
		case affirmed || d.patterns.hears(said.sentences, sentences, possible, true):
			v.level, v.confidence, v.rule = p.Level, p.Confidence, p.Rule
		case denied && p.Level >= levelOfIntent:
			v.denied = max(v.denied, p.Confidence)
		}
	}
	switch {
	case v.level > 0:
		v.negative, v.disqualifies = "", false
	case v.negative != "":
		v.level, v.confidence = -1, sureness
	}
	return v
}

// outweighed: less confident intents don't count beside a reason against, such as a problem with an invoice.
const outweighed = 0.75

func matchAny(expressions []pattern, text string, possible possibility) bool {
	return slices.ContainsFunc(expressions, func(p pattern) bool { return possible.of(p) && p.MatchString(text) })
}

// affirmed reports whether one of the expressions matches somewhere without being negated there, and denied whether they match
// only where they are negated.
func (p *conversationProgram) affirmed(expressions []pattern, text string, possible possibility) (affirmed, denied bool) {
	for _, expression := range expressions {
		if !possible.of(expression) {
			continue
		}
		for _, match := range expression.FindAllStringIndex(text, -1) {
			if !p.negated(clauseBefore(text, match[0])) {
				return true, false
			}
			denied = true
		}
	}
	return false, denied
}

const wordsThatNegate = 6

func (p *conversationProgram) negated(before string) bool {
	fields := strings.Fields(before)
	return p.negates(strings.Join(fields[max(0, len(fields)-wordsThatNegate):], " "))
}

// negates reports whether a text holds a negator.
func (p *conversationProgram) negates(text string) bool {
	return p.negators.MatchString(p.notNegators.ReplaceAllString(text, ""))
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
