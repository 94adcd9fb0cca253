package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/funnelcloud/funnelcloud/models/attribution"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

type conversionCount struct {
	UnitKind       string    `ch:"unit_kind"`
	ConversionType string    `ch:"conversion_type"`
	Conversions    uint64    `ch:"conversions"`
	First          time.Time `ch:"first"`
	Last           time.Time `ch:"last"`
}

// creditCell is the credit of one name, by the part of the report that it belongs to.
type creditCell struct {
	Part        string  `ch:"part"`
	Model       string  `ch:"model"`
	Name        string  `ch:"name"`
	Bucket      uint32  `ch:"bucket"`
	Currency    string  `ch:"currency"`
	Conversions float64 `ch:"conversions"`
	Value       float64 `ch:"value"`
}

// effectRow is what a run says of a name over its whole history.
type effectRow struct {
	Model    string   `ch:"model"`
	Channel  string   `ch:"channel"`
	Removal  float64  `ch:"removal_effect"`
	Low      float64  `ch:"low"`
	High     float64  `ch:"high"`
	Rank     uint32   `ch:"rank"`
	RankLow  uint32   `ch:"rank_low"`
	RankHigh uint32   `ch:"rank_high"`
	SameRank float64  `ch:"same_rank"`
	Lead     float64  `ch:"lead"`
	LeadLow  float64  `ch:"lead_low"`
	LeadHigh float64  `ch:"lead_high"`
	Like     []string `ch:"not_distinguishable_from"`
	// Resampled is the run whose resamples the interval rests on; 0: there are none.
	Resampled uint64 `ch:"resampled_run_id"`
}

// report reads the slice.
func (s *slice) report(ctx context.Context, db *warehouse.DB) (*creditReport, error) {
	if err := s.choose(ctx, db); err != nil {
		return nil, err
	}
	cells, effects, err := s.read(ctx, db)
	if err != nil {
		return nil, err
	}
	if err := s.answerable(cells); err != nil {
		return nil, err
	}
	r := s.empty("")
	if err := r.settleCurrency(cells, s.currency); err != nil {
		return nil, err
	}
	s.group(cells, effects)
	costs, err := s.costs(ctx, db, r)
	if err != nil {
		return nil, err
	}
	draws := attribution.NewResamples(s.bootstrap, s.seed)
	if s.by == "" {
		r.fill(cells, draws, costs[""])
		if s.whole() {
			r.refine(effects)
		}
		r.compare()
	} else {
		s.part(r, cells, draws, costs)
		r.inVain(costs)
	}
	r.Notes = append(r.Notes, s.caveats(r)...)
	if r.Unattributed > 0 && s.run.Kept {
		if r.Reasons, err = warehouse.SelectAll[reasonCount](ctx, db, "screens/unattributed.sql", s.params()); err != nil {
			return nil, err
		}
	}
	return r, s.askTables(ctx, db, r)
}

// part makes a report of each part of the cells, which are sorted by it.
func (s *slice) part(r *creditReport, cells []creditCell, draws attribution.Resamples, costs map[string]map[string]float64) {
	for len(cells) > 0 {
		until := slices.IndexFunc(cells, func(c creditCell) bool { return c.Part != cells[0].Part })
		if until < 0 {
			until = len(cells)
		}
		part := s.empty(cells[0].Part)
		part.Currency = r.Currency
		part.fill(cells[:until], draws, costs[part.Part])
		part.compare()
		r.Parts = append(r.Parts, part)
		r.Conversions, r.Unattributed = r.Conversions+part.Conversions, r.Unattributed+part.Unattributed
		cells = cells[until:]
	}
}

// empty is a report of the slice without any figure.
func (s *slice) empty(part string) *creditReport {
	r := &creditReport{Run: s.run.RunID, UnitKind: s.unit, ConversionType: s.conversionType, Dimension: s.dimension, Segment: s.segment, By: s.by, Part: part}
	if !s.from.IsZero() {
		r.From = s.from.Format(time.DateOnly)
	}
	if !s.until.IsZero() {
		r.To = s.until.AddDate(0, 0, -1).Format(time.DateOnly)
	}
	return r
}

