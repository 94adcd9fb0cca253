package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

const accountsUID = "funnelcloud-accounts"

// accounts answers who is behind one account, where it stands and why, and what to do next.
func accounts() page {
	return page{
		file: "accounts.json", uid: accountsUID, title: "Accounts: who is behind them, and what to do next?",
		description: "The accounts worth looking at, and everything about one of them: its people, its use of the product, its stages with the evidence, its scores, what was said and asked, and the next step. Click a name in the list, or choose an account above. The period selects use and visits; the rest is the whole history.",
		from:        "now-1y", to: "now", refresh: "",
		variables: []variable{datasource(), account(), zone()},
		panels: []cog.Builder[dashboard.Panel]{
			accountFigures(), nextStep(), accountsWorthLookingAt(), buyingGroup(), accountUsage(), accountFeatures(), accountStages(),
			accountScores(), accountConversations(), accountRequests(), accountTouches(), accountBilling(),
		},
	}
}

// account is whose page is shown.
func account() variable {
	return ask("account", "Account", "")
}

// toAccount makes names links to the page of the account whose id the column holds.
func toAccount() dashboard.DynamicConfigValue {
	return drill("Show this account", accountsUID, "account")
}

// day is a column of times of which the day is enough.
func day() []dashboard.DynamicConfigValue {
	return []dashboard.DynamicConfigValue{set("unit", "time:YYYY-MM-DD"), width(100)}
}

func accountFigures() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 1, at: grid{0, 0, 24, 4}, title: "Who is it, and where does it stand?",
		about:   "The chosen account at the end of observation: the stages it is in, its grade (fit by letter, engagement by number), its lead score after decay, its people and how many of them were seen in the last 30 days, the plan and size that it told us last.",
		empty:   "No such account in the published run",
		targets: []target{tabular("accounts/account")},
	}).Decimals(0).OverrideByName("Account", narrow(200)).OverrideByName("Stages", narrow(170)).OverrideByName("Seen in 30 days", narrow(125)).
		OverrideByName("Score now", append(unit(number, 1), width(95))).OverrideByName("Days since last seen", append(unit(number, 1), width(150)))
}

func nextStep() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 2, at: grid{0, 4, 24, 5}, title: "What is the next step, and whose is it?",
		about:   "What the account's stages, requests and answers ask for, the most urgent first. These are rules, not forecasts: an open request is answered, a qualified account that nobody has taken is called, a day to ask again is kept. Owner: who answers for the stage.",
		empty:   "Nothing to do: no open request, no stage that waits for anybody",
		targets: []target{tabular("accounts/next_step")},
	}).Decimals(1).OverrideByName("Next step", narrow(290)).OverrideByName("Days waiting", append(unit(number, 1), width(110))).OverrideByName("Owner", narrow(110))
}

func buyingGroup() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 3, at: grid{0, 19, 24, 8}, title: "Who belongs to the buying group, and what do they do?",
		about:   "People of the account, those who talk to us or pay first. “Says to be” is a title that they or the CRM gave. “Part” follows from what they did, which is a guess at their role, not their job: contacts are forms, messages, meetings and calls; uses are features used, activation and limits hit.",
		empty:   "No people are known in this account",
		targets: []target{tabular("accounts/buying_group")},
	}).Decimals(0).OverrideByName("Who", narrow(250)).OverrideByName("Id", idColumn(90)).OverrideByName("Says to be", narrow(130)).
		OverrideByName("Contacts", narrow(85)).OverrideByName("Uses", narrow(70)).OverrideByName("Uses in 30 days", narrow(120)).
		OverrideByName("Events", narrow(75)).OverrideByName("First seen", day()).OverrideByName("Last seen", day())
}

func accountUsage() cog.Builder[dashboard.Panel] {
	return paint(lines(head{
		id: 4, at: grid{0, 27, 12, 8}, title: "Do they use the product more or less than before?",
		about:   "Use of the product by week (from Monday): how many people, and how many uses. Weeks without any use have no point. The first and last weeks may be cut by the period.",
		empty:   "Nobody of this account used the product in the period",
		targets: []target{series("accounts/usage")},
	}).Decimals(0).LineWidth(2).FillOpacity(0).ShowPoints(common.VisibilityModeAlways), map[string]string{"uses": accent, "people": good})
}

func accountFeatures() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 5, at: grid{12, 27, 12, 8}, title: "What do they use it for?",
		about:   "Features used, limits hit, invitations, trials and looks at prices in the period, by how often; with how many people did so.",
		empty:   "Nobody of this account used the product in the period",
		targets: []target{tabular("accounts/features")},
	}).Decimals(0).OverrideByName("People", narrow(80)).OverrideByName("Times", narrow(80)).OverrideByName("Last", day())
}

