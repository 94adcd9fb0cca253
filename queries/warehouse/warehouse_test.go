package warehouse_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/funnelcloud/funnelcloud/queries/queriestest"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

func TestMain(m *testing.M) { os.Exit(queriestest.Main(m)) }

func TestMigrateTwiceAppliesOnce(t *testing.T) {
	db := queriestest.Empty(t)
	first, err := db.Migrate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(first) == 0 {
		t.Fatal("the first migration applied nothing")
	}
	second, err := db.Migrate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(second) != 0 {
		t.Errorf("the second migration applied %v again", second)
	}
}

func TestEveryTableAndColumnHasAComment(t *testing.T) {
	db := queriestest.New(t)
	_, rows, err := db.TableText(t.Context(), `
		SELECT table, name FROM system.columns WHERE database = currentDatabase() AND comment = ''
		  AND table IN (SELECT name FROM system.tables WHERE database = currentDatabase() AND engine != 'View')
		UNION ALL
		SELECT name, '' FROM system.tables WHERE database = currentDatabase() AND comment = ''`, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		t.Errorf("%v.%v has no COMMENT", row[0], row[1])
	}
}

type stage struct {
	UnitID   string    `ch:"unit_id"`
	Stage    string    `ch:"stage"`
	EntryNo  uint32    `ch:"entry_no"`
	Entered  time.Time `ch:"entered_at"`
	Left     time.Time `ch:"left_at,null"`
	Evidence []string  `ch:"evidence_event_ids"`
}

func TestRowsComeBackAsTheyWentIn(t *testing.T) {
	db := queriestest.New(t)
	entered := time.Date(2026, 3, 1, 12, 30, 15, 123e6, time.UTC)
	want := []stage{
		{UnitID: "p_1", Stage: "pql", EntryNo: 1, Entered: entered, Evidence: []string{"e1", "é\x00\"2"}},
		{UnitID: "p_2", Stage: "won", EntryNo: 2, Entered: entered, Left: entered.Add(time.Hour), Evidence: []string{}},
	}
	if err := warehouse.Insert(t.Context(), db, "stages_by_run", 7, want); err != nil {
		t.Fatal(err)
	}
	publish(t, db, 7)
	const statement = "SELECT unit_id, stage, entered_at, left_at, evidence_event_ids FROM stages ORDER BY unit_id"
	for row, err := range warehouse.SelectText[stage](t.Context(), db, statement, nil) {
		if err == nil || !strings.Contains(err.Error(), "entry_no") {
			t.Fatalf("a column that the statement lacks must be named, got row %v, error %v", row, err)
		}
	}
	var got []stage
	for row, err := range warehouse.SelectText[stage](t.Context(), db, "SELECT * FROM stages ORDER BY unit_id", nil) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, row)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

type money struct {
	ID    string `ch:"conversion_id"`
	Value int64  `ch:"value,decimal4"`
}

func TestDecimalsAreExact(t *testing.T) {
	db := queriestest.New(t)
	values := []int64{0, 1, -1, 1234567, 999999999999999999, -999999999999999999}
	var rows []money
	for _, v := range values {
		rows = append(rows, money{ID: "c", Value: v})
	}
	if err := warehouse.Insert(t.Context(), db, "conversions_by_run", 1, rows); err != nil {
		t.Fatal(err)
	}
	_, sums, err := db.TableText(t.Context(), "SELECT toString(max(value)), toString(min(value)), count() FROM conversions_by_run", nil)
	if err != nil {
		t.Fatal(err)
	}
	if sums[0][0] != "99999999999999.9999" || sums[0][1] != "-99999999999999.9999" {
		t.Errorf("extremes came back as %v", sums[0])
	}
	type back struct {
		Value int64 `ch:"value,decimal4"`
	}
	seen := map[int64]bool{}
	for row, err := range warehouse.SelectText[back](t.Context(), db, "SELECT value FROM conversions_by_run", nil) {
		if err != nil {
			t.Fatal(err)
		}
		seen[row.Value] = true
	}
	for _, v := range values {
		if !seen[v] {
			t.Errorf("%d did not come back", v)
		}
	}
}

func publish(t *testing.T, db *warehouse.DB, run uint64) {
	t.Helper()
	if err := db.Statement(t.Context(), "INSERT INTO runs (run_id, status, updated_at) VALUES ({run:UInt64}, 'published', now64(3))",
		warehouse.Params{"run": run}); err != nil {
		t.Fatal(err)
	}
}

func TestManyBatchesAllArriveAndAnErrorIsTold(t *testing.T) {
	db := queriestest.New(t)
	w, err := warehouse.NewWriter[money](db, "conversions_by_run", 3)
	if err != nil {
		t.Fatal(err)
	}
	const rows = 250_001
	for i := range int64(rows) {
		if err := w.Append(t.Context(), money{ID: "c", Value: i}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, got, err := db.TableText(t.Context(), "SELECT count(), toInt64(sum(value) * 10000) FROM conversions_by_run WHERE run_id = 3", nil)
	if err != nil {
		t.Fatal(err)
	}
	if w.Written() != rows || got[0][0] != uint64(rows) || got[0][1] != int64(rows*(rows-1)/2) {
		t.Errorf("%d rows written, in the table %v", w.Written(), got)
	}

	nowhere, err := warehouse.NewWriter[money](db, "no_such_table", 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := nowhere.Append(t.Context(), money{ID: "c"}); err != nil {
		t.Fatal(err)
	}
	if err := nowhere.Flush(t.Context()); err == nil || !strings.Contains(err.Error(), "no_such_table") {
		t.Errorf("want an error that names the table, got %v", err)
	}
}
