package ingest

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// A slow source's messages are sent though no other comes after them: each waits here until the one before it is
// acknowledged, with a key or without.
func TestASlowSourceIsSentMessageByMessage(t *testing.T) {
	t.Parallel()
	s := newStack(t, sourceNamed(t, "segment"))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	acknowledged := make(chan uint64, 1)
	messages := func(yield func(Message) bool) {
		for i := range 9 {
			m := Message{Topic: "segment", Value: []byte(calls(i + 1)[i])}
			if i == 0 {
				m.Key = fmt.Append(nil, i)
			}
			if !yield(m) {
				return
			}
			select {
			case n := <-acknowledged:
				if n != uint64(i+1) {
					t.Errorf("%d messages acknowledged, want %d", n, i+1)
				}
			case <-ctx.Done():
				t.Errorf("message %d is not sent", i)
				return
			}
		}
	}
	n, err := Produce(ctx, s.brokers(), messages, func(n uint64) { acknowledged <- n })
	if err != nil || n != 9 {
		t.Fatalf("%d messages produced: %v", n, err)
	}
	s.drain()
	s.expect("events", "SELECT count() FROM events FINAL", 9)
	s.expect("partitions", "SELECT uniqExact(partition) FROM events", 3)
}

// A partition's messages keep their order, whatever fills their batches: number, bytes or age.
func TestOrderWithinAPartition(t *testing.T) {
	t.Parallel()
	s := newStack(t, sourceNamed(t, "segment"))
	const n = 12_000
	messages := func(yield func(Message) bool) {
		for i := range n {
			padding := i % 7 * 100
			if i%1000 == 0 {
				padding = produceBytes
			}
			value := fmt.Appendf(nil, `{"messageId":"m%d","type":"track","event":"X","userId":"u","properties":{"x":"%0*d"}}`, i, padding, 0)
			if !yield(Message{Topic: "segment", Key: []byte("u"), Value: value}) {
				return
			}
		}
	}
	if _, err := Produce(t.Context(), s.brokers(), messages, nil); err != nil {
		t.Fatal(err)
	}
	s.drain()
	s.expect("in order", "SELECT countIf(event_id = 'm' || toString(offset)) FROM events FINAL", n)
}
