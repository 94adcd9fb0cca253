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
	if len(values) != 5 {
		t.Errorf("values %v; want one of every statement but lag, as no batch of the last week is there", values)
	}
	// The fixture's published run fails one check; what it ingested is long ago.
	if values["failing_checks"] != 1 || values["stale_run"] < 3600 || values["stale_ingest"] < 3600 || values["failed_runs"] != 0 {
		t.Errorf("values %v", values)
	}
}

// What happens now: a topic of two partitions, of which one is behind; a repeated batch tells nothing new, an older one is of yesterday.
func TestAlertsSeeLagRejectsAndFailedRuns(t *testing.T) {
	db := queriestest.New(t)
	for _, statement := range []string{
		`INSERT INTO ingest_batches (topic, partition, first_offset, last_offset, high_watermark, messages, rejects, inserted_at) VALUES
			('segment', 0, 0, 99, 900_000, 100, 50, now64(3) - INTERVAL 1 DAY), ('segment', 0, 100, 199, 150_200, 100, 6, now64(3) - INTERVAL 5 MINUTE),
			('segment', 1, 0, 99, 100, 100, 2, now64(3) - INTERVAL 5 MINUTE)`,
		`INSERT INTO runs (run_id, status, updated_at) VALUES (1, 'published', now64(3) - INTERVAL 3 HOUR), (2, 'failed', now64(3)), (3, 'failed', now64(3))`,
		`INSERT INTO check_results (run_id, check, violations) VALUES (1, 'one', 0), (1, 'two', 4), (2, 'one', 7)`,
	} {
		if err := db.Statement(t.Context(), statement, nil); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string][2]float64{
		"lag": {150_000, 150_000}, "rejects": {.04, .04}, "failed_runs": {2, 2}, "failing_checks": {1, 1}, "stale_ingest": {300, 900}, "stale_run": {10_800, 11_400},
	} {
		sql, err := queries.Read("alerts/" + name + ".sql")
		if err != nil {
			t.Fatal(err)
		}
		_, rows, err := queryOf(db).Query(t.Context(), sql)
		if err != nil || len(rows) != 1 {
			t.Fatalf("%s: %d rows, %v", name, len(rows), err)
		}
		if value, _ := number(rows[0][len(rows[0])-1]); value < want[0]-1e-9 || value > want[1]+1e-9 {
			t.Errorf("%s: %v, want %v to %v", name, value, want[0], want[1])
		}
	}
}
