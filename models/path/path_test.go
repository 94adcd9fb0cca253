package path

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// trail visits a state a day: "a b c" with the outcome behind a slash.
func trail(unit, text string) Trail {
	states, outcome, _ := strings.Cut(text, "/")
	t := Trail{UnitID: unit, Outcome: outcome}
	for i, s := range strings.Fields(states) {
		t.Visits = append(t.Visits, Visit{s, start.AddDate(0, 0, i)})
	}
	t.EndedAt = start.AddDate(0, 0, len(t.Visits))
	return t
}

func build(o Options, trails ...string) *Builder {
	b := NewBuilder(o)
	for i, text := range trails {
		b.Add(trail(fmt.Sprint("u", i), text))
	}
	return b
}

func stages() Options { return Options{UnitKind: "person", StateKind: "stage"} }

func TestEmpty(t *testing.T) {
	b := NewBuilder(stages())
	b.Add(Trail{UnitID: "u", Outcome: OutcomeOpen})
	rows, err := b.States()
	if err != nil || len(rows) != 0 || len(b.Graph()) != 0 || len(b.Variants(5)) != 0 || b.Empty() != 1 {
		t.Errorf("got %v %v %v, error %v", rows, b.Graph(), b.Variants(5), err)
	}
	if l := b.Linearity([]string{"suspect", "won"}); l.Wins != 0 || l.LinearityIndex != 0 {
		t.Errorf("got %+v", l)
	}
}

// randomTrails wander over n states until they win, lose or are left open.
func randomTrails(random *rand.Rand, units, n int) []Trail {
	trails := make([]Trail, units)
	for u := range trails {
		t := Trail{UnitID: fmt.Sprint(u), Outcome: []string{OutcomeWon, OutcomeLost, OutcomeOpen}[random.IntN(3)]}
		at := start
		for range 1 + random.IntN(8) {
			t.Visits = append(t.Visits, Visit{string(rune('a' + random.IntN(n))), at})
			at = at.Add(time.Duration(random.IntN(3)) * time.Hour) // ties on purpose
		}
		t.EndedAt = at
		trails[u] = t
	}
	return trails
}

func TestOrderOfArrivalDoesNotMatter(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	trails := randomTrails(random, 500, 6)
	want := everything(t, trails)
	for range 5 {
		random.Shuffle(len(trails), func(i, j int) { trails[i], trails[j] = trails[j], trails[i] })
		if diff := cmp.Diff(want, everything(t, trails)); diff != "" {
			t.Fatal(diff)
		}
	}
}

func everything(t *testing.T, trails []Trail) []any {
	b := NewBuilder(Options{Won: []string{"f"}})
	for _, trail := range trails {
		b.Add(trail)
	}
	states, err := b.States()
	if err != nil {
		t.Fatal(err)
	}
	return []any{b.Graph(), states, b.Variants(10), b.Linearity([]string{"a", "b", "f"}), b.Requalification(), b.Concentration(.8)}
}

func TestLongTrail(t *testing.T) {
	b := NewBuilder(stages())
	long := Trail{UnitID: "u", Outcome: OutcomeOpen}
	for i := range 100_000 {
		long.Visits = append(long.Visits, Visit{string(rune('a' + i*i%7)), start.Add(time.Duration(i) * time.Second)})
	}
	b.Add(long)
	if v := b.Variants(1); v[0].Length != 100_000 {
		t.Errorf("length %d", v[0].Length)
	}
}

func BenchmarkAdd(b *testing.B) {
	trails := randomTrails(rand.New(rand.NewPCG(7, 8)), 10_000, 20)
	transitions := 0
	for _, t := range trails {
		transitions += len(t.Visits)
	}
	for b.Loop() {
		builder := NewBuilder(Options{})
		for _, t := range trails {
			builder.Add(t)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(transitions), "ns/visit")
}

// A million visits of as many ways as units: what a report costs behind the counting.
func BenchmarkReport(b *testing.B) {
	builder := NewBuilder(Options{Won: []string{"a"}})
	for _, t := range randomTrails(rand.New(rand.NewPCG(7, 9)), 200_000, 20) {
		builder.Add(t)
	}
	for b.Loop() {
		if _, err := builder.States(); err != nil {
			b.Fatal(err)
		}
		builder.Graph()
		builder.Variants(1000)
		builder.Concentration(.8)
		builder.Linearity([]string{"c", "b", "a"})
	}
}
