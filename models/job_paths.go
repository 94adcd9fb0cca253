package models

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/funnelcloud/funnelcloud/models/path"
	"github.com/funnelcloud/funnelcloud/queries/vocabulary"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// topVariants is how many sequences are kept by themselves; the rest are one row, (remaining).
const topVariants = 1000

// drawnFunnel is the order that slides draw. The three routes stand side by side: one of them is enough.
var drawnFunnel = [][]string{{"suspect"}, {"inquiry"}, {"mql", "pql", "cql"}, {"sal"}, {"sql"}, {"opportunity"}, {"won"}}

// stageVisit is one entry of a unit into a stage.
type stageVisit struct {
	UnitID string    `ch:"unit_id"`
	State  string    `ch:"state"`
	At     time.Time `ch:"at"`
}

// channelVisit is one touch of a unit by a channel; WonAt is zero for those that did not win.
type channelVisit struct {
	stageVisit
	WonAt time.Time `ch:"won_at,null"`
}

// drawPaths makes the transition graph, the chain and the variants of stages and of channels, for people and accounts.
func drawPaths(ctx context.Context, r *run) (in, out uint64, err error) {
	w := &pathWriter{run: r}
	for _, kind := range []string{unitPerson, unitAccount} {
		params := r.params("unit_kind", kind, "stage_order", vocabulary.Stages)
		stages := warehouse.Select[stageVisit](ctx, r.db, "staging/stage_entries.sql", params)
		builder, read, err := buildPaths(kind, "stage", stages, stageTrail)
		in += read
		if err != nil {
			return in, w.written, err
		}
		if err := w.linearity(ctx, builder.LinearityOfSteps(drawnFunnel)); err != nil {
			return in, w.written, err
		}
		if err := w.graph(ctx, builder); err != nil {
			return in, w.written, err
		}
		channels := warehouse.Select[channelVisit](ctx, r.db, "staging/channel_visits.sql", params)
		builder, read, err = buildPaths(kind, "channel", channels, channelTrail)
		in += read
		if err != nil {
			return in, w.written, err
		}
		if err := w.graph(ctx, builder); err != nil {
			return in, w.written, err
		}
	}
	return in, w.written, nil
}

func buildPaths[Row interface{ unit() string }](unitKind, stateKind string, rows iter.Seq2[Row, error], trail func([]Row) path.Trail) (*path.Builder, uint64, error) {
	builder := path.NewBuilder(path.Options{UnitKind: unitKind, StateKind: stateKind})
	var read uint64
	for visits, err := range grouped(rows, Row.unit) {
		if err != nil {
			return nil, read, err
		}
		read += uint64(len(visits))
		builder.Add(trail(visits))
	}
	return builder, read, nil
}

func (v stageVisit) unit() string { return v.UnitID }

// stageTrail is the trail of a unit through the stages: the states themselves say how it ended.
func stageTrail(visits []stageVisit) path.Trail {
	t := path.Trail{UnitID: visits[0].UnitID, Outcome: path.OutcomeOpen}
	for _, v := range visits {
		t.Visits = append(t.Visits, path.Visit{State: v.State, At: v.At})
	}
	return t
}

func channelTrail(visits []channelVisit) path.Trail {
	t := path.Trail{UnitID: visits[0].UnitID, Outcome: path.OutcomeOpen, EndedAt: visits[0].WonAt}
	if !t.EndedAt.IsZero() {
		t.Outcome = path.OutcomeWon
	}
	for _, v := range visits {
		t.Visits = append(t.Visits, path.Visit{State: v.State, At: v.At})
	}
	return t
}

// pathWriter writes the four path tables. They are small: a table is written in one batch.
type pathWriter struct {
	run     *run
	written uint64
}

func (w *pathWriter) graph(ctx context.Context, b *path.Builder) error {
	states, err := b.States()
	if err != nil {
		return fmt.Errorf("absorbing chain: %w", err)
	}
	if err := insertRows(ctx, w, "path_states_by_run", states); err != nil {
		return err
	}
	if err := insertRows(ctx, w, "path_transitions_by_run", b.Graph()); err != nil {
		return err
	}
	return insertRows(ctx, w, "path_variants_by_run", b.Variants(topVariants))
}

func (w *pathWriter) linearity(ctx context.Context, l path.Linearity) error {
	return insertRows(ctx, w, "path_linearity_by_run", []path.Linearity{l})
}

func insertRows[Row any](ctx context.Context, w *pathWriter, table string, rows []Row) error {
	w.written += uint64(len(rows))
	return warehouse.Insert(ctx, w.run.db, table, w.run.row.RunID, rows)
}
