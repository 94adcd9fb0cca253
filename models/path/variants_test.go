package path

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestVariants(t *testing.T) {
	b := build(Options{UnitKind: "person", StateKind: "channel", Examples: 2},
		"a b c b c/won", "a b c b c/open", "a/open", "a/open", "a/won", "d/won", "c/open")
	want := []Variant{
		{UnitKind: "person", StateKind: "channel", Variant: "a", Compressed: "a", Length: 1, Units: 3, Won: 1, Examples: []string{"u2", "u3"}},
		{UnitKind: "person", StateKind: "channel", Variant: "a > b > c > b > c", Compressed: "a (b c)×2", Length: 5, Units: 2, Won: 1, MedianDays: 4,
			Examples: []string{"u0", "u1"}},
		{UnitKind: "person", StateKind: "channel", Variant: Remaining, Compressed: "2 other variants", Units: 2, Won: 1},
	}
	if diff := cmp.Diff(want, b.Variants(2)); diff != "" {
		t.Error(diff)
	}
	// 3 and 2 of 7 units take two variants: 71 % are covered, 80 % need a third.
	if got := b.Concentration(.8); got != (Concentration{Variants: 4, Covering: 3}) {
		t.Errorf("concentration %+v", got)
	}
	if got := len(b.Variants(0)); got != 4 {
		t.Errorf("all variants: got %d rows, want 4", got)
	}
	if got := len(b.Variants(4)); got != 4 {
		t.Errorf("top 4 of 4: got %d rows, want no row for the rest", got)
	}
}

func TestStatesWithArrowsInTheirNamesStayApart(t *testing.T) {
	b := NewBuilder(Options{})
	b.Add(Trail{Visits: []Visit{{"a > b", start}, {"c", start}}})
	b.Add(Trail{Visits: []Visit{{"a", start}, {"b > c", start}}})
	b.Add(Trail{Visits: []Visit{{"\"quoted\"\n👍", start}}})
	if got := len(b.Variants(0)); got != 3 {
		t.Errorf("got %d variants, want 3", got)
	}
}

func TestCompress(t *testing.T) {
	for in, want := range map[string]string{
		"":                "",
		"A":               "A",
		"A A A":           "A×3",
		"A B C B C B C D": "A (B C)×3 D",
		"A A B A A B":     "(A×2 B)×2",
		"A B A":           "A B A",
	} {
		if got := Compress(strings.Fields(in)); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}