func accountStages() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 6, at: grid{0, 35, 24, 8}, title: "Which stages did it enter, and what proves it?",
		about:   "Every entry into a stage, the latest first, with the definition that put the account there, its reason, and the ids of the events that prove it, as in the table events. Stages may be skipped, left and entered again. No days: it is still there.",
		empty:   "This account entered no stage",
		targets: []target{tabular("accounts/stages")},
	}).Decimals(0).OverrideByName("Entered", instant()).OverrideByName("Stage", narrow(105)).OverrideByName("Entry", narrow(60)).
		OverrideByName("Days there", append(unit(number, 1), width(90))).OverrideByName("Owner", narrow(85)).OverrideByName("Definition", narrow(110)).
		OverrideByName("Evidence (event ids)", narrow(300))
}

func accountScores() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 7, at: grid{0, 43, 12, 8}, title: "What is its lead score made of?",
		about:   "Points by signal: fit is what the account is, engagement what it does. What is left now is after decay up to the end of observation; the column adds up to the score above, before the clipping of fit to 0–100.",
		empty:   "This account earned no points",
		targets: []target{tabular("accounts/scores")},
	}).Decimals(1).OverrideByName("Part", narrow(100)).OverrideByName("Times", append(unit(number, 0), width(70))).OverrideByName("Points", narrow(80)).
		OverrideByName("Left now", append(append(bar(50, accent), set("unit", number)), set("decimals", 1))).OverrideByName("Last", day())
}

func accountRequests() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 9, at: grid{12, 43, 12, 8}, title: "Has everything they asked for been answered?",
		about:   "Requests of the account, open ones first, then the latest: how long the first reply took, by a person or a bot, in wall time; never answered means none within the time after which it counts as never.",
		empty:   "This account has asked for nothing that needs a reply",
		targets: []target{tabular("accounts/requests")},
	}).OverrideByName("Status", narrow(110)).OverrideByName("Asked", instant()).OverrideByName("Answered after", append(unit(seconds, 0), width(120))).
		OverrideByName("Request", narrow(110)).OverrideByName("Owner", narrow(80)).OverrideByName("By", narrow(75)).OverrideByName("Waiting for", append(unit(seconds, 1), width(95)))
}

func accountConversations() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 8, at: grid{0, 51, 24, 8}, title: "In their own words: do they intend to buy, and why?",
		about:   "What its people said for or against buying, the latest first: the words, the stated use or problem, the rule that heard it, the level (3 wants to buy, 2 asks for price or terms, 1 looks around, −1 not qualified), and how the conversation ended. Small talk and support are left out; the whole conversation is on Qualification.",
		empty:   "Its people said nothing of buying",
		targets: []target{tabular("accounts/conversations")},
	}).Decimals(0).OverrideByName("Said", instant()).OverrideByName("Why", narrow(220)).OverrideByName("Heard as", narrow(130)).OverrideByName("Level", narrow(60)).
		OverrideByName("Ended", narrow(130)).OverrideByName("Conversation", narrow(150))
}

func accountTouches() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 10, at: grid{0, 59, 12, 9}, title: "How did its people come to us?",
		about:   "Visits and other contacts of the period, the latest 200: who, by which channel and campaign, on which page first, and how many events the visit had. Which of them earn credit is on Attribution.",
		empty:   "Nobody of this account came in the period",
		targets: []target{tabular("accounts/touches")},
	}).Decimals(0).OverrideByName("When", instant()).OverrideByName("Who", narrow(160)).OverrideByName("Events", narrow(70)).
		OverrideByName("Channel", narrow(130))
}

func accountBilling() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 11, at: grid{12, 59, 12, 9}, title: "What did they buy, pay and say of it?",
		about:   "Deals, trials, payments and answers to surveys, the latest 100. Amounts are in the currency beside them, as the events carry them; an upgrade's amount is what it adds; a refund is negative.",
		empty:   "No deal, payment or survey of this account",
		targets: []target{tabular("accounts/billing")},
	}).OverrideByName("When", instant()).OverrideByName("What", narrow(160)).OverrideByName("Amount", append(unit(number, 2), width(90))).
		OverrideByName("Currency", narrow(80)).OverrideByName("Plan", narrow(100))
}

func accountsWorthLookingAt() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 12, at: grid{0, 9, 24, 10}, title: "Which accounts are worth a look today?",
		about:   "Accounts with an open request, then those on the way to a win or in nurture, the most advanced and warmest first; the first 200. Customers and disqualified accounts are left out unless a request of theirs is open. Days waiting: since the request, or since they entered the last of their stages. Click an id to see that account.",
		empty:   "No account is on its way to a win",
		targets: []target{tabular("accounts/worth_looking_at")},
	}).Decimals(0).OverrideByName("Account", narrow(190)).OverrideByName("Id", []dashboard.DynamicConfigValue{toAccount(), width(170)}).OverrideByName("Stages", narrow(190)).
		OverrideByName("Grade", narrow(65)).OverrideByName("Score now", append(append(bar(100, accent), set("unit", number), width(130)), set("decimals", 0))).
		OverrideByName("People", narrow(70)).OverrideByName("Last seen", day()).OverrideByName("Open requests", narrow(115)).
		OverrideByName("Days waiting", append(unit(number, 1), width(110)))
}
