package chdb

import (
	"context"
	"fmt"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"
	"golang.org/x/sync/errgroup"
)

// Many clients at once, more than there are slots; every row arrives once.
func TestConcurrentClients(t *testing.T) {
	s := start(t, func(o *Options) { o.MaxStatements = 8 })
	db := open(t, s, func(o *clickhouse.Options) { o.MaxOpenConns = 32 })
	ask(t, s, "CREATE TABLE t (who UInt64, n UInt64) ENGINE = MergeTree ORDER BY who")
	const clients, rounds, rows = 32, 5, 100
	g, ctx := errgroup.WithContext(t.Context())
	for who := range uint64(clients) {
		g.Go(func() error {
			for range rounds {
				if err := oneRound(ctx, db, who, rows); err != nil {
					return fmt.Errorf("client %d: %w", who, err)
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	if got, want := ask(t, s, "SELECT count(), uniqExact(who), sum(n) FROM t"), fmt.Sprintf("%d\t%d\t%d\n", clients*rounds*rows, clients, clients*rounds*rows*(rows-1)/2); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func oneRound(ctx context.Context, db clickhouse.Conn, who uint64, rows int) error {
	b, err := db.PrepareBatch(ctx, "INSERT INTO t")
	if err != nil {
		return err
	}
	for n := range uint64(rows) {
		if err := b.Append(who, n); err != nil {
			return err
		}
	}
	if err := b.Send(); err != nil {
		return err
	}
	var own uint64
	if err := db.QueryRow(ctx, "SELECT count() FROM t WHERE who = {who:UInt64}", clickhouse.Named("who", fmt.Sprint(who))).Scan(&own); err != nil {
		return err
	}
	if own == 0 || own%uint64(rows) != 0 {
		return fmt.Errorf("sees %d rows of its own", own)
	}
	if err := db.Exec(ctx, "SELECT nope FROM t"); err == nil {
		return fmt.Errorf("no error")
	}
	return nil
}
