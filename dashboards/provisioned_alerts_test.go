package dashboards_test

import (
	"strings"
	"testing"

	"github.com/funnelcloud/funnelcloud/dashboards/internal/fixture"
	"github.com/funnelcloud/funnelcloud/queries"
	"github.com/funnelcloud/funnelcloud/queries/queriestest"
)

// Grafana's threshold takes a table with one column of numbers, and columns of text that tell the rows apart.
func TestStatementsOfAlertRulesGiveNumbers(t *testing.T) {
	full, empty := queriestest.New(t), queriestest.New(t)
	fixture.Load(t, full)
	files, err := queries.FS.ReadDir("alerts")
	if err != nil || len(files) < 5 {
		t.Fatalf("files %v, %v", files, err)
	}
	values := map[string]float64{}
	for _, file := range files {
		sql, err := queries.Read("alerts/" + file.Name())
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := queryOf(empty).Query(t.Context(), sql); err != nil {
			t.Errorf("%s without data: %v", file.Name(), err)
		}
		columns, rows, err := queryOf(full).Query(t.Context(), sql)
		if err != nil {
			t.Fatalf("%s: %v", file.Name(), err)
		}
		for _, row := range rows {
			numbers := 0
			for i, v := range row {
				if f, ok := number(v); ok {
					numbers++
					values[strings.TrimSuffix(file.Name(), ".sql")] = f
				} else if _, text := v.(string); !text {
					t.Errorf("%s: column %s holds a %T, want a number or text", file.Name(), columns[i], v)
				}
			}
			if numbers != 1 {
				t.Errorf("%s: %d columns of numbers, want 1", file.Name(), numbers)
			}
		}
	}
	// The fixture's published run fails one check; what it ingested is long ago.
	if values["failing_checks"] != 1 || values["stale_run"] < 3600 || values["stale_ingest"] < 3600 || values["failed_runs"] != 0 {
		t.Errorf("values %v", values)
	}
}
