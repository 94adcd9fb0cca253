package report

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"time"

	"github.com/funnelcloud/funnelcloud/dashboards"
)

// frame is a result: values are string, float64, time.Time, bool or nil, whatever the driver gave.
type frame struct {
	Columns []string
	Rows    [][]any
}

// newFrame takes over a driver's result; times are told in the zone.
func newFrame(columns []string, rows [][]any, zone *time.Location) frame {
	f := frame{Columns: columns}
	for _, row := range rows {
		values := make([]any, len(row))
		for i, v := range row {
			values[i] = plain(v, zone)
		}
		f.Rows = append(f.Rows, values)
	}
	return f
}

// plain reduces a driver's value to one of the few types that the report shows. Times before 1971 are how ClickHouse says
// none.
func plain(v any, zone *time.Location) any {
	r := reflect.ValueOf(v)
	for r.Kind() == reflect.Pointer {
		if r.IsNil() {
			return nil
		}
		r = r.Elem()
	}
	if t, ok := asTime(r); ok {
		if t.Year() < 1971 {
			return nil
		}
		return t.In(zone)
	}
	switch {
	case !r.IsValid():
		return nil
	case r.CanInt():
		return float64(r.Int())
	case r.CanUint():
		return float64(r.Uint())
	case r.CanFloat():
		return r.Float()
	case r.Kind() == reflect.String:
		return r.String()
	case r.Kind() == reflect.Bool:
		return r.Bool()
	}
	return fmt.Sprint(r.Interface())
}

func asTime(r reflect.Value) (time.Time, bool) {
	if !r.IsValid() || !r.CanInterface() {
		return time.Time{}, false
	}
	t, ok := r.Interface().(time.Time)
	return t, ok
}

func (f frame) at(row int, column string) any {
	i := slices.Index(f.Columns, column)
	if i < 0 || row >= len(f.Rows) {
		return nil
	}
	return f.Rows[row][i]
}

// number is 0, text "" and instant zero where there is no such value.
func (f frame) number(row int, column string) float64 { v, _ := f.at(row, column).(float64); return v }

func (f frame) text(row int, column string) string { v, _ := f.at(row, column).(string); return v }

// instant is the time in the only row of a frame.
func (f frame) instant(column string) time.Time { v, _ := f.at(0, column).(time.Time); return v }

func (f frame) texts(column string) []string {
	var all []string
	for i := range f.Rows {
		all = append(all, f.text(i, column))
	}
	return all
}

// first are the texts of the first column. A result without rows may come without columns too.
func (f frame) first() []string {
	if len(f.Columns) == 0 {
		return nil
	}
	return f.texts(f.Columns[0])
}

// numeric says whether a column holds numbers, by its first value.
func (f frame) numeric(column int) bool {
	for _, row := range f.Rows {
		if row[column] != nil {
			_, ok := row[column].(float64)
			return ok
		}
	}
	return false
}

// pivot makes of long rows what Grafana's "grouping to matrix" does: lines and columns in the order they are first met.
func (f frame) pivot(m dashboards.Matrix) frame {
	out := frame{Columns: []string{m.Row}}
	lines := map[string]int{}
	for i := range f.Rows {
		line, column := f.text(i, m.Row), f.text(i, m.Column)
		if _, ok := lines[line]; !ok {
			lines[line] = len(out.Rows)
			out.Rows = append(out.Rows, []any{line})
		}
		at := slices.Index(out.Columns[1:], column) + 1
		if at == 0 {
			out.Columns = append(out.Columns, column)
			at = len(out.Columns) - 1
		}
		row := &out.Rows[lines[line]]
		for len(*row) <= at {
			*row = append(*row, nil)
		}
		(*row)[at] = f.at(i, m.Value)
	}
	for i := range out.Rows {
		for len(out.Rows[i]) < len(out.Columns) {
			out.Rows[i] = append(out.Rows[i], nil)
		}
	}
	return out
}

// edgeTable keeps of a Node graph's edges what a reader wants, under names for people.
func (f frame) edgeTable() frame {
	out := frame{Columns: []string{"From", "To", "Transitions", "Units", "Median days"}}
	for i := range f.Rows {
		out.Rows = append(out.Rows, []any{f.at(i, "source"), f.at(i, "target"), f.at(i, "mainstat"), f.at(i, "detail__units"), math.Round(10*f.number(i, "secondarystat")) / 10})
	}
	return out
}
