package models

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/funnelcloud/funnelcloud/models/attribution"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

func attributePersons(ctx context.Context, r *run) (in, out uint64, err error) {
	return r.attribute(ctx, unitPerson)
}

func attributeAccounts(ctx context.Context, r *run) (in, out uint64, err error) {
	return r.attribute(ctx, unitAccount)
}

// attribute cuts the journeys of every unit of a kind, once for each type of conversion, and lets every model give credit.
func (r *run) attribute(ctx context.Context, kind string) (in, out uint64, err error) {
	histories, in, err := r.histories(ctx, kind)
	if err != nil {
		return in, 0, err
	}
	w, err := newCreditWriter(r)
	if err != nil {
		return in, 0, err
	}
	for _, conversionType := range append([]string{"signed_up"}, r.o.ConversionTypes...) {
		journeys := r.journeys(histories, conversionType)
		if err := w.journeys(ctx, journeys); err != nil {
			return in, w.written(), err
		}
		if len(journeys) == 0 {
			continue // nobody was touched or converted: there is nothing to fit a model to
		}
		if err := w.credit(ctx, journeys); err != nil {
			return in, w.written(), fmt.Errorf("conversions to %s: %w", conversionType, err)
		}
	}
	err = w.flush(ctx)
	return in, w.written(), err
}

// history is what attribution needs to know of one unit.
type history struct {
	unit        attribution.Unit
	touches     []attribution.Touch
	conversions []attribution.Conversion
}

type milestoneRow struct {
	UnitID string    `ch:"unit_id"`
	Kind   string    `ch:"kind"`
	At     time.Time `ch:"entered_at"`
}

// histories are those of all units that were touched or converted, sorted by unit.
func (r *run) histories(ctx context.Context, kind string) ([]history, uint64, error) {
	params := r.params("unit_kind", kind, "conversion_stages", r.o.ConversionTypes)
	units := map[string]*history{}
	unit := func(id string) *history {
		h, ok := units[id]
		if !ok {
			h = &history{unit: attribution.Unit{Kind: kind, ID: id}}
			units[id] = h
		}
		return h
	}
	var read uint64
	for c, err := range warehouse.Select[attribution.Conversion](ctx, r.db, "staging/conversions.sql", params) {
		if err != nil {
			return nil, read, err
		}
		read++
		h := unit(c.UnitID)
		h.conversions = append(h.conversions, c)
	}
	for t, err := range warehouse.Select[attribution.Touch](ctx, r.db, "staging/touches.sql", params) {
		if err != nil {
			return nil, read, err
		}
		read++
		h := unit(t.UnitID)
		h.touches = append(h.touches, t)
	}
	for m, err := range warehouse.Select[milestoneRow](ctx, r.db, "staging/milestones.sql", params) {
		if err != nil {
			return nil, read, err
		}
		if h, ok := units[m.UnitID]; ok {
			h.unit.Milestones = append(h.unit.Milestones, attribution.Milestone{Kind: m.Kind, At: m.At})
		}
	}
	sorted := make([]history, 0, len(units))
	for _, id := range slices.Sorted(maps.Keys(units)) {
		sorted = append(sorted, *units[id])
	}
	return sorted, read, nil
}

func (r *run) journeys(histories []history, conversionType string) []attribution.Journey {
	options := attribution.Options{
		ConversionType: conversionType, LookBack: r.o.LookBack, Cycle: r.o.Cycle, Direct: r.o.Direct,
		ObservedUntil: r.marks.ObservedUntil,
	}
	var all []attribution.Journey
	for _, h := range histories {
		all = append(all, attribution.Journeys(h.unit, h.touches, h.conversions, options)...)
	}
	return all
}
