package quality

import (
	"math"
	"slices"
	"testing"
)

// Cohen's own layout: of 50, both say yes to 20 and no to 15; κ = (0.7 − 0.5)/(1 − 0.5) = 0.4.
func TestKappaAndItsInterval(t *testing.T) {
	judgements := slices.Concat(
		slices.Repeat([]Judgement{{"yes", "yes"}}, 20), slices.Repeat([]Judgement{{"yes", "no"}}, 5),
		slices.Repeat([]Judgement{{"no", "yes"}}, 10), slices.Repeat([]Judgement{{"no", "no"}}, 15),
	)
	a := AgreeWithin(judgements)
	if math.Abs(a.Kappa-0.4) > 1e-12 {
		t.Errorf("κ %g, want 0.4", a.Kappa)
	}
	// By Fleiss, Cohen and Everitt (1969) κ's standard error is near 0.13 here.
	if low, high := 0.4-1.96*0.13, 0.4+1.96*0.13; math.Abs(a.KappaLow-low) > 0.06 || math.Abs(a.KappaHigh-high) > 0.06 {
		t.Errorf("κ within %.2f and %.2f, want about %.2f and %.2f", a.KappaLow, a.KappaHigh, low, high)
	}
	if again := AgreeWithin(judgements); math.Abs(again.KappaLow-a.KappaLow) > 0 {
		t.Error("the same judgements came to another interval")
	}
	if none := AgreeWithin(nil); none.N != 0 || none.KappaHigh > 0 {
		t.Errorf("nothing to agree on: %+v", none)
	}
}
