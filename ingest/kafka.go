package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/funnelcloud/funnelcloud/ingest/source"
)

// headerBackfill marks messages that were loaded from a file: their sent_at says nothing about the clock of now.
const headerBackfill = "funnelcloud-backfill"

// cluster is the Kafka side of a consumer: metadata, offsets and fetches. kafka.Reader is not used, because it can
// commit for partitions it no longer owns (segmentio/kafka-go#1308, #1398); of the two ways left, Client.Fetch read
// 1.25M messages a second where Conn.ReadBatch read 0.96M.
type cluster struct {
	client    *kafka.Client
	transport *kafka.Transport
	addresses []string
	monitor   *Monitor
}

func (a Access) cluster(brokers []string) *cluster {
	transport := a.Transport()
	client := &kafka.Client{Addr: kafka.TCP(brokers...), Transport: transport}
	return &cluster{client: client, transport: transport, addresses: brokers}
}

// hint says what to look at when Kafka does not answer. Some brokers just hang up on a wrong password.
func (k *cluster) hint() string {
	if k.transport.SASL != nil {
		return "is it running there, and are user, password and " + k.transport.SASL.Name() + " right?"
	}
	return "is it running there?"
}

func (k *cluster) close() { k.transport.CloseIdleConnections() }

// partitions lists the partitions of those of the topics that exist.
func (k *cluster) partitions(ctx context.Context, topics []string) (map[string][]int, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	metadata, err := k.client.Metadata(ctx, &kafka.MetadataRequest{Topics: topics})
	if err != nil {
		return nil, fmt.Errorf("ask Kafka at %s for its topics: %w; %s", strings.Join(k.addresses, ","), err, k.hint())
	}
	found := map[string][]int{}
	for _, t := range metadata.Topics {
		if t.Error != nil && !errors.Is(t.Error, kafka.LeaderNotAvailable) {
			continue
		}
		for _, p := range t.Partitions {
			found[t.Name] = append(found[t.Name], p.ID)
		}
	}
	return found, nil
}

// offsets lists the first offset of partitions, and the one after the last that can be read: the high watermark, or where
// a transaction begins that is still under way.
func (k *cluster) offsets(ctx context.Context, partitions map[string][]int) (first, last map[place]int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request := &kafka.ListOffsetsRequest{IsolationLevel: kafka.ReadCommitted, Topics: map[string][]kafka.OffsetRequest{}}
	for topic, ids := range partitions {
		for _, id := range ids {
			request.Topics[topic] = append(request.Topics[topic], kafka.FirstOffsetOf(id), kafka.LastOffsetOf(id))
		}
	}
	response, err := k.client.ListOffsets(ctx, request)
	if err != nil {
		return nil, nil, fmt.Errorf("ask Kafka for offsets: %w", err)
	}
	first, last = map[place]int64{}, map[place]int64{}
	for topic, offsets := range response.Topics {
		for _, o := range offsets {
			if o.Error != nil {
				return nil, nil, fmt.Errorf("ask Kafka for the offsets of %s/%d: %w", topic, o.Partition, o.Error)
			}
			at := place{topic, o.Partition}
			first[at], last[at] = o.FirstOffset, o.LastOffset
		}
	}
	return first, last, nil
}

// fetcher reads one partition, one chunk after the other.
type fetcher struct {
	place
	cluster   *cluster
	offset    int64
	until     int64 // stop there; negative: never
	maxBytes  int
	translate translation // of the topic's format; nil for most
	out       chan<- *chunk
	logger    *slog.Logger
	lost      func(messages int64) // told of messages that Kafka deleted before they were read
}

// maxWait is how long a fetch waits for the first message.
const maxWait = 500 * time.Millisecond

// run fetches until the context ends or the offset is reached. Trouble with the broker is waited out, since the group's
// heartbeat decides when to give the partition up.
func (f *fetcher) run(ctx context.Context) {
	var trouble backoff
	for ctx.Err() == nil && (f.until < 0 || f.offset < f.until) {
		c, err := f.fetch(ctx)
		if err != nil {
			if ctx.Err() != nil {
				return
			}
			if errors.Is(err, kafka.OffsetOutOfRange) {
				err = f.relocate(ctx)
			}
			if err != nil {
				f.cluster.monitor.fetchFailed()
				f.logger.Warn("fetch from Kafka failed; will try again", "topic", f.topic, "partition", f.partition, "error", err)
				trouble.wait(ctx)
			}
			continue
		}
		trouble.reset()
		f.offset = c.next
		if len(c.messages) == 0 {
			release(c)
			continue
		}
		select {
		case f.out <- c:
		case <-ctx.Done():
			return
		}
	}
}

// relocate finds where to go on when the offset is gone. Messages deleted by retention are lost to us: that is said and
// counted. An offset beyond the end means that the topic was made anew; reading it from its start loses nothing, and
// what was read before collapses by key.
func (f *fetcher) relocate(ctx context.Context) error {
	first, last, err := f.cluster.offsets(ctx, map[string][]int{f.topic: {f.partition}})
	if err != nil {
		return err
	}
	start := first[f.place]
	if f.offset < 0 {
		f.offset = start
		return nil
	}
	f.logger.Error("the offset to go on from is not in Kafka; going on from the first one there is",
		"topic", f.topic, "partition", f.partition, "offset", f.offset, "first", start, "last", last[f.place])
	if f.offset < start {
		f.lost(start - f.offset)
	}
	f.offset = start
	return nil
}

func (f *fetcher) fetch(ctx context.Context) (*chunk, error) {
	if f.offset < 0 {
		return nil, kafka.OffsetOutOfRange
	}
	ctx, cancel := context.WithTimeout(ctx, maxWait+20*time.Second)
	defer cancel()
	got, err := f.cluster.fetch(ctx, f.place, f.offset, f.maxBytes)
	if err != nil {
		return nil, err
	}
	c := got.chunk
	c.place, c.high, c.next = f.place, got.high, f.offset
	err = c.read(got.records, newTransactions(got.aborted))
	if f.translate != nil {
		if fault := c.translate(ctx, f.translate); fault != nil {
			err = fault
		}
	}
	if err != nil && len(c.messages) == 0 {
		release(c)
		return nil, err
	}
	return c, nil
}

// backoff waits longer after each failure, up to five seconds, with jitter so that consumers don't return in step.
type backoff struct{ failures int }

func (b *backoff) reset() { b.failures = 0 }

func (b *backoff) wait(ctx context.Context) {
	delay := min(50*time.Millisecond<<min(b.failures, 10), 5*time.Second)
	b.failures++
	timer := time.NewTimer(delay/2 + rand.N(delay/2))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// topicsOf lists the topics of the sources, each once.
func topicsOf(sources []*source.Source) []string {
	var topics []string
	for _, s := range sources {
		topics = append(topics, s.Topics...)
	}
	slices.Sort(topics)
	return slices.Compact(topics)
}
