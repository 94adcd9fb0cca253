package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"

	"github.com/funnelcloud/funnelcloud/ingest"
	"github.com/funnelcloud/funnelcloud/ingest/source"
)

// mappedMessages are so few that the processor's cache holds them: what is measured is the mapper, not memory.
const (
	mappedMessages = 1000
	mappedRounds   = 500
)

// mapper measures the mapping alone, on one core: CPU time, allocations and bytes of an event, and what leaves for ClickHouse.
func (b *bench) mapper(context.Context) error {
	for _, shape := range []struct {
		name, source string
		messages     []ingest.Message
	}{
		{"map", "segment", slices.Collect(copied(messages("segment", mappedMessages)))},
		{"map_flat", "json", slices.Collect(copied(flatMessages(flatTopic, mappedMessages)))},
	} {
		s, err := builtinFor(shape.source, shape.source)
		if err != nil {
			return err
		}
		if err := b.mapAll(shape.name, s, shape.messages); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) mapAll(name string, s *source.Source, all []ingest.Message) error {
	m, out := s.NewMapper(), &tally{}
	run := func() {
		for i := range all {
			m.Map(source.Record{Value: all[i].Value, Time: all[i].Time.UnixMilli()}, out)
		}
	}
	run() // buffers have their size after it
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	cpu := cpuTime()
	for range mappedRounds {
		run()
	}
	cpu = cpuTime() - cpu
	runtime.ReadMemStats(&after)
	if want := len(all) * (mappedRounds + 1); out.events != want || out.rejects > 0 {
		return fmt.Errorf("%s: %d events and %d rejects of %d messages", name, out.events, out.rejects, want)
	}
	events := float64(len(all) * mappedRounds)
	b.report(name+"_cpu_us", cpu.Seconds()*1e6/events, "us")
	b.report(name+"_allocs_per_event", float64(after.Mallocs-before.Mallocs)/events, "allocations")
	b.report(name+"_alloc_bytes_per_event", float64(after.TotalAlloc-before.TotalAlloc)/events, "B")
	return b.sent(name, s, all)
}

// sent reports the bytes of an event as it goes to ClickHouse, and those that the consumer copies for it: from Kafka's
// socket, into columns, and from there to ClickHouse's socket. The latter is by construction, not measured.
func (b *bench) sent(name string, s *source.Source, all []ingest.Message) error {
	var received, sent int64
	for _, m := range all {
		received += int64(len(m.Value))
	}
	for body, err := range ingest.NativeBlocks(s, slices.Values(all), len(all)) {
		if err != nil {
			return err
		}
		n, err := io.Copy(io.Discard, body)
		if err != nil {
			return err
		}
		sent += n
	}
	b.report(name+"_sent_bytes_per_event", float64(sent)/float64(len(all)), "B")
	b.report(name+"_copied_bytes_per_event", float64(received+2*sent)/float64(len(all)), "B")
	return nil
}

// tally counts what a mapper gives.
type tally struct{ events, rejects int }

// Event counts an event.
func (t *tally) Event(*source.Event) { t.events++ }

// Reject counts a reject.
func (t *tally) Reject(source.Reject) { t.rejects++ }
