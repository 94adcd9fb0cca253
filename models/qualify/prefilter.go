package qualify

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// pattern is a regular expression behind a cheap test: a text without any of the literals cannot match. Almost every
// message says nothing of buying, and looking for a dozen words costs a hundredth of running the expressions
// (the idea of RE2's FilteredRE2).
type pattern struct {
	*regexp.Regexp
	literals []string // empty: no such set is known
	number   int      // within a literalIndex
}

func compilePattern(expression string) (pattern, error) {
	compiled, err := regexp.Compile(expression)
	if err != nil {
		return pattern{}, err
	}
	tree, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return pattern{}, err
	}
	return pattern{Regexp: compiled, literals: requiredLiterals(tree)}, nil
}

// literalIndex finds the patterns that may match a text in one pass over the text, by the first bytes of their literals.
type literalIndex struct {
	patterns int
	always   []int // patterns without literals, or with one shorter than a start
	starting map[[literalStart]byte][]literal
}

const literalStart = 3

type literal struct {
	text    string
	pattern int
}

// add gives a pattern its number in the index.
func (x *literalIndex) add(p pattern) pattern {
	p.number = x.patterns
	x.patterns++
	if shortest(p.literals) < literalStart {
		x.always = append(x.always, p.number)
		return p
	}
	if x.starting == nil {
		x.starting = map[[literalStart]byte][]literal{}
	}
	for _, text := range p.literals {
		start := [literalStart]byte([]byte(text))
		x.starting[start] = append(x.starting[start], literal{text, p.number})
	}
	return p
}

// possibility says of each pattern whether it may match.
type possibility []bool

func (m possibility) of(p pattern) bool { return m[p.number] }

// possible is false only of patterns that cannot match the text.
func (x *literalIndex) possible(text string) possibility {
	found := make(possibility, x.patterns)
	for _, number := range x.always {
		found[number] = true
	}
	for i := 0; i+literalStart <= len(text); i++ {
		for _, l := range x.starting[[literalStart]byte{text[i], text[i+1], text[i+2]}] {
			if !found[l.pattern] && strings.HasPrefix(text[i:], l.text) {
				found[l.pattern] = true
			}
		}
	}
	return found
}

// requiredLiterals is a set of texts one of which every match contains; nil when none is known.
func requiredLiterals(r *syntax.Regexp) []string {
	switch r.Op {
	case syntax.OpLiteral:
		if r.Flags&syntax.FoldCase != 0 {
			return nil
		}
		return []string{string(r.Rune)}
	case syntax.OpCapture, syntax.OpPlus:
		return requiredLiterals(r.Sub[0])
	case syntax.OpRepeat:
		if r.Min == 0 {
			return nil
		}
		return requiredLiterals(r.Sub[0])
	case syntax.OpConcat:
		var best []string
		for _, part := range r.Sub {
			if set := requiredLiterals(part); moreSelective(set, best) {
				best = set
			}
		}
		return best
	case syntax.OpAlternate:
		var all []string
		for _, alternative := range r.Sub {
			set := requiredLiterals(alternative)
			if len(set) == 0 {
				return nil
			}
			all = append(all, set...)
		}
		return all
	default:
		return nil
	}
}

// moreSelective prefers the set whose shortest text is longer, then the smaller set.
func moreSelective(a, b []string) bool {
	x, y := shortest(a), shortest(b)
	return x > y || x == y && x > 0 && len(a) < len(b)
}

func shortest(set []string) int {
	if len(set) == 0 {
		return 0
	}
	length := len(set[0])
	for _, s := range set {
		length = min(length, len(s))
	}
	return length
}
