package qualify

import (
	"math"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// LikenessDefinition hears messages that no expression foresees by their likeness to messages that a person has labelled:
// naive Bayes over words and pairs of words (Maron 1961). Expressions come first: they say why, and negation is theirs.
type LikenessDefinition struct {
	AtLeast    float64          `yaml:"at_least"`   // probability of the class below which nothing is heard; 0: do not listen
	Level      int8             `yaml:"level"`      // of a message that is like intents
	Confidence float64          `yaml:"confidence"` // of such a verdict: how often it is right, as measured
	Messages   []LabelledSaying `yaml:"messages"`   // of yours, beside the built-in ones
	// Learnt is a digest of the built-in messages, so that the definition's hash changes with them.
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
	if !(l.AtLeast >= 0.5 && l.AtLeast < 1) {
		p.key("at_least").faultf("at_least %g: a probability from 0.5 to below 1, or 0 for no likeness", l.AtLeast)
	}
	if l.Level < 1 || l.Level > 3 {
		p.key("level").faultf("level %d: levels are 1 to 3", l.Level)
	}
	if !(l.Confidence > 0 && l.Confidence <= 1) {
		p.key("confidence").faultf("confidence %g: must be above 0 and up to 1", l.Confidence)
	}
	for i, m := range l.Messages {
		if m.Said == "" || m.Text == "" {
			p.key("messages").item(i).faultf("a labelled message needs said and text")
		}
	}
}

// likeness is what was learnt from labelled messages. Nothing in it changes after learning.
type likeness struct {
	classes []string
	priors  []float64            // logarithms
	weights map[string][]float64 // by feature: logarithm of its share among the messages of each class
}

// smoothing is what a feature that a class never had counts for. Chosen by cross-validation on the tuning messages.
const smoothing = 0.01

func learn(messages []LabelledSaying) *likeness {
	totals, counts := map[string]int{}, map[string]map[string]int{}
	for _, m := range messages {
		totals[m.Said]++
		for _, f := range featuresOf(plain(m.Text).folded) {
			if counts[f] == nil {
				counts[f] = map[string]int{}
			}
			counts[f][m.Said]++
		}
	}
	l := &likeness{weights: make(map[string][]float64, len(counts))}
	for class := range totals {
		l.classes = append(l.classes, class)
	}
	slices.Sort(l.classes)
	for _, class := range l.classes {
		l.priors = append(l.priors, math.Log(float64(totals[class])/float64(len(messages))))
	}
	for f, by := range counts {
		weights := make([]float64, len(l.classes))
		for i, class := range l.classes {
			weights[i] = math.Log((float64(by[class]) + smoothing) / (float64(totals[class]) + 2*smoothing))
		}
		l.weights[f] = weights
	}
	return l
}

// class is the likeliest class of a folded text and its probability, "" for a text without a known word.
func (l *likeness) class(folded string) (class string, probability float64) {
	scores, known := slices.Clone(l.priors), 0
	for _, f := range featuresOf(folded) {
		if weights := l.weights[f]; weights != nil {
			known++
			for i, w := range weights {
				scores[i] += w
			}
		}
	}
	if known == 0 {
		return "", 0
	}
	best, sum := slices.Max(scores), 0.0
	for _, s := range scores {
		sum += math.Exp(s - best)
	}
	return l.classes[slices.Index(scores, best)], 1 / sum
}

// featuresOf are the words of a folded text and the pairs of neighbours, each once. All numbers are one word, and question
// and exclamation marks are words.
func featuresOf(folded string) []string {
	var tokens []string
	fields := strings.FieldsFunc(separated.Replace(folded), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' && r != '?' && r != '!'
	})
	for _, word := range fields {
		if strings.Trim(word, "0123456789") == "" {
			word = "#"
		}
		tokens = append(tokens, word)
	}
	features := slices.Clone(tokens)
	for i := 1; i < len(tokens); i++ {
		features = append(features, tokens[i-1]+" "+tokens[i])
	}
	slices.Sort(features)
	return slices.Compact(features)
}

var separated = strings.NewReplacer("?", " ? ", "!", " ! ")

// builtinMessages are those that come with the program, but for the test split.
var builtinMessages = sync.OnceValue(func() []LabelledSaying {
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
})

var builtinLikeness = sync.OnceValue(func() *likeness { return learn(builtinMessages()) })

// program learns from the built-in messages and the user's.
func (l *LikenessDefinition) program() *likeness {
	if l.AtLeast == 0 {
		return nil
	}
	l.Learnt = digest(labelledMessages)
	if len(l.Messages) == 0 {
		return builtinLikeness()
	}
	return learn(slices.Concat(builtinMessages(), l.Messages))
}

// resembles is the verdict by likeness alone. It disqualifies nobody: that is for words that can be quoted. And since "not
// now, maybe in May" has the words of "now, or in May", nothing with a negation in it is intent.
func (d *Definitions) resembles(folded string) verdict {
	definition := &d.Conversation.Likeness
	if d.patterns.likeness == nil {
		return verdict{}
	}
	class, probability := d.patterns.likeness.class(folded)
	if probability < definition.AtLeast || class == ClassNone {
		return verdict{}
	}
	v := verdict{level: -1, confidence: definition.Confidence, rule: "sounds_like_" + class}
	switch class {
	case ClassIntent:
		if d.patterns.negates(folded) {
			return verdict{}
		}
		v.level = definition.Level
	case ClassInterest:
		v.level = min(1, definition.Level)
	default:
		v.negative = class
	}
	return v
}
