package collector

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// health remembers for a moment whether Kafka answers, so that asking often costs it nothing.
type health struct {
	mu    sync.Mutex
	asked time.Time
	err   error
}

const healthFor = time.Second

// Monitor serves
//
//	/healthz   200 as long as the process answers
//	/readyz    200 while events would be taken, else 503 with the reason
//	/metrics   for Prometheus, see docs/metrics.md
func (c *Collector) Monitor() http.Handler {
	mux := http.NewServeMux()
	c.monitor(mux, true)
	return mux
}

func (c *Collector) monitor(mux *http.ServeMux, withMetrics bool) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { writeText(w, http.StatusOK, "ok\n") })
	mux.HandleFunc("GET /readyz", c.ready)
	if withMetrics {
		mux.Handle("GET /metrics", promhttp.HandlerFor(c.metrics.registry, promhttp.HandlerOpts{}))
	}
}

// ready says whether events would be taken now: not while draining, and not while Kafka does not answer.
func (c *Collector) ready(w http.ResponseWriter, r *http.Request) {
	if c.draining.Load() {
		writeText(w, http.StatusServiceUnavailable, "draining\n")
		return
	}
	if err := c.kafkaAnswers(r.Context()); err != nil {
		c.options.Logger.Warn("Kafka does not answer", "error", err)
		writeText(w, http.StatusServiceUnavailable, "Kafka does not answer\n")
		return
	}
	writeText(w, http.StatusOK, "ok\n")
}

func (c *Collector) kafkaAnswers(ctx context.Context) error {
	c.health.mu.Lock()
	defer c.health.mu.Unlock()
	if time.Since(c.health.asked) < healthFor {
		return c.health.err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	err := c.producer.ping(ctx)
	if ctx.Err() == nil || err != nil {
		c.health.asked, c.health.err = time.Now(), err
	}
	return err
}
