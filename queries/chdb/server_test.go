package chdb

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/ext"
	"github.com/shopspring/decimal"
)

const eventDDL = `CREATE OR REPLACE TABLE t (id UInt64, at DateTime64(3,'UTC'), v Decimal(18,4), tags Array(String), k LowCardinality(String),
	n Nullable(Int32), e Enum8('a'=1,'b'=2), p JSON) ENGINE = MergeTree ORDER BY id`

// clickhouse-go's usual day, in each compression that it knows.
func TestClickHouseGo(t *testing.T) {
	s := start(t)
	for _, m := range []clickhouse.CompressionMethod{
		clickhouse.CompressionNone, clickhouse.CompressionLZ4, clickhouse.CompressionZSTD, clickhouse.CompressionGZIP,
		clickhouse.CompressionDeflate, clickhouse.CompressionBrotli,
	} {
		t.Run(m.String(), func(t *testing.T) {
			db := open(t, s, func(o *clickhouse.Options) { o.Compression = &clickhouse.Compression{Method: m, Level: 3} })
			writeAndRead(t, db)
		})
	}
}

func writeAndRead(t *testing.T, db clickhouse.Conn) {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(db.Exec(ctx, eventDDL))
	batch, err := db.PrepareBatch(ctx, "INSERT INTO t")
	must(err)
	at, n := time.UnixMilli(1700000000123).UTC(), int32(7)
	for i := range uint64(1000) {
		must(batch.Append(i, at, decimal.RequireFromString("1.2345"), []string{"x", "y"}, "k", &n, "b", `{"a":{"b":1},"c":"x"}`))
	}
	must(batch.Send())
	var count uint64
	must(db.QueryRow(ctx, "SELECT count() FROM t WHERE id >= {x:UInt64}", clickhouse.Named("x", 10)).Scan(&count))
	if count != 990 {
		t.Error(count)
	}
	var (
		row struct {
			ID   uint64          `ch:"id"`
			At   time.Time       `ch:"at"`
			V    decimal.Decimal `ch:"v"`
			Tags []string        `ch:"tags"`
			K    string          `ch:"k"`
			N    *int32          `ch:"n"`
			E    string          `ch:"e"`
			B    int64           `ch:"b"`
		}
		failure *clickhouse.Exception
	)
	must(db.QueryRow(ctx, "SELECT id, at, v, tags, k, n, e, p.a.b::Int64 AS b FROM t ORDER BY id DESC LIMIT 1").ScanStruct(&row))
	if row.ID != 999 || !row.At.Equal(at) || row.V.String() != "1.2345" || len(row.Tags) != 2 || row.K != "k" || *row.N != 7 || row.E != "b" || row.B != 1 {
		t.Errorf("%+v", row)
	}
	if err := db.Exec(ctx, "SELECT * FROM nope"); !errors.As(err, &failure) || failure.Code != 60 {
		t.Error(err)
	}
	if err := db.QueryRow(ctx, "SELECT throwIf(number = 500000) FROM numbers(1000000)").Err(); !errors.As(err, &failure) || failure.Code != 395 {
		t.Error(err)
	}
}

// External tables are the client's rows that only one query sees.
func TestExternalTable(t *testing.T) {
	s := start(t)
	db := open(t, s)
	table, err := ext.NewTable("wanted", ext.Column("id", "UInt64"), ext.Column("name", "String"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range uint64(10) {
		if err := table.Append(i, "x"); err != nil {
			t.Fatal(err)
		}
	}
	ctx := clickhouse.Context(t.Context(), clickhouse.WithExternalTable(table))
	for range 2 { // the second time there is nothing left of the first
		var sum, n uint64
		if err := db.QueryRow(ctx, "SELECT sum(id), count() FROM wanted WHERE name = 'x'").Scan(&sum, &n); err != nil || sum != 45 || n != 10 {
			t.Error(sum, n, err)
		}
	}
}

// A million rows come in blocks, not in one piece.
func TestManyRows(t *testing.T) {
	s := start(t)
	rows, err := open(t, s).Query(t.Context(), "SELECT number, toString(number) FROM numbers(1000000)")
	if err != nil {
		t.Fatal(err)
	}
	var (
		n, total, want uint64
		text           string
	)
	for rows.Next() {
		if err := rows.Scan(&n, &text); err != nil {
			t.Fatal(err)
		}
		total += n
	}
	want = 1000000 * 999999 / 2
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || total != want {
		t.Errorf("%d, want %d; %v", total, want, err)
	}
}

// Refreshable and incremental views run in the background.
func TestViews(t *testing.T) {
	s := start(t)
	ask(t, s, "CREATE TABLE src (a UInt64) ENGINE = MergeTree ORDER BY a")
	ask(t, s, "CREATE TABLE dst (a UInt64) ENGINE = MergeTree ORDER BY a")
	ask(t, s, "CREATE MATERIALIZED VIEW on_insert TO dst AS SELECT a * 2 AS a FROM src")
	ask(t, s, "CREATE MATERIALIZED VIEW refreshed REFRESH EVERY 1 HOUR ENGINE = MergeTree ORDER BY n AS SELECT count() AS n FROM src")
	insert(t, s, "INSERT INTO src FORMAT CSV", bytes.Repeat([]byte("1\n"), 5))
	ask(t, s, "SYSTEM REFRESH VIEW refreshed")
	ask(t, s, "SYSTEM WAIT VIEW refreshed")
	if got := ask(t, s, "SELECT sum(a), (SELECT max(n) FROM refreshed) FROM dst"); got != "10\t5\n" {
		t.Errorf("%q", got)
	}
}
