package simulate

import (
	"testing"
	"time"
)

func TestLook(t *testing.T) {
	c := Default()
	at := time.Now()
	s := Summarise(c)
	t.Logf("%+v %s", s, time.Since(at))
	at = time.Now()
	truth, err := TrueCredit(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(time.Since(at))
	for _, r := range truth.Rows {
		if r.UnitKind == "person" || r.ConversionType == "won" {
			t.Logf("%-8s %-10s %-16s %6.0f %5.0f %.3f", r.UnitKind, r.ConversionType, r.Channel, r.Conversions, r.LostWhenOff, r.TrueShare)
		}
	}
	for range Events(c) {
	}
}

func BenchmarkEvents(b *testing.B) {
	c := Default()
	n := 0
	for b.Loop() {
		for range Events(c) {
			n++
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
}
