package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/funnelcloud/funnelcloud/models/path"
)

// logOf writes an event log: for each case its activities, a day apart, with the case's name before a colon.
func logOf(t *testing.T, cases ...string) string {
	t.Helper()
	var rows strings.Builder
	rows.WriteString("case_id,activity,timestamp\n")
	for _, text := range cases {
		name, activities, _ := strings.Cut(text, ": ")
		for i, activity := range strings.Fields(activities) {
			fmt.Fprintf(&rows, "%s,%s,%d\n", name, activity, 1_700_000_000+86_400*i)
		}
	}
	return writeFile(t, "log.csv", rows.String())
}

func pathsOf(t *testing.T, log string, args ...string) pathsReport {
	t.Helper()
	args = append([]string{"paths", "--log", log, "--won", "won", "--lost", "lost", "--resamples", "10", "--output", "json"}, args...)
	return decode[pathsReport](t, mustRun(t, args...).out)
}

func stateOf(t *testing.T, r pathsReport, name string) path.State {
	t.Helper()
	i := slices.IndexFunc(r.States, func(s path.State) bool { return s.State == name })
	if i < 0 {
		t.Fatalf("no state %q", name)
	}
	return r.States[i]
}

func TestPathsOfUnitsWithOneEvent(t *testing.T) {
	got := pathsOf(t, logOf(t, "1: a", "2: a", "3: won"))
	if a := stateOf(t, got, "a"); got.Cases != 3 || a.WinProbability != 0 || math.Abs(a.ExpectedVisits-2./3) > 1e-12 {
		t.Errorf("%d cases, %+v", got.Cases, a)
	}
	if !slices.Equal(got.NoExit, []string{"a"}) || len(got.Transitions) != 3 { // from the start to each, and a to the open end
		t.Errorf("no exit %q, transitions %+v", got.NoExit, got.Transitions)
	}
}

func TestPathsThroughAStateThatNobodyLeaves(t *testing.T) {
	log := logOf(t, "1: a stuck", "2: a stuck", "3: a won", "4: a won")
	got := pathsOf(t, log)
	if a := stateOf(t, got, "a"); !slices.Equal(got.NoExit, []string{"stuck"}) || math.Abs(a.WinProbability-.5) > 1e-12 {
		t.Errorf("no exit %q, %+v", got.NoExit, a)
	}
	if screen := mustRun(t, "paths", "--log", log, "--won", "won").out; !strings.Contains(screen, "Nobody who came to stuck was seen to win or lose") {
		t.Errorf("not told:\n%s", screen)
	}
}

// I−Q is singular where a cycle has no exit: its states are named, and what leads elsewhere is computed all the same.
func TestPathsIntoACycleWithoutExit(t *testing.T) {
	log := logOf(t, "1: a x y x y x", "2: a y x y", "3: a won", "4: a lost")
	got := pathsOf(t, log)
	if a := stateOf(t, got, "a"); !slices.Equal(got.NoExit, []string{"x", "y"}) || math.Abs(a.WinProbability-.25) > 1e-12 {
		t.Errorf("no exit %q, %+v", got.NoExit, a)
	}
	for _, name := range got.NoExit {
		if s := stateOf(t, got, name); s.WinProbability != 0 || !(s.ExpectedSteps > 0 && s.ExpectedSteps < 100) {
			t.Errorf("%+v", s)
		}
	}
	if screen := mustRun(t, "paths", "--log", log, "--won", "won").out; !strings.Contains(screen, "x, y was seen to win or lose") {
		t.Errorf("not told:\n%s", screen)
	}
}

