package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

const attributionUID = "funnelcloud-attribution"

// attribution answers which contacts earn the credit, how far the models agree, and, by the ledger, why.
func attribution() page {
	return page{
		file: "attribution.json", uid: attributionUID, title: "Attribution: what brings conversions?",
		description: "Credit for conversions by channel and model, the models side by side, down to the ledger rows each figure is a sum of. The period selects conversions by when they converted.",
		from:        "now-1y", to: "now", refresh: "",
		variables: []variable{datasource(), unitKind(), conversionType(), currency(), model(), models(), dimension(), conversion(), zone()},
		panels: []cog.Builder[dashboard.Panel]{
			creditTotals(), creditByModel(), creditMatrix(), disagreement(), creditByChannel(), certainty(),
			creditOverTime(), roles(), breakdown(), spend(), assists(), anyway(), unattributed(), conversions(), ledger(),
		},
	}
}

func creditTotals() cog.Builder[dashboard.Panel] {
	return figures(head{
		id: 1, at: grid{0, 0, 24, 5}, title: "What is there to credit?",
		about:   "Conversions of the chosen type in the period, the value of those in the currency picked above (amounts of several are never added up), the share that has a touch to credit, and how long and how many-touched their journeys were. A journey holds the touches of the look-back window only.",
		targets: []target{tabular("attribution/totals")},
	}).OverrideByName("Amount", unit(brief, 1)).OverrideByName("Credited to a touch", unit(share, 1)).OverrideByName("Touches a journey", unit(number, 1)).
		OverrideByName("Median days to convert", unit(number, 1))
}

func creditByModel() cog.Builder[dashboard.Panel] {
	return paint(bars(head{
		id: 2, at: grid{0, 5, 24, 14}, title: "Which channels get the credit, model by model?",
		about:   "Each bar is one model's credit, split by channel; conversions without any touch are left out, so that the models can be compared. The bar “truth”, there on simulated data only, is the share of conversions lost when a channel is switched off, over the whole simulation. A model's credit is not yet a cause: it says who was there, weighed by a rule.",
		empty:   "No conversions of this type in the period",
		targets: []target{tabular("attribution/credit_share")},
	}).Unit(share).Decimals(0).Max(1).Stacking(common.StackingModeNormal).ShowValue(common.VisibilityModeAuto).
		WithTransformation(matrix("model", "channel", "share")), palette)
}

func creditMatrix() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 3, at: grid{0, 19, 24, 11}, title: "The same in numbers: channel by model",
		about:   "Share of each model's credit, in per cent of the conversions that have a touch to credit. Darker is more. “truth” as in the chart.",
		empty:   "No conversions of this type in the period",
		targets: []target{tabular("attribution/credit_share")},
	}).Unit(share).Decimals(1).Min(0).WithTransformation(matrix("channel", "model", "share")).
		OverrideByFieldType("number", append(heat(), width(100))).OverrideByName(corner("channel", "model", "Channel", 180))
}

func disagreement() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 4, at: grid{0, 30, 14, 9}, title: "On which channels do the models disagree most?",
		about:   "Lowest and highest share that any of the compared models gives a channel, and the distance between them (the disagreement index). Where it is large, the choice of the model decides, not the data: test by experiment before moving money.",
		empty:   "No conversions of this type in the period",
		targets: []target{tabular("attribution/disagreement")},
	}).Unit(share).Decimals(1).OverrideByName("Disagreement", append(bar(0.5, warning), width(130))).
		OverrideByName("Channel", narrow(125)).OverrideByName("Lowest", narrow(80)).OverrideByName("Lowest by", narrow(125)).OverrideByName("Highest", narrow(80)).
		OverrideByName("Highest by", narrow(125)).OverrideByName("Truth", narrow(80))
}

