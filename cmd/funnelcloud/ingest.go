package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/funnelcloud/funnelcloud/ingest"
	"github.com/funnelcloud/funnelcloud/ingest/broker"
	"github.com/funnelcloud/funnelcloud/ingest/source"
)

func newIngest(connections *connectionFlags) *cobra.Command {
	var options ingest.Options
	var registry registryFlags
	var files []string
	var listen string
	var force bool
	c := &cobra.Command{
		Use:   "ingest",
		Short: "Read Kafka topics into ClickHouse until stopped",
		Args:  arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if options.Sources, err = checkedSources(files, force); err != nil {
				return err
			}
			if options.Brokers, err = connections.brokers(); err != nil {
				return err
			}
			if options.Access, err = connections.access(); err != nil {
				return err
			}
			options.SchemaRegistry = registry.options()
			db, err := connections.open(c.Context())
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, db.Close()) }()
			options.Conn = db.Conn()
			options.Logger = warnings()
			s := newScreen(false)
			options.Monitor = ingest.NewMonitor()
			stop, err := serveMonitor(s, listen, options.Monitor.Handler())
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, stop()) }()
			bar := s.bar("Ingest", unitRows)
			options.Progress = func(done ingest.Stats) { bar.set(int64(done.Messages), int64(done.Messages)+done.Lag) }
			stats, err := ingest.Run(c.Context(), options)
			bar.done(err)
			s.settle()
			if err == nil {
				showStats(s, stats)
			}
			return err
		},
	}
	flags := c.Flags()
	flags.StringSliceVar(&files, "source", nil, "further source definition files")
	flags.StringSliceVar(&options.Topics, "topic", nil, "topics to read (default: those of all sources)")
	flags.BoolVar(&options.RequireTopics, "require-topics", false, "fail at the start when a topic doesn't exist (default: say so, and read it once it does)")
	flags.BoolVar(&force, "force", false, "start though samples of a source fail")
	flags.StringVar(&options.Group, "group", "funnelcloud", "consumer group")
	flags.StringVar(&listen, "listen", "", "host:port for health checks and Prometheus: /healthz, /readyz, /metrics (default: none)")
	registry.register(flags)
	flags.BoolVar(&options.Drain, "drain", false, "stop when everything that is there now has been read")
	registerSharing(flags, &options)
	connections.register(flags)
	return c
}

// registerSharing says how work is shared out: among the group's processes, and into batches.
func registerSharing(flags *pflag.FlagSet, options *ingest.Options) {
	flags.StringVar(&options.Assignment, "assignment", ingest.AssignRange, "how the group's processes share partitions: "+strings.Join(ingest.Assignments, ", "))
	flags.StringVar(&options.Rack, "rack", "", "the rack or zone that this process is in, for --assignment "+ingest.AssignRackAffinity)
	flags.IntVar(&options.MaxRows, "batch-rows", 0, "messages of a batch at most (default 250000)")
	flags.IntVar(&options.MaxBytes, "batch-bytes", 0, "bytes of a batch at most (default 128 MiB)")
	flags.DurationVar(&options.MaxAge, "batch-age", 0, "how long a message may wait for its batch to fill (default 1s)")
}

func showStats(s *screen, stats ingest.Stats) {
	s.facts([][]string{
		{"messages", thousands(int64(stats.Messages))},
		{"events", thousands(int64(stats.Events))},
		{"refused", thousands(int64(stats.Rejects))},
		{"seconds", fmt.Sprintf("%.1f", stats.Elapsed.Seconds())},
	})
}

// runningConsumer is a consumer that works beside something else.
type runningConsumer struct {
	cancel   context.CancelFunc
	done     chan error
	messages chan uint64
	bar      *bar
}

// startConsumer consumes in the background.
func startConsumer(ctx context.Context, s *screen, o ingest.Options) *runningConsumer {
	ctx, cancel := context.WithCancel(ctx)
	r := &runningConsumer{cancel: cancel, done: make(chan error, 1), messages: make(chan uint64, 1), bar: s.bar("Read into ClickHouse", unitRows)}
	o.Progress = func(stats ingest.Stats) {
		r.bar.set(int64(stats.Messages), int64(stats.Messages)+stats.Lag)
		select {
		case <-r.messages: // only the newest figure matters
		default:
		}
		r.messages <- stats.Messages
	}
	go func() {
		stats, err := ingest.Run(ctx, o)
		r.bar.set(int64(stats.Messages), int64(stats.Messages))
		r.bar.done(err)
		r.done <- err
	}()
	return r
}

// stopAfter waits until that many messages are stored, then stops.
func (r *runningConsumer) stopAfter(ctx context.Context, messages uint64) error {
	for stored := uint64(0); stored < messages; {
		select {
		case stored = <-r.messages:
		case err := <-r.done:
			r.done <- err
			if err == nil {
				err = errors.New("stopped before everything was stored")
			}
			return errors.Join(fmt.Errorf("ingest: %w", err), r.stop())
		case <-ctx.Done():
			return errors.Join(ctx.Err(), r.stop())
		}
	}
	return r.stop()
}

// stop ends the consumer and waits until it has stored and committed what it holds.
func (r *runningConsumer) stop() error {
	r.cancel()
	if err := <-r.done; err != nil {
		return fmt.Errorf("ingest: %w", err)
	}
	return nil
}

func newLoad(connections *connectionFlags) *cobra.Command {
	var name string
	var files []string
	var options ingest.LoadOptions
	c := &cobra.Command{
		Use:   "load FILE",
		Short: "Send a file's events to Kafka: CSV or NDJSON, gzip and zstd too; - reads standard input",
		Args:  arguments(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			sources, err := loadSources(files)
			if err != nil {
				return err
			}
			if options.Source, err = source.Named(sources, name); err != nil {
				return usageError{err}
			}
			if options.Brokers, err = connections.brokers(); err != nil {
				return err
			}
			if options.Access, err = connections.access(); err != nil {
				return err
			}
			// The local stack is ours to add topics to; somebody else's Kafka is not.
			if connections.kafka == "" {
				if err := broker.CreateTopics(c.Context(), options.Brokers, localPartitions, 1, options.Source.Topics...); err != nil {
					return err
				}
			}
			return loadFile(c.Context(), newScreen(false), args[0], options)
		},
	}
	flags := c.Flags()
	flags.StringVar(&name, "source", "", "source that maps the events; see 'funnelcloud source list'")
	flags.StringSliceVar(&files, "definition", nil, "further source definition files")
	_ = c.MarkFlagRequired("source")
	connections.register(flags)
	return c
}

func loadFile(ctx context.Context, s *screen, file string, o ingest.LoadOptions) error {
	in, size, err := openInput(file)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	bar := s.bar("Send to Kafka", unitBytes)
	o.Name = file
	o.Progress = func(p ingest.LoadStats) { bar.set(p.Read, size) }
	began := time.Now()
	loaded, err := ingest.Load(ctx, in, o)
	bar.done(err)
	s.settle()
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s messages sent to topic %s in %.1f s.\n", thousands(int64(loaded.Messages)), o.Source.Topics[0], time.Since(began).Seconds())
	return nil
}
