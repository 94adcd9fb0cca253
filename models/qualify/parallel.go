package qualify

import (
	"maps"
	"slices"
)

// ParallelDefinition tells apart what a unit may have several of at once: subscriptions to two products, two deals. With it
// a stage rule can ask whether the one that ends is the last (if_last), whether there is another (if_another), whether it
// is the one that brought the unit where it is (if_same), whether those left are worth no more than before the unit got
// there (if_no_more), or whether it is another than the purchase that made a customer (if_later).
//
// Events that name none are about whichever there is: they open one only where none is open, and end all.
type ParallelDefinition struct {
	What string `yaml:"what"`
	Key  string `yaml:"key"` // expression: which one the event is about; nil or "" where it names none
	// Worth is an expression: what one is worth, by the events that open it, in their currency; none: it isn't known.
	Worth string `yaml:"worth"`
	// Sort is an expression: what sort it is, in lower case, by the first of its events that tells.
	Sort   string `yaml:"sort"`
	Opens  Filter `yaml:"opens"`
	Closes Filter `yaml:"closes"`
}

// parallel is a ParallelDefinition, compiled.
type parallel struct {
	what          string
	key           *expression
	worth, sort   *expression // nil: it isn't told
	opens, closes *filter
}

func (d ParallelDefinition) compile(p place) *parallel {
	if d.What == "" || len(d.Opens.On) == 0 || len(d.Closes.On) == 0 {
		p.faultf("what there may be several of needs what, and opens and closes with the meanings (on) of events that begin and end one")
	}
	out := &parallel{what: d.What, opens: d.Opens.compile(p.key("opens")), closes: d.Closes.compile(p.key("closes"))}
	out.key = compileText(p.key("key"), d.Key)
	if d.Worth != "" {
		out.worth = compileText(p.key("worth"), d.Worth)
	}
	if d.Sort != "" {
		out.sort = compileText(p.key("sort"), d.Sort)
	}
	return out
}

// compileText compiles an expression that gives a text or a number.
func compileText(p place, code string) *expression {
	compiled, err := compileExpression(code, false)
	if err != nil {
		p.faultf("%w", err)
	}
	return compiled
}

// parallelSubscription is the one whose end also ends the paid plan.
const parallelSubscription = "subscription"

func (s *StageDefinition) compileRule(i int, p place) *stageRule {
	r := &s.Rules[i]
	return &stageRule{
		StageRule: r, filter: r.compile(p), index: i, last: s.parallelNamed(p.key("if_last"), r.IfLast),
		another: s.parallelNamed(p.key("if_another"), r.IfAnother), same: s.parallelNamed(p.key("if_same"), r.IfSame),
		noMore: s.parallelNamed(p.key("if_no_more"), r.IfNoMore), later: s.parallelNamed(p.key("if_later"), r.IfLater),
	}
}

// parallelNamed is the number of a parallel that a rule names; −1 where it names none.
func (s *StageDefinition) parallelNamed(p place, what string) int {
	if what == "" {
		return none
	}
	known := map[string]int{}
	for i, d := range s.Parallel {
		known[d.What] = i
	}
	i, ok := known[what]
	if !ok {
		p.faultf("%q is nothing there may be several of; parallel names %s", what, joined(slices.Sorted(maps.Keys(known))))
		return none
	}
	return i
}

func (s *StageDefinition) compileParallels(p place) []*parallel {
	var all []*parallel
	seen := map[string]bool{}
	for i, d := range s.Parallel {
		at := p.key("parallel").item(i)
		if seen[d.What] {
			at.key("what").faultf("parallel names %q twice", d.What)
		}
		seen[d.What] = true
		all = append(all, d.compile(at))
	}
	return all
}

// filters are all that it reads, expressions in the form of filters.
func (p *parallel) filters() []*filter {
	all := []*filter{p.opens, p.closes}
	for _, x := range []*expression{p.key, p.worth, p.sort} {
		if x != nil {
			all = append(all, &filter{reads: x.reads})
		}
	}
	return all
}
