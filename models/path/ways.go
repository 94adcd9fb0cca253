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

// cut is the part of a history that makes one trail.
type cut struct {
	unit    string
	events  []Event
	outcome string
	endedAt time.Time
	from    []int // for each rule, the first event it holds for, and the first it doesn't
	to      []int
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

// cuts hands over the parts of a history that make trails.
func (w *Ways) cuts(h History, use func(cut)) {
	events := within(sortedEvents(h.Events), w.definition.Since.Time, w.definition.Until.Time)
	if w.only != nil && first(events, w.only) < 0 {
		return
	}
	parts := [][]Event{events}
	if w.definition.Unit == UnitSession {
		parts = sessionsOf(events, time.Duration(w.definition.SessionGap))
	}
	for i, part := range parts {
		unit := h.UnitID
		if w.definition.Unit == UnitSession {
			unit = fmt.Sprintf("%s#%d", h.UnitID, i+1)
		}
		for _, held := range heldConstant(part, w.definition.Hold) {
			name := unit
			if len(held.values) > 0 {
				name += " " + keyOf(held.values)
			}
			if c, begun := w.cut(name, held.events); begun {
				use(c)
			}
		}
	}
}

// cut begins at the start, if one is asked for, and ends before the win or loss or behind the end.
func (w *Ways) cut(unit string, events []Event) (cut, bool) {
	w.bounds = append(w.bounds[:0], make([]int, 2*len(w.rules))...)
	c := cut{unit: unit, outcome: OutcomeOpen, from: w.bounds[:len(w.rules)], to: w.bounds[len(w.rules):]}
	// Phases are those of the unit, not of what the start leaves of it.
	for k := range w.rules {
		c.to[k] = len(events)
		if r := &w.rules[k]; r.after != nil {
			if c.from[k] = first(events, r.after); c.from[k] < 0 {
				c.from[k] = len(events)
			}
		}
		if r := &w.rules[k]; r.until != nil {
			if at := first(events, r.until); at >= 0 {
				c.to[k] = at
			}
		}
	}
	begin := 0
	if w.start != nil {
		if begin = first(events, w.start); begin < 0 {
			return c, false
		}
	}
	end := len(events)
	if w.stop != nil {
		if at := first(events[begin:], w.stop); at >= 0 {
			end = begin + at + 1
			if w.win == nil && len(w.definition.Won) == 0 {
				c.outcome, c.endedAt = OutcomeWon, events[end-1].At
			}
		}
	}
	for i := begin; i < end; i++ {
		if w.win != nil && w.win.matches(&events[i]) {
			c.outcome, c.endedAt, end = OutcomeWon, events[i].At, i
		} else if w.loss != nil && w.loss.matches(&events[i]) {
			c.outcome, c.endedAt, end = OutcomeLost, events[i].At, i
		}
	}
	c.events = events[begin:end]
	for k := range w.rules {
		c.from[k], c.to[k] = c.from[k]-begin, c.to[k]-begin
	}
	return c, true
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

func first(events []Event, m *matcher) int {
	for i := range events {
		if m.matches(&events[i]) {
			return i
		}
	}
	return -1
}

// within is the events from since, before until; zero bounds don't bind.
func within(events []Event, since, until time.Time) []Event {
	from, to := 0, len(events)
	if !since.IsZero() {
		from = firstFrom(events, since)
	}
	if !until.IsZero() {
		to = firstFrom(events, until)
	}
	return events[from:max(from, to)]
}

func firstFrom(events []Event, at time.Time) int {
	i, _ := slices.BinarySearchFunc(events, at, func(e Event, at time.Time) int {
		if e.At.Before(at) {
			return -1
		}
		return 1
	})
	return i
}

// sessionsOf parts events by the three rules of the batch's sessions: where there is silence for longer than the gap, where
// a campaign comes that is not the last one since that silence, and where the unit arrives anew.
func sessionsOf(events []Event, gap time.Duration) [][]Event {
	var parts [][]Event
	begin, campaign := 0, ""
	for i, e := range events {
		if i > 0 {
			silent := e.At.Sub(events[i-1].At) > gap
			if silent {
				campaign = ""
			}
			if silent || e.Arrives || e.Campaign != "" && e.Campaign != campaign {
				parts = append(parts, events[begin:i])
				begin = i
			}
		}
		if e.Campaign != "" {
			campaign = e.Campaign
		}
	}
	if begin < len(events) {
		parts = append(parts, events[begin:])
	}
	return parts
}

// constant are the events that share the values of the properties held.
type constant struct {
	values []string
	events []Event
}

// heldConstant parts events by values, in order of first occurrence. Events without a value of each belong to none.
func heldConstant(events []Event, properties []string) []*constant {
	if len(properties) == 0 {
		return []*constant{{events: events}}
	}
	var all []*constant
	byKey := map[string]*constant{}
	for _, e := range events {
		values := valuesOf(e, properties)
		if slices.Contains(values, "") {
			continue
		}
		h := byKey[keyOf(values)]
		if h == nil {
			h = &constant{values: values}
			byKey[keyOf(values)] = h
			all = append(all, h)
		}
		h.events = append(h.events, e)
	}
	return all
}
