package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/funnelcloud/funnelcloud/dashboards/report"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

func newReport(connections *connectionFlags) *cobra.Command {
	var out, company, period string
	var options report.Options
	c := &cobra.Command{
		Use:   "report",
		Short: "Write the published run as one self-contained HTML file",
		Args:  arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			from, to, err := reportPeriod(period)
			if err != nil {
				return err
			}
			options.Company, options.From, options.To = company, from, to
			return connections.use(c.Context(), func(db *warehouse.DB) error {
				if err := writeReportOf(c.Context(), db, out, options); err != nil {
					return err
				}
				_, err := fmt.Fprintf(c.OutOrStdout(), "Wrote %s.\n", out)
				return err
			})
		},
	}
	c.Flags().StringVar(&out, "out", "report.html", "file to write")
	c.Flags().StringVar(&company, "company", "", "name in the title")
	c.Flags().StringVar(&period, "period", "", "what to report on, such as 2026-Q1, 2026-03 or 2026-01-15..2026-02-14 (UTC, both included), compared with the period of the same length before it (default: the whole history)")
	c.Flags().StringVar(&options.UnitKind, "unit", "", "count people or companies: person or account (default person)")
	c.Flags().StringVar(&options.ConversionType, "conversion", "", "type of conversion (default: won, else the most frequent)")
	c.Flags().StringVar(&options.Model, "model", "", "attribution model of single-model figures (default: Markov's)")
	connections.register(c.Flags())
	return c
}

// writeReport writes the report on the whole history.
func writeReport(ctx context.Context, db *warehouse.DB, file, company string) error {
	return writeReportOf(ctx, db, file, report.Options{Company: company})
}

func writeReportOf(ctx context.Context, db *warehouse.DB, file string, o report.Options) error {
	o.Version, o.Now = version(), time.Now()
	return replaceFile(file, func(w io.Writer) error {
		buffered := bufio.NewWriter(w)
		err := report.Write(ctx, buffered, querier(db), o)
		return errors.Join(err, buffered.Flush())
	})
}

// reportPeriod reads "2026-01-01..2026-03-31", or a year, quarter, month or day alone or at either end, as the first instant and
// the last second of it, which is what panels can tell apart. Nothing is no period: two zero times.
func reportPeriod(text string) (from, to time.Time, err error) {
	if text == "" {
		return from, to, nil
	}
	first, last, two := strings.Cut(text, "..")
	from, to, err = parsePeriod(first)
	if two && err == nil {
		_, to, err = parsePeriod(last)
	}
	if err != nil {
		return from, to, usageError{err}
	}
	if !from.Before(to) {
		return from, to, usageError{fmt.Errorf("--period %s: it ends before it starts", text)}
	}
	return from, to.Add(-time.Second), nil
}
