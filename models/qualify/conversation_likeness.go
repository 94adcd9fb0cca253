package qualify

import (
	"cmp"
	"slices"
	"sync"
)

// LikenessDefinition weighs what the expressions heard, and hears what none foresees, by the likeness of a message to messages
// that a person has labelled: multinomial logistic regression over words, pairs, letters and concepts. An expression adds the
// log-odds of its confidence to its class, as Bayes has it for evidence of its own; one of confidence 1 is not weighed.
type LikenessDefinition struct {
	AtLeast  float64          `yaml:"at_least"` // probability from which a message is intent; 0: do not listen
	Level    int8             `yaml:"level"`    // of a message that is like intents and that no expression heard
	Messages []LabelledSaying `yaml:"messages"` // of yours, beside the built-in ones
	// Learnt is a digest of the built-in weights, so that the definition's hash changes with them.
	Learnt string `yaml:"-"`
}

// LabelledSaying is a message of a prospect and the class that a person puts it into.
type LabelledSaying struct {
	Said string `yaml:"said"`
	Text string `yaml:"text"`
}

func (l *LikenessDefinition) check(p place) {
	if l.AtLeast == 0 {
		return
	}
	if !(l.AtLeast > 0 && l.AtLeast < 1) {
		p.key("at_least").faultf("at_least %g: a probability above 0 and below 1, or 0 for no likeness", l.AtLeast)
	}
	if l.Level < 1 || l.Level > 3 {
		p.key("level").faultf("level %d: levels are 1 to 3", l.Level)
	}
	for i, m := range l.Messages {
		if m.Said == "" || m.Text == "" {
			p.key("messages").item(i).faultf("a labelled message needs said and text")
		}
	}
}

// likeness yields the table when a first message is read: whoever evaluates no conversation pays nothing.
type likeness func() *likenessTable

// program is the likeness of the definition, nil where it is turned off. Messages of the user's are learnt beside the
// built-in ones, in about a second, when a first message is read.
func (l *LikenessDefinition) program() likeness {
	if l.AtLeast == 0 {
		return nil
	}
	l.Learnt = digest(likenessFile)
	if len(l.Messages) == 0 {
		return builtinTable
	}
	yours := l.Messages
	return sync.OnceValue(func() *likenessTable { return train(builtinMessages(), yours) })
}

// builtinMessages are those that come with the program and that likeness may learn from.
func builtinMessages() []LabelledSaying {
	all, err := Labelled()
	if err != nil {
		panic(err) // they are part of the program
	}
	var tuning []LabelledSaying
	for _, m := range all {
		if m.Split == tuningSplit {
			tuning = append(tuning, LabelledSaying{m.Said, m.Text})
		}
	}
	return tuning
}

// levelOfIntent is from where on an expression speaks for intent; below, for interest.
const levelOfIntent = 2

// class is what the expressions heard, in one word; empty for nothing.
func (v *verdict) class() string {
	switch {
	case v.level >= levelOfIntent:
		return ClassIntent
	case v.level > 0:
		return ClassInterest
	default:
		return v.negative
	}
}

// weigh holds a verdict by expressions against likeness. Likeness alone disqualifies nobody: that is for words that can be
// quoted.
func (d *Definitions) weigh(v verdict, folded string) verdict {
	if d.patterns.likeness == nil || v.confidence >= 1 {
		return v
	}
	table, definition := d.patterns.likeness(), &d.Conversation.Likeness
	heard := v.class()
	if heard != "" && !slices.Contains(table.classes, heard) {
		return v // a reason of the user's own, of which likeness knows nothing
	}
	var room [16]float64
	p := table.probabilities(room[:0], folded)
	table.add(p, heard, v.confidence)
	if heard != ClassIntent {
		table.add(p, ClassIntent, 1-v.denied)
	}
	class, probability := table.likeliest(p, heard, definition.AtLeast)
	if class == heard {
		v.confidence = probability
		return v
	}
	said := verdict{level: -1, confidence: probability, rule: "sounds_like_" + class, negative: class, why: v.why}
	switch class {
	case ClassIntent:
		said.level, said.negative = definition.Level, ""
	case ClassInterest:
		said.level, said.negative = min(1, definition.Level), ""
	case ClassNone:
		said = verdict{why: v.why}
	}
	return said
}

// certain keeps the odds of a denial by an expression of confidence 1 finite.
const certain = 1e-6

// add takes what an expression heard of a class, or denied, as odds. 1 of no class and denials of nothing change nothing.
func (t *likenessTable) add(p []float64, class string, confidence float64) {
	if i := slices.Index(t.classes, class); i >= 0 && confidence < 1 {
		p[i] *= max(confidence, certain) / (1 - confidence)
	}
}

// likeliest picks a class and its probability: intent from atLeast on, else the likeliest. Where that is intent, but not likely
// enough, it is what the expressions heard, of which nobody is surer than that.
func (t *likenessTable) likeliest(p []float64, heard string, atLeast float64) (string, float64) {
	sum := 0.0
	for _, x := range p {
		sum += x
	}
	best := 0
	for i, class := range t.classes {
		p[i] /= sum
		if class == ClassIntent && p[i] >= atLeast {
			return class, p[i]
		}
		if p[i] > p[best] {
			best = i
		}
	}
	if t.classes[best] == ClassIntent {
		best = max(0, slices.Index(t.classes, cmp.Or(heard, ClassNone)))
	}
	return t.classes[best], p[best]
}
