package attribution

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// addingUp is every model whose weights sum to 1.
func addingUp() []Model {
	return slices.DeleteFunc(append(Models(), others()...), func(m Model) bool { return m.Name() == "participation" })
}

// Weights of a conversion sum to 1, its values to its value exactly, and sums over the ledger are the model's figures.
func TestLedgerReconciles(t *testing.T) {
	js := world{3000, 8, 4, .4}.journeys(2, Options{ConversionType: "won", ObservedUntil: days(150)})
	s := NewSample(js)
	for _, m := range addingUp() {
		t.Run(m.Name(), func(t *testing.T) {
			c := credit(t, m, s)
			weight, value := map[string]float64{}, map[string]int64{}
			byChannel := map[string]float64{}
			err := Ledger(m, js, c, func(r LedgerRow) error {
				weight[r.ConversionID] += r.Weight
				value[r.ConversionID] += r.CreditedValue
				byChannel[r.Channel] += r.Weight
				if r.Weight < 0 || r.Weight > 1+1e-9 || math.IsNaN(r.Weight) || r.Rule == "" {
					t.Fatalf("%+v", r)
				}
				if (r.Channel == Unattributed || r.Channel == Baseline) != (r.Position == 0) || (r.Position == 0) != r.TouchAt.IsZero() {
					t.Fatalf("%+v", r)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			conversions := 0
			for _, j := range js {
				if j.Outcome != Converted {
					continue
				}
				conversions++
				if id := j.Conversion.ID; math.Abs(weight[id]-1) > 1e-9 || value[id] != j.Conversion.Value {
					t.Fatalf("%s: weights %g, value %d of %d", id, weight[id], value[id], j.Conversion.Value)
				}
			}
			if len(weight) != conversions {
				t.Errorf("%d conversions in the ledger, want %d", len(weight), conversions)
			}
			for i, channel := range c.Channels {
				if math.Abs(byChannel[channel]-c.Conversions[i]) > 1e-7 {
					t.Errorf("%s: ledger %g, model %g", channel, byChannel[channel], c.Conversions[i])
				}
			}
			if math.Abs(byChannel[Baseline]-c.Baseline) > 1e-7 {
				t.Errorf("baseline: ledger %g, model %g", byChannel[Baseline], c.Baseline)
			}
			if sum := total(c.Conversions) + c.Baseline; math.Abs(sum-s.Conversions()) > 1e-7 {
				t.Errorf("credited %g of %g", sum, s.Conversions())
			}
		})
	}
}

// Whatever the journeys and the way they are cut, by every model each conversion is shared out whole, weights to 1e-9 and
// value to the last unit, or stands there once with the reason why not. Any part of the ledger then adds up to its
// conversions, in count and value.
func TestRandomLedgersAreWhole(t *testing.T) {
	for seed := range uint64(60) {
		random := rand.New(rand.NewPCG(seed, 7))
		o := Options{
			ConversionType: "won", LookBack: time.Duration(1+random.IntN(90)) * 24 * time.Hour, ObservedFrom: days(random.Float64() * 50),
			ObservedUntil: days(100 + random.Float64()*100),
			Cycle:         []string{Reset, LookThrough}[random.IntN(2)], Direct: []string{KeepDirect, DropDirectUnlessOnly, DropDirectLast}[random.IntN(3)],
		}
		var js []Journey
		for _, h := range (world{1 + random.IntN(50), 1 + random.IntN(7), 1 + random.IntN(6), random.Float64()}).histories(random) {
			for i := range h.touches {
				h.touches[i].Internal = random.IntN(5) == 0
				h.touches[i].Name = []string{"", "spring", "autumn"}[random.IntN(3)]
			}
			if random.IntN(20) == 0 {
				h.unit.ID = ""
			}
			js = append(js, Journeys(h.unit, h.touches, h.conversions, o)...)
		}
		sample := NewSample(js)
		for _, m := range addingUp() {
			wantWhole(t, fmt.Sprintf("%s, seed %d", m.Name(), seed), js, rowsOf(t, m, js, credit(t, m, sample)))
		}
	}
}

func rowsOf(t *testing.T, m Model, js []Journey, c Credit) map[string][]LedgerRow {
	t.Helper()
	rows := map[string][]LedgerRow{}
	if err := Ledger(m, js, c, func(r LedgerRow) error {
		rows[r.ConversionID] = append(rows[r.ConversionID], r)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return rows
}

func wantWhole(t *testing.T, of string, js []Journey, rows map[string][]LedgerRow) {
	t.Helper()
	reasons := []string{NoTouchInWindow, DirectOnly, PreHistory, IdentityUnresolved, ExcludedInternal}
	for i := range js {
		j := &js[i]
		if j.Outcome != Converted {
			continue
		}
		ofConversion := rows[j.Conversion.ID]
		weights, value := 0.0, int64(0)
		for _, r := range ofConversion {
			if !(r.Weight >= 0) || r.Rule == "" {
				t.Errorf("%s: row %+v", of, r)
			}
			weights, value = weights+r.Weight, value+r.CreditedValue
		}
		if math.Abs(weights-1) > 1e-9 || value != j.Conversion.Value {
			t.Errorf("%s: %s is shared out as %v and %d of %d", of, j.ID, weights, value, j.Conversion.Value)
		}
		unattributed := len(ofConversion) == 1 && ofConversion[0].Channel == Unattributed
		if unattributed != (j.UnattributedReason != "") || unattributed && (ofConversion[0].Rule != j.UnattributedReason || !slices.Contains(reasons, j.UnattributedReason)) {
			t.Errorf("%s: %s has no touch because of %q, and rows %+v", of, j.ID, j.UnattributedReason, ofConversion)
		}
	}
}

func TestShuffledJourneysGetTheSameCredit(t *testing.T) {
	js := world{1000, 6, 4, .4}.journeys(3, Options{ConversionType: "won", ObservedUntil: days(150)})
	shuffled := slices.Clone(js)
	rand.New(rand.NewPCG(9, 9)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	for _, m := range addingUp() {
		a, b := credit(t, m, NewSample(js)), credit(t, m, NewSample(shuffled))
		if diff := cmp.Diff(a.Conversions, b.Conversions); diff != "" {
			t.Errorf("%s: %s", m.Name(), diff)
		}
		rows := func(js []Journey, c Credit) map[string]LedgerRow {
			all := map[string]LedgerRow{}
			if err := Ledger(m, js, c, func(r LedgerRow) error { all[r.ConversionID+r.TouchID] = r; return nil }); err != nil {
				t.Fatal(err)
			}
			return all
		}
		if diff := cmp.Diff(rows(js, a), rows(shuffled, b)); diff != "" {
			t.Errorf("%s: ledgers differ: %.500s", m.Name(), diff)
		}
	}
}

func TestSplitIsExact(t *testing.T) {
	var s splitter
	for _, c := range []struct {
		value   int64
		weights []float64
		want    []int64
	}{
		{100, []float64{1. / 3, 1. / 3, 1. / 3}, []int64{33, 34, 33}},
		{-100, []float64{1. / 3, 1. / 3, 1. / 3}, []int64{-33, -34, -33}},
		{1, []float64{.4, .2, .4}, []int64{0, 1, 0}},
		{50, []float64{.5, 0, .5}, []int64{25, 0, 25}},
		{0, []float64{.5, .5}, []int64{0, 0}},
		{7, []float64{1}, []int64{7}},
		{10, []float64{1, 1}, []int64{10, 10}},
	} {
		if got := s.split(c.value, c.weights); !slices.Equal(got, c.want) {
			t.Errorf("%d by %v: got %v, want %v", c.value, c.weights, got, c.want)
		}
	}
	random := rand.New(rand.NewPCG(4, 4))
	for range 20_000 {
		weights := make([]float64, 1+random.IntN(9))
		for i := range weights {
			weights[i] = random.ExpFloat64()
		}
		sum := total(weights)
		for i := range weights {
			weights[i] /= sum
		}
		value := random.Int64() >> random.IntN(62)
		if random.IntN(2) == 0 {
			value = -value
		}
		got := int64(0)
		for _, part := range s.split(value, weights) {
			got += part
		}
		if got != value {
			t.Fatalf("%d by %v sums to %d", value, weights, got)
		}
	}
}

func TestLedgerOfOtherJourneysIsRefused(t *testing.T) {
	js := []Journey{journey("u", []string{"A"}, []float64{0}, 1, 1)}
	c := credit(t, Linear(), NewSample(js))
	if err := Ledger(Linear(), nil, c, func(LedgerRow) error { return nil }); err == nil {
		t.Error("accepted")
	}
	stop := errors.New("disk full")
	if err := Ledger(Linear(), js, c, func(LedgerRow) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
}

// Nothing to credit is no reason for NaN.
func TestModelsOnAlmostNothing(t *testing.T) {
	open := Journeys(Unit{Kind: "person", ID: "u"}, touchesAt("a@1 b@2"), nil, Options{ConversionType: "won"})
	untouched := Journeys(Unit{Kind: "person", ID: "v"}, nil, conversionsAt(1), Options{})
	one := []Journey{journey("w", []string{"A"}, []float64{0}, 1, 0)}
	for name, js := range map[string][]Journey{
		"nothing": {}, "nobody converted": open, "no touches": untouched, "one channel": one,
		"a bit of all": slices.Concat(open, untouched, one),
	} {
		for _, m := range addingUp() {
			s := NewSample(js)
			c := credit(t, m, s)
			i, err := Bootstrap(m, s, 20, 1)
			if err != nil {
				t.Fatalf("%s of %s: %v", m.Name(), name, err)
			}
			for _, e := range Effects(m, s, c, "person", "won", i) {
				for _, x := range []float64{e.Share, e.Low, e.High, e.RemovalEffect} {
					if math.IsNaN(x) || x < 0 || x > 1+1e-12 {
						t.Errorf("%s of %s: %+v", m.Name(), name, e)
					}
				}
			}
			if err := Ledger(m, js, c, func(LedgerRow) error { return nil }); err != nil {
				t.Error(err)
			}
		}
	}
}
