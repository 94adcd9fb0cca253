package main

import (
	"math"
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
			if !(c.Low <= c.Share && c.Share <= c.High) {
				t.Errorf("%s, %s: %v lies outside %v – %v", c.Model, c.Channel, c.Share, c.Low, c.High)
			}
		}
	}
	if seen != 6 {
		t.Errorf("%d of 6 figures were there", seen)
	}
}

func TestAttributionOfNoFile(t *testing.T) {
	file := writeFile(t, "paths.csv", countedPaths)
	wantFailure(t, exitUsage, []string{"markov_1"}, "attribution", "--paths", file, "--model", "magic")
	wantFailure(t, exitFailed, []string{"time_decay", "times"}, "attribution", "--paths", file, "--model", "time_decay")
	wantFailure(t, exitFailed, []string{"no path converted"}, "attribution", "--paths", writeFile(t, "none.csv", "path,conversions\nA,0\n"))
}
