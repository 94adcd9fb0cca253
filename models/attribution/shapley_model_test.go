package attribution

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestLogisticFindsTheTruth(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	slopes := []float64{1, .5, 0, -.5}
	var counted []Path
	for mask := 1; mask < 16; mask++ {
		p := Path{}
		logit := -2.0
		for i, slope := range slopes {
			if mask>>i&1 == 1 {
				p.Channels = append(p.Channels, string(rune('A'+i)))
				logit += slope
			}
		}
		for range 20_000 {
			if random.Float64() < 1/(1+math.Exp(-logit)) {
				p.Conversions++
			} else {
				p.Nulls++
			}
		}
		counted = append(counted, p)
	}
	s := NewSampleOfPaths(counted)
	c := credit(t, ShapleyModel{}, s)
	near(t, "slopes", c.logistic.slope, slopes, .04)
	near(t, "intercept", []float64{c.logistic.intercept}, []float64{-2}, .04)
	// Own values and the baseline sum to the conversions, for fitted rates do.
	anyway := c.logistic.rate(c.logistic.intercept) * (s.Conversions() + s.Nulls())
	near(t, "sum", []float64{total(c.Own) + anyway}, []float64{s.Conversions()}, 1e-6)
	near(t, "ledger", []float64{total(c.Conversions) + c.Baseline}, []float64{s.Conversions()}, 1e-6)
	if c.Own[3] >= 0 || c.Conversions[3] != 0 {
		t.Errorf("a channel that lowers the rate: own %g, credited %g", c.Own[3], c.Conversions[3])
	}
}

func TestModelValuesByDefinition(t *testing.T) {
	s := NewSample(world{300, 6, 4, .4}.journeys(1, Options{ConversionType: "won", Direct: KeepDirect}))
	l := credit(t, ShapleyModel{}, s).logistic
	values := modelValues(s, l)
	for set := range s.sets.len() {
		ids := s.sets.at(set)
		got := values[s.sets.start[set]:s.sets.start[set+1]]
		near(t, "values", got, shapleyByDefinition(len(ids), func(mask int) float64 {
			logit := l.intercept
			for k, id := range ids {
				if mask>>k&1 == 1 {
					logit += l.slope[id]
				}
			}
			return l.rate(logit)
		}), 1e-12)
		sampled := make([]float64, len(ids))
		modelValuesByOrders(l, ids, sampled)
		near(t, "by orders", sampled, got, .01)
	}
}

func TestShapleyModelRefitsToTheSame(t *testing.T) {
	s := NewSample(world{500, 6, 3, .4}.journeys(1, Options{ConversionType: "won"}))
	c := credit(t, ShapleyModel{}, s)
	got, err := ShapleyModel{}.refit(s, c)(s.conv, s.null)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "refit", got, append(slices.Clone(c.Conversions), c.Baseline), 1e-6)
}

// Rare conversions of channels that always come together once sent Newton's steps to and fro.
func TestLogisticEndsOnHardCounts(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	for trial := range 300 {
		var paths []Path
		channels := 2 + random.IntN(14)
		for range 1 + random.IntN(60) {
			p := Path{Nulls: math.Floor(random.ExpFloat64() * 1000)}
			for c := range channels {
				if random.IntN(channels) < 3 {
					p.Channels = append(p.Channels, string(rune('A'+c)))
				}
			}
			if random.IntN(6) == 0 {
				p.Conversions = 1 + float64(random.IntN(3))
			}
			paths = append(paths, p)
		}
		s := NewSampleOfPaths(paths)
		if s.Conversions() == 0 {
			continue
		}
		c, err := ShapleyModel{}.Credit(s)
		if err != nil {
			t.Fatalf("trial %d: %v", trial, err)
		}
		if got := total(c.Conversions) + c.Baseline; math.Abs(got-s.Conversions()) > 1e-6 {
			t.Errorf("trial %d: credited %g of %g", trial, got, s.Conversions())
		}
	}
}
