package main

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/funnelcloud/funnelcloud/ingest"
	"github.com/funnelcloud/funnelcloud/ingest/source"
	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/models/simulate"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// scale is a simulated company of a size.
type scale struct {
	name   string // of the figures
	people int
}

// scales by the events they leave: companies that differ in nothing but size, a person leaves 32 events on average.
var (
	million       = scale{"1m", 30_000}
	tenMillion    = scale{"10m", 300_000}
	thirtyMillion = scale{"30m", 900_000}
)

const (
	daysOfCompany     = 540
	baselineOfCompany = 6 // more sign up, and use the product, than in the simulator's own company
)

func (b *bench) batchOfAMillion(ctx context.Context) error      { return b.batch(ctx, million) }
func (b *bench) batchOfTenMillion(ctx context.Context) error    { return b.batch(ctx, tenMillion) }
func (b *bench) batchOfThirtyMillion(ctx context.Context) error { return b.batch(ctx, thirtyMillion) }

// batch measures two runs over the events of a simulated company, in a database of its own: one that computes everybody,
// and one after the hundredth of the events that came last. Reported are the seconds of each step, of the whole, the
// most memory that engine and program together held, and the second run's share of the first's time and of its CPU time,
// which other programs on the machine disturb less.
func (b *bench) batch(ctx context.Context, company scale) error {
	all, err := b.database(ctx, "bench_events_"+company.name)
	if err != nil {
		return err
	}
	defer all.Close()
	db, err := b.database(ctx, "bench_batch_"+company.name)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := b.fill(ctx, all, company); err != nil {
		return err
	}
	var seconds [2]map[string]float64
	for i, statement := range []string{firstEvents, lastEvents} {
		if err := db.Statement(ctx, statement, warehouse.Params{"from": all.Config().Database}); err != nil {
			return err
		}
		if seconds[i], err = b.runBatch(ctx, db, company, i == 0); err != nil {
			return err
		}
	}
	for _, part := range []string{"batch", "qualify", "attribution"} {
		b.report(part+"_"+company.name+"_incremental_over_full", seconds[1][part]/seconds[0][part], "ratio")
		cpu := part + "_cpu"
		b.report(cpu+"_"+company.name+"_incremental_over_full", seconds[1][cpu]/seconds[0][cpu], "ratio")
	}
	return nil
}

// firstEvents are the first 99 % by receipt, as if they had come in the course of the day before; lastEvents are the rest.
const (
	firstEvents = `INSERT INTO events SELECT * REPLACE (now64(3) - INTERVAL 1 DAY - toIntervalSecond(cityHash64(event_id) % 86400) AS ingested_at)
		FROM {from:Identifier}.events FINAL
		WHERE received_at <= (SELECT fromUnixTimestamp64Milli(toInt64(quantileExact(0.99)(toUnixTimestamp64Milli(received_at))), 'UTC') FROM {from:Identifier}.events)`
	lastEvents = `INSERT INTO events SELECT * REPLACE (now64(3) AS ingested_at)
		FROM {from:Identifier}.events FINAL
		WHERE received_at > (SELECT fromUnixTimestamp64Milli(toInt64(quantileExact(0.99)(toUnixTimestamp64Milli(received_at))), 'UTC') FROM {from:Identifier}.events)`
)

