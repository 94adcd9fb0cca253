package ingest

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// consumerMetrics are for Prometheus, in a registry of the consumer's own. Labels take few values: topics, partitions,
// sources and reasons, never what a sender writes.
type consumerMetrics struct {
	registry                        *prometheus.Registry
	messages, bytes, events, skewed *prometheus.CounterVec
	rejects                         *prometheus.CounterVec
	lost, retries, fetchFailures    prometheus.Counter
	generations                     prometheus.Counter
	member, lastBatch               prometheus.Gauge
	batchMessages, batchBytes       prometheus.Histogram
	insertSeconds                   prometheus.Histogram
}

// docs/metrics.md is generated from this text: keep a metric's name, help and labels in one call.
func newConsumerMetrics(m *Monitor) *consumerMetrics {
	r := prometheus.NewRegistry()
	metric := promauto.With(r)
	name := func(s string) string { return "funnelcloud_ingest_" + s }
	topic := []string{"topic"}
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		&lagCollector{m, prometheus.NewDesc(name("lag_messages"),
			"Messages still to be stored in the partitions assigned to this consumer; Kafka is asked at each scrape.", []string{"topic", "partition"}, nil)})
	return &consumerMetrics{
		registry: r,
		messages: metric.NewCounterVec(prometheus.CounterOpts{Name: name("messages_total"),
			Help: "Messages stored and committed, by topic."}, topic),
		bytes: metric.NewCounterVec(prometheus.CounterOpts{Name: name("message_bytes_total"),
			Help: "Bytes of the values of those messages, by topic."}, topic),
		events: metric.NewCounterVec(prometheus.CounterOpts{Name: name("events_total"),
			Help: "Rows inserted into events, by topic; repeats are among them."}, topic),
		skewed: metric.NewCounterVec(prometheus.CounterOpts{Name: name("events_skewed_total"),
			Help: "Events whose clock was corrected by more than a minute, by topic."}, topic),
		rejects: metric.NewCounterVec(prometheus.CounterOpts{Name: name("rejects_total"),
			Help: "Dead letters, by source and reason; the source is empty where none reads the topic."}, []string{"source", "reason"}),
		lost: metric.NewCounter(prometheus.CounterOpts{Name: name("lost_messages_total"),
			Help: "Messages that Kafka had deleted before they were read."}),
		retries: metric.NewCounter(prometheus.CounterOpts{Name: name("insert_retries_total"),
			Help: "Inserts that ClickHouse did not acknowledge and that were tried again."}),
		fetchFailures: metric.NewCounter(prometheus.CounterOpts{Name: name("fetch_failures_total"),
			Help: "Fetches from Kafka that failed and were tried again."}),
		generations: metric.NewCounter(prometheus.CounterOpts{Name: name("generations_total"),
			Help: "Times that the consumer group gave this consumer its partitions; a rise without a deployment is a group in trouble."}),
		member: metric.NewGauge(prometheus.GaugeOpts{Name: name("member"),
			Help: "1 while the consumer is a member of its group."}),
		lastBatch: metric.NewGauge(prometheus.GaugeOpts{Name: name("last_batch_timestamp_seconds"),
			Help: "Unix time at which the last batch was committed; 0 before the first."}),
		batchMessages: metric.NewHistogram(prometheus.HistogramOpts{Name: name("batch_messages"),
			Help: "Messages of a batch.", Buckets: prometheus.ExponentialBuckets(1, 8, 7)}),
		batchBytes: metric.NewHistogram(prometheus.HistogramOpts{Name: name("batch_bytes"),
			Help: "Bytes of the messages of a batch.", Buckets: prometheus.ExponentialBuckets(1<<10, 8, 7)}),
		insertSeconds: metric.NewHistogram(prometheus.HistogramOpts{Name: name("insert_seconds"),
			Help: "From a batch's mapping to ClickHouse's acknowledgement of all of it, retries included.", Buckets: prometheus.ExponentialBuckets(0.005, 2.5, 10)}),
	}
}

func (c *consumerMetrics) partition(at place, p *progress) {
	c.messages.WithLabelValues(at.topic).Add(float64(p.messages))
	c.bytes.WithLabelValues(at.topic).Add(float64(p.bytes))
	c.events.WithLabelValues(at.topic).Add(float64(p.events))
	c.skewed.WithLabelValues(at.topic).Add(float64(p.skewed))
}

// lagCollector asks for the lag when Prometheus asks.
type lagCollector struct {
	monitor *Monitor
	lag     *prometheus.Desc
}

// Describe is prometheus.Collector's.
func (c *lagCollector) Describe(out chan<- *prometheus.Desc) { out <- c.lag }

// Collect is prometheus.Collector's.
func (c *lagCollector) Collect(out chan<- prometheus.Metric) {
	for at, lag := range c.monitor.lag(context.Background()) { // bounded by what remembered allows
		out <- prometheus.MustNewConstMetric(c.lag, prometheus.GaugeValue, float64(lag), at.labels()...)
	}
}
