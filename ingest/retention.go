package ingest

import (
	"context"
	"fmt"

	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// KeepRejected sets for how many days dead letters are kept after their last refusal, 0 for ever, and reports whether that
// is something new. Older letters go in the background. A table that says so already is left alone, because setting it
// makes ClickHouse look through all of it.
func KeepRejected(ctx context.Context, db *warehouse.DB, days uint32) (changed bool, err error) {
	was, err := RejectedRetention(ctx, db)
	if err != nil || was == days {
		return false, err
	}
	file := "ingest/keep_rejected.sql"
	if days == 0 {
		file = "ingest/keep_rejected_forever.sql"
	}
	if err := db.Exec(ctx, file, warehouse.Params{"days": days}); err != nil {
		return false, fmt.Errorf("set how long dead letters are kept: %w", err)
	}
	return true, nil
}

// RejectedRetention is for how many days dead letters are kept, 0 for ever.
func RejectedRetention(ctx context.Context, db *warehouse.DB) (days uint32, err error) {
	found, err := warehouse.SelectAll[struct {
		Days uint32 `ch:"days"`
	}](ctx, db, "ingest/rejected_retention.sql", nil)
	if err == nil && len(found) != 1 {
		err = fmt.Errorf("database %s has no table events_rejected; 'funnelcloud migrate' makes it", db.Database())
	}
	if err != nil {
		return 0, fmt.Errorf("look how long dead letters are kept: %w", err)
	}
	return found[0].Days, nil
}
