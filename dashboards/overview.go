package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

const overviewUID = "funnelcloud-overview"

// overview is the page for Monday morning.
func overview() page {
	return page{
		file: "overview.json", uid: overviewUID, title: "Overview: what brings customers, and how sure is that?",
		description: "One page for those who decide: conversions and value, what changed, which channels and which routes of qualification bring them, where prospects stop, and whether the figures can be trusted today.",
		from:        "now-1y", to: "now", refresh: "",
		variables: []variable{datasource(), unitKind(), conversionType(), model(), junk()},
		panels: []cog.Builder[dashboard.Panel]{
			overviewTotals(), health(), overviewCredit(), overviewRoutes(), overviewSteps(), overviewChange(), overviewSpeed(),
		},
	}
}

func overviewTotals() cog.Builder[dashboard.Panel] {
	return figures(head{
		id: 1, at: grid{0, 0, 16, 4}, title: "What came in?",
		about:   "Conversions of the chosen type in the period and their value (currencies are added as they are); units that became an inquiry or qualified by any route, junk left out; opportunities opened by the end of the period that have not been left yet; share of the conversions that have a touch to credit.",
		targets: []target{tabular("overview/totals")},
	}).OverrideByName("Amount", unit(brief, 1)).OverrideByName("Credited to a touch", unit(share, 1))
}

func health() cog.Builder[dashboard.Panel] {
	return figures(head{
		id: 2, at: grid{16, 0, 8, 4}, title: "Can it be trusted today?",
		about:   "Time since the last published run, data checks it fails, and messages refused in the period. More on Pipeline health.",
		targets: []target{tabular("overview/health")},
	}).OverrideByName("Last run finished", unit(seconds, 0)).Links([]cog.Builder[dashboard.DashboardLink]{toPipeline()})
}

// toPipeline carries no unit: that dashboard has none.
func toPipeline() *dashboard.DashboardLinkBuilder {
	return to("Pipeline health", pipelineUID).Url("/d/" + pipelineUID + "?${datasource:queryparam}")
}

func overviewCredit() cog.Builder[dashboard.Panel] {
	return bars(head{
		id: 3, at: grid{0, 4, 12, 13}, title: "What brings conversions, by ${model}?",
		about:   "Share of the period's conversions that the chosen model credits to each channel, those that no touch explains included. How far other models disagree, and how sure this one is, is on Attribution.",
		empty:   "No conversions of this type in the period",
		targets: []target{tabular("attribution/credit_by_channel")},
	}).XField("Channel").Unit(share).Decimals(1).ShowValue(common.VisibilityModeAlways).Legend(noLegend()).ColorByField("Channel").
		OverrideByName("Channel", []dashboard.DynamicConfigValue{set("mappings", channelMappings())}).
		OverrideByRegexp("/Conversions|Amount/", []dashboard.DynamicConfigValue{set("unit", number), set("custom.hideFrom", map[string]any{"viz": true, "legend": true, "tooltip": false})}).
		Links([]cog.Builder[dashboard.DashboardLink]{to("Attribution", attributionUID)})
}

func overviewRoutes() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 4, at: grid{12, 4, 12, 6}, title: "Which qualification do they come through?",
		about:   "Conversions by the route that qualified the unit first before it converted: PQL by product use, MQL by score or BANT, CQL by a conversation.",
		empty:   "No conversions of this type in the period",
		targets: []target{tabular("overview/routes")},
	}).Decimals(0).OverrideByName("Share", append(append(bar(1, accent), set("unit", share)), set("decimals", 1)))
}

func overviewChange() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 5, at: grid{12, 10, 12, 7}, title: "What changed against the period before, and is it real?",
		about:   "Counts of this period and of the one of the same length before it. A change is called real when it exceeds twice the standard error of the difference of two Poisson counts; else such a change happens by chance too often to read anything into it.",
		empty:   "Nothing to compare",
		targets: []target{tabular("overview/change")},
	}).Decimals(0).OverrideByName("Change", unit(share, 0))
}

func overviewSteps() cog.Builder[dashboard.Panel] {
	return paint(bars(head{
		id: 6, at: grid{0, 17, 12, 10}, title: "Where do prospects stop?",
		about:   "Share of the units entering a step in the period that have gone on to the next since, beside the industry's 4.4 % of inquiries that become leads. Details on Waterfall.",
		empty:   "No unit entered a stage in the period",
		targets: []target{tabular("waterfall/steps")},
	}).XField("Step").Unit(share).Decimals(1).Max(1).ShowValue(common.VisibilityModeAlways).
		OverrideByRegexp("/Entered|Went on|days/", []dashboard.DynamicConfigValue{set("custom.hideFrom", map[string]any{"viz": true, "legend": true, "tooltip": false})}).
		Links([]cog.Builder[dashboard.DashboardLink]{to("Waterfall", waterfallUID)}), map[string]string{"Rate": accent, "Industry": quiet})
}

func overviewSpeed() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 7, at: grid{12, 17, 12, 10}, title: "How fast do we answer?",
		about:   "Requests of the period until the first reply, call or meeting after it, wall time; and the share that qualified after the request. Details on Waterfall.",
		empty:   "No request in the period",
		targets: []target{tabular("waterfall/speed_to_lead")},
	}).Decimals(0).OverrideByName("Share", append(append(bar(1, accent), set("unit", share)), set("decimals", 1))).OverrideByName("Qualified after", unit(share, 1)).
		Links([]cog.Builder[dashboard.DashboardLink]{to("Waterfall", waterfallUID)})
}
