package models

import (
	"context"
	"slices"
	"time"

	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// restate keeps the run's figures by month, and tells which of those that the published run before it gave for closed
// months are others now, and why.
func restate(ctx context.Context, r *run) (in, out uint64, err error) {
	if err := r.db.Exec(ctx, "marts/attribution_figures.sql", r.params()); err != nil {
		return 0, 0, err
	}
	if r.previous.RunID == 0 {
		return 0, 0, nil
	}
	models, err := r.o.models()
	if err != nil {
		return 0, 0, err
	}
	names := []string{}
	for _, m := range append(slices.Clone(models.paths), models.times...) {
		names = append(names, m.Name())
	}
	err = r.db.Exec(ctx, "marts/restatements.sql", r.params(
		"previous_published", r.previous.RunID, "cause", r.causeOfAll(), "fitted_models", names,
		"look_back_days", uint32(r.o.LookBack/(24*time.Hour))+1))
	if err != nil {
		return 0, 0, err
	}
	r.report.Restated, err = warehouse.SelectAll[Restated](ctx, r.db, "staging/restated.sql", r.params())
	for _, restated := range r.report.Restated {
		out += restated.Figures
	}
	return 0, out, err
}

// Restated are figures of closed months that are others now, for one reason.
type Restated struct {
	Reason  string  `ch:"reason" json:"reason"`
	Figures uint64  `ch:"figures" json:"figures"`
	Largest string  `ch:"largest" json:"largest"` // the figure that moved most: channel, model, type of conversion, month
	Was     float64 `ch:"was" json:"was"`         // its conversions
	Now     float64 `ch:"now" json:"now"`
}

// causeOfAll is what would change any figure; empty when nothing of the kind happened.
func (r *run) causeOfAll() string {
	p := r.previous
	switch {
	case p.Version != r.row.Version:
		return "another version of funnelcloud"
	case p.Parameters != r.row.Parameters:
		return "other settings"
	case p.DefinitionHash != r.row.DefinitionHash:
		return "other definitions"
	case r.forgot || p.ForgottenSince == 1:
		return "somebody was forgotten"
	}
	return ""
}
