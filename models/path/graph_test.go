package path

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestGraphKeepsLoopsAndReturns(t *testing.T) {
	b := build(Options{UnitKind: "person", StateKind: "channel"}, "a b b a/won", "a b/open", "a/lost")
	edge := func(from, to string, transitions, units uint64, rate float64) Transition {
		return Transition{UnitKind: "person", StateKind: "channel", From: from, To: to, Transitions: transitions, Units: units,
			MedianSeconds: 86400, P90Seconds: 86400, ConversionRate: rate, UnitShare: float64(units) / 3}
	}
	entry := edge(Start, "a", 3, 3, 1./3)
	entry.MedianSeconds, entry.P90Seconds = 0, 0
	want := []Transition{
		entry, edge("a", Converted, 1, 1, 1), edge("a", Lost, 1, 1, 0), edge("a", "b", 2, 2, .5),
		edge("b", Open, 1, 1, 0), edge("b", "a", 1, 1, 1), edge("b", "b", 1, 1, 1),
	}
	if diff := cmp.Diff(want, b.Graph(), cmpopts.EquateApprox(0, 1e-12), withoutIntervals, cmpopts.IgnoreFields(Transition{}, "Share")); diff != "" {
		t.Error(diff)
	}
	shares := map[string]float64{}
	for _, e := range b.Graph() {
		shares[e.From] += e.Share
	}
	for from, sum := range shares {
		if math.Abs(sum-1) > 1e-12 {
			t.Errorf("shares of those that leave %s sum to %g", from, sum)
		}
	}
}

// withoutIntervals leaves the bounds out, which have tests of their own.
var withoutIntervals = cmpopts.IgnoreFields(Transition{}, "ConversionLow", "ConversionHigh", "UnitShareLow", "UnitShareHigh", "ShareLow", "ShareHigh")

// Wilson's intervals of 1 in 10 and of 0 in 20, from his formula by hand.
func TestWilson(t *testing.T) {
	for _, c := range []struct {
		part, whole uint64
		low, high   float64
	}{{1, 10, .017876, .404150}, {0, 20, 0, .161130}, {0, 0, 0, 1}} {
		low, high := wilson(c.part, c.whole)
		if math.Abs(low-c.low) > 1e-5 || math.Abs(high-c.high) > 1e-5 {
			t.Errorf("%d of %d: got %g to %g, want %g to %g", c.part, c.whole, low, high, c.low, c.high)
		}
	}
}

// After a win the unit goes on: retained is no failure, and nothing converts any more.
func TestGraphAfterTheWin(t *testing.T) {
	b := build(stages(), "suspect won retained/won")
	var got []string
	for _, e := range b.Graph() {
		got = append(got, fmt.Sprintf("%s→%s %g", e.From, e.To, e.ConversionRate))
	}
	want := []string{"(start)→suspect 1", "retained→(open) 0", "suspect→won 1", "won→retained 0"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
