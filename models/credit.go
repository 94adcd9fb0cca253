package models

import (
	"context"
	"errors"
	"fmt"
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
	Ages           []float64 `ch:"ages"`
	Discovered     bool      `ch:"discovered"`
	EnteredAt      time.Time `ch:"entered_at,null"`
	PreviousAt     time.Time `ch:"previous_at,null"`
}

// creditedTouch is a row of table credited_touches: a touch of a converted journey with what each rule gives it.
type creditedTouch struct {
	ConversionID   string    `ch:"conversion_id"`
	UnitKind       string    `ch:"unit_kind"`
	UnitID         string    `ch:"unit_id"`
	ConversionType string    `ch:"conversion_type"`
	ConvertedAt    time.Time `ch:"converted_at"`
	Value          int64     `ch:"value,decimal4"`
	Currency       string    `ch:"currency"`
	TouchID        string    `ch:"touch_id"`
	TouchAt        time.Time `ch:"touch_ts,null"`
	PersonID       string    `ch:"person_id"`
	Channel        string    `ch:"channel"`
	Source         string    `ch:"utm_source"`
	Medium         string    `ch:"utm_medium"`
	Campaign       string    `ch:"utm_campaign"`
	LandingPage    string    `ch:"landing_page"`
	Position       uint32    `ch:"position"`
	Touches        uint32    `ch:"touches"`
	PathKey        uint64    `ch:"path_key"`
	JourneyKey     uint64    `ch:"journey_key"`
	Reason         string    `ch:"reason"`
	Models         []string  `ch:"model"`
	Versions       []string  `ch:"model_version"`
	Weights        []float64 `ch:"weight"`
	Values         []int64   `ch:"credited_value,decimal4"`
	Rules          []string  `ch:"rule"`
}

// creditWriter writes what depends on one unit alone: conversions, journeys, and touches with the credit of the rules.
type creditWriter struct {
	rules       []attribution.Model
	conversions *warehouse.Writer[attribution.Conversion]
	journey     *warehouse.Writer[journeyRow]
	touches     *warehouse.Writer[creditedTouch]
	due         *warehouse.Writer[dueRow]
}

func newCreditWriter(r *run) (*creditWriter, error) {
	models, err := r.o.models()
	if err != nil {
		return nil, err
	}
	w := creditWriter{rules: models.rules}
	var faults [4]error
	w.conversions, faults[0] = warehouse.NewWriter[attribution.Conversion](r.db, "conversions_by_run", r.row.RunID)
	w.journey, faults[1] = warehouse.NewWriter[journeyRow](r.db, "journeys_by_run", r.row.RunID)
	w.touches, faults[2] = warehouse.NewWriter[creditedTouch](r.db, "credited_touches_by_run", r.row.RunID)
	w.due, faults[3] = warehouse.NewWriter[dueRow](r.db, "unit_due_by_run", r.row.RunID)
	return &w, errors.Join(faults[:]...)
}

// journeys writes the journeys of some units to one type of conversion, and what ended them.
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
	rows, err := w.credit(journeys)
	if err != nil {
		return err
	}
	for i := range rows {
		if err := w.touches.Append(ctx, rows[i]); err != nil {
			return err
		}
	}
	return nil
}

