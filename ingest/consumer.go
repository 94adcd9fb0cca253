package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/funnelcloud/funnelcloud/ingest/source"
)

// Run consumes until the context ends, then stores and commits what it has read, within StopTimeout, and leaves the
// group. With Drain it returns once everything that was there at the start is stored. A fault that only a person can
// mend, such as a missing table, ends it with an error; nothing is committed that is not stored.
func Run(ctx context.Context, o Options) (Stats, error) {
	o = o.withDefaults()
	if err := o.validate(); err != nil {
		return Stats{}, err
	}
	byTopic, err := source.ByTopic(o.Sources)
	if err != nil {
		return Stats{}, fmt.Errorf("start ingest: %w", err)
	}
	translations, err := o.translations()
	if err != nil {
		return Stats{}, fmt.Errorf("start ingest: %w", err)
	}
	c := &consumer{Options: o, byTopic: byTopic, translations: translations, cluster: o.Access.cluster(o.Brokers), started: time.Now()}
	c.sink = &sink{conn: o.Conn, consumer: consumerName(), logger: o.Logger, now: time.Now, monitor: o.Monitor}
	defer c.cluster.close()
	defer o.Monitor.attach(c.cluster, o.Conn)()
	err = c.run(ctx)
	return c.snapshot(), err
}

// consumer is one member of a consumer group.
type consumer struct {
	Options
	byTopic      map[string]*source.Source
	translations map[string]translation
	cluster      *cluster
	sink         *sink
	started      time.Time
	targets      map[place]int64 // where Drain ends; nil without it

	mu    sync.Mutex
	stats Stats
	lag   map[place]int64
}

// topicWatch is how often topics that don't exist yet are looked for.
const topicWatch = 10 * time.Second

// run joins the group with the topics that exist, and again when others have come into being.
func (c *consumer) run(ctx context.Context) error {
	if err := c.lookForTopics(ctx); err != nil {
		return stopped(ctx, err)
	}
	if c.Drain {
		done, err := c.setTargets(ctx)
		if err != nil || done {
			return err
		}
	}
	for {
		topics, err := c.existing(ctx)
		if err != nil || ctx.Err() != nil {
			return stopped(ctx, err)
		}
		again, err := c.member(ctx, topics)
		if err != nil || !again {
			return stopped(ctx, err)
		}
	}
}

// lookForTopics says which topics don't exist, or fails for them.
func (c *consumer) lookForTopics(ctx context.Context) error {
	found, err := c.cluster.partitions(ctx, c.Topics)
	if err != nil {
		return err
	}
	missing := slices.DeleteFunc(slices.Clone(c.Topics), func(topic string) bool { return len(found[topic]) > 0 })
	if len(missing) == 0 {
		return nil
	}
	if c.RequireTopics {
		return fmt.Errorf("start ingest: not in Kafka at %s: topics %s; create them, or leave out the sources that read them",
			strings.Join(c.Brokers, ","), strings.Join(missing, ", "))
	}
	c.Logger.Warn("topics don't exist yet; they will be read once they do", "topics", strings.Join(missing, ", "))
	return nil
}

// stopped makes being told to stop no error.
func stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, kafka.ErrGroupClosed)) {
		return nil
	}
	return err
}

// setTargets notes where the partitions end now. It reports whether there is nothing to read at all.
func (c *consumer) setTargets(ctx context.Context) (done bool, err error) {
	partitions, err := c.cluster.partitions(ctx, c.Topics)
	if err != nil {
		return false, err
	}
	if len(partitions) == 0 {
		return true, nil
	}
	_, c.targets, err = c.cluster.offsets(ctx, partitions)
	return false, err
}

// existing waits until at least one of the topics exists.
func (c *consumer) existing(ctx context.Context) ([]string, error) {
	for first := true; ; first = false {
		found, err := c.cluster.partitions(ctx, c.Topics)
		if err != nil && first {
			return nil, err
		}
		var topics []string
		for _, topic := range c.Topics {
			if len(found[topic]) > 0 {
				topics = append(topics, topic)
			}
		}
		if len(topics) > 0 || !sleep(ctx, topicWatch) {
			return topics, nil
		}
	}
}

