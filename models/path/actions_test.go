package path

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func actionOf(t *testing.T, rows []Action, state string, first bool) Action {
	t.Helper()
	i := slices.IndexFunc(rows, func(a Action) bool { return a.State == state && a.First == first })
	if i < 0 {
		t.Fatalf("no row of %s, first %v", state, first)
	}
	return rows[i]
}

func TestActions(t *testing.T) {
	// Four of five winners invited first, one of five losers did; open units say nothing while some are lost.
	trails := slices.Concat(
		slices.Repeat([]string{"invite use/won"}, 4), []string{"use/won", "invite use/lost"},
		slices.Repeat([]string{"use use/lost"}, 4), []string{"invite/open"})
	rows := build(Options{}, trails...).Actions()
	invite := actionOf(t, rows, "invite", true)
	if invite.Winners != 4 || invite.Won != 5 || invite.Losers != 1 || invite.NotWon != 5 || math.Abs(invite.Difference-.6) > 1e-12 {
		t.Errorf("got %+v", invite)
	}
	// Fisher's exact test of 4/5 against 1/5: (C(5,4)C(5,1) + C(5,5)C(5,0)) × 2 / C(10,5) = 52/252.
	if math.Abs(invite.P-52./252) > 1e-9 {
		t.Errorf("p = %g, want %g", invite.P, 52./252)
	}
	if use := actionOf(t, rows, "use", false); use.P != 1 || use.Winners != 5 || use.Losers != 5 {
		t.Errorf("all used: got %+v", use)
	}
	if rows[0].State != "invite" || invite.Low > .6 || invite.High < .6 {
		t.Errorf("got %+v", rows)
	}
	if got := build(Options{}, "a/won", "b/won").Actions(); got != nil {
		t.Errorf("with nobody to compare with: got %+v", got)
	}
	if got := actionOf(t, build(Options{}, "a/won", "b/open").Actions(), "a", true); got.NotWon != 1 {
		t.Errorf("with none lost, open ones count: got %+v", got)
	}
}

// Newcombe's own example (1998, table II, case a): 56/70 and 48/80 differ by 0.0524 to 0.3339.
func TestDifferenceOfShares(t *testing.T) {
	b := NewBuilder(Options{})
	row := b.action(b.id("a"), true, outcomes{56, 48}, tally{outcomes: outcomes{70, 80}})
	if math.Abs(row.Low-.0524) > 1e-4 || math.Abs(row.High-.3339) > 1e-4 {
		t.Errorf("got %g to %g", row.Low, row.High)
	}
}

func TestExactAndAsymptoticAgree(t *testing.T) {
	exact, asymptotic := fisher(1030, 6000, 950, 6000), independence(1030, 6000, 950, 6000)
	if math.Abs(exact-asymptotic) > .1*exact || exact > .1 || exact < .01 {
		t.Errorf("exact %g, χ² %g", exact, asymptotic)
	}
}

// Where nothing matters, few of many findings survive the correction, though some p-values are small.
func TestActionsOfNoise(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	small, kept := 0, 0
	for range 20 {
		var trails []string
		for range 300 {
			var states []string
			for s := range 40 {
				if random.IntN(3) == 0 {
					states = append(states, "s"+string(rune('A'+s)))
				}
			}
			trails = append(trails, strings.Join(append(states, "z"), " ")+[]string{"/won", "/lost"}[random.IntN(2)])
		}
		for _, a := range build(Options{}, trails...).Actions() {
			if a.P < .05 {
				small++
			}
			if a.Q < .05 {
				kept++
			}
			if a.Q < a.P {
				t.Fatalf("q below p: %+v", a)
			}
		}
	}
	if small < 20 || kept > 5 {
		t.Errorf("%d p-values below 5 %%, %d after correction", small, kept)
	}
}

func TestGroupsOfSimilarVariants(t *testing.T) {
	b := build(Options{}, "a b c", "a b c", "a b c", "a b b c", "a b d c", "x y z", "x y z z", "x y", "q")
	variants := b.Variants(0)
	b.Group(variants, 2)
	groups := map[string]uint32{}
	for _, v := range variants {
		groups[v.Variant] = v.Group
	}
	for variant, want := range map[string]uint32{"a > b > c": 1, "a > b > b > c": 1, "a > b > d > c": 1, "x > y > z": 2, "x > y > z > z": 2, "x > y": 2} {
		if groups[variant] != want {
			t.Errorf("%s is in group %d, want %d", variant, groups[variant], want)
		}
	}
	rest := b.Variants(2)
	b.Group(rest, 2)
	if rest[0].Group == 0 || rest[2].Group != 0 {
		t.Errorf("the row for the rest is in a group: %+v", rest)
	}
	none := NewBuilder(Options{})
	none.Group(none.Variants(0), 3)
}

