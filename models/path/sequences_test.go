package path

import (
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// memory is an Overflow that keeps records as they come.
type memory struct {
	parts [OverflowParts][][]byte
	fault error
}

func (m *memory) Append(part int, record []byte) error {
	m.parts[part] = append(m.parts[part], slices.Clone(record))
	return m.fault
}

func (m *memory) Records(part int) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, record := range m.parts[part] {
			if !yield(record, nil) {
				return
			}
		}
	}
}

// What overflows is counted as what does not: every figure is the same.
func TestOverflowChangesNoFigure(t *testing.T) {
	trails := randomTrails(rand.New(rand.NewPCG(11, 2)), 3000, 5)
	o := Options{Won: []string{"e"}, Examples: 2}
	want := reportOf(t, o, trails)
	for _, room := range []int{1, 4000, 20_000} {
		kept := &memory{}
		o.Room, o.Overflow = room, func() (Overflow, error) { return kept, nil }
		if diff := cmp.Diff(want, reportOf(t, o, trails)); diff != "" {
			t.Fatalf("with room for %d bytes: %s", room, diff)
		}
		if !slices.ContainsFunc(kept.parts[:], func(part [][]byte) bool { return len(part) > 1 }) {
			t.Errorf("with room for %d bytes nothing overflowed", room)
		}
	}
}

func TestOverflowThatFails(t *testing.T) {
	full := errors.New("disk full")
	for name, opened := range map[string]struct {
		overflow Overflow
		err      error
	}{"at once": {nil, full}, "later": {&memory{fault: full}, nil}} {
		b := NewBuilder(Options{Room: 1, Overflow: func() (Overflow, error) { return opened.overflow, opened.err }})
		for _, trail := range randomTrails(rand.New(rand.NewPCG(1, 2)), 10, 5) {
			b.Add(trail)
		}
		if !errors.Is(b.Err(), full) {
			t.Errorf("%s: got %v", name, b.Err())
		}
	}
	b := NewBuilder(Options{Room: 1, Overflow: func() (Overflow, error) { return &memory{}, nil }})
	b.Add(trail("u", "a b"))
	b.Add(trail("v", "b a"))
	for _, bad := range [][]byte{{1}, append(make([]byte, 8), 0, 0x80), append(make([]byte, 8), 9), append(make([]byte, 8), 0, 0, 200, 1)} {
		b.overflow, b.err = &memory{parts: [OverflowParts][][]byte{{bad}}}, nil
		if b.Variants(1); !errors.Is(b.Err(), errRecord) {
			t.Errorf("%v: got %v", bad, b.Err())
		}
	}
}

// reportOf is everything that is said of trails.
func reportOf(t *testing.T, o Options, trails []Trail) []any {
	t.Helper()
	b := NewBuilder(o)
	for _, trail := range trails {
		b.Add(trail)
	}
	states, graph, err := b.Figures(20, 3)
	if err != nil {
		t.Fatal(err)
	}
	variants := b.Variants(7)
	b.Group(variants, 3)
	report := []any{graph, states, variants, b.Variants(0), b.LinearityOfSteps([][]string{{"a"}, {"b"}, {"e"}}), b.Requalification(),
		b.Concentration(.8), b.Reworked(), b.Actions()}
	if err := b.Err(); err != nil {
		t.Fatal(err)
	}
	return report
}

// The commonest ways and their coverage, counted with a plain map, whatever is asked for.
func TestVariantsOfManyEqualAPlainCount(t *testing.T) {
	trails := randomTrails(rand.New(rand.NewPCG(5, 8)), 6000, 4)
	b := NewBuilder(Options{})
	count := map[string]int{}
	for _, trail := range trails {
		b.Add(trail)
		var names []string
		for _, v := range trail.Visits {
			names = append(names, v.State)
		}
		count[strings.Join(names, " > ")]++
	}
	var want []string
	for name, n := range count {
		want = append(want, fmt.Sprintf("%06d %s", 999_999-n, name)) // sorts by units downwards, then by name
	}
	slices.Sort(want)
	for _, top := range []int{1, 10, 1500, len(want), 0} {
		rows := b.Variants(top)
		shown := len(rows)
		units := uint64(0)
		for _, row := range rows {
			units += row.Units
		}
		if units != uint64(len(trails)) {
			t.Errorf("top %d holds %d units, want %d", top, units, len(trails))
		}
		if top > 0 && top < len(want) {
			shown--
			if rows[shown].Variant != Remaining || rows[shown].Compressed != fmt.Sprintf("%d other variants", len(want)-top) {
				t.Errorf("top %d ends with %+v", top, rows[shown])
			}
		}
		for i, row := range rows[:shown] {
			if got := fmt.Sprintf("%06d %s", 999_999-row.Units, row.Variant); got != want[i] {
				t.Fatalf("top %d: row %d is %s, want %s", top, i, got, want[i])
			}
		}
	}
	covering, covered := uint64(0), 0
	for _, line := range want {
		if float64(covered) >= .8*float64(len(trails)) {
			break
		}
		covered += count[line[7:]]
		covering++
	}
	if got := b.Concentration(.8); got != (Concentration{uint64(len(want)), covering}) {
		t.Errorf("got %+v, want %d of %d", got, covering, len(want))
	}
}

// Hundreds of states, most of them met late: edges are found by a square first and by a map then.
func TestManyStates(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 6))
	b := NewBuilder(Options{})
	want := map[[2]string]uint64{}
	for u := range 3000 {
		var text []string
		for range 1 + random.IntN(5) {
			text = append(text, fmt.Sprint("s", random.IntN(1+u/5)))
		}
		b.Add(trail(fmt.Sprint(u), strings.Join(text, " ")+"/lost"))
		for i, s := range append(text, Lost) {
			want[[2]string{append([]string{Start}, text...)[i], s}]++
		}
	}
	got := map[[2]string]uint64{}
	for _, e := range b.Graph() {
		got[[2]string{e.From, e.To}] += e.Transitions
	}
	if len(b.states) < 500 {
		t.Fatalf("only %d states", len(b.states))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	rows, err := b.States()
	if err != nil || len(rows) != len(b.states) {
		t.Fatalf("%d rows of %d states, error %v", len(rows), len(b.states), err)
	}
	for _, row := range rows {
		if row.WinProbability > 1e-9 || row.ExpectedSteps < 1 { // all are lost at last
			t.Errorf("%+v", row)
		}
	}
}
