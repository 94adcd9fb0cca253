package main

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/funnelcloud/funnelcloud/ingest"
	"github.com/funnelcloud/funnelcloud/ingest/source"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

const (
	latencyRate    = 200 // messages a second
	latencySeconds = 30
	latencyLook    = 10 * time.Millisecond // between two looks at the table
)

// latency measures, with a consumer's default settings and little load, the time from each message's handing over to the
// producer until a SELECT finds its event.
func (b *bench) latency(ctx context.Context) error {
	const topic = "latency"
	if err := b.broker.CreateTopics(ctx, b.partitions, topic); err != nil {
		return err
	}
	config := b.db.Config()
	config.Database = "bench_latency"
	db, err := warehouse.Open(ctx, config)
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.Migrate(ctx); err != nil {
		return err
	}
	segment, err := segmentOf(topic)
	if err != nil {
		return err
	}
	consuming, stop := context.WithCancel(ctx)
	defer stop()
	var wg sync.WaitGroup
	errs := make(chan error, 2)
	brokers := []string{b.broker.Addr()}
	wg.Go(func() {
		_, err := ingest.Run(consuming, ingest.Options{Brokers: brokers, Sources: []*source.Source{segment}, Group: topic, Conn: db.Conn()})
		errs <- err
	})
	const n = latencyRate * latencySeconds
	sent := make([]time.Time, n)
	var mu sync.Mutex
	wg.Go(func() {
		_, err := ingest.Produce(ctx, brokers, paced(ctx, messages(topic, n), func(i int) {
			mu.Lock()
			defer mu.Unlock()
			sent[i] = time.Now()
		}), nil)
		errs <- err
	})
	seen, err := watch(ctx, db, n)
	stop()
	wg.Wait()
	for range 2 {
		if failed := <-errs; failed != nil && err == nil {
			err = failed
		}
	}
	if err != nil {
		return err
	}
	return b.latencies(sent, seen)
}

// paced gives messages one by one at the rate.
func paced(ctx context.Context, all iter.Seq[ingest.Message], sending func(i int)) iter.Seq[ingest.Message] {
	return func(yield func(ingest.Message) bool) {
		tick := time.NewTicker(time.Second / latencyRate)
		defer tick.Stop()
		i := 0
		for m := range all {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
			sending(i)
			if i++; !yield(m) {
				return
			}
		}
	}
}

// watch notes when each event was first seen, by id.
func watch(ctx context.Context, db *warehouse.DB, n int) (map[string]time.Time, error) {
	seen := make(map[string]time.Time, n)
	look := time.NewTicker(latencyLook)
	defer look.Stop()
	for changed := time.Now(); len(seen) < n; {
		select {
		case <-look.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		var rows uint64
		if err := db.Conn().QueryRow(ctx, "SELECT count() FROM events").Scan(&rows); err != nil {
			return nil, err
		}
		if rows == uint64(len(seen)) {
			if time.Since(changed) > time.Minute {
				return nil, fmt.Errorf("%d of %d events after a minute without any", rows, n)
			}
			continue
		}
		var ids []string
		if err := db.Conn().QueryRow(ctx, "SELECT groupArray(event_id) FROM events").Scan(&ids); err != nil {
			return nil, err
		}
		changed = time.Now()
		for _, id := range ids {
			if _, known := seen[id]; !known {
				seen[id] = changed
			}
		}
	}
	return seen, nil
}

func (b *bench) latencies(sent []time.Time, seen map[string]time.Time) error {
	took := make([]float64, len(sent))
	for i, at := range sent {
		end, ok := seen[messageID(i)]
		if !ok {
			return fmt.Errorf("message %d was never seen", i)
		}
		took[i] = end.Sub(at).Seconds()
	}
	slices.Sort(took)
	b.report("produce_to_queryable_p50_s", took[len(took)/2], "s")
	b.report("produce_to_queryable_p99_s", took[len(took)*99/100], "s")
	b.report("produce_to_queryable_max_s", took[len(took)-1], "s")
	return nil
}
