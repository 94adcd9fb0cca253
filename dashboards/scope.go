package dashboards

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// Querier runs a statement and returns the names of its columns and its rows, as a driver scans them. It is all that this
// package and the report need of a database.
type Querier interface {
	Query(ctx context.Context, sql string) (columns []string, rows [][]any, err error)
}

// QueryFunc is a function as a Querier.
type QueryFunc func(ctx context.Context, sql string) (columns []string, rows [][]any, err error)

// Query calls the function.
func (f QueryFunc) Query(ctx context.Context, sql string) (columns []string, rows [][]any, err error) {
	return f(ctx, sql)
}

// DefaultScope is the period from from to to with every variable as the dashboards start: fixed lists at their first
// choice, lists that the data make at their first row, several values where several may be chosen. Query runs the
// statements that make the lists. A variable whose list is empty keeps the value that the dashboard names.
func DefaultScope(ctx context.Context, query Querier, from, to time.Time) (Scope, error) {
	s := Scope{From: from, To: to, Interval: step(from, to), Variables: map[string][]string{}}
	for _, page := range pages() {
		for _, b := range page.variables {
			v, err := b.Build()
			if err != nil {
				return s, fmt.Errorf("dashboard %s: %w", page.uid, err)
			}
			if _, known := s.Variables[v.Name]; known || v.Type == dashboard.VariableTypeDatasource {
				continue
			}
			if s.Variables[v.Name], err = chosen(ctx, query, s, v); err != nil {
				return s, fmt.Errorf("dashboard %s: variable %s: %w", page.uid, v.Name, err)
			}
		}
	}
	return s, nil
}

// step gives about 100 steps to a period, whole minutes from an hour and a half on.
func step(from, to time.Time) time.Duration {
	return max(to.Sub(from)/100, time.Second).Round(time.Second)
}

// chosen are the values that a variable starts with.
func chosen(ctx context.Context, query Querier, s Scope, v dashboard.VariableModel) ([]string, error) {
	current := currentValue(v)
	if v.Type != dashboard.VariableTypeQuery {
		return []string{current}, nil
	}
	options, err := s.Options(ctx, query, *v.Query.String)
	switch {
	case err != nil:
		return nil, err
	case len(options) == 0:
		return []string{current}, nil
	case v.Multi != nil && *v.Multi:
		return options, nil
	case slices.Contains(options, current):
		return []string{current}, nil
	}
	return options[:1], nil
}

// currentValue is the value that the dashboard names: the empty string where it names none, as for text boxes.
func currentValue(v dashboard.VariableModel) string {
	if v.Current == nil || v.Current.Value.String == nil {
		return ""
	}
	return *v.Current.Value.String
}

// Options are the values that a variable's statement offers within the scope: its first column, as text.
func (s Scope) Options(ctx context.Context, query Querier, sql string) ([]string, error) {
	_, rows, err := s.Run(ctx, query, sql)
	if err != nil {
		return nil, err
	}
	var options []string
	for _, row := range rows {
		options = append(options, fmt.Sprint(row[0]))
	}
	return options, nil
}

// Run expands a panel's SQL and runs it.
func (s Scope) Run(ctx context.Context, query Querier, sql string) (columns []string, rows [][]any, err error) {
	expanded, err := s.Expand(sql)
	if err != nil {
		return nil, nil, err
	}
	return query.Query(ctx, expanded)
}

// ErrNoRows says that a panel's query has no rows, which its panel shows as its text for no data.
var ErrNoRows = errors.New("no rows")

// Check runs every query of every dashboard within the scope. It joins all faults: queries that fail, and those without
// rows as ErrNoRows.
func Check(ctx context.Context, query Querier, s Scope) error {
	panels, err := Panels()
	if err != nil {
		return err
	}
	var faults []error
	for _, p := range panels {
		for _, q := range p.Queries {
			_, rows, err := s.Run(ctx, query, q.SQL)
			if err == nil && len(rows) == 0 {
				err = ErrNoRows
			}
			if err != nil {
				faults = append(faults, fmt.Errorf("%s, panel %d %q, query %s: %w", p.Dashboard, p.ID, p.Title, q.Ref, err))
			}
		}
	}
	return errors.Join(faults...)
}
