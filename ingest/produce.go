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
