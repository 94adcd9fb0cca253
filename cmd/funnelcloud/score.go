package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/pflag"

	"github.com/funnelcloud/funnelcloud/models/score"
)

// scoring is `simulate --score`: no file is written, models are held against truth.
type scoring struct {
	on      bool
	options score.Options
	output  string
}

func (s *scoring) register(flags *pflag.FlagSet) {
	flags.BoolVar(&s.on, "score", false, "score every attribution model against the true credit in several worlds instead of writing files")
	flags.IntVar(&s.options.Seeds, "seeds", 5, "with --score: samples of each world")
	flags.IntVar(&s.options.Reference, "reference", 10, "with --score: further samples that make the very large one")
	flags.IntVar(&s.options.Replicates, "replicates", 100, "with --score: resamples for the intervals")
	flags.StringSliceVar(&s.options.Worlds, "world", nil, "with --score: worlds, comma-separated (default: all)")
	flags.StringSliceVar(&s.options.Models, "model", nil, "with --score: models, comma-separated (default: all)")
	flags.StringVar(&s.output, "output", outputTable, "with --score: table, markdown or json")
}

func (s *scoring) validate() error {
	if err := validOutput(s.output, outputMarkdown); err != nil {
		return err
	}
	if s.options.Seeds < 1 || s.options.Reference < 1 {
		return usageError{errors.New("seeds and reference: at least 1 sample each")}
	}
	if err := s.options.Validate(); err != nil {
		return usageError{err}
	}
	return nil
}

func (s *scoring) run(screen *screen, out io.Writer) error {
	bar := screen.bar("Score", unitRows)
	s.options.Progress = func(done, of int, _ string) { bar.set(int64(done), int64(of)) }
	report, err := score.Run(s.options)
	bar.done(err)
	screen.settle()
	if err != nil {
		return err
	}
	switch s.output {
	case outputJSON:
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(report)
	case outputMarkdown:
		return report.Markdown(out)
	}
	fmt.Fprintln(out, scoreTable(report))
	return nil
}

// scoreTable has a line for each world, type of conversion and model.
func scoreTable(r score.Report) string {
	t := table.NewWriter()
	t.AppendHeader(table.Row{"world", "conversion", "model", "MAE", "± SE", "misplaced", "τ", "top 3", "baseline", "own %", "truth %"})
	for i, row := range r.Rows {
		if i > 0 && (row.World != r.Rows[i-1].World || row.ConversionType != r.Rows[i-1].ConversionType) {
			t.AppendSeparator()
		}
		bias := ""
		if row.HasBaseline {
			bias = fmt.Sprintf("%+.3f", row.BaselineBias.Mean)
		}
		number := func(format string, x float64) string { return fmt.Sprintf(format, x) }
		t.AppendRow(table.Row{row.World, row.ConversionType, row.Model, number("%.4f", row.Error.Mean), number("%.4f", row.Error.SE),
			number("%.3f", row.Misplaced.Mean), number("%.2f", row.Tau.Mean), number("%.1f", row.TopThree.Mean), bias,
			number("%.0f", 100*row.OwnCoverage.Mean), number("%.0f", 100*row.TruthCoverage.Mean)})
	}
	return t.Render()
}
