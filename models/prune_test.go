package models

import (
	"slices"
	"strings"
	"testing"

	"github.com/funnelcloud/funnelcloud/queries/queriestest"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// writtenWhole are the tables that name units and that every run nevertheless writes whole.
var writtenWhole = []string{"identity_changes_by_run"}

// readAtARun are the tables of units that only the batch reads, as a given run left them.
var readAtARun = []string{"recomputed_units_by_run", "conversion_events_by_run"}

// A table keyed by a unit that is forgotten here would lose the units that a run did not recompute.
func TestEveryTableOfUnitsKeepsVersions(t *testing.T) {
	db := queriestest.New(t)
	_, found, err := db.TableText(t.Context(), `SELECT DISTINCT table FROM system.columns WHERE database = currentDatabase()
		AND endsWith(table, '_by_run') AND name IN ('unit_id', 'person_id', 'account_id') ORDER BY table`, nil)
	if err != nil {
		t.Fatal(err)
	}
	var tables []string
	for _, row := range found {
		if table := row[0].(string); !slices.Contains(writtenWhole, table) && !slices.Contains(tablesOfWork, table) {
			tables = append(tables, table)
		}
	}
	if want := slices.Sorted(slices.Values(unitTables)); !slices.Equal(want, tables) {
		t.Errorf("tables of units in the schema: %v\nin unitTables: %v", tables, want)
	}
	for _, table := range unitTables {
		name := strings.TrimSuffix(table, "_by_run")
		_, views, err := db.TableText(t.Context(), `SELECT name FROM system.tables WHERE database = currentDatabase()
			AND name = {name:String} AND position(as_select, 'recomputed_units') > 0`, warehouse.Params{"name": name})
		if err != nil {
			t.Fatal(err)
		}
		if len(views) != 1 && !slices.Contains(readAtARun, table) {
			t.Errorf("table %s lacks a view %s that leaves out what a later run replaced", table, name)
		}
	}
}
