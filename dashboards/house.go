package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/barchart"
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/variants"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

const (
	columns       = 24 // of Grafana's grid
	tag           = "funnelcloud"
	datasourceUID = "${datasource}"
)

// Units by Grafana's ids.
const (
	share   = "percentunit" // 0 to 1
	number  = "locale"      // 12,345; "short" would hide what makes counts add up
	brief   = "short"       // 12.3 K
	seconds = "s"
	days    = "d"
)

func datasourceRef() *common.DataSourceRef {
	return &common.DataSourceRef{Type: cog.ToPtr(PluginID), Uid: cog.ToPtr(datasourceUID)}
}

// grid is a place: column, line, width and height in Grafana's units.
type grid struct{ x, y, w, h uint32 }

// head is what every panel has: an id that is never reused, a place, a title that asks or states, and a description that
// says what the numbers mean and what they don't. empty is shown in place of no data.
type head struct {
	id           uint32
	at           grid
	title, about string
	empty        string
	targets      []target
}

// builder is what the SDK's panel builders have in common.
type builder[B any] interface {
	Id(uint32) B
	Title(string) B
	Description(string) B
	GridPos(dashboard.GridPos) B
	Datasource(common.DataSourceRef) B
	WithTarget(cog.Builder[variants.Dataquery]) B
	NoValue(string) B
	OverrideByRegexp(string, []dashboard.DynamicConfigValue) B
}

// frame gives a panel its head.
func frame[B builder[B]](b B, h head) B {
	b = b.Id(h.id).Title(h.title).Description(h.about).Datasource(*datasourceRef()).
		GridPos(dashboard.GridPos{X: h.at.x, Y: h.at.y, W: h.at.w, H: h.at.h})
	if h.empty != "" {
		// Grafana shows this text for a panel without data, but also in every cell that is NULL or empty.
		b = b.NoValue(h.empty).OverrideByRegexp("/.*/", []dashboard.DynamicConfigValue{set("noValue", "")})
	}
	for _, t := range h.targets {
		b = b.WithTarget(t)
	}
	return b
}

// figures is a line of big numbers, one for each column of a single row, all of one size whatever their length.
func figures(h head) *stat.PanelBuilder {
	return frame(stat.NewPanelBuilder(), h).Unit(number).Decimals(0).
		ReduceOptions(common.NewReduceDataOptionsBuilder().Calcs([]string{"lastNotNull"}).Fields("/.*/").Values(false)).
		Orientation(common.VizOrientationVertical).TextMode(common.BigValueTextModeValueAndName).
		ColorMode(common.BigValueColorModeNone).GraphMode(common.BigValueGraphModeNone).
		JustifyMode(common.BigValueJustifyModeAuto).WideLayout(false).
		Text(common.NewVizTextDisplayOptionsBuilder().TitleSize(13).ValueSize(22)).Thresholds(plain()).ColorScheme(fixed(ink)).NoValue("–")
}

// rows is a table. The names of columns break into lines where they are wider than their column: cut off, they say nothing.
func rows(h head) *table.PanelBuilder {
	return frame(table.NewPanelBuilder(), h).Unit(number).CellHeight(common.TableCellHeightSm).ShowHeader(true).MinWidth(75).
		Thresholds(plain()).ColorScheme(fixed(ink)).OverrideByRegexp("/.*/", []dashboard.DynamicConfigValue{set("custom.wrapHeaderText", true)})
}

// bars is a bar chart over the first text column, lying down so that long names stay readable.
func bars(h head) *barchart.PanelBuilder {
	return frame(barchart.NewPanelBuilder(), h).Unit(number).Orientation(common.VizOrientationHorizontal).
		BarWidth(0.9).GroupWidth(0.8).FillOpacity(85).LineWidth(0).AxisBorderShow(false).Min(0).
		Tooltip(tooltip()).Legend(legend()).ColorScheme(fixed(accent)).Thresholds(plain())
}

// lines is a time series, stacked bars by default: what is counted in a week is not a level between weeks.
func lines(h head) *timeseries.PanelBuilder {
	return frame(timeseries.NewPanelBuilder(), h).Unit(number).Min(0).LineWidth(1).FillOpacity(12).
		ShowPoints(common.VisibilityModeAuto).PointSize(4).Tooltip(tooltip()).Legend(legend()).Thresholds(plain())
}

// stacked turns a time series into stacked bars.
func stacked(b *timeseries.PanelBuilder) *timeseries.PanelBuilder {
	return b.DrawStyle(common.GraphDrawStyleBars).FillOpacity(85).LineWidth(0).BarAlignment(common.BarAlignmentCenter).
		BarWidthFactor(0.8).ShowPoints(common.VisibilityModeNever).
		Stacking(common.NewStackingConfigBuilder().Mode(common.StackingModeNormal).Group("A"))
}

// tooltip is set on every chart: left out, the SDK writes an empty mode, which Grafana's schema forbids.
func tooltip() *common.VizTooltipOptionsBuilder {
	return common.NewVizTooltipOptionsBuilder().Mode(common.TooltipDisplayModeMulti).Sort(common.SortOrderDescending)
}

func legend() *common.VizLegendOptionsBuilder {
	return common.NewVizLegendOptionsBuilder().ShowLegend(true).DisplayMode(common.LegendDisplayModeList).
		Placement(common.LegendPlacementBottom).Calcs([]string{})
}

func noLegend() *common.VizLegendOptionsBuilder { return legend().ShowLegend(false) }