// runBatch runs the batch once and returns the seconds of its parts. Of a full run it reports every step.
func (b *bench) runBatch(ctx context.Context, db *warehouse.DB, company scale, full bool) (map[string]float64, error) {
	if err := forgetPeakMemory(); err != nil {
		return nil, err
	}
	seconds := map[string]float64{}
	var spent time.Duration // of the processors, when a step last began or ended
	report, err := models.Run(ctx, db, models.Options{OwnDomains: []string{simulate.OwnDomain}, Progress: func(s models.Step) {
		now := cpuTime()
		if spent > 0 {
			seconds["batch_cpu"] += (now - spent).Seconds()
			seconds[partOf(s.Name)+"_cpu"] += (now - spent).Seconds()
		}
		spent = now
	}})
	if err != nil {
		return nil, err
	}
	if full != (report.FullBecause != "") {
		return nil, fmt.Errorf("run %d was to compute everybody: %t; it did because of %q", report.RunID, full, report.FullBecause)
	}
	seconds["batch"] = report.Seconds
	kind := map[bool]string{true: "", false: "incremental_"}[full]
	for part, steps := range partsOf(report.Steps) {
		seconds[part] = lasted(steps)
	}
	for _, step := range report.Steps {
		b.report(fmt.Sprintf("batch_%s_%s%s_s", company.name, kind, strings.ReplaceAll(step.Name, " ", "_")), step.Seconds, "s")
	}
	peak, err := peakMemory()
	if err != nil {
		return nil, err
	}
	b.report(fmt.Sprintf("batch_%s_%sevents", company.name, kind), float64(report.Events), "events")
	b.report(fmt.Sprintf("batch_%s_%speak_mib", company.name, kind), float64(peak)/(1<<20), "MiB")
	for _, part := range []string{"batch", "qualify", "attribution"} {
		b.report(fmt.Sprintf("%s_%s_%ss", part, company.name, kind), seconds[part], "s")
		b.report(fmt.Sprintf("%s_cpu_%s_%ss", part, company.name, kind), seconds[part+"_cpu"], "s")
	}
	return seconds, nil
}

func partsOf(steps []models.Step) map[string][]models.Step {
	parts := map[string][]models.Step{}
	for _, s := range steps {
		parts[partOf(s.Name)] = append(parts[partOf(s.Name)], s)
	}
	return parts
}

// lasted is from the beginning of the first of some steps to the end of the last, in seconds: some run side by side.
func lasted(steps []models.Step) float64 {
	var first, last time.Time
	for _, s := range steps {
		began := s.FinishedAt.Add(-time.Duration(s.Seconds * float64(time.Second)))
		if first.IsZero() || began.Before(first) {
			first = began
		}
		if s.FinishedAt.After(last) {
			last = s.FinishedAt
		}
	}
	return last.Sub(first).Seconds()
}

// partOf is the part of the batch that a step belongs to.
func partOf(step string) string {
	switch {
	case strings.HasPrefix(step, "attribution"):
		return "attribution"
	case step == "paths", step == "quality", strings.HasPrefix(step, "restate"):
		return step
	}
	return "qualify"
}

func (b *bench) database(ctx context.Context, name string) (*warehouse.DB, error) {
	c := b.db.Config()
	c.Database = name
	db, err := warehouse.Open(ctx, c)
	if err != nil {
		return nil, err
	}
	_, err = db.Migrate(ctx)
	return db, err
}

// fill streams the company through the broker into db, by topics of its own: other parts have filled the usual ones.
func (b *bench) fill(ctx context.Context, db *warehouse.DB, company scale) error {
	sources, err := source.Builtin()
	if err != nil {
		return err
	}
	own := func(topic string) string { return "simulated_" + company.name + "_" + topic }
	var topics []string
	for _, s := range sources {
		if s.Name == simulate.TopicSegment || s.Name == simulate.TopicFunnelcloud {
			s.Topics = []string{own(s.Name)}
			topics = append(topics, s.Topics...)
		}
	}
	if err := b.broker.CreateTopics(ctx, b.partitions, topics...); err != nil {
		return err
	}
	config := simulate.Default()
	config.People, config.Days, config.Baseline = company.people, daysOfCompany, baselineOfCompany
	brokers := []string{b.broker.Addr()}
	if _, err := ingest.Produce(ctx, brokers, eventsOf(config, own), nil); err != nil {
		return err
	}
	stats, err := ingest.Run(ctx, ingest.Options{Brokers: brokers, Sources: sources, Topics: topics, Group: own("batch"), Conn: db.Conn(), Drain: true})
	if err != nil {
		return err
	}
	if stats.Events == 0 {
		return fmt.Errorf("nothing was ingested of the simulated company")
	}
	return nil
}

func eventsOf(c simulate.Config, topicOf func(string) string) iter.Seq[ingest.Message] {
	return func(yield func(ingest.Message) bool) {
		for m := range simulate.Events(c) {
			if !yield(ingest.Message{Topic: topicOf(m.Topic), Key: m.Key, Value: m.Value, Time: m.Time}) {
				return
			}
		}
	}
}
