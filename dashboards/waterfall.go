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
		variables: []variable{datasource(), unitKind(), junk(), zone()},
		panels: []cog.Builder[dashboard.Panel]{
			waterfallTotals(), steps(), stepTable(), stages(), entriesOverTime(), firstQualified(), speedToLead(), recycled(), lossReasons(),
			speedTable(), stagesByOwner(), handoffs(), promises(), nurturePool(), byOrigin(), junkRates(), junkReasons(),
		},
	}
}

func waterfallTotals() cog.Builder[dashboard.Panel] {
	return figures(head{
		id: 1, at: grid{0, 0, 24, 5}, title: "How does it compare with the industry?",
		about:   "Units that became an inquiry, and those that became a customer, in the period. A lead is an inquiry that later qualified by any route. The industry's figures are those usually quoted for B2B: 4.4 % of inquiries become leads (best practice: below 10 %), about 351 inquiries a customer. Young inquiries have not had the time to qualify, so a short recent period reads too low. Never followed up: requests of the period that nobody answered in time (30 days by default) while the unit went to no other stage either, of those old enough to say.",
		targets: []target{tabular("waterfall/totals")},
	}).OverrideByName("Inquiry → lead", unit(share, 1)).OverrideByName("Industry: inquiry → lead", append(unit(share, 1), dim()...)).
		OverrideByName("Inquiries a customer", unit(number, 0)).OverrideByName("Industry: inquiries a customer", append(unit(number, 0), dim()...)).
		OverrideByName("Never followed up", unit(share, 1))
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
	}).Decimals(0).OverrideByName("Win rate", shareBar(good, 1)).
		OverrideByName("Median days to win", append(unit(number, 1), width(150))).OverrideByName("First qualified by", narrow(145))
}

func speedToLead() cog.Builder[dashboard.Panel] {
	return paint(bars(head{
		id: 7, at: grid{0, 36, 12, 11}, title: "How fast do we answer, and does it pay?",
		about:   "Requests of the period (events that ask for a reply by the definitions: a chat, a demo form, not a newsletter) until the first message by a person or bot, call or meeting after it; wall time, replies after 30 days count as never, younger requests wait. “Qualified after” is the share that qualified after the request. Fast replies may go to better prospects: the difference is no proof of cause.",
		empty:   "No request in the period",
		targets: []target{tabular("waterfall/speed_to_lead")},
	}).XField("First reply").Unit(share).Decimals(1).ShowValue(common.VisibilityModeAlways).
		OverrideByRegexp("/Requests|from|to$|Odds/", []dashboard.DynamicConfigValue{set("unit", number), set("custom.hideFrom", map[string]any{"viz": true, "legend": true, "tooltip": false})}),
		map[string]string{"Share": pale, "Qualified after": good})
}

func speedTable() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 13, at: grid{0, 47, 24, 9}, title: "How sure is it that a fast reply pays?",
		about:   "The requests of the panel above. Qualified after: the share that qualified after the request, from … to its 95 % interval (Wilson). Odds ratio: the odds of qualifying as a multiple of those of all other requests, with its 95 % interval; an interval that holds 1 shows no difference. Those that still wait are compared with nothing.",
		empty:   "No request in the period",
		targets: []target{tabular("waterfall/speed_to_lead")},
	}).Decimals(0).OverrideByName("Share", unit(share, 1)).OverrideByName("Qualified after", unit(share, 1)).OverrideByName("from", unit(share, 1)).
		OverrideByName("to", unit(share, 1)).OverrideByName("Odds ratio", unit(number, 2)).OverrideByName("odds from", unit(number, 2)).
		OverrideByName("odds to", unit(number, 2))
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
		id: 10, at: grid{0, 56, 24, 10}, title: "Whose stages take long, and who waits there now?",
		about:   "Entries of the period by the owner of the stage. Medians and 90th percentile are of finished stays; who is still there is counted apart, with the days so far at the end of observation, since leaving them out makes slow stages look fast.",
		empty:   "No unit entered a stage in the period",
		targets: []target{tabular("waterfall/owners")},
	}).Decimals(0).OverrideByName("Median days", unit(number, 1)).OverrideByName("p90 days", unit(number, 1)).
		OverrideByName("Median days so far", append(unit(number, 1), width(155)))
}

