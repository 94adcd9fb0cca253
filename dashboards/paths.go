package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/nodegraph"
)

const pathsUID = "funnelcloud-paths"

// paths answers which ways units really took, loops and returns included.
func paths() page {
	return page{
		file: "paths.json", uid: pathsUID, title: "Paths: which ways do they really take?",
		description: "All transitions of all units between stages, channels or the states of a saved report: a graph with loops and returns, not a funnel. Paths are computed over the whole history of the published run; the time picker doesn't change them.",
		from:        "now-1y", to: "now", refresh: "",
		variables: []variable{datasource(), unitKind(), stateKind(), edges(), funnel()},
		panels: []cog.Builder[dashboard.Panel]{
			linearity(), graph(), commonWays(), similarWays(), transitionMatrix(), reach(), states(), bottlenecks(), timeInState(),
			actions(), pathSegments(), funnelSteps(), funnelOverTime(), transitions(),
		},
	}
}

func linearity() cog.Builder[dashboard.Panel] {
	return figures(head{
		id: 1, at: grid{0, 0, 24, 4}, title: "How straight is the way to a win?",
		about:   "Share of wins whose stages follow the drawn order strictly, with no skip, repeat or return (the linearity index), and what the others did; a win may do several of these. “Written off before”: had been disqualified or in nurture. Loops a win: mean number of returns.",
		empty:   "No wins yet",
		targets: []target{tabular("paths/linearity")},
	}).Unit(share).Decimals(0).OverrideByName("Wins", unit(number, 0)).OverrideByName("Loops a win", unit(number, 2))
}

func graph() cog.Builder[dashboard.Panel] {
	return frame(nodegraph.NewPanelBuilder(), head{
		id: 2, at: grid{0, 4, 24, 15}, title: "Where do they go, and where do they turn round?",
		about:   "Nodes: states, with their units, the chance to win from there of ways that come to an end (the darker the blue, the likelier), and the share that came back. Edges: the busiest transitions, as many as chosen above; the thicker, the more units took them. Vermillion edges go back in the drawn order, orange ones are loops. Hover an edge for its count and the median days between.",
		empty:   "The published run has no paths of this kind",
		targets: []target{named("nodes", "paths/nodes"), named("edges", "paths/edges")},
	}).Unit(number).
		Nodes(nodegraph.NewNodeOptionsBuilder().MainStatUnit(number).SecondaryStatUnit(share)).
		Edges(nodegraph.NewEdgeOptionsBuilder().MainStatUnit(number).SecondaryStatUnit(days)).ZoomMode(nodegraph.ZoomModeCooperative)
}

func commonWays() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 3, at: grid{0, 19, 24, 12}, title: "Which ways are the commonest?",
		about:   "Whole ways from the first state to the last, loops folded for the eye, with the units that went them, some of these by name, and the share won. The last row is what the first 40 leave out.",
		empty:   "The published run has no paths of this kind",
		targets: []target{tabular("paths/variants")},
	}).Decimals(0).OverrideByName("Way", []dashboard.DynamicConfigValue{set("custom.minWidth", 360)}).
		OverrideByName("Units", narrow(90)).OverrideByName("Share", append(unit(share, 1), width(90))).OverrideByName("Won", narrow(90)).
		OverrideByName("Win rate", append(unit(share, 1), width(90))).OverrideByName("Steps", narrow(90)).
		OverrideByName("Median days", append(unit(number, 1), width(110))).OverrideByName("Such as", narrow(260))
}

func similarWays() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 7, at: grid{0, 31, 24, 8}, title: "Which ways are alike?",
		about:   "Ways that take few changes to become one another, in groups; the commonest way stands for its group. Ways that the tables leave out are in none.",
		empty:   "The published run has no paths of this kind",
		targets: []target{tabular("paths/groups")},
	}).Decimals(0).OverrideByName("Group", narrow(80)).OverrideByName("Ways", narrow(90)).OverrideByName("Units", narrow(110)).
		OverrideByName("Win rate", append(unit(share, 1), width(110)))
}

