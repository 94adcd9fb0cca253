package collector

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// metrics are for Prometheus, in a registry of the collector's own. Labels take few values, all of them ours: nothing
// that a sender writes becomes one.
type metrics struct {
	registry      *prometheus.Registry
	requests      *prometheus.CounterVec
	seconds       *prometheus.HistogramVec
	refused       *prometheus.CounterVec
	events        *prometheus.CounterVec
	eventsRefused *prometheus.CounterVec
	bytes         *prometheus.CounterVec
	batch         prometheus.Histogram
	produce       prometheus.Histogram
	failures      prometheus.Counter
}

func newMetrics(held func() float64) *metrics {
	r := prometheus.NewRegistry()
	with := promauto.With(r)
	name := func(s string) string { return "funnelcloud_collector_" + s }
	latency := []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	with.NewGaugeFunc(prometheus.GaugeOpts{Name: name("held_bytes"), Help: "Memory leased to requests in flight."}, held)
	return &metrics{
		registry: r,
		requests: with.NewCounterVec(prometheus.CounterOpts{Name: name("requests_total"),
			Help: "Requests answered, by protocol and HTTP status."}, []string{"protocol", "code"}),
		seconds: with.NewHistogramVec(prometheus.HistogramOpts{Name: name("request_seconds"),
			Help: "From a request's header to its answer.", Buckets: latency}, []string{"protocol"}),
		refused: with.NewCounterVec(prometheus.CounterOpts{Name: name("requests_refused_total"),
			Help: "Requests refused, by protocol and reason."}, []string{"protocol", "reason"}),
		events: with.NewCounterVec(prometheus.CounterOpts{Name: name("events_total"),
			Help: "Events acknowledged by Kafka, by topic."}, []string{"topic"}),
		eventsRefused: with.NewCounterVec(prometheus.CounterOpts{Name: name("events_refused_total"),
			Help: "Events refused while the rest of their request was taken, by topic and reason."}, []string{"topic", "reason"}),
		bytes: with.NewCounterVec(prometheus.CounterOpts{Name: name("body_bytes_total"),
			Help: "Bytes of bodies, decompressed, by protocol."}, []string{"protocol"}),
		batch: with.NewHistogram(prometheus.HistogramOpts{Name: name("batch_messages"),
			Help: "Messages of one request to Kafka.", Buckets: prometheus.ExponentialBuckets(1, 4, 8)}),
		produce: with.NewHistogram(prometheus.HistogramOpts{Name: name("produce_seconds"),
			Help: "From a request to Kafka to its acknowledgement.", Buckets: latency}),
		failures: with.NewCounter(prometheus.CounterOpts{Name: name("produce_failures_total"),
			Help: "Requests to Kafka that failed; most are tried again."}),
	}
}

func (m *metrics) produced(messages int, took time.Duration, err error) {
	if err != nil {
		m.failures.Inc()
		return
	}
	m.batch.Observe(float64(messages))
	m.produce.Observe(took.Seconds())
}

func (m *metrics) answered(protocol string, status int, took time.Duration) {
	m.requests.WithLabelValues(protocol, strconv.Itoa(status)).Inc()
	m.seconds.WithLabelValues(protocol).Observe(took.Seconds())
}
