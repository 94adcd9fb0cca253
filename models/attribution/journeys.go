package attribution

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Outcome of a journey.
type Outcome uint8

// Outcomes. A censored journey is too young to tell: it is counted apart and never as a failure.
const (
	NotConverted Outcome = iota
	Converted
	Censored
)

// String is the value of the column journeys.outcome.
func (o Outcome) String() string {
	return [...]string{"not_converted", "converted", "censored"}[o]
}

// Journey is the touches of a unit before one conversion, or touches that no conversion followed.
type Journey struct {
	ID             string // the conversion's id, or unit_kind:conversion_type:unit_id:open, …:open:2, …
	UnitKind       string
	UnitID         string
	ConversionType string
	Outcome        Outcome
	Touches        []Touch     // in order, after the direct policy; shared between journeys, not to be written to
	Conversion     *Conversion // nil unless converted
	// UnattributedReason says why a converted journey has no touches; empty when it has.
	UnattributedReason string
	// LeadTouch and OpportunityTouch are the positions, from 1, of the last touch at or before the creation of the
	// lead and of the opportunity; 0 when there was none.
	LeadTouch, OpportunityTouch int32
	// FirstContact is when the first touch within the window was, a direct one that the policy dropped included; zero
	// without touches. A first touch that came later discovered nothing.
	FirstContact time.Time
	// EnteredAt is the unit's first conversion of type Options.EntryType, where it is within Until and not Until itself;
	// else zero. PreviousAt is the unit's last conversion before the journey began; zero for none.
	EnteredAt, PreviousAt time.Time
	// Until is the conversion, or up to when the journey is known not to have converted.
	Until time.Time
	// DecidedAt is when a censored journey is old enough to tell, if no conversion comes; zero for others.
	DecidedAt time.Time
}

// Journeys cuts the history of one unit into journeys: one for each conversion of the report range, in order of time,
// then those that no conversion followed. touches and conversions may come in any order; ties in time are broken by
// source rank, then id. Neither slice is changed.
//
// A touch that no conversion followed within the look-back belongs to a journey that did not convert. Such journeys
// span at most one look-back, as converting ones do: a later touch, or a conversion between two touches, begins the
// next.
func Journeys(unit Unit, touches []Touch, conversions []Conversion, o Options) []Journey {
	o = o.withDefaults()
	touches, internal := withoutInternal(sortedTouches(touches))
	cut := cutter{unit: unit, touches: touches, internal: internal, o: o, entered: entry(conversions, o.EntryType)}
	conversions = sortedConversions(conversions, o.ConversionType)
	cut.journeys = make([]Journey, 0, len(conversions)+1)
	for i := range conversions {
		cut.converted(conversions, i)
	}
	cut.open(conversions)
	for i := range cut.journeys {
		if j := &cut.journeys[i]; cut.entered.Before(j.Until) {
			j.EnteredAt = cut.entered
		}
	}
	return cut.journeys
}

// entry is the first conversion of a type; zero for none.
func entry(conversions []Conversion, kind string) (first time.Time) {
	for i := range conversions {
		if c := &conversions[i]; c.Type == kind && (first.IsZero() || c.At.Before(first)) {
			first = c.At
		}
	}
	return first
}

func compareTouches(a, b Touch) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.SourceRank, b.SourceRank), cmp.Compare(a.ID, b.ID))
}

func sortedTouches(touches []Touch) []Touch {
	if slices.IsSortedFunc(touches, compareTouches) {
		return touches
	}
	touches = slices.Clone(touches)
	slices.SortFunc(touches, compareTouches)
	return touches
}

// withoutInternal parts sorted touches from the times of those that are not to be credited.
func withoutInternal(touches []Touch) (kept []Touch, internal []time.Time) {
	if !slices.ContainsFunc(touches, func(t Touch) bool { return t.Internal }) {
		return touches, nil
	}
	for _, t := range touches {
		if t.Internal {
			internal = append(internal, t.At)
		} else {
			kept = append(kept, t)
		}
	}
	return kept, internal
}

func sortedConversions(conversions []Conversion, kind string) []Conversion {
	var wanted []Conversion
	for _, c := range conversions {
		if kind == "" || c.Type == kind {
			wanted = append(wanted, c)
		}
	}
	slices.SortFunc(wanted, func(a, b Conversion) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.CycleNo, b.CycleNo), cmp.Compare(a.ID, b.ID))
	})
	return wanted
}

// cutter holds what the two kinds of journeys have in common.
type cutter struct {
	unit     Unit
	touches  []Touch
	internal []time.Time // of touches that are not to be credited
	o        Options
	entered  time.Time
	journeys []Journey
}

// converted appends the journey of conversions[i], if the report range holds it.
func (c *cutter) converted(conversions []Conversion, i int) {
	conversion := &conversions[i]
	if !c.o.inRange(conversion.At) {
		return
	}
	var previous, last time.Time
	if i > 0 {
		last = conversions[i-1].At
	}
	if c.o.Cycle == Reset {
		previous = last
	}
	window := c.window(conversion.At, previous)
	j := Journey{
		ID: conversion.ID, UnitKind: c.unit.Kind, UnitID: c.unit.ID, ConversionType: conversion.Type,
		Outcome: Converted, Conversion: conversion, PreviousAt: last, Until: conversion.At,
	}
	j.Touches = applyDirect(window, c.o.Direct, c.o.DirectChannel)
	j.UnattributedReason = c.unattributed(conversion, previous, window, j.Touches)
	if j.UnattributedReason != "" {
		j.Touches = nil
	}
	if len(j.Touches) > 0 {
		j.FirstContact = window[0].At
	}
	j.LeadTouch = c.milestone(LeadCreated, j.Touches, conversion.At, previous)
	j.OpportunityTouch = c.milestone(OpportunityCreated, j.Touches, conversion.At, previous)
	c.journeys = append(c.journeys, j)
}

