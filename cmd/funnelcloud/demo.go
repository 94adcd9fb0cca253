package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/jedib0t/go-pretty/v6/progress"
	"github.com/spf13/cobra"

	"github.com/funnelcloud/funnelcloud/dashboards"
	"github.com/funnelcloud/funnelcloud/ingest"
	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/models/qualify"
	"github.com/funnelcloud/funnelcloud/models/simulate"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// demo is the whole product on this machine: simulate, stream, compute, show.
type demo struct {
	config      simulate.Config
	folder      string
	definitions *qualify.Definitions
	output      string
	serve       bool
	screen      *screen
	ports       stackPorts
	page        pageFlags
}

func newDemo() *cobra.Command {
	var d demo
	var definitions definitionFlags
	c := &cobra.Command{
		Use:   "demo",
		Short: "Simulate a freemium company, stream it through Kafka, and show who gets credit: all on this machine",
		Args:  arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			recentStart(c.Flags(), &d.config, time.Now())
			if err := errors.Join(validOutput(d.output), d.config.Validate()); err != nil {
				return usageError{err}
			}
			var err error
			if d.definitions, err = definitions.load(); err != nil {
				return err
			}
			d.screen = newScreen(d.output == outputJSON)
			return d.run(c.Context())
		},
	}
	flags := c.Flags()
	simulationFlags(flags, &d.config, demoPeople)
	definitions.register(flags)
	flags.StringVar(&d.folder, "dir", "funnelcloud-demo", "folder for data, report and dashboards; its data are made anew")
	flags.StringVar(&d.output, "output", outputTable, "table or json")
	flags.BoolVar(&d.serve, "serve", false, "keep ClickHouse and Kafka up afterwards, until Ctrl-C, and serve the report's pages")
	d.ports.register(flags)
	d.page.register(flags)
	return c
}

func (d *demo) run(ctx context.Context) (err error) {
	began := time.Now()
	data := filepath.Join(d.folder, "data")
	if err := clearData(data); err != nil {
		return err
	}
	d.screen.notef("Simulating %s people over %d days (seed %d), streaming them through Kafka.",
		thousands(int64(d.config.People)), d.config.Days, d.config.Seed)
	stack, err := startStack(ctx, d.screen, stackOptions{
		dataDir: data, ports: d.ports, partitions: localPartitions,
		topics: []string{simulate.TopicSegment, simulate.TopicFunnelcloud, qualifiedTopic}, log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stack.stop(ctx)) }()
	db, err := stack.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	r, err := d.compute(ctx, stack, db)
	if err != nil {
		return err
	}
	d.screen.settle()
	if d.output == outputJSON {
		err = writeJSON(d.screen, r)
	} else {
		r.show(d.screen)
		fmt.Fprintf(d.screen.out, "\nDone in %.0f s.\n", time.Since(began).Seconds())
	}
	if err := errors.Join(err, failedChecks(r.Run.Checks)); err != nil {
		return err
	}
	if !d.serve {
		d.screen.notef("Next: open the report; 'funnelcloud demo --serve' keeps the stack up, with the report as pages that lead from each figure to its events.")
		return nil
	}
	pages, err := d.page.start(ctx, db, demoCompany, warnings())
	if err != nil {
		return err
	}
	stack.announce(d.screen, pages.address)
	<-ctx.Done()
	return pages.close()
}

// clearData empties the demo's own data folder, and no other: only one that a stack made.
func clearData(data string) error {
	entries, err := os.ReadDir(data)
	if errors.Is(err, os.ErrNotExist) {
		return os.MkdirAll(data, 0o755)
	}
	if err != nil {
		return fmt.Errorf("look into the data folder: %w", err)
	}
	for _, entry := range entries {
		switch entry.Name() {
		case "clickhouse", "kafka", "stack.json":
		default:
			return fmt.Errorf("the folder %s holds %s, which no demo made: name another with --dir", data, entry.Name())
		}
	}
	if a, err := readAddress(data); err == nil && processLives(a.PID) {
		return fmt.Errorf("process %d runs a stack on %s: stop it, or name another folder with --dir", a.PID, data)
	}
	if err := os.RemoveAll(data); err != nil {
		return fmt.Errorf("clear the last demo's data: %w", err)
	}
	return os.MkdirAll(data, 0o755)
}

// demoCompany is whose report the demo writes.
const demoCompany = "A simulated company"

// demoPeople are as many as two cores simulate, stream and compute within a minute.
const demoPeople = 100_000

// demoLookBack is shorter than the default of 90 days: of the demo's 120 days, that would leave only the first month's
// visitors old enough to be called lost.
const demoLookBack = 45 * 24 * time.Hour

// compute does all the work and returns what to show.
func (d *demo) compute(ctx context.Context, s *stack, db *warehouse.DB) (*results, error) {
	r := &results{
		Data:      filepath.Join(d.folder, "data"),
		Report:    filepath.Join(d.folder, "report.html"),
		Dashboard: filepath.Join(d.folder, "dashboards"),
	}
	var err error
	if r.Ingest.Seconds, err = d.stream(ctx, s, db); err != nil {
		return nil, err
	}
	if err := d.recordTruth(ctx, db); err != nil {
		return nil, err
	}
	if r.Run, err = runBatch(ctx, d.screen, db, models.Options{OwnDomains: []string{simulate.OwnDomain}, LookBack: demoLookBack, Definitions: d.definitions}); err != nil {
		return nil, err
	}
	if err := readResults(ctx, db, r); err != nil {
		return nil, err
	}
	if err := writeReport(ctx, db, r.Report, demoCompany); err != nil {
		return nil, err
	}
	_, err = dashboards.Write(r.Dashboard)
	return r, err
}

// stream simulates the company into Kafka and reads it into ClickHouse at the same time, as in life. It returns the
// seconds this took.
func (d *demo) stream(ctx context.Context, s *stack, db *warehouse.DB) (float64, error) {
	sources, err := loadSources(nil)
	if err != nil {
		return 0, err
	}
	brokers := []string{s.kafka.Addr()}
	began := time.Now()
	consumer := startConsumer(ctx, d.screen, ingest.Options{
		Brokers: brokers, Sources: sources, Conn: db.Conn(), Topics: []string{simulate.TopicSegment, simulate.TopicFunnelcloud}})
	sent := d.screen.bar("Simulate and send to Kafka", unitRows)
	produced, err := ingest.Produce(ctx, brokers, kafkaMessages(d.config), func(n uint64) { sent.set(int64(n), 0) })
	sent.done(err)
	if err != nil {
		return 0, errors.Join(err, consumer.stop())
	}
	err = consumer.stopAfter(ctx, produced)
	return time.Since(began).Seconds(), err
}

// recordTruth writes what no real company knows: what each channel really caused.
func (d *demo) recordTruth(ctx context.Context, db *warehouse.DB) error {
	bar := d.screen.bar("Find out the true credit", progress.Units{Formatter: func(n int64) string { return thousands(n) + " figures" }})
	truth, err := simulate.TrueCredit(d.config)
	if err != nil {
		return err
	}
	bar.set(int64(len(truth.Rows)), int64(len(truth.Rows)))
	bar.done(nil)
	return warehouse.Insert(ctx, db, "simulation_truth", 0, truth.Rows)
}

func kafkaMessages(c simulate.Config) iter.Seq[ingest.Message] {
	return func(yield func(ingest.Message) bool) {
		for m := range simulate.Events(c) {
			if !yield(ingest.Message{Topic: m.Topic, Key: m.Key, Value: m.Value, Time: m.Time}) {
				return
			}
		}
	}
}
