package models

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"

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
func (r *run) fit(ctx context.Context, kind, conversionType string, w *fitWriter) (in uint64, err error) {
	params := r.params("unit_kind", kind, "conversion_type", conversionType, "buckets", uint32(attribution.Buckets))
	sample, in, err := r.sample(ctx, params)
	if err != nil {
		return in, err
	}
	seed := seedOf(kind, conversionType)
	rules, models := ledgerModels()
	if err := r.ruleEffects(ctx, rules, sample, params, seed, w); err != nil {
		return in, err
	}
	credits := make([]attribution.Credit, len(models))
	for i, m := range models {
		if credits[i], err = m.Credit(sample); err != nil {
			return in, fmt.Errorf("model %s: %w", m.Name(), err)
		}
		if err := w.paths(ctx, kind, conversionType, m, sample, &credits[i]); err != nil {
			return in, err
		}
	}
	intervals, err := attribution.BootstrapAll(models, sample, credits, r.o.Bootstrap, seed)
	if err != nil {
		return in, fmt.Errorf("intervals: %w", err)
	}
	for i, m := range models {
		for _, effect := range attribution.Effects(m, sample, credits[i], kind, conversionType, intervals[i]) {
			if err := w.effects.Append(ctx, effect); err != nil {
				return in, err
			}
		}
	}
	return in, nil
}

// walkRow is a journey as models are fitted to it.
type walkRow struct {
	UnitID    string   `ch:"unit_id"`
	Channels  []string `ch:"channels"`
	Converted bool     `ch:"converted"`
	Value     int64    `ch:"value,decimal4"`
}

// sample is all journeys as counted paths.
func (r *run) sample(ctx context.Context, params warehouse.Params) (*attribution.Sample, uint64, error) {
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
			walks = append(walks, attribution.Walk{Channels: unit[i].Channels, Converted: unit[i].Converted, Value: unit[i].Value})
		}
		in += uint64(len(unit))
		sampler.Unit(walks)
	}
	return sampler.Sample(), in, nil
}

// paths writes what a model gives the touches of each path that converted. Key 0 stands for the conversions without any
// touch, so that they are in the ledger of every model.
func (w *fitWriter) paths(ctx context.Context, kind, conversionType string, m attribution.Model, s *attribution.Sample, c *attribution.Credit) error {
	row := fittedRow{UnitKind: kind, ConversionType: conversionType, Model: m.Name(), Version: m.Version()}
	if err := w.credit.Append(ctx, row); err != nil {
		return err
	}
	for i, path := range s.Paths() {
		if row.Weights = c.Weights(i); row.Weights == nil {
			continue
		}
		row.Key, row.Baseline, row.Rule = attribution.PathKey(path.Channels), c.BaselineWeight(i), c.Rule(i)
		if err := w.credit.Append(ctx, row); err != nil {
			return err
		}
	}
	return nil
}

type ruleCredit struct {
	Model   string  `ch:"model"`
	Channel string  `ch:"channel"`
	Bucket  uint32  `ch:"bucket"`
	Credit  float64 `ch:"credit"`
}

// ruleEffects writes what the rules say of each channel, with intervals.
func (r *run) ruleEffects(ctx context.Context, rules []attribution.Model, s *attribution.Sample, params warehouse.Params, seed uint64, w *fitWriter) error {
	tallies := map[string]*attribution.Tally{}
	for _, m := range rules {
		tallies[m.Name()] = attribution.NewTally()
	}
	for row, err := range warehouse.Select[ruleCredit](ctx, r.db, "staging/rule_credit.sql", params) {
		if err != nil {
			return err
		}
		if t, known := tallies[row.Model]; known {
			t.Add(row.Channel, int(row.Bucket), row.Credit)
		}
	}
	draws := attribution.NewResamples(r.o.Bootstrap, seed)
	kind, conversionType := params["unit_kind"].(string), params["conversion_type"].(string)
	for _, m := range rules {
		for _, effect := range attribution.TalliedEffects(m, s, tallies[m.Name()], kind, conversionType, draws) {
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
