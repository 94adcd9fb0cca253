package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/funnelcloud/funnelcloud/models/attribution"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// slice is a part of the ledger to report on.
type slice struct {
	*attributionOptions
	from, until      time.Time // half open; zero: unbounded
	attribute, value string    // of the segment; attribute is empty for everybody
	conversionType   string
}

var dimensions = []string{"channel", "source", "source_medium", "campaign", "landing_page"}

func (o *attributionOptions) slice() (*slice, error) {
	s := slice{attributionOptions: o, conversionType: o.conversion}
	var err error
	switch {
	case o.unit != "person" && o.unit != "account":
		return nil, fmt.Errorf("--unit %q: must be person or account", o.unit)
	case !slices.Contains(dimensions, o.by):
		return nil, fmt.Errorf("--by %q: must be one of %s", o.by, strings.Join(dimensions, ", "))
	case o.period != "" && o.from+o.to != "":
		return nil, errors.New("--period and --from, --to: give one or the other")
	case o.period != "":
		s.from, s.until, err = parsePeriod(o.period)
	default:
		s.from, s.until, err = parseDays(o.from, o.to)
	}
	if err != nil {
		return nil, err
	}
	if o.asOf > 0 {
		if err := s.figuresOnly(); err != nil {
			return nil, err
		}
	}
	if o.segment != "" {
		name, value, found := strings.Cut(o.segment, "=")
		if !found || name == "" {
			return nil, fmt.Errorf("--segment %q: write ATTRIBUTE=VALUE, such as country=DE", o.segment)
		}
		s.attribute, s.value = name, value
	}
	return &s, nil
}

// figuresOnly refuses what the figures of an earlier run don't say.
func (s *slice) figuresOnly() error {
	first := func(t time.Time) bool { return t.IsZero() || t.Day() == 1 }
	switch {
	case s.segment != "" || s.by != "channel":
		return errors.New("--as-of: an earlier run's figures are by channel and of everybody: leave out --segment and --by")
	case !first(s.from) || !first(s.until):
		return errors.New("--as-of: an earlier run's figures are of whole months: give --period 2026-03 or whole months by --from and --to")
	}
	return nil
}

const dayForm = "2006-01-02"

// parseDays reads the first and the last day of a period, each of which may be missing.
func parseDays(first, last string) (from, until time.Time, err error) {
	if first != "" {
		if from, err = time.Parse(dayForm, first); err != nil {
			return from, until, fmt.Errorf("--from %q: write a day, such as 2026-01-15", first)
		}
	}
	if last != "" {
		if until, err = time.Parse(dayForm, last); err != nil {
			return from, until, fmt.Errorf("--to %q: write a day, such as 2026-01-31", last)
		}
		until = until.AddDate(0, 0, 1)
	}
	if first != "" && last != "" && !from.Before(until) {
		return from, until, fmt.Errorf("--from %s is after --to %s", first, last)
	}
	return from, until, nil
}

var quarterForm = regexp.MustCompile(`^(\d{4})-?[Qq]([1-4])$`)

// parsePeriod reads a year, quarter, month or day.
func parsePeriod(text string) (from, until time.Time, err error) {
	if m := quarterForm.FindStringSubmatch(text); m != nil {
		year, _ := strconv.Atoi(m[1])
		quarter, _ := strconv.Atoi(m[2])
		from = time.Date(year, time.Month(3*quarter-2), 1, 0, 0, 0, 0, time.UTC)
		return from, from.AddDate(0, 3, 0), nil
	}
	for _, form := range []struct {
		layout              string
		years, months, days int
	}{{"2006", 1, 0, 0}, {"2006-01", 0, 1, 0}, {dayForm, 0, 0, 1}} {
		if from, err := time.Parse(form.layout, text); err == nil {
			return from, from.AddDate(form.years, form.months, form.days), nil
		}
	}
	return from, until, fmt.Errorf("--period %q: write a year, quarter, month or day, such as 2026, 2026-Q1, 2026-03 or 2026-03-31", text)
}

// whole reports whether the slice is the whole history, whose intervals the run has computed with the fit in them.
func (s *slice) whole() bool {
	return s.from.IsZero() && s.until.IsZero() && s.attribute == "" && s.by == "channel" && s.top == 0
}

type conversionCount struct {
	UnitKind       string    `ch:"unit_kind"`
	ConversionType string    `ch:"conversion_type"`
	Conversions    uint64    `ch:"conversions"`
	First          time.Time `ch:"first"`
	Last           time.Time `ch:"last"`
}

