package path

import (
	"errors"
	"fmt"
	"time"
)

// Event is one thing that a unit did.
type Event struct {
	Name       string
	At         time.Time
	Properties map[string]string // a property that is absent or empty has no value
	Kind       string            // KindEvent, KindStage or KindChannel
	Meaning    string            // word of the vocabulary; empty: nothing special
	Page       string            // host and path, see PageOf; empty: no page
	Campaign   string            // that brought the unit here; a new one begins a session
	Arrives    bool              // begins a session whatever the silence: a return from the product by a link from outside
}

// History is all that a unit did. Events are sorted by At, stably, if they are not: events of one instant keep the order
// that the caller gives them, and that order decides which came first.
type History struct {
	UnitID   string
	Events   []Event
	Segments []string // what the unit belongs to as a whole (cohorts, a property of the person), for AttributeUnit
}

// Step of a funnel. An event takes at most one step of an attempt, also where it would match several.
type Step struct {
	Name     string
	Matches  func(Event) bool
	Optional bool // a unit that leaves it out goes on all the same; not for the first step, nor in any order
}

// Order says in which order steps count.
type Order string

// Orders of steps.
const (
	Ordered  Order = ""       // in the order given, whatever else happens in between
	Strict   Order = "strict" // in the order given, with nothing in between
	AnyOrder Order = "any"    // each step once, in whatever order
)

// Entry says which of a unit's entries into the funnel count.
type Entry string

// Entry policies.
const (
	AnyEntry   Entry = ""      // the one that leads farthest; of those the first to get there, from the latest start
	FirstEntry Entry = "first" // the first alone, successful or not
	EveryEntry Entry = "every" // each counts on its own; one begun while another is under way belongs to that
)

// Repeats says what an event does to an attempt that has taken its step already and doesn't use it for the next.
type Repeats string

// Policies for repeats.
const (
	RepeatsUsual  Repeats = ""       // ignored, but in strict order an event in between like any other
	RepeatsIgnore Repeats = "ignore" // ignored in strict order too (windowFunnel's strict_order)
	// RepeatsEnd ends the attempt in every order. An event that could take the next step takes it, so that the second of
	// two is a repeat (windowFunnel's strict_deduplication).
	RepeatsEnd Repeats = "end"
)

// Exclusion is an event that ends an attempt which stands at step From or later and before step To, counted from 0. The
// attempt keeps the steps it took. The event ends attempts before it takes a step itself. In any order From and To
// don't matter: it ends every attempt that is not complete.
type Exclusion struct {
	Matches  func(Event) bool
	From, To int
}

// FunnelDefinition says what a funnel counts.
type FunnelDefinition struct {
	Steps      []Step
	Order      Order
	Window     time.Duration // from the first step to the last, both ends included; 0 is without limit
	Entry      Entry
	Repeats    Repeats
	Exclusions []Exclusion
	// StrictlyLater wants each step at a later instant than the one before (windowFunnel's strict_increase). Otherwise
	// events of one instant follow each other in the order of the history.
	StrictlyLater bool
	// HoldConstant names properties that all events of an attempt share. Events without a value of each belong to none.
	HoldConstant []string
	Breakdown    Breakdown
}

// maxStands bounds what a funnel holds of a unit at a time. Twelve steps in any order, or ten optional ones, fit.
const maxStands = 1 << 12

// stand is a set of steps that an attempt may have taken.
type stand struct {
	taken              uint64
	next               []int  // for each step the stand that it leads to, or -1
	due                uint64 // steps that lead on
	last               int    // highest step taken
	required, optional int
	terminal           bool // no step leads on
}

// plan is a definition with all stands that an attempt may have; the first is that of one not begun.
type plan struct {
	FunnelDefinition
	stands []stand
}

