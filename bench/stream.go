package main

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"io"
	"runtime"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/funnelcloud/funnelcloud/ingest"
	"github.com/funnelcloud/funnelcloud/ingest/source"
)

//go:embed peer.sql
var peerSQL string

// segmentOf is the built-in source for Segment calls, reading one topic.
func segmentOf(topic string) (*source.Source, error) { return builtinFor("segment", topic) }

// builtinFor is a built-in source, reading one topic.
func builtinFor(name, topic string) (*source.Source, error) {
	sources, err := source.Builtin()
	if err != nil {
		return nil, err
	}
	found, err := source.Named(sources, name)
	if err != nil {
		return nil, err
	}
	ours := *found
	ours.Topics = []string{topic}
	return &ours, nil
}

func (b *bench) produce(ctx context.Context) error {
	start, cpu := time.Now(), cpuTime()
	n, err := ingest.Produce(ctx, []string{b.broker.Addr()}, messages("segment", b.messages), nil)
	if err != nil {
		return err
	}
	if n != uint64(b.messages) {
		return fmt.Errorf("%d of %d messages produced", n, b.messages)
	}
	b.rate("produce", "messages", start, time.Now(), cpuTime()-cpu)
	return nil
}

// ingest is the product: from Kafka to committed rows.
func (b *bench) ingest(ctx context.Context) error {
	return b.ingestTopic(ctx, "segment", "segment", "ingest")
}

// ingestTopic measures, as a part, a topic whose messages are for a built-in source.
func (b *bench) ingestTopic(ctx context.Context, name, topic, part string) error {
	from, err := builtinFor(name, topic)
	if err != nil {
		return err
	}
	var stats ingest.Stats
	start, cpu := time.Now(), cpuTime()
	err = b.profiled(topic, func() error {
		stats, err = ingest.Run(ctx, ingest.Options{Brokers: []string{b.broker.Addr()}, Sources: []*source.Source{from},
			Conn: b.db.Conn(), Drain: true, MaxRows: b.batchRows, MaxBytes: b.batchBytes})
		return err
	})
	if err != nil {
		return err
	}
	if int(stats.Events) != b.messages || stats.Rejects > 0 {
		return fmt.Errorf("%d events and %d rejects from %d messages", stats.Events, stats.Rejects, b.messages)
	}
	b.report(strings.TrimPrefix(part+"_message_bytes", "ingest_"), float64(stats.Bytes)/float64(stats.Messages), "B")
	b.rate(part, "events", start, start.Add(stats.Elapsed), cpuTime()-cpu)
	return b.truncate(ctx, "events")
}

func (b *bench) truncate(ctx context.Context, table string) error {
	return b.db.Statement(ctx, "TRUNCATE TABLE "+table, nil)
}

// kafkaEngine is the peer, in peer.sql, timed until the last row is there.
func (b *bench) kafkaEngine(ctx context.Context) error {
	if err := b.db.Statement(ctx, "CREATE TABLE IF NOT EXISTS peer_events AS events", nil); err != nil {
		return err
	}
	script := strings.NewReplacer("{{broker}}", b.broker.Addr(), "{{group}}", fmt.Sprintf("peer-%d", time.Now().UnixNano())).Replace(peerSQL)
	start, cpu := time.Now(), cpuTime()
	for statement := range strings.SplitSeq(script, ";\n") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if err := b.db.Statement(ctx, statement, nil); err != nil {
			return err
		}
	}
	end, err := b.await(ctx, "peer_events")
	if err != nil {
		return err
	}
	b.rate("kafka_engine", "events", start, end, cpuTime()-cpu)
	for _, statement := range []string{"DROP TABLE peer_reader", "DROP TABLE peer_queue", "TRUNCATE TABLE peer_events"} {
		if err := b.db.Statement(ctx, statement, nil); err != nil {
			return err
		}
	}
	return nil
}

// await polls until all rows are there.
func (b *bench) await(ctx context.Context, table string) (time.Time, error) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for last, changed := uint64(0), time.Now(); ; {
		var n uint64
		if err := b.db.Conn().QueryRow(ctx, "SELECT count() FROM "+table).Scan(&n); err != nil {
			return time.Time{}, err
		}
		if n != last {
			last, changed = n, time.Now()
		}
		if n >= uint64(b.messages) {
			return time.Now(), nil
		}
		if time.Since(changed) > time.Minute {
			return time.Time{}, fmt.Errorf("no progress beyond %d rows", n)
		}
		select {
		case <-ctx.Done():
			return time.Time{}, ctx.Err()
		case <-tick.C:
		}
	}
}

// nativeInsert is the limit: the same rows, their columns ready in memory as Native blocks, inserted one after the other.
// Plain, as a client does it that sets nothing, and with the settings that ingest uses, which is faster.
func (b *bench) nativeInsert(ctx context.Context) error {
	if err := b.db.Statement(ctx, "CREATE TABLE IF NOT EXISTS native_events AS events", nil); err != nil {
		return err
	}
	blocks, err := b.blocks()
	if err != nil {
		return err
	}
	if err := b.insertBlocks(ctx, "native_insert", blocks); err != nil {
		return err
	}
	runtime.GC()
	tuned := clickhouse.Context(ctx, clickhouse.WithSettings(ingest.InsertSettings()))
	return b.insertBlocks(tuned, "native_insert_same_settings", blocks)
}

func (b *bench) insertBlocks(ctx context.Context, name string, blocks [][]byte) error {
	start, cpu := time.Now(), cpuTime()
	for _, block := range blocks {
		if err := b.db.Conn().InsertFormat(ctx, "Native", "INSERT INTO native_events", bytes.NewReader(block)); err != nil {
			return err
		}
	}
	b.rate(name, "rows", start, time.Now(), cpuTime()-cpu)
	return b.truncate(ctx, "native_events")
}

// blocks are all messages mapped, in Native blocks of a batch's size.
func (b *bench) blocks() ([][]byte, error) {
	segment, err := segmentOf("segment")
	if err != nil {
		return nil, err
	}
	var blocks [][]byte
	for body, err := range ingest.NativeBlocks(segment, messages("segment", b.messages), 250_000) {
		if err != nil {
			return nil, err
		}
		block, err := io.ReadAll(body)
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, block)
	}
	return blocks, nil
}
