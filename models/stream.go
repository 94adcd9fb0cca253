package models

import (
	"context"
	"iter"

	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// grouped turns rows that are sorted by a key into one slice per key. Only one group is in memory at a time.
func grouped[Row any](rows iter.Seq2[Row, error], key func(Row) string) iter.Seq2[[]Row, error] {
	return func(yield func([]Row, error) bool) {
		var group []Row
		for row, err := range rows {
			if err != nil {
				yield(nil, err)
				return
			}
			if len(group) > 0 && key(group[0]) != key(row) {
				if !yield(group, nil) {
					return
				}
				group = nil
			}
			group = append(group, row)
		}
		if len(group) > 0 {
			yield(group, nil)
		}
	}
}

// transfer writes what turn makes of each row, and counts the rows.
func transfer[From, To any](ctx context.Context, rows iter.Seq2[From, error], w *warehouse.Writer[To], turn func(From) To) (read uint64, err error) {
	for row, err := range rows {
		if err != nil {
			return read, err
		}
		read++
		if err := w.Append(ctx, turn(row)); err != nil {
			return read, err
		}
	}
	return read, nil
}
