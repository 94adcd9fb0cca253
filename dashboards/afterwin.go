package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

const afterWinUID = "funnelcloud-afterwin"

// afterWin answers which customers stay, grow, leave and are content, by the route they came through.
func afterWin() page {
	return page{
		file: "afterwin.json", uid: afterWinUID, title: "After the win: who stays, grows and is content?",
		description: "Qualification does not stop at the win: a definition that wins more customers who leave, or who are unhappy, is a bad one. Customers by the route that qualified them first: do they stay, grow, pay back what they cost, and what do they say? Junk is left out.",
		from:        "now-1y", to: "now", refresh: "",
		variables: []variable{datasource(), unitKind(), horizon(), zone()},
		panels: []cog.Builder[dashboard.Panel]{
			afterWinTotals(), retentionByCohort(), retentionByRoute(), routeTable(), customerMoves(), churnReasons(), revenueMovements(), expansionByRoute(),
			satisfactionByRoute(), satisfiedStay(), paybackByRoute(), openDeals(), quietCustomers(), churnedCustomers(),
		},
	}
}

// paybackReadings colour the words that say how a payback compares with what is usual.
var paybackReadings = map[string]string{"sooner than usual": good, "usual": accent, "later than usual": alarm}

func afterWinTotals() cog.Builder[dashboard.Panel] {
	return figures(head{
		id: 1, at: grid{0, 0, 24, 4}, title: "What became of those who were won?",
		about:   "Customers whose first win lies in the period, and what became of them up to the end of observation: still there, churned (left for the first time), expanded. Retained at the horizon: of those won a horizon ago or earlier, the share that had not left by then. The median counts those who left only, so it is too short while customers are young.",
		targets: []target{tabular("afterwin/totals")},
	}).OverrideByName("Retained at the horizon", unit(share, 1)).OverrideByName("Expanded, share", unit(share, 1)).OverrideByName("Median days to churn", unit(number, 0))
}

func retentionByCohort() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 2, at: grid{0, 4, 14, 12}, title: "Do later cohorts stay longer?",
		about:   "By the month of their first win (customers in brackets): the share that had not left so many months later, of those old enough to say. A row ends where fewer than half of them are; its last figures rest on fewer customers. Months of 30.4 days.",
		empty:   "Nobody was won in the period",
		targets: []target{tabular("afterwin/cohorts")},
	}).Unit(share).Decimals(0).WithTransformation(matrix("cohort", "age_name", "retained")).
		OverrideByFieldType("number", heated([5]float64{.5, .7, .8, .9, .95})).OverrideByName(corner("cohort", "age_name", "Won in", 120))
}

func retentionByRoute() cog.Builder[dashboard.Panel] {
	return paint(bars(head{
		id: 3, at: grid{14, 4, 10, 12}, title: "Which way in brings customers who stay and grow?",
		about:   "By the route that qualified the customer first before the win: the share that stayed for the horizon, of those old enough to say, and the share that expanded since. The table below has the intervals; where they overlap, the order may be chance.",
		empty:   "Nobody was won in the period",
		targets: []target{tabular("afterwin/routes")},
	}).XField("First qualified by").Unit(share).Decimals(1).Max(1).ShowValue(common.VisibilityModeAlways).
		OverrideByRegexp("/^(Customers|Old enough|stayed|from|to|Churned|Expanded|Days to expand)$/", []dashboard.DynamicConfigValue{set("custom.hideFrom", map[string]any{"viz": true, "legend": true, "tooltip": false})}),
		map[string]string{"Retained": good, "Expanded, share": pale})
}

