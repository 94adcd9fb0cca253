package dashboards_test

import (
	"context"
	"os"
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

// loaded is a database with the fixture's run, for reading only, and the scope in which it shows.
func loaded(t *testing.T) (dashboards.Querier, dashboards.Scope) {
	t.Helper()
	query := queryOf(fixture.Shared(t))
	scope, err := dashboards.DefaultScope(t.Context(), query, fixture.Start, fixture.End.Add(24*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return query, scope
}
