package warehouse_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/funnelcloud/funnelcloud/queries/queriestest"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// ledgerRow is as wide as the widest mart that a run writes.
type ledgerRow struct {
	ConversionID   string    `ch:"conversion_id"`
	UnitKind       string    `ch:"unit_kind"`
	UnitID         string    `ch:"unit_id"`
	ConversionType string    `ch:"conversion_type"`
	ConvertedAt    time.Time `ch:"converted_at"`
	Model          string    `ch:"model"`
	TouchID        string    `ch:"touch_id"`
	TouchAt        time.Time `ch:"touch_ts,null"`
	PersonID       string    `ch:"person_id"`
	Channel        string    `ch:"channel"`
	Campaign       string    `ch:"utm_campaign"`
	LandingPage    string    `ch:"landing_page"`
	Position       uint32    `ch:"position"`
	Touches        uint32    `ch:"touches"`
	Weight         float64   `ch:"weight"`
	CreditedValue  int64     `ch:"credited_value,decimal4"`
	Rule           string    `ch:"rule"`
}

const benchRows = 200_000

// benchTable is a mart of rows as wide as the ledger's.
func benchTable(b *testing.B) *warehouse.DB {
	b.Helper()
	db := queriestest.New(b)
	const statement = `CREATE TABLE bench ENGINE = MergeTree ORDER BY (model, conversion_type, conversion_id, position)
		AS SELECT 1 AS run_id, * FROM attribution_ledger LIMIT 0`
	if err := db.Statement(b.Context(), statement, nil); err != nil {
		b.Fatal(err)
	}
	return db
}

func ledgerRows() []ledgerRow {
	rows := make([]ledgerRow, benchRows)
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range rows {
		rows[i] = ledgerRow{
			ConversionID: fmt.Sprintf("person:won:p_%08d:1", i/7), UnitKind: "person", UnitID: fmt.Sprintf("p_%08d", i/7),
			ConversionType: "won", ConvertedAt: at, Model: "linear", TouchID: fmt.Sprintf("touch-%d", i), TouchAt: at, PersonID: "p",
			Channel: "Organic Search", Campaign: "spring", LandingPage: "/pricing", Position: uint32(i % 7), Touches: 7,
			Weight: 1.0 / 7, CreditedValue: int64(i), Rule: "equal",
		}
	}
	return rows
}

func BenchmarkInsert(b *testing.B) {
	db := benchTable(b)
	rows := ledgerRows()
	for b.Loop() {
		if err := warehouse.Insert(b.Context(), db, "bench", 1, rows); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(benchRows*b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkSelect(b *testing.B) {
	db := benchTable(b)
	if err := warehouse.Insert(b.Context(), db, "bench", 1, ledgerRows()); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		read := 0
		for _, err := range warehouse.SelectText[ledgerRow](b.Context(), db, "SELECT * FROM bench", nil) {
			if err != nil {
				b.Fatal(err)
			}
			read++
		}
		if read != benchRows {
			b.Fatalf("read %d rows", read)
		}
	}
	b.ReportMetric(float64(benchRows*b.N)/b.Elapsed().Seconds(), "rows/s")
}
