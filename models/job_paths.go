package models

import (
	"context"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"github.com/funnelcloud/funnelcloud/models/path"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// How much of a path report the tables keep.
const (
	pathExamples     = 10 // units that a variant names
	pathGroups       = 6  // of similar variants
	expectedStates   = 60 // states whose every pair has a row of expectations; with more the table would be mostly noise
	segmentResamples = 50 // for the intervals of a segment, at most; the whole has all
)

// drawPaths makes the saved path reports and funnels.
func drawPaths(ctx context.Context, r *run) (in, out uint64, err error) {
	reports := r.o.Reports
	if reports == nil {
		if reports, err = path.DefaultReports(); err != nil {
			return 0, 0, err
		}
	}
	drawn, err := r.drawnBefore(ctx)
	if err != nil {
		return 0, 0, err
	}
	w := &pathWriter{run: r, drawn: drawn}
	reader := pathReader{r.db, r.row.RunID, r.o.SessionGap, r.o.SessionOverCampaigns, r.keepHistories}
	for _, d := range reports.Paths {
		study, read, err := reader.study(ctx, d, r.marks.ObservedUntil, pathExamples)
		in += read
		if err == nil {
			err = w.study(ctx, d, study)
		}
		if err != nil {
			return in, w.written, fmt.Errorf("path report %q: %w", d.Name, err)
		}
	}
	for _, f := range reports.Funnels {
		funnel, read, err := reader.funnel(ctx, f)
		in += read
		if err == nil {
			err = w.funnel(ctx, f, funnel)
		}
		if err != nil {
			return in, w.written, fmt.Errorf("funnel %q: %w", f.Name, err)
		}
	}
	return in, w.written, nil
}

// pathWriter writes the path tables. They are small: a table is written in one batch.
type pathWriter struct {
	run     *run
	drawn   drawnPaths
	written uint64
}

func (w *pathWriter) study(ctx context.Context, d path.Definition, s *path.Study) error {
	parts, err := s.Parts()
	if err != nil {
		return err
	}
	var segments []segmentRow
	var bottlenecks []path.Bottleneck
	for i, part := range parts {
		resamples := w.run.o.Bootstrap
		if i > 0 {
			resamples = min(resamples, segmentResamples)
		}
		states, graph, resampled, err := w.figures(d, part, resamples)
		if err != nil {
			return fmt.Errorf("absorbing chain of %s %q: %w", part.By, part.Value, err)
		}
		segments = append(segments, segmentRow{part.Row(d.Steps()), resampled})
		bottlenecks = append(bottlenecks, path.Bottlenecks(part.Segment, states)...)
		if i > 0 {
			continue
		}
		if err := w.whole(ctx, d, part.Builder, states, graph); err != nil {
			return err
		}
	}
	if err := s.Err(); err != nil {
		return err
	}
	if err := insertRows(ctx, w, "path_segments_by_run", segments); err != nil {
		return err
	}
	return insertRows(ctx, w, "path_bottlenecks_by_run", bottlenecks)
}

// whole writes what is kept of all units together.
func (w *pathWriter) whole(ctx context.Context, d path.Definition, b *path.Builder, states []path.State, graph []path.Transition) error {
	variants := b.Variants(d.Top)
	b.Group(variants, pathGroups)
	var expectations []path.Expectation
	if len(states) <= expectedStates {
		var err error
		if expectations, err = b.Expectations(); err != nil {
			return err
		}
	}
	var linearity []path.Linearity
	if d.Name == "stage" { // the table has one row a unit kind, that of the stages; other reports' are in path_segments
		linearity = append(linearity, b.LinearityOfSteps(d.Steps()))
	}
	for _, insert := range []func() error{
		func() error { return insertRows(ctx, w, "path_states_by_run", states) },
		func() error { return insertRows(ctx, w, "path_transitions_by_run", graph) },
		func() error { return insertRows(ctx, w, "path_variants_by_run", variants) },
		func() error { return insertRows(ctx, w, "path_expectations_by_run", expectations) },
		func() error { return insertRows(ctx, w, "path_actions_by_run", b.Actions()) },
		func() error { return insertRows(ctx, w, "path_linearity_by_run", linearity) },
	} {
		if err := insert(); err != nil {
			return err
		}
	}
	return nil
}

// seed is the same in every run, so that intervals change only when the data do.
func seed(d path.Definition, s path.Segment) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(strings.Join([]string{d.Unit, d.Name, s.By, s.Value}, "\x00")))
	return h.Sum64()
}

type funnelStep struct {
	UnitKind           string   `ch:"unit_kind"`
	Funnel             string   `ch:"funnel"`
	Breakdown          string   `ch:"breakdown"`
	Position           uint32   `ch:"position"`
	Step               string   `ch:"step"`
	Optional           bool     `ch:"optional"`
	Units              uint64   `ch:"units"`
	OfFirst            float64  `ch:"of_first"`
	OfPrevious         float64  `ch:"of_previous"`
	MeanSeconds        float64  `ch:"mean_seconds"`
	MedianSeconds      float64  `ch:"median_seconds"`
	P90Seconds         float64  `ch:"p90_seconds"`
	TotalMedianSeconds float64  `ch:"total_median_seconds"`
	TotalP90Seconds    float64  `ch:"total_p90_seconds"`
	Dropped            uint64   `ch:"dropped"`
	DroppedUnits       []string `ch:"dropped_units"`
}

type funnelCohort struct {
	UnitKind    string    `ch:"unit_kind"`
	Funnel      string    `ch:"funnel"`
	Breakdown   string    `ch:"breakdown"`
	CohortStart time.Time `ch:"cohort_start"`
	Position    uint32    `ch:"position"`
	Step        string    `ch:"step"`
	Units       uint64    `ch:"units"`
}

func (w *pathWriter) funnel(ctx context.Context, f path.SavedFunnel, funnel *path.Funnel) error {
	rows := funnel.Rows()
	steps := make([]funnelStep, len(rows))
	for i, row := range rows {
		steps[i] = funnelStep{
			UnitKind: f.UnitKind(), Funnel: f.Name, Breakdown: strings.Join(row.Breakdown, ", "), Position: uint32(i%len(f.Steps) + 1),
			Step: row.Step, Optional: row.Optional, Units: row.Units, OfFirst: row.OfFirst, OfPrevious: row.OfPrevious,
			MeanSeconds: row.MeanSeconds, MedianSeconds: row.MedianSeconds, P90Seconds: row.P90Seconds,
			TotalMedianSeconds: row.TotalMedianSeconds, TotalP90Seconds: row.TotalP90Seconds, Dropped: row.Dropped, DroppedUnits: row.DroppedUnits,
		}
	}
	if err := insertRows(ctx, w, "funnel_steps_by_run", steps); err != nil {
		return err
	}
	var cohorts []funnelCohort
	for _, c := range funnel.Cohorts() {
		for i, units := range c.Units {
			cohorts = append(cohorts, funnelCohort{
				UnitKind: f.UnitKind(), Funnel: f.Name, Breakdown: strings.Join(c.Breakdown, ", "), CohortStart: c.Start,
				Position: uint32(i + 1), Step: rows[i].Step, Units: units,
			})
		}
	}
	return insertRows(ctx, w, "funnel_cohorts_by_run", cohorts)
}

func insertRows[Row any](ctx context.Context, w *pathWriter, table string, rows []Row) error {
	w.written += uint64(len(rows))
	return warehouse.Insert(ctx, w.run.db, table, w.run.row.RunID, rows)
}
