package dashboards_test

import (
	"context"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/funnelcloud/funnelcloud/dashboards"
	"github.com/funnelcloud/funnelcloud/dashboards/internal/fixture"
	"github.com/funnelcloud/funnelcloud/queries/queriestest"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

func TestMain(m *testing.M) { os.Exit(queriestest.Main(m)) }

// queryOf is how the program hands a database to this package.
func queryOf(db *warehouse.DB) dashboards.QueryFunc {
	return func(ctx context.Context, sql string) ([]string, [][]any, error) { return db.TableText(ctx, sql, nil) }
}

// shared is the one database that tests read the fixture from: loading it takes longer than most of them.
var shared struct {
	sync.Once
	db *warehouse.DB
}

// loaded is a database with the fixture's run, for reading only, and the scope in which it shows.
func loaded(t *testing.T) (dashboards.Querier, dashboards.Scope) {
	t.Helper()
	shared.Do(func() {
		server := queriestest.Server(t)
		db, err := warehouse.Open(context.Background(), warehouse.Config{Addr: server.Addr(), Database: "dashboards_fixture", User: server.User(), Password: server.Password()})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		fixture.Load(t, db)
		shared.db = db
	})
	if shared.db == nil {
		t.Fatal("the fixture could not be loaded: see the first test that failed")
	}
	query := queryOf(shared.db)
	scope, err := dashboards.DefaultScope(t.Context(), query, fixture.Start, fixture.End.Add(24*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return query, scope
}