func describeJourney(j *attribution.Journey) journeyRow {
	row := journeyRow{
		JourneyID: j.ID, UnitKind: j.UnitKind, UnitID: j.UnitID, ConversionType: j.ConversionType, Outcome: j.Outcome.String(),
		TouchIDs: make([]string, len(j.Touches)), Channels: channelsOf(j), PersonIDs: make([]string, len(j.Touches)), Ages: make([]float64, len(j.Touches)),
	}
	for i := range j.Touches {
		row.TouchIDs[i], row.PersonIDs[i] = j.Touches[i].ID, j.Touches[i].PersonID
	}
	until := j.Until
	if j.Outcome == attribution.Censored {
		until = j.Touches[len(j.Touches)-1].At // how long it has lasted depends on the run, which the row must not
	}
	for i := range j.Touches {
		row.Ages[i] = until.Sub(j.Touches[i].At).Hours() / 24
	}
	if len(j.Touches) > 0 {
		row.StartedAt, row.EndedAt = j.Touches[0].At, j.Touches[len(j.Touches)-1].At
		row.Discovered = !j.Touches[0].At.After(j.FirstContact)
		row.EnteredAt, row.PreviousAt = j.EnteredAt, j.PreviousAt
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

func channelsOf(j *attribution.Journey) []string {
	channels := make([]string, len(j.Touches))
	for i := range j.Touches {
		channels[i] = j.Touches[i].Credited()
	}
	return channels
}

// credit is the touches of converted journeys with what each rule gives them, and a row for each conversion that no
// touch gets credit for.
func (w *creditWriter) credit(journeys []attribution.Journey) ([]creditedTouch, error) {
	var rows []creditedTouch
	first := map[string]int{} // row of the first touch of each conversion
	for i := range journeys {
		if j := &journeys[i]; j.Outcome == attribution.Converted {
			first[j.Conversion.ID] = len(rows)
			rows = append(rows, touchRows(j)...)
		}
	}
	sample := attribution.NewSample(journeys)
	for _, m := range w.rules {
		conversion, at := "", 0 // the one whose rows are being emitted, and where they stand
		credit, err := m.Credit(sample)
		if err != nil {
			return nil, fmt.Errorf("model %s: %w", m.Name(), err)
		}
		err = attribution.Ledger(m, journeys, credit, func(l attribution.LedgerRow) error {
			if l.ConversionID != conversion {
				conversion, at = l.ConversionID, first[l.ConversionID]
			}
			row := &rows[at+max(0, int(l.Position)-1)]
			if row.Models == nil {
				row.reserve(len(w.rules))
			}
			row.Models, row.Versions = append(row.Models, l.Model), append(row.Versions, l.ModelVersion)
			row.Weights, row.Values = append(row.Weights, l.Weight), append(row.Values, l.CreditedValue)
			row.Rules = append(row.Rules, l.Rule)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// reserve makes room for what so many rules give the touch.
func (t *creditedTouch) reserve(rules int) {
	t.Models, t.Versions, t.Rules = make([]string, 0, rules), make([]string, 0, rules), make([]string, 0, rules)
	t.Weights, t.Values = make([]float64, 0, rules), make([]int64, 0, rules)
}

// touchRows are the touches of a converted journey before any credit, or one row that says why there are none.
func touchRows(j *attribution.Journey) []creditedTouch {
	row := creditedTouch{
		ConversionID: j.Conversion.ID, UnitKind: j.UnitKind, UnitID: j.UnitID, ConversionType: j.ConversionType,
		ConvertedAt: j.Conversion.At, Value: j.Conversion.Value, Currency: j.Conversion.Currency,
		Touches: uint32(len(j.Touches)), JourneyKey: attribution.JourneyKey(j.Conversion.ID),
	}
	if len(j.Touches) == 0 {
		row.Channel, row.Reason = attribution.Unattributed, j.UnattributedReason
		return []creditedTouch{row}
	}
	row.PathKey = attribution.PathKey(channelsOf(j))
	rows := make([]creditedTouch, len(j.Touches))
	for i := range j.Touches {
		t := &j.Touches[i]
		row.TouchID, row.TouchAt, row.PersonID, row.Channel = t.ID, t.At, t.PersonID, t.Credited()
		row.Source, row.Medium, row.Campaign, row.LandingPage = t.Source, t.Medium, t.Campaign, t.LandingPage
		row.Position = uint32(i + 1)
		rows[i] = row
	}
	return rows
}

func (w *creditWriter) flush(ctx context.Context) error {
	return errors.Join(w.conversions.Flush(ctx), w.journey.Flush(ctx), w.touches.Flush(ctx), w.due.Flush(ctx))
}

func (w *creditWriter) written() uint64 {
	return w.conversions.Written() + w.journey.Written() + w.touches.Written()
}
