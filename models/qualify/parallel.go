package qualify

import (
	"maps"
	"slices"
)

// ParallelDefinition tells apart what a unit may have several of at once: subscriptions to two products, two deals. With it
// a stage rule can ask whether the one that ends is the last (if_last), whether there is another (if_another), or whether
// it is the one that brought the unit where it is (if_same).
//
// Events that name none are about whichever there is: they open one only where none is open, and end all.
type ParallelDefinition struct {
	What   string `yaml:"what"`
	Key    string `yaml:"key"` // expression: which one the event is about; nil or "" where it names none
	Opens  Filter `yaml:"opens"`
	Closes Filter `yaml:"closes"`
}

// parallel is a ParallelDefinition, compiled.
type parallel struct {
	what          string
	key           *expression
	opens, closes *filter
}

func (d ParallelDefinition) compile(p place) *parallel {
	if d.What == "" || len(d.Opens.On) == 0 || len(d.Closes.On) == 0 {
		p.faultf("what there may be several of needs what, and opens and closes with the meanings (on) of events that begin and end one")
	}
	out := &parallel{what: d.What, opens: d.Opens.compile(p.key("opens")), closes: d.Closes.compile(p.key("closes"))}
	key, err := compileExpression(d.Key, false)
	if err != nil {
		p.key("key").faultf("%w", err)
		return out
	}
	out.key = key
	return out
}

// running are the open ones of one parallel.
type running struct {
	open    map[string]bool
	key     string // that the event at hand is about
	asked   bool   // the event at hand opens or closes one
	entered string // that the event was about by which the unit entered its position
}

// follow takes note of what the event opens and closes.
func (e *evaluation) follow(parallels []int) {
	for i := range e.running {
		e.running[i].key, e.running[i].asked = "", false
	}
	for _, i := range parallels {
		p, r := e.program.parallels[i], &e.running[i]
		opens := p.opens.holds(e.view)
		if !opens && !p.closes.holds(e.view) {
			continue
		}
		r.key, _, _ = p.key.read(e.view, false)
		r.asked = true
		if opens {
			r.begin()
		} else {
			r.end()
		}
	}
}

func (r *running) begin() {
	if r.open == nil {
		r.open = map[string]bool{}
	}
	if r.key != "" {
		delete(r.open, "") // the one without a name now has one
	} else if len(r.open) > 0 {
		return
	}
	r.open[r.key] = true
}

func (r *running) end() {
	if r.key == "" || r.open[""] {
		clear(r.open)
		return
	}
	delete(r.open, r.key)
}

// others reports whether any is open beside the one that the event is about.
func (r *running) others() bool {
	return r.key != "" && !r.open[""] && (len(r.open) > 1 || len(r.open) == 1 && !r.open[r.key])
}

// allows reports whether what runs side by side lets a stage rule apply.
func (e *evaluation) allows(rule *stageRule) bool {
	if rule.last >= 0 && len(e.running[rule.last].open) > 0 {
		return false
	}
	if rule.another >= 0 && !e.running[rule.another].others() {
		return false
	}
	if rule.same < 0 {
		return true
	}
	r := &e.running[rule.same]
	return r.key == "" || r.entered == "" || r.key == r.entered
}

// remember which ones the event was about that brought the unit to its position.
func (e *evaluation) remember() {
	for i := range e.running {
		e.running[i].entered = e.running[i].key
	}
}

// subscribed reports whether a subscription is still open; false where the definitions don't tell subscriptions apart.
func (e *evaluation) subscribed() bool {
	for i, p := range e.program.parallels {
		if p.what == parallelSubscription && e.running[i].asked {
			return len(e.running[i].open) > 0
		}
	}
	return false
}

// parallelSubscription is the one whose end also ends the paid plan.
const parallelSubscription = "subscription"

func (s *StageDefinition) compileRule(i int, p place) *stageRule {
	r := &s.Rules[i]
	return &stageRule{
		StageRule: r, filter: r.compile(p), index: i, last: s.parallelNamed(p.key("if_last"), r.IfLast),
		another: s.parallelNamed(p.key("if_another"), r.IfAnother), same: s.parallelNamed(p.key("if_same"), r.IfSame),
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

// keyFilter is what the key reads, in the form of a filter.
func (p *parallel) keyFilter() *filter { return &filter{reads: p.key.reads} }
