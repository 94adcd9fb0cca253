package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

const qualificationUID = "funnelcloud-qualification"

// qualification answers who is qualified and why, how good each definition is, and who to call now.
func qualification() page {
	return page{
		file: "qualification.json", uid: qualificationUID, title: "Qualification: who is ready to buy, and can the definition be trusted?",
		description: "The work list, and behind it the quality of every definition of qualification: how many it flags, how many of those win, how many wins it catches, and how sure that is. Figures of quality cover the whole history of the published run; the period selects volumes, conversations and lists.",
		from:        "now-1y", to: "now", refresh: "",
		variables: []variable{datasource(), unitKind(), horizon(), definition(), unitID(), zone()},
		panels: []cog.Builder[dashboard.Panel]{
			qualificationTotals(), workList(), qualityOfDefinitions(), liftOfDefinitions(), qualifiedOverTime(), thresholdTradeOff(),
			thresholdTable(), reliabilityByBand(), qualityByCohort(), leadTime(), scoreDistribution(), bantAnswers(),
			conversationReasons(), conversationQuotes(), conversationArchive(), sidesCompared(), outcomesByRoute(), disputedUnits(), ahaMoments(),
		},
	}
}

// horizon chooses how long a win may take to count for a definition.
func horizon() variable {
	return choice("horizon", "Horizon", "90 days : 90,30 days : 30", "90")
}

// definition is the one that single-definition panels show.
func definition() variable {
	return ask("definition", "Definition", "lead_score")
}

// unitID is whose conversations are shown; empty means the last one who was conversation-qualified.
func unitID() variable {
	return dashboard.NewTextBoxVariableBuilder("unit").Label("Person or account").
		Description("Click an id in a list, or paste an id or e-mail address; empty: the last who was conversation-qualified").DefaultValue(text(""))
}

// idColumn makes ids links to the conversations of who they name.
func idColumn(px int) []dashboard.DynamicConfigValue {
	return []dashboard.DynamicConfigValue{width(px), drill("What was said in their conversations", qualificationUID, "unit")}
}

func qualificationTotals() cog.Builder[dashboard.Panel] {
	return figures(head{
		id: 1, at: grid{0, 0, 24, 5}, title: "How many qualify, and does it mean anything?",
		about:   "Qualified: units that met any definition in the period. The others are of all definitions together over the whole history: the share of leads they flag (15–35 % is usual), the share of the flagged that won within the horizon, the share of all wins they had flagged in time (60 % or more is usual), how much likelier a flagged unit wins than any lead, and how early. Leads are units that entered any stage beyond suspect.",
		targets: []target{tabular("qualification/totals")},
	}).OverrideByName("Leads flagged", unit(share, 1)).OverrideByName("Win rate", unit(share, 1)).OverrideByName("Wins caught", unit(share, 1)).
		OverrideByName("Lift", unit(number, 1)).OverrideByName("Median days to win", unit(number, 1))
}

func workList() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 2, at: grid{0, 5, 24, 12}, title: "Who to call now, and why?",
		about:   "Units that are qualified at the end of observation and not with sales yet, and those in nurture whose day to be asked again has come; the first 200. The likeliest to buy first: “Such units win” is the win rate that the best definition they met has shown, which is no promise for one unit. Whether a call makes them buy is not measured here.",
		empty:   "Nobody waits to be called",
		targets: []target{tabular("qualification/work_list")},
	}).Decimals(0).OverrideByName("Who", narrow(200)).OverrideByName("Id", idColumn(90)).OverrideByName("Qualified by", narrow(105)).
		OverrideByName("Such units win", append(append(bar(1, good), set("unit", share), width(120)), set("decimals", 0))).
		OverrideByName("Score now", narrow(95)).OverrideByName("Why", narrow(240)).OverrideByName("In their words", wrapped(310)).OverrideByName("Days waiting", append(unit(number, 1), width(110))).
		OverrideByName("Last seen", []dashboard.DynamicConfigValue{set("unit", "time:YYYY-MM-DD"), width(100)}).OverrideByName("Owner", narrow(85))
}

