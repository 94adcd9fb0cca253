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
// partition in order (the Java client's hash), the others to the partitions in turn, batch by batch. Memory is bounded
// by two batches for each partition. progress, which may be nil, is told the number acknowledged.
func Produce(ctx context.Context, brokers []string, messages iter.Seq[Message], progress func(acknowledged uint64)) (uint64, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	p := &producer{cluster: newCluster(brokers), topics: map[string]*topicWriter{}, progress: progress, cancel: cancel}
	defer p.cluster.close()
	for m := range messages {
		if err := p.add(ctx, m); err != nil {
			cancel(err)
			break
		}
	}
	p.finish(ctx)
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

// topicWriter gathers the batches of one topic's partitions.
type topicWriter struct {
	partitions []int
	open       map[int]*outgoing
	queues     map[int]chan *outgoing
	turn       int
}

// outgoing is a batch for one partition.
type outgoing struct {
	messages []outMessage
	data     []byte
	opened   time.Time
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
	partition := w.partition(m.Key)
	b := w.open[partition]
	if b != nil && len(b.data)+len(m.Key)+len(m.Value) > produceBytes {
		if err := p.send(ctx, w, partition); err != nil {
			return err
		}
		b = nil
	}
	if b == nil {
		b = &outgoing{opened: time.Now(), data: make([]byte, 0, produceBytes)}
		w.open[partition] = b
	}
	b.add(m)
	if len(b.messages) >= produceMessages || len(b.messages)%64 == 0 && time.Since(b.opened) > produceAge {
		return p.send(ctx, w, partition)
	}
	return context.Cause(ctx)
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
	w := &topicWriter{partitions: found[topic], open: map[int]*outgoing{}, queues: map[int]chan *outgoing{}}
	for _, partition := range w.partitions {
		queue := make(chan *outgoing)
		w.queues[partition] = queue
		p.sending.Go(func() { p.sendAll(ctx, topic, partition, queue) })
	}
	return w, nil
}

// partition is that of the key, or whose turn it is: turns pass when a batch is sent.
func (w *topicWriter) partition(key []byte) int {
	if key == nil {
		return w.partitions[w.turn%len(w.partitions)]
	}
	return kafka.Murmur2Balancer{}.Balance(kafka.Message{Key: key}, w.partitions...)
}

func (p *producer) send(ctx context.Context, w *topicWriter, partition int) error {
	b := w.open[partition]
	delete(w.open, partition)
	w.turn++
	select {
	case w.queues[partition] <- b:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// finish sends what is left and waits until all is acknowledged.
func (p *producer) finish(ctx context.Context) {
	for _, w := range p.topics {
		for partition := range w.open {
			if p.send(ctx, w, partition) != nil {
				break
			}
		}
		for _, queue := range w.queues {
			close(queue)
		}
	}
	p.sending.Wait()
}

// sendAll sends a partition's batches in order, one at a time.
func (p *producer) sendAll(ctx context.Context, topic string, partition int, queue <-chan *outgoing) {
	for b := range queue {
		if ctx.Err() != nil {
			continue // somebody failed; take the rest away
		}
		if err := p.sendOne(ctx, topic, partition, b); err != nil {
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
