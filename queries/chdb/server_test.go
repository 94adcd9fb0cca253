package chdb

import (
	"context"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/shopspring/decimal"
)

func TestClickHouseGo(t *testing.T) {
	s := start(t)
	for _, m := range []clickhouse.CompressionMethod{clickhouse.CompressionNone, clickhouse.CompressionLZ4, clickhouse.CompressionZSTD, clickhouse.CompressionGZIP} {
		db := open(t, s, func(o *clickhouse.Options) { o.Compression = &clickhouse.Compression{Method: m} })
		ctx := context.Background()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(m, err)
			}
		}
		must(db.Exec(ctx, `DROP TABLE IF EXISTS t`))
		must(db.Exec(ctx, `CREATE TABLE t (id UInt64, at DateTime64(3,'UTC'), v Decimal(18,4), tags Array(String), k LowCardinality(String), n Nullable(Int32), e Enum8('a'=1,'b'=2), p JSON) ENGINE = MergeTree ORDER BY id`))
		b, err := db.PrepareBatch(ctx, "INSERT INTO t")
		must(err)
		at := time.UnixMilli(1700000000123).UTC()
		n := int32(7)
		for i := range 1000 {
			must(b.Append(uint64(i), at, decimal.RequireFromString("1.2345"), []string{"x", "y"}, "k", &n, "b", `{"a":{"b":1},"c":"x"}`))
		}
		must(b.Send())
		var count, id uint64
		must(db.QueryRow(ctx, "SELECT count() FROM t WHERE id >= {x:UInt64}", clickhouse.Named("x", 10)).Scan(&count))
		if count != 990 {
			t.Fatal(count)
		}
		var got time.Time
		var v decimal.Decimal
		var tags []string
		var k, e string
		var nn *int32
		var bb int64
		must(db.QueryRow(ctx, "SELECT id, at, v, tags, k, n, e, p.a.b::Int64 FROM t ORDER BY id DESC LIMIT 1").Scan(&id, &got, &v, &tags, &k, &nn, &e, &bb))
		if !got.Equal(at) || v.String() != "1.2345" || len(tags) != 2 || k != "k" || *nn != 7 || e != "b" || bb != 1 {
			t.Fatal(got, v, tags, k, nn, e, bb)
		}
		if err := db.Exec(ctx, "SELECT * FROM nope"); err == nil {
			t.Fatal("no error")
		} else {
			t.Log(err)
		}
	}
}
