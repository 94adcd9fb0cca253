package qualify

import (
	"strings"
	"testing"
)

// TestBuiltInSamplesHold: the built-in definitions do what their own samples say.
func TestBuiltInSamplesHold(t *testing.T) {
	d := mustDefault(t)
	results, err := d.CheckSamples()
	if err != nil {
		t.Fatal(err)
	}
	if len(results) < 15 {
		t.Errorf("only %d samples", len(results))
	}
	for _, r := range results {
		for _, x := range r.Differences {
			t.Errorf("%s:%d %s: %s: want %q, got %q", r.Sample.File, r.Sample.Line, r.Sample.Name, x.What, x.Want, x.Got)
		}
	}
}

// TestASampleThatFailsSaysWhat: a sample that expects something else is told, and only what it names is looked at.
func TestASampleThatFailsSaysWhat(t *testing.T) {
	d := mustParse(t, formsOnly+`
samples:
  - name: wrong
    until: 2d
    events: [{at: 0d, meaning: form_submitted}]
    expect: {stages: [inquiry 1d, mql], score: 3, in: [mql]}
`)
	results, err := d.CheckSamples()
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, x := range results[0].Differences {
		told = append(told, x.What+": "+x.Want+" / "+x.Got)
	}
	want := "stages: inquiry 1d, mql / inquiry 0d, mql; score: 3 / 52"
	if got := strings.Join(told, "; "); got != want {
		t.Errorf("told %q, want %q", got, want)
	}
}
