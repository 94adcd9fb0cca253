// Package ingest brings messages from Kafka to committed rows in ClickHouse. It promises that each event counts exactly
// once: at-least-once from Kafka, idempotent in ClickHouse. The order of the steps is the proof (docs/delivery.md):
// fetch, map, insert with ClickHouse's acknowledgement, then commit the offsets. A crash between any two repeats rows
// and never loses one, and repeats are made one by the tables' keys. A message that can't be an event goes to
// events_rejected with the reason, and the partition goes on.
package ingest

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/funnelcloud/funnelcloud/ingest/source"
)

// Options of a consumer. Zero values take the defaults named.
type Options struct {
	Brokers []string // host:port
	Access  Access   // how Kafka lets us in
	Group   string   // consumer group, "funnelcloud"

	Assignment string // how the group shares partitions: one of Assignments, default range
	Rack       string // this consumer's, for AssignRackAffinity

	Sources        []*source.Source // which topics are read and how they are mapped
	Topics         []string         // read these; default: all topics of the sources
	SchemaRegistry SchemaRegistry   // where sources that read Avro have their schemas
	Conn           driver.Conn      // ClickHouse over HTTP, with the product's tables in its database

	Workers         int           // mapping goroutines, default one for each CPU
	MaxRows         int           // messages of a batch, default 250,000
	MaxBytes        int           // bytes of a batch's messages, default 128 MiB
	MaxAge          time.Duration // how long a message may wait for its batch to fill, default 1 s
	MaxMessageBytes int           // longer messages are rejected, default 8 MiB
	FetchBytes      int           // of one fetch from one partition, default 1 MiB
	StopTimeout     time.Duration // to store what was read when told to stop, default 20 s
	SessionTimeout  time.Duration // after which Kafka gives a silent consumer's partitions to others, default 10 s

	RequireTopics bool // fail when a topic doesn't exist; else that is said, and the topic is read once it exists

	Drain    bool        // return when all partitions have been read to where they ended at the start
	Progress func(Stats) // told after each batch; called by one goroutine at a time
	Monitor  *Monitor    // told of everything, for Prometheus and health checks; one consumer each
	Logger   *slog.Logger

	step func(step) // told after each step: where the tests kill
}

// step is a step of the delivery promise.
type step string

const (
	stepFetched   step = "fetched"
	stepMapped    step = "mapped"
	stepInserted  step = "inserted"
	stepCommitted step = "committed"
)

// Stats are what a consumer has done since it started.
type Stats struct {
	Messages, Events, Rejects uint64
	Skewed                    uint64 // events whose clock was corrected by more than a minute
	Bytes                     uint64 // of the messages
	Batches                   uint64
	Lag                       int64 // messages still to read in the partitions assigned, as of their last fetch
	Lost                      int64 // messages that Kafka deleted before they were read
	Elapsed                   time.Duration
}

func (o Options) withDefaults() Options {
	o.Group = cmp.Or(o.Group, "funnelcloud")
	o.Assignment = cmp.Or(o.Assignment, AssignRange)
	o.Workers = cmp.Or(o.Workers, runtime.GOMAXPROCS(0))
	o.MaxRows = cmp.Or(o.MaxRows, 250_000)
	o.MaxBytes = cmp.Or(o.MaxBytes, 128<<20)
	o.MaxAge = cmp.Or(o.MaxAge, time.Second)
	o.MaxMessageBytes = cmp.Or(o.MaxMessageBytes, 8<<20)
	o.FetchBytes = cmp.Or(o.FetchBytes, 1<<20)
	o.StopTimeout = cmp.Or(o.StopTimeout, 20*time.Second)
	o.SessionTimeout = cmp.Or(o.SessionTimeout, 10*time.Second)
	o.Logger = cmp.Or(o.Logger, slog.New(slog.DiscardHandler))
	if len(o.Topics) == 0 {
		o.Topics = topicsOf(o.Sources)
	}
	o.Monitor = cmp.Or(o.Monitor, NewMonitor())
	told := o.step
	o.step = func(s step) {
		o.Monitor.stepped(s)
		if told != nil {
			told(s)
		}
	}
	return o
}

func (o Options) validate() error {
	var faults []error
	if len(o.Brokers) == 0 {
		faults = append(faults, errors.New("no Kafka brokers given"))
	}
	if o.Conn == nil {
		faults = append(faults, errors.New("no connection to ClickHouse given"))
	}
	if len(o.Topics) == 0 {
		faults = append(faults, errors.New("no topics to read: no source names one"))
	}
	if _, err := o.balancers(); err != nil {
		faults = append(faults, err)
	}
	if o.MaxAge < 0 || o.MaxRows < 0 || o.MaxBytes < 0 || o.FetchBytes < 0 {
		faults = append(faults, errors.New("a bound of the batches is negative"))
	}
	if len(faults) > 0 {
		return fmt.Errorf("start ingest: %w", errors.Join(faults...))
	}
	return nil
}

// consumerName tells this process from others in ingest_batches.
func consumerName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%s/%d", strings.ToLower(host), os.Getpid())
}
