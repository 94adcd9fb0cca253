package ingest

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// sink writes batches to ClickHouse. Every insert is acknowledged before the next step; inserting the same rows twice
// does no harm, since the tables' keys make them one.
type sink struct {
	conn     driver.Conn
	consumer string
	logger   *slog.Logger
	now      func() time.Time
	monitor  *Monitor
}

// permanent are ClickHouse's codes for faults that waiting does not mend: the tables are not ours, or we may not write.
var permanent = map[int32]string{
	16: "a column is missing", 60: "a table is missing", 81: "the database is missing", 53: "a column has another type",
	497: "access is denied", 516: "the password is wrong", 117: "a column is unknown",
}

// insert writes the batch: events, then rejects, then the log of work. It waits out whatever may pass, and gives up only
// when the context ends or on a fault that needs a person.
func (s *sink) insert(ctx context.Context, b *batch) error {
	var trouble backoff
	for {
		err := s.attempt(ctx, b)
		if err == nil {
			return nil
		}
		if what, ok := permanent[warehouse.Code(err)]; ok {
			return fmt.Errorf("insert into ClickHouse: %s; run `funnelcloud migrate` and check the connection's rights: %w", what, err)
		}
		if ctx.Err() != nil {
			return fmt.Errorf("insert into ClickHouse: %w; nothing of the batch is committed; its last failure: %s", context.Cause(ctx), err.Error())
		}
		s.monitor.retried()
		s.logger.Warn("insert into ClickHouse failed; will try again, nothing is lost", "failures", trouble.failures+1, "error", err)
		trouble.wait(ctx)
	}
}

func (s *sink) attempt(ctx context.Context, b *batch) error {
	start := s.now()
	var events, rejected []block
	for _, r := range b.rows {
		moment := constant(dateTime, start.UnixMilli(), max(r.events.rows, r.rejected.rows))
		events = append(events, block{append(r.events.columns(), namedColumn{"ingested_at", moment.head(r.events.rows)}), r.events.rows})
		rejected = append(rejected, block{append(r.rejected.columns(), namedColumn{"rejected_at", moment.head(r.rejected.rows)}), r.rejected.rows})
	}
	if err := s.send(ctx, "INSERT INTO events", blockOf(events...)); err != nil {
		return err
	}
	if err := s.send(ctx, "INSERT INTO events_rejected", blockOf(rejected...)); err != nil {
		return err
	}
	return s.send(ctx, "INSERT INTO ingest_batches", s.log(b, start))
}

// InsertSettings are ClickHouse's settings for inserts of events. Collapsing the repeats within each block before it is
// written costs a fifth of the whole way from Kafka (ingest 380k → 510k events/s on two cores), and gains nothing: repeats
// are far more often in different blocks, and merges and FINAL collapse both.
func InsertSettings() clickhouse.Settings { return clickhouse.Settings{"optimize_on_insert": 0} }

// send streams the parts; ClickHouse's answer is its promise that they are stored.
func (s *sink) send(ctx context.Context, statement string, parts [][]byte) error {
	if len(parts) == 0 {
		return nil
	}
	ctx = clickhouse.Context(ctx, clickhouse.WithSettings(InsertSettings()))
	return s.conn.InsertFormat(ctx, "Native", statement, &body{parts: parts})
}

// log is the block for ingest_batches, a row for each partition.
func (s *sink) log(b *batch, start time.Time) [][]byte {
	var topic dictionaryColumn
	var consumer textColumn
	var partition smallColumn
	numbers := map[string]*numberColumn{}
	add := func(name string, n uint64) {
		if numbers[name] == nil {
			numbers[name] = &numberColumn{kind: "UInt64"}
		}
		numbers[name].add(int64(n))
	}
	end := s.now()
	for at, p := range b.progress {
		topic.add(at.topic)
		consumer.add(s.consumer)
		partition.add(uint32(at.partition))
		add("first_offset", uint64(p.first))
		add("last_offset", uint64(p.last))
		add("high_watermark", uint64(p.high))
		add("messages", p.messages)
		add("events", p.events)
		add("rejects", p.rejects)
		add("bytes", p.bytes)
		add("skewed", p.skewed)
		add("inserted_at", uint64(end.UnixMilli()))
		add("insert_seconds", math.Float64bits(end.Sub(start).Seconds()))
	}
	if len(numbers) > 0 {
		numbers["inserted_at"].kind, numbers["insert_seconds"].kind = dateTime, "Float64"
	}
	columns := []namedColumn{{"topic", &topic}, {"consumer", &consumer}, {"partition", &partition}}
	for name, column := range numbers {
		columns = append(columns, namedColumn{name, column})
	}
	return blockOf(block{columns, len(b.progress)})
}
