package qualify

import (
	"slices"
	"strings"

	"github.com/funnelcloud/funnelcloud/queries/vocabulary"
)

// checkRounds finds rules by which events of one kind would move a unit round and round: from a to b, the next one from b
// back to a. Such rules make a history of noise. Rules are compared where the same events meet them: those of a meaning
// with the same expression, and those without one.
func (s *StageDefinition) checkRounds(p place) {
	for _, meaning := range vocabulary.Meanings {
		for _, where := range s.expressionsOn(meaning) {
			s.checkRoundsOf(p, meaning, where)
		}
	}
}

// expressionsOn are the expressions of the rules for a meaning; "" always, for the rules without one.
func (s *StageDefinition) expressionsOn(meaning string) []string {
	all := []string{""}
	for _, r := range s.Rules {
		if contains(r.On, meaning) && !slices.Contains(all, r.Where) {
			all = append(all, r.Where)
		}
	}
	return all
}

func (s *StageDefinition) checkRoundsOf(p place, meaning, where string) {
	for _, start := range vocabulary.Stages {
		way := []string{start}
		for range vocabulary.Stages {
			next, by := s.next(meaning, where, way[len(way)-1])
			if by < 0 || next == way[len(way)-1] {
				break
			}
			way = append(way, next)
			if next == start {
				p.key("rules").item(by).faultf("cyclic rules: events %s move a unit %s", meaning, strings.Join(way, " → "))
				return
			}
		}
	}
}

// next is the position after an event of a meaning for which the expression holds, and the rule that leads there; −1
// where none does.
func (s *StageDefinition) next(meaning, where, position string) (string, int) {
	for i, r := range s.Rules {
		if !contains(r.On, meaning) || r.Where != "" && r.Where != where {
			continue
		}
		if contains(r.UnlessIn, position) || len(r.OnlyIn) > 0 && !contains(r.OnlyIn, position) {
			continue
		}
		return r.Stage, i
	}
	return position, -1
}