// widestStage is how many pixels the name of a stage takes at the head of a column, so that all stages fit beside one
// another on a usual screen. Narrower windows scroll.
const widestStage = 90

func transitionMatrix() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 4, at: grid{0, 39, 24, 17}, title: "After each state, what comes next?",
		about:   "Each line is a state; the cells are the share of its departures that go to the state of the column, and add up to 100 %. (open): still there at the end of the data.",
		empty:   "The published run has no paths of this kind",
		targets: []target{tabular("paths/matrix")},
	}).Unit(share).Decimals(0).Min(0).Max(1).WithTransformation(matrix("from_state", "to_state", "share")).OverrideByFieldType("number", heat()).
		OverrideByName(corner("from_state", "to_state", "From ╲ to", 110)).MinWidth(widestStage)
}

func states() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 5, at: grid{0, 73, 24, 16}, title: "What is to be expected from each state?",
		about:   "By the absorbing chain fitted to all transitions: visits to expect of a unit from its start, returns once there, the chance to win from there with its 95 % interval, steps and days to come. “Chance to win” is that of ways that come to an end (won or disqualified): units still under way count with the steps they have taken, but not as failures, so it lies far above the share of all units that have won so far. The chain forgets how a unit came to a state.",
		empty:   "The published run has no paths of this kind",
		targets: []target{tabular("paths/states")},
	}).Decimals(0).OverrideByName("Came back", unit(share, 1)).OverrideByName("Visits", unit(number, 2)).OverrideByName("Returns", unit(number, 2)).
		OverrideByName("Chance to win", shareBar(good, 1)).
		OverrideByName("Win ≥", unit(share, 1)).OverrideByName("Win ≤", unit(share, 1)).OverrideByName("Steps left", unit(number, 1)).
		OverrideByName("Days left", unit(number, 1)).OverrideByName("Mean days", unit(number, 1)).MinWidth(95)
}

func reach() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 8, at: grid{0, 56, 24, 17}, title: "From each state, where will they ever come?",
		about:   "Each line is a state; a cell is the probability ever to come to the state of the column afterwards, by the absorbing chain, and on the diagonal to come back. For states that end a way (won, disqualified) it is the probability to end there. Reports of more than 60 states have no such table.",
		empty:   "The report has no expectations: none were computed, or it has more than 60 states",
		targets: []target{tabular("paths/reach")},
	}).Unit(share).Decimals(0).Min(0).Max(1).WithTransformation(matrix("from_state", "to_state", "probability")).OverrideByFieldType("number", heat()).
		OverrideByName(corner("from_state", "to_state", "From ╲ to", 110)).MinWidth(widestStage)
}

func bottlenecks() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 9, at: grid{0, 89, 14, 15}, title: "Where does it get stuck?",
		about:   "Score = mean days in a state × entries × the chance to win that is expected to be lost on leaving it: how much waiting ends in worse prospects. The chance lost is the probability of each move to a state with worse prospects times the fall, by the absorbing chain. Bounds: 95 % bootstrap over units.",
		empty:   "Nothing is lost on the way",
		targets: []target{tabular("paths/bottlenecks")},
	}).Decimals(0).OverrideByName("Mean days", unit(number, 1)).OverrideByName("Win lost", unit(share, 1)).OverrideByName("Chance to win", unit(share, 1))
}

func timeInState() cog.Builder[dashboard.Panel] {
	return bars(head{
		id: 10, at: grid{14, 89, 10, 15}, title: "How long do they stay?",
		about:   "Days of stays that have ended: half of them end within the first bar, nine of ten within the second. Stays that still last are not in it, so that slow states look quicker than they are.",
		empty:   "No stay has ended yet",
		targets: []target{tabular("paths/time_in_state")},
	}).Unit(days).Decimals(1).OverrideByName("Half within", []dashboard.DynamicConfigValue{set("color", map[string]any{"mode": "fixed", "fixedColor": accent})}).
		OverrideByName("90 % within", []dashboard.DynamicConfigValue{set("color", map[string]any{"mode": "fixed", "fixedColor": "#B5D3E7"})})
}

