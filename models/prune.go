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

// publishedRun is a published run and the base that it builds on.
type publishedRun struct {
	RunID     uint64 `ch:"run_id"`
	BaseRunID uint64 `ch:"base_run_id"`
}

// unitTables hold the rows of units: those of a base, and of the runs that build on it, are needed together. Every other
// table is written whole by each run.
var unitTables = []string{
	"person_identities_by_run", "persons_by_run", "person_events_by_run", "touchpoints_by_run", "excluded_touches_by_run", "accounts_by_run", "stages_by_run", "score_ledger_by_run",
	"conversation_leads_by_run", "bant_answers_by_run", "qualifications_by_run", "score_peaks_by_run", "unit_due_by_run",
	"grades_by_run", "requests_by_run", "exclusions_by_run", "deals_by_run", "revenue_movements_by_run",
	"conversion_events_by_run", "conversions_by_run", "flags_by_run", "early_behaviours_by_run", "path_histories_by_run", "journeys_by_run", "credited_touches_by_run", "recomputed_units_by_run",
}

// tablesOfWork are of use while their run is at work.
var tablesOfWork = []string{"known_events_by_run", "history_by_run", "arrived_identifiers_by_run"}

// prune drops the rows that no run to keep needs.
func (r *run) prune(ctx context.Context) error {
	published, err := r.published(ctx)
	if err != nil {
		return err
	}
	published = published[:min(len(published), r.o.Keep)]
	return r.drop(ctx, func(k keptRun) bool { return k.RunID <= r.row.RunID && !needed(k, published) })
}

// needed says whether one of the runs to keep reads the rows that a run left in a table.
func needed(k keptRun, keep []publishedRun) bool {
	if slices.Contains(tablesOfWork, k.Table) {
		return false
	}
	return slices.ContainsFunc(keep, func(p publishedRun) bool {
		if slices.Contains(unitTables, k.Table) {
			return p.BaseRunID <= k.RunID && k.RunID <= p.RunID
		}
		return k.RunID == p.RunID
	})
}

// dropUnpublished drops what runs that died left behind: it lies between the base of this run and this run.
func (r *run) dropUnpublished(ctx context.Context) error {
	published, err := r.published(ctx)
	if err != nil {
		return err
	}
	return r.drop(ctx, func(k keptRun) bool {
		return !slices.ContainsFunc(published, func(p publishedRun) bool { return p.RunID == k.RunID })
	})
}

func (r *run) dropRun(ctx context.Context, id uint64) error {
	return r.drop(ctx, func(k keptRun) bool { return k.RunID == id })
}

func (r *run) published(ctx context.Context) ([]publishedRun, error) {
	return warehouse.SelectAll[publishedRun](ctx, r.db, "staging/published_runs.sql", nil)
}

func (r *run) drop(ctx context.Context, unwanted func(keptRun) bool) error {
	kept, err := warehouse.SelectAll[keptRun](ctx, r.db, "staging/kept_runs.sql", nil)
	if err != nil {
		return err
	}
	for _, k := range kept {
		if !unwanted(k) {
			continue
		}
		if err := r.db.Exec(ctx, "staging/drop_run.sql", warehouse.Params{"table": k.Table, "run_id": k.RunID}); err != nil {
			return fmt.Errorf("drop run %d of table %s: %w", k.RunID, k.Table, err)
		}
	}
	return nil
}
