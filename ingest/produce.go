package ingest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/segmentio/kafka-go"
)

// Message is one message to be produced. Its bytes are copied when it is taken.
type Message struct {
	Topic      string
	Key, Value []byte
	Time       time.Time // the record's timestamp; zero means now
	Backfill   bool      // history: clocks are not corrected by the time of its arrival
}

const (
	produceBytes    = 900_000 // of a batch, below the million that brokers take by default
	produceMessages = 5000
	produceAge      = 100 * time.Millisecond
	produceRetry    = 30 * time.Second
)

// Produce sends messages to Kafka and returns how many were acknowledged by all replicas. Messages with a key go to its
// partition in order (the Java client's hash), the others to the partitions in turn, batch by batch. A message waits
// for its batch to fill for a tenth of a second at most, however slowly the others come. Memory is bounded by two batches
// for each partition. progress, which may be nil, is told the number acknowledged.
func Produce(ctx context.Context, brokers []string, messages iter.Seq[Message], progress func(acknowledged uint64)) (uint64, error) {
	return Access{}.Produce(ctx, brokers, messages, progress)
}

// Produce is the function Produce on a cluster that has to let us in.
func (a Access) Produce(ctx context.Context, brokers []string, messages iter.Seq[Message], progress func(acknowledged uint64)) (uint64, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	p := &producer{cluster: a.cluster(brokers), topics: map[string]*topicWriter{}, progress: progress, cancel: cancel}
	defer p.cluster.close()
	for m := range messages {
		if err := p.add(ctx, m); err != nil {
			cancel(err)
			break
		}
	}
	p.finish()
	if err := context.Cause(ctx); err != nil {
		return p.acknowledged.Load(), fmt.Errorf("produce to Kafka: %w", err)
	}
	return p.acknowledged.Load(), nil
}

type producer struct {
	cluster      *cluster
	topics       map[string]*topicWriter
	progress     func(uint64)
	acknowledged atomic.Uint64
	reporting    sync.Mutex
	sending      sync.WaitGroup
	cancel       context.CancelCauseFunc
}

// topicWriter spreads one topic's messages over its partitions.
type topicWriter struct {
	partitions []int
	lanes      map[int]*lane
	turn       atomic.Int64
}

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

func (p *producer) add(ctx context.Context, m Message) error {
	w := p.topics[m.Topic]
	if w == nil {
		var err error
		if w, err = p.open(ctx, m.Topic); err != nil {
			return err
		}
		p.topics[m.Topic] = w
	}
	return w.lanes[w.partition(m.Key)].add(ctx, m)
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

func (p *producer) open(ctx context.Context, topic string) (*topicWriter, error) {
	found, err := p.cluster.partitions(ctx, []string{topic})
	if err != nil {
		return nil, err
	}
	if len(found[topic]) == 0 {
		return nil, fmt.Errorf("topic %s does not exist on %s; create it first", topic, strings.Join(p.cluster.addresses, ","))
	}
	w := &topicWriter{partitions: found[topic], lanes: map[int]*lane{}}
	for _, partition := range w.partitions {
		l := &lane{topic: topic, partition: partition, turn: &w.turn, wake: make(chan struct{}, 1), room: make(chan struct{}, 1)}
		w.lanes[partition] = l
		p.sending.Go(func() { p.sendAll(ctx, l) })
	}
	return w, nil
}

// partition is that of the key, or whose turn it is: turns pass when a batch is full or sent.
func (w *topicWriter) partition(key []byte) int {
	if key == nil {
		return w.partitions[int(w.turn.Load()%int64(len(w.partitions)))]
	}
	return kafka.Murmur2Balancer{}.Balance(kafka.Message{Key: key}, w.partitions...)
}

// finish sends what is left and waits until all is acknowledged.
func (p *producer) finish() {
	for _, w := range p.topics {
		for _, l := range w.lanes {
			l.close()
		}
	}
	p.sending.Wait()
}

// sendAll sends a partition's batches in order, one at a time.
func (p *producer) sendAll(ctx context.Context, l *lane) {
	for b := l.next(); b != nil; b = l.next() {
		if ctx.Err() != nil {
			continue // somebody failed; take the rest away
		}
		if err := p.sendOne(ctx, l.topic, l.partition, b); err != nil {
			p.cancel(err)
			continue
		}
		n := p.acknowledged.Add(uint64(len(b.messages)))
		if p.progress != nil {
			p.reporting.Lock()
			p.progress(n)
			p.reporting.Unlock()
		}
	}
}

// sendOne repeats while the partition's leader is being found: a topic just created has none for a moment, and leaders
// move. A batch sent twice does no harm, since each event counts once.
func (p *producer) sendOne(ctx context.Context, topic string, partition int, b *outgoing) error {
	deadline := time.Now().Add(produceRetry)
	var trouble backoff
	for {
		response, err := p.cluster.client.Produce(ctx, &kafka.ProduceRequest{Topic: topic, Partition: partition,
			RequiredAcks: kafka.RequireAll, Records: b.records()})
		if err == nil {
			err = response.Error
		}
		switch {
		case err == nil:
			return nil
		case errors.Is(err, kafka.MessageSizeTooLarge):
			return fmt.Errorf("topic %s: a batch of %d messages and %d bytes is larger than Kafka takes (its message.max.bytes): %w",
				topic, len(b.messages), len(b.data), err)
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case time.Now().After(deadline):
			return fmt.Errorf("topic %s, partition %d: tried for %s: %w", topic, partition, produceRetry, err)
		}
		trouble.wait(ctx)
	}
}
