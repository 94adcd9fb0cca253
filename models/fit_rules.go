package models

import (
	"context"
	"strings"

	"github.com/funnelcloud/funnelcloud/models/attribution"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

type ruleCredit struct {
	Model   string `ch:"model"`
	Channel string `ch:"channel"`
	Bucket  uint32 `ch:"bucket"`
	parts
}

// parts is credit in whole conversions and 1e-15 of one: sums don't depend on their order.
type parts struct {
	Whole int64 `ch:"whole"`
	Rest  int64 `ch:"rest"`
}

const partsOfOne = 1_000_000_000_000_000

// plus may take away; what is left is not below 0, and neither is its rest.
func (p parts) plus(q parts) parts {
	rest := p.Rest + q.Rest
	sum := parts{p.Whole + q.Whole + rest/partsOfOne, rest % partsOfOne}
	if sum.Rest < 0 {
		sum.Whole, sum.Rest = sum.Whole-1, sum.Rest+partsOfOne
	}
	return sum
}

func (p parts) float() float64 { return float64(p.Whole) + float64(p.Rest)/partsOfOne }

// creditByChannel is what rules credit, by their names and those of channels.
type creditByChannel map[string]map[string]parts

func (c creditByChannel) add(model, channel string, credit parts) {
	if c[model] == nil {
		c[model] = map[string]parts{}
	}
	c[model][channel] = c[model][channel].plus(credit)
}

// movedCredit is by how much it is more than the run before said, by type of conversion.
type movedCredit map[string]creditByChannel

// movedCredit reads it from the journeys of the units that changed. A run that computes all has none.
func (r *run) movedCredit(ctx context.Context, kind string) (movedCredit, error) {
	moved := movedCredit{}
	if r.row.PreviousRunID == 0 {
		return moved, nil
	}
	rows, err := warehouse.SelectAll[struct {
		ConversionType string `ch:"conversion_type"`
		Model          string `ch:"model"`
		Channel        string `ch:"channel"`
		parts
	}](ctx, r.db, "staging/rule_credit_moved.sql", r.params("unit_kind", kind))
	for _, row := range rows {
		if moved[row.ConversionType] == nil {
			moved[row.ConversionType] = creditByChannel{}
		}
		moved[row.ConversionType].add(row.Model, row.Channel, row.parts)
	}
	return moved, err
}

// rules writes what the rules say of each channel, with intervals.
func (f *fitting) rules(ctx context.Context, rules []attribution.Model) error {
	sums, intervals, err := f.summed(ctx, rules)
	if err != nil {
		return err
	}
	for i, m := range rules {
		conversions := map[string]float64{}
		for name, sum := range sums[m.Name()] {
			conversions[name] = sum.float()
		}
		effects := attribution.SummedEffects(m, f.sample, conversions, f.kind, f.conversionType, intervals[i])
		for k := range effects {
			sum := sums[m.Name()][effects[k].Channel]
			effects[k].CreditedWhole, effects[k].CreditedRest = sum.Whole, sum.Rest
		}
		if err := f.effects(ctx, effects); err != nil {
			return err
		}
	}
	return nil
}

// summed is what the rules credit to each channel, with intervals. Where resamples are carried on, so are the sums, unless the
// fit tells fewer names apart: which ones it does may have changed.
func (f *fitting) summed(ctx context.Context, rules []attribution.Model) (creditByChannel, []attribution.Intervals, error) {
	if f.carried != nil && f.names.keep == nil {
		return f.carried.sums(f.moved[f.conversionType]), f.carried.all(rules, f.sample), nil
	}
	tallies, sums := map[string]*attribution.Tally{}, creditByChannel{}
	for _, m := range rules {
		tallies[m.Name()] = attribution.NewTally()
	}
	buckets := attribution.Buckets
	if f.carried != nil {
		buckets = 1
	}
	for row, err := range warehouse.Select[ruleCredit](ctx, f.run.db, "staging/rule_credit.sql", f.with("buckets", uint32(buckets))) {
		if err != nil {
			return nil, nil, err
		}
		if t, known := tallies[row.Model]; known {
			name := f.names.of(strings.Clone(row.Channel))
			t.Add(name, int(row.Bucket), row.float())
			sums.add(strings.Clone(row.Model), name, row.parts)
		}
	}
	if f.carried != nil {
		return sums, f.carried.all(rules, f.sample), nil
	}
	intervals := make([]attribution.Intervals, len(rules))
	draws := attribution.NewResamples(f.run.o.Bootstrap, f.seed)
	for i, m := range rules {
		intervals[i] = tallies[m.Name()].Intervals(draws)
	}
	return sums, intervals, nil
}

// sums are those of the run before and what moved since.
func (c carried) sums(moved creditByChannel) creditByChannel {
	sums := creditByChannel{}
	for model, channels := range c {
		for channel, last := range channels {
			sums.add(model, channel, last.parts)
		}
	}
	for model, channels := range moved {
		for channel, credit := range channels {
			sums.add(model, channel, credit)
		}
	}
	return sums
}