func qualityOfDefinitions() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 3, at: grid{0, 17, 24, 11}, title: "How good is each definition?",
		about:   "In period: units that met it. The rest covers the whole history. Win rate: of the flagged that are old enough to judge, those that won within the horizon, with its 95 % interval; those too young are counted apart. Wins caught: of all wins, those flagged at most a horizon before. Lift: win rate over that of all leads. Brier: mean squared error of the forecast made of earlier units for later ones; it should be below that by chance, which gives everybody the average. Too late: met it only at or after the win, or on evidence from after it: no merit.",
		empty:   "Nobody was qualified",
		targets: []target{tabular("qualification/definitions")},
	}).Decimals(0).OverrideByName("Definition", narrow(140)).OverrideByName("Version", narrow(75)).OverrideByName("Route", narrow(65)).
		OverrideByName("Of leads", unit(share, 1)).OverrideByName("Win rate", append(append(bar(1, accent), set("unit", share), width(110)), set("decimals", 1))).
		OverrideByName("from", unit(share, 1)).OverrideByName("to", unit(share, 1)).OverrideByName("Wins caught", append(unit(share, 1), width(110))).
		OverrideByName("Lift", unit(number, 1)).OverrideByName("Days to win", append(unit(number, 1), width(110))).
		OverrideByName("Brier", unit(number, 4)).OverrideByName("By chance", append(append(unit(number, 4), width(95)), dim()...)).OverrideByName("Too young", narrow(95))
}

func liftOfDefinitions() cog.Builder[dashboard.Panel] {
	return paint(bars(head{
		id: 4, at: grid{0, 28, 12, 10}, title: "How much likelier do the flagged win?",
		about:   "Share of the flagged units that won within the horizon of being flagged, beside the share of all leads that won within the horizon of becoming one. The ratio of the two is the lift. A flag follows from interest that was there already: it finds buyers, it doesn't make them.",
		empty:   "No definition has flagged units that are old enough to judge",
		targets: []target{tabular("qualification/lift")},
	}).XField("Definition").Unit(share).Decimals(1).ShowValue(common.VisibilityModeAlways), map[string]string{"Flagged": accent, "All leads": quiet})
}

func qualifiedOverTime() cog.Builder[dashboard.Panel] {
	return paint(stacked(lines(head{
		id: 5, at: grid{12, 28, 12, 10}, title: "Is each definition flagging more or less than before?",
		about:   "Units by the week (from Monday) in which they met each definition for the first time. A unit that meets several counts under each. The first and last weeks may be cut by the period.",
		empty:   "Nobody was qualified in the period",
		targets: []target{series("qualification/volume_over_time")},
	}).Decimals(0)), definitionColors)
}

// definitionColors are those of the definitions that come with the program: greens and blues for use of the product, oranges
// for scores, pink for conversations. Others get Grafana's own.
var definitionColors = map[string]string{
	"lead_score": "#E69F00", "bant": "#D55E00", "cql_intent": "#CC79A7",
	"pql_depth": "#009E73", "pql_activation": "#44AA99", "pql_breadth": "#88CCEE", "pql_team": "#117733", "pql_limit": "#56B4E9", "pql_pricing": "#0072B2",
}

func thresholdTradeOff() cog.Builder[dashboard.Panel] {
	return paint(bars(head{
		id: 6, at: grid{0, 38, 12, 13}, title: "What if the lead score's threshold were another?",
		about:   "For each threshold of the lead score: the win rate of those who would be passed on, the share of all wins among them, and the share of leads passed on. Fewer passed on should mean a higher win rate and more wins missed; where the win rate doesn't rise, the score doesn't rank. Scores reached at or after the win count for nothing. Thresholds in tens, those with fewer than 20 judged units left out.",
		empty:   "No threshold has been reached by 20 units that are old enough to judge",
		targets: []target{tabular("qualification/thresholds")},
	}).XField("Threshold").Unit(share).Decimals(0).Max(1).ShowValue(common.VisibilityModeNever),
		map[string]string{"Win rate": accent, "Wins caught": good, "Leads passed on": quiet})
}

func thresholdTable() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 7, at: grid{12, 38, 12, 13}, title: "How many would be passed on, and how many wins missed?",
		about:   "The same in numbers, for the lead score and for BANT, with 95 % intervals of the win rate. Read high thresholds with care: few units reach them.",
		empty:   "No score has reached a threshold",
		targets: []target{tabular("qualification/threshold_table")},
	}).Decimals(0).OverrideByName("Win rate", shareBar(accent, 1)).
		OverrideByName("from", unit(share, 1)).OverrideByName("to", unit(share, 1)).OverrideByName("Lift", unit(number, 1)).OverrideByName("Score", narrow(95)).OverrideByName("Now", narrow(65))
}

func reliabilityByBand() cog.Builder[dashboard.Panel] {
	return paint(bars(head{
		id: 8, at: grid{0, 51, 12, 10}, title: "Does ${definition} keep what it promises?",
		about:   "Reliability: by the lead score at the instant of qualification, the win rate expected from the earlier half of the units and what happened to the later half, whose number stands in brackets. Bars of unequal length in bands with many units mean that the definition has changed its meaning; in bands with few they mean little.",
		empty:   "Nobody met this definition, or nobody is old enough to judge",
		targets: []target{tabular("qualification/reliability")},
	}).XField("Lead score (units)").Unit(share).Decimals(0).ShowValue(common.VisibilityModeAlways).
		OverrideByRegexp("/^(low|high)$/", []dashboard.DynamicConfigValue{set("custom.hideFrom", map[string]any{"viz": true, "legend": true, "tooltip": false})}),
		map[string]string{"Expected": quiet, "Happened": accent})
}

