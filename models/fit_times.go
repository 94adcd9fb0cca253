package models

import (
	"context"
	"fmt"
	"math"

	"github.com/funnelcloud/funnelcloud/models/attribution"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// timedJourneys is about how many journeys models of time are fitted to at most, censored ones not counted, since they keep every
// touch with its time: those of every second unit, of every fourth, and so on, by a hash. All conversions are weighed.
const timedJourneys = 40_000

// every is one in how many units models of time are fitted to.
func (f *fitting) every() (units uint64) {
	for units = 1; f.sample.Conversions()+f.sample.Nulls() > float64(timedJourneys*units); {
		units *= 2
	}
	return units
}

// timelineRow is a journey with its times.
type timelineRow struct {
	UnitID     string    `ch:"unit_id"`
	JourneyID  string    `ch:"journey_id"`
	Channels   []string  `ch:"channels"`
	Ages       []float64 `ch:"ages"`
	Discovered bool      `ch:"discovered"`
	Converted  bool      `ch:"converted"`
	Entered    float64   `ch:"entered"`
	Repeated   float64   `ch:"repeated"`
}

func (t *timelineRow) timed() attribution.Timed {
	return attribution.Timed{
		Channels: t.Channels, Ages: t.Ages, Discovered: t.Discovered, Converted: t.Converted, Entered: t.Entered, Repeated: t.Repeated,
	}
}

// times fits the models that look at times.
func (f *fitting) times(ctx context.Context, models []attribution.Model) (in uint64, err error) {
	if len(models) == 0 || f.sample.Conversions() == 0 {
		return 0, f.unfitted(ctx, models)
	}
	sample, in, err := f.timedSample(ctx)
	if err != nil {
		return in, err
	}
	fits := make([]*attribution.TimedFit, len(models))
	credits := make([]attribution.Credit, len(models))
	for i, m := range models {
		if fits[i], err = attribution.FitTimed(m, sample); err != nil {
			return in, fmt.Errorf("model %s: %w", m.Name(), err)
		}
		credits[i] = fits[i].Credit
	}
	intervals, err := f.intervals(models, sample, credits)
	if err != nil {
		return in, err
	}
	read, totals, err := f.weighAll(ctx, models, fits)
	if err != nil {
		return in + read, err
	}
	for i, m := range models {
		if err := f.effects(ctx, attribution.SummedEffects(m, f.sample, totals[i], f.kind, f.conversionType, intervals[i])); err != nil {
			return in + read, err
		}
	}
	return in + read, nil
}

// unfitted writes the models' rows of conversions without a touch, where there is no other.
func (f *fitting) unfitted(ctx context.Context, models []attribution.Model) error {
	for _, m := range models {
		if err := f.w.credit.Append(ctx, f.row(m)); err != nil {
			return err
		}
	}
	return nil
}

func (f *fitting) timelines(every uint64, converted bool) warehouse.Params {
	params := f.with("converted_only", converted)
	params["every"] = every
	return params
}

func (f *fitting) timedSample(ctx context.Context) (*attribution.Sample, uint64, error) {
	var in uint64
	sampler := attribution.NewTimedSampler(math.MaxInt)
	rows := warehouse.Select[timelineRow](ctx, f.run.db, "staging/timelines.sql", f.timelines(f.every(), false))
	for unit, err := range grouped(rows, func(t timelineRow) string { return t.UnitID }) {
		if err != nil {
			return nil, in, err
		}
		in += uint64(len(unit))
		journeys := make([]attribution.Timed, len(unit))
		for i := range unit {
			f.names.path(unit[i].Channels, false)
			journeys[i] = unit[i].timed()
		}
		sampler.Unit(unit[0].UnitID, journeys)
	}
	return sampler.Sample(), in, nil
}

// weighAll writes what the models give the touches of each conversion, and returns the conversions of each channel.
func (f *fitting) weighAll(ctx context.Context, models []attribution.Model, fits []*attribution.TimedFit) (in uint64, totals []map[string]float64, err error) {
	if err := f.unfitted(ctx, models); err != nil {
		return 0, nil, err
	}
	totals = make([]map[string]float64, len(models))
	rows := make([]fittedRow, len(models))
	for i, m := range models {
		totals[i], rows[i] = map[string]float64{}, f.row(m)
	}
	for t, err := range warehouse.Select[timelineRow](ctx, f.run.db, "staging/timelines.sql", f.timelines(1, true)) {
		if err != nil {
			return in, nil, err
		}
		in++
		f.names.path(t.Channels, false)
		for i := range models {
			row := &rows[i]
			row.Key = attribution.JourneyKey(t.JourneyID)
			row.Weights, row.Baseline, row.Rule = fits[i].Weigh(t.timed())
			if err := f.w.credit.Append(ctx, *row); err != nil {
				return in, nil, err
			}
			totals[i][attribution.Baseline] += row.Baseline
			for k, weight := range row.Weights {
				totals[i][t.Channels[k]] += weight
			}
		}
	}
	return in, totals, nil
}