func promises() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 11, at: grid{0, 75, 24, 9}, title: "Who keeps the promised time of reply?",
		about:   "Requests of the period by who owned the unit when it asked, and by what was asked. In time: answered within the time that the definition of requests promises (5 minutes by default), of those old enough to say; missed: the others of these, answered late or never; replies are timed within business hours where a calendar is set. Never followed up: never answered, and the unit went to no other stage either.",
		empty:   "No request in the period",
		targets: []target{tabular("waterfall/promises")},
	}).Decimals(0).OverrideByName("In time", unit(share, 0)).
		OverrideByName("Median reply", append(unit(seconds, 0), width(105))).OverrideByName("p90 reply", unit(seconds, 0)).OverrideByName("Request", narrow(120))
}

func nurturePool() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 12, at: grid{0, 84, 24, 9}, title: "Is the nurture pool worked, or forgotten?",
		about:   "Units sent to nurture in the period, by reason; who is there at the end of observation, and for how many days. A call that ends in nurture sets a day to revisit: overdue are those whose day has come without a call since they were sent. Asked again: a call since. Left the pool: any other stage, by whatever way.",
		empty:   "Nobody was sent to nurture in the period",
		targets: []target{tabular("waterfall/nurture")},
	}).Decimals(0).OverrideByName("Median days so far", append(unit(number, 1), width(155))).OverrideByName("With a day to revisit", narrow(160)).OverrideByName("Left the pool", unit(share, 1)).OverrideByName("Sent because", narrow(300))
}

func handoffs() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 14, at: grid{0, 66, 24, 9}, title: "Who hands prospects to whom, and how often do they come back?",
		about:   "Hand-offs of the period: a unit enters a stage that another team owns. Days before: how long the first team had it since it was handed to them. Handed back: the next hand-off returns it to them.",
		empty:   "Nobody was handed on in the period",
		targets: []target{tabular("waterfall/handoffs")},
	}).Decimals(0).OverrideByName("Median days before", unit(number, 1)).OverrideByName("p90 days before", unit(number, 1)).
		OverrideByName("Handed back, share", unit(share, 0))
}

func byOrigin() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 15, at: grid{0, 93, 24, 7}, title: "Where do they come from, and who of them buys?",
		about:   "Units first seen in the period by where they come from: inbound (they asked), product (they signed up), outbound (we wrote or called first, or bought a list), sales-generated and tele-generated (our own people found them). The first event that tells decides; the definitions of stages say which do. Win rate: won, of those who came beyond suspect, from … to its 95 % interval (Wilson). Young units have not had the time to buy.",
		empty:   "Nobody was first seen in the period",
		targets: []target{tabular("waterfall/origins")},
	}).Decimals(0).OverrideByName("Win rate", unit(share, 1)).
		OverrideByName("Median days to win", append(unit(number, 1), width(150))).OverrideByName("Beyond suspect", narrow(135)).
		OverrideByName("from", append(unit(share, 1), width(65))).OverrideByName("to", append(unit(share, 1), width(65)))
}

func junkRates() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 16, at: grid{0, 100, 14, 7}, title: "What does junk do to the rates?",
		about:   "Inquiries of the period and how many have come further since, with those marked as junk (throw-away addresses, tests, own staff, robots, mashed keys) and without them. The switch at the top changes nothing here.",
		empty:   "No inquiry in the period",
		targets: []target{tabular("waterfall/junk")},
	}).Decimals(0).OverrideByName("Rate with junk", unit(share, 1)).OverrideByName("Rate without", unit(share, 1))
}

func junkReasons() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 17, at: grid{14, 100, 10, 7}, title: "What kind of junk is it?",
		about:   "Inquiries of the period by the reason for which they are taken for junk; nothing is deleted. Junk that was won is a customer: then the rule is wrong.",
		empty:   "No inquiry in the period",
		targets: []target{tabular("waterfall/junk_reasons")},
	}).Decimals(0).OverrideByName("Share", unit(share, 1)).OverrideByName("Reason", narrow(160))
}
