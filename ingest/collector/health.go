package collector

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// health remembers for a moment whether Kafka answers, so that asking often costs it nothing.
type health struct {
	mu    sync.Mutex
	asked time.Time
	err   error
}

const healthFor = time.Second

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
