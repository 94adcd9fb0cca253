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
		from:        "now-90d", to: "now", refresh: "",
		variables: []variable{datasource(), unitKind(), conversionType(), currency(), model(), junk()},
		panels: []cog.Builder[dashboard.Panel]{
			overviewTotals(), health(), overviewCredit(), overviewCertainty(), overviewChange(), overviewRoutes(), overviewIndustry(),
			overviewFollowUp(), overviewSteps(), overviewSpeed(), overviewPayback(),
		},
	}
}

func overviewTotals() cog.Builder[dashboard.Panel] {
	return figures(head{
		id: 1, at: grid{0, 0, 16, 4}, title: "What came in?",
		about:   "Conversions of the chosen type in the period and the value of those in the currency picked above (amounts of several are never added up); units that became an inquiry or qualified by any route, junk left out; opportunities opened by the end of the period that have not been left yet; share of the conversions that have a touch to credit.",
		targets: []target{tabular("overview/totals")},
	}).OverrideByName("Amount", unit(brief, 1)).OverrideByName("Credited to a touch", unit(share, 1))
}

func health() cog.Builder[dashboard.Panel] {
	return figures(head{
		id: 2, at: grid{16, 0, 8, 4}, title: "Can it be trusted today?",
		about:   "Time since the last published run, data checks it fails, and messages refused in the period. More on Pipeline health.",
		targets: []target{tabular("overview/health")},
	}).OverrideByName("Last run finished", unit(seconds, 0)).Links([]cog.Builder[dashboard.DashboardLink]{to("Pipeline health", pipelineUID)})
}

func overviewCredit() cog.Builder[dashboard.Panel] {
	return bars(head{
		id: 3, at: grid{0, 4, 10, 16}, title: "What brings conversions, by ${model}?",
		about:   "Share of the period's conversions that the chosen model credits to each channel, those that no touch explains included. How sure that is, and whether other models agree, stands beside it.",
		empty:   "No conversions of this type in the period",
		targets: []target{tabular("attribution/credit_by_channel")},
	}).XField("Channel").Unit(share).Decimals(1).ShowValue(common.VisibilityModeAlways).Legend(noLegend()).ColorByField("Channel").
		OverrideByName("Channel", []dashboard.DynamicConfigValue{set("mappings", channelMappings())}).
		OverrideByRegexp("/Conversions|Amount/", []dashboard.DynamicConfigValue{set("unit", number), set("custom.hideFrom", map[string]any{"viz": true, "legend": true, "tooltip": false})}).
		Links([]cog.Builder[dashboard.DashboardLink]{to("Attribution", attributionUID)})
}

func overviewCertainty() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 8, at: grid{10, 4, 14, 16}, title: "How sure is ${model} of it, and do other models agree?",
		about:   "Share of the period's conversions by the chosen model with its 95 % interval: chance over units only, not what the fit of a model or the model itself gets wrong. Lowest and highest: the shares that any model gives the channel over the whole history. Disputed: they are more than 10 points apart, so the choice of the model decides, not the data: test by experiment before moving money. Too few to say: fewer than ten units converted.",
		empty:   "No conversions of this type in the period",
		targets: []target{tabular("overview/credit")},
	}).Unit(share).Decimals(1).OverrideByName("Channel", narrow(128)).
		OverrideByName("Share", narrow(60)).OverrideByName("from", narrow(60)).OverrideByName("to", narrow(60)).OverrideByName("Conversions", append(unit(number, 1), width(98))).
		OverrideByName("Lowest model", narrow(165)).OverrideByName("Highest model", narrow(165)).
		OverrideByName("Reading", append(narrow(120), words(map[string]string{"disputed": alarm, "models differ": warning, "models agree": good})...)).
		Links([]cog.Builder[dashboard.DashboardLink]{to("Attribution", attributionUID)})
}

func overviewIndustry() cog.Builder[dashboard.Panel] {
	return figures(head{
		id: 9, at: grid{0, 36, 24, 5}, title: "How does it compare with the industry?",
		about:   "Units that became an inquiry, and those that became a customer, in the period; the share of inquiries that later qualified by any route (leads); and inquiries a customer; beside the figures usually quoted for B2B, 4.4 % and 351. Young inquiries have not had the time to qualify.",
		targets: []target{tabular("waterfall/totals")},
	}).OverrideByName("Inquiry → lead", unit(share, 1)).OverrideByName("Industry: inquiry → lead", append(unit(share, 1), dim()...)).
		OverrideByName("Industry: inquiries a customer", append(unit(number, 0), dim()...)).
		ReduceOptions(common.NewReduceDataOptionsBuilder().Calcs([]string{"lastNotNull"}).Fields("/^(Inquir|Customers|Industry)/").Values(false)). // the rest stands beside it
		OverrideByName("Inquiries a customer", unit(number, 0)).OverrideByName("Never followed up", unit(share, 1)).
		Links([]cog.Builder[dashboard.DashboardLink]{to("Waterfall", waterfallUID)})
}

