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
	Sampled    bool      `ch:"sampled"` // its unit is one of those that models are fitted to
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
	sample, conversions, in, err := f.timelines(ctx)
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
	totals, err := f.weighAll(ctx, models, fits, conversions)
	if err != nil {
		return in, err
	}
	for i, m := range models {
		if err := f.effects(ctx, attribution.SummedEffects(m, f.sample, totals[i], f.kind, f.conversionType, intervals[i])); err != nil {
			return in, err
		}
	}
	return in, nil
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

// timelines are the journeys that models of time are fitted to, and all that converted, which they weigh.
func (f *fitting) timelines(ctx context.Context) (*attribution.Sample, *timedConversions, uint64, error) {
	var in uint64
	sampler, conversions := attribution.NewTimedSampler(math.MaxInt), newTimedConversions()
	rows := warehouse.Select[timelineRow](ctx, f.run.db, "staging/timelines.sql", f.with("every", f.every()))
	for unit, err := range grouped(rows, func(t timelineRow) string { return t.UnitID }) {
		if err != nil {
			return nil, nil, in, err
		}
		in += uint64(len(unit))
		journeys := make([]attribution.Timed, len(unit))
		for i := range unit {
			f.names.path(unit[i].Channels, false)
			journeys[i] = unit[i].timed()
			if unit[i].Converted {
				conversions.add(unit[i].JourneyID, &journeys[i])
			}
		}
		if unit[0].Sampled {
			sampler.Unit(unit[0].UnitID, journeys)
		}
	}
	return sampler.Sample(), conversions, in, nil
}

// weighAll writes what the models give the touches of each conversion, and returns the conversions of each channel.
func (f *fitting) weighAll(ctx context.Context, models []attribution.Model, fits []*attribution.TimedFit, conversions *timedConversions) (totals []map[string]float64, err error) {
	if err := f.unfitted(ctx, models); err != nil {
		return nil, err
	}
	totals = make([]map[string]float64, len(models))
	rows := make([]fittedRow, len(models))
	for i, m := range models {
		totals[i], rows[i] = map[string]float64{}, f.row(m)
	}
	for key, journey := range conversions.all() {
		for i := range models {
			row := &rows[i]
			row.Key = key
			row.Weights, row.Baseline, row.Rule = fits[i].Weigh(journey)
			if err := f.w.credit.Append(ctx, *row); err != nil {
				return nil, err
			}
			totals[i][attribution.Baseline] += row.Baseline
			for k, weight := range row.Weights {
				totals[i][journey.Channels[k]] += weight
			}
		}
	}
	return totals, nil
}
