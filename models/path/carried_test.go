package path

import (
	"math"
	"testing"
)

func TestBoundsMoveWithTheEstimate(t *testing.T) {
	states := []State{{State: "a", Entries: 110, ExpectedVisits: 1.3, WinProbability: .95, ExpectedSteps: 4, WinLost: .01}, {State: "b", Entries: 90}}
	was := []State{
		{
			State: "a", Entries: 100, ExpectedVisits: 1.2, VisitsLow: 1.1, VisitsHigh: 1.4, WinProbability: .8, WinLow: .7, WinHigh: .9,
			ExpectedSteps: 5, StepsLow: 4.5, StepsHigh: 6, WinLost: .1, WinLostLow: .05, WinLostHigh: .2,
		},
		{State: "b", Entries: 100},
	}
	if moved := Moved(states, was); math.Abs(moved-.1) > 1e-12 {
		t.Errorf("20 of 200 entries came or went: %g", moved)
	}
	if moved := Moved(states, was[:1]); moved != 1 {
		t.Errorf("a state that was not there: %g", moved)
	}
	CarryStates(states, was)
	for what, pair := range map[string][2]float64{
		"visits low": {states[0].VisitsLow, 1.2}, "visits high": {states[0].VisitsHigh, 1.5},
		"win low": {states[0].WinLow, .85}, "win high, at most 1": {states[0].WinHigh, 1},
		"steps low": {states[0].StepsLow, 3.5}, "steps high": {states[0].StepsHigh, 5},
		"lost low, at least 0": {states[0].WinLostLow, 0}, "lost high": {states[0].WinLostHigh, .11},
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-12 {
			t.Errorf("%s is %g, want %g", what, pair[0], pair[1])
		}
	}
}

func TestANewEdgeHasWilsonsInterval(t *testing.T) {
	graph := []Transition{{From: "a", To: "b", Transitions: 80, Share: .8}, {From: "a", To: "c", Transitions: 20, Share: .2}}
	CarryTransitions(graph, []Transition{{From: "a", To: "b", Transitions: 80, Share: 1, ShareLow: .9, ShareHigh: 1}})
	low, high := wilson(20, 100)
	for what, pair := range map[string][2]float64{
		"low": {graph[0].ShareLow, .7}, "high": {graph[0].ShareHigh, .8}, "new low": {graph[1].ShareLow, low}, "new high": {graph[1].ShareHigh, high},
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-12 {
			t.Errorf("%s is %g, want %g", what, pair[0], pair[1])
		}
	}
}
