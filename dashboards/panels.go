package dashboards

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/barchart"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// Panel is what others than Grafana need to show a panel with the same words, units and colours.
type Panel struct {
	Dashboard    string // uid
	ID           uint32 // unique within the dashboard
	Type         string // Grafana's: stat, table, barchart, timeseries or nodeGraph
	Title, About string
	Empty        string // what to say when there are no rows
	Queries      []PanelQuery
	Default      Format
	Formats      map[string]Format // by column or series, where it differs from Default
	Colors       map[string]string // of series, as #rrggbb
	Hidden       *regexp.Regexp    // columns that the chart leaves out; nil: none
	Matrix       *Matrix           // how long rows become a table; nil: they don't
	Stacked      bool              // whether the series of a chart add up
}

// PanelQuery is one query of a panel, with its macros and variables unexpanded.
type PanelQuery struct {
	Ref    string // refId
	Format int    // 0 time series, 1 table
	SQL    string
}

// Format is a unit by Grafana's id, such as percentunit, and the number of decimals.
type Format struct {
	Unit     string
	Decimals int
}

// Matrix names the columns whose values become lines, columns and cells.
type Matrix struct{ Row, Column, Value string }

// Panels are all panels of all dashboards, in their order.
func Panels() ([]Panel, error) {
	var all []Panel
	for _, page := range pages() {
		built, err := page.build()
		if err != nil {
			return nil, fmt.Errorf("make dashboard %s: %w", page.uid, err)
		}
		for _, p := range built.Panels {
			panel, err := describe(page.uid, *p.Panel)
			if err != nil {
				return nil, fmt.Errorf("dashboard %s, panel %d: %w", page.uid, *p.Panel.Id, err)
			}
			all = append(all, panel)
		}
	}
	return all, nil
}

func describe(uid string, p dashboard.Panel) (Panel, error) {
	d := Panel{
		Dashboard: uid, ID: *p.Id, Type: p.Type, Title: *p.Title, About: *p.Description,
		Formats: map[string]Format{}, Colors: map[string]string{}, Stacked: stacks(p),
	}
	defaults := p.FieldConfig.Defaults
	d.Default.Unit = *defaults.Unit
	if defaults.Decimals != nil {
		d.Default.Decimals = int(*defaults.Decimals)
	}
	if defaults.NoValue != nil {
		d.Empty = *defaults.NoValue
	}
	for _, q := range p.Targets {
		t, ok := q.(Target)
		if !ok {
			return d, fmt.Errorf("a query of type %s", q.DataqueryType())
		}
		d.Queries = append(d.Queries, PanelQuery{t.RefID, t.Format, t.RawSQL})
	}
	for _, o := range p.FieldConfig.Overrides {
		if err := d.override(o); err != nil {
			return d, err
		}
	}
	for _, t := range p.Transformations {
		options := t.Options.(map[string]any)
		d.Matrix = &Matrix{options["rowField"].(string), options["columnField"].(string), options["valueField"].(string)}
	}
	return d, nil
}

// override takes over what an override says of formats, colours and hidden columns.
func (d *Panel) override(o dashboard.DashboardFieldConfigSourceOverrides) error {
	name, err := matched(o.Matcher)
	if err != nil {
		return err
	}
	for _, property := range o.Properties {
		switch {
		case property.Id == "custom.hideFrom" && o.Matcher.Id == "byRegexp":
			hidden, err := regexp.Compile(strings.Trim(name, "/"))
			if err != nil {
				return err
			}
			d.Hidden = hidden
		case property.Id == "unit":
			d.Formats[name] = Format{property.Value.(string), d.FormatOf(name).Decimals}
		case property.Id == "decimals":
			d.Formats[name] = Format{d.FormatOf(name).Unit, property.Value.(int)}
		case property.Id == "color":
			if color, ok := property.Value.(map[string]any)["fixedColor"].(string); ok && strings.HasPrefix(color, "#") {
				d.Colors[name] = color
			}
		}
	}
	return nil
}

// matched is the name or pattern that an override is for.
func matched(m dashboard.MatcherConfig) (string, error) {
	switch name := m.Options.(type) {
	case string:
		return name, nil
	case *string:
		return *name, nil
	}
	return "", fmt.Errorf("override %s: options of type %T", m.Id, m.Options)
}

// FormatOf is how the values of a column or series are written.
func (d *Panel) FormatOf(column string) Format {
	if f, ok := d.Formats[column]; ok {
		return f
	}
	return d.Default
}

// stacks says whether the series of a chart add up.
func stacks(p dashboard.Panel) bool {
	if o, ok := p.Options.(*barchart.Options); ok {
		return o.Stacking != common.StackingModeNone
	}
	if c, ok := p.FieldConfig.Defaults.Custom.(*timeseries.FieldConfig); ok && c.Stacking != nil && c.Stacking.Mode != nil {
		return *c.Stacking.Mode != common.StackingModeNone
	}
	return false
}
