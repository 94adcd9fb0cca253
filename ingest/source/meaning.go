package source

import (
	_ "embed" // meanings.yaml
	"strings"
	"sync"
	"unicode"

	"github.com/goccy/go-yaml/parser"

	"github.com/funnelcloud/funnelcloud/queries/vocabulary"
)

//go:embed meanings.yaml
var usual []byte

// usualMeanings are what companies usually call the events of the funnel: source files take them with usual_meanings.
var usualMeanings = sync.OnceValue(func() []entry {
	r := &reader{file: "meanings.yaml"}
	document, err := parser.ParseBytes(usual, 0)
	if err != nil {
		return nil // TestUsualMeaningsAreOfTheVocabulary
	}
	return r.entries(document.Docs[0].Body)
})

// meaningRule says what the events of one name mean: the same for all kinds, or by kind.
type meaningRule struct {
	any    *meaningOf
	byKind map[string]**meaningOf
}

// meaningOf is a meaning of the vocabulary, or an expression that gives one.
type meaningOf struct {
	word       string
	expression *expression
}

// meaning sets the event's meaning from its name, unless a field has set it.
func (m *Mapper) meaning() *fault {
	e := &m.event
	if e.Meaning == "" && e.Name != "" {
		rule := m.rule(e.Name)
		of := rule.any
		if special := rule.byKind[e.Kind]; special != nil {
			of = *special
		}
		if of == nil {
			return nil
		}
		if of.expression == nil {
			e.Meaning = of.word
			return nil
		}
		v, err := of.expression.eval(m)
		if err != nil {
			return faultf(ReasonExpressionFailed, "meaning of %q: %v", clip(e.Name), err)
		}
		e.Meaning = m.textOf(v)
	}
	if e.Meaning != "" && !isMeaning(e.Meaning) {
		return faultf(ReasonUnknownMeaning, "meaning %q is not in the vocabulary", clip(e.Meaning))
	}
	return nil
}

// noRule stands for names that mean nothing special.
var noRule = &meaningRule{}

// rule finds the rule of a name. Spellings are folded once and remembered.
func (m *Mapper) rule(name string) *meaningRule {
	if len(m.source.meanings) == 0 {
		return noRule
	}
	if r, ok := m.meanings[name]; ok {
		return r
	}
	r := m.source.meanings[foldName(name)]
	if r == nil {
		r = noRule
	}
	if len(m.meanings) >= maxSpellings {
		clear(m.meanings)
	}
	m.meanings[strings.Clone(name)] = r
	return r
}

// foldName makes the usual spellings of an event's name one: Signed Up, signed_up, signedUp and SIGNED-UP are signedup.
func foldName(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

func isMeaning(word string) bool {
	_, ok := meaningSet[word]
	return ok
}

var meaningSet = func() map[string]struct{} {
	set := make(map[string]struct{}, len(vocabulary.Meanings))
	for _, word := range vocabulary.Meanings {
		set[word] = struct{}{}
	}
	return set
}()