func TestDifference(t *testing.T) {
	for _, c := range []struct {
		a, b []int32
		want float64
	}{
		{[]int32{1, 2, 3}, []int32{1, 2, 3}, 0}, {[]int32{1, 2, 3}, []int32{4, 5}, 1}, {[]int32{1, 2, 3}, []int32{1, 3}, 1. / 3}, {nil, nil, 0},
	} {
		if got := difference(c.a, c.b); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%v and %v: got %g, want %g", c.a, c.b, got, c.want)
		}
	}
}

func TestRequalification(t *testing.T) {
	b := build(stages(), "sql disqualified nurture sql won", "sql disqualified", "sql disqualified disqualified", "sql won", "disqualified sql")
	got := b.Requalification()
	// Two of four came back: after two days by way of nurture, and after one.
	if got.Disqualified != 4 || got.Requalified != 2 || math.Abs(got.MedianDays-1.5) > 1e-12 || math.Abs(got.Rate-.5) > 1e-12 {
		t.Errorf("got %+v", got)
	}
}

func TestStudyBySegments(t *testing.T) {
	s := NewStudy(Options{})
	for i, text := range []string{"a b/won", "a a/lost", "b/won"} {
		x := trail(string(rune('x'+i)), text)
		x.Segments = []Segment{{"plan", []string{"pro", "free", "pro"}[i]}}
		s.Add(x)
	}
	parts, err := s.Parts()
	if err != nil {
		t.Fatal(err)
	}
	if len(parts) != 3 || parts[0].By != "" || parts[1].Value != "pro" || parts[2].Value != "free" {
		t.Fatalf("got %+v", parts)
	}
	whole, pro, free := parts[0].Row(nil), parts[1].Row([][]string{{"a"}, {"b"}}), parts[2].Row(nil)
	if whole.Units != 3 || whole.Wins != 2 || pro.Wins != 2 || pro.Linear != 1 || free.Wins != 0 || math.Abs(free.ReworkShare-1) > 1e-12 {
		t.Errorf("got %+v\n%+v\n%+v", whole, pro, free)
	}
	for i := range maxSegments {
		x := trail("u", "a")
		x.Segments = []Segment{{"id", string(rune(0x4e00 + i))}}
		s.Add(x)
	}
	if _, err := s.Parts(); err == nil || !strings.Contains(err.Error(), "at most 200") {
		t.Errorf("a split by an id: got %v", err)
	}
}

func TestTopTransitionsSayWhatRemains(t *testing.T) {
	graph := build(Options{}, "a b a b c", "a c").Graph()
	top := TopTransitions(graph, 2)
	var all, shown uint64
	for _, e := range graph {
		all += e.Transitions
	}
	for _, e := range top {
		shown += e.Transitions
	}
	if len(top) != 3 || top[2].From != Remaining || all != shown {
		t.Errorf("got %+v: %d of %d transitions", top, shown, all)
	}
	if got := TopTransitions(graph, 0); len(got) != len(graph) {
		t.Errorf("all: got %d of %d", len(got), len(graph))
	}
}

// The picture is small enough to follow, no state hangs in the air, and what is left out is told.
func TestDotOfManyStates(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	b := NewBuilder(Options{})
	for _, x := range randomTrails(random, 4000, 40) {
		for i := range x.Visits {
			x.Visits[i].State = "state " + strconv.Itoa(int([]rune(x.Visits[i].State)[0]-'a'))
		}
		b.Add(x)
	}
	states, err := b.States()
	if err != nil {
		t.Fatal(err)
	}
	graph := b.Graph()
	text := Draw(states, graph, DrawingOptions{}).Dot()
	arrows := strings.Count(text, " -> ")
	if len(states) != 40 || arrows > 3*40+2*43 || arrows >= len(graph) {
		t.Errorf("%d states, %d arrows of %d", len(states), arrows, len(graph))
	}
	for _, s := range states {
		if !strings.Contains(text, "label=\""+s.State+`\n`) {
			t.Errorf("no state %q", s.State)
		}
	}
	if !strings.Contains(text, "Not drawn: ") {
		t.Error("what is left out is not told")
	}
	slices.Reverse(graph)
	if Draw(states, graph, DrawingOptions{}).Dot() != text {
		t.Error("the picture depends on the order of the edges")
	}
}

func TestQuoteDot(t *testing.T) {
	for in, want := range map[string]string{
		`a"b\N`: `"a\"b\\N"`, "a\nb\x00\tc": `"a\nbc"`, "&lt;": `"&amp;lt;"`, "\xff": `"�"`,
	} {
		if got := quoteDot(in); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"a b": "a b", strings.Repeat("x", 45): strings.Repeat("x", 20) + "\n" + strings.Repeat("x", 20) + "\nxxxxx",
		"one two three four five six": "one two three four\nfive six",
	} {
		if got := strings.Join(wrap(in), "\n"); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