func (d FunnelDefinition) plan() (*plan, error) {
	if err := d.Validate(); err != nil {
		return nil, err
	}
	p := &plan{FunnelDefinition: d, stands: []stand{{last: -1}}}
	index := map[uint64]int{0: 0}
	for i := 0; i < len(p.stands); i++ {
		s := p.stands[i]
		s.next, s.terminal = make([]int, len(d.Steps)), true
		for step := range d.Steps {
			s.next[step] = -1
			if !d.follows(s, step) {
				continue
			}
			taken := s.taken | 1<<step
			to, known := index[taken]
			if !known {
				to = len(p.stands)
				index[taken] = to
				p.stands = append(p.stands, d.stand(taken))
			}
			s.next[step], s.due, s.terminal = to, s.due|1<<step, false
		}
		if p.stands[i] = s; len(p.stands) > maxStands {
			return nil, fmt.Errorf("plan funnel: too many ways through %d steps: use fewer optional ones, or at most 12 in any order", len(d.Steps))
		}
	}
	return p, nil
}

// follows tells whether an attempt at s may take the step: in order, all steps that it would leave out are optional.
func (d FunnelDefinition) follows(s stand, step int) bool {
	if d.Order == AnyOrder {
		return s.taken&(1<<step) == 0
	}
	for between := s.last + 1; between < step; between++ {
		if !d.Steps[between].Optional {
			return false
		}
	}
	return step > s.last
}

func (d FunnelDefinition) stand(taken uint64) stand {
	s := stand{taken: taken}
	for step := range d.Steps {
		if taken&(1<<step) == 0 {
			continue
		}
		s.last = step
		if d.Steps[step].Optional {
			s.optional++
		} else {
			s.required++
		}
	}
	return s
}

// Validate tells all faults of the definition.
func (d FunnelDefinition) Validate() error {
	all := d.faults()
	errs := make([]error, len(all))
	for i, f := range all {
		errs[i] = fmt.Errorf("funnel: %w", f.err)
	}
	return errors.Join(errs...)
}

// faults are at the keys of a SavedFunnel.
func (d FunnelDefinition) faults() []fault {
	all := d.stepFaults()
	add := func(at, format string, args ...any) { all = append(all, fault{at, fmt.Errorf(format, args...)}) }
	if d.Order != Ordered && d.Order != Strict && d.Order != AnyOrder {
		add("order", "order %q: must be strict, any, or empty for ordered", d.Order)
	}
	if d.Entry != AnyEntry && d.Entry != FirstEntry && d.Entry != EveryEntry {
		add("entry", "entry %q: must be first, every, or empty for any", d.Entry)
	}
	if d.Repeats != RepeatsUsual && d.Repeats != RepeatsIgnore && d.Repeats != RepeatsEnd {
		add("repeats", "repeats %q: must be ignore, end, or empty", d.Repeats)
	}
	if d.Window < 0 {
		add("window", "window %s is negative: must be positive, or 0 for none", d.Window)
	}
	for i, x := range d.Exclusions {
		at := fmt.Sprintf("exclude[%d]", i)
		if x.Matches == nil {
			add(at, "exclusion %d matches nothing: give it a condition", i+1)
		}
		if d.Order != AnyOrder && (x.From < 0 || x.To <= x.From || x.To >= len(d.Steps)) {
			add(at, "exclusion %d is between steps %d and %d: there are %d", i+1, x.From+1, x.To+1, len(d.Steps))
		}
	}
	if len(d.Exclusions) > 64 {
		add("exclude", "%d exclusions: must be at most 64", len(d.Exclusions))
	}
	return append(all, d.Breakdown.faults(len(d.Steps))...)
}

func (d FunnelDefinition) stepFaults() []fault {
	var all []fault
	add := func(at, format string, args ...any) { all = append(all, fault{at, fmt.Errorf(format, args...)}) }
	if len(d.Steps) == 0 || len(d.Steps) > 64 {
		add("steps", "%d steps: must be 1 to 64", len(d.Steps))
	}
	for i, step := range d.Steps {
		at := fmt.Sprintf("steps[%d]", i)
		if step.Matches == nil {
			add(at, "step %d (%q) matches nothing: give it a condition", i+1, step.Name)
		}
		if step.Optional && (i == 0 || d.Order == AnyOrder) {
			add(at, "step %d (%q) can't be optional: the first step begins an attempt, and in any order none is needed", i+1, step.Name)
		}
	}
	return all
}
