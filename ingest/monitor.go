package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/segmentio/kafka-go"
)

// Monitor watches one consumer and tells of it over HTTP: /healthz, /readyz and Prometheus's /metrics.
type Monitor struct {
	metrics *consumerMetrics

	mu        sync.Mutex
	cluster   *cluster
	conn      driver.Conn
	member    bool
	positions map[place]int64 // committed, or negative before a partition's first commit
	ends      map[place]int64 // high watermarks as last heard of
	inserting time.Time

	ping   remembered
	lookup remembered
}

// NewMonitor makes a monitor for Options.Monitor.
func NewMonitor() *Monitor {
	m := &Monitor{positions: map[place]int64{}, ends: map[place]int64{}}
	m.metrics = newConsumerMetrics(m)
	return m
}

// Handler serves
//
//	/healthz   200 as long as the process answers
//	/readyz    200 while the consumer is a member of its group and ClickHouse answers, else 503 with the reason
//	/metrics   for Prometheus, see docs/metrics.md
func (m *Monitor) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { answer(w, nil) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) { answer(w, m.ready(r.Context())) })
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.metrics.registry, promhttp.HandlerOpts{}))
	return mux
}

func answer(w http.ResponseWriter, err error) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = fmt.Fprintln(w, err)
		return
	}
	_, _ = io.WriteString(w, "ok\n")
}

// ready says what keeps events from being stored now.
func (m *Monitor) ready(ctx context.Context) error {
	m.mu.Lock()
	member, conn := m.member, m.conn
	m.mu.Unlock()
	if !member || conn == nil {
		return errors.New("not a member of the consumer group")
	}
	return m.ping.ask(ctx, func(ctx context.Context) error {
		if err := conn.Ping(ctx); err != nil {
			return errors.New("ClickHouse does not answer") // the address and its faults are for the log
		}
		return nil
	})
}

// remembered keeps an answer for a moment, so that asking often costs nothing.
type remembered struct {
	mu    sync.Mutex
	asked time.Time
	err   error
}

const rememberedFor = time.Second

func (r *remembered) ask(ctx context.Context, question func(context.Context) error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.asked) < rememberedFor {
		return r.err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	r.err = question(ctx)
	r.asked = time.Now()
	return r.err
}

// attach begins to watch; the function that it returns ends it.
func (m *Monitor) attach(k *cluster, conn driver.Conn) (detach func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cluster, m.conn = k, conn
	k.monitor = m
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.cluster, m.conn, m.member = nil, nil, false
	}
}

// joined begins a generation: one assignment of partitions.
func (m *Monitor) joined(assignments map[string][]kafka.PartitionAssignment) {
	m.metrics.generations.Inc()
	m.metrics.member.Set(1)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.member = true
	clear(m.positions)
	clear(m.ends)
	for topic, partitions := range assignments {
		for _, a := range partitions {
			m.positions[place{topic, a.ID}] = a.Offset
		}
	}
}

// left ends a generation: whoever owns the partitions next tells of their lag.
func (m *Monitor) left() {
	m.metrics.member.Set(0)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.member = false
	clear(m.positions)
}

// stepped takes the time from the moment that a batch is mapped to its acknowledgement, retries included.
func (m *Monitor) stepped(s step) {
	switch s {
	case stepMapped:
		m.inserting = time.Now()
	case stepInserted:
		m.metrics.insertSeconds.Observe(time.Since(m.inserting).Seconds())
	case stepFetched, stepCommitted:
	}
}

// stored counts a batch that is stored and committed.
func (m *Monitor) stored(b *batch) {
	messages, bytes := 0, uint64(0)
	m.mu.Lock()
	for at, p := range b.progress {
		m.metrics.partition(at, p)
		messages += int(p.messages)
		bytes += p.bytes
		m.positions[at] = p.next
		m.ends[at] = max(m.ends[at], p.high)
	}
	m.mu.Unlock()
	for _, r := range b.rows {
		for kind, n := range r.rejected.counts {
			m.metrics.rejects.WithLabelValues(kind.source, kind.reason).Add(float64(n))
		}
	}
	m.metrics.batchMessages.Observe(float64(messages))
	m.metrics.batchBytes.Observe(float64(bytes))
	m.metrics.lastBatch.SetToCurrentTime()
}

// retried counts an insert that failed and is tried again. A replay has no monitor.
func (m *Monitor) retried() {
	if m != nil {
		m.metrics.retries.Inc()
	}
}

// fetchFailed counts a fetch that is tried again.
func (m *Monitor) fetchFailed() {
	if m != nil {
		m.metrics.fetchFailures.Inc()
	}
}

// lag is the messages still to be stored in each partition that is ours. Kafka is asked, at most once a second: while
// ClickHouse is away nothing is fetched, and it is then that the lag must be seen to grow.
func (m *Monitor) lag(ctx context.Context) map[place]int64 {
	_ = m.lookup.ask(ctx, m.look) // Kafka may be away: what was last heard is still true enough
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[place]int64{}
	for at, next := range m.positions {
		if end, heard := m.ends[at]; heard && next >= 0 {
			out[at] = max(end-next, 0)
		}
	}
	return out
}

func (m *Monitor) look(ctx context.Context) error {
	m.mu.Lock()
	k := m.cluster
	partitions := map[string][]int{}
	for at := range m.positions {
		partitions[at.topic] = append(partitions[at.topic], at.partition)
	}
	m.mu.Unlock()
	if k == nil || len(partitions) == 0 {
		return nil
	}
	first, last, err := k.offsets(ctx, partitions)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for at, end := range last {
		m.ends[at] = end
		if next, ours := m.positions[at]; ours && next < 0 {
			m.positions[at] = first[at]
		}
	}
	return nil
}

func (p place) labels() []string { return []string{p.topic, strconv.Itoa(p.partition)} }
