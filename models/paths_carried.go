package models

import (
	"cmp"
	"context"
	"slices"

	"github.com/funnelcloud/funnelcloud/models/path"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// segmentRow is a row of table path_segments.
type segmentRow struct {
	path.SegmentRow
	resampledPart
}

// resampledPart says whose resamples a part of a path report rests on.
type resampledPart struct {
	Run   uint64  `ch:"resampled_run_id"` // 0: there are none
	Moved float64 `ch:"moved"`            // the part of its entries that came or went since
}

// partKey names a part of a path report.
type partKey struct {
	unitKind, report string

	path.Segment
}

// drawnPaths are the parts of path reports as the run before drew them; empty for a run that follows none.
type drawnPaths struct {
	parts  map[partKey]resampledPart
	states map[partKey][]path.State // by name
	graphs map[partKey][]path.Transition
}

// drawnBefore reads what the run before drew, if this run may carry its intervals on.
func (r *run) drawnBefore(ctx context.Context) (drawnPaths, error) {
	d := drawnPaths{map[partKey]resampledPart{}, map[partKey][]path.State{}, map[partKey][]path.Transition{}}
	if r.row.PreviousRunID == 0 || r.o.Bootstrap <= 0 {
		return d, nil
	}
	err := cmp.Or(
		eachDrawn(ctx, r, "path_segments_by_run", func(s segmentRow) {
			d.parts[partKey{s.UnitKind, s.StateKind, path.Segment{By: s.By, Value: s.Segment}}] = s.resampledPart
		}),
		eachDrawn(ctx, r, "path_bottlenecks_by_run", func(b path.Bottleneck) {
			if b.By != "" { // of all units together the states themselves say more
				key := partKey{b.UnitKind, b.StateKind, path.Segment{By: b.By, Value: b.Segment}}
				d.states[key] = append(d.states[key], b.AsState())
			}
		}),
		eachDrawn(ctx, r, "path_states_by_run", func(s path.State) {
			key := partKey{unitKind: s.UnitKind, report: s.StateKind}
			d.states[key] = append(d.states[key], s)
		}),
		eachDrawn(ctx, r, "path_transitions_by_run", func(t path.Transition) {
			key := partKey{unitKind: t.UnitKind, report: t.StateKind}
			d.graphs[key] = append(d.graphs[key], t)
		}))
	for _, states := range d.states {
		slices.SortFunc(states, func(a, b path.State) int { return cmp.Compare(a.State, b.State) })
	}
	return d, err
}

func eachDrawn[Row any](ctx context.Context, r *run, table string, keep func(Row)) error {
	rows, err := warehouse.SelectAll[Row](ctx, r.db, "staging/drawn_paths.sql", r.params("table", table))
	for _, row := range rows {
		keep(row)
	}
	return err
}

// figures are the states and edges of a part with their intervals: those of the run before, moved along with the estimates,
// as long as little moved, else by new resamples.
func (w *pathWriter) figures(d path.Definition, part path.Part, resamples int) ([]path.State, []path.Transition, resampledPart, error) {
	if resamples <= 0 {
		states, graph, err := part.Builder.Figures(0, 0)
		return states, graph, resampledPart{}, err
	}
	key := partKey{cmp.Or(d.Unit, path.UnitPerson), d.Name, part.Segment}
	if last := w.drawn.parts[key]; last.Run != 0 {
		states, graph, err := part.Builder.Figures(0, 0)
		if err != nil {
			return nil, nil, last, err
		}
		if last.Moved += path.Moved(states, w.drawn.states[key]); last.Moved <= mostMoved {
			path.CarryStates(states, w.drawn.states[key])
			path.CarryTransitions(graph, w.drawn.graphs[key])
			return states, graph, last, nil
		}
	}
	states, graph, err := part.Builder.Figures(resamples, seed(d, part.Segment))
	return states, graph, resampledPart{Run: w.run.row.RunID}, err
}