// An end that units leave ends the chain, is told, and what follows is among the transitions.
func TestPathsThatGoOnAfterTheEnd(t *testing.T) {
	log := logOf(t, "1: a won a b", "2: a lost a won", "3: a won")
	got := pathsOf(t, log)
	if want := []path.WentOn{{State: "lost", Times: 1}, {State: "won", Times: 1}}; !slices.Equal(got.WentOn, want) {
		t.Errorf("went on %+v, want %+v", got.WentOn, want)
	}
	var back uint64
	for _, e := range got.Transitions {
		if e.From == "won" && e.To == "a" || e.From == "lost" && e.To == "a" {
			back += e.Transitions
		}
	}
	if won := stateOf(t, got, "won"); back != 2 || won.WinProbability != 1 || got.Requalified == nil || got.Requalified.Requalified != 1 {
		t.Errorf("%d transitions back, %+v, %+v", back, won, got.Requalified)
	}
	if screen := mustRun(t, "paths", "--log", log, "--won", "won", "--lost", "lost").out; !strings.Contains(screen, "went on after lost (1 times), won (1 times)") {
		t.Errorf("not told:\n%s", screen)
	}
}

func TestPathsOfAVeryLongCase(t *testing.T) {
	const steps = 100_000
	long := make([]string, steps)
	for i := range long {
		long[i] = fmt.Sprint("s", i*i%13)
	}
	got := pathsOf(t, logOf(t, "1: "+strings.Join(long, " "), "2: s1 won"))
	if got.Steps != steps+2 || got.Variants != 2 || int(got.Top[0].Length)+int(got.Top[1].Length) != steps+2 {
		t.Errorf("%d steps, %d variants", got.Steps, got.Variants)
	}
	var transitions uint64
	for _, e := range got.Transitions {
		transitions += e.Transitions
	}
	if transitions != steps+2+2-1 { // each step is entered once, and one case is left open
		t.Errorf("%d transitions", transitions)
	}
}

// Names with separators, quotes, line breaks, emoji, and those of our own rows keep what they name apart.
func TestPathsWithOddNames(t *testing.T) {
	log := writeFile(t, "log.csv", "case_id,activity,timestamp\n"+
		`1,"a > b",2026-01-01`+"\n1,c,2026-01-02\n2,a,2026-01-01\n"+`2,"b > c",2026-01-02`+"\n"+
		`"3, ""x""`+"\n"+`y","say ""hi""`+"\n"+`twice",2026-01-01`+"\n"+`"3, ""x""`+"\n"+`y",👍🏽,2026-01-02`+"\n"+
		"4,(start),2026-01-01\n4,(open),2026-01-02\n4,(remaining),2026-01-03\n5,,2026-01-01\n")
	got := pathsOf(t, log, "--way", "3")
	var ways []string
	for _, v := range got.Top {
		ways = append(ways, v.Variant)
	}
	want := []string{`"\"(start)\"" > "\"(open)\"" > "\"(remaining)\""`, `a > "b > c"`, `"a > b" > c`, "say \"hi\"\ntwice > 👍🏽"}
	if !slices.Equal(ways, want) {
		t.Errorf("got %q, want %q", ways, want)
	}
	if !slices.Equal(got.UnitsOfTheWay, []string{"1"}) || got.Empty != 1 {
		t.Errorf("units %q, %d without a state", got.UnitsOfTheWay, got.Empty)
	}
	starts := uint64(0)
	for _, e := range got.Transitions {
		if e.From == path.Start {
			starts += e.Transitions
		}
		if e.To == path.Start || e.From == path.Open {
			t.Errorf("a state is taken for an end: %+v", e)
		}
	}
	if starts != 4 {
		t.Errorf("%d cases begin, want 4", starts)
	}
}

func TestPathsOfAnEmptyLog(t *testing.T) {
	if got := pathsOf(t, logOf(t), "--order", "a,won"); got.Cases != 0 || got.Variants != 0 || len(got.States) != 0 {
		t.Errorf("%+v", got)
	}
	if screen := mustRun(t, "paths", "--log", logOf(t), "--order", "a,won").out; strings.Contains(screen, "Of 0 wins") {
		t.Errorf("says something of nothing:\n%s", screen)
	}
}
