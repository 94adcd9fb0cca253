package attribution

import (
	"math"
	"testing"
)

func TestMarkovOfColumnsIsMarkov(t *testing.T) {
	js := world{5000, 12, 5, .3}.journeys(4, Options{ConversionType: "won", ObservedUntil: days(400)})
	s := NewSample(js)
	want := credit(t, Markov{}, s)
	c := Columns{Channels: s.channels}
	for i := range js {
		if js[i].Outcome == Censored {
			continue
		}
		for k := range js[i].Touches {
			c.Touches = append(c.Touches, uint16(s.channelID(js[i].Touches[k].Channel)))
		}
		c.Ends, c.Converted = append(c.Ends, int32(len(c.Touches))), append(c.Converted, js[i].Outcome == Converted)
	}
	got, err := MarkovOfColumns(c)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range got {
		if math.Abs(e.RemovalEffect-want.RemovalEffects[i]) > 1e-12 || math.Abs(e.Conversions-want.Own[i]) > 1e-9 {
			t.Errorf("%s: got %+v, want %g and %g", e.Channel, e, want.RemovalEffects[i], want.Own[i])
		}
	}
	if _, err := MarkovOfColumns(Columns{Channels: []string{"A"}, Touches: []uint16{1}, Ends: []int32{1}, Converted: []bool{true}}); err == nil {
		t.Error("a channel beyond the dictionary is accepted")
	}
	if _, err := MarkovOfColumns(Columns{Channels: []string{"A"}, Touches: []uint16{0}, Ends: []int32{2}, Converted: []bool{true}}); err == nil {
		t.Error("a journey beyond the touches is accepted")
	}
}
