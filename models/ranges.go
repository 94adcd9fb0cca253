package models

import (
	"context"
	"iter"
	"strings"

	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// eventsAtOnce is how many events a statement should hold in memory that puts people's histories together.
const eventsAtOnce = 600_000

// alike is a row of staging/person_ranges.sql: people whose ids begin alike.
type alike struct {
	First  string `ch:"first_person"`
	Events uint64 `ch:"events"`
}

// unitRange is a range of ids; without an end, Before is "".
type unitRange struct{ First, Before string }

// personRanges part the people of this run, so that each part has about as many events as memory should hold, and none
// reads what another does: ids are the order of the tables.
func (r *run) personRanges(ctx context.Context) ([]unitRange, error) {
	parts := []unitRange{{}}
	var events uint64
	for p, err := range warehouse.Select[alike](ctx, r.db, "staging/person_ranges.sql", r.params()) {
		if err != nil {
			return nil, err
		}
		if events > 0 && events+p.Events > eventsAtOnce {
			first := strings.Clone(p.First)
			parts[len(parts)-1].Before = first
			parts, events = append(parts, unitRange{First: first}), 0
		}
		events += p.Events
	}
	return parts, nil
}

// within adds the range to the parameters of a statement.
func (u unitRange) within(params warehouse.Params) warehouse.Params {
	params["first_unit"], params["before_unit"] = u.First, u.Before
	return params
}

// selectByRange is warehouse.Select of a statement that takes a range of people, range by range.
func selectByRange[Row any](ctx context.Context, r *run, file string, params warehouse.Params) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		var none Row
		parts, err := r.personRanges(ctx)
		if err != nil {
			yield(none, err)
			return
		}
		for _, part := range parts {
			for row, err := range warehouse.Select[Row](ctx, r.db, file, part.within(params)) {
				if !yield(row, err) {
					return
				}
			}
		}
	}
}
