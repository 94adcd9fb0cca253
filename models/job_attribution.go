package models

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/funnelcloud/funnelcloud/models/attribution"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

func attributePersons(ctx context.Context, r *run) (in, out uint64, err error) {
	if err := r.db.Exec(ctx, "marts/conversion_events.sql", r.params()); err != nil {
		return 0, 0, err
	}
	return r.attribute(ctx, unitPerson)
}

func attributeAccounts(ctx context.Context, r *run) (in, out uint64, err error) {
	return r.attribute(ctx, unitAccount)
}

// attribute works in two passes. The first goes through the units, some thousand at a time: it cuts their journeys and
// gives them the credit that depends on the unit alone. The second reads all journeys again, as counted paths, and fits
// the models that depend on everybody's.
func (r *run) attribute(ctx context.Context, kind string) (in, out uint64, err error) {
	w, err := newCreditWriter(r)
	if err != nil {
		return 0, 0, err
	}
	if in, err = r.cutJourneys(ctx, kind, w); err != nil {
		return in, w.written(), err
	}
	if err := w.flush(ctx); err != nil {
		return in, w.written(), err
	}
	f, err := newFitWriter(r)
	if err != nil {
		return in, w.written(), err
	}
	moved, err := r.movedCredit(ctx, kind)
	if err != nil {
		return in, w.written(), err
	}
	for _, conversionType := range r.o.conversionTypes() {
		read, err := r.fit(ctx, kind, conversionType, moved, f)
		in += read
		if err != nil {
			return in, w.written() + f.written(), fmt.Errorf("conversions to %s: %w", conversionType, err)
		}
	}
	err = f.flush(ctx)
	return in, w.written() + f.written(), err
}

// history is what attribution needs to know of one unit.
type history struct {
	unit        attribution.Unit
	touches     []attribution.Touch
	conversions []attribution.Conversion
}

type milestoneRow struct {
	UnitID string    `ch:"unit_id"`
	Kind   string    `ch:"kind"`
	At     time.Time `ch:"entered_at"`
}

// touchesAtOnce is about how many touches are in memory at a time.
const touchesAtOnce = 200_000

// cutJourneys writes the journeys of every unit that was touched or converted.
func (r *run) cutJourneys(ctx context.Context, kind string, w *creditWriter) (in uint64, err error) {
	var held []history
	touches := 0
	for h, err := range r.histories(ctx, kind) {
		if err != nil {
			return in, err
		}
		in += uint64(len(h.touches) + len(h.conversions))
		held = append(held, h)
		if touches += len(h.touches); touches < touchesAtOnce {
			continue
		}
		if err := r.creditUnits(ctx, kind, held, w); err != nil {
			return in, err
		}
		held, touches = held[:0], 0
	}
	return in, r.creditUnits(ctx, kind, held, w)
}

func (r *run) creditUnits(ctx context.Context, kind string, units []history, w *creditWriter) error {
	due := dueDates{}
	for _, conversionType := range r.o.conversionTypes() {
		var all []attribution.Journey
		options := attribution.Options{
			ConversionType: conversionType, LookBack: r.o.LookBack, Cycle: r.o.Cycle, Direct: r.o.Direct,
			ObservedFrom: r.observedFrom(), ObservedUntil: r.marks.ObservedUntil,
		}
		for _, h := range units {
			all = append(all, attribution.Journeys(h.unit, h.touches, h.conversions, options)...)
		}
		if len(all) == 0 {
			continue
		}
		if err := w.journeys(ctx, all); err != nil {
			return fmt.Errorf("conversions to %s: %w", conversionType, err)
		}
		due.journeys(all)
	}
	for _, h := range units {
		due.touches(h, r.marks.ObservedUntil)
	}
	return appendAll(ctx, w.due, due.rows(kind))
}

// observedFrom is when touches began to be recorded.
func (r *run) observedFrom() time.Time {
	if r.o.Credit.ObservedFrom.IsZero() {
		return r.marks.ObservedFrom
	}
	return r.o.Credit.ObservedFrom
}

