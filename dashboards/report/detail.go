package report

import (
	"context"
	"fmt"
	"time"

	"github.com/funnelcloud/funnelcloud/dashboards"
	"github.com/funnelcloud/funnelcloud/queries"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// Detail is a statement whose rows are shown as a table.
type Detail struct {
	ID, Title, About, Empty string
	File                    string // under queries
	Params                  map[string]any
	Names                   map[string]string            // of columns, where the reader should see another
	Formats                 map[string]dashboards.Format // of columns of numbers; default: up to two decimals
	Matrix                  *dashboards.Matrix
	Zone                    *time.Location
}

// Figure runs the statement. What ClickHouse refuses, the figure says in its place.
func (d Detail) Figure(ctx context.Context, query Query) (Figure, error) {
	f := Figure{ID: d.ID, Title: d.Title, About: d.About, Empty: d.Empty, Kind: "table"}
	f.panel = dashboards.Panel{Default: dashboards.Format{Unit: "locale", Decimals: 2}, Formats: d.Formats, Matrix: d.Matrix}
	if d.Matrix != nil {
		f.panel.Default = dashboards.Format{Unit: "percentunit", Decimals: 0}
	}
	sql, err := queries.Read(d.File)
	if err != nil {
		return f, err
	}
	columns, rows, err := query(ctx, sql, d.Params, nil)
	if reason, refused := warehouse.Refused(err); refused {
		f.Fault = reason
		return f, nil
	}
	if err != nil {
		return f, fmt.Errorf("%s: %w", d.File, err)
	}
	f.Data = newFrame(columns, rows, zone(d.Zone))
	for i, name := range columns {
		if shown, ok := d.Names[name]; ok {
			f.Data.Columns[i] = shown
		}
	}
	if d.Matrix != nil {
		f.Data = f.Data.pivot(*d.Matrix)
	}
	return f, nil
}

// Fact is a named value.
type Fact struct{ Name, Value, Link string }

// Facts are the values of a row, those that are empty left out.
func (f *Figure) Facts(row int) []Fact {
	var all []Fact
	if row >= len(f.Data.Rows) {
		return nil
	}
	for i, name := range f.Data.Columns {
		fact := Fact{Name: name, Value: write(f.Data.Rows[row][i], f.panel.FormatOf(name))}
		if fact.Value == "" {
			continue
		}
		if f.Link != nil {
			fact.Link = f.Link(name, fact.Value)
		}
		all = append(all, fact)
	}
	return all
}

// Text is the text of a cell, empty where there is none.
func (f *Figure) Text(row int, column string) string { return f.Data.text(row, column) }

// Number is the number of a cell, 0 where there is none.
func (f *Figure) Number(row int, column string) float64 { return f.Data.number(row, column) }

// Rows is how many rows the figure has.
func (f *Figure) Rows() int { return len(f.Data.Rows) }

// Panel shows a panel of a dashboard on a page of its own, with more variables set than the options know.
func Panel(ctx context.Context, query Query, o Options, dashboard string, id uint32, variables map[string]string) (Figure, error) {
	g := &gatherer{query: query, zone: zone(o.Zone)}
	if _, err := g.scopes(ctx, o); err != nil {
		return Figure{}, err
	}
	for name, value := range variables {
		g.scope.Variables[name] = []string{value}
	}
	all, err := dashboards.Panels()
	if err != nil {
		return Figure{}, err
	}
	panel, err := panelOf(all, dashboard, id)
	if err != nil {
		return Figure{}, err
	}
	return g.figure(ctx, panel, g.scope)
}

// Credited shows the conversions that one value of a dimension, such as channel or campaign, is credited for.
func Credited(ctx context.Context, query Query, o Options, by, value string) (Figure, error) {
	g := &gatherer{query: query, zone: zone(o.Zone)}
	if _, err := g.scopes(ctx, o); err != nil {
		return Figure{}, err
	}
	g.scope.Variables["by"], g.scope.Variables["value"] = []string{by}, []string{value}
	f := Figure{ID: "credited", Kind: "table", Empty: "No conversion of this period is credited to it", panel: dashboards.Panel{
		Default: dashboards.Format{Unit: "locale", Decimals: 2}, Formats: map[string]dashboards.Format{"Credit": {Unit: "locale", Decimals: 3}},
	}}
	var err error
	f.Data, err = g.read(ctx, "live/credited", g.scope)
	if reason, refused := warehouse.Refused(err); refused {
		f.Fault = reason
		return f, nil
	}
	return f, err
}

// Reachable says whether ClickHouse answers, and which run it has published: 0 for none.
func Reachable(ctx context.Context, query Query) (run string, err error) {
	g := &gatherer{query: query, zone: time.UTC}
	f, err := g.read(ctx, "report/extent", dashboards.Scope{})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%.0f", f.number(0, "run_id")), nil
}

// When is the time of a cell, empty where there is none.
func (f *Figure) When(row int, column string) string {
	return write(f.Data.at(row, column), dashboards.Format{})
}

// LinkOf is where a value leads.
func (f *Figure) LinkOf(column, value string) string {
	if f.Link == nil {
		return ""
	}
	return f.Link(column, value)
}
