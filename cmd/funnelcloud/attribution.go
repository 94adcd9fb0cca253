package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/funnelcloud/funnelcloud/models/attribution"
)

// attributionOptions are those of the command.
type attributionOptions struct {
	file, output string
	columns      attribution.PathColumns
	models       []string
	bootstrap    int
	seed         uint64
}

// channelCredit is what one model gives one channel.
type channelCredit struct {
	Model         string  `json:"model"`
	Channel       string  `json:"channel"`
	Conversions   float64 `json:"conversions"`
	Value         float64 `json:"value"`
	Share         float64 `json:"share"`
	Low           float64 `json:"low"`
	High          float64 `json:"high"`
	RemovalEffect float64 `json:"removal_effect,omitempty"`
	// Own is what a data-driven model itself gives; Conversions is what journeys' weights can add up to.
	Own *float64 `json:"own,omitempty"`
}

func newAttribution() *cobra.Command {
	var o attributionOptions
	c := &cobra.Command{
		Use:   "attribution",
		Short: "Credit the channels of a file of counted paths under each model; needs no database",
		Long: "Credit the channels of a file of counted paths under each model, with 95 % intervals. The file is CSV, one row a\n" +
			"path: its channels, how many journeys of it converted, and if known how many did not and what they were worth.",
		Example: "  funnelcloud attribution --paths paths.csv\n" +
			"  funnelcloud attribution --paths data.csv --path-column path --conversions total_conversions --nulls total_null --value total_conversion_value",
		Args: arguments(cobra.NoArgs),
		RunE: func(_ *cobra.Command, _ []string) error {
			if err := validForm(o.output); err != nil {
				return err
			}
			if o.file == "" {
				return usageError{errors.New("name the file of paths with --paths FILE (- is standard input)")}
			}
			credits, err := o.credit()
			if err != nil {
				return err
			}
			return showCredits(newScreen(o.output != outputTable), credits, o.output)
		},
	}
	flags := c.Flags()
	flags.StringVar(&o.file, "paths", "", "CSV of counted paths, gzip and zstd too; - is standard input")
	flags.StringVar(&o.columns.Path, "path-column", "path", "column with the channels in order")
	flags.StringVar(&o.columns.Separator, "separator", ">", "between the channels of a path")
	flags.StringVar(&o.columns.Conversions, "conversions", "conversions", "column with the number that converted")
	flags.StringVar(&o.columns.Nulls, "nulls", "", "column with the number that did not")
	flags.StringVar(&o.columns.Value, "value", "", "column with the value of the conversions")
	flags.StringSliceVar(&o.models, "model", nil, "models (default: all that need only paths)")
	flags.IntVar(&o.bootstrap, "bootstrap", 200, "replicates for the intervals; 0 for none")
	flags.Uint64Var(&o.seed, "seed", 1, "of the replicates")
	flags.StringVar(&o.output, "output", outputTable, "table, json or csv")
	return c
}

func (o attributionOptions) credit() ([]channelCredit, error) {
	models, err := attribution.Named(o.models...)
	if err != nil {
		return nil, usageError{err}
	}
	in, err := openText(o.file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = in.Close() }()
	paths, err := attribution.ReadPaths(in, o.columns)
	if err != nil {
		return nil, err
	}
	sample := attribution.NewSampleOfPaths(paths)
	if sample.Conversions() == 0 {
		return nil, fmt.Errorf("%s: no path converted, so there is nothing to credit", o.file)
	}
	var rows []channelCredit
	for _, m := range models {
		more, err := o.creditBy(m, sample)
		if errors.Is(err, attribution.ErrNeedsJourneys) && len(o.models) == 0 {
			continue // counted paths have no times; asked for by name, this is an error
		}
		if err != nil {
			return nil, fmt.Errorf("model %s: %w", m.Name(), err)
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

func (o attributionOptions) creditBy(m attribution.Model, sample *attribution.Sample) ([]channelCredit, error) {
	credit, err := m.Credit(sample)
	if err != nil {
		return nil, err
	}
	intervals, err := attribution.BootstrapAll([]attribution.Model{m}, sample, []attribution.Credit{credit}, o.bootstrap, o.seed)
	if err != nil {
		return nil, err
	}
	shares := credit.Shares()
	rows := make([]channelCredit, len(credit.Channels))
	for i, channel := range credit.Channels {
		rows[i] = channelCredit{
			Model: m.Name(), Channel: channel, Conversions: credit.Conversions[i], Value: credit.Values[i],
			Share: shares[i], Low: intervals[0].Low[i], High: intervals[0].High[i],
		}
		if credit.Own != nil {
			rows[i].Own = &credit.Own[i]
		}
		if credit.RemovalEffects != nil {
			rows[i].RemovalEffect = credit.RemovalEffects[i]
		}
	}
	return rows, nil
}

func showCredits(s *screen, credits []channelCredit, output string) error {
	if output == outputJSON {
		return writeJSON(s, credits)
	}
	headings := []string{"model", "channel", "conversions>", "value>", "share>", "95 % interval>", "removal>"}
	rows := make([][]string, 0, len(credits))
	for _, c := range credits {
		if output == outputCSV {
			rows = append(rows, []string{c.Model, c.Channel, number(c.Conversions), number(c.Value), number(c.Share),
				number(c.Low), number(c.High), number(c.RemovalEffect)})
			continue
		}
		row := []string{c.Model, shorten(c.Channel, 20), fixed(c.Conversions), fixed(c.Value), percent(c.Share),
			percent(c.Low) + " – " + percent(c.High), ""}
		if c.RemovalEffect > 0 {
			row[6] = percent(c.RemovalEffect)
		}
		rows = append(rows, row)
	}
	if output == outputCSV {
		return csv.NewWriter(s.out).WriteAll(append([][]string{{"model", "channel", "conversions", "value", "share", "low", "high", "removal_effect"}}, rows...))
	}
	s.table(headings, rows)
	return nil
}

func fixed(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) }
