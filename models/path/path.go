// Package path describes the ways that units really take through states, be they stages, channels or product events:
// every transition counts, loops and returns too, and nothing is cut off without a row that says how much.
//
// A Builder takes one Trail a unit and answers with the directed graph (Graph), what an absorbing chain expects of
// each state (States, Chain), the sequences as they were (Variants) and how many wins followed the drawn funnel
// (Linearity); WhatIf and Bootstrap say what a change would be worth and how sure all that is. A Funnel takes one History
// a unit and counts who got through steps, how fast, and who dropped where. The answers don't depend on the order in
// which units come. The package knows no clock, network, logger or database.
package path

import (
	"cmp"
	"slices"
	"time"
)

// Ends of the graph beside the states themselves.
const (
	Start     = "(start)"     // before the first state
	Converted = "(converted)" // after the last state of a trail that was won
	Lost      = "(lost)"      // after the last state of a trail that was lost
	Open      = "(open)"      // after the last state of a trail whose end nobody knows yet
	Remaining = "(remaining)" // the variants that a top-N leaves out
)

// Outcomes of a Trail.
const (
	OutcomeWon  = "won"
	OutcomeLost = "lost"
	OutcomeOpen = "open"
)

// Visit is one entry into a state.
type Visit struct {
	State string
	At    time.Time
}

// Trail is all that one unit did, in order. States can be held several at once, so a trail is the order of entries,
// not of stays.
type Trail struct {
	UnitID  string
	Visits  []Visit // sorted by At, stably, if they are not; the order of equal times is the caller's to decide
	Outcome string  // won, lost or open; anything else is open
	EndedAt time.Time
	// Segments are what a Study splits by beside the whole.
	Segments []Segment
}

// Segment is a value of something that units are split by.
type Segment struct {
	By    string `json:"by"`
	Value string `json:"value"`
}

// Options of a Builder.
type Options struct {
	UnitKind  string // person or account; only copied to the rows
	StateKind string // stage, channel, …; only copied to the rows, and decides the defaults below
	// Won and Lost are the states that end the chain: won and disqualified by default where StateKind is stage, none
	// otherwise. A trail that enters one of Won is won whatever its Outcome.
	Won, Lost []string
	// SetBack are the states that a unit recovers from when it wins after all: nurture and disqualified by default
	// where StateKind is stage.
	SetBack []string
	// Examples is how many units each variant names: the first ones by name.
	Examples int
	// Overflow opens what keeps distinct sequences once they take Room bytes of memory (256 MB if 0). Nil keeps them all in
	// memory.
	Overflow func() (Overflow, error)
	Room     int
}

func (o Options) withDefaults() Options {
	o.Room = cmp.Or(o.Room, roomForSequences)
	if o.StateKind != "stage" {
		return o
	}
	if o.Won == nil {
		o.Won = []string{"won"}
	}
	if o.Lost == nil {
		o.Lost = []string{"disqualified"}
	}
	if o.SetBack == nil {
		o.SetBack = []string{"nurture", "disqualified"}
	}
	return o
}

// sortedVisits is the visits in order of time.
func sortedVisits(visits []Visit) []Visit {
	return inOrder(visits, func(a, b Visit) int { return a.At.Compare(b.At) })
}

// inOrder is all where it is in order already, as it mostly is, else a sorted copy.
func inOrder[T any](all []T, compare func(a, b T) int) []T {
	if slices.IsSortedFunc(all, compare) {
		return all
	}
	all = slices.Clone(all)
	slices.SortStableFunc(all, compare)
	return all
}
