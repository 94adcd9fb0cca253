package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"

	"github.com/funnelcloud/funnelcloud/ingest"
	"github.com/funnelcloud/funnelcloud/ingest/source"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// The consumer in a process of its own, this program again, so that its memory is not that of broker and engine.

const consumerEnv = "FUNNELCLOUD_BENCH_CONSUMER"

func consuming() bool { return os.Getenv(consumerEnv) != "" }

// task is what the process is told.
type task struct {
	Brokers  []string `json:"brokers"`
	Topic    string   `json:"topic"`
	Addr     string   `json:"addr"`
	Database string   `json:"database"`
	User     string   `json:"user"`
	Password string   `json:"password"`
	MaxRows  int      `json:"max_rows"`
	MaxBytes int      `json:"max_bytes"`
}

// outcome is what it answers.
type outcome struct {
	Events    uint64  `json:"events"`
	PerSecond float64 `json:"per_second"`
	PeakMiB   float64 `json:"peak_mib"` // resident memory

	CPUSeconds  float64 `json:"cpu_seconds"`
	Allocations uint64  `json:"allocations"` // of Go's heap
	Allocated   uint64  `json:"allocated"`   // bytes
}

func consume() error {
	var t task
	if err := json.Unmarshal([]byte(os.Getenv(consumerEnv)), &t); err != nil {
		return err
	}
	ctx := context.Background()
	segment, err := segmentOf(t.Topic)
	if err != nil {
		return err
	}
	db, err := warehouse.Open(ctx, warehouse.Config{Addr: t.Addr, Database: t.Database, User: t.User, Password: t.Password})
	if err != nil {
		return err
	}
	defer db.Close()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	cpu := cpuTime()
	stats, err := ingest.Run(ctx, ingest.Options{Brokers: t.Brokers, Sources: []*source.Source{segment}, Group: t.Topic, Conn: db.Conn(),
		Drain: true, MaxRows: t.MaxRows, MaxBytes: t.MaxBytes})
	if err != nil {
		return err
	}
	cpu = cpuTime() - cpu
	runtime.ReadMemStats(&after)
	peak, err := peakMemory()
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(outcome{stats.Events, float64(stats.Events) / stats.Elapsed.Seconds(), float64(peak) / (1 << 20),
		cpu.Seconds(), after.Mallocs - before.Mallocs, after.TotalAlloc - before.TotalAlloc})
}

// memory measures the most that a consumer takes to work off a backlog. It is bounded by the consumer's batches, which are
// as they are by default unless flags say otherwise, and not by the backlog.
func (b *bench) memory(ctx context.Context) error {
	const topic = "backlog"
	if err := b.broker.CreateTopics(ctx, b.partitions, topic); err != nil {
		return err
	}
	n, err := ingest.Produce(ctx, []string{b.broker.Addr()}, messages(topic, b.backlog), nil)
	if err != nil {
		return fmt.Errorf("%d of %d messages produced: %w", n, b.backlog, err)
	}
	b.report("ingest_backlog_messages", float64(b.backlog), "messages")
	return b.backlogTask(ctx, "ingest_backlog", task{Topic: topic, MaxRows: b.batchRows, MaxBytes: b.batchBytes})
}

func (b *bench) backlogTask(ctx context.Context, name string, t task) error {
	o, err := b.consumer(ctx, t)
	if err != nil {
		return err
	}
	if o.Events != uint64(b.backlog) {
		return fmt.Errorf("%d events of %d messages", o.Events, b.backlog)
	}
	b.report(name+"_events_per_s", o.PerSecond, "1/s")
	b.report(name+"_peak_mib", o.PeakMiB, "MiB")
	return b.truncate(ctx, "events")
}