func creditByChannel() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 5, at: grid{14, 30, 10, 9}, title: "How much does ${model} credit each channel?",
		about:   "Conversions and value, in the currency picked above, that the chosen model credits; fractions, since a conversion is shared among its touches. The rows add up to all conversions of the period: what has no touch is the row (unattributed). Each figure is a sum of ledger rows.",
		empty:   "No conversions of this type in the period",
		targets: []target{tabular("attribution/credit_by_channel")},
	}).OverrideByName("Channel", narrow(125)).OverrideByName("Conversions", append(unit(number, 1), width(100))).OverrideByName("Amount", unit(number, 0)).
		OverrideByName("Share", append(append(bar(1, accent), set("unit", share), width(110)), set("decimals", 1)))
}

func certainty() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 6, at: grid{0, 39, 14, 9}, title: "How sure is ${model} of it?",
		about:   "Share of credit with its 95 % bootstrap interval over units, where the model has one, and for Markov models the removal effect: the share of conversions the fitted chain loses without the channel. Over the whole history of the published run, so the period doesn't change it. The interval covers chance only, not what the model gets wrong; on simulated data “Truth is” says whether the true share lies inside.",
		empty:   "This model publishes no effects",
		targets: []target{tabular("attribution/certainty")},
	}).Unit(share).Decimals(1).OverrideByName("Journeys", unit(number, 0)).OverrideByName("Converted", unit(number, 0)).
		OverrideByName("Share", append(bar(1, accent), width(110))).OverrideByName("Removal effect", narrow(110)).OverrideByName("Channel", narrow(130))
}

func creditOverTime() cog.Builder[dashboard.Panel] {
	return paint(stacked(lines(head{
		id: 7, at: grid{14, 39, 10, 9}, title: "How has the credit moved, week by week?",
		about:   "Conversions credited to each channel by the chosen model, by the week (from Monday) in which they converted. The first and last weeks may be cut by the period.",
		empty:   "No conversions of this type in the period",
		targets: []target{series("attribution/credit_over_time")},
	}).Decimals(1)), palette)
}

func roles() cog.Builder[dashboard.Panel] {
	colors := map[string]string{"came first": pale, "in between": quiet, "came last": accent, "was alone": warning}
	return paint(bars(head{
		id: 8, at: grid{0, 48, 12, 10}, title: "Who opens, assists and closes?",
		about:   "Converted journeys in which the channel came first, last, only in between, or was the only touch. A channel that came first and last counts as first. No model is involved.",
		empty:   "No converted journeys in the period",
		targets: []target{tabular("attribution/roles")},
	}).Stacking(common.StackingModeNormal).Decimals(0), colors)
}

func breakdown() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 9, at: grid{12, 48, 12, 10}, title: "Which ${dimension:text} earns it?",
		about:   "Credit of the chosen model by the dimension picked above, the first 200 values. “Touched” counts those with a credited touch of this value; a conversion may be touched by several. Amounts are in the currency picked above.",
		empty:   "No credited touches in the period",
		targets: []target{tabular("attribution/breakdown")},
	}).OverrideByName("Conversions", append(unit(number, 1), width(100))).OverrideByName("Amount", append(unit(number, 0), width(90))).
		OverrideByName("Share", unit(share, 1)).OverrideByName("Name", narrow(150)).OverrideByName("Mostly by", narrow(120))
}

func spend() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 13, at: grid{0, 58, 24, 9}, title: "What does a conversion cost, and does it come back, by ${dimension:text}?",
		about:   "Advertising cost of the period (events of kind ad_cost), the conversions and the value that the chosen model credits to the same, cost a conversion (CPA), and value returned for each unit of cost (ROAS), currency by currency. Conversions follow their cost with a delay, so a short period shows too high a cost. The first value only, not what customers pay later; advertising only, not salaries. Which of two is cheaper hangs on the model: look at another before you move money.",
		empty:   "No advertising cost is known in the period, or none by this dimension: costs come as events of kind ad_cost",
		targets: []target{tabular("attribution/spend")},
	}).Decimals(0).OverrideByName("Name", narrow(170)).OverrideByName("Currency", narrow(90)).OverrideByName("Of cost", shareBar(accent, 1)).
		OverrideByName("Conversions", unit(number, 1)).OverrideByName("Cost a conversion", unit(number, 2)).
		OverrideByName("Return", append(unit(number, 2), atLeast(1)...))
}

