// Bench measures the whole system on this machine and prints one line a figure, `name value unit`, and the same as JSON
// into bench/latest.json. Figures of different machines are not comparable; the ratios of one run are.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"time"

	"github.com/funnelcloud/funnelcloud/ingest/broker"
	"github.com/funnelcloud/funnelcloud/queries/chdb"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

func main() {
	run := run
	if consuming() {
		run = consume
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	o := settings{}
	flag.IntVar(&o.messages, "messages", 2_000_000, "messages to stream")
	flag.IntVar(&o.backlog, "backlog", 5_000_000, "messages of the backlog that memory is measured with")
	flag.IntVar(&o.partitions, "partitions", 4, "partitions of the topic")
	flag.IntVar(&o.batchRows, "batch-rows", 0, "messages of an ingest batch; 0: the default")
	flag.IntVar(&o.batchBytes, "batch-bytes", 0, "bytes of an ingest batch; 0: the default")
	flag.IntVar(&o.steps, "steps", 10_000_000, "steps of the path reports")
	flag.StringVar(&o.only, "only", "ingest,kafka_engine,native_insert,flat,mapper,growth,latency,memory,collector,batch,paths", "parts to measure, separated by commas; batch_10m, batch_30m, panels, attribution and attribution_10m, which take many minutes, are measured when named")
	flag.StringVar(&o.out, "out", filepath.Join("bench", "latest.json"), "where to write the figures; empty: nowhere")
	flag.StringVar(&o.stack, "panels-of", "", "measure the dashboards' queries alone, on the tables that up or demo keep in this folder")
	flag.StringVar(&o.profile, "cpuprofile", "", "write a CPU profile of the ingest part to this file")
	flag.Parse()
	if o.stack != "" {
		return panelsOfStack(ctx, o)
	}
	return onStack(ctx, o)
}

type settings struct {
	messages, partitions  int
	backlog               int
	steps                 int
	batchRows, batchBytes int
	only, out, profile    string
	stack                 string // folder of tables to measure panels on
}

// figure is one line of the result.
type figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
}

// bench is a stack for one run: broker and engine in this process, as `funnelcloud demo` has them.
type bench struct {
	settings
	broker  *broker.Broker
	db      *warehouse.DB
	figures []figure
}

func (b *bench) report(name string, value float64, unit string) {
	b.figures = append(b.figures, figure{name, value, unit})
	fmt.Printf("%s %.4g %s\n", name, value, unit)
}

func (b *bench) value(name string) float64 {
	for _, f := range b.figures {
		if f.Name == name {
			return f.Value
		}
	}
	return 0
}

// onStack measures on a stack of its own, which is gone afterwards.
func onStack(ctx context.Context, o settings) (err error) {
	folder, err := os.MkdirTemp("", "funnelcloud-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	library, err := chdb.Ensure(ctx, nil)
	if err != nil {
		return err
	}
	server, err := chdb.Start(ctx, chdb.Options{Library: library, DataDir: filepath.Join(folder, "clickhouse")})
	if err != nil {
		return err
	}
	defer server.Close(context.WithoutCancel(ctx))
	db, err := warehouse.Open(ctx, warehouse.Config{Addr: server.Addr(), Database: "bench", User: server.User(), Password: server.Password()})
	if err != nil {
		return err
	}
	defer db.Close()
	kafka, err := broker.Start(ctx, broker.Options{Dir: filepath.Join(folder, "kafka"), Topics: []string{"segment"}, Partitions: o.partitions})
	if err != nil {
		return err
	}
	defer kafka.Close()
	b := &bench{settings: o, broker: kafka, db: db}
	if err := b.measure(ctx); err != nil {
		return err
	}
	return b.write()
}

// measure runs the parts. Later ones go to the end, in the same way: a method, its name here and in the flag.
func (b *bench) measure(ctx context.Context) error {
	if _, err := b.db.Migrate(ctx); err != nil {
		return err
	}
	streams := []string{"ingest", "kafka_engine", "native_insert"} // of the same messages
	if slices.ContainsFunc(streams, b.wanted) {
		if err := b.produce(ctx); err != nil {
			return err
		}
	}
	parts := []struct {
		name string
		run  func(context.Context) error
	}{
		{"ingest", b.ingest},
		{"kafka_engine", b.kafkaEngine},
		{"native_insert", b.nativeInsert},
		{"flat", b.flat},
		{"mapper", b.mapper},
		{"growth", b.growth},
		{"latency", b.latency},
		{"memory", b.memory},
		{"collector", b.collector},
		{"batch", b.batchOfAMillion},
		{"attribution", b.attribution},
		{"attribution_10m", b.attributionOfTenMillion},
		{"batch_10m", b.batchOfTenMillion},
		{"batch_30m", b.batchOfThirtyMillion},
		{"panels", b.panels},
		{"paths", b.paths},
	}
	for _, part := range parts {
		if !b.wanted(part.name) {
			continue
		}
		runtime.GC()
		if err := part.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	b.ratio("ingest_over_kafka_engine", "ingest_events_per_s", "kafka_engine_events_per_s")
	b.ratio("ingest_over_native_insert", "ingest_events_per_s", "native_insert_rows_per_s")
	b.ratio("ingest_over_native_insert_same_settings", "ingest_events_per_s", "native_insert_same_settings_rows_per_s")
	return nil
}

func (b *bench) wanted(part string) bool { return strings.Contains(","+b.only+",", ","+part+",") }

func (b *bench) ratio(name, over, under string) {
	if b.value(over) > 0 && b.value(under) > 0 {
		b.report(name, b.value(over)/b.value(under), "ratio")
	}
}

func (b *bench) write() error {
	if b.out == "" {
		return nil
	}
	encoded, err := json.MarshalIndent(map[string]any{
		"at": time.Now().UTC().Format(time.RFC3339), "go": runtime.Version(), "cpus": runtime.NumCPU(),
		"messages": b.messages, "partitions": b.partitions, "figures": b.figures}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(b.out, append(encoded, '\n'), 0o644)
}

// rate reports rows a second since start, and the CPU time that each took: on a machine that others use as well, the
// latter is the figure to compare.
func (b *bench) rate(part, what string, start time.Time, end time.Time, cpu time.Duration) {
	b.report(part+"_"+what+"_per_s", float64(b.messages)/end.Sub(start).Seconds(), "1/s")
	if cpu > 0 {
		b.report(part+"_cpu_us", float64(cpu.Microseconds())/float64(b.messages), "us")
	}
}

// profiled runs f under the CPU profiler where one is asked for and the topic is the one with calls.
func (b *bench) profiled(topic string, f func() error) error {
	if b.profile == "" || topic != "segment" {
		return f()
	}
	out, err := os.Create(b.profile)
	if err != nil {
		return err
	}
	defer out.Close()
	if err := pprof.StartCPUProfile(out); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	return f()
}
