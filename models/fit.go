package models

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"

	"github.com/funnelcloud/funnelcloud/models/attribution"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// fittedRow is a row of table fitted_credit: what a data-driven model gives the touches of a path.
type fittedRow struct {
	UnitKind       string    `ch:"unit_kind"`
	ConversionType string    `ch:"conversion_type"`
	Model          string    `ch:"model"`
	Version        string    `ch:"model_version"`
	Key            uint64    `ch:"key"`
	Weights        []float64 `ch:"weights"`
	Baseline       float64   `ch:"baseline"`
	Rule           string    `ch:"rule"`
}

// fitWriter writes what depends on the journeys of all units; every run writes all of it anew.
type fitWriter struct {
	credit  *warehouse.Writer[fittedRow]
	effects *warehouse.Writer[attribution.Effect]
}

func newFitWriter(r *run) (*fitWriter, error) {
	var w fitWriter
	var faults [2]error
	w.credit, faults[0] = warehouse.NewWriter[fittedRow](r.db, "fitted_credit_by_run", r.row.RunID)
	w.effects, faults[1] = warehouse.NewWriter[attribution.Effect](r.db, "attribution_effects_by_run", r.row.RunID)
	return &w, errors.Join(faults[:]...)
}

func (w *fitWriter) flush(ctx context.Context) error {
	return errors.Join(w.credit.Flush(ctx), w.effects.Flush(ctx))
}

func (w *fitWriter) written() uint64 { return w.credit.Written() + w.effects.Written() }

// fit fits the data-driven models to all journeys of one kind of unit to one type of conversion, and writes what they
// give each path and what every model says of each channel.
func (r *run) fit(ctx context.Context, kind, conversionType string, moved movedCredit, w *fitWriter) (in uint64, err error) {
	models, err := r.o.models()
	if err != nil {
		return 0, err
	}
	f := fitting{run: r, kind: kind, conversionType: conversionType, seed: seedOf(kind, conversionType), resampled: r.row.RunID, w: w,
		moved: moved, params: r.params("unit_kind", kind, "conversion_type", conversionType)}
	if f.names, err = r.names(ctx, f.params); err != nil {
		return 0, err
	}
	if in, err = f.read(ctx, models); err != nil {
		return in, err
	}
	if err := f.rules(ctx, models.rules); err != nil {
		return in, err
	}
	if err := f.paths(ctx, models.paths); err != nil {
		return in, err
	}
	read, err := f.times(ctx, models.times)
	return in + read, err
}

// fitting is the fit to the journeys of one kind of unit to one type of conversion.
type fitting struct {
	run                  *run
	kind, conversionType string
	params               warehouse.Params
	names                *names
	sample               *attribution.Sample // their paths
	carried              carried             // nil: the run resamples
	resampled            uint64              // run whose resamples the intervals rest on
	moved                movedCredit         // by the rules, since the run before
	seed                 uint64
	w                    *fitWriter
}

// with is the parameters of the fit's statements, and one more.
func (f *fitting) with(name string, value any) warehouse.Params {
	params := maps.Clone(f.params)
	params[name] = value
	return params
}

// read reads the journeys as counted paths, unit by unit if they are to be resampled.
func (f *fitting) read(ctx context.Context, models ledgerModels) (in uint64, err error) {
	if in, err = f.carry(ctx, models); err != nil || f.carried != nil {
		return in, err
	}
	sample, read, err := f.run.sample(ctx, f.params, f.names)
	f.sample = sample
	return in + read, err
}

// paths fits the models that look at paths.
func (f *fitting) paths(ctx context.Context, models []attribution.Model) (err error) {
	credits, keys := make([]attribution.Credit, len(models)), f.names.keysOf(f.sample)
	for i, m := range models {
		if credits[i], err = m.Credit(f.sample); err != nil {
			return fmt.Errorf("model %s: %w", m.Name(), err)
		}
		if err := f.write(ctx, m, &credits[i], keys); err != nil {
			return err
		}
		credits[i] = credits[i].WithoutWeights()
	}
	intervals, err := f.intervals(models, f.sample, credits)
	if err != nil {
		return err
	}
	for i, m := range models {
		if err := f.effects(ctx, attribution.Effects(m, f.sample, credits[i], f.kind, f.conversionType, intervals[i])); err != nil {
			return err
		}
	}
	return nil
}

// intervals are those of models fitted to a sample.
func (f *fitting) intervals(models []attribution.Model, sample *attribution.Sample, credits []attribution.Credit) ([]attribution.Intervals, error) {
	if f.carried != nil {
		return f.carried.all(models, f.sample), nil
	}
	intervals, err := attribution.BootstrapAll(models, sample, credits, f.run.o.Bootstrap, f.seed)
	if err != nil {
		return nil, fmt.Errorf("intervals: %w", err)
	}
	return intervals, nil
}

func (f *fitting) effects(ctx context.Context, effects []attribution.Effect) error {
	for _, effect := range effects {
		if len(effect.Resamples) > 0 {
			effect.ResampledRun = f.resampled
		}
		if err := f.w.effects.Append(ctx, effect); err != nil {
			return err
		}
	}
	return nil
}

// walkRow is a journey as models are fitted to it.
type walkRow struct {
	UnitID    string   `ch:"unit_id"`
	Channels  []string `ch:"channels"`
	Converted bool     `ch:"converted"`
	Value     int64    `ch:"value,decimal4"`
}

// sample is all journeys as counted paths.
func (r *run) sample(ctx context.Context, params warehouse.Params, names *names) (*attribution.Sample, uint64, error) {
	sampler := attribution.NewSampler()
	var in uint64
	var walks []attribution.Walk
	rows := warehouse.Select[walkRow](ctx, r.db, "staging/walks.sql", params)
	for unit, err := range grouped(rows, func(w walkRow) string { return w.UnitID }) {
		if err != nil {
			return nil, in, err
		}
		walks = walks[:0]
		for i := range unit {
			names.path(unit[i].Channels, unit[i].Converted)
			walks = append(walks, attribution.Walk{Channels: unit[i].Channels, Converted: unit[i].Converted, Value: unit[i].Value})
		}
		in += uint64(len(unit))
		sampler.Unit(walks)
	}
	return sampler.Sample(), in, nil
}

// write writes what a model gives the touches of each path that converted, by the keys of those.
func (f *fitting) write(ctx context.Context, m attribution.Model, c *attribution.Credit, keys []pathKey) error {
	if err := f.w.credit.Append(ctx, f.row(m)); err != nil {
		return err
	}
	row := f.row(m)
	for _, k := range keys {
		row.Key, row.Weights, row.Baseline, row.Rule = k.key, c.Weights(k.path), c.BaselineWeight(k.path), c.Rule(k.path)
		if err := f.w.credit.Append(ctx, row); err != nil {
			return err
		}
	}
	return nil
}

// row is that of key 0, which stands for the conversions without any touch: they are in the ledger of every model.
func (f *fitting) row(m attribution.Model) fittedRow {
	return fittedRow{UnitKind: f.kind, ConversionType: f.conversionType, Model: m.Name(), Version: m.Version()}
}

// seedOf fixes the random draws, so that the same journeys give the same intervals in every run. Models that look at the
// same thing share the draws: a difference between two is then a difference of models, not of luck.
func seedOf(unitKind, conversionType string) uint64 {
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%s/%s", unitKind, conversionType)
	return h.Sum64()
}
