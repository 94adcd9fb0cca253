package main

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/funnelcloud/funnelcloud/ingest"
	"github.com/funnelcloud/funnelcloud/ingest/source"
	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/models/simulate"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// peopleOfAMillion are as many people of the simulated company as leave a million events in 120 days.
const peopleOfAMillion = 88_000

// batch measures a full run over a million events of a simulated company, in a database of its own: seconds of each step
// and of the whole.
func (b *bench) batch(ctx context.Context) error {
	c := b.db.Config()
	c.Database = "bench_batch"
	db, err := warehouse.Open(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.Migrate(ctx); err != nil {
		return err
	}
	if err := b.fill(ctx, db); err != nil {
		return err
	}
	report, err := models.Run(ctx, db, models.Options{OwnDomains: []string{simulate.OwnDomain}})
	if err != nil {
		return err
	}
	for _, step := range report.Steps {
		b.report("batch_"+strings.ReplaceAll(step.Name, " ", "_")+"_s", step.Seconds, "s")
	}
	b.report("batch_events", float64(report.Events), "events")
	b.report("batch_1m_s", report.Seconds, "s")
	return nil
}

// fill streams the company through the broker into db.
func (b *bench) fill(ctx context.Context, db *warehouse.DB) error {
	sources, err := source.Builtin()
	if err != nil {
		return err
	}
	// Topics of its own: the other parts have filled theirs with other messages.
	topics := []string{simulate.TopicFunnelcloud, "simulated"}
	if err := b.broker.CreateTopics(ctx, b.partitions, topics...); err != nil {
		return err
	}
	for _, s := range sources {
		if s.Name == simulate.TopicSegment {
			s.Topics = append(s.Topics, "simulated")
		}
	}
	config := simulate.Default()
	config.People = peopleOfAMillion
	brokers := []string{b.broker.Addr()}
	if _, err := ingest.Produce(ctx, brokers, simulated(config), nil); err != nil {
		return err
	}
	stats, err := ingest.Run(ctx, ingest.Options{Brokers: brokers, Sources: sources, Topics: topics, Group: "batch", Conn: db.Conn(), Drain: true})
	if err != nil {
		return err
	}
	if stats.Events == 0 {
		return fmt.Errorf("nothing was ingested of the simulated company")
	}
	return nil
}

func simulated(c simulate.Config) iter.Seq[ingest.Message] {
	return func(yield func(ingest.Message) bool) {
		for m := range simulate.Events(c) {
			topic := m.Topic
			if topic == simulate.TopicSegment {
				topic = "simulated"
			}
			if !yield(ingest.Message{Topic: topic, Key: m.Key, Value: m.Value, Time: m.Time}) {
				return
			}
		}
	}
}
