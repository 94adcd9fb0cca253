package main

import (
	"math"
	"strings"
	"testing"
)

// Example E2 of the definitions: channels that come and go, with the paths that did not convert.
const countedPaths = "path,conversions,nulls\nA > A > B,10,30\nA > B > A > C,8,12\nB,5,95\nC > B,4,16\nA > C > C > B,6,10\nA,1,60\nB > C > B,3,9\n"

func TestAttributionOfAFile(t *testing.T) {
	file := writeFile(t, "paths.csv", countedPaths)
	credits := decode[creditReport](t, mustRun(t, "attribution", "--paths", file, "--nulls", "nulls", "--output", "json").out).Credits
	want := map[string]map[string]float64{
		"markov_1": {"A": .278016, "B": .488705, "C": .233279},
		"linear":   {"A": 13.166667 / 37, "B": 15.833333 / 37, "C": 8.0 / 37},
	}
	seen := 0
	for _, c := range credits {
		if share, ok := want[c.Model][c.Channel]; ok {
			seen++
			if math.Abs(c.Share-share) > 1e-6 {
				t.Errorf("%s credits %s with %v, want %v", c.Model, c.Channel, c.Share, share)
			}
			if !c.known() || *c.Low > c.Share || c.Share > *c.High {
				t.Errorf("%s, %s: %v lies outside %v", c.Model, c.Channel, c.Share, c.csv())
			}
		}
	}
	if seen != 6 {
		t.Errorf("%d of 6 figures were there", seen)
	}
}

func TestAskingTheChainOfAFile(t *testing.T) {
	file := writeFile(t, "paths.csv", countedPaths)
	args := []string{"attribution", "--paths", file, "--nulls", "nulls", "--bootstrap", "0"}
	r := decode[creditReport](t, mustRun(t, append(args, "--remove", "B", "--remove", "A, C", "--remove-sequence", "A > B", "--transitions", "--output", "json")...).out)
	if len(r.Removals) != 3 || math.Abs(r.Removals[0].Conversions-.812937) > 1e-6 || r.Removals[2].Removed != "A>B" {
		t.Errorf("removals %+v", r.Removals)
	}
	if r.Removals[1].Conversions < .462466 { // A's own
		t.Errorf("A and C together: %+v", r.Removals[1])
	}
	sums := map[string]float64{}
	for _, transition := range r.Transitions {
		sums[transition.From] += transition.Probability
	}
	for from, sum := range sums {
		if math.Abs(sum-1) > 1e-12 {
			t.Errorf("transitions from %s sum to %v", from, sum)
		}
	}
	table := mustRun(t, append(args, "--remove", "B", "--transitions", "--loops=false")...).out
	for _, words := range []string{"Lost without", "81.3%", "repeats of a channel are left out", "(start)"} {
		if !strings.Contains(table, words) {
			t.Errorf("the table lacks %q:\n%s", words, table)
		}
	}
	wantFailure(t, exitUsage, []string{"no path holds it", "A, B, C"}, append(args, "--remove", "Z")...)
	wantFailure(t, exitUsage, []string{"--order"}, append(args, "--order", "-1")...)
	if order := r.Removals[2].Order; order != 2 || r.Removals[0].Order != 1 {
		t.Errorf("the sequence was removed from a chain of order %d", order)
	}
	if out := mustRun(t, append(args, "--model", "participation")...).out; !strings.Contains(out, "more than there are") {
		t.Errorf("participation is not labelled:\n%s", out)
	}
}

func TestAttributionOfNoFile(t *testing.T) {
	file := writeFile(t, "paths.csv", countedPaths)
	wantFailure(t, exitUsage, []string{"markov_1"}, "attribution", "--paths", file, "--model", "magic")
	wantFailure(t, exitFailed, []string{"time_decay", "times"}, "attribution", "--paths", file, "--model", "time_decay")
	wantFailure(t, exitFailed, []string{"no path converted"}, "attribution", "--paths", writeFile(t, "none.csv", "path,conversions\nA,0\n"))
}
