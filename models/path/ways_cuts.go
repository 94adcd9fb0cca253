package path

import (
	"fmt"
	"slices"
	"time"
)

// cut is the part of a history that makes one trail.
type cut struct {
	unit    string
	events  []Event
	outcome string
	endedAt time.Time
	from    []int // for each rule, the first event it holds for, and the first it doesn't
	to      []int
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
