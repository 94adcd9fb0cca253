package chdb

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/shopspring/decimal"
)

// eventColumns has the shape of the product's events: 14 columns.
const eventColumns = `source LowCardinality(String), event_id String, kind LowCardinality(String), name LowCardinality(String),
	event_ts DateTime64(3,'UTC'), received_at DateTime64(3,'UTC'), anonymous_id String, user_id String, account_id String,
	url String, utm_source LowCardinality(String), value Decimal(18,4), currency LowCardinality(String), properties String`

const eventRows = 100_000

func eventTable(b *testing.B, s *Server) {
	b.Helper()
	ask(b, s, "CREATE TABLE e ("+eventColumns+") ENGINE = ReplacingMergeTree ORDER BY (event_ts, source, event_id)")
	ask(b, s, "CREATE TABLE proto AS e ENGINE = Memory")
	ask(b, s, fmt.Sprintf(`INSERT INTO proto SELECT 'segment', toString(generateUUIDv4()), 'track', ['Signed Up', 'Opened', 'Closed'][number %% 3 + 1],
		fromUnixTimestamp64Milli(1700000000000 + number * 7, 'UTC'), fromUnixTimestamp64Milli(1700000000000 + number * 7 + 90, 'UTC'),
		toString(sipHash64(number %% 5000)), toString(number %% 5000), toString(number %% 500),
		concat('https://example.com/page/', toString(number %% 100)), ['google', 'bing', ''][number %% 3 + 1], number %% 100, 'EUR',
		concat('{"plan":"free","seats":', toString(number %% 50), '}') FROM numbers(%d)`, eventRows))
}

func rowsPerSecond(b *testing.B) {
	b.ReportMetric(float64(b.N)*eventRows/b.Elapsed().Seconds(), "rows/s")
}

// A batch of values through clickhouse-go, as a client of the usual API does.
func BenchmarkInsertClickHouseGo(b *testing.B) {
	s := start(b)
	eventTable(b, s)
	db := open(b, s, func(o *clickhouse.Options) { o.Compression = nil })
	at, price := time.UnixMilli(1700000000123).UTC(), decimal.RequireFromString("12.5")
	b.ResetTimer()
	for range b.N {
		batch, err := db.PrepareBatch(b.Context(), "INSERT INTO e")
		if err != nil {
			b.Fatal(err)
		}
		for i := range eventRows {
			id := fmt.Sprint(i)
			if err := batch.Append("segment", id, "track", "Signed Up", at, at, id, id, id, "https://example.com/page/1", "google", price, "EUR", `{"plan":"free"}`); err != nil {
				b.Fatal(err)
			}
		}
		if err := batch.Send(); err != nil {
			b.Fatal(err)
		}
	}
	rowsPerSecond(b)
}

// Ready bytes in several formats: what the engine itself takes.
func BenchmarkInsertBody(b *testing.B) {
	s := start(b)
	eventTable(b, s)
	for _, f := range []string{"Native", "ArrowStream", "RowBinary", "JSONEachRow"} {
		body := ask(b, s, "SELECT * FROM proto FORMAT "+f)
		b.Run(f, func(b *testing.B) {
			for range b.N {
				insert(b, s, "INSERT INTO e FORMAT "+f, []byte(body))
			}
			rowsPerSecond(b)
		})
	}
}

func BenchmarkScan(b *testing.B) {
	s := start(b)
	eventTable(b, s)
	for _, c := range []struct{ name, format, revision string }{
		{"Native", "Native", ""}, {"Native54460", "Native", "54460"}, {"ArrowStream", "ArrowStream", ""}, {"JSONEachRow", "JSONEachRow", ""},
	} {
		b.Run(c.name, func(b *testing.B) {
			for range b.N {
				v := url.Values{"query": {"SELECT * FROM proto FORMAT " + c.format}, "client_protocol_version": {c.revision}}
				req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, s.URL()+"/?"+v.Encode(), bytes.NewReader(nil))
				if err != nil {
					b.Fatal(err)
				}
				req.SetBasicAuth(s.User(), s.Password())
				req.Close = true
				resp, err := (&http.Transport{DisableCompression: true}).RoundTrip(req)
				if err != nil || resp.StatusCode != http.StatusOK {
					b.Fatal(resp, err)
				}
				n, err := io.Copy(io.Discard, resp.Body)
				if err != nil {
					b.Fatal(err)
				}
				_ = resp.Body.Close()
				b.SetBytes(n)
			}
			rowsPerSecond(b)
		})
	}
}

// The least that a statement costs.
func BenchmarkSelectOne(b *testing.B) {
	s := start(b)
	for range b.N {
		ask(b, s, "SELECT 1")
	}
}
