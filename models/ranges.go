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

// personRanges are the ids at which to part the people of this run, so that each part has about as many events as
// memory should hold, and none reads what another does: ids are the order of the tables. The first is "".
func (r *run) personRanges(ctx context.Context) ([]string, error) {
	firsts := []string{""}
	var events uint64
	for p, err := range warehouse.Select[alike](ctx, r.db, "staging/person_ranges.sql", r.params()) {
		if err != nil {
			return nil, err
		}
		if events > 0 && events+p.Events > eventsAtOnce {
			firsts, events = append(firsts, strings.Clone(p.First)), 0
		}
		events += p.Events
	}
	return firsts, nil
}

// selectByRange is warehouse.Select, range of people by range: of a statement that takes first_person and before_person.
func selectByRange[Row any](ctx context.Context, r *run, file string, params warehouse.Params) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		var none Row
		firsts, err := r.personRanges(ctx)
		if err != nil {
			yield(none, err)
			return
		}
		for i, first := range firsts {
			params["first_person"], params["before_person"] = first, ""
			if i+1 < len(firsts) {
				params["before_person"] = firsts[i+1]
			}
			for row, err := range warehouse.Select[Row](ctx, r.db, file, params) {
				if !yield(row, err) {
					return
				}
			}
		}
	}
}
