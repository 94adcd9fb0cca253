package collector

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
)

// Bounds of a batch: below the million bytes that brokers take by default.
const (
	batchBytes    = 900_000
	batchMessages = 5000
)

// headerBackfill marks history for the consumer, as ingest.Message.Backfill does.
const headerBackfill = "funnelcloud-backfill"

var backfillHeaders = []kafka.Header{{Key: headerBackfill}}

// outgoing is a message and the request that waits for it.
type outgoing struct {
	event
	time     time.Time
	backfill bool
	parcel   *parcel
}

func (o *outgoing) size() int { return len(o.key) + len(o.value) + 32 }

// queue holds a partition's messages until its next batch goes. What it holds is bounded by the budget of the requests.
type queue struct {
	producer  *producer
	topic     string
	partition int
	mu        sync.Mutex
	waiting   []outgoing
	spare     []outgoing
	bytes     int
	closed    bool
	signal    chan struct{} // holds one when something waits
}

var errClosed = errors.New("the collector has stopped")

func (q *queue) push(o outgoing) {
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		o.parcel.settle(errClosed)
		return
	}
	q.waiting = append(q.waiting, o)
	q.bytes += o.size()
	first := len(q.waiting) == 1
	q.mu.Unlock()
	if first {
		select {
		case q.signal <- struct{}{}:
		default:
		}
	}
}

// run sends batches until the producer stops.
func (q *queue) run() {
	linger := time.NewTimer(time.Hour)
	defer linger.Stop()
	for {
		select {
		case <-q.signal:
		case <-q.producer.alive.Done():
			q.end()
			return
		}
		if wait := q.producer.options.Linger; wait > 0 && !q.full() {
			linger.Reset(wait)
			select {
			case <-linger.C:
			case <-q.producer.alive.Done():
			}
		}
		for {
			all := q.take()
			if len(all) == 0 {
				break
			}
			for rest := all; len(rest) > 0; {
				n := batchOf(rest)
				q.deliver(rest[:n])
				rest = rest[n:]
			}
			clear(all) // or the events of requests long answered stay in memory
			q.spare = all[:0]
		}
	}
}

func (q *queue) full() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.bytes >= batchBytes || len(q.waiting) >= batchMessages
}

func (q *queue) take() []outgoing {
	q.mu.Lock()
	defer q.mu.Unlock()
	all := q.waiting
	q.waiting, q.spare, q.bytes = q.spare, nil, 0
	return all
}

// end refuses what comes and what waits.
func (q *queue) end() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	for _, o := range q.take() {
		o.parcel.settle(errClosed)
	}
}

// batchOf is how many of the messages fit a batch: one at least.
func batchOf(messages []outgoing) int {
	bytes := 0
	for i := range messages {
		if bytes += messages[i].size(); i > 0 && (bytes > batchBytes || i >= batchMessages) {
			return i
		}
	}
	return len(messages)
}

// deliver sends a batch until it is acknowledged, or until the requests that it is for have waited long enough.
func (q *queue) deliver(batch []outgoing) {
	pause := 20 * time.Millisecond
	for {
		if batch = q.expire(batch); len(batch) == 0 {
			return
		}
		err := q.attempt(batch)
		switch {
		case err == nil:
			for i := range batch {
				batch[i].parcel.settle(nil)
			}
			return
		case errors.Is(err, kafka.MessageSizeTooLarge) && len(batch) > 1:
			q.deliver(batch[:len(batch)/2])
			q.deliver(batch[len(batch)/2:])
			return
		case errors.Is(err, kafka.MessageSizeTooLarge), !retryable(err), q.producer.alive.Err() != nil:
			q.producer.options.Logger.Error("produce to Kafka failed", "topic", q.topic, "partition", q.partition, "messages", len(batch), "error", err)
			for i := range batch {
				batch[i].parcel.settle(err)
			}
			return
		}
		q.producer.options.Logger.Warn("produce to Kafka failed; will try again", "topic", q.topic, "partition", q.partition, "messages", len(batch), "error", err)
		select {
		case <-time.After(pause):
		case <-q.producer.alive.Done():
		}
		pause = min(2*pause, time.Second)
	}
}

// expire gives up the messages whose requests have waited long enough, and keeps the order of the others.
func (q *queue) expire(batch []outgoing) []outgoing {
	now := time.Now()
	kept := batch[:0]
	for _, o := range batch {
		if now.Before(o.parcel.deadline) {
			kept = append(kept, o)
		} else {
			o.parcel.settle(context.DeadlineExceeded)
		}
	}
	return kept
}

func (q *queue) attempt(batch []outgoing) error {
	deadline := batch[0].parcel.deadline
	for i := range batch {
		if d := batch[i].parcel.deadline; d.Before(deadline) {
			deadline = d
		}
	}
	ctx, cancel := context.WithDeadline(q.producer.alive, deadline)
	defer cancel()
	began := time.Now()
	response, err := q.producer.client.Produce(ctx, &kafka.ProduceRequest{
		Topic: q.topic, Partition: q.partition, RequiredAcks: kafka.RequireAll, Records: records(batch),
		Compression: q.producer.options.Compression,
	})
	if err == nil {
		err = response.Error
	}
	q.producer.metrics.produced(len(batch), time.Since(began), err)
	if err != nil {
		for i := range batch {
			batch[i].parcel.unclean.Store(true)
		}
	}
	return err
}

// records are the messages for one attempt to send them; sending reads them up.
func records(batch []outgoing) kafka.RecordReader {
	out := make([]kafka.Record, len(batch))
	for i := range batch {
		o := &batch[i]
		out[i] = kafka.Record{Time: o.time, Value: kafka.NewBytes(o.value)}
		if o.key != nil {
			out[i].Key = kafka.NewBytes(o.key)
		}
		if o.backfill {
			out[i].Headers = backfillHeaders
		}
	}
	return kafka.NewRecordReader(out...)
}