func routeTable() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 4, at: grid{0, 16, 24, 6}, title: "How sure is that?",
		about:   "The same in numbers: customers won in the period, those won a horizon ago or earlier, the share of them that stayed with its 95 % interval (Wilson), who left, who expanded, and how long that took. Customers chose their route, so a difference is no proof that the route makes it.",
		empty:   "Nobody was won in the period",
		targets: []target{tabular("afterwin/routes")},
	}).Decimals(0).OverrideByName("stayed", []dashboard.DynamicConfigValue{set("displayName", "Stayed")}).OverrideByName("Retained", shareBar(good, 1)).
		OverrideByName("from", unit(share, 1)).OverrideByName("to", unit(share, 1)).OverrideByName("Expanded, share", unit(share, 1)).OverrideByName("Days to expand", unit(number, 0))
}

func customerMoves() cog.Builder[dashboard.Panel] {
	return paint(lines(head{
		id: 5, at: grid{0, 22, 12, 9}, title: "Do more come than leave?",
		about:   "Customers won, expanded and churned by month; a customer counts once in each month and stage. The first and last months may be cut by the period.",
		empty:   "Nobody was won, expanded or left in the period",
		targets: []target{series("afterwin/moves")},
	}).Decimals(0).LineWidth(2).FillOpacity(0).ShowPoints(common.VisibilityModeAlways),
		map[string]string{"won": stageColors["won"], "expanded": pale, "churned": stageColors["churned"]})
}

func churnReasons() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 6, at: grid{12, 22, 12, 9}, title: "Why do they leave?",
		about:   "Reasons that billing or the CRM gave for those who left in the period, and the median days from the first win to leaving. A reason given in a form is what people say, which may not be why they left.",
		empty:   "Nobody left in the period",
		targets: []target{tabular("afterwin/churn_reasons")},
	}).Decimals(0).OverrideByName("Share", shareBar(alarm, 0))
}

func revenueMovements() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 13, at: grid{0, 31, 24, 8}, title: "Do those who stay pay more or less?",
		about:   "What subscriptions are worth by the month, at the beginning and the end of each month, and what moved it. A plan in place of another is one change, by the difference: expansion, contraction, or neither, whenever the end of the old plan is told. Net retention (of revenue) = (beginning + expansion − contraction − churn) / beginning; above 100 % customers grow faster than they leave. New holds those as well whose subscription had begun before the events do. Not compared: another currency, or no amount told.",
		empty:   "Nobody subscribed",
		targets: []target{tabular("afterwin/movements")},
	}).Decimals(0).OverrideByName("Month", narrow(90)).OverrideByName("Currency", narrow(80)).OverrideByName("Net retention", append(unit(share, 1), width(120)))
}

func openDeals() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 14, at: grid{0, 54, 24, 9}, title: "What may customers still buy, or renew?",
		about:   "Open deals of customers at the end of observation, the largest first; the first 200. They are no opportunities of the waterfall, which is new business: a customer stays one. The purchase that made the customer is not among them, nor are deals of those who left. The sort and the amount are as the CRM tells them. Click an account to see it.",
		empty:   "No customer has an open deal",
		targets: []target{tabular("afterwin/open_deals")},
	}).Decimals(0).OverrideByName("Account", []dashboard.DynamicConfigValue{toAccount(), width(150)}).OverrideByName("Stage", narrow(85)).
		OverrideByName("Currency", narrow(80)).OverrideByName("Days open", narrow(90)).OverrideByName("Open since", day()).OverrideByName("Last seen", day())
}

func expansionByRoute() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 7, at: grid{0, 39, 12, 7}, title: "Whose customers pay more later?",
		about:   "Payments of the period by the customer's first route and by currency: what subscriptions began with, renewals, what upgrades added, refunds (negative payments), and the added beside the begun and renewed. Amounts are as the events carry them; contracts and months differ in length.",
		empty:   "No customer paid in the period",
		targets: []target{tabular("afterwin/expansion")},
	}).Decimals(0).OverrideByName("Added, share", append(unit(share, 1), width(105))).OverrideByName("Currency", narrow(80)).OverrideByName("Paying", narrow(70)).
		OverrideByName("First qualified by", narrow(130))
}

