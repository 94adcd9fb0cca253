package path

import (
	"cmp"
	"slices"
)

// Transition is a row of table path_transitions: an edge of the directed graph.
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
}

// Graph is every edge, self-loops and edges back too, ordered by from and to. Beside the states it has Start, and
// Converted, Lost and Open as ends of trails whose last state is not absorbing. Times to Open run to Trail.EndedAt.
func (b *Builder) Graph() []Transition {
	rows := make([]Transition, 0, len(b.edges))
	for key, e := range b.edges {
		rows = append(rows, Transition{
			UnitKind: b.options.UnitKind, StateKind: b.options.StateKind, From: b.name(key.from), To: b.name(key.to),
			Transitions: uint64(e.transitions), Units: uint64(e.units),
			MedianSeconds: quantile(e.seconds, .5), P90Seconds: quantile(e.seconds, .9),
			ConversionRate: float64(e.converted) / float64(e.units),
		})
	}
	slices.SortFunc(rows, func(a, b Transition) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	return rows
}