func qualityByCohort() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 9, at: grid{12, 51, 12, 10}, title: "Is ${definition} as good as it used to be?",
		about:   "By the month in which units became leads: of those flagged and old enough to judge, the share that won within the horizon, with its 95 % interval, and the win rate of all leads of that month beside it. The last months are young: their figures appear as they grow old enough.",
		empty:   "Nobody met this definition",
		targets: []target{tabular("qualification/cohorts")},
	}).Decimals(0).OverrideByName("Win rate", shareBar(accent, 1)).
		OverrideByName("from", unit(share, 1)).OverrideByName("to", unit(share, 1)).OverrideByName("Wins caught", append(unit(share, 1), width(110))).
		OverrideByName("All leads", append(append(unit(share, 1), width(75)), dim()...)).OverrideByName("Lift", append(unit(number, 1), width(50))).
		OverrideByName("Leads of", narrow(85)).OverrideByName("Leads", narrow(60)).OverrideByName("Flagged", narrow(75)).OverrideByName("Too young", narrow(95))
}

func leadTime() cog.Builder[dashboard.Panel] {
	return bars(head{
		id: 10, at: grid{0, 61, 12, 10}, title: "How long before the win does ${definition} speak?",
		about:   "Units that met the definition for the first time in the period and have won since, by the days between. A definition that speaks within the last day leaves no time to act. Those who will still win are not there yet, so recent periods look too quick.",
		empty:   "Nobody who met this definition in the period has won",
		targets: []target{tabular("qualification/lead_time")},
	}).XField("Days to win").Decimals(0).ShowValue(common.VisibilityModeAlways).Legend(noLegend())
}

func scoreDistribution() cog.Builder[dashboard.Panel] {
	return paint(bars(head{
		id: 11, at: grid{12, 61, 12, 10}, title: "Where do the scores stand?",
		about:   "Lead score, fit and engagement together, at the end of observation, of all leads without junk, by whether they have won. Engagement fades, so customers who bought long ago stand low.",
		empty:   "Nobody became a lead",
		targets: []target{tabular("qualification/score_distribution")},
	}).XField("Lead score").Stacking(common.StackingModeNormal).Decimals(0), map[string]string{"Not won": quiet, "Won": good})
}

func bantAnswers() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 12, at: grid{0, 71, 12, 7}, title: "BANT: what is known, and which answer tells?",
		about:   "Last known answers of the units asked in the period, by calls and forms, and the share of each group that won after. Not known is an answer too: it may mean that nobody asked.",
		empty:   "Nobody was asked in the period",
		targets: []target{tabular("qualification/bant")},
	}).Decimals(0).OverrideByName("Won if good", unit(share, 1)).OverrideByName("Won if bad", unit(share, 1)).OverrideByName("Won if not", unit(share, 1)).OverrideByName("Question", narrow(95))
}

func conversationReasons() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 13, at: grid{12, 71, 12, 7}, title: "What do prospects say, and what comes of it?",
		about:   "Messages of prospects in the period by the rule that heard them: intent to buy of level 3 (wants to buy or talk to sales), 2 (asks for price or terms) and 1 (looks around), and reasons not to call. Rules miss what they don't know: docs/quality.md says how often.",
		empty:   "No conversation in the period says anything of buying",
		targets: []target{tabular("qualification/conversation_reasons")},
	}).Decimals(0).OverrideByName("Won since", unit(share, 1)).OverrideByName("What they said", narrow(140)).OverrideByName("Level", narrow(60)).
		OverrideByName("Units", narrow(65)).OverrideByName("Won since", append(unit(share, 1), width(100)))
}

func conversationQuotes() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 14, at: grid{0, 78, 24, 10}, title: "In their own words: who said what?",
		about:   "The latest 100 messages of the period that say intent to buy, each with the stated use or problem where one was named, the rule that heard it and how the conversation ended. Only what the prospect says counts, never the agent. Click an id for the whole conversation.",
		empty:   "Nobody said so in the period",
		targets: []target{tabular("qualification/conversation_quotes")},
	}).OverrideByName("Said", instant()).OverrideByName("Who", narrow(200)).OverrideByName("Id", idColumn(130)).OverrideByName("Why", narrow(200)).OverrideByName("Quote", wrapped(400)).
		OverrideByName("Heard as", narrow(120)).OverrideByName("Level", narrow(60)).OverrideByName("Ended", narrow(130))
}

