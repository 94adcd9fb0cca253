package attribution

import "testing"

// million is a million journeys of five touches on average and 20 channels.
func million(b *testing.B) []Journey {
	b.Helper()
	w := world{units: 790_000, channels: 20, touches: 5, conversion: .2}
	return w.journeys(1, Options{ConversionType: "won", ObservedUntil: days(400)})
}

func BenchmarkMillionJourneys(b *testing.B) {
	js := million(b)
	touches := 0
	for i := range js {
		touches += len(js[i].Touches)
	}
	b.Logf("%d journeys, %d touches", len(js), touches)
	b.Run("sample", func(b *testing.B) {
		for b.Loop() {
			NewSample(js)
		}
	})
	s := NewSample(js)
	b.Logf("%d paths, %d sets, %g conversions", s.paths.len(), s.sets.len(), s.Conversions())
	for _, m := range Models() {
		b.Run(m.Name(), func(b *testing.B) {
			for b.Loop() {
				if _, err := m.Credit(s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	c, err := Linear().Credit(s)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("ledger of linear", func(b *testing.B) {
		for b.Loop() {
			if err := Ledger(Linear(), js, c, func(LedgerRow) error { return nil }); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, m := range []Model{Linear(), Markov{}, ShapleyRate{}, ShapleyInside{}, LeaveOneOut{}} {
		c, err := m.Credit(s)
		if err != nil {
			b.Fatal(err)
		}
		b.Run("bootstrap 200 of "+m.Name(), func(b *testing.B) { bootstrapAll(b, []Model{m}, s, []Credit{c}) })
	}
	b.Run("bootstrap 200 of all models together", func(b *testing.B) { bootstrapAll(b, Models(), s, creditAll(b, s)) })
}

// The batch of a demo: a hundred thousand journeys, all models, with intervals.
func BenchmarkHundredThousandJourneys(b *testing.B) {
	js := world{units: 80_000, channels: 14, touches: 4, conversion: .1}.journeys(1, Options{ConversionType: "won", ObservedUntil: days(400)})
	s := NewSample(js)
	for _, m := range Models() {
		c, err := m.Credit(s)
		if err != nil {
			b.Fatal(err)
		}
		b.Run("bootstrap 200 of "+m.Name(), func(b *testing.B) { bootstrapAll(b, []Model{m}, s, []Credit{c}) })
	}
	b.Run("bootstrap 200 of all models together", func(b *testing.B) { bootstrapAll(b, Models(), s, creditAll(b, s)) })
}

func creditAll(b *testing.B, s *Sample) []Credit {
	var cs []Credit
	for _, m := range Models() {
		c, err := m.Credit(s)
		if err != nil {
			b.Fatal(err)
		}
		cs = append(cs, c)
	}
	return cs
}

func bootstrapAll(b *testing.B, ms []Model, s *Sample, cs []Credit) {
	for b.Loop() {
		if _, err := BootstrapAll(ms, s, cs, 200, 1); err != nil {
			b.Fatal(err)
		}
	}
}

// Sizes at the edge: 500 channels at order 1, 30 at order 3.
func BenchmarkMarkovAtTheEdge(b *testing.B) {
	for name, c := range map[string]struct {
		channels int
		m        Markov
	}{"500 channels, order 1": {500, Markov{}}, "30 channels, order 2": {30, Markov{Order: 2}}, "30 channels, order 3": {30, Markov{Order: 3}}} {
		s := NewSample(world{units: 100_000, channels: c.channels, touches: 5, conversion: .1}.journeys(1, Options{ConversionType: "won"}))
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := c.m.Credit(s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
