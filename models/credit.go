package models

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/funnelcloud/funnelcloud/models/attribution"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// journeyRow is a row of table journeys.
type journeyRow struct {
	JourneyID      string    `ch:"journey_id"`
	UnitKind       string    `ch:"unit_kind"`
	UnitID         string    `ch:"unit_id"`
	ConversionType string    `ch:"conversion_type"`
	Outcome        string    `ch:"outcome"`
	StartedAt      time.Time `ch:"started_at"`
	EndedAt        time.Time `ch:"ended_at"`
	Value          int64     `ch:"value,decimal4"`
	TouchIDs       []string  `ch:"touch_ids"`
	Channels       []string  `ch:"channels"`
	PersonIDs      []string  `ch:"person_ids"`
	DaysToConvert  float64   `ch:"days_to_convert"`
}

// creditWriter writes conversions, journeys, the ledger and the effects.
type creditWriter struct {
	run         *run
	conversions *warehouse.Writer[attribution.Conversion]
	journey     *warehouse.Writer[journeyRow]
	ledger      *warehouse.Writer[attribution.LedgerRow]
	effects     *warehouse.Writer[attribution.Effect]
}

func newCreditWriter(r *run) (*creditWriter, error) {
	w := creditWriter{run: r}
	var faults [4]error
	w.conversions, faults[0] = warehouse.NewWriter[attribution.Conversion](r.db, "conversions_by_run", r.row.RunID)
	w.journey, faults[1] = warehouse.NewWriter[journeyRow](r.db, "journeys_by_run", r.row.RunID)
	w.ledger, faults[2] = warehouse.NewWriter[attribution.LedgerRow](r.db, "attribution_ledger_by_run", r.row.RunID)
	w.effects, faults[3] = warehouse.NewWriter[attribution.Effect](r.db, "attribution_effects_by_run", r.row.RunID)
	return &w, errors.Join(faults[:]...)
}

// journeys writes journeys, and the conversions that ended them.
func (w *creditWriter) journeys(ctx context.Context, journeys []attribution.Journey) error {
	for i := range journeys {
		j := &journeys[i]
		if j.Outcome == attribution.Converted {
			conversion := *j.Conversion
			conversion.UnattributedReason = j.UnattributedReason
			if err := w.conversions.Append(ctx, conversion); err != nil {
				return err
			}
		}
		if err := w.journey.Append(ctx, describeJourney(j)); err != nil {
			return err
		}
	}
	return nil
}

func describeJourney(j *attribution.Journey) journeyRow {
	row := journeyRow{
		JourneyID: j.ID, UnitKind: j.UnitKind, UnitID: j.UnitID, ConversionType: j.ConversionType, Outcome: j.Outcome.String(),
		TouchIDs: make([]string, len(j.Touches)), Channels: make([]string, len(j.Touches)), PersonIDs: make([]string, len(j.Touches)),
	}
	for i := range j.Touches {
		row.TouchIDs[i], row.Channels[i], row.PersonIDs[i] = j.Touches[i].ID, j.Touches[i].Channel, j.Touches[i].PersonID
	}
	if len(j.Touches) > 0 {
		row.StartedAt, row.EndedAt = j.Touches[0].At, j.Touches[len(j.Touches)-1].At
	}
	if c := j.Conversion; c != nil {
		row.Value, row.EndedAt = c.Value, c.At
		if len(j.Touches) == 0 {
			row.StartedAt = c.At
		}
		row.DaysToConvert = c.At.Sub(row.StartedAt).Hours() / 24
	}
	return row
}

// credit lets every model give credit: rows of the ledger, and the channels' effects with their intervals. journeys are
// of one kind of unit and one type of conversion, and at least one.
func (w *creditWriter) credit(ctx context.Context, journeys []attribution.Journey) error {
	sample := attribution.NewSample(journeys)
	list := attribution.Models()
	credits := make([]attribution.Credit, len(list))
	for i, m := range list {
		var err error
		if credits[i], err = m.Credit(sample); err != nil {
			return fmt.Errorf("model %s: %w", m.Name(), err)
		}
		err = attribution.Ledger(m, journeys, credits[i], func(row attribution.LedgerRow) error { return w.ledger.Append(ctx, row) })
		if err != nil {
			return err
		}
	}
	unitKind, conversionType := journeys[0].UnitKind, journeys[0].ConversionType
	seed := seedOf(unitKind, conversionType)
	intervals, err := attribution.BootstrapAll(list, sample, credits, w.run.o.Bootstrap, seed)
	if err != nil {
		return fmt.Errorf("intervals: %w", err)
	}
	for i, m := range list {
		for _, effect := range attribution.Effects(m, sample, credits[i], unitKind, conversionType, intervals[i]) {
			if err := w.effects.Append(ctx, effect); err != nil {
				return err
			}
		}
	}
	return nil
}

// seedOf fixes the random draws, so that the same journeys give the same intervals in every run. All models share the
// draws: a difference between two models is then a difference of models, not of luck.
func seedOf(unitKind, conversionType string) uint64 {
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%s/%s", unitKind, conversionType)
	return h.Sum64()
}

func (w *creditWriter) flush(ctx context.Context) error {
	return errors.Join(w.conversions.Flush(ctx), w.journey.Flush(ctx), w.ledger.Flush(ctx), w.effects.Flush(ctx))
}

func (w *creditWriter) written() uint64 {
	return w.conversions.Written() + w.journey.Written() + w.ledger.Written() + w.effects.Written()
}