func overviewFollowUp() cog.Builder[dashboard.Panel] {
	return figures(head{
		id: 10, at: grid{0, 51, 24, 5}, title: "Do we answer those who ask?",
		about:   "Requests of the period, and of those old enough to say: the share answered within 5 and 10 minutes; never answered: no reply in the time after which it counts as never, 30 days by default; never followed up: no reply, and the unit went to no other stage in that time either. The median is of answered ones.",
		targets: []target{tabular("overview/follow_up")},
	}).OverrideByName("Within 5 minutes", unit(share, 1)).OverrideByName("Within 10 minutes", unit(share, 1)).OverrideByName("Median reply", unit(seconds, 1)).
		OverrideByName("Never answered", unit(share, 1)).OverrideByName("Never followed up", unit(share, 1)).
		Links([]cog.Builder[dashboard.DashboardLink]{to("Waterfall", waterfallUID)})
}

func overviewPayback() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 11, at: grid{0, 56, 24, 8}, title: "Do customers pay back what they cost within 9–12 months?",
		about:   "Payback = advertising cost a win / (revenue a month × gross margin), by the route that qualified the customer first, over the whole history. 9–12 months are usual for software, with sales and salaries in the cost; here it is what ad_cost events say, advertising alone unless you send what sales costs as well, so the whole truth is longer.",
		empty:   "Nobody became a lead",
		targets: []target{tabular("afterwin/payback")},
	}).Decimals(0).OverrideByName("Payback, months", unit(number, 2)).OverrideByName("Cost a win", unit(number, 2)).
		OverrideByName("Beside 9–12 months", words(paybackReadings)).
		Links([]cog.Builder[dashboard.DashboardLink]{to("After the win", afterWinUID)})
}

func overviewRoutes() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 4, at: grid{0, 29, 24, 7}, title: "Which qualification do they come through?",
		about:   "Conversions and their value, in the currency picked above, by the route that qualified the unit first before it converted: PQL by product use, MQL by score or BANT, CQL by a conversation. Open deals: opportunities opened by the end of the period and not left yet, by the route before the deal, and what the event that opened them says they are worth. What becomes of them is on After the win.",
		empty:   "No conversions of this type in the period",
		targets: []target{tabular("overview/routes")},
	}).Decimals(0).OverrideByName("Share", shareBar(accent, 1)).
		OverrideByName("Amount", unit(brief, 1)).OverrideByName("Worth", unit(brief, 1)).
		Links([]cog.Builder[dashboard.DashboardLink]{to("After the win", afterWinUID)})
}

func overviewChange() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 5, at: grid{0, 20, 24, 9}, title: "What changed against the period before, and is it real?",
		about:   "This period and the one of the same length before it, with the 95 % interval of the change: that of the ratio of two Poisson counts, for the amount of two sums of independent payments. Real: the interval leaves out no change; else such a change happens by chance too often to read anything into it. The data begin later: than the period before does, so it is too short to compare with. Two measures in a hundred seem to fall, and two to rise, though nothing changed.",
		empty:   "Nothing to compare",
		targets: []target{tabular("overview/change")},
	}).Decimals(0).OverrideByName("Change", unit(share, 0)).OverrideByName("from", unit(share, 0)).OverrideByName("to", unit(share, 0)).
		OverrideByName("Reading", append(narrow(200), words(map[string]string{"real": accent})...))
}

func overviewSteps() cog.Builder[dashboard.Panel] {
	return paint(bars(head{
		id: 6, at: grid{0, 41, 12, 10}, title: "Where do prospects stop?",
		about:   "Share of the units entering a step in the period that have gone on to the next since, beside the industry's 4.4 % of inquiries that become leads. Details on Waterfall.",
		empty:   "No unit entered a stage in the period",
		targets: []target{tabular("waterfall/steps")},
	}).XField("Step").Unit(share).Decimals(1).Max(1).ShowValue(common.VisibilityModeAlways).
		OverrideByRegexp("/Entered|Went on|days/", []dashboard.DynamicConfigValue{set("custom.hideFrom", map[string]any{"viz": true, "legend": true, "tooltip": false})}).
		Links([]cog.Builder[dashboard.DashboardLink]{to("Waterfall", waterfallUID)}), map[string]string{"Rate": accent, "Industry": quiet})
}

func overviewSpeed() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 7, at: grid{12, 41, 12, 10}, title: "How fast do we answer?",
		about:   "Requests of the period until the first reply, call or meeting after it, wall time; and the share that qualified after the request. Details on Waterfall.",
		empty:   "No request in the period",
		targets: []target{tabular("waterfall/speed_to_lead")},
	}).Decimals(0).OverrideByName("Share", append(bar(1, accent), set("unit", share), set("decimals", 1), width(115))).OverrideByName("Qualified after", append(unit(share, 1), width(80))).
		OverrideByName("First reply", narrow(135)).OverrideByName("Requests", narrow(80)).OverrideByName("from", append(unit(share, 0), width(60))).OverrideByName("to", append(unit(share, 0), width(60))).
		OverrideByName("Odds ratio", append(unit(number, 1), width(65))).OverrideByName("odds from", append(unit(number, 1), width(65))).OverrideByName("odds to", append(unit(number, 1), width(65))).
		Links([]cog.Builder[dashboard.DashboardLink]{to("Waterfall", waterfallUID)})
}
