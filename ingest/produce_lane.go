package ingest

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/segmentio/kafka-go"
)

// lane is one partition's way to Kafka. The caller's goroutine fills the open batch; the lane's own takes it away once it
// is full or old, since the next message may be long in coming. One batch is open and one is being sent, no more.
type lane struct {
	topic     string
	partition int
	turn      *atomic.Int64 // of the topic
	wake      chan struct{} // look at the open batch
	room      chan struct{} // it was taken away

	mu     sync.Mutex
	open   *outgoing
	closed bool // no more messages come
}

func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default: // the last one is yet to be seen
	}
}

// outgoing is a batch for one partition.
type outgoing struct {
	messages []outMessage
	data     []byte
	opened   time.Time
	full     bool
}

// outMessage points into its batch's data.
type outMessage struct {
	key, value     span
	noKey, noValue bool
	time           time.Time
	backfill       bool
}

// add puts a message into the open batch, waiting while that is full.
func (l *lane) add(ctx context.Context, m Message) error {
	for !l.tryAdd(m) {
		select {
		case <-l.room:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return context.Cause(ctx)
}

func (l *lane) tryAdd(m Message) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open == nil {
		l.open = &outgoing{opened: time.Now(), data: make([]byte, 0, produceBytes)}
		signal(l.wake)
	}
	b := l.open
	fits := !b.full && (len(b.messages) == 0 || len(b.data)+len(m.Key)+len(m.Value) <= produceBytes)
	if fits {
		b.add(m)
	}
	if !b.full && (!fits || len(b.messages) >= produceMessages) {
		b.full = true
		l.turn.Add(1)
		signal(l.wake)
	}
	return fits
}

// next waits for a batch that is to be sent; nil: there will be none.
func (l *lane) next() *outgoing {
	old := time.NewTimer(produceAge)
	defer old.Stop()
	for {
		b, wait := l.take()
		switch {
		case b != nil:
			return b
		case wait < 0:
			return nil
		}
		old.Reset(wait)
		select {
		case <-l.wake:
		case <-old.C:
		}
	}
}

// take takes the open batch away if it is time. Else it says when to look again; negative: never.
func (l *lane) take() (b *outgoing, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch b = l.open; {
	case b == nil && l.closed:
		return nil, -1
	case b == nil:
		return nil, time.Hour // or when woken
	case !b.full && !l.closed:
		if wait = produceAge - time.Since(b.opened); wait > 0 {
			return nil, wait
		}
		l.turn.Add(1) // keyless messages go to the next partition
	}
	l.open = nil
	signal(l.room)
	return b, 0
}

func (l *lane) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	signal(l.wake)
}

func (b *outgoing) add(m Message) {
	copied := func(bytes []byte) span {
		start := len(b.data)
		b.data = append(b.data, bytes...)
		return span{start, len(b.data)}
	}
	out := outMessage{copied(m.Key), copied(m.Value), m.Key == nil, m.Value == nil, m.Time, m.Backfill}
	if out.time.IsZero() {
		out.time = b.opened
	}
	b.messages = append(b.messages, out)
}

// records are the messages for one attempt to send them; sending reads them up.
func (b *outgoing) records() kafka.RecordReader {
	records := make([]kafka.Record, len(b.messages))
	bytes := func(s span, none bool) kafka.Bytes {
		if none {
			return nil
		}
		return kafka.NewBytes(b.data[s.start:s.end:s.end])
	}
	for i, m := range b.messages {
		records[i] = kafka.Record{Time: m.time, Key: bytes(m.key, m.noKey), Value: bytes(m.value, m.noValue)}
		if m.backfill {
			records[i].Headers = backfillHeaders
		}
	}
	return kafka.NewRecordReader(records...)
}

var backfillHeaders = []kafka.Header{{Key: headerBackfill}}
