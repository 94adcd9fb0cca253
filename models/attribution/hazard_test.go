package attribution

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// hazardWorld draws journeys from the model itself.
func hazardWorld(random *rand.Rand, units int, h hazardParameters) []Journey {
	const observed = 60.0
	var js []Journey
	for u := range units {
		j := Journey{UnitKind: "person", UnitID: fmt.Sprintf("u%06d", u), ConversionType: "won", Outcome: NotConverted, Until: days(observed)}
		j.ID = j.UnitID
		converted := observed
		for i := range 1 + random.IntN(4) {
			at, c := random.Float64()*observed/2, random.IntN(len(h.beta))
			if i == 0 {
				at = 0
			}
			j.Touches = append(j.Touches, Touch{UnitID: j.UnitID, ID: fmt.Sprint(j.UnitID, i), At: days(at), Channel: string(rune('A' + c))})
			// Each touch brings a Poisson number of conversions; the first of all is the one that counts.
			for n := poisson(1, rand.NewPCG(random.Uint64(), 0)); n > 0; n-- {
				if random.Float64() < h.beta[c] {
					converted = math.Min(converted, at+random.ExpFloat64()/h.omega[c])
				}
			}
		}
		converted = math.Min(converted, random.ExpFloat64()/h.mu)
		if converted < observed {
			j.Outcome, j.Until = Converted, days(converted)
			j.Conversion = &Conversion{ID: j.ID, UnitID: j.UnitID, Type: "won", At: j.Until, Value: 100}
			kept := j.Touches[:0]
			for _, t := range j.Touches {
				if !t.At.After(j.Until) {
					kept = append(kept, t)
				}
			}
			j.Touches = kept
		}
		js = append(js, j)
	}
	return js
}

func TestHazardFindsItsOwnParameters(t *testing.T) {
	truth := hazardParameters{mu: .002, beta: []float64{.3, .1, 0}, omega: []float64{.5, .1, 1}}
	js := hazardWorld(rand.New(rand.NewPCG(1, 1)), 60_000, truth)
	s := NewSample(js)
	c := credit(t, Hazard{}, s)
	if math.Abs(c.hazard.mu-truth.mu) > .0002 || math.Abs(c.hazard.beta[0]-.3) > .02 || math.Abs(c.hazard.beta[1]-.1) > .02 || c.hazard.beta[2] > .02 {
		t.Errorf("found %+v", c.hazard)
	}
	if math.Abs(c.hazard.omega[0]-.5) > .05 || math.Abs(c.hazard.omega[1]-.1) > .04 {
		t.Errorf("found ω %v", c.hazard.omega)
	}
	near(t, "credited in all", []float64{total(c.Conversions) + c.Baseline}, []float64{s.Conversions()}, 1e-6)
	i, err := BootstrapAll([]Model{Hazard{}}, NewSample(js[:5000]), []Credit{credit(t, Hazard{}, NewSample(js[:5000]))}, 20, 1)
	if err != nil {
		t.Fatal(err)
	}
	effects := Effects(Hazard{}, s, c, "person", "won", i[0])
	last := effects[len(effects)-1]
	if last.Channel != Baseline || !(last.Low < last.Share && last.Share < last.High) || last.High-last.Low > .3 {
		t.Errorf("baseline %+v", last)
	}
}

func TestHazardLikelihoodNeverFalls(t *testing.T) {
	for seed := range uint64(5) {
		s := NewSample(world{300, 5, 3, .4}.journeys(seed, Options{ConversionType: "won", ObservedUntil: days(150)}))
		d := hazardData{s.timeline()}
		counts := make([]float64, len(d.converted))
		for i := range counts {
			counts[i] = 1
		}
		likelihoods := d.maximise(d.begin(counts), counts, 0)
		for i := range likelihoods[1:] {
			if likelihoods[i+1] < likelihoods[i]-1e-9*math.Abs(likelihoods[i]) {
				t.Fatalf("round %d: %g after %g", i+1, likelihoods[i+1], likelihoods[i])
			}
		}
	}
}

func TestHazardLedgerHasABaselineRow(t *testing.T) {
	js := world{500, 5, 3, .4}.journeys(1, Options{ConversionType: "won", ObservedUntil: days(150)})
	weight, value, baselines := map[string]float64{}, map[string]int64{}, 0.0
	for _, r := range ledgerOf(t, Hazard{}, js) {
		weight[r.ConversionID] += r.Weight
		value[r.ConversionID] += r.CreditedValue
		if r.Channel == Baseline {
			baselines += r.Weight
		}
	}
	for _, j := range js {
		if j.Outcome == Converted && (math.Abs(weight[j.ID]-1) > 1e-9 || value[j.ID] != j.Conversion.Value) {
			t.Fatalf("%s: weights %g, value %d of %d", j.ID, weight[j.ID], value[j.ID], j.Conversion.Value)
		}
	}
	c := credit(t, Hazard{}, NewSample(js))
	near(t, "baseline", []float64{baselines}, []float64{c.Baseline}, 1e-9)
	if _, err := (Hazard{}).Credit(NewSampleOfPaths(ninePaths)); !errors.Is(err, ErrNeedsJourneys) {
		t.Errorf("got %v", err)
	}
}

func TestHazardOnAlmostNothing(t *testing.T) {
	for name, js := range map[string][]Journey{
		"nothing": {}, "one at once": {journey("u", []string{"A"}, []float64{0}, 0, 1)},
		"nobody converted": Journeys(Unit{Kind: "person", ID: "u"}, touchesAt("a@1"), nil, Options{ObservedUntil: start.Add(48 * time.Hour)}),
	} {
		s := NewSample(js)
		c := credit(t, Hazard{}, s)
		i, err := Bootstrap(Hazard{}, s, 5, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range Effects(Hazard{}, s, c, "person", "won", i) {
			if math.IsNaN(e.Share + e.Low + e.High) {
				t.Errorf("%s: %+v", name, e)
			}
		}
	}
}

// Resamples are fitted nearly to the end: intervals are as wide as those of full fits.
func TestHazardResamplesAreNearlyFullFits(t *testing.T) {
	s := NewSample(world{1500, 8, 4, .3}.journeys(3, Options{ConversionType: "won", Direct: KeepDirect, ObservedUntil: days(400)}))
	whole := credit(t, Hazard{}, s)
	refit := Hazard{}.refitJourneys(s, whole)
	data := hazardData{s.timeline()}
	random := rand.New(rand.NewPCG(4, 4))
	var short, full [][]float64
	for range 15 {
		counts := make([]float64, len(data.converted))
		for range counts { // as many draws as there are journeys
			counts[random.IntN(len(counts))]++
		}
		got, err := refit(counts)
		if err != nil {
			t.Fatal(err)
		}
		h := &hazardParameters{whole.hazard.mu, slices.Clone(whole.hazard.beta), slices.Clone(whole.hazard.omega)}
		data.maximise(h, counts, 0)
		e := data.expect(h, counts)
		short, full = append(short, shares(got)), append(full, shares(append(e.credit, e.baseline)))
	}
	deviation := func(resamples [][]float64, id int) float64 {
		var sum, squares float64
		for _, resample := range resamples {
			sum, squares = sum+resample[id], squares+resample[id]*resample[id]
		}
		n := float64(len(resamples))
		return math.Sqrt(math.Max(0, squares/n-sum*sum/n/n))
	}
	for id := range short[0] {
		if got, want := deviation(short, id), deviation(full, id); math.Abs(got-want) > .05*want {
			t.Errorf("%d: resamples deviate by %.4f, full fits by %.4f", id, got, want)
		}
	}
}
