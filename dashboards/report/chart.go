package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/funnelcloud/funnelcloud/dashboards"
)

// changeID is the figure that compares with the time before.
const changeID = "overview-5"

// healthID is the figure that counts refused messages by when they were refused.
const healthID = "overview-2"

// creditID is the figure that says what brings the conversions of the period.
const creditID = "overview-8"

// certaintyID is the figure whose shares have intervals; here they are drawn, which no core panel of Grafana can.
const certaintyID = "attribution-6"

// Chart is what the page's script draws with ECharts.
type Chart struct {
	Kind       string        `json:"kind"` // bars, time or intervals
	Label      string        `json:"label"`
	Unit       string        `json:"unit"`
	Decimals   int           `json:"decimals"`
	Stacked    bool          `json:"stacked"`
	Categories []string      `json:"categories"`
	Series     []ChartSeries `json:"series"`
	Colors     []string      `json:"colors,omitempty"` // of the categories, where marks take their colour from them
	Left       int           `json:"-"`                // categories that only the table has
}

// ChartSeries is a line, or the bars of one colour.
type ChartSeries struct {
	Name  string `json:"name"`
	Color string `json:"color,omitempty"`
	Data  []any  `json:"data"` // one value a category; null where there is none
}

func (f *Figure) chart(kind string) *Chart {
	return &Chart{Kind: kind, Label: f.Title, Unit: f.panel.Default.Unit, Decimals: f.panel.Default.Decimals, Stacked: f.panel.Stacked}
}

// bars has a category for each row, named by the first column, and a series for each column of numbers that isn't hidden.
func (f *Figure) bars() *Chart {
	if len(f.Data.Rows) == 0 {
		return nil
	}
	c := f.chart("bars")
	c.Categories = f.Data.texts(f.Data.Columns[0])
	for i, name := range f.Data.Columns {
		if i == 0 || !f.Data.numeric(i) || f.panel.Hidden != nil && f.panel.Hidden.MatchString(name) || f.panel.FormatOf(name).Unit != c.Unit {
			continue
		}
		s := ChartSeries{Name: name, Color: f.color(name)}
		for _, row := range f.Data.Rows {
			s.Data = append(s.Data, row[i])
		}
		c.Series = append(c.Series, s)
	}
	c.limit()
	return c
}

// What a chart can hold before nobody reads it; the table below it has all.
const (
	mostCategories = 30
	mostSeries     = 16
)

// limit keeps the first categories and the largest series; the other series add up to one of their own.
func (c *Chart) limit() {
	c.limitSeries()
	if len(c.Categories) <= mostCategories {
		return
	}
	c.Left = len(c.Categories) - mostCategories
	c.Categories = c.Categories[:mostCategories]
	if c.Colors != nil {
		c.Colors = c.Colors[:mostCategories]
	}
	for i := range c.Series {
		c.Series[i].Data = c.Series[i].Data[:mostCategories]
	}
}

func (c *Chart) limitSeries() {
	if len(c.Series) <= mostSeries {
		return
	}
	size := func(s ChartSeries) (sum float64) {
		for _, v := range s.Data {
			x, _ := v.(float64)
			sum += math.Abs(x)
		}
		return sum
	}
	largest := slices.Clone(c.Series)
	slices.SortStableFunc(largest, func(a, b ChartSeries) int { return cmp.Compare(size(b), size(a)) })
	rest := ChartSeries{Name: fmt.Sprintf("(%d others)", len(largest)-mostSeries+1), Color: dashboards.ChannelColor("(unattributed)"), Data: make([]any, len(c.Categories))}
	for i := range rest.Data {
		sum := 0.
		for _, s := range largest[mostSeries-1:] {
			x, _ := s.Data[i].(float64)
			sum += x
		}
		rest.Data[i] = sum
	}
	c.Series = slices.Concat(largest[:mostSeries-1], []ChartSeries{rest})
}

func (f *Figure) color(series string) string {
	if c, ok := f.panel.Colors[series]; ok {
		return c
	}
	return dashboards.StateColor(series)
}

// intervals has, for each channel, the ends of its interval, its share and the truth where it is known.
func (f *Figure) intervals() *Chart {
	c := f.chart("intervals")
	c.Unit, c.Decimals = "percentunit", 1
	c.Categories = f.Data.texts("Channel")
	for _, channel := range c.Categories {
		c.Colors = append(c.Colors, dashboards.ChannelColor(channel))
	}
	for _, name := range []string{"From", "To", "Share", "Truth"} {
		s := ChartSeries{Name: name}
		for i := range f.Data.Rows {
			s.Data = append(s.Data, f.Data.at(i, name))
		}
		c.Series = append(c.Series, s)
	}
	c.limit()
	return c
}
