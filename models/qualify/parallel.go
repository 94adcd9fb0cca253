package qualify

import (
	"maps"
	"math"
	"slices"
)

// ParallelDefinition tells apart what a unit may have several of at once: subscriptions to two products, two deals. With it
// a stage rule can ask whether the one that ends is the last (if_last), whether there is another (if_another), whether it
// is the one that brought the unit where it is (if_same), whether those left are worth no more than before the unit got
// there (if_no_more), or whether it is another than the purchase that made a customer (if_later).
//
// Events that name none are about whichever there is: they open one only where none is open, and end all.
//
// One may take another's place: a plan that is changed is often a subscription that ends and another that begins. Then the
// other is over at the instant at which the new one begins, whenever its end is told, and what changes is the worth
// (if_more, if_no_more). That it does so is told by Replaces, or by Line and Plan, or by time (ReplacedWithinDays,
// ResumedWithinDays), which alone looks ahead: what it says of the latest days can still change.
type ParallelDefinition struct {
	What string `yaml:"what"`
	Key  string `yaml:"key"` // expression: which one the event is about; nil or "" where it names none
	// Worth is an expression: what one is worth, by the events that open it, in their currency; none: it isn't known.
	Worth string `yaml:"worth"`
	// Sort is an expression: what sort it is, in lower case, by the first of its events that tells.
	Sort   string `yaml:"sort"`
	Opens  Filter `yaml:"opens"`
	Closes Filter `yaml:"closes"`

	// Replaces is an expression: the key of the one whose place the event's takes; nil or "" where it says none.
	Replaces string `yaml:"replaces"`
	// Line is an expression: what a person has only one of at a time, so that another of the same line takes its place; with
	// Plan, only one of another plan does: a second one of the same plan runs beside it.
	Line string `yaml:"line"`
	Plan string `yaml:"plan"`
	// ReplacedWithinDays: one that ends within so many days of the beginning of another is replaced by it. ResumedWithinDays:
	// one that ends goes on in another, or again itself, that begins within so many days. 0: not told by time.
	ReplacedWithinDays float64 `yaml:"replaced_within_days"`
	ResumedWithinDays  float64 `yaml:"resumed_within_days"`
}

// parallel is a ParallelDefinition, compiled. Expressions are nil where it has none.
type parallel struct {
	*ParallelDefinition
	key, worth, sort     *expression
	replaces, line, plan *expression
	opens, closes        *filter
}

func (d *ParallelDefinition) compile(p place) *parallel {
	if d.What == "" || len(d.Opens.On) == 0 || len(d.Closes.On) == 0 {
		p.faultf("what there may be several of needs what, and opens and closes with the meanings (on) of events that begin and end one")
	}
	for key, within := range map[string]float64{"replaced_within_days": d.ReplacedWithinDays, "resumed_within_days": d.ResumedWithinDays} {
		if !(within >= 0) || math.IsInf(within, 0) {
			p.key(key).faultf("%s must be 0 (not told by time) or more", key)
		}
	}
	out := &parallel{ParallelDefinition: d, opens: d.Opens.compile(p.key("opens")), closes: d.Closes.compile(p.key("closes"))}
	out.key = compileText(p.key("key"), d.Key)
	for key, x := range map[string]struct {
		code string
		to   **expression
	}{"worth": {d.Worth, &out.worth}, "sort": {d.Sort, &out.sort}, "replaces": {d.Replaces, &out.replaces}, "line": {d.Line, &out.line}, "plan": {d.Plan, &out.plan}} {
		if x.code != "" {
			*x.to = compileText(p.key(key), x.code)
		}
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

// What the machinery itself knows: the one whose end also ends the paid plan, and whose worth is what a customer pays, and
// the one that tables know as deals.
const (
	parallelSubscription = "subscription"
	parallelDeal         = "deal"
)

func (s *StageDefinition) compileRule(i int, p place) *stageRule {
	r := &s.Rules[i]
	return &stageRule{
		StageRule: r, filter: r.compile(p), index: i, last: s.parallelNamed(p.key("if_last"), r.IfLast),
		another: s.parallelNamed(p.key("if_another"), r.IfAnother), same: s.parallelNamed(p.key("if_same"), r.IfSame),
		more: s.parallelNamed(p.key("if_more"), r.IfMore), noMore: s.parallelNamed(p.key("if_no_more"), r.IfNoMore), later: s.parallelNamed(p.key("if_later"), r.IfLater),
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
	for i := range s.Parallel {
		d, at := &s.Parallel[i], p.key("parallel").item(i)
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
	for _, x := range []*expression{p.key, p.worth, p.sort, p.replaces, p.line, p.plan} {
		if x != nil {
			all = append(all, &filter{reads: x.reads})
		}
	}
	return all
}
