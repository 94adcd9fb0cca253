package models

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
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
	case p.DefinitionHash != r.row.DefinitionHash:
		return "other definitions"
	case p.Parameters != r.row.Parameters:
		return otherSettings(p.Parameters, r.row.Parameters)
	case r.forgot || p.ForgottenSince == 1:
		return "somebody was forgotten"
	}
	return ""
}

// definedElsewhere are settings that come from files of definitions.
var definedElsewhere = map[string]string{"identity": "other definitions of identity", "channels_hash": "other definitions of channels"}

// changesNoCredit are settings that leave all credit as it is.
var changesNoCredit = []string{"bootstrap", "reports"}

// otherSettings tells which settings of a run, as JSON, are not those of the other. It names what comes from files of definitions
// by itself, for nobody set it on a command line.
func otherSettings(was, now string) string {
	var before, after map[string]json.RawMessage
	if json.Unmarshal([]byte(was), &before) != nil || json.Unmarshal([]byte(now), &after) != nil {
		return "other settings" // of a version that wrote them otherwise
	}
	var reasons, names []string
	all := maps.Clone(before)
	maps.Copy(all, after)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		switch reason := definedElsewhere[name]; {
		case bytes.Equal(before[name], after[name]), slices.Contains(changesNoCredit, name):
		case reason != "":
			reasons = append(reasons, reason)
		default:
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		reasons = append(reasons, "other settings ("+strings.Join(names, ", ")+")")
	}
	return strings.Join(reasons, ", ")
}
