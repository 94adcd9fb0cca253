package path

import (
	"math"
	"slices"
)

// Moved is the part of the entries into states that came or went since they were was; 1 where the states are not the same
// ones. Both are sorted by name.
func Moved(states, was []State) float64 {
	same := func(a, b State) bool { return a.State == b.State }
	if !slices.EqualFunc(states, was, same) {
		return 1
	}
	moved, all := 0.0, 0.0
	for i := range states {
		moved += math.Abs(float64(states[i].Entries) - float64(was[i].Entries))
		all += float64(states[i].Entries)
	}
	return moved / max(all, 1)
}

// CarryStates gives states the intervals that the same states had before. How far resamples fall from their estimate hardly
// changes when little moved, and what changes most, the estimate itself, is made anew: the bounds move along with it.
func CarryStates(states, was []State) {
	for i := range states {
		s, w := &states[i], &was[i]
		s.VisitsLow, s.VisitsHigh = around(s.ExpectedVisits, w.ExpectedVisits, w.VisitsLow, w.VisitsHigh, math.Inf(1))
		s.WinLow, s.WinHigh = around(s.WinProbability, w.WinProbability, w.WinLow, w.WinHigh, 1)
		s.StepsLow, s.StepsHigh = around(s.ExpectedSteps, w.ExpectedSteps, w.StepsLow, w.StepsHigh, math.Inf(1))
		s.WinLostLow, s.WinLostHigh = around(s.WinLost, w.WinLost, w.WinLostLow, w.WinLostHigh, 1)
		s.BottleneckLow, s.BottleneckHigh = around(s.Bottleneck, w.Bottleneck, w.BottleneckLow, w.BottleneckHigh, math.Inf(1))
	}
}

// around are the bounds of an estimate that was another, none of them negative nor above most. Of one that is what it was, they
// are what they were, to the last digit.
func around(estimate, was, low, high, most float64) (float64, float64) {
	moved := estimate - was
	if moved == 0 {
		return low, high
	}
	return max(low+moved, 0), min(max(high+moved, 0), most)
}

// CarryTransitions gives edges the intervals of their share as CarryStates does. One that nobody took before has Wilson's.
func CarryTransitions(graph, was []Transition) {
	type ends struct{ from, to string }
	before, leaving := map[ends]*Transition{}, map[string]uint64{}
	for i := range was {
		before[ends{was[i].From, was[i].To}] = &was[i]
	}
	for i := range graph {
		leaving[graph[i].From] += graph[i].Transitions
	}
	for i := range graph {
		t := &graph[i]
		if w := before[ends{t.From, t.To}]; w != nil {
			t.ShareLow, t.ShareHigh = around(t.Share, w.Share, w.ShareLow, w.ShareHigh, 1)
		} else {
			t.ShareLow, t.ShareHigh = wilson(t.Transitions, leaving[t.From])
		}
	}
}

// AsState is the state of a row of bottlenecks, as far as that tells.
func (b *Bottleneck) AsState() State {
	return State{
		UnitKind: b.UnitKind, StateKind: b.StateKind, State: b.State, Entries: b.Entries,
		WinProbability: b.WinProbability, WinLow: b.WinLow, WinHigh: b.WinHigh,
		WinLost: b.WinLost, WinLostLow: b.WinLostLow, WinLostHigh: b.WinLostHigh,
		Bottleneck: b.Score, BottleneckLow: b.Low, BottleneckHigh: b.High,
	}
}
