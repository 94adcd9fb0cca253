package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/funnelcloud/funnelcloud/ingest/collector"
)

const (
	collectorTopic     = "collected"
	collectorKey       = "bench"
	collectorBodies    = 64 // different ones: repeating one flatters compression
	collectorSeconds   = 10
	collectorSenders   = 32  // connections, as fast as they are answered
	collectorRate      = 200 // requests a second of the fixed load …
	collectorRateBatch = 10  // … with so many events each
)

// collector measures what it takes over HTTP: single events and batches of 100 as fast as they are answered, and how long
// an answer takes at a fixed load, from the moment a request was due whether or not earlier ones are answered. Generator,
// collector and broker share the machine; requests count once Kafka has acknowledged them. Compression is the command's.
func (b *bench) collector(ctx context.Context) (err error) {
	if err := b.broker.CreateTopics(ctx, b.partitions, collectorTopic); err != nil {
		return err
	}
	c, err := collector.New(ctx, collector.Options{Brokers: []string{b.broker.Addr()}, Compression: kafka.Lz4,
		Keys: []collector.Key{{Protocol: "segment", Topic: collectorTopic, Secret: collectorKey}}})
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		c.Close()
		return err
	}
	serving, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- c.Serve(serving, listener) }()
	g := newGenerator("http://" + listener.Addr().String() + "/v1/batch")
	defer func() {
		g.transport.CloseIdleConnections()
		stop()
		err = errors.Join(err, <-served)
	}()
	for _, part := range []struct {
		name   string
		events int
	}{{"collector_requests_per_s", 1}, {"collector_events_per_s_batches_of_100", 100}} {
		rate, err := g.asFastAsAnswered(ctx, part.events)
		if err != nil {
			return err
		}
		b.report(part.name, rate*float64(part.events), "1/s")
	}
	took, err := g.atFixedLoad(ctx)
	if err != nil {
		return err
	}
	b.report("collector_offered_requests_per_s", collectorRate, "1/s")
	b.report("collector_p50_ms", took[len(took)/2].Seconds()*1000, "ms")
	b.report("collector_p99_ms", took[len(took)*99/100].Seconds()*1000, "ms")
	return nil
}

// generator sends requests.
type generator struct {
	address   string
	transport *http.Transport
	client    *http.Client
}

func newGenerator(address string) *generator {
	transport := &http.Transport{MaxIdleConnsPerHost: 256}
	return &generator{address, transport, &http.Client{Transport: transport, Timeout: time.Minute}}
}

// send posts one body; anything but 200 is an error.
func (g *generator) send(ctx context.Context, body []byte) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, g.address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(collectorKey+":")))
	response, err := g.client.Do(request)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, response.Body)
	if err = errors.Join(err, response.Body.Close()); err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("the collector answers %s", response.Status)
	}
	return err
}

// asFastAsAnswered gives requests a second.
func (g *generator) asFastAsAnswered(ctx context.Context, events int) (float64, error) {
	bodies := requestBodies(events)
	var next, done atomic.Int64
	var senders sync.WaitGroup
	failed := make([]error, collectorSenders)
	began := time.Now()
	for i := range collectorSenders {
		senders.Go(func() {
			for time.Since(began) < collectorSeconds*time.Second && failed[i] == nil {
				failed[i] = g.send(ctx, bodies[int(next.Add(1))%len(bodies)])
				done.Add(1)
			}
		})
	}
	senders.Wait()
	return float64(done.Load()) / time.Since(began).Seconds(), errors.Join(failed...)
}

// atFixedLoad gives how long each answer took, sorted.
func (g *generator) atFixedLoad(ctx context.Context) ([]time.Duration, error) {
	bodies := requestBodies(collectorRateBatch)
	took := make([]time.Duration, collectorRate*collectorSeconds)
	failed := make([]error, len(took))
	var requests sync.WaitGroup
	tick := time.NewTimer(0)
	defer tick.Stop()
	began := time.Now()
	for i := range took {
		due := began.Add(time.Duration(i) * time.Second / collectorRate)
		tick.Reset(time.Until(due))
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		requests.Go(func() {
			failed[i] = g.send(ctx, bodies[i%len(bodies)])
			took[i] = time.Since(due)
		})
	}
	requests.Wait()
	slices.Sort(took)
	return took, errors.Join(failed...)
}

// requestBodies are batches as Segment's SDKs send them, of the same events that ingest is measured with.
func requestBodies(events int) [][]byte {
	bodies := make([][]byte, 0, collectorBodies)
	body := []byte(`{"batch":[`)
	n := 0
	for m := range messages(collectorTopic, collectorBodies*events) {
		if n > 0 {
			body = append(body, ',')
		}
		body = append(body, m.Value...)
		if n++; n == events {
			bodies = append(bodies, append(body, `],"sentAt":"2025-03-01T00:00:00.000Z"}`...))
			body, n = []byte(`{"batch":[`), 0
		}
	}
	return bodies
}
