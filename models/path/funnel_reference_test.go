package path

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"
)

// embedding is the positions of the events that take steps.
type embedding struct{ steps, events []int }

// embeddings enumerates all ways into a funnel, one event at a time, and keeps those that break no rule. It is the
// reference: nothing is clever here.
func embeddings(d FunnelDefinition, events []Event) []embedding {
	var all []embedding
	var extend func(embedding)
	extend = func(e embedding) {
		if len(e.steps) > 0 {
			if !allowed(d, events, e) {
				return // what is not allowed does not become so by what comes after
			}
			all = append(all, embedding{slices.Clone(e.steps), slices.Clone(e.events)})
		}
		after := -1
		if len(e.events) > 0 {
			after = e.events[len(e.events)-1]
		}
		for step := range d.Steps {
			for i := after + 1; i < len(events); i++ {
				if d.Steps[step].Matches(events[i]) && mayFollow(d, e.steps, step) {
					extend(embedding{append(slices.Clone(e.steps), step), append(slices.Clone(e.events), i)})
				}
			}
		}
	}
	extend(embedding{})
	return all
}

func mayFollow(d FunnelDefinition, taken []int, step int) bool {
	if d.Order == AnyOrder {
		return !slices.Contains(taken, step)
	}
	last := -1
	if len(taken) > 0 {
		last = taken[len(taken)-1]
	}
	for between := last + 1; between < step; between++ {
		if !d.Steps[between].Optional {
			return false
		}
	}
	return step > last
}

func allowed(d FunnelDefinition, events []Event, e embedding) bool {
	first, last := e.events[0], e.events[len(e.events)-1]
	if d.Window > 0 && events[last].At.Sub(events[first].At) > d.Window {
		return false
	}
	if d.Entry == FirstEntry {
		for _, earlier := range events[:first] {
			for step := range d.Steps {
				if d.Steps[step].Matches(earlier) && mayFollow(d, nil, step) {
					return false
				}
			}
		}
	}
	for i := first + 1; i <= last; i++ {
		used := slices.Contains(e.events, i)
		var taken []int // before event i
		for k, at := range e.events {
			if at < i {
				taken = append(taken, e.steps[k])
			}
		}
		for _, x := range d.Exclusions {
			stands := taken[len(taken)-1]
			if x.Matches(events[i]) && (d.Order == AnyOrder || x.From <= stands && stands < x.To) {
				return false
			}
		}
		if used {
			if previous := e.events[slices.Index(e.events, i)-1]; d.StrictlyLater && !events[i].At.After(events[previous].At) {
				return false
			}
			continue
		}
		repeats := slices.ContainsFunc(taken, func(step int) bool { return d.Steps[step].Matches(events[i]) })
		due := slices.ContainsFunc(indices(len(d.Steps)), func(step int) bool {
			return d.Steps[step].Matches(events[i]) && mayFollow(d, taken, step)
		})
		if (repeats || due) && d.Repeats == RepeatsEnd || d.Order == Strict && !(repeats && d.Repeats == RepeatsIgnore) {
			return false
		}
	}
	return true
}

// rank is what the best way has most of: required steps, optional ones, an early end, a late start.
func rank(d FunnelDefinition, e embedding) []int {
	r := []int{0, 0, -e.events[len(e.events)-1], e.events[0]}
	for _, step := range e.steps {
		if d.Steps[step].Optional {
			r[1]++
		} else {
			r[0]++
		}
	}
	return r
}

// randomFunnel makes a small definition and history with ties, gaps, loops, and events that match several steps.
func randomFunnel(r *rand.Rand) (FunnelDefinition, []Event) {
	names := []string{"a", "b", "c", "x"}
	d := FunnelDefinition{
		Order: []Order{Ordered, Strict, AnyOrder}[r.IntN(3)], Entry: []Entry{AnyEntry, FirstEntry}[r.IntN(2)],
		Repeats: []Repeats{RepeatsUsual, RepeatsIgnore, RepeatsEnd}[r.IntN(3)], StrictlyLater: r.IntN(3) == 0,
		Window: time.Duration(r.IntN(5)) * time.Second,
	}
	for i := range 1 + r.IntN(4) {
		step := named(names[r.IntN(3)])
		if r.IntN(4) == 0 {
			step = named(names[r.IntN(3)], names[r.IntN(4)])
		}
		step.Optional = d.Order != AnyOrder && i > 0 && r.IntN(3) == 0
		d.Steps = append(d.Steps, step)
	}
	if n := len(d.Steps); n > 1 && r.IntN(2) == 0 {
		from := r.IntN(n - 1)
		name := names[r.IntN(4)]
		d.Exclusions = []Exclusion{{Matches: func(e Event) bool { return e.Name == name }, From: from, To: from + 1 + r.IntN(n-1-from)}}
	}
	at := time.Unix(0, 0).UTC()
	events := make([]Event, r.IntN(8))
	for i := range events {
		at = at.Add(time.Duration(r.IntN(3)) * time.Second)
		events[i] = Event{Name: names[r.IntN(4)], At: at, Properties: map[string]string{"p": []string{"", "1", "2"}[r.IntN(3)]}}
	}
	return d, events
}

