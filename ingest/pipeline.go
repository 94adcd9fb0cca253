package ingest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/funnelcloud/funnelcloud/ingest/source"
)

// pipeline carries one generation's partitions from Kafka to ClickHouse:
//
//	fetchers ──chunks──► dispatcher ──jobs──► workers (map into the batch's rows)
//	(a partition each)       └─────sealed batches────► inserter: insert, then commit
//
// Fetching, mapping and inserting overlap; what is in memory is bounded by two batches and a chunk for each fetcher and
// worker, because every channel is without a buffer: while ClickHouse is down, the inserter holds one batch, the
// dispatcher the next, and fetchers wait.
type pipeline struct {
	*consumer
	assignments map[string][]kafka.PartitionAssignment
	commit      func(map[string]map[int]int64) error

	chunks chan *chunk
	jobs   chan job
	sealed chan *batch
	free   chan *batch
}

// job is a chunk to be mapped into a batch.
type job struct {
	chunk *chunk
	batch *batch
}

func newPipeline(c *consumer, assignments map[string][]kafka.PartitionAssignment, commit func(map[string]map[int]int64) error) *pipeline {
	c.assigned()
	p := &pipeline{consumer: c, assignments: assignments, commit: commit,
		chunks: make(chan *chunk), jobs: make(chan job), sealed: make(chan *batch), free: make(chan *batch, 2)}
	for range 2 {
		p.free <- p.newBatch()
	}
	return p
}

func (p *pipeline) newBatch() *batch {
	b := &batch{progress: map[place]*progress{}}
	for range p.Workers {
		b.rows = append(b.rows, newRows())
	}
	return b
}

// rebalanceGrace is how long a batch that is being inserted may take when the group rebalances: well below the group's
// rebalance timeout, after which Kafka would give the partitions away without us.
const rebalanceGrace = 10 * time.Second

// run returns when the generation ends, the consumer is told to stop, everything is drained, or on a fault that waiting
// does not mend. stop is the caller's context, life the generation's.
//
// Told to stop, it stores what it has read and commits. When the generation ends it drops what is not yet being
// inserted, since the partitions' next owner reads that again, finishes the insert under way, and commits, which Kafka
// accepts as long as the rebalance waits for us.
func (p *pipeline) run(stop, life context.Context) (done bool, err error) {
	hard, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	defer deadline(stop, p.StopTimeout, cancel)()
	defer deadline(life, rebalanceGrace, cancel)()

	fetching, stopFetching := context.WithCancel(hard)
	defer stopFetching()
	defer context.AfterFunc(stop, stopFetching)()
	defer context.AfterFunc(life, stopFetching)()

	go p.fetch(fetching)
	var working sync.WaitGroup
	for i := range p.Workers {
		working.Go(func() { p.work(i) })
	}
	failed := make(chan error, 1)
	go func() {
		err := p.insertAll(hard)
		if err != nil {
			stopFetching()
		}
		failed <- err
	}()
	p.dispatch(life)
	working.Wait()
	err = <-failed
	if life.Err() != nil || errors.Is(err, errRejoin) {
		return stop.Err() != nil, nil
	}
	return true, err
}

// deadline cancels d after a context has ended.
func deadline(ctx context.Context, d time.Duration, cancel context.CancelCauseFunc) (forget func()) {
	var mu sync.Mutex
	var timer *time.Timer
	stop := context.AfterFunc(ctx, func() {
		mu.Lock()
		defer mu.Unlock()
		timer = time.AfterFunc(d, func() { cancel(fmt.Errorf("not done %s after being told to stop", d)) })
	})
	return func() {
		stop()
		mu.Lock()
		defer mu.Unlock()
		if timer != nil {
			timer.Stop()
		}
	}
}

// fetch runs the fetchers and closes chunks when the last of them is done.
func (p *pipeline) fetch(ctx context.Context) {
	defer close(p.chunks)
	var fetchers sync.WaitGroup
	defer fetchers.Wait()
	share := p.fetchShare()
	for topic, partitions := range p.assignments {
		for _, a := range partitions {
			at := place{topic, a.ID}
			f := &fetcher{place: at, cluster: p.cluster, offset: a.Offset, until: p.target(at), maxBytes: share,
				translate: p.translations[topic], out: p.chunks, logger: p.Logger, lost: p.lose}
			fetchers.Go(func() { f.run(ctx) })
		}
	}
	if p.partitions() == 0 && p.targets == nil {
		<-ctx.Done() // a member without partitions waits for the next generation; its topics may be named nevertheless
	}
}

// fetchBudget bounds what all fetchers hold at once while ClickHouse is away, however many partitions there are.
const (
	fetchBudget  = 64 << 20
	leastFetched = 64 << 10
)

func (p *pipeline) fetchShare() int {
	return min(p.FetchBytes, max(fetchBudget/max(p.partitions(), 1), leastFetched))
}

func (p *pipeline) partitions() (n int) {
	for _, assigned := range p.assignments {
		n += len(assigned)
	}
	return n
}

// dispatch hands chunks to the workers and seals batches by messages, bytes and age.
func (p *pipeline) dispatch(life context.Context) {
	defer close(p.sealed)
	defer close(p.jobs)
	var current *batch
	age := time.NewTimer(p.MaxAge)
	defer age.Stop()
	seal := func() {
		if current != nil {
			p.sealed <- current
			current = nil
		}
	}
	for {
		select {
		case c, ok := <-p.chunks:
			if !ok {
				if life.Err() == nil {
					seal()
				}
				return
			}
			if current == nil {
				current = <-p.free
				age.Reset(p.MaxAge)
			}
			p.step(stepFetched)
			current.open(c)
			p.jobs <- job{c, current}
			if current.messages >= p.MaxRows || current.bytes >= p.MaxBytes {
				seal()
			}
		case <-age.C:
			seal()
		}
	}
}

// work maps chunks. Each worker has its own mappers and its own rows in every batch.
func (p *pipeline) work(number int) {
	mappers := map[string]*source.Mapper{}
	for j := range p.jobs {
		topic := j.chunk.topic
		name := ""
		if s := p.byTopic[topic]; s != nil {
			name = s.Name
			if mappers[topic] == nil {
				mappers[topic] = s.NewMapper()
			}
		}
		j.batch.rows[number].add(j.chunk, mappers[topic], name, p.MaxMessageBytes)
		release(j.chunk)
		j.batch.pending.Done()
	}
}

// errRejoin ends a generation whose offsets could not be committed: the partitions may belong to somebody else. What was
// inserted comes again and is counted once.
var errRejoin = errors.New("commit failed")

// insertAll stores one batch after the other. After a failure it takes the rest away without storing it, so that nobody
// waits forever.
func (p *pipeline) insertAll(ctx context.Context) (err error) {
	for b := range p.sealed {
		if err == nil {
			err = p.store(ctx, b)
		}
		b.pending.Wait()
		b.reset()
		p.free <- b
	}
	return err
}

// store inserts a batch and then commits its offsets, never the other way round.
func (p *pipeline) store(ctx context.Context, b *batch) error {
	b.settle()
	p.step(stepMapped)
	if err := p.sink.insert(ctx, b); err != nil {
		return err
	}
	p.step(stepInserted)
	if err := p.commit(b.offsets()); err != nil {
		p.Logger.Warn("commit of offsets failed; joining the group again, the rows are stored and will be counted once", "error", err)
		return errRejoin
	}
	p.step(stepCommitted)
	p.stored(b)
	return nil
}
