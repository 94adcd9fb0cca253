package path

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// spelled is a history: "a0 b5 c5" does a at 0 s, b and c at 5 s; "a0=x" has x for property p.
func spelled(text string) []Event {
	var events []Event
	for _, word := range strings.Fields(text) {
		word, value, _ := strings.Cut(word, "=")
		seconds, _ := strconv.Atoi(word[1:])
		events = append(events, Event{Name: word[:1], At: time.Unix(int64(seconds), 0), Properties: map[string]string{"p": value}})
	}
	return events
}

// stepsOf spells steps: "a b? c" has b optional.
func stepsOf(text string) (steps []Step) {
	for _, word := range strings.Fields(text) {
		step := named(word[:1])
		step.Optional = strings.HasSuffix(word, "?")
		steps = append(steps, step)
	}
	return steps
}

func TestAttempts(t *testing.T) {
	x := func(from, to int) []Exclusion { return []Exclusion{{Matches: named("x").Matches, From: from, To: to}} }
	for name, c := range map[string]struct {
		d      FunnelDefinition
		steps  string
		events string
		want   [][]int // positions of events, by attempt
	}{
		"nobody entered":                     {FunnelDefinition{}, "a b", "b1 c2", nil},
		"no events":                          {FunnelDefinition{}, "a b", "", nil},
		"in between doesn't matter":          {FunnelDefinition{}, "a b", "a1 x2 b3", [][]int{{0, 2}}},
		"in between matters, strictly":       {FunnelDefinition{Order: Strict}, "a b", "a1 x2 b3", [][]int{{0}}},
		"latest start":                       {FunnelDefinition{}, "a b", "a1 a2 b3", [][]int{{1, 2}}},
		"first start":                        {FunnelDefinition{Entry: FirstEntry}, "a b", "a1 a2 b3", [][]int{{0, 2}}},
		"first start of an early window":     {FunnelDefinition{Entry: FirstEntry, Window: time.Second}, "a b", "a1 a2 b3", [][]int{{0}}},
		"window holds its end":               {FunnelDefinition{Window: 2 * time.Second}, "a b", "a1 b3", [][]int{{0, 1}}},
		"first of two successes":             {FunnelDefinition{}, "a b", "a1 b2 a3 b4", [][]int{{0, 1}}},
		"every success":                      {FunnelDefinition{Entry: EveryEntry}, "a b", "a1 b2 a3 a4 b5 a6", [][]int{{0, 1}, {2, 4}, {5}}},
		"every entry after a window":         {FunnelDefinition{Entry: EveryEntry, Window: time.Second}, "a b", "a1 a5 b6", [][]int{{0}, {1, 2}}},
		"what ends one begins the next":      {FunnelDefinition{Entry: EveryEntry, Order: Strict}, "a b", "a1 a2 b3 b4", [][]int{{0}, {1, 2}}},
		"exclusion":                          {FunnelDefinition{Exclusions: x(0, 1)}, "a b c", "a1 x2 b3 c4", [][]int{{0}}},
		"exclusion behind its steps":         {FunnelDefinition{Exclusions: x(0, 1)}, "a b c", "a1 b2 x3 c4", [][]int{{0, 1, 3}}},
		"excluded, then from the start":      {FunnelDefinition{Exclusions: x(0, 1)}, "a b", "a1 x2 a3 b4", [][]int{{2, 3}}},
		"optional taken":                     {FunnelDefinition{}, "a b? c", "a1 b2 c3", [][]int{{0, 1, 2}}},
		"optional left out":                  {FunnelDefinition{}, "a b? c", "a1 c3", [][]int{{0, 1}}},
		"optional taken where it can be":     {FunnelDefinition{}, "a b? c", "a1 c2 b3 c4", [][]int{{0, 2, 3}}},
		"any order":                          {FunnelDefinition{Order: AnyOrder}, "a b c", "c1 x2 a3 b4", [][]int{{0, 2, 3}}},
		"any order, an event for each step":  {FunnelDefinition{Order: AnyOrder}, "a a", "a1", [][]int{{0}}},
		"any order, the latest window":       {FunnelDefinition{Order: AnyOrder, Window: 2 * time.Second}, "a b c", "a0 b5 a6 c7", [][]int{{1, 2, 3}}},
		"an event takes one step":            {FunnelDefinition{}, "a a a", "a1 a2", [][]int{{0, 1}}},
		"ties in the order given":            {FunnelDefinition{}, "a b", "b1 a1", [][]int{{1}}},
		"ties are not later":                 {FunnelDefinition{StrictlyLater: true}, "a b", "a1 b1 a1", [][]int{{0}}},
		"unsorted events":                    {FunnelDefinition{}, "a b", "b2 a1", [][]int{{0, 1}}},
		"the same value":                     {FunnelDefinition{HoldConstant: []string{"p"}}, "a b", "a1=u b2=v b3=u", [][]int{{0, 2}}},
		"no value is none":                   {FunnelDefinition{HoldConstant: []string{"p"}}, "a b", "a1 b2", nil},
		"each value by itself":               {FunnelDefinition{HoldConstant: []string{"p"}, Entry: EveryEntry}, "a b", "a1=u a2=v b3=v b4=u", [][]int{{0, 3}, {1, 2}}},
		"the value that goes farthest":       {FunnelDefinition{HoldConstant: []string{"p"}}, "a b", "a1=u a2=v b3=v", [][]int{{1, 2}}},
		"the value that enters first":        {FunnelDefinition{HoldConstant: []string{"p"}, Entry: FirstEntry}, "a b", "a1=u a2=v b3=v", [][]int{{0}}},
		"repeats end":                        {FunnelDefinition{Repeats: RepeatsEnd}, "a b c", "a1 b2 b3 c4", [][]int{{0, 1}}},
		"repeats in strict order":            {FunnelDefinition{Order: Strict}, "a b c", "a1 b2 b3 c4", [][]int{{0, 1}}},
		"repeats in strict order don't hurt": {FunnelDefinition{Order: Strict, Repeats: RepeatsIgnore}, "a b c", "a1 b2 b3 c4", [][]int{{0, 1, 3}}},
	} {
		t.Run(name, func(t *testing.T) {
			c.d.Steps = stepsOf(c.steps)
			attempts, err := c.d.Attempts(spelled(c.events))
			if err != nil {
				t.Fatal(err)
			}
			var got [][]int
			for _, a := range attempts {
				got = append(got, a.Events)
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestBreakdowns(t *testing.T) {
	units := []string{"a1=u b2=v", "a1 b2=v", "a1=u a3=w b4=v", "a1=u", "a1 b2"}
	for attribution, want := range map[Attribution]string{
		"":                  "u 3 2,  1 1, v 1 1",
		AttributeFirstTouch: "u 3 2,  1 1, v 1 1",
		AttributeLastTouch:  "v 3 3,  1 1, u 1 0",
		AttributeStep:       "v 3 3,  1 1",
		AttributeAllEvents:  "u 3 0,  2 1, w 1 0",
		AttributeUnit:       "even 3 3, odd 2 1",
	} {
		d := FunnelDefinition{Steps: stepsOf("a b"), Breakdown: Breakdown{Properties: []string{"p"}, Attribution: attribution, Step: 1}}
		f, err := NewFunnel(d, FunnelOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for i, events := range units {
			f.Add(History{UnitID: fmt.Sprint(i), Events: spelled(events), Segments: []string{[]string{"even", "odd"}[i%2]}})
		}
		var got []string
		for pair := range slices.Chunk(f.Rows(), 2) {
			got = append(got, fmt.Sprintf("%s %d %d", pair[0].Breakdown[0], pair[0].Units, pair[1].Units))
		}
		if text := strings.Join(got, ", "); text != want {
			t.Errorf("%q: got %s, want %s", attribution, text, want)
		}
	}
}

// A unit counts under each value that its first step had, with the depth it reached from there.
func TestBreakdownByFirstStep(t *testing.T) {
	d := FunnelDefinition{Steps: stepsOf("a b"), Window: time.Second, Breakdown: Breakdown{Properties: []string{"p"}, Attribution: AttributeStep}}
	f, err := NewFunnel(d, FunnelOptions{})
	if err != nil {
		t.Fatal(err)
	}
	f.Add(History{UnitID: "1", Events: spelled("a1=u b2 a5=w")})
	var got []string
	for _, row := range f.Rows() {
		got = append(got, fmt.Sprintf("%s%s%d", row.Breakdown[0], row.Step, row.Units))
	}
	if text := strings.Join(got, " "); text != "ua1 ub1 wa1 wb0" {
		t.Error(text)
	}
}

func TestFunnelRows(t *testing.T) {
	f, err := NewFunnel(FunnelDefinition{Steps: stepsOf("a b? c")}, FunnelOptions{Cohort: Weekly, Dropped: 2})
	if err != nil {
		t.Fatal(err)
	}
	for unit, events := range map[string]string{"1": "a0 b10 c40", "2": "a0 c20", "5": "a0", "4": "a0", "3": "a0", "6": "a604800 b604801", "7": "x1"} {
		f.Add(History{UnitID: unit, Events: spelled(events)})
	}
	rows := f.Rows()
	want := []FunnelRow{
		{Step: "a", Units: 6, OfFirst: 1, OfPrevious: 1, Dropped: 3, DroppedUnits: []string{"3", "4"}},
		{Step: "b", Optional: true, Units: 2, OfFirst: 2. / 6, OfPrevious: 2. / 6, MeanSeconds: 5.5, MedianSeconds: 5.5, P90Seconds: 9.1,
			TotalMedianSeconds: 5.5, TotalP90Seconds: 9.1, Dropped: 1, DroppedUnits: []string{"6"}},
		{Step: "c", Units: 2, OfFirst: 2. / 6, OfPrevious: 2. / 6, MeanSeconds: 25, MedianSeconds: 25, P90Seconds: 29,
			TotalMedianSeconds: 30, TotalP90Seconds: 38},
	}
	for i := range want {
		if !reflect.DeepEqual(rounded(rows[i]), rounded(want[i])) {
			t.Errorf("got %+v\nwant %+v", rows[i], want[i])
		}
	}
	cohorts := f.Cohorts()
	if len(cohorts) != 2 || !slices.Equal(cohorts[0].Units, []uint64{5, 1, 2}) || !slices.Equal(cohorts[1].Units, []uint64{1, 1, 0}) ||
		cohorts[1].Start.Format(time.DateOnly) != "1970-01-05" {
		t.Errorf("%+v", cohorts)
	}
	if f.Units() != 7 {
		t.Errorf("%d units", f.Units())
	}
}

func rounded(r FunnelRow) FunnelRow {
	for _, x := range []*float64{&r.OfFirst, &r.OfPrevious, &r.MeanSeconds, &r.MedianSeconds, &r.P90Seconds, &r.TotalMedianSeconds, &r.TotalP90Seconds} {
		*x = math.Round(*x*1e9) / 1e9
	}
	return r
}

func TestFunnelOfNobody(t *testing.T) {
	f, err := NewFunnel(FunnelDefinition{Steps: stepsOf("a b"), Order: AnyOrder}, FunnelOptions{})
	if err != nil {
		t.Fatal(err)
	}
	rows := f.Rows()
	if len(rows) != 2 || rows[1].Step != "any 2 of 2" || rows[0].Units != 0 || rows[1].OfPrevious != 0 {
		t.Errorf("%+v", rows)
	}
}

func TestFaultyFunnels(t *testing.T) {
	for want, d := range map[string]FunnelDefinition{
		"0 steps":                  {},
		`step 1 ("a") can't be`:    {Steps: stepsOf("a? b")},
		`step 2 ("b") can't be`:    {Steps: stepsOf("a b?"), Order: AnyOrder},
		"matches nothing":          {Steps: []Step{{Name: "a"}}},
		`order "sideways"`:         {Steps: stepsOf("a"), Order: "sideways"},
		"between steps 1 and 3":    {Steps: stepsOf("a b"), Exclusions: []Exclusion{{Matches: named("x").Matches, To: 2}}},
		"is negative":              {Steps: stepsOf("a"), Window: -1},
		"breakdown by step 2":      {Steps: stepsOf("a"), Breakdown: Breakdown{Attribution: AttributeStep, Step: 1}},
		`attribution "best"`:       {Steps: stepsOf("a"), Breakdown: Breakdown{Attribution: "best"}},
		"too many ways through 13": {Steps: stepsOf(strings.Repeat("a ", 13)), Order: AnyOrder},
	} {
		if _, err := NewFunnel(d, FunnelOptions{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	if _, err := NewFunnel(FunnelDefinition{Steps: stepsOf("a")}, FunnelOptions{Cohort: "decade"}); err == nil {
		t.Error("a cohort of a decade")
	}
}

// Names are compared as they are, and a long history is one pass.
func TestFunnelOfALongHistory(t *testing.T) {
	strange := "say \"hi\"\n > 🦊, it's 'fine'"
	var events []Event
	for i := range 100_000 {
		events = append(events, Event{Name: []string{"in", "noise"}[i%2], At: time.Unix(int64(i), 0)})
	}
	events = append(events, Event{Name: strange, At: time.Unix(200_000, 0)})
	for _, entry := range []Entry{AnyEntry, FirstEntry, EveryEntry} {
		attempts, err := FunnelDefinition{Steps: []Step{named("in"), named(strange)}, Entry: entry}.Attempts(events)
		if err != nil || !attempts[len(attempts)-1].Complete {
			t.Errorf("%q: %v %v", entry, attempts, err)
		}
	}
}

// named is the step that any event of one of the names takes, called by the first of them.
func named(name string, others ...string) Step {
	return Step{Name: name, Matches: func(e Event) bool {
		for _, other := range others {
			if e.Name == other {
				return true
			}
		}
		return e.Name == name
	}}
}

// Attempts is what a unit did in the funnel, without the breakdown: at most one attempt, the deepest, unless every entry
// counts. Positions of events are those of the events sorted by time.
func (d FunnelDefinition) Attempts(events []Event) ([]Attempt, error) {
	p, err := d.plan()
	if err != nil {
		return nil, err
	}
	events = sortedEvents(events)
	return p.attempts(events, p.moments(events)), nil
}
