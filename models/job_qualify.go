package models

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/funnelcloud/funnelcloud/models/qualify"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// definitions are those of the run's options, else the built-in ones.
func (r *run) definitions() (*qualify.Definitions, error) {
	if r.o.Definitions != nil {
		return r.o.Definitions, nil
	}
	definitions, err := qualify.Default()
	if err != nil {
		return nil, fmt.Errorf("load the definitions: %w", err)
	}
	r.o.Definitions = definitions // several steps ask; hundreds of expressions need not be compiled for each
	return definitions, nil
}

// definitionHash is the hash of the definitions that the run uses.
func (r *run) definitionHash() (string, error) {
	definitions, err := r.definitions()
	if err != nil {
		return "", err
	}
	return definitions.Hash(), nil
}

func qualifyPersons(ctx context.Context, r *run) (in, out uint64, err error) {
	if err := r.recordDefinitions(ctx); err != nil {
		return 0, 0, err
	}
	return r.qualify(ctx, unitPerson)
}

func qualifyAccounts(ctx context.Context, r *run) (in, out uint64, err error) {
	return r.qualify(ctx, unitAccount)
}

// recordDefinitions writes which definitions the run uses.
func (r *run) recordDefinitions(ctx context.Context) error {
	definitions, err := r.definitions()
	if err != nil {
		return err
	}
	return warehouse.Insert(ctx, r.db, "definitions_by_run", r.row.RunID, definitions.List())
}

// qualify evaluates every unit of a kind: one unit's history is in memory at a time.
func (r *run) qualify(ctx context.Context, kind string) (in, out uint64, err error) {
	definitions, err := r.definitions()
	if err != nil {
		return 0, 0, err
	}
	w, err := newQualifyWriter(r)
	if err != nil {
		return 0, 0, err
	}
	params := r.params(historyParams(historiesOfRun, definitions)...)
	for h, err := range unitHistories(ctx, r.db, kind, r.o.Identity, params) {
		if err != nil {
			return in, w.written(), err
		}
		in += uint64(len(h.signals))
		outcome, err := definitions.Evaluate(h.unit, h.signals, r.marks.ObservedUntil)
		if err != nil {
			return in, w.written(), fmt.Errorf("%s %s: %w", kind, h.unit.ID, err)
		}
		if err := w.append(ctx, outcome); err != nil {
			return in, w.written(), err
		}
		if err := w.dueAt(ctx, kind, h.unit.ID, outcome.DueAt); err != nil {
			return in, w.written(), err
		}
	}
	err = w.flush(ctx)
	return in, w.written(), err
}

// dueRow is a row of table unit_due.
type dueRow struct {
	UnitKind string    `ch:"unit_kind"`
	UnitID   string    `ch:"unit_id"`
	DueAt    time.Time `ch:"due_at"`
}

// qualifyWriter writes the rows that an evaluation gives, one kind a table.
type qualifyWriter struct {
	stages     *warehouse.Writer[qualify.StageEntry]
	scores     *warehouse.Writer[qualify.ScoreRow]
	leads      *warehouse.Writer[qualify.ConversationLead]
	bant       *warehouse.Writer[qualify.BantAnswer]
	met        *warehouse.Writer[qualify.Qualification]
	grades     *warehouse.Writer[qualify.GradeRow]
	requests   *warehouse.Writer[qualify.RequestRow]
	exclusions *warehouse.Writer[qualify.ExclusionRow]
	deals      *warehouse.Writer[qualify.DealRow]
	movements  *warehouse.Writer[qualify.RevenueMovement]
	due        *warehouse.Writer[dueRow]
}

func newQualifyWriter(r *run) (*qualifyWriter, error) {
	var w qualifyWriter
	var faults [11]error
	w.stages, faults[0] = warehouse.NewWriter[qualify.StageEntry](r.db, "stages_by_run", r.row.RunID)
	w.scores, faults[1] = warehouse.NewWriter[qualify.ScoreRow](r.db, "score_ledger_by_run", r.row.RunID)
	w.leads, faults[2] = warehouse.NewWriter[qualify.ConversationLead](r.db, "conversation_leads_by_run", r.row.RunID)
	w.bant, faults[3] = warehouse.NewWriter[qualify.BantAnswer](r.db, "bant_answers_by_run", r.row.RunID)
	w.met, faults[4] = warehouse.NewWriter[qualify.Qualification](r.db, "qualifications_by_run", r.row.RunID)
	w.grades, faults[5] = warehouse.NewWriter[qualify.GradeRow](r.db, "grades_by_run", r.row.RunID)
	w.requests, faults[6] = warehouse.NewWriter[qualify.RequestRow](r.db, "requests_by_run", r.row.RunID)
	w.exclusions, faults[7] = warehouse.NewWriter[qualify.ExclusionRow](r.db, "exclusions_by_run", r.row.RunID)
	w.due, faults[8] = warehouse.NewWriter[dueRow](r.db, "unit_due_by_run", r.row.RunID)
	w.deals, faults[9] = warehouse.NewWriter[qualify.DealRow](r.db, "deals_by_run", r.row.RunID)
	w.movements, faults[10] = warehouse.NewWriter[qualify.RevenueMovement](r.db, "revenue_movements_by_run", r.row.RunID)
	return &w, errors.Join(faults[:]...)
}

// dueAt notes when the unit changes by itself; the zero time is never.
func (w *qualifyWriter) dueAt(ctx context.Context, kind, id string, at time.Time) error {
	if at.IsZero() {
		return nil
	}
	return w.due.Append(ctx, dueRow{UnitKind: kind, UnitID: id, DueAt: at})
}

func (w *qualifyWriter) append(ctx context.Context, o qualify.Outcome) error {
	return errors.Join(
		appendAll(ctx, w.stages, o.Stages), appendAll(ctx, w.scores, o.Scores),
		appendAll(ctx, w.leads, o.Leads), appendAll(ctx, w.bant, o.Bant), appendAll(ctx, w.met, o.Met),
		appendAll(ctx, w.grades, o.Grades), appendAll(ctx, w.requests, o.Requests), appendAll(ctx, w.exclusions, o.Exclusions),
		appendAll(ctx, w.deals, o.Deals), appendAll(ctx, w.movements, o.Movements))
}

func (w *qualifyWriter) flush(ctx context.Context) error {
	return errors.Join(w.stages.Flush(ctx), w.scores.Flush(ctx), w.leads.Flush(ctx), w.bant.Flush(ctx), w.met.Flush(ctx),
		w.grades.Flush(ctx), w.requests.Flush(ctx), w.exclusions.Flush(ctx), w.deals.Flush(ctx), w.movements.Flush(ctx), w.due.Flush(ctx))
}

func (w *qualifyWriter) written() uint64 {
	return w.stages.Written() + w.scores.Written() + w.leads.Written() + w.bant.Written() + w.met.Written() +
		w.grades.Written() + w.requests.Written() + w.exclusions.Written() + w.deals.Written() + w.movements.Written()
}

func appendAll[Row any](ctx context.Context, w *warehouse.Writer[Row], rows []Row) error {
	for _, row := range rows {
		if err := w.Append(ctx, row); err != nil {
			return err
		}
	}
	return nil
}
