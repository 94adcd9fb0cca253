package path

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Attribution says which value of a property a unit is counted under (PostHog's breakdown attribution, and a unit's own).
type Attribution string

// Attributions of a breakdown.
const (
	AttributeFirstTouch Attribution = "first_touch" // of the first event that matches a step and has a value; the default
	AttributeLastTouch  Attribution = "last_touch"  // of the last
	AttributeStep       Attribution = "step"        // of the event that takes step Breakdown.Step; units that don't take it are in no row
	AttributeAllEvents  Attribution = "all_events"  // each value is a funnel of its own, over the events that have it
	AttributeUnit       Attribution = "unit"        // History.Segments; a unit counts in each
)

// Breakdown splits a funnel by the values of properties. A property without a value is empty. With step and all_events
// a unit counts under each value with which it enters.
type Breakdown struct {
	Properties  []string
	Attribution Attribution
	Step        int // for AttributeStep, counted from 0
}

func (b Breakdown) faults(steps int) []fault {
	switch b.Attribution {
	case "", AttributeFirstTouch, AttributeLastTouch, AttributeAllEvents, AttributeUnit:
		return nil
	case AttributeStep:
		if b.Step >= 0 && b.Step < steps {
			return nil
		}
		return []fault{{"step", fmt.Errorf("breakdown by step %d: there are %d", b.Step+1, steps)}}
	}
	return []fault{{"attribution", fmt.Errorf("breakdown attribution %q: must be first_touch, last_touch, step, all_events or unit", b.Attribution)}}
}

// valued are the attempts of a unit under one value of the breakdown.
type valued struct {
	values   []string
	attempts []Attempt
}

// byValue is what a unit counts, under each value of the breakdown.
func (p *plan) byValue(h History) []valued {
	events := sortedEvents(h.Events)
	moments := p.moments(events)
	b := p.Breakdown
	if len(b.Properties) == 0 && b.Attribution != AttributeUnit {
		return []valued{{nil, p.attempts(events, moments)}}
	}
	var all []valued
	switch b.Attribution {
	case AttributeUnit:
		attempts := p.attempts(events, moments)
		for _, segment := range h.Segments {
			all = append(all, valued{[]string{segment}, attempts})
		}
	case AttributeStep:
		for _, values := range p.valuesAt(events, moments, b.Step) {
			all = append(all, valued{values, p.attemptsWith(events, moments, values)})
		}
	case AttributeAllEvents:
		for _, g := range partition(events, moments, b.Properties) {
			all = append(all, valued{g.values, p.attempts(events, g.moments)})
		}
	default:
		all = append(all, valued{p.touch(events, moments), p.attempts(events, moments)})
	}
	return all
}

// touch is the values of the first or last event that matches a step and has any.
func (p *plan) touch(events []Event, moments []moment) []string {
	found := make([]string, len(p.Breakdown.Properties))
	for _, m := range moments {
		values := valuesOf(events[m.event], p.Breakdown.Properties)
		if m.steps == 0 || !slices.ContainsFunc(values, func(v string) bool { return v != "" }) {
			continue
		}
		if found = values; p.Breakdown.Attribution != AttributeLastTouch {
			break
		}
	}
	return found
}

// valuesAt is the distinct values of events that match the step.
func (p *plan) valuesAt(events []Event, moments []moment, step int) [][]string {
	var all [][]string
	for _, g := range partition(events, moments, p.Breakdown.Properties) {
		if slices.ContainsFunc(g.moments, func(m moment) bool { return m.steps&(1<<step) != 0 }) {
			all = append(all, g.values)
		}
	}
	return all
}

// attemptsWith is the attempts that take the step of the breakdown with an event of the values.
func (p *plan) attemptsWith(events []Event, moments []moment, values []string) []Attempt {
	step := p.Breakdown.Step
	moments = slices.Clone(moments)
	for i, m := range moments {
		if !slices.Equal(valuesOf(events[m.event], p.Breakdown.Properties), values) {
			moments[i].steps &^= 1 << step
		}
	}
	return slices.DeleteFunc(p.attempts(events, moments), func(a Attempt) bool { return !slices.Contains(a.Steps, step) })
}

// held are the moments of events with the same values.
type held struct {
	values  []string
	moments []moment
}

// partition splits moments by values, in order of first occurrence.
func partition(events []Event, moments []moment, properties []string) []*held {
	var all []*held
	byKey := map[string]*held{}
	for _, m := range moments {
		values := valuesOf(events[m.event], properties)
		g := byKey[keyOf(values)]
		if g == nil {
			g = &held{values: values}
			byKey[keyOf(values)] = g
			all = append(all, g)
		}
		g.moments = append(g.moments, m)
	}
	return all
}

func valuesOf(e Event, properties []string) []string {
	values := make([]string, len(properties))
	for i, property := range properties {
		values[i] = e.Properties[property]
	}
	return values
}

// keyOf is different for different values, whatever characters they hold.
func keyOf(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = strconv.Quote(v)
	}
	return strings.Join(quoted, ",")
}