func assists() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 14, at: grid{0, 67, 24, 10}, title: "Which ${dimension:text} assists, and which closes?",
		about:   "Conversions of the period in which a value of the dimension picked above came first (opened), in between (helped), last (closed), or was the only contact (alone); one conversion may be in several columns, and the journeys of several values. Only assisted: touched, but not the last. Assists a close: above 1, whoever judges it by the last touch undervalues it. Direct visits are in it where the direct policy keeps them. No model is involved, and being there is not yet a cause.",
		empty:   "No converted journeys in the period",
		targets: []target{tabular("attribution/assists")},
	}).Decimals(0).OverrideByName("Name", narrow(170)).OverrideByName("Conversions", narrow(100)).OverrideByName("Assists a close", append(unit(number, 1), width(90)))
}

func anyway() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 15, at: grid{0, 77, 12, 10}, title: "How much would have happened anyway?",
		about:   "How each compared model shares out the period's conversions: to touches, to the baseline (what would have happened with no marketing, as far as the model can tell), and to nothing, where there is no touch. Models without a baseline share that out among the touches: their credit is the most that marketing can have done, not what it did.",
		empty:   "No conversions of this type in the period",
		targets: []target{tabular("attribution/anyway")},
	}).Unit(share).Decimals(1).OverrideByName("Model", narrow(125)).OverrideByName("Conversions", append(unit(number, 0), width(100))).
		OverrideByName("To touches", narrow(90)).OverrideByName("Anyway", append(bar(1, quiet), width(130))).OverrideByName("No touch", narrow(80))
}

func unattributed() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 10, at: grid{12, 77, 12, 10}, title: "Which conversions does no touch explain, and why?",
		about:   "Conversions of the period to which every model gives no credit, by reason. A large share points at missing tracking or unresolved identities before it says anything about channels.",
		empty:   "Every conversion of the period has a touch to credit",
		targets: []target{tabular("attribution/unattributed")},
	}).OverrideByName("Reason", narrow(155)).OverrideByName("Meaning", wrapped(200)).OverrideByName("Conversions", append(unit(number, 0), width(100))).
		OverrideByName("Amount", append(unit(number, 0), width(100)))
}

func conversions() cog.Builder[dashboard.Panel] {
	open := drill("Show its ledger", attributionUID, "conversion")
	return rows(head{
		id: 11, at: grid{0, 87, 24, 9}, title: "Which conversion do you want to see through?",
		about:   "The latest 200 conversions of the period with the channels of their journey (×n: n times in a row). Click an id and its ledger opens below.",
		empty:   "No conversions of this type in the period",
		targets: []target{tabular("attribution/conversions")},
	}).OverrideByName("Conversion", []dashboard.DynamicConfigValue{open, width(330)}).OverrideByName("Converted", instant()).
		OverrideByName("Amount", append(unit(number, 0), width(90))).OverrideByName("Currency", narrow(80)).
		OverrideByName("Touches", append(unit(number, 0), width(80))).OverrideByName("Days", append(unit(number, 1), width(80)))
}

func ledger() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 12, at: grid{0, 96, 24, 12}, title: "Why does it get this credit? The ledger of one conversion",
		about:   "One row for each touch and compared model: its weight, the value it carries and the rule that gave them. For each model the weights add up to 1. “Touch (event) id” is the id of the event in the table events. Without an id above, the latest conversion of the period.",
		empty:   "No such conversion in the published run",
		targets: []target{tabular("attribution/ledger")},
	}).OverrideByName("Weight", append(append(bar(1, accent), set("unit", share), set("decimals", 1)), width(140))).
		OverrideByName("Amount", append(unit(number, 2), width(90))).OverrideByName("No.", append(unit(number, 0), width(60))).
		OverrideByName("Conversion", narrow(130)).OverrideByName("Rule", narrow(200)).OverrideByName("Model", narrow(110)).OverrideByName("Channel", narrow(120)).OverrideByName("Touch", instant())
}
