package attribution

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// reach is the worth that journeys come to under a chain of grams of length k, by going as many steps as it takes for hardly
// anyone to be left: a slow way that shares nothing with the solver. weight is what an ended path adds.
func reach(paths []Path, k int, weight func(Path) float64, barred func(gram []string) bool) float64 {
	edges, ends, left := map[string]map[string]float64{}, map[string]float64{}, map[string]float64{}
	grams := map[string][]string{"": nil}
	for _, p := range paths {
		state := ""
		n := p.Conversions + p.Nulls
		for i := range p.Channels {
			gram := p.Channels[max(0, i+1-k) : i+1]
			next := strings.Join(gram, "|")
			grams[next] = gram
			if edges[state] == nil {
				edges[state] = map[string]float64{}
			}
			edges[state][next] += n
			left[state] += n
			state = next
		}
		ends[state] += weight(p)
		left[state] += n
	}
	at, worth := map[string]float64{"": 1}, 0.0
	for under := 1.0; under > 1e-13; {
		next := map[string]float64{}
		under = 0
		for state, here := range at {
			worth += here * ends[state] / left[state]
			for to, n := range edges[state] {
				if !barred(grams[to]) {
					next[to] += here * n / left[state]
					under += here * n / left[state]
				}
			}
		}
		at = next
	}
	return worth
}

func TestRemovalOfSetsAndSequences(t *testing.T) {
	s := NewSample(world{800, 5, 4, .4}.journeys(11, Options{ConversionType: "won", ObservedUntil: days(150)}))
	paths := s.Paths()
	converted := func(p Path) float64 { return p.Conversions }
	value := func(p Path) float64 { return math.Max(0, p.Value) }
	nobody := func([]string) bool { return false }
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-9 {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	a, b := s.channels[0], s.channels[1]
	holds := func(gram []string) bool {
		return strings.Contains(strings.Join(gram, "|"), a) || strings.Contains(strings.Join(gram, "|"), b)
	}
	follow := func(gram []string) bool { return len(gram) >= 2 && gram[len(gram)-2] == a && gram[len(gram)-1] == b }
	for _, k := range []int{1, 2, 3} {
		got, err := Markov{Order: k}.RemoveSet(s, a, b)
		if err != nil {
			t.Fatal(err)
		}
		near("set", got.Conversions, 1-reach(paths, k, converted, holds)/reach(paths, k, converted, nobody))
		near("value of the set", got.Value, 1-reach(paths, k, value, holds)/reach(paths, k, value, nobody))
		single, err := Markov{Order: k}.RemoveSet(s, a)
		if err != nil {
			t.Fatal(err)
		}
		near("set of one", single.Conversions, credit(t, Markov{Order: k}, s).RemovalEffects[0])
		if got.Conversions < single.Conversions || got.Removed != a+"+"+b {
			t.Errorf("%+v, alone %+v", got, single)
		}
		if got, err = (Markov{Order: k}).RemoveSequence(s, a, b); err != nil {
			t.Fatal(err)
		}
		near("sequence", got.Conversions, 1-reach(paths, max(k, 2), converted, follow)/reach(paths, max(k, 2), converted, nobody))
	}
	if _, err := (Markov{}).RemoveSet(s, "nowhere"); err == nil {
		t.Error("a channel that isn't there is removed")
	}
}

func TestTransitions(t *testing.T) {
	s := NewSampleOfPaths([]Path{{Channels: []string{"A", "A", "B"}, Conversions: 1, Nulls: 1}, {Channels: []string{"A"}, Nulls: 2}})
	want := []Transition{
		{Start, "A", 4, 1}, {"A", "A", 2, 1. / 3}, {"A", "B", 2, 1. / 3}, {"A", NoConversion, 2, 1. / 3},
		{"B", Converting, 1, .5}, {"B", NoConversion, 1, .5},
	}
	if diff := cmp.Diff(want, Transitions(s, true)); diff != "" {
		t.Error(diff)
	}
	want = []Transition{{Start, "A", 4, 1}, {"A", "B", 2, .5}, {"A", NoConversion, 2, .5}, {"B", Converting, 1, .5}, {"B", NoConversion, 1, .5}}
	if diff := cmp.Diff(want, Transitions(s, false)); diff != "" {
		t.Errorf("without loops: %s", diff)
	}
}