func satisfactionByRoute() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 8, at: grid{12, 39, 12, 7}, title: "Whose customers are content?",
		about:   "Answers of the period to CSAT (mean of the scores) and NPS (share of 9s and 10s less that of 0 to 6, times 100) by the customer's first route, with 95 % intervals. Only those who answer are counted, who may be happier or angrier than the others; few answers give wide intervals.",
		empty:   "No customer answered a survey in the period",
		targets: []target{tabular("afterwin/satisfaction")},
	}).Decimals(1).OverrideByName("Answers", append(unit(number, 0), width(80))).OverrideByName("Survey", narrow(75))
}

func satisfiedStay() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 9, at: grid{0, 46, 9, 8}, title: "Do the unhappy leave?",
		about:   "Customers by their first answer to the NPS survey after the win, and the share of each group that left within the horizon after it, with its 95 % interval (Wilson). Only answers old enough to say. Where intervals overlap, the survey foretells nothing yet.",
		empty:   "No answer is old enough to say",
		targets: []target{tabular("afterwin/satisfied_stay")},
	}).Decimals(0).OverrideByName("Answered as", narrow(150)).OverrideByName("Customers", narrow(85)).OverrideByName("Left", narrow(60)).OverrideByName("Left, share", shareBar(alarm, 1)).OverrideByName("from", unit(share, 1)).OverrideByName("to", unit(share, 1))
}

func paybackByRoute() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 10, at: grid{9, 46, 15, 8}, title: "How soon do they pay back what they cost?",
		about:   "Payback = advertising cost a win / (revenue a month × gross margin); 9–12 months are usual for software, sales and salaries included. Here the cost is what ad_cost events say, of all units of the route, won or not: advertising alone, unless you send what sales costs as well, makes it shorter than the whole truth. Lifetime value = revenue a month × gross margin × months customers were observed / customers who left: it supposes that they go on leaving as they did, and swings while few have left. Over the whole history; the margin is the batch's setting, 80 % by default.",
		empty:   "Nobody became a lead",
		targets: []target{tabular("afterwin/payback")},
	}).Decimals(0).OverrideByName("Payback, months", append(unit(number, 2), width(100))).OverrideByName("Cost a win", append(unit(number, 2), width(90))).OverrideByName("Times its cost", append(unit(number, 1), width(85))).OverrideByName("Lifetime value", narrow(95)).
		OverrideByName("First qualified by", narrow(130)).OverrideByName("Customers", narrow(85)).OverrideByName("Revenue a month", narrow(105)).
		OverrideByName("Beside 9–12 months", words(paybackReadings))
}

func quietCustomers() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 11, at: grid{0, 63, 24, 9}, title: "Which customers have gone quiet?",
		about:   "Customers of whom nobody has been seen for two weeks at the end of observation, those who fell silent last first: there is still something to be done about them. The first 100. Not every silent customer leaves. Click an account to see it.",
		empty:   "Every customer was seen within the last two weeks",
		targets: []target{tabular("afterwin/quiet")},
	}).Decimals(1).OverrideByName("Account", []dashboard.DynamicConfigValue{toAccount(), width(150)}).OverrideByName("Stage", narrow(85)).
		OverrideByName("Days silent", narrow(90)).OverrideByName("Last seen", day()).OverrideByName("In this stage since", append(day(), width(140)))
}

func churnedCustomers() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 12, at: grid{0, 72, 24, 9}, title: "Who left, and why?",
		about:   "Customers who left in the period, the latest 200, with the reason that billing or the CRM gave. Came back: they entered another stage since. Click an account to see it.",
		empty:   "Nobody left in the period",
		targets: []target{tabular("afterwin/churned")},
	}).OverrideByName("Left", day()).OverrideByName("Account", []dashboard.DynamicConfigValue{toAccount(), width(150)}).OverrideByName("Came back", narrow(90))
}