func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// errMoreTopics ends a membership, because the group has to be joined with more topics.
var errMoreTopics = errors.New("more topics exist now")

// member is in the group for one generation after the other. It reports whether to join again.
func (c *consumer) member(ctx context.Context, topics []string) (again bool, err error) {
	balancers, err := c.balancers()
	if err != nil {
		return false, err
	}
	group, err := kafka.NewConsumerGroup(kafka.ConsumerGroupConfig{
		ID: c.Group, Brokers: c.Brokers, Topics: topics, StartOffset: kafka.FirstOffset, GroupBalancers: balancers,
		Dialer:            c.Access.dialer(),
		HeartbeatInterval: c.SessionTimeout / 4, SessionTimeout: c.SessionTimeout, RebalanceTimeout: 30 * time.Second,
		JoinGroupBackoff: time.Second, WatchPartitionChanges: true,
	})
	if err != nil {
		return false, fmt.Errorf("join consumer group %s: %w", c.Group, err)
	}
	defer group.Close()
	if len(topics) < len(c.Topics) {
		var cancel context.CancelCauseFunc
		parent := ctx
		ctx, cancel = context.WithCancelCause(ctx)
		var watching sync.WaitGroup
		defer watching.Wait()
		defer cancel(nil)
		watching.Go(func() { c.watchTopics(ctx, len(topics), cancel) })
		defer func() {
			again = again || parent.Err() == nil && errors.Is(context.Cause(ctx), errMoreTopics) && err == nil
		}()
	}
	var trouble backoff
	for {
		generation, err := group.Next(ctx)
		switch {
		case ctx.Err() != nil:
			return false, nil
		case err != nil:
			// Expected on a fresh broker, after its restart and during a rebalance: [15], [16], [26], [27].
			c.Logger.Warn("join the consumer group failed; will try again", "group", c.Group, "error", err)
			trouble.wait(ctx)
			continue
		}
		trouble.reset()
		if done, err := c.generation(ctx, generation); done || err != nil {
			return false, err
		}
	}
}

// watchTopics looks for topics that didn't exist when the group was joined.
func (c *consumer) watchTopics(ctx context.Context, known int, cancel context.CancelCauseFunc) {
	for sleep(ctx, topicWatch) {
		found, err := c.cluster.partitions(ctx, c.Topics)
		if err == nil && len(found) > known {
			cancel(errMoreTopics)
			return
		}
	}
}

// generation works through one generation of the group: one assignment of partitions. It reports whether the consumer
// is done for good.
func (c *consumer) generation(ctx context.Context, g *kafka.Generation) (done bool, err error) {
	finished := make(chan struct{})
	// The group waits for this function before it joins again, so that nothing of this generation is committed later.
	g.Start(func(life context.Context) {
		defer close(finished)
		c.Monitor.joined(g.Assignments)
		defer c.Monitor.left()
		p := newPipeline(c, g.Assignments, g.CommitOffsets)
		done, err = p.run(ctx, life)
	})
	<-finished
	return done, err
}

// target is where Drain ends in a partition, -1 without Drain.
func (c *consumer) target(at place) int64 {
	if c.targets == nil {
		return -1
	}
	return c.targets[at] // 0 for a partition that came into being later: nothing to read
}

func (c *consumer) assigned() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lag = map[place]int64{}
}

func (c *consumer) lose(messages int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stats.Lost += messages
	c.Monitor.metrics.lost.Add(float64(messages))
}

// stored counts a batch that is stored and committed.
func (c *consumer) stored(b *batch) {
	c.Monitor.stored(b)
	c.mu.Lock()
	c.stats.Batches++
	for at, p := range b.progress {
		c.stats.Messages += p.messages
		c.stats.Events += p.events
		c.stats.Rejects += p.rejects
		c.stats.Skewed += p.skewed
		c.stats.Bytes += p.bytes
		c.lag[at] = max(p.high-p.next, 0)
	}
	c.mu.Unlock()
	if c.Progress != nil {
		c.Progress(c.snapshot())
	}
}

func (c *consumer) snapshot() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.stats
	s.Elapsed = time.Since(c.started)
	for _, lag := range c.lag {
		s.Lag += lag
	}
	return s
}
