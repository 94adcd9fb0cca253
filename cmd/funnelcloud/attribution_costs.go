package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/funnelcloud/funnelcloud/models/attribution"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// costDimensions are those that costs have too.
var costDimensions = []string{"channel", "source", "medium", "source_medium", "campaign"}

type spendCell struct {
	Part     string  `ch:"part"`
	Name     string  `ch:"name"`
	Currency string  `ch:"currency"`
	Spend    float64 `ch:"spend"`
}

// periods are the parts that costs have too: they are known for everybody together, day by day.
var periods = []string{"week", "month", "quarter", "year"}

// costs are the money spent by part and name, in the currency of the report.
func (s *slice) costs(ctx context.Context, db *warehouse.DB, r *creditReport) (map[string]map[string]float64, error) {
	if !slices.Contains(costDimensions, s.dimension) {
		return nil, nil
	}
	cells, err := warehouse.SelectAll[spendCell](ctx, db, "screens/spend.sql", s.params())
	if err != nil || len(cells) == 0 {
		return nil, err
	}
	if s.attribute != "" || s.by != "" && !slices.Contains(periods, s.by) {
		r.Notes = append(r.Notes, "Advertising costs are known for everybody together, not for a segment: cost per conversion is left out.")
		return nil, nil
	}
	currencies := map[string]bool{}
	for _, c := range cells {
		currencies[c.Currency] = true
	}
	if r.Currency == "" && len(currencies) == 1 {
		r.Currency = cells[0].Currency
	}
	delete(currencies, r.Currency)
	costs, unknown := map[string]map[string]float64{}, 0.0
	for _, c := range cells {
		if c.Currency != r.Currency {
			continue
		}
		if costs[c.Part] == nil {
			costs[c.Part] = map[string]float64{}
		}
		costs[c.Part][s.shown(c.Name)] += c.Spend
		if c.Name == "(no channel)" || c.Name == "((no channel))" {
			unknown += c.Spend
		}
	}
	if len(currencies) > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("Costs in %s are left out: only those in %s can be held against the values; see --currency.",
			strings.Join(slices.Sorted(maps.Keys(currencies)), ", "), r.Currency))
	}
	if unknown > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("%s %s were spent on campaigns that no touch came by: on no channel.", fixed(unknown), r.Currency))
	}
	return costs, nil
}

// inVain says what was spent in parts in which nobody converted.
func (r *creditReport) inVain(costs map[string]map[string]float64) {
	all := 0.0
	for part, ofPart := range costs {
		if slices.ContainsFunc(r.Parts, func(p *creditReport) bool { return p.Part == part }) {
			continue
		}
		for _, spent := range ofPart {
			all += spent
		}
	}
	if all > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("%s %s were spent in %ss in which nobody converted.", fixed(all), r.Currency, r.By))
	}
}

// addTally adds the rows of a model, with what a conversion cost where that is known.
func (r *creditReport) addTally(name string, t *tallies, draws attribution.Resamples, costs map[string]float64) {
	channels, conversions := t.conversions.Totals()
	_, values := t.value.Totals()
	begin := len(r.Credits)
	r.add(modelCredit{model: name, channels: channels, conversions: conversions, values: values, intervals: t.conversions.Intervals(draws)})
	if len(costs) == 0 {
		return
	}
	resampled, resampledValues := t.conversions.Resample(draws), t.value.Resample(draws)
	for i := begin; i < len(r.Credits); i++ {
		row := &r.Credits[i]
		spent, known := costs[row.Channel]
		if !known || spent <= 0 {
			continue
		}
		row.Spend = &spent
		at := slices.Index(channels, row.Channel)
		if row.Conversions > 0 {
			row.CPA = ratioOf(spent/row.Conversions, resampled, at, func(x float64) float64 { return spent / x })
		}
		if sum(values) != 0 {
			row.ROAS = ratioOf(row.Value/spent, resampledValues, at, func(x float64) float64 { return x / spent })
		}
	}
}

// ratioOf leaves out resamples in which a channel got nothing: its cost per conversion has no end.
func ratioOf(value float64, resampled [][]float64, at int, of func(float64) float64) *ratio {
	var figures []float64
	for _, r := range resampled {
		if r[at] > 0 {
			figures = append(figures, of(r[at]))
		}
	}
	if len(figures) == 0 {
		return &ratio{Value: value}
	}
	return &ratio{value, newInterval(attribution.Interval(figures))}
}
