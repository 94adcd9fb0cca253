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

// possible is false only where the expression cannot match.
func (p pattern) possible(text string) bool {
	if len(p.literals) == 0 {
		return true
	}
	for _, l := range p.literals {
		if strings.Contains(text, l) {
			return true
		}
	}
	return false
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