func actions() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 11, at: grid{0, 104, 24, 11}, title: "What do winners do that others don't?",
		about:   "Share of won units that entered a state before the win, and of units that lost (where none are lost: of all others). “False findings”: the share of chance findings to expect among the rows down to this one, after Benjamini and Hochberg; above 5 % a row says little. An association, not a cause: a stage near the win goes with it by nature.",
		empty:   "Nobody has won yet, or nobody hasn't",
		targets: []target{tabular("paths/actions")},
	}).Unit(share).Decimals(0).OverrideByName("False findings", unit(share, 2)).OverrideByName("When", narrow(120))
}

func pathSegments() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 12, at: grid{0, 115, 24, 11}, title: "Who goes straight, and when?",
		about:   "Wins, linearity, rework (units that entered some state more than once) and returns from being written off, of all units, by segment and by the month in which a way began. Bounds: 95 % (Wilson). The youngest months have had least time to win.",
		empty:   "The published run has no paths of this kind",
		targets: []target{tabular("paths/segments")},
	}).Unit(share).Decimals(0).OverrideByName("Units", unit(number, 0)).OverrideByName("Won", unit(number, 0)).OverrideByName("Loops a win", unit(number, 2)).
		OverrideByName("Win rate", unit(share, 1)).OverrideByName("Win ≥", unit(share, 1)).OverrideByName("Win ≤", unit(share, 1)).OverrideByName("Split by", narrow(90)).OverrideByName("Segment", narrow(120))
}

func funnelSteps() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 13, at: grid{0, 126, 24, 9}, title: "A funnel: how many get through, and who drops where?",
		about:   "The steps of the saved funnel chosen above. Units are those that took a step, in the order and within the time that the funnel asks for; dropped are those who took no further step though some were to come, which the young ones may still do.",
		empty:   "No funnel is saved for this unit",
		targets: []target{tabular("paths/funnel")},
	}).Decimals(0).OverrideByName("Of first", append(bar(1, accent), set("unit", share), set("decimals", 1))).OverrideByName("Of step before", unit(share, 1)).
		OverrideByName("Median time", unit(seconds, 1)).OverrideByName("90 % within", unit(seconds, 1)).OverrideByName("From entry", unit(seconds, 1)).
		OverrideByName("Step", narrow(190)).OverrideByName("Of", narrow(70)).OverrideByName("Such as", narrow(300)).MinWidth(90)
}

func funnelOverTime() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 14, at: grid{0, 135, 24, 9}, title: "Does the funnel get better?",
		about:   "Each line is a period of entry, each column a step: the share of those who entered then that took it. The youngest periods have had least time.",
		empty:   "The funnel has no cohorts: save it with cohort: month",
		targets: []target{tabular("paths/funnel_over_time")},
	}).Unit(share).Decimals(0).Min(0).Max(1).WithTransformation(matrix("period", "step", "share")).OverrideByFieldType("number", heat()).
		OverrideByName(corner("period", "step", "Entered", 130))
}

func transitions() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 6, at: grid{0, 144, 24, 12}, title: "Every transition, in numbers",
		about:   "How often units went from one state to another, of all that left the first, how many units that were, how long it took, and the share of them that converted later. A line from a state to itself is a loop. Times are those that are known: a way that is open has no end yet.",
		empty:   "The published run has no paths of this kind",
		targets: []target{tabular("paths/transitions")},
	}).Decimals(0).OverrideByName("Leaving", unit(share, 1)).OverrideByName("Leaving ≥", unit(share, 1)).
		OverrideByName("Leaving ≤", unit(share, 1)).OverrideByName("Won later", unit(share, 1)).
		OverrideByName("Won ≥", unit(share, 1)).OverrideByName("Won ≤", unit(share, 1)).
		OverrideByName("Median time", unit(seconds, 1)).OverrideByName("90 % within", unit(seconds, 1)).MinWidth(widestStage)
}
