package path

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Ways turns what a unit did into its trails, as a Definition says. It is the one place where that is decided: whoever
// reads events from wherever hands them to it in order of time, events of one instant in the order that counts.
type Ways struct {
	definition                            Definition
	observedUntil                         time.Time
	rules                                 []wayRule
	exclude, only, win, loss, start, stop *matcher // nil where not given

	trails []Trail // of the last call
	visits []Visit
	bounds []int // of the cut at hand
}

type wayRule struct {
	*matcher

	as           string
	top          int
	until, after *matcher
	visits       map[string]int  // while the top is being counted
	kept         map[string]bool // once it is known; nil where all are
}

// NewWays compiles a definition. Its defaults are filled in. A zero end of observation leaves the silent open.
func NewWays(d Definition, observedUntil time.Time) (*Ways, error) {
	if err := d.Validate(); err != nil {
		return nil, fmt.Errorf("paths %q: %w", d.Name, err)
	}
	d = d.withDefaults()
	w := &Ways{
		definition: d, observedUntil: observedUntil, exclude: given(d.Exclude), only: given(d.Only), win: given(d.Conversion), loss: given(d.Loss),
		start: given(d.Start), stop: given(d.End),
	}
	for _, rule := range d.States {
		w.rules = append(w.rules, wayRule{
			matcher: rule.compile(), as: rule.As, top: rule.Top, until: given(rule.Until), after: given(rule.After),
		})
	}
	return w, nil
}

func given(m Match) *matcher {
	if m.IsZero() {
		return nil
	}
	return m.compile()
}

// Definition with its defaults.
func (w *Ways) Definition() Definition { return w.definition }

// Options of a Builder of the trails.
func (w *Ways) Options(examples int) Options {
	d := w.definition
	return Options{
		UnitKind: d.Unit, StateKind: d.Name, Won: nonNil(d.Won), Lost: nonNil(d.Lost), SetBack: nonNil(d.SetBack), Examples: examples,
	}
}

// nonNil keeps a Builder from filling in defaults.
func nonNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// Counting tells whether a rule keeps only its most visited names: then every history goes through Count first, and
// Settle ends that. Without it Trails name every state.
func (w *Ways) Counting() bool {
	return slices.ContainsFunc(w.rules, func(r wayRule) bool { return r.top > 0 })
}

// Count takes a history into account for the most visited names.
func (w *Ways) Count(h History) {
	w.cuts(h, func(c cut) {
		for i := range c.events {
			if rule, name := w.state(c, i); name != "" && w.rules[rule].top > 0 {
				r := &w.rules[rule]
				if r.visits == nil {
					r.visits = map[string]int{}
				}
				if n, known := r.visits[name]; known {
					r.visits[name] = n + 1
				} else {
					r.visits[strings.Clone(name)] = 1
				}
			}
		}
	})
}

// Settle decides which names are kept: the most visited, of equals the first by name.
func (w *Ways) Settle() {
	for i := range w.rules {
		r := &w.rules[i]
		if r.top == 0 {
			continue
		}
		names := make([]string, 0, len(r.visits))
		for name := range r.visits {
			names = append(names, name)
		}
		slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(r.visits[b], r.visits[a]), cmp.Compare(a, b)) })
		r.kept = map[string]bool{}
		for _, name := range names[:min(r.top, len(names))] {
			r.kept[name] = true
		}
		r.visits = nil
	}
}

// Trails of a unit: one, or one a session, or one for each combination of the values held constant. A unit whose events
// make no state has a trail without visits; one that the definition leaves out has none. They are valid until the next
// call: millions of units go through the same memory.
func (w *Ways) Trails(h History) []Trail {
	trails, visits := w.trails[:0], w.visits[:0]
	w.cuts(h, func(c cut) {
		t := Trail{UnitID: c.unit, Outcome: c.outcome, EndedAt: c.endedAt, Segments: w.segments(c)}
		begin := len(visits)
		for i := range c.events {
			rule, name := w.state(c, i)
			if name == "" {
				continue
			}
			if kept := w.rules[rule].kept; kept != nil && !kept[name] {
				name = Other
			}
			visits = append(visits, Visit{State: name, At: c.events[i].At})
		}
		t.Visits = visits[begin:len(visits):len(visits)]
		if w.silent(t) {
			t.Outcome = OutcomeLost
		}
		trails = append(trails, t)
	})
	w.trails, w.visits = trails, visits
	return trails
}

// silent tells an open trail whose unit was not heard of for so long that it counts as lost. When it left is not known,
// so that it has no time of its end.
func (w *Ways) silent(t Trail) bool {
	d := w.definition
	if t.Outcome != OutcomeOpen || d.Silence == 0 || len(t.Visits) == 0 ||
		w.observedUntil.Sub(t.Visits[len(t.Visits)-1].At) <= time.Duration(d.Silence) {
		return false
	}
	return !slices.ContainsFunc(t.Visits, func(v Visit) bool { return slices.Contains(d.Won, v.State) || slices.Contains(d.Lost, v.State) })
}

// state is the rule that names event i of a cut, and the name; empty where none does.
func (w *Ways) state(c cut, i int) (rule int, name string) {
	e := &c.events[i]
	if w.exclude != nil && w.exclude.matches(e) {
		return 0, ""
	}
	for k := range w.rules {
		r := &w.rules[k]
		if i < c.from[k] || i >= c.to[k] {
			continue
		}
		if name, ok := r.name(e); ok {
			if r.as != "" {
				name = r.as
			}
			return k, name
		}
	}
	return 0, ""
}

// segments are the values that the trail is split by: of each property the first value in it.
func (w *Ways) segments(c cut) []Segment {
	var all []Segment
	for _, by := range w.definition.By {
		s := Segment{By: by}
		if by == byMonth {
			if len(c.events) > 0 {
				s.Value = c.events[0].At.UTC().Format("2006-01")
			}
		} else if i := slices.IndexFunc(c.events, func(e Event) bool { return e.Properties[by] != "" }); i >= 0 {
			s.Value = c.events[i].Properties[by]
		}
		all = append(all, s)
	}
	return all
}
