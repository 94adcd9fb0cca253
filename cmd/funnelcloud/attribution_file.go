package main

import (
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/funnelcloud/funnelcloud/models/attribution"
)

// ofFile credits the paths of the file.
func (o *attributionOptions) ofFile() (*creditReport, error) {
	in, err := openText(o.file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = in.Close() }()
	// What is read is kept: collecting garbage in between finds next to none.
	usual := debug.SetGCPercent(400)
	columns, layout, err := attribution.ReadColumns(in, o.columns)
	debug.SetGCPercent(usual)
	if err != nil {
		return nil, err
	}
	report := &creditReport{Dimension: "channel", Notes: fileNotes(columns, layout)}
	for _, piece := range columns {
		for j := range piece.Ends {
			conversions, _ := piece.Counts(j)
			report.Conversions += conversions
		}
	}
	if report.Conversions == 0 {
		return nil, fmt.Errorf("%s: no path converted, so there is nothing to credit", o.file)
	}
	if columns, err = attribution.GroupedColumns(o.top, columns...); err != nil {
		return nil, err
	}
	if o.chainAlone() {
		credit, err := attribution.CreditOfColumns(columns...)
		if err != nil {
			return nil, fmt.Errorf("model %s: %w", attribution.Markov{}.Name(), err)
		}
		report.add(creditOf(attribution.Markov{}, credit, attribution.Unknown(credit.Channels), 0))
		report.compare()
		return report, nil
	}
	sample, err := attribution.NewSampleOfColumns(columns...)
	if err != nil {
		return nil, err
	}
	if err := o.credit(report, sample); err != nil {
		return nil, err
	}
	report.compare()
	return report, o.chain.ask(report, sample)
}

// chainAlone reports whether nothing is asked for but what a chain of order 1 says straight from the columns.
func (o *attributionOptions) chainAlone() bool {
	return len(o.models) == 1 && o.models[0] == attribution.Markov{}.Name() && o.bootstrap == 0 && !o.chain.wanted()
}

// fileNotes say what a reader of the figures should know of the file.
func fileNotes(columns []attribution.Columns, layout attribution.PathColumns) (notes []string) {
	silent, worthless := 0, 0
	for _, c := range columns {
		for j := range c.Ends {
			n, nulls := c.Counts(j)
			if n == 0 && nulls == 0 {
				silent++
			}
			if n == 0 && c.Values != nil && c.Values[j] != 0 {
				worthless++
			}
		}
	}
	switch {
	case layout.Journeys:
	case layout.Nulls == "" && silent > 0:
		notes = append(notes, fmt.Sprintf("%d rows converted nobody, and no column says how many journeys they are: they count for nothing. Name it with --nulls, or say --journeys if each row is one.", silent))
	case layout.Nulls == "":
		notes = append(notes, "The file doesn't say how many journeys did not convert (--nulls): models that compare them with those that did see only the latter.")
	}
	if worthless > 0 {
		notes = append(notes, fmt.Sprintf("%d rows have a value but no conversion: the value counts for nothing.", worthless))
	}
	return notes
}

// credit adds what the models say of a sample of paths, with intervals.
func (o *attributionOptions) credit(report *creditReport, sample *attribution.Sample) error {
	named, err := attribution.Named(o.models...)
	if err != nil {
		return usageError{err}
	}
	var models []attribution.Model
	var credits []attribution.Credit
	for _, m := range named {
		credit, err := m.Credit(sample)
		if errors.Is(err, attribution.ErrNeedsJourneys) && len(o.models) == 0 {
			continue // counted paths have no times; asked for by name, this is an error
		}
		if err != nil {
			return fmt.Errorf("model %s: %w", m.Name(), err)
		}
		models, credits = append(models, m), append(credits, credit)
	}
	intervals, err := attribution.BootstrapAll(models, sample, credits, o.bootstrap, o.seed)
	if err != nil {
		return err
	}
	for i, m := range models {
		report.add(creditOf(m, credits[i], intervals[i], sample.Value()))
		if m.Name() == attribution.Participation().Name() {
			report.Notes = append(report.Notes, fmt.Sprintf("%s gives every channel of a path the whole conversion: its figures add up to %s, more than there are.",
				m.Name(), fixed(sum(credits[i].Conversions))))
		}
	}
	return nil
}

// creditOf is what a model says of conversions that are worth value together.
func creditOf(m attribution.Model, credit attribution.Credit, intervals attribution.Intervals, value float64) modelCredit {
	c := modelCredit{model: m.Name(), channels: credit.Channels, conversions: credit.Conversions, values: credit.Values,
		removal: credit.RemovalEffects, own: credit.Own, intervals: intervals}
	if credit.HasBaseline() {
		c.channels = append(c.channels[:len(c.channels):len(c.channels)], attribution.Baseline)
		c.conversions = append(c.conversions[:len(c.conversions):len(c.conversions)], credit.Baseline)
		c.values = append(c.values[:len(c.values):len(c.values)], value-sum(credit.Values))
	}
	return c
}
