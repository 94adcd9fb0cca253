package attribution

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// A market in which a third of what follows channel A was caused by it, and nothing of what follows B, which only meets
// people with intent; whoever decides comes back through C.
func discoveryJourneys(seed uint64, n int) []Journey {
	random := rand.New(rand.NewPCG(seed, 0))
	var all []Journey
	for i := range n {
		id := fmt.Sprintf("u%06d", i)
		first, anyway, caused := "A", .1, .15
		if i%2 == 1 {
			first, anyway, caused = "B", .3, 0
		}
		at := math.Inf(1)
		if random.Float64() < anyway {
			at = random.ExpFloat64() * 20
		}
		if random.Float64() < caused {
			at = min(at, random.ExpFloat64()*3)
		}
		touches := []Touch{{UnitID: id, ID: id + "-1", At: start, Channel: first}}
		var conversions []Conversion
		if at < 80 {
			day := func(x float64) time.Time { return start.Add(time.Duration(x * 24 * float64(time.Hour))) }
			touches = append(touches, Touch{UnitID: id, ID: id + "-2", At: day(at * .9), Channel: "C"})
			conversions = append(conversions, Conversion{ID: id, UnitID: id, Type: "won", CycleNo: 1, At: day(at)})
		}
		all = append(all, Journeys(Unit{Kind: "person", ID: id}, touches, conversions, Options{ConversionType: "won", ObservedUntil: days(300)})...)
	}
	return all
}

func TestDiscoveryFindsWhatWasCaused(t *testing.T) {
	c := credit(t, Discovery{}, NewSample(discoveryJourneys(1, 40_000)))
	// By hand: of 20,000 with A, .15 are caused less those who would have come first anyway, about .15·(1−.1·.13); the
	// two kernels overlap, so a tenth of it is let pass.
	if caused := c.Conversions[0]; math.Abs(caused-2960) > 300 {
		t.Errorf("A is credited with %.0f conversions, not about 2,960", caused)
	}
	if c.Conversions[1] > 200 || c.Conversions[2] != 0 {
		t.Errorf("B and C caused nothing and are credited with %.0f and %.0f", c.Conversions[1], c.Conversions[2])
	}
	if sum := total(c.Conversions) + c.Baseline; math.Abs(sum-NewSample(discoveryJourneys(1, 40_000)).Conversions()) > 1e-6 {
		t.Errorf("channels and baseline sum to %v", sum)
	}
}

// The first touch that the direct policy left discovered nothing if people had been there before.
func TestDiscoveryAfterADirectVisit(t *testing.T) {
	touches := []Touch{{ID: "1", At: days(0), Channel: Direct}, {ID: "2", At: days(1), Channel: "A"}}
	won := []Conversion{{ID: "c", Type: "won", At: days(2)}}
	js := Journeys(Unit{Kind: "person", ID: "u"}, touches, won, Options{ConversionType: "won"})
	if !js[0].FirstContact.Equal(days(0)) {
		t.Fatalf("first contact is %s", js[0].FirstContact)
	}
	c := credit(t, Discovery{}, NewSample(js))
	if c.Conversions[0] != 0 || c.BaselineWeight(0) != 1 {
		t.Errorf("A gets %v, the baseline %v", c.Conversions[0], c.BaselineWeight(0))
	}
}
