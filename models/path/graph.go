package path

import (
	"cmp"
	"slices"
)

// Transition is a row of table path_transitions: an edge of the directed graph. Bounds are those of 95 % intervals;
// they are 0 to 0 where no interval was asked for.
type Transition struct {
	UnitKind       string  `ch:"unit_kind" json:"unit_kind"`
	StateKind      string  `ch:"state_kind" json:"state_kind"`
	From           string  `ch:"from_state" json:"from_state"`
	To             string  `ch:"to_state" json:"to_state"`
	Transitions    uint64  `ch:"transitions" json:"transitions"`
	Units          uint64  `ch:"units" json:"units"`
	MedianSeconds  float64 `ch:"median_seconds" json:"median_seconds"`
	P90Seconds     float64 `ch:"p90_seconds" json:"p90_seconds"`
	ConversionRate float64 `ch:"conversion_rate" json:"conversion_rate"` // share of the units that won after they first took the edge
	ConversionLow  float64 `ch:"conversion_low" json:"conversion_low"`
	ConversionHigh float64 `ch:"conversion_high" json:"conversion_high"`
	UnitShare      float64 `ch:"unit_share" json:"unit_share"` // of all units
	UnitShareLow   float64 `ch:"unit_share_low" json:"unit_share_low"`
	UnitShareHigh  float64 `ch:"unit_share_high" json:"unit_share_high"`
	Share          float64 `ch:"share" json:"share"` // of the transitions that leave From
	ShareLow       float64 `ch:"share_low" json:"share_low"`
	ShareHigh      float64 `ch:"share_high" json:"share_high"`
}

// Graph is every edge, self-loops and edges back too, ordered by from and to. Beside the states it has Start, and
// Converted, Lost and Open as ends of trails whose last state is not absorbing. Times to Open run to Trail.EndedAt.
// Intervals of UnitShare and ConversionRate are Wilson's, since a unit counts once in them; that of Share needs the
// bootstrap (GraphWithIntervals), since a unit may leave a state often.
func (b *Builder) Graph() []Transition {
	rows := make([]Transition, 0, len(b.edges.list))
	counts := b.counts()
	leaving := b.leaving(counts)
	for _, i := range b.sortedEdges() {
		e := &b.edges.list[i]
		row := Transition{
			UnitKind: b.options.UnitKind, StateKind: b.options.StateKind, From: b.name(e.from), To: b.name(e.to),
			Transitions: uint64(e.transitions), Units: uint64(e.units),
			MedianSeconds: e.times.quantile(.5), P90Seconds: e.times.quantile(.9),
			ConversionRate: ratio(e.converted, e.units), UnitShare: ratio(e.units, b.units),
			Share: b.shareOfLeaving(counts, leaving, i),
		}
		row.ConversionLow, row.ConversionHigh = wilson(uint64(e.converted), uint64(e.units))
		row.UnitShareLow, row.UnitShareHigh = wilson(uint64(e.units), uint64(b.units))
		rows = append(rows, row)
	}
	return rows
}

// sortedEdges are the places of the edges by the names of their ends.
func (b *Builder) sortedEdges() []int {
	order := make([]int, len(b.edges.list))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(x, y int) int {
		e, f := &b.edges.list[x], &b.edges.list[y]
		return cmp.Or(cmp.Compare(b.name(e.from), b.name(f.from)), cmp.Compare(b.name(e.to), b.name(f.to)))
	})
	return order
}

// WentOn is a state that should end the chain, and how often a unit did something else after it: a customer who was
// retained, a lead that came back. The chain ends all the same; what came then counts among the transitions of the states
// that it leads through.
type WentOn struct {
	State string `json:"state"`
	Times int    `json:"times"`
}

// WentOn are the states that units left though they end the chain, by name.
func (b *Builder) WentOn() []WentOn {
	times := make([]int, len(b.states))
	for i := range b.edges.list {
		if e := &b.edges.list[i]; e.from >= 0 && b.states[e.from].absorbing() {
			times[e.from] += e.transitions
		}
	}
	var rows []WentOn
	for _, id := range b.sortedIDs() {
		if times[id] > 0 {
			rows = append(rows, WentOn{b.states[id].name, times[id]})
		}
	}
	return rows
}

// TopTransitions are the n busiest edges, busiest first, and a last row, from Remaining, that says how many transitions
// the others hold; all of them if n is 0 or less.
func TopTransitions(graph []Transition, n int) []Transition {
	sorted := slices.Clone(graph)
	slices.SortFunc(sorted, func(a, b Transition) int {
		return cmp.Or(cmp.Compare(b.Transitions, a.Transitions), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	if n <= 0 || len(sorted) <= n {
		return sorted
	}
	rest := Transition{UnitKind: sorted[0].UnitKind, StateKind: sorted[0].StateKind, From: Remaining, To: Remaining}
	for _, t := range sorted[n:] {
		rest.Transitions += t.Transitions
	}
	return append(sorted[:n:n], rest)
}