// dueDates are the first instants at which time alone changes the journeys of units, by unit.
type dueDates map[string]time.Time

func (d dueDates) note(unit string, at time.Time) {
	if earliest, known := d[unit]; !known || at.Before(earliest) {
		d[unit] = at
	}
}

// journeys: one that is too young to tell will be old enough.
func (d dueDates) journeys(all []attribution.Journey) {
	for i := range all {
		if at := all[i].DecidedAt; !at.IsZero() {
			d.note(all[i].UnitID, at)
		}
	}
}

// touches: one that a clock running ahead dated after the end of observation counts from its date on.
func (d dueDates) touches(h history, observedUntil time.Time) {
	for i := range h.touches {
		if at := h.touches[i].At; at.After(observedUntil) {
			d.note(h.unit.ID, at)
		}
	}
}

func (d dueDates) rows(kind string) []dueRow {
	rows := make([]dueRow, 0, len(d))
	for _, id := range slices.Sorted(maps.Keys(d)) {
		rows = append(rows, dueRow{UnitKind: kind, UnitID: id, DueAt: d[id]})
	}
	return rows
}

// histories are those of all units that were touched or converted, one at a time in the order of their ids: three
// sorted results are read side by side.
func (r *run) histories(ctx context.Context, kind string) iter.Seq2[history, error] {
	params := r.params("unit_kind", kind, "conversion_stages", r.o.ConversionTypes, "conversion_events", r.o.conversionEvents(),
		"dimension", r.o.Credit.dimension())
	return func(yield func(history, error) bool) {
		conversions := newHead(warehouse.Select[attribution.Conversion](ctx, r.db, "staging/conversions.sql", params),
			func(c attribution.Conversion) string { return c.UnitID })
		defer conversions.stop()
		touches := newHead(warehouse.Select[attribution.Touch](ctx, r.db, "staging/touches.sql", params),
			func(t attribution.Touch) string { return t.UnitID })
		defer touches.stop()
		milestones := newHead(warehouse.Select[milestoneRow](ctx, r.db, "staging/milestones.sql", params),
			func(m milestoneRow) string { return m.UnitID })
		defer milestones.stop()
		for {
			h := history{unit: attribution.Unit{Kind: kind}}
			switch {
			case conversions.empty() && touches.empty():
				if err := errors.Join(conversions.err, touches.err, milestones.err); err != nil {
					yield(h, err)
				}
				return
			case touches.empty(), !conversions.empty() && conversions.key() < touches.key():
				h.unit.ID = conversions.key()
			default:
				h.unit.ID = touches.key()
			}
			h.conversions, h.touches = conversions.take(h.unit.ID), touches.take(h.unit.ID)
			for _, m := range milestones.take(h.unit.ID) {
				h.unit.Milestones = append(h.unit.Milestones, attribution.Milestone{Kind: m.Kind, At: m.At})
			}
			if !yield(h, nil) {
				return
			}
		}
	}
}

// head is the first group of rows, sorted by a key, that was not taken yet.
type head[Row any] struct {
	rows []Row
	of   func(Row) string
	next func() ([]Row, error, bool)
	stop func()
	err  error
}

func newHead[Row any](rows iter.Seq2[Row, error], of func(Row) string) *head[Row] {
	h := &head[Row]{of: of}
	h.next, h.stop = iter.Pull2(grouped(rows, of))
	h.advance()
	return h
}

func (h *head[Row]) advance() {
	var err error
	if h.rows, err, _ = h.next(); err != nil {
		h.rows, h.err = nil, err
	}
}

func (h *head[Row]) empty() bool { return len(h.rows) == 0 }
func (h *head[Row]) key() string { return h.of(h.rows[0]) }

// take is the rows of a key, after those of smaller keys, which are dropped.
func (h *head[Row]) take(key string) []Row {
	for !h.empty() && h.key() < key {
		h.advance()
	}
	if h.empty() || h.key() != key {
		return nil
	}
	rows := h.rows
	h.advance()
	return rows
}
