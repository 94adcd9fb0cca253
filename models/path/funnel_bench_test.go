package path

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

func BenchmarkFunnel(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	names := []string{"visit", "signed_up", "invited", "paid", "noise"}
	histories := make([]History, 10_000)
	for i := range histories {
		h := History{UnitID: fmt.Sprint(i), Events: make([]Event, 20)}
		for k := range h.Events {
			h.Events[k] = Event{Name: names[r.IntN(len(names))], At: time.Unix(int64(k*3600+r.IntN(3600)), 0)}
		}
		histories[i] = h
	}
	for _, order := range []Order{Ordered, Strict, AnyOrder} {
		b.Run(fmt.Sprintf("order %q, 10,000 units of 20 events", order), func(b *testing.B) {
			d := FunnelDefinition{Steps: []Step{named("visit"), named("signed_up"), named("invited"), named("paid")}, Order: order, Window: 14 * 24 * time.Hour}
			for b.Loop() {
				f, err := NewFunnel(d, FunnelOptions{})
				if err != nil {
					b.Fatal(err)
				}
				for _, h := range histories {
					f.Add(h)
				}
			}
			b.ReportMetric(float64(b.N)*200_000/b.Elapsed().Seconds(), "events/s")
		})
	}
}