func conversationArchive() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 15, at: grid{0, 88, 24, 10}, title: "What was said in all their conversations?",
		about:   "Every message of the person or account chosen above, or clicked in a list, in order, on all channels, with the rule that heard it; the first 500. Without a choice: of the last who was conversation-qualified. The same on the terminal: funnelcloud explain ID --conversations.",
		empty:   "No conversation of this person or account",
		targets: []target{tabular("qualification/archive")},
	}).OverrideByName("When", instant()).OverrideByName("Conversation", narrow(140)).OverrideByName("By", narrow(90)).OverrideByName("Heard as", narrow(130))
}

func sidesCompared() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 16, at: grid{0, 98, 24, 8}, title: "Where marketing, product, chat and sales disagree: who was right?",
		about:   "Units that both views flagged, only one did, or neither, and the share of each that won within the horizon of the first of the two flags. Marketing is MQL, product PQL, conversation CQL; sales is SAL or SQL. Right is who wins more among the units that the other left out, where the 95 % intervals don't overlap. Sales works on whom it takes, so its choice makes its own luck.",
		empty:   "Nobody became a lead",
		targets: []target{tabular("qualification/sides")},
	}).Decimals(0).OverrideByName("Views", narrow(210)).OverrideByName("Both won", unit(share, 1)).OverrideByName("Only first won", unit(share, 1)).
		OverrideByName("Only second won", unit(share, 1)).OverrideByName("Neither won", unit(share, 1))
}

func disputedUnits() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 17, at: grid{0, 116, 24, 9}, title: "Whom does marketing qualify and sales not, or the other way round?",
		about:   "Units first qualified in the period by marketing (MQL) or by sales (SAL or SQL) and never by the other, the latest 200, with the reason and the stage they are in.",
		empty:   "Marketing and sales agreed on everybody",
		targets: []target{tabular("qualification/disputed")},
	}).Decimals(1).OverrideByName("Qualified", instant()).OverrideByName("Id", idColumn(130)).OverrideByName("By", narrow(125)).
		OverrideByName("Became", narrow(100)).OverrideByName("Days to win", narrow(90))
}

func outcomesByRoute() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 18, at: grid{0, 106, 24, 10}, title: "Which way in makes the better customer?",
		about:   "Units by the route that qualified them first, and by every definition they met. Retained: customers not churned a horizon after the win, and the lower end of its 95 % interval. Cost is what ad_cost events say, of all units, won or not: advertising alone, unless you send what sales costs as well. Payback = cost a win / (revenue a month × gross margin), margin taken as 80 %; 9–12 months are usual. CSAT, NPS: means of answers; ESAT of the team that owns the route, where the survey names it. Forecast accuracy: 1 − Σ|expected − closed| / Σ expected of decided opportunities. A definition that raises wins but lowers these is a bad one.",
		empty:   "Nobody became a lead",
		targets: []target{tabular("qualification/outcomes")},
	}).Decimals(0).OverrideByName("Qualified by", narrow(130)).OverrideByName("Win rate", unit(share, 1)).OverrideByName("Retained", unit(share, 1)).
		OverrideByName("at least", unit(share, 1)).OverrideByName("Cost a win", unit(number, 0)).OverrideByName("Payback, months", append(unit(number, 2), width(125))).
		OverrideByName("CSAT", unit(number, 1)).OverrideByName("ESAT", unit(number, 1)).OverrideByName("Forecast accuracy", append(unit(share, 0), width(130))).OverrideByName("Revenue a month", narrow(125)).OverrideByName("Kind", narrow(80))
}

func ahaMoments() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 19, at: grid{0, 125, 24, 10}, title: "Aha: which early behaviour separates later customers?",
		about:   "For each behaviour the count and window that separated best among the earlier half of the leads, and how it did among the later half: φ (correlation of doing it with winning, 0 is none) with its 95 % interval by Fisher's z, and the p value after Holm's correction for all behaviours tried. Holds: φ above 0 and p below 0.05. Only those not yet won when the window closed are compared. It separates; that making people do it would make them buy is for an experiment to show.",
		empty:   "Too few wins to search",
		targets: []target{tabular("qualification/aha")},
	}).Decimals(0).OverrideByName("φ", append(append(bar(0.5, accent), set("unit", number), width(120)), set("decimals", 3))).
		OverrideByName("from", unit(number, 3)).OverrideByName("to", unit(number, 3)).OverrideByName("Won of those", unit(share, 1)).
		OverrideByName("Won of others", append(unit(share, 1), dim()...)).OverrideByName("p, adjusted", narrow(100)).
		OverrideByName("Did", narrow(260)).OverrideByName("How often", narrow(230)).OverrideByName("Holds", narrow(70))
}
