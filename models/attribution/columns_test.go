package attribution

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// columnsOf are journeys as columns; the channels are numbered in no order.
func columnsOf(js []Journey) (c Columns) {
	ids := map[string]uint16{}
	for i := range js {
		if js[i].Outcome == Censored {
			continue
		}
		for k := range js[i].Touches {
			name := js[i].Touches[k].Channel
			if _, known := ids[name]; !known {
				ids[name] = uint16(len(ids))
				c.Channels = append(c.Channels, name)
			}
			c.Touches = append(c.Touches, ids[name])
		}
		c.Ends, c.Converted = append(c.Ends, int32(len(c.Touches))), append(c.Converted, js[i].Outcome == Converted)
	}
	return c
}

func grouped(t *testing.T, n int, c Columns) Columns {
	t.Helper()
	pieces, err := GroupedColumns(n, c)
	if err != nil {
		t.Fatal(err)
	}
	return pieces[0]
}

func TestMarkovOfColumnsIsMarkov(t *testing.T) {
	js := world{5000, 12, 5, .3}.journeys(4, Options{ConversionType: "won", ObservedUntil: days(400)})
	want := credit(t, Markov{}, NewSample(js))
	got, err := MarkovOfColumns(columnsOf(js))
	if err != nil {
		t.Fatal(err)
	}
	var removal, own []float64
	for _, e := range got {
		removal, own = append(removal, e.RemovalEffect), append(own, e.Conversions)
	}
	near(t, "removal effects", removal, want.RemovalEffects, 1e-12)
	near(t, "conversions", own, want.Own, 1e-9)
}

func TestColumnsThatAreNone(t *testing.T) {
	for what, c := range map[string]Columns{
		"a channel beyond the dictionary": {Channels: []string{"A"}, Touches: []uint16{1}, Ends: []int32{1}, Converted: []bool{true}},
		"a journey beyond the touches":    {Channels: []string{"A"}, Touches: []uint16{0}, Ends: []int32{2}, Converted: []bool{true}},
		"a journey without an outcome":    {Channels: []string{"A"}, Touches: []uint16{0}, Ends: []int32{1}},
		"fewer values than rows":          {Channels: []string{"A"}, Touches: []uint16{0}, Ends: []int32{1}, Converted: []bool{true}, Values: []float64{}},
	} {
		if _, err := MarkovOfColumns(c); err == nil {
			t.Errorf("%s is accepted", what)
		}
		if _, err := NewSampleOfColumns(c); err == nil {
			t.Errorf("%s is accepted in a sample", what)
		}
	}
}

// The same rows give the same sample, paths in the same order, by either way, with few channels and with more than fit into
// the bits of an integer.
func TestSampleOfColumnsIsSampleOfPaths(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	for _, channels := range []int{1, 2, 7, 64, 65, 700} {
		c := Columns{Values: []float64{}}
		for _, id := range random.Perm(channels) {
			c.Channels = append(c.Channels, fmt.Sprintf("c%03d", id))
		}
		var counted []Path
		for range 4000 {
			p := Path{Conversions: float64(random.IntN(3)), Nulls: float64(random.IntN(3)), Value: float64(random.IntN(100))}
			for range 1 + min(random.IntN(20), random.IntN(20)) {
				id := min(random.IntN(channels), random.IntN(channels))
				p.Channels, c.Touches = append(p.Channels, c.Channels[id]), append(c.Touches, uint16(id))
			}
			counted = append(counted, p)
			c.Ends, c.Conversions, c.Nulls, c.Values = append(c.Ends, int32(len(c.Touches))), append(c.Conversions, p.Conversions), append(c.Nulls, p.Nulls), append(c.Values, p.Value)
		}
		used := map[uint16]bool{}
		for _, id := range c.Touches {
			used[id] = true
		}
		if len(used) < channels { // a channel that no row has is one of the columns' dictionary, but of no path
			continue
		}
		got, err := NewSampleOfColumns(c)
		if err != nil {
			t.Fatal(err)
		}
		want := NewSampleOfPaths(counted)
		if diff := gocmp.Diff(want, got, gocmp.AllowUnexported(Sample{}, paths{}), gocmp.Comparer(func(a, b func(*Touch) string) bool { return a == nil && b == nil }), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%d channels: %.1000s", channels, diff)
		}
	}
}

func TestCreditOfColumnsIsMarkovs(t *testing.T) {
	js := world{3000, 70, 5, .3}.journeys(6, Options{ConversionType: "won", ObservedUntil: days(400)})
	for _, most := range []int{0, 12} { // channels: all, or other(58)
		c := grouped(t, most, columnsOf(js))
		for range c.Ends {
			c.Values = append(c.Values, float64(len(c.Values)%7))
		}
		s, err := NewSampleOfColumns(c)
		if err != nil {
			t.Fatal(err)
		}
		want := credit(t, Markov{}, s)
		got, err := CreditOfColumns(c)
		if err != nil {
			t.Fatal(err)
		}
		if most > 0 && !slices.Contains(got.Channels, "other(58)") {
			t.Errorf("channels %v", got.Channels)
		}
		near(t, "conversions", got.Conversions, want.Conversions, 1e-8)
		near(t, "values", got.Values, want.Values, 1e-8)
		near(t, "own", got.Own, want.Own, 1e-9)
		near(t, "removal effects", got.RemovalEffects, want.RemovalEffects, 1e-12)
		near(t, "residual", []float64{got.Residual}, []float64{want.Residual}, 1e-8)
	}
}

// Grouping columns and grouping paths are the same.
func TestGroupedColumnsAreGroupedPaths(t *testing.T) {
	js := world{500, 9, 5, .3}.journeys(2, Options{ConversionType: "won"})
	c := columnsOf(js)
	whole, err := NewSampleOfColumns(c)
	if err != nil {
		t.Fatal(err)
	}
	got, err := NewSampleOfColumns(grouped(t, 3, c))
	if err != nil {
		t.Fatal(err)
	}
	byPath := func(a, b Path) int { return slices.Compare(a.Channels, b.Channels) }
	want := NewSampleOfPaths(Grouped(whole.Paths(), 3)).Paths()
	slices.SortFunc(want, byPath)
	paths := got.Paths()
	slices.SortFunc(paths, byPath)
	if diff := gocmp.Diff(want, paths); diff != "" {
		t.Error(diff)
	}
}
