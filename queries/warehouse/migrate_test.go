package warehouse_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/funnelcloud/funnelcloud/queries/queriestest"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

func TestTablesOfTheFutureAreRefused(t *testing.T) {
	db := queriestest.New(t)
	if err := db.Statement(t.Context(), "INSERT INTO schema_migrations (name, checksum) VALUES ('9999_future.sql', 'x')", nil); err != nil {
		t.Fatal(err)
	}
	_, err := db.Migrate(t.Context())
	if !errors.Is(err, warehouse.ErrNewerSchema) || !strings.Contains(err.Error(), "9999_future.sql") {
		t.Errorf("migrate: %v, want to be told of 9999_future.sql", err)
	}
}

// A database as an older program left it: the last files were not applied.
func TestTablesOfThePastAreBroughtUpToDate(t *testing.T) {
	db := queriestest.New(t)
	for _, statement := range []string{
		"DROP VIEW dead_letters",
		"ALTER TABLE events_rejected DROP COLUMN replayed_at, DROP COLUMN backfill",
		"INSERT INTO events_rejected (topic, partition, offset, reason, rejected_at) VALUES ('t', 0, 1, 'invalid_json', now64(3))",
		"ALTER TABLE schema_migrations DELETE WHERE name >= '0013' SETTINGS mutations_sync = 2",
	} {
		if err := db.Statement(t.Context(), statement, nil); err != nil {
			t.Fatal(err)
		}
	}
	applied, err := db.Migrate(t.Context())
	if err != nil || len(applied) == 0 || applied[0] != "schema/0013_dead_letters.sql" {
		t.Fatalf("applied %v: %v", applied, err)
	}
	_, rows, err := db.TableText(t.Context(), "SELECT reason FROM dead_letters", nil)
	if err != nil || len(rows) != 1 {
		t.Errorf("letters from before: %v, %v", rows, err)
	}
	if again, err := db.Migrate(t.Context()); err != nil || len(again) != 0 {
		t.Errorf("a second migration applied %v: %v", again, err)
	}
}