// window is the touches within the look-back before at, and after the previous conversion unless that is zero.
func (c *cutter) window(at, previous time.Time) []Touch {
	earliest := at.Add(-c.o.LookBack)
	from, _ := slices.BinarySearchFunc(c.touches, earliest, func(t Touch, at time.Time) int { return t.At.Compare(at) })
	until := from
	for until < len(c.touches) && !c.touches[until].At.After(at) {
		until++
	}
	for !previous.IsZero() && from < until && !c.touches[from].At.After(previous) {
		from++
	}
	return c.touches[from:until:until]
}

// unattributed is the reason why the touches, left of the window by the direct policy, get no credit.
func (c *cutter) unattributed(conversion *Conversion, previous time.Time, window, touches []Touch) string {
	earliest := conversion.At.Add(-c.o.LookBack)
	if previous.After(earliest) { // touches before it are none of this conversion, known or not
		earliest = previous
	}
	switch {
	case conversion.UnattributedReason != "":
		return conversion.UnattributedReason
	case c.unit.ID == "":
		return IdentityUnresolved
	case len(touches) > 0:
		return ""
	case len(window) > 0:
		return DirectOnly
	case slices.ContainsFunc(c.internal, func(at time.Time) bool {
		return !at.Before(earliest) && !at.After(conversion.At) && at.After(previous)
	}):
		return ExcludedInternal
	case !c.o.ObservedFrom.IsZero() && earliest.Before(c.o.ObservedFrom):
		return PreHistory
	}
	return NoTouchInWindow
}

// milestone is the position of the last touch at or before the unit's latest milestone of the cycle.
func (c *cutter) milestone(kind string, touches []Touch, at, previous time.Time) int32 {
	var latest time.Time
	for _, m := range c.unit.Milestones {
		if m.Kind == kind && m.At.After(previous) && !m.At.After(at) && m.At.After(latest) {
			latest = m.At
		}
	}
	position := int32(0)
	for position < int32(len(touches)) && !touches[position].At.After(latest) {
		position++
	}
	return position
}

// open appends the journeys that no conversion followed.
func (c *cutter) open(conversions []Conversion) {
	next, start, number := 0, 0, 0
	var previous time.Time
	var held []Touch
	flush := func() {
		if len(held) > 0 && c.inOpenRange(held) {
			if touches := applyDirect(held, c.o.Direct, c.o.DirectChannel); len(touches) > 0 {
				number++
				c.journeys = append(c.journeys, c.openJourney(touches, held[0].At, held[len(held)-1].At, number, previous))
			}
		}
		held = nil
	}
	for i, touch := range c.touches {
		for next < len(conversions) && conversions[next].At.Before(touch.At) {
			next++
			flush()
		}
		followed := next < len(conversions) && !conversions[next].At.After(touch.At.Add(c.o.LookBack))
		beyond := !c.o.ObservedUntil.IsZero() && touch.At.After(c.o.ObservedUntil)
		if followed || beyond {
			flush()
			continue
		}
		if held != nil && touch.At.After(held[0].At.Add(c.o.LookBack)) {
			flush()
		}
		if held == nil {
			start = i
			if next > 0 {
				previous = conversions[next-1].At
			}
		}
		held = c.touches[start : i+1 : i+1]
	}
	flush()
}

func (c *cutter) inOpenRange(held []Touch) bool { return c.o.inRange(held[len(held)-1].At) }

func (c *cutter) openJourney(touches []Touch, first, last time.Time, number int, previous time.Time) Journey {
	j := Journey{
		ID:       fmt.Sprintf("%s:%s:%s:open", c.unit.Kind, c.o.ConversionType, c.unit.ID),
		UnitKind: c.unit.Kind, UnitID: c.unit.ID, ConversionType: c.o.ConversionType, Touches: touches,
		FirstContact: first, PreviousAt: previous,
	}
	if number > 1 {
		j.ID = fmt.Sprintf("%s:%d", j.ID, number)
	}
	j.Until = last.Add(c.o.LookBack)
	if !c.o.ObservedUntil.IsZero() && j.Until.After(c.o.ObservedUntil) {
		j.Outcome, j.Until, j.DecidedAt = Censored, c.o.ObservedUntil, j.Until
	}
	return j
}

// applyDirect is the touches that the direct policy leaves. The common case, nothing to drop, copies nothing.
func applyDirect(touches []Touch, policy, direct string) []Touch {
	isDirect := func(t Touch) bool { return t.Channel == direct }
	switch policy {
	case DropDirectLast:
		last := len(touches)
		for last > 0 && isDirect(touches[last-1]) {
			last--
		}
		return touches[:last:last]
	case DropDirectUnlessOnly:
		count := 0
		for _, t := range touches {
			if isDirect(t) {
				count++
			}
		}
		if count == 0 || count == len(touches) {
			return touches
		}
		kept := make([]Touch, 0, len(touches)-count)
		for _, t := range touches {
			if !isDirect(t) {
				kept = append(kept, t)
			}
		}
		return kept
	}
	return touches
}
