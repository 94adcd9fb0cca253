package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

const waterfallUID = "funnelcloud-waterfall"

// waterfall answers how many units reach each stage, how many go on, how fast, and what becomes of the rest.
func waterfall() page {
	return page{
		file: "waterfall.json", uid: waterfallUID, title: "Waterfall: where do prospects go on, and where do they stop?",
		description: "The demand waterfall with its three routes of qualification (MQL, PQL, CQL), beside the industry's figures. The period selects units by when they entered a step for the first time; what they did later counts up to now.",
		from:        "now-1y", to: "now", refresh: "",
		variables: []variable{datasource(), unitKind(), junk()},
		panels: []cog.Builder[dashboard.Panel]{
			waterfallTotals(), steps(), stepTable(), stages(), entriesOverTime(), firstQualified(), speedToLead(), recycled(), lossReasons(),
			stagesByOwner(), promises(), nurturePool(),
		},
	}
}

func waterfallTotals() cog.Builder[dashboard.Panel] {
	return figures(head{
		id: 1, at: grid{0, 0, 24, 5}, title: "How does it compare with the industry?",
		about:   "Units that became an inquiry, and those that became a customer, in the period. A lead is an inquiry that later qualified by any route. The industry's figures are those usually quoted for B2B: 4.4 % of inquiries become leads (best practice: below 10 %), about 351 inquiries a customer. Young inquiries have not had the time to qualify, so a short recent period reads too low.",
		targets: []target{tabular("waterfall/totals")},
	}).OverrideByName("Inquiry → lead", unit(share, 1)).OverrideByName("Industry: inquiry → lead", append(unit(share, 1), dim()...)).
		OverrideByName("Inquiries a customer", unit(number, 0)).OverrideByName("Industry: inquiries a customer", append(unit(number, 0), dim()...))
}

// dim sets a figure that isn't the user's own apart.
func dim() []dashboard.DynamicConfigValue {
	return []dashboard.DynamicConfigValue{set("color", map[string]any{"mode": "fixed", "fixedColor": quiet})}
}

func steps() cog.Builder[dashboard.Panel] {
	return paint(bars(head{
		id: 2, at: grid{0, 5, 11, 10}, title: "At which step do most stop?",
		about:   "Share of the units entering a step in the period that have entered the next one since. “Qualified” is the first of MQL, PQL and CQL. Units may skip a step: those count as not having gone on at the step they skip.",
		empty:   "No unit entered a stage in the period",
		targets: []target{tabular("waterfall/steps")},
	}).XField("Step").Unit(share).Decimals(1).Max(1).ShowValue(common.VisibilityModeAlways).
		OverrideByRegexp("/Entered|Went on|days/", []dashboard.DynamicConfigValue{set("custom.hideFrom", map[string]any{"viz": true, "legend": true, "tooltip": false})}),
		map[string]string{"Rate": accent, "Industry": quiet})
}

func stepTable() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 3, at: grid{11, 5, 13, 10}, title: "How many go on, and how long does it take?",
		about:   "Entered: units whose first entry into the step lies in the period. Went on: those that have entered the next step since. Median and 90th percentile of the days between the two entries, of those that went on.",
		empty:   "No unit entered a stage in the period",
		targets: []target{tabular("waterfall/steps")},
	}).Decimals(0).OverrideByName("Step", narrow(190)).OverrideByName("Rate", unit(share, 1)).OverrideByName("Industry", append(unit(share, 1), dim()...)).
		OverrideByName("Median days", unit(number, 1)).OverrideByName("p90 days", unit(number, 1))
}

func stages() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 4, at: grid{0, 15, 24, 12}, title: "Who is in which stage, who came back, and how long do they stay?",
		about:   "Entries into each stage in the period. A stage may be skipped, left and entered again: “Returns” are entries after the first, “Came back” the share of units with one. “Still there” have not left yet, so the median counts finished stays only. The owner answers for the stage.",
		empty:   "No unit entered a stage in the period",
		targets: []target{tabular("waterfall/stages")},
	}).Decimals(0).OverrideByName("Came back", unit(share, 1)).OverrideByName("Median days there", unit(number, 1)).
		OverrideByName("Units", []dashboard.DynamicConfigValue{set("custom.cellOptions", map[string]any{"type": "gauge", "mode": "basic", "valueDisplayMode": "text"}), set("min", 0), set("color", map[string]any{"mode": "fixed", "fixedColor": accent})})
}

func entriesOverTime() cog.Builder[dashboard.Panel] {
	return paint(lines(head{
		id: 5, at: grid{0, 27, 12, 9}, title: "Is more or less coming through than before?",
		about:   "First entries into each stage by week (from Monday). The first and last weeks may be cut by the period.",
		empty:   "No unit entered a stage in the period",
		targets: []target{series("waterfall/entries_over_time")},
	}).Decimals(0).LineWidth(2).FillOpacity(0), stageColors)
}

