package qualify

import "slices"

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
	all    []pattern
	unless pattern
}

// hears reports whether one of the rules holds in one of the sentences.
func (p *conversationProgram) hears(rules []sentenceProgram, sentences []string, possible possibility, negatable bool) bool {
	return slices.ContainsFunc(rules, func(rule sentenceProgram) bool {
		if slices.ContainsFunc(rule.all, func(group pattern) bool { return !possible.of(group) }) {
			return false
		}
		return slices.ContainsFunc(sentences, func(sentence string) bool { return p.holds(rule, sentence, negatable) })
	})
}

func (p *conversationProgram) holds(rule sentenceProgram, sentence string, negatable bool) bool {
	for _, group := range rule.all {
		if !group.MatchString(sentence) {
			return false
		}
	}
	if rule.unless.MatchString(sentence) {
		return false
	}
	return !negatable || slices.ContainsFunc(rule.all[0].FindAllStringIndex(sentence, -1), func(match []int) bool {
		return !p.negated(clauseBefore(sentence, match[0]))
	})
}
