// Package collector takes what analytics SDKs and webhooks send over HTTP to Kafka. It speaks what they speak, so that
// pointing them at it is the whole integration. It promises: a request is answered with 2xx only after Kafka has
// acknowledged every one of its events; each event is one message with the JSON that the SDK sent; nothing that a sender
// does makes it use more memory than it was given; whoever is refused is told why, and when to try again.
//
// docs/collector.md says what each protocol's messages look like.
package collector

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Collector is the server. Make it with New, end it with Serve's context or Close.
type Collector struct {
	options  Options
	keys     *keyring
	webhooks map[string]webhookSource
	budget   *budget
	metrics  *metrics
	producer *producer
	scratch  sync.Pool
	draining atomic.Bool
	health   health
	counts   struct{ requests, events, refused atomic.Uint64 }
}

// Stats are what a collector has done since it started.
type Stats struct {
	Requests uint64 // answered, refused ones among them
	Events   uint64 // acknowledged by Kafka
	Refused  uint64 // requests
}

// Stats of now.
func (c *Collector) Stats() Stats {
	return Stats{c.counts.requests.Load(), c.counts.events.Load(), c.counts.refused.Load()}
}

// webhookSource is where a webhook's events go and by what they are known to be its.
type webhookSource struct {
	topic   string
	secrets []string
}

// New connects to Kafka and finds the topics, which have to exist.
func New(ctx context.Context, o Options) (*Collector, error) {
	o = o.withDefaults()
	if err := o.validate(); err != nil {
		return nil, err
	}
	c := &Collector{options: o, keys: newKeyring(&o), webhooks: map[string]webhookSource{}}
	for _, w := range o.Webhooks {
		s := c.webhooks[w.Name]
		c.webhooks[w.Name] = webhookSource{w.Topic, append(s.secrets, w.Secret)}
	}
	c.budget = newBudget(o.MaxMemory, append([]string{protocolWebhook}, Protocols...))
	c.metrics = newMetrics(func() float64 { return float64(c.budget.held.Load()) })
	c.scratch.New = func() any { return &call{} }
	c.producer = newProducer(&c.options, c.metrics)
	if err := c.producer.start(ctx, o.Topics()); err != nil {
		c.producer.close()
		return nil, fmt.Errorf("start the collector: %w", err)
	}
	return c, nil
}

// Serve answers on a listener until the context ends, and then drains: /readyz says no, after DrainDelay no more
// connections are taken, and what is in flight is finished within StopTimeout. What is cut off then was not
// acknowledged, so its sender sends it again. The collector is closed afterwards.
func (c *Collector) Serve(ctx context.Context, l net.Listener) error {
	defer c.Close()
	server := &http.Server{
		Handler:           c.Handler(),
		ReadHeaderTimeout: c.options.HeaderTimeout,
		ReadTimeout:       c.options.BodyTimeout,
		WriteTimeout:      c.options.BodyTimeout + c.options.DeliveryTimeout + 10*time.Second,
		IdleTimeout:       75 * time.Second, // longer than the load balancers in front of it, as they advise
		MaxHeaderBytes:    128 << 10,        // pixels carry their event in the URL
		ErrorLog:          slog.NewLogLogger(c.options.Logger.Handler(), slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(limitListener(l, c.options.MaxConns)) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve on %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	c.draining.Store(true)
	server.SetKeepAlivesEnabled(false)
	if c.options.DrainDelay > 0 {
		timer := time.NewTimer(c.options.DrainDelay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case err := <-ended:
			return fmt.Errorf("serve on %s: %w", l.Addr(), err)
		}
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.options.StopTimeout)
	defer cancel()
	err := server.Shutdown(stop)
	if err != nil {
		err = errors.Join(fmt.Errorf("requests in flight did not end within %s: %w", c.options.StopTimeout, err), server.Close())
	}
	<-ended
	return err
}

// Close stops the producer; requests that wait for Kafka are refused. It may be called twice.
func (c *Collector) Close() { c.producer.close() }
