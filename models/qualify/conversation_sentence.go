package qualify

import (
	"regexp/syntax"
	"slices"
	"strings"
)

// SentenceRule hears what no list of phrases foresees: a sentence that holds one expression of every group, in any order, and
// none of unless. "What would that come to for nine of us?" has a price and an asking in it, whatever stands between.
type SentenceRule struct {
	All    []words `yaml:"all"`    // the first group is what negation is looked for before
	Unless words   `yaml:"unless"` // jokes, the past, somebody else's
}

func (s *SentenceRule) check(p place) {
	if len(s.All) == 0 || slices.ContainsFunc(s.All, func(group words) bool { return len(group) == 0 }) {
		p.faultf("a rule for sentences needs all: lists of expressions, none of them empty")
	}
}

// sentenceProgram is a compiled SentenceRule.
type sentenceProgram struct {
	all    [][]pattern // one of each must match
	unless []pattern
}

// hears reports whether one of the rules holds in one of the sentences.
func (p *conversationProgram) hears(rules []sentenceProgram, sentences []string, possible possibility, negatable bool) bool {
	return slices.ContainsFunc(rules, func(rule sentenceProgram) bool {
		if slices.ContainsFunc(rule.all, func(group []pattern) bool { return !slices.ContainsFunc(group, possible.of) }) {
			return false
		}
		return slices.ContainsFunc(sentences, func(sentence string) bool { return p.holds(rule, sentence, possible, negatable) })
	})
}

func (p *conversationProgram) holds(rule sentenceProgram, sentence string, possible possibility, negatable bool) bool {
	for _, group := range rule.all {
		if !matchAny(group, sentence, possible) {
			return false
		}
	}
	if matchAny(rule.unless, sentence, possible) {
		return false
	}
	if !negatable {
		return true
	}
	affirmed, _ := p.affirmed(rule.all[0], sentence, possible)
	return affirmed
}

// apart takes \b(?:a|bc|d)\b to pieces, so that a text in which none of a piece's letters occur need not be searched for it.
// Pieces too short to be told by their letters stay together.
func apart(expressions words) words {
	var pieces words
	for _, expression := range expressions {
		inner, ok := strings.CutPrefix(expression, `\b(?:`)
		inner, closed := strings.CutSuffix(inner, `)\b`)
		alternatives, balanced := topLevel(inner)
		if !ok || !closed || !balanced {
			pieces = append(pieces, expression)
			continue
		}
		var short words
		for _, a := range alternatives {
			piece := `\b(?:` + a + `)\b`
			if tree, err := syntax.Parse(piece, syntax.Perl); err != nil || shortest(requiredLiterals(tree)) < literalStart {
				short = append(short, a)
				continue
			}
			pieces = append(pieces, piece)
		}
		if len(short) > 0 {
			pieces = append(pieces, `\b(?:`+strings.Join(short, "|")+`)\b`)
		}
	}
	return pieces
}

// topLevel cuts at the bars outside of parentheses and brackets; not balanced where a parenthesis closes that none opened.
func topLevel(expression string) (alternatives words, balanced bool) {
	depth, start, class := 0, 0, false
	for i := 0; i < len(expression); i++ {
		switch c := expression[i]; {
		case c == '\\':
			i++
		case class:
			class = c != ']'
		case c == '[':
			class = true
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth < 0 {
				return nil, false
			}
		case c == '|' && depth == 0:
			alternatives, start = append(alternatives, expression[start:i]), i+1
		}
	}
	return append(alternatives, expression[start:]), depth == 0 && !class
}
