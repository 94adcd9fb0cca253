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
		description: "All transitions of all units between stages, or between channels: a graph with loops and returns, not a funnel. Paths are computed over the whole history of the published run; the time picker doesn't change them.",
		from:        "now-1y", to: "now", refresh: "",
		variables: []variable{datasource(), unitKind(), stateKind(), edges()},
		panels: []cog.Builder[dashboard.Panel]{
			linearity(), graph(), commonWays(), transitionMatrix(), states(), transitions(),
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
		about:   "Nodes: states, with their units, the chance to win from there of ways that come to an end (also the green arc), and the share that came back. Edges: the busiest transitions, as many as chosen above; the thicker, the more. Vermillion edges go back in the drawn order, orange ones are loops. Hover an edge for its count and the median days between.",
		empty:   "The published run has no paths of this kind",
		targets: []target{named("nodes", "paths/nodes"), named("edges", "paths/edges")},
	}).Unit(number).
		Nodes(nodegraph.NewNodeOptionsBuilder().MainStatUnit(number).SecondaryStatUnit(share).Arcs([]cog.Builder[nodegraph.ArcOption]{
			nodegraph.NewArcOptionBuilder().Field("arc__won").Color(good), nodegraph.NewArcOptionBuilder().Field("arc__other").Color("#C8C8C8"),
		})).
		Edges(nodegraph.NewEdgeOptionsBuilder().MainStatUnit(number).SecondaryStatUnit(days)).ZoomMode(nodegraph.ZoomModeCooperative)
}

func commonWays() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 3, at: grid{0, 19, 24, 12}, title: "Which ways are the commonest?",
		about:   "Whole ways from the first state to the last, loops folded for the eye, with the units that went them and the share won. The last row is what the first 40 leave out.",
		empty:   "The published run has no paths of this kind",
		targets: []target{tabular("paths/variants")},
	}).Decimals(0).OverrideByName("Units", narrow(90)).OverrideByName("Share", append(unit(share, 1), width(90))).OverrideByName("Won", narrow(90)).
		OverrideByName("Win rate", append(unit(share, 1), width(90))).OverrideByName("Steps", narrow(90)).
		OverrideByName("Median days", append(unit(number, 1), width(110)))
}

func transitionMatrix() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 4, at: grid{0, 31, 24, 11}, title: "After each state, what comes next?",
		about:   "Each line is a state; the cells are the share of its departures that go to the state of the column, and add up to 100 %. (open): still there at the end of the data.",
		empty:   "The published run has no paths of this kind",
		targets: []target{tabular("paths/matrix")},
	}).Unit(share).Decimals(0).Min(0).Max(1).WithTransformation(matrix("from_state", "to_state", "share")).OverrideByFieldType("number", heat()).
		OverrideByName(corner("from_state", "to_state", "From ╲ to", 130))
}

func states() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 5, at: grid{0, 42, 24, 11}, title: "What is to be expected from each state?",
		about:   "By the absorbing chain fitted to all transitions: visits to expect of a unit from its start, returns once there, the chance to win from there, steps and days to come. “Chance to win” is that of ways that come to an end (won or disqualified): units still under way count with the steps they have taken, but not as failures, so it lies far above the share of all units that have won so far. The chain forgets how a unit came to a state.",
		empty:   "The published run has no paths of this kind",
		targets: []target{tabular("paths/states")},
	}).Decimals(0).OverrideByName("Came back", unit(share, 1)).OverrideByName("Expected visits", unit(number, 2)).OverrideByName("Expected returns", unit(number, 2)).
		OverrideByName("Chance to win", append(append(bar(1, good), set("unit", share)), set("decimals", 1))).
		OverrideByName("Steps to the end", unit(number, 1)).OverrideByName("Mean days there", unit(number, 1))
}

func transitions() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 6, at: grid{0, 53, 24, 12}, title: "Every transition, in numbers",
		about:   "How often units went from one state to another, of all that left the first, how many units that were, how long it took, and the share of them that converted later. A line from a state to itself is a loop.",
		empty:   "The published run has no paths of this kind",
		targets: []target{tabular("paths/transitions")},
	}).Decimals(0).OverrideByName("Of those leaving", unit(share, 1)).OverrideByName("Converted later", unit(share, 1)).
		OverrideByName("Median time", unit(seconds, 1)).OverrideByName("90 % within", unit(seconds, 1))
}
