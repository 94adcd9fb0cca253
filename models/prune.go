package models

import (
	"context"
	"fmt"
	"slices"

	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

type keptRun struct {
	Table string `ch:"table"`
	RunID uint64 `ch:"run_id"`
}

// prune drops the rows of runs older than those to keep, and of runs that died.
func (r *run) prune(ctx context.Context) error {
	published, err := warehouse.SelectAll[runNumber](ctx, r.db, "staging/published_runs.sql", nil)
	if err != nil {
		return err
	}
	published = published[:min(len(published), r.o.Keep)]
	return r.drop(ctx, func(id uint64) bool {
		return !slices.Contains(published, runNumber{RunID: id}) && id <= r.row.RunID
	})
}

func (r *run) dropRun(ctx context.Context, id uint64) error {
	return r.drop(ctx, func(other uint64) bool { return other == id })
}

func (r *run) drop(ctx context.Context, unwanted func(run uint64) bool) error {
	kept, err := warehouse.SelectAll[keptRun](ctx, r.db, "staging/kept_runs.sql", nil)
	if err != nil {
		return err
	}
	for _, k := range kept {
		if !unwanted(k.RunID) {
			continue
		}
		if err := r.db.Exec(ctx, "staging/drop_run.sql", warehouse.Params{"table": k.Table, "run_id": k.RunID}); err != nil {
			return fmt.Errorf("drop run %d of table %s: %w", k.RunID, k.Table, err)
		}
	}
	return nil
}