func firstQualified() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 6, at: grid{12, 27, 12, 9}, title: "Which route qualifies first, and which wins?",
		about:   "Units by the route that qualified them first: PQL by product use, MQL by score or BANT, CQL by what they said in a conversation. A unit may take several routes; only the first counts here. The win rate of young units is not final.",
		empty:   "No unit qualified in the period",
		targets: []target{tabular("waterfall/first_qualified")},
	}).Decimals(0).OverrideByName("Win rate", append(append(bar(1, good), set("unit", share)), set("decimals", 1))).
		OverrideByName("Median days to win", unit(number, 1))
}

func speedToLead() cog.Builder[dashboard.Panel] {
	return paint(bars(head{
		id: 7, at: grid{0, 36, 12, 11}, title: "How fast do we answer, and does it pay?",
		about:   "Requests of the period (events that ask for a reply by the definitions: a chat, a demo form, not a newsletter) until the first message by a person or bot, call or meeting after it; wall time, replies after 30 days count as never, younger requests wait. “Qualified after” is the share that qualified after the request. Fast replies may go to better prospects: the difference is no proof of cause.",
		empty:   "No request in the period",
		targets: []target{tabular("waterfall/speed_to_lead")},
	}).XField("First reply").Unit(share).Decimals(1).ShowValue(common.VisibilityModeAlways).
		OverrideByName("Requests", []dashboard.DynamicConfigValue{set("unit", number), set("custom.hideFrom", map[string]any{"viz": true, "legend": true, "tooltip": false})}),
		map[string]string{"Share": "#56B4E9", "Qualified after": good})
}

func recycled() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 8, at: grid{12, 36, 12, 5}, title: "Who was written off, and came back?",
		about:   "Units first sent to nurture or disqualified in the period, how many of them qualified or went further after that, after how many days (median), and how many were won later.",
		empty:   "Nobody was sent to nurture or disqualified in the period",
		targets: []target{tabular("waterfall/recycled")},
	}).Decimals(0).OverrideByName("Rate", unit(share, 1)).OverrideByName("Median days", unit(number, 1))
}

func lossReasons() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 9, at: grid{12, 41, 12, 6}, title: "Why were they written off?",
		about:   "Reasons given when units were sent to nurture, disqualified or churned in the period; the first 30.",
		empty:   "Nobody was written off in the period",
		targets: []target{tabular("waterfall/loss_reasons")},
	}).Decimals(0)
}

func stagesByOwner() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 10, at: grid{0, 47, 24, 9}, title: "Whose stages take long, and who waits there now?",
		about:   "Entries of the period by the owner of the stage. Medians and 90th percentile are of finished stays; who is still there is counted apart, with the days so far at the end of observation, since leaving them out makes slow stages look fast.",
		empty:   "No unit entered a stage in the period",
		targets: []target{tabular("waterfall/owners")},
	}).Decimals(0).OverrideByName("Median days", unit(number, 1)).OverrideByName("p90 days", unit(number, 1)).
		OverrideByName("Median days so far", append(unit(number, 1), width(140)))
}

func promises() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 11, at: grid{0, 56, 24, 9}, title: "Who keeps the promised time of reply?",
		about:   "Requests of the period by who owned the unit when it asked, and by what was asked. In time: answered within the time that the definition of requests promises (5 minutes by default), of those old enough to say; replies are timed within business hours where a calendar is set. Wasted: never answered, and the unit did not move on by itself.",
		empty:   "No request in the period",
		targets: []target{tabular("waterfall/promises")},
	}).Decimals(0).OverrideByName("In time", unit(share, 0)).
		OverrideByName("Median reply", append(unit(seconds, 0), width(105))).OverrideByName("p90 reply", unit(seconds, 0)).OverrideByName("Request", narrow(120))
}

func nurturePool() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 12, at: grid{0, 65, 24, 9}, title: "Is the nurture pool worked, or forgotten?",
		about:   "Units sent to nurture in the period, by reason; who is there at the end of observation, and for how many days. A call that ends in nurture sets a day to revisit: overdue are those whose day has come without a call since they were sent. Asked again: a call since. Left the pool: any other stage, by whatever way.",
		empty:   "Nobody was sent to nurture in the period",
		targets: []target{tabular("waterfall/nurture")},
	}).Decimals(0).OverrideByName("Median days so far", unit(number, 1)).OverrideByName("Left the pool", unit(share, 1)).OverrideByName("Sent because", narrow(300))
}