// plain colours nothing by value: most figures have no threshold that would hold for every company.
func plain() *dashboard.ThresholdsConfigBuilder {
	return dashboard.NewThresholdsConfigBuilder().Mode(dashboard.ThresholdsModeAbsolute).Steps([]dashboard.Threshold{{Value: nil, Color: ink}})
}

func fixed(color string) *dashboard.FieldColorBuilder {
	return dashboard.NewFieldColorBuilder().Mode(dashboard.FieldColorModeIdFixed).FixedColor(color)
}

// set is one property of a field's override.
func set(id string, value any) dashboard.DynamicConfigValue {
	return dashboard.DynamicConfigValue{Id: id, Value: value}
}

// unit is the override of a column's unit and decimals.
func unit(id string, decimals int) []dashboard.DynamicConfigValue {
	return []dashboard.DynamicConfigValue{set("unit", id), set("decimals", decimals)}
}

// width is the override of a column's width in pixels.
func width(px int) dashboard.DynamicConfigValue { return set("custom.width", px) }

// narrow is the override of a column's width alone.
func narrow(px int) []dashboard.DynamicConfigValue { return []dashboard.DynamicConfigValue{width(px)} }

// instant is the override of a column of times: to the second, in one width.
func instant() []dashboard.DynamicConfigValue {
	return []dashboard.DynamicConfigValue{set("unit", "time:YYYY-MM-DD HH:mm:ss"), width(165)}
}

// wrapped lets long text go on in a second line, which what people said needs; wide, or it becomes a column of single words.
func wrapped(px int) []dashboard.DynamicConfigValue {
	return []dashboard.DynamicConfigValue{width(px), set("custom.wrapText", true)}
}

// bar draws a column of a table as a bar in the cell, from 0 to most.
func bar(most float64, color string) []dashboard.DynamicConfigValue {
	return []dashboard.DynamicConfigValue{
		set("custom.cellOptions", map[string]any{"type": "gauge", "mode": "basic", "valueDisplayMode": "text"}),
		set("min", 0), set("max", most), set("color", map[string]any{"mode": "fixed", "fixedColor": color}),
	}
}

// shareBar is a bar for a share of the whole.
func shareBar(color string, decimals int) []dashboard.DynamicConfigValue {
	return append(bar(1, color), unit(share, decimals)...)
}

// HeatSteps are the shares from which a cell of a matrix of shares is a shade darker.
var HeatSteps = [5]float64{.02, .05, .1, .2, .4}

// heat colours the cells of a table of shares, from nothing to blue: one hue, so that it reads without colour vision, and fixed
// steps, so that the same share has the same colour everywhere. Grafana writes in black on grounds brighter than 180 of 255 and
// in white on others; the shades keep away from where neither can be read.
func heat() []dashboard.DynamicConfigValue { return heated(HeatSteps) }

// heated is heat with steps of its own, for shares that are not parts of a whole.
func heated(from [5]float64) []dashboard.DynamicConfigValue {
	steps := []any{map[string]any{"color": "transparent", "value": nil}}
	for i, color := range []string{"#DCEAF3", "#B5D3E7", "#94C2E0", "#2F76A8", "#005A8E"} {
		steps = append(steps, map[string]any{"color": color, "value": from[i]})
	}
	return []dashboard.DynamicConfigValue{
		set("custom.cellOptions", map[string]any{"type": "color-background", "mode": "basic"}),
		set("thresholds", map[string]any{"mode": "absolute", "steps": steps}), set("color", map[string]any{"mode": "thresholds"}),
	}
}

// atLeast marks cells below a figure that has a meaning for every company.
func atLeast(least float64) []dashboard.DynamicConfigValue {
	return []dashboard.DynamicConfigValue{
		set("custom.cellOptions", map[string]any{"type": "color-background", "mode": "basic"}), set("color", map[string]any{"mode": "thresholds"}),
		set("thresholds", map[string]any{"mode": "absolute", "steps": []any{
			map[string]any{"color": grounds[alarm], "value": nil}, map[string]any{"color": "transparent", "value": least},
		}}),
		set("mappings", []any{map[string]any{"type": "special", "options": map[string]any{ // what nobody knows is not too little
			"match": "null", "result": map[string]any{"color": "transparent", "text": "–"}}}}),
	}
}

// verdict colours a good and a bad word.
func verdict(fine, bad string) []dashboard.DynamicConfigValue {
	return words(map[string]string{fine: good, bad: alarm})
}

// words colours cells by their words. It is the ground that has the colour, a dark shade: Grafana writes on it in white, which
// can be read in both themes, while orange letters on white cannot.
func words(colors map[string]string) []dashboard.DynamicConfigValue {
	options := map[string]any{}
	for i, word := range sortedKeys(colors) {
		options[word] = map[string]any{"color": grounds[colors[word]], "index": i}
	}
	return []dashboard.DynamicConfigValue{
		set("custom.cellOptions", map[string]any{"type": "color-background", "mode": "basic"}),
		set("color", map[string]any{"mode": "fixed", "fixedColor": "transparent"}),
		set("mappings", []any{map[string]any{"type": "value", "options": options}}),
	}
}

// corner names the first column of a matrix, which Grafana calls "row\column".
func corner(row, column, name string, px int) (string, []dashboard.DynamicConfigValue) {
	return row + `\` + column, []dashboard.DynamicConfigValue{set("displayName", name), width(px)}
}

// matrix turns long rows into a table: a line for each value of row, a column for each value of column.
func matrix(row, column, value string) dashboard.DataTransformerConfig {
	return dashboard.DataTransformerConfig{Id: "groupingToMatrix", Options: map[string]any{
		"rowField": row, "columnField": column, "valueField": value, "emptyValue": "null",
	}}
}
