package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/funnelcloud/funnelcloud/ingest"
)

// batchesSQL gives the events of a topic, those stored after the first batch, and the seconds that the latter took.
const batchesSQL = `WITH (SELECT min(inserted_at) FROM ingest_batches WHERE topic = {topic:String}) AS first
SELECT sum(events), sumIf(events, inserted_at > first), date_diff('millisecond', first, max(inserted_at)) / 1000
FROM ingest_batches WHERE topic = {topic:String}`

// growth measures how speed grows with the partitions of a topic and with the processes of one group. Broker and engine
// are in this process, the consumers in their own; all share the machine's cores, so that with two of them there is no more
// to gain than what one consumer leaves idle. What is measured is the time from the first batch's first message in memory
// to the last batch's acknowledgement, as table ingest_batches has it: without the start of the processes and of the group.
func (b *bench) growth(ctx context.Context) error {
	for _, partitions := range []int{1, 2, 4} {
		if err := b.grown(ctx, fmt.Sprintf("ingest_partitions_%d", partitions), partitions, 1); err != nil {
			return err
		}
	}
	if err := b.grown(ctx, "ingest_processes_2", 4, 2); err != nil {
		return err
	}
	b.ratio("ingest_4_partitions_over_1", "ingest_partitions_4_events_per_s", "ingest_partitions_1_events_per_s")
	b.ratio("ingest_2_processes_over_1", "ingest_processes_2_events_per_s", "ingest_partitions_4_events_per_s")
	return nil
}

func (b *bench) grown(ctx context.Context, name string, partitions, processes int) error {
	if err := b.broker.CreateTopics(ctx, partitions, name); err != nil {
		return err
	}
	n, err := ingest.Produce(ctx, []string{b.broker.Addr()}, messages(name, b.messages), nil)
	if err != nil {
		return fmt.Errorf("%d of %d messages produced: %w", n, b.messages, err)
	}
	outcomes, err := b.consumers(ctx, task{Topic: name, MaxRows: b.batchRows, MaxBytes: b.batchBytes}, processes)
	if err != nil {
		return err
	}
	// A change of the group may have made some be read twice: they count once in events, and as work here.
	var events, later, rows uint64
	var seconds float64
	if err := b.db.Conn().QueryRow(ctx, "SELECT count() FROM events FINAL").Scan(&rows); err != nil {
		return err
	}
	if rows != uint64(b.messages) {
		return fmt.Errorf("%d events of %d messages", rows, b.messages)
	}
	if err := b.db.Conn().QueryRow(ctx, batchesSQL, clickhouse.Named("topic", name)).Scan(&events, &later, &seconds); err != nil {
		return err
	}
	if later == 0 {
		return fmt.Errorf("%d messages are one batch; take more", b.messages)
	}
	b.report(name+"_events_per_s", float64(later)/seconds, "1/s")
	var cpu, allocations, allocated float64
	for _, o := range outcomes {
		cpu += o.CPUSeconds
		allocations += float64(o.Allocations)
		allocated += float64(o.Allocated)
	}
	b.report(name+"_consumer_cpu_us", cpu*1e6/float64(events), "us")
	if partitions == b.partitions && processes == 1 {
		b.report("ingest_allocs_per_event", allocations/float64(events), "allocations")
		b.report("ingest_alloc_bytes_per_event", allocated/float64(events), "B")
	}
	return b.truncate(ctx, "events")
}

// consumers runs so many processes of one group until all is read.
func (b *bench) consumers(ctx context.Context, t task, processes int) ([]outcome, error) {
	outcomes, errs := make([]outcome, processes), make([]error, processes)
	var running sync.WaitGroup
	for i := range processes {
		running.Go(func() { outcomes[i], errs[i] = b.consumer(ctx, t) })
	}
	running.Wait()
	return outcomes, errors.Join(errs...)
}

// consumer runs this program again as a consumer and returns what it answers.
func (b *bench) consumer(ctx context.Context, t task) (o outcome, err error) {
	c := b.db.Config()
	t.Brokers, t.Addr, t.Database, t.User, t.Password = []string{b.broker.Addr()}, c.Addr, c.Database, c.User, c.Password
	told, err := json.Marshal(t)
	if err != nil {
		return o, err
	}
	program, err := os.Executable()
	if err != nil {
		return o, err
	}
	cmd := exec.CommandContext(ctx, program)
	cmd.Env, cmd.Stderr = append(os.Environ(), consumerEnv+"="+string(told)), os.Stderr
	answer, err := cmd.Output()
	if err != nil {
		return o, fmt.Errorf("the consumer's process: %w", err)
	}
	return o, json.Unmarshal(answer, &o)
}
