package models

import (
	"context"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/funnelcloud/funnelcloud/models/attribution"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// mostMoved is the part of the journeys that may have come or gone before intervals rest on new resamples. A tenth changes
// the width of an interval by a twentieth, and other random numbers by as much.
const mostMoved = .1

// resampledRow is what a run said of one channel by one model, and the resamples that it rests on.
type resampledRow struct {
	Model     string    `ch:"model"`
	Channel   string    `ch:"channel"`
	Share     float64   `ch:"share"`
	Run       uint64    `ch:"resampled_run_id"`
	Resamples []float64 `ch:"resamples"`
	parts               // what a rule credited
}

// carried are the resamples that a run takes over from the one that it follows, by model and channel.
type carried map[string]map[string]resampledRow

// carry reads the journeys as counted paths and decides whether the resamples of the run before still do: they do
// for the same channels, when few journeys came or went since they were drawn. Otherwise f.carried stays nil.
func (f *fitting) carry(ctx context.Context, models ledgerModels) (in uint64, err error) {
	if f.run.row.PreviousRunID == 0 {
		return 0, nil
	}
	last, resampled, err := f.lastResamples(ctx)
	if err != nil || len(last) == 0 {
		return 0, err
	}
	sample, moved, in, err := f.countedPaths(ctx, resampled)
	if err != nil || !last.cover(models, sample) {
		return in, err
	}
	nothingToDraw := f.run.o.Bootstrap <= 0 || resampled == 0 && sample.Conversions() == 0
	if nothingToDraw || moved <= mostMoved {
		f.carried, f.resampled, f.sample = last, resampled, sample
	}
	return in, nil
}

// cover reports whether there are resamples of just the channels of a sample by all models that will be fitted to it.
func (c carried) cover(models ledgerModels, s *attribution.Sample) bool {
	needed := slices.Concat(models.rules, models.paths)
	if s.Conversions() > 0 {
		needed = append(needed, models.times...)
	}
	return !slices.ContainsFunc(needed, func(m attribution.Model) bool {
		names := slices.Sorted(maps.Keys(c[m.Name()]))
		names = slices.DeleteFunc(names, func(name string) bool { return name == attribution.Baseline })
		return !slices.Equal(names, s.Channels())
	})
}

// lastResamples are those that the run before rests on, and the run that drew them; 0: there are none.
func (f *fitting) lastResamples(ctx context.Context) (carried, uint64, error) {
	last, resampled := carried{}, uint64(0)
	rows, err := warehouse.SelectAll[resampledRow](ctx, f.run.db, "staging/last_resamples.sql", f.params)
	for _, row := range rows {
		if last[row.Model] == nil {
			last[row.Model] = map[string]resampledRow{}
		}
		last[row.Model][row.Channel] = row
		resampled = max(resampled, row.Run)
	}
	return last, resampled, err
}

// all are the intervals of models over the channels of a sample.
func (c carried) all(models []attribution.Model, s *attribution.Sample) []attribution.Intervals {
	all := make([]attribution.Intervals, len(models))
	for i, m := range models {
		last := c[m.Name()]
		names := slices.Clone(s.Channels())
		if _, told := last[attribution.Baseline]; told {
			names = append(names, attribution.Baseline)
		}
		was, resamples := make([]float64, len(names)), make([][]float64, len(names))
		for id, name := range names {
			was[id], resamples[id] = last[name].Share, last[name].Resamples
		}
		all[i] = attribution.Carried(names, was, resamples)
	}
	return all
}

// countedPath is journeys with the same channels in the same order, now and in the run that drew the resamples.
type countedPath struct {
	Channels        []string `ch:"channels"`
	Conversions     uint64   `ch:"conversions"`
	Nulls           uint64   `ch:"nulls"`
	Worth           int64    `ch:"worth,decimal4"`
	ConversionsThen uint64   `ch:"conversions_then"`
	NullsThen       uint64   `ch:"nulls_then"`
}

// countedPaths is the journeys as a sample that knows no units, and what part of them came, or went, since a run. It is all of
// them when a channel has its first conversion since: resamples without any say nothing of how sure its share is.
func (f *fitting) countedPaths(ctx context.Context, since uint64) (s *attribution.Sample, moved float64, in uint64, err error) {
	sampler := attribution.NewSampler()
	came, went := 0.0, 0.0
	count := func(now, then uint64) {
		came += math.Max(0, float64(now)-float64(then))
		went += math.Max(0, float64(then)-float64(now))
		in += now
	}
	converted, before := map[string]bool{}, map[string]bool{}
	for p, err := range warehouse.Select[countedPath](ctx, f.run.db, "staging/counted_paths.sql", f.with("resampled_run", since)) {
		if err != nil {
			return nil, 0, in, err
		}
		count(p.Conversions, p.ConversionsThen)
		count(p.Nulls, p.NullsThen)
		f.names.path(p.Channels, p.Conversions > 0)
		note(converted, p.Channels, p.Conversions)
		note(before, p.Channels, p.ConversionsThen)
		sampler.Path(p.Channels, p.Conversions, p.Nulls, p.Worth)
	}
	for name := range converted {
		if !before[name] {
			return sampler.Sample(), 1, in, nil
		}
	}
	return sampler.Sample(), math.Max(came, went) / math.Max(1, float64(in)), in, nil
}

// note adds the names of a path to those seen, if any journey took it.
func note(seen map[string]bool, path []string, journeys uint64) {
	for _, name := range path {
		if journeys > 0 && !seen[name] {
			seen[strings.Clone(name)] = true
		}
	}
}