// choose settles the run and the type of conversion, and says what there is when it isn't there.
func (s *slice) choose(ctx context.Context, db *warehouse.DB) error {
	runs, err := warehouse.SelectAll[creditRun](ctx, db, "screens/credit_run.sql", warehouse.Params{"as_of": s.asOf})
	switch {
	case err != nil:
		return err
	case len(runs) == 0 && s.asOf > 0:
		return fmt.Errorf("no run %d was published; table runs has all of them", s.asOf)
	case len(runs) > 0:
		s.run = runs[0]
	}
	s.dimension = cmp.Or(s.dimension, s.run.Credited)
	counts, err := warehouse.SelectAll[conversionCount](ctx, db, "screens/conversion_types.sql", nil)
	if err != nil {
		return err
	}
	var known []string
	for _, c := range counts {
		if c.UnitKind == s.unit {
			known = append(known, c.ConversionType)
		}
	}
	switch {
	case len(counts) == 0:
		return errors.New("the published run has no conversions: ingest events and start 'funnelcloud run', or name a file with --paths")
	case len(known) == 0:
		return fmt.Errorf("no %s converted; there are conversions of another kind of unit: see --unit", s.unit)
	case s.conversionType == "" && slices.Contains(known, "won"):
		s.conversionType = "won"
	case s.conversionType == "":
		s.conversionType = known[0]
	case !slices.Contains(known, s.conversionType):
		return fmt.Errorf("no %s converted to %q; there are %s", s.unit, s.conversionType, strings.Join(known, ", "))
	}
	return nil
}

// answerable is an error unless the cells answer what was asked: a run may not have computed a model, and nobody may have
// converted or have a value of the attribute.
func (s *slice) answerable(cells []creditCell) error {
	for _, name := range s.models {
		if !slices.Contains(s.run.Models, name) {
			return fmt.Errorf("run %d has no model %s: 'funnelcloud run --model default,%s' computes it beside the usual ones", s.run.RunID, name, name)
		}
	}
	if len(cells) == 0 {
		return fmt.Errorf("no %s converted to %s in this slice; without --period, --from, --to and --segment there may be some", s.unit, s.conversionType)
	}
	if s.by != "" && !slices.ContainsFunc(cells, func(c creditCell) bool { return c.Part != withoutValue }) {
		return fmt.Errorf("no %s that converted has a value of %q: --by takes %s, or an attribute of the unit as in --segment", s.unit, s.by, strings.Join(periods, ", "))
	}
	return nil
}

// withoutValue is the part of units that have no value of the attribute.
const withoutValue = "(none)"

// read is the credit of the slice, and what the run says of the names over its whole history if it credits them.
func (s *slice) read(ctx context.Context, db *warehouse.DB) (cells []creditCell, effects []effectRow, err error) {
	if s.asOf > 0 && !s.run.Kept {
		if err := s.figuresOnly(); err != nil {
			return nil, nil, err
		}
		s.bootstrap = 0
		cells, err = warehouse.SelectAll[creditCell](ctx, db, "screens/model_credit_as_of.sql", s.params())
		return cells, nil, err
	}
	if cells, err = warehouse.SelectAll[creditCell](ctx, db, "screens/model_credit.sql", s.params()); err != nil || !s.fitted() {
		return cells, nil, err
	}
	effects, err = warehouse.SelectAll[effectRow](ctx, db, "screens/model_effects.sql", s.params())
	return cells, effects, err
}

// caveats are what a reader should know about the figures.
func (s *slice) caveats(r *creditReport) (notes []string) {
	data := slices.ContainsFunc(r.modelNames(), fittedModel)
	switch {
	case s.asOf > 0 && s.run.Kept:
		notes = append(notes, fmt.Sprintf("As run %d said it; costs are as they are known now.", s.asOf))
	case s.asOf > 0:
		notes = append(notes, fmt.Sprintf("As run %d said it; intervals are not kept, costs are as they are known now.", s.asOf))
	}
	if data && !s.fitted() {
		notes = append(notes, fmt.Sprintf("The run fitted its models to %ss: by %s they share the credit of those. 'funnelcloud run --dimension %s' fits them to it.",
			s.run.Credited, s.dimension, s.dimension))
	}
	if data && !s.whole() && s.bootstrap > 0 {
		notes = append(notes, "Intervals of a slice take the weights of data-driven models as the run fitted them: theirs are a little too narrow.")
	}
	return notes
}

// fittedModel reports whether a model's weights depend on everybody's journeys.
func fittedModel(name string) bool {
	m, err := attribution.Named(name)
	return err == nil && len(m) == 1 && attribution.DependsOnOthers(m[0])
}
