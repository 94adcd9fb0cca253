package simulate

import (
	"bytes"
	"encoding/json"
	"testing"
)

func TestLook(t *testing.T) {
	c := Default()
	c.People = 2000
	n, bytesSeen, bad := 0, 0, 0
	for m := range Events(c) {
		n++
		bytesSeen += len(m.Value)
		if !json.Valid(m.Value) {
			bad++
			if bad < 5 {
				t.Logf("bad %q", m.Value)
			}
		}
		if n%1500 == 7 || bytes.Contains(m.Value, []byte("call_completed")) && n%10 == 0 {
			t.Logf("%s %s %s %s", m.Topic, m.Key, m.Time, m.Value)
		}
	}
	t.Log(n, bytesSeen/n, bad)
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