// choose settles the type of conversion, and says what there is when it isn't there.
func (s *slice) choose(ctx context.Context, db *warehouse.DB) error {
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

func (s *slice) params() warehouse.Params {
	from, until := s.from, s.until
	if from.IsZero() {
		from = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	if until.IsZero() {
		until = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	names := s.models
	if names == nil {
		names = []string{}
	}
	const form = "2006-01-02 15:04:05.000"
	return warehouse.Params{
		"unit_kind": s.unit, "conversion_type": s.conversionType, "by": s.by, "from": from.Format(form), "until": until.Format(form),
		"models": names, "attribute": s.attribute, "value": s.value, "buckets": uint32(attribution.Buckets),
	}
}

type creditCell struct {
	Model       string  `ch:"model"`
	Name        string  `ch:"name"`
	Bucket      uint32  `ch:"bucket"`
	Currency    string  `ch:"currency"`
	Conversions float64 `ch:"conversions"`
	Value       float64 `ch:"value"`
}

type effectRow struct {
	Model   string  `ch:"model"`
	Channel string  `ch:"channel"`
	Removal float64 `ch:"removal_effect"`
	Low     float64 `ch:"low"`
	High    float64 `ch:"high"`
}

type spendCell struct {
	Name     string  `ch:"name"`
	Currency string  `ch:"currency"`
	Spend    float64 `ch:"spend"`
}

type publishedRun struct {
	RunID uint64 `ch:"run_id"`
}

// report reads the slice.
func (s *slice) report(ctx context.Context, db *warehouse.DB) (*creditReport, error) {
	if err := s.choose(ctx, db); err != nil {
		return nil, err
	}
	run, cells, err := s.read(ctx, db)
	if err != nil {
		return nil, err
	}
	r := &creditReport{Run: run, UnitKind: s.unit, ConversionType: s.conversionType, Dimension: s.by, Segment: s.segment}
	if !s.from.IsZero() {
		r.From = s.from.Format(dayForm)
	}
	if !s.until.IsZero() {
		r.To = s.until.AddDate(0, 0, -1).Format(dayForm)
	}
	if len(cells) == 0 {
		return nil, fmt.Errorf("no %s converted to %s in this slice; without --period, --from, --to, --segment and --model there may be some", s.unit, s.conversionType)
	}
	if r.Currency, err = currencyOf(cells, s.currency); err != nil {
		return nil, err
	}
	if err := s.fill(ctx, db, r, cells); err != nil {
		return nil, err
	}
	return r, s.askTables(ctx, db, r)
}

// read is the credit of the slice, and the run that says so.
func (s *slice) read(ctx context.Context, db *warehouse.DB) (run uint64, cells []creditCell, err error) {
	if s.asOf > 0 {
		params := s.params()
		params["run_id"] = s.asOf
		cells, err = warehouse.SelectAll[creditCell](ctx, db, "screens/model_credit_as_of.sql", params)
		if err == nil && len(cells) == 0 {
			err = fmt.Errorf("run %d gave no figures for this; table attribution_figures has those of all runs", s.asOf)
		}
		s.bootstrap = 0
		return s.asOf, cells, err
	}
	published, err := warehouse.SelectAll[publishedRun](ctx, db, "screens/published_run.sql", nil)
	if err != nil {
		return 0, nil, err
	}
	cells, err = warehouse.SelectAll[creditCell](ctx, db, "screens/model_credit.sql", s.params())
	return published[0].RunID, cells, err
}

// currencyOf is the currency of the values: amounts of several are not added up.
func currencyOf(cells []creditCell, wanted string) (string, error) {
	seen := map[string]bool{}
	for _, c := range cells {
		if c.Currency != "" && c.Value != 0 {
			seen[c.Currency] = true
		}
	}
	known := slices.Sorted(maps.Keys(seen))
	switch {
	case wanted != "":
		return strings.ToUpper(wanted), nil
	case len(known) > 1:
		return "", usageError{fmt.Errorf("values are in %s, which can't be added up: choose with --currency", strings.Join(known, ", "))}
	case len(known) == 1:
		return known[0], nil
	}
	return "", nil
}

// tallies are the credit of one model.
type tallies struct{ conversions, value *attribution.Tally }

func (s *slice) fill(ctx context.Context, db *warehouse.DB, r *creditReport, cells []creditCell) error {
	cells = s.grouped(cells)
	ofModel := map[string]*tallies{}
	for _, c := range cells {
		t := ofModel[c.Model]
		if t == nil {
			t = &tallies{attribution.NewTally(), attribution.NewTally()}
			ofModel[c.Model] = t
		}
		if c.Name == attribution.Unattributed {
			continue
		}
		t.conversions.Add(c.Name, int(c.Bucket), c.Conversions)
		t.value.Add(c.Name, int(c.Bucket), 0) // the same names in both
		if c.Currency == r.Currency {
			t.value.Add(c.Name, int(c.Bucket), c.Value)
		}
	}
	first := cells[0].Model
	for _, c := range cells {
		if c.Model == first && c.Name == attribution.Unattributed {
			r.Unattributed += c.Conversions
		} else if c.Model == first {
			r.Conversions += c.Conversions
		}
	}
	costs, err := s.costs(ctx, db, r)
	if err != nil {
		return err
	}
	draws := attribution.NewResamples(s.bootstrap, s.seed)
	for _, name := range inOrder(ofModel) {
		r.addTally(name, ofModel[name], draws, costs)
	}
	r.compare()
	if s.asOf > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("As run %d said it; intervals are not kept, costs are as they are known now.", s.asOf))
		return nil
	}
	if s.whole() {
		return s.refined(ctx, db, r)
	}
	if !slices.ContainsFunc(r.modelNames(), fitted) {
		return nil
	}
	r.Notes = append(r.Notes, "Intervals of a slice take the weights of data-driven models as the run fitted them: theirs are a little too narrow.")
	return nil
}

// fitted reports whether a model's weights depend on everybody's journeys.
func fitted(name string) bool {
	m, err := attribution.Named(name)
	return err == nil && len(m) == 1 && attribution.DependsOnOthers(m[0])
}

// inOrder is the models in the order of the documentation; those that it doesn't know last.
func inOrder(ofModel map[string]*tallies) (names []string) {
	known, _ := attribution.Named(attribution.Names()...)
	for _, m := range known {
		if ofModel[m.Name()] != nil {
			names = append(names, m.Name())
		}
	}
	for _, name := range slices.Sorted(maps.Keys(ofModel)) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// grouped makes other(n) of all names but the largest, by the mean of all models.
func (s *slice) grouped(cells []creditCell) []creditCell {
	if s.top == 0 {
		return cells
	}
	credit := map[string]float64{}
	for _, c := range cells {
		if c.Name != attribution.Unattributed && c.Name != attribution.Baseline {
			credit[c.Name] += c.Conversions
		}
	}
	keep, other := attribution.Largest(credit, s.top)
	for i := range cells {
		if _, counted := credit[cells[i].Name]; counted && !keep[cells[i].Name] {
			cells[i].Name = other
		}
	}
	return cells
}

// costs are the money spent by name, in the currency of the report.
func (s *slice) costs(ctx context.Context, db *warehouse.DB, r *creditReport) (map[string]float64, error) {
	if s.by == "landing_page" {
		return nil, nil
	}
	cells, err := warehouse.SelectAll[spendCell](ctx, db, "screens/spend.sql", s.params())
	if err != nil || len(cells) == 0 {
		return nil, err
	}
	if s.attribute != "" {
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
	costs, foreign := map[string]float64{}, 0
	for _, c := range cells {
		if c.Currency == r.Currency {
			costs[c.Name] += c.Spend
		} else {
			foreign++
		}
	}
	if foreign > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("Costs in %s are left out: only those in %s can be held against the values; see --currency.",
			strings.Join(slices.Sorted(maps.Keys(currencies)), ", "), r.Currency))
	}
	if unknown := costs["(no channel)"]; unknown > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("%s %s were spent on campaigns that no touch came by: on no channel.", fixed(unknown), r.Currency))
	}
	return costs, nil
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
	low, high := attribution.Interval(figures)
	if len(figures) == 0 {
		low, high = value, value
	}
	return &ratio{value, low, high}
}

// refined puts the run's own intervals in place of those that take the fit as given, and removal effects.
func (s *slice) refined(ctx context.Context, db *warehouse.DB, r *creditReport) error {
	effects, err := warehouse.SelectAll[effectRow](ctx, db, "screens/model_effects.sql", s.params())
	if err != nil {
		return err
	}
	byName := map[[2]string]effectRow{}
	for _, e := range effects {
		byName[[2]string{e.Model, e.Channel}] = e
	}
	for i := range r.Credits {
		row := &r.Credits[i]
		if e, found := byName[[2]string{row.Model, row.Channel}]; found {
			row.Low, row.High, row.RemovalEffect = e.Low, e.High, e.Removal
		}
	}
	return nil
}