func compareWithReference(t *testing.T, d FunnelDefinition, events []Event) {
	t.Helper()
	got, err := d.Attempts(events)
	if err != nil {
		t.Fatal(err)
	}
	all := embeddings(d, events)
	if len(all) == 0 || len(got) == 0 {
		if len(all) != len(got) {
			t.Fatalf("%s: got %v, reference has %d ways", describe(d, events), got, len(all))
		}
		return
	}
	best := slices.MaxFunc(all, func(a, b embedding) int { return slices.Compare(rank(d, a), rank(d, b)) })
	found := embedding{got[0].Steps, got[0].Events}
	if len(got) != 1 || !slices.Equal(rank(d, found), rank(d, best)) {
		t.Fatalf("%s: got %v, want one like %v", describe(d, events), got, best)
	}
	if !slices.ContainsFunc(all, func(e embedding) bool { return reflect.DeepEqual(e, found) }) {
		t.Fatalf("%s: %v is not a way through", describe(d, events), found)
	}
	required := rank(d, embedding{steps: indices(len(d.Steps)), events: []int{0}})[0]
	if got[0].Complete != (rank(d, found)[0] == required) {
		t.Fatalf("%s: %v says complete %t", describe(d, events), found, got[0].Complete)
	}
}

func indices(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func describe(d FunnelDefinition, events []Event) string {
	text := fmt.Sprintf("order %q entry %q repeats %q later %t window %s excluded", d.Order, d.Entry, d.Repeats, d.StrictlyLater, d.Window)
	matches := func(match func(Event) bool) (names string) {
		for _, name := range []string{"a", "b", "c", "x"} {
			if match(Event{Name: name}) {
				names += name
			}
		}
		return names
	}
	for _, x := range d.Exclusions {
		text += fmt.Sprintf(" %s between %d and %d", matches(x.Matches), x.From, x.To)
	}
	for _, s := range d.Steps {
		text += fmt.Sprintf(" > %s optional %t", matches(s.Matches), s.Optional)
	}
	for _, e := range events {
		text += fmt.Sprintf(" %s@%d", e.Name, e.At.Unix())
	}
	return text
}

func TestFunnelEqualsEnumeration(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 6))
	for range 30_000 {
		d, events := randomFunnel(r)
		compareWithReference(t, d, events)
	}
}

// Holding a property constant is taking the best of each value's own funnel.
func TestHoldConstantEqualsEnumeration(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 6))
	for range 5_000 {
		d, events := randomFunnel(r)
		d.Entry = AnyEntry
		var best []int
		for _, value := range []string{"1", "2"} {
			var at []int
			var of []Event
			for i, e := range events {
				if e.Properties["p"] == value {
					at, of = append(at, i), append(of, e)
				}
			}
			for _, e := range embeddings(d, of) {
				for k := range e.events {
					e.events[k] = at[e.events[k]]
				}
				if ranked := rank(d, e); slices.Compare(ranked, best) > 0 {
					best = ranked
				}
			}
		}
		d.HoldConstant = []string{"p"}
		got, err := d.Attempts(events)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) == 0 && best == nil {
			continue
		}
		if len(got) != 1 || !slices.Equal(rank(d, embedding{got[0].Steps, got[0].Events}), best) {
			t.Fatalf("%s: got %v, want rank %v", describe(d, events), got, best)
		}
	}
}

// Where every entry counts, each attempt is the best from the first entry after the last one's end, none overlap, and
// the deepest attempt of a unit is at most that of any entry.
func TestEveryEntry(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 6))
	several := 0
	for range 10_000 {
		d, events := randomFunnel(r)
		d.Entry = AnyEntry
		deepest, err := d.Attempts(events)
		if err != nil {
			t.Fatal(err)
		}
		d.Entry = EveryEntry
		attempts, err := d.Attempts(events)
		if err != nil {
			t.Fatal(err)
		}
		if len(attempts) > 1 {
			several++
		}
		if (len(attempts) == 0) != (len(deepest) == 0) {
			t.Fatalf("%s: %v and %v", describe(d, events), attempts, deepest)
		}
		end := -1
		for _, a := range attempts {
			e := embedding{a.Steps, a.Events}
			if a.Events[0] <= end || !allowed(d, events, e) {
				t.Fatalf("%s: %v", describe(d, events), attempts)
			}
			if slices.Compare(rank(d, e)[:2], rank(d, embedding{deepest[0].Steps, deepest[0].Events})[:2]) > 0 {
				t.Fatalf("%s: %v is deeper than %v", describe(d, events), a, deepest)
			}
			end = a.Events[len(a.Events)-1]
		}
	}
	if several < 100 {
		t.Errorf("only %d histories had several attempts", several)
	}
}

func FuzzFunnel(f *testing.F) {
	f.Add(uint64(1), uint64(2))
	f.Fuzz(func(t *testing.T, a, b uint64) {
		d, events := randomFunnel(rand.New(rand.NewPCG(a, b)))
		compareWithReference(t, d, events)
	})
}

func TestFunnelForgetsTheOrderOfUnits(t *testing.T) {
	r := rand.New(rand.NewPCG(10, 6))
	for range 200 {
		d, _ := randomFunnel(r)
		d.Breakdown = Breakdown{Properties: []string{"p"}, Attribution: []Attribution{AttributeFirstTouch, AttributeLastTouch, AttributeStep, AttributeAllEvents}[r.IntN(4)]}
		histories := make([]History, 30)
		for i := range histories {
			_, events := randomFunnel(r)
			histories[i] = History{UnitID: fmt.Sprint(i), Events: events}
		}
		rows := func() ([]FunnelRow, []FunnelCohort) {
			f, err := NewFunnel(d, FunnelOptions{Cohort: Daily, Dropped: 3})
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range histories {
				f.Add(h)
			}
			return f.Rows(), f.Cohorts()
		}
		before, cohorts := rows()
		r.Shuffle(len(histories), func(i, j int) { histories[i], histories[j] = histories[j], histories[i] })
		after, cohortsAfter := rows()
		if !reflect.DeepEqual(before, after) || !reflect.DeepEqual(cohorts, cohortsAfter) {
			t.Fatalf("%v\n%v", before, after)
		}
	}
}
