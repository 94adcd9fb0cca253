package models

import "iter"

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
