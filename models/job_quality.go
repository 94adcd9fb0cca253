package models

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/funnelcloud/funnelcloud/models/quality"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// Horizons over which definitions are judged, in days. 90 is the one that is quoted; the shorter one says something of a
// company that has not been observed for long.
var qualityHorizons = []uint32{30, 90}

// Steps of the scores' thresholds.
const (
	leadScore        = "lead_score"
	leadScoreStep    = 5
	leadScoreHighest = 200
	bantScore        = "bant"
)

// judgeDefinitions says how good the definitions of qualification are, for people and accounts. What depends on a unit
// alone is kept by unit.
func judgeDefinitions(ctx context.Context, r *run) (in, out uint64, err error) {
	for _, file := range []string{"marts/flags.sql", "marts/early_behaviours.sql"} {
		if err := r.db.Exec(ctx, file, r.params()); err != nil {
			return 0, 0, err
		}
	}
	team, err := warehouse.SelectAll[teamAnswer](ctx, r.db, "staging/quality_team.sql", r.params())
	if err != nil {
		return 0, 0, err
	}
	for _, kind := range []string{unitPerson, unitAccount} {
		j := &judge{run: r, kind: kind, team: team}
		err := j.judge(ctx)
		in, out = in+j.read, out+j.written
		if err != nil {
			return in, out, fmt.Errorf("quality of definitions for %ss: %w", kind, err)
		}
	}
	return in, out, nil
}

// judge holds what is known of one kind of unit: a few dozen bytes for each that became a lead.
type judge struct {
	run           *run
	kind          string
	lives         []quality.Life
	units         []quality.Unit
	flags         quality.Flags
	sales         []quality.Flag
	crossings     map[string][]quality.Crossing // by score
	team          []teamAnswer
	read, written uint64
}

func (j *judge) judge(ctx context.Context) error {
	if err := j.writePeaks(ctx); err != nil {
		return err
	}
	if err := j.load(ctx); err != nil || len(j.units) == 0 {
		return err // nobody became a lead: there is nothing to judge
	}
	definitions, sides := j.definitions(), j.sides()
	for _, days := range qualityHorizons {
		population := quality.NewPopulation(j.units, j.options(days))
		for _, write := range []func() error{
			func() error { return j.writeDefinitions(ctx, days, population, definitions) },
			func() error { return j.writeThresholds(ctx, days, population) },
			func() error { return j.writeOutcomes(ctx, days) },
			func() error { return j.writeSides(ctx, days, population, sides) },
		} {
			if err := write(); err != nil {
				return err
			}
		}
	}
	return j.writeAha(ctx)
}

func (j *judge) options(days uint32) quality.Options {
	return quality.Options{Horizon: time.Duration(days) * 24 * time.Hour, Until: j.run.marks.ObservedUntil}
}

func (j *judge) params(more ...any) warehouse.Params {
	return j.run.params(append([]any{"unit_kind", j.kind, "until", warehouse.Timestamp(j.run.marks.ObservedUntil)}, more...)...)
}

// collect reads all rows of a statement. Strings that stay must be cloned: rows share the memory of whole batches.
func collect[Row any](ctx context.Context, j *judge, file string, params warehouse.Params, keep func(Row)) error {
	for row, err := range warehouse.Select[Row](ctx, j.run.db, "staging/quality_"+file+".sql", params) {
		if err != nil {
			return err
		}
		j.read++
		keep(row)
	}
	return nil
}

type salesRow struct {
	UnitID string    `ch:"unit_id"`
	At     time.Time `ch:"met_at"`
}

type teamAnswer struct {
	Team    string  `ch:"team"`
	ESAT    float64 `ch:"esat"`
	Answers uint64  `ch:"answers"`
}

func (j *judge) load(ctx context.Context) error {
	err := collect(ctx, j, "lives", j.params(), func(l quality.Life) {
		l.UnitID, l.Route = strings.Clone(l.UnitID), strings.Clone(l.Route)
		j.lives = append(j.lives, l)
		j.units = append(j.units, quality.Unit{ID: l.UnitID, StartedAt: l.StartedAt, ConvertedAt: l.ConvertedAt})
	})
	if err != nil {
		return err
	}
	err = collect(ctx, j, "met", j.params(), func(m quality.Met) {
		m.UnitID, m.Definition, m.Hash, m.Route = strings.Clone(m.UnitID), strings.Clone(m.Definition), strings.Clone(m.Hash), strings.Clone(m.Route)
		j.flags.Add(m)
	})
	if err != nil {
		return err
	}
	err = collect(ctx, j, "sales", j.params(), func(s salesRow) {
		j.sales = append(j.sales, quality.Flag{UnitID: strings.Clone(s.UnitID), At: s.At})
	})
	if err != nil {
		return err
	}
	j.crossings = map[string][]quality.Crossing{}
	for _, score := range []string{leadScore, bantScore} {
		err := collect(ctx, j, "crossings", j.params("score", score), func(c quality.Crossing) {
			c.UnitID = strings.Clone(c.UnitID)
			j.crossings[score] = append(j.crossings[score], c)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// pointRow is a row of the score ledger.
type pointRow struct {
	UnitID string `ch:"unit_id"`
	quality.Earned
}

// writePeaks writes when each unit's score first reached each step.
func (j *judge) writePeaks(ctx context.Context) error {
	w, err := warehouse.NewWriter[peakRow](j.run.db, "score_peaks_by_run", j.run.row.RunID)
	if err != nil {
		return err
	}
	var ledger []quality.Earned
	rows := warehouse.Select[pointRow](ctx, j.run.db, "staging/quality_ledger.sql", j.params())
	for unit, err := range grouped(rows, func(p pointRow) string { return p.UnitID }) {
		if err != nil {
			return err
		}
		j.read += uint64(len(unit))
		ledger = ledger[:0]
		for _, p := range unit {
			ledger = append(ledger, p.Earned)
		}
		for _, c := range quality.Peaks(ledger, leadScoreStep, leadScoreHighest) {
			if err := w.Append(ctx, peakRow{j.kind, unit[0].UnitID, leadScore, c.Threshold, c.At}); err != nil {
				return err
			}
		}
	}
	for c, err := range warehouse.Select[quality.Crossing](ctx, j.run.db, "staging/quality_bant.sql", j.params()) {
		if err != nil {
			return err
		}
		if err := w.Append(ctx, peakRow{j.kind, c.UnitID, bantScore, c.Threshold, c.At}); err != nil {
			return err
		}
	}
	err = w.Flush(ctx)
	j.written += w.Written()
	return err
}

// insertQuality writes rows of a small table.
func insertQuality[Row any](ctx context.Context, j *judge, table string, rows []Row) error {
	j.written += uint64(len(rows))
	return warehouse.Insert(ctx, j.run.db, table+"_by_run", j.run.row.RunID, rows)
}
