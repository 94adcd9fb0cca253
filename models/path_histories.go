package models

import (
	"context"

	"github.com/funnelcloud/funnelcloud/models/path"
)

// keepHistories keeps the steps of the units that a run computes for a report.
type keepHistories func(ctx context.Context, s pathScope) error

// kept says whether the steps of a report are worth keeping: those of events are the dear ones, the others stand by unit
// in tables of their own. What shares the value of a property is no unit that a run could know for changed.
func (s pathScope) kept() bool {
	n := s.needs
	return s.unitKind() != path.UnitProperty && (n.Names != "" || n.Meanings != "" || n.Pages || n.Campaigns)
}

func (r pathReader) keepAside(ctx context.Context, s pathScope) error {
	if r.keep == nil || !s.kept() {
		return nil
	}
	return r.keep(ctx, s)
}

// statement is the file to read the steps of a scope from.
func (r pathReader) statement(s pathScope) string {
	if r.keep != nil && s.kept() {
		return "staging/path_histories.sql"
	}
	return "staging/path_steps.sql"
}

// keepHistories writes table path_histories. All people are read range by range: their events are in the order of their ids.
func (r *run) keepHistories(ctx context.Context, s pathScope) error {
	parts := []unitRange{{}}
	if s.unitKind() == path.UnitPerson && r.row.PreviousRunID == 0 {
		var err error
		if parts, err = r.personRanges(ctx); err != nil {
			return err
		}
	}
	params := s.params(r.row.RunID)
	params["previous_run"] = r.row.PreviousRunID
	for _, part := range parts {
		if err := r.db.Exec(ctx, "marts/path_histories.sql", part.within(params)); err != nil {
			return err
		}
	}
	return nil
}
