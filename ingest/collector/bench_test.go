package collector

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/funnelcloud/funnelcloud/ingest/broker"
)

// segmentBody is a batch as analytics-node sends it, some 650 bytes an event.
func segmentBody(events int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"batch":[`)
	for i := range events {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"timestamp":"2026-11-22T03:55:34.229Z","integrations":{},"event":"Feature Used","type":"track","properties":{"feature":"export",`+
			`"plan":"pro","seats":5,"url":"https://acme.test/reports/%d?utm_source=google&utm_medium=cpc&utm_campaign=spring","referrer":"https://www.google.com/"},`+
			`"context":{"campaign":{"source":"google","medium":"cpc","name":"spring"},"userAgent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126",`+
			`"library":{"name":"@segment/analytics-node","version":"3.1.0"}},"userId":"user-%d","anonymousId":"anonymous-%d",`+
			`"messageId":"node-next-1795319734229-4540d2ee-7586-4129-ad28-%012d","_metadata":{"nodeVersion":"v20.20.2","jsRuntime":"node"}}`, i, i, i, i)
	}
	b.WriteString(`],"writeKey":"wk","sentAt":"2026-11-22T03:55:34.236Z"}`)
	return b.Bytes()
}

func benchmarked(b *testing.B, o Options) (url string, client *http.Client) {
	b.Helper()
	o.Keys = []Key{{protocolSegment, "", "wk"}}
	kafkaBroker, err := broker.Start(b.Context(), broker.Options{Dir: b.TempDir(), Topics: []string{"segment"}, Partitions: 4})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = kafkaBroker.Close() })
	o.Brokers = []string{kafkaBroker.Addr()}
	c := newCollector(b, o)
	l := listen(b)
	stop, ended := c.background(b, l)
	transport := &http.Transport{MaxIdleConnsPerHost: 256}
	b.Cleanup(func() {
		transport.CloseIdleConnections()
		stop()
		<-ended
	})
	return "http://" + l.Addr().String() + "/v1/batch", &http.Client{Transport: transport}
}

func send(b *testing.B, client *http.Client, url string, body []byte) {
	response, err := client.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		b.Error(err)
		return
	}
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		b.Errorf("status %d", response.StatusCode)
	}
}

// BenchmarkCollect sends requests from 32 connections as fast as they are answered: generator, collector and broker share
// the machine. events/s are acknowledged ones.
func BenchmarkCollect(b *testing.B) {
	for _, events := range []int{1, 100} {
		for _, compression := range []kafka.Compression{0, kafka.Lz4, kafka.Zstd} {
			b.Run(fmt.Sprintf("events=%d/compression=%s", events, strings.ReplaceAll(compression.String(), "uncompressed", "none")), func(b *testing.B) {
				url, client := benchmarked(b, Options{Compression: compression})
				body := segmentBody(events)
				b.SetBytes(int64(len(body)))
				b.SetParallelism(16)
				b.ReportAllocs()
				b.ResetTimer()
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						send(b, client, url, body)
					}
				})
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
				b.ReportMetric(float64(b.N*events)/b.Elapsed().Seconds(), "events/s")
			})
		}
	}
}

// BenchmarkCeiling is the same generator on a server that reads bodies and answers: what the collector adds is beside it.
func BenchmarkCeiling(b *testing.B) {
	for _, events := range []int{1, 100} {
		b.Run(fmt.Sprintf("events=%d", events), func(b *testing.B) {
			l := listen(b)
			server := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				answerSegment(w, outcome{status: http.StatusOK})
			})}
			ended := make(chan error, 1)
			go func() { ended <- server.Serve(l) }()
			transport := &http.Transport{MaxIdleConnsPerHost: 256}
			client, body := &http.Client{Transport: transport}, segmentBody(events)
			defer func() {
				transport.CloseIdleConnections()
				_ = server.Close()
				<-ended
			}()
			b.SetBytes(int64(len(body)))
			b.SetParallelism(16)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					send(b, client, "http://"+l.Addr().String(), body)
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
		})
	}
}

// BenchmarkLatency sends at a fixed rate whether or not answers come, and times each request from when it was due: a
// stall counts for all that it delays.
func BenchmarkLatency(b *testing.B) {
	for _, load := range []struct{ perSecond, events int }{{100, 10}, {500, 10}, {500, 100}} {
		b.Run(fmt.Sprintf("requests=%d/events=%d", load.perSecond, load.events), func(b *testing.B) {
			url, client := benchmarked(b, Options{})
			body := segmentBody(load.events)
			took := make([]time.Duration, b.N)
			var wg sync.WaitGroup
			b.ResetTimer()
			began := time.Now()
			for i := range b.N {
				due := began.Add(time.Duration(i) * time.Second / time.Duration(load.perSecond))
				time.Sleep(time.Until(due)) //nolint:forbidigo // that is what a rate is
				wg.Go(func() {
					send(b, client, url, body)
					took[i] = time.Since(due)
				})
			}
			wg.Wait()
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
			b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "max-ms")
		})
	}
}

// BenchmarkDecode is the part of a request that is ours alone: from the body to Kafka's messages.
func BenchmarkDecode(b *testing.B) {
	body := segmentBody(100)
	var in call
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		in.reset(nil)
		in.endpoint, in.query, in.body, in.maxEvents = "batch", url.Values{}, body, 10_000
		if d, err := decodeSegment(&in); err != nil || len(d.events) != 100 {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(100*b.N)/b.Elapsed().Seconds(), "events/s")
}
