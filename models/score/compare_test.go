package score

import "testing"

// An interval reaches as far towards the share of the very large sample as the two differ by chance, and no farther: 3-4-5.
func TestCoverageAllowsForTheNoiseOfTheLargeSample(t *testing.T) {
	sample := func(share, low, high float64) estimate {
		of := func(x float64) map[string]float64 { return map[string]float64{"A": x} }
		return estimate{shares: of(share), low: of(low), high: of(high)}
	}
	for _, c := range []struct {
		name         string
		own, another estimate
		want         float64
	}{
		{"as far below as both reach", sample(.5, .47, .9), sample(.451, .1, .491), 1},
		{"farther below", sample(.5, .47, .9), sample(.449, .1, .489), 0},
		{"as far above as both reach", sample(.5, .1, .53), sample(.549, .509, .9), 1},
		{"farther above", sample(.5, .1, .53), sample(.551, .511, .9), 0},
		{"the interval leaves the estimate out", sample(.5, .51, .6), sample(.505, .3, .7), 0},
	} {
		if got := c.own.covered(c.another.shares, c.another.shares, c.another); got != c.want {
			t.Errorf("%s: %v, not %v", c.name, got, c.want)
		}
	}
	if wide := sample(.5, .1, .53); wide.covered(sample(.549, 0, 0).shares, wide.shares, estimate{}) != 0 {
		t.Error("truth has no noise to allow for")
	}
}
