package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/funnelcloud/funnelcloud/dashboards/report"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

func newReport(connections *connectionFlags) *cobra.Command {
	var out, png, period, segment string
	var serve bool
	var page pageFlags
	var options report.Options
	c := &cobra.Command{
		Use:   "report",
		Short: "Write the published run as one self-contained HTML file",
		Args:  arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if serve {
				return connections.use(c.Context(), func(db *warehouse.DB) error { return servePages(c.Context(), db, page, options.Company) })
			}
			if options.Zone, err = timeZone(page.zone); err != nil {
				return err
			}
			if options.From, options.To, err = reportPeriod(period, options.Zone); err != nil {
				return err
			}
			if options.Segment, err = report.ParseSegment(segment); err != nil {
				return usageError{fmt.Errorf("--segment: %w", err)}
			}
			browser := ""
			if png != "" {
				if browser, err = findBrowser(); err != nil {
					return usageError{fmt.Errorf("--png: %w", err)}
				}
			}
			if err := connections.use(c.Context(), func(db *warehouse.DB) error { return writeReportOf(c.Context(), db, out, options) }); err != nil {
				return err
			}
			if _, err = fmt.Fprintf(c.OutOrStdout(), "Wrote %s.\n", out); err != nil || png == "" {
				return err
			}
			return drawReport(c.Context(), c.OutOrStdout(), browser, out, png)
		},
	}
	c.Flags().StringVar(&out, "out", "report.html", "file to write")
	c.Flags().StringVar(&png, "png", "", "folder for a PNG picture of each chart, too, for slides; needs Chromium, Chrome or Edge")
	c.Flags().StringVar(&options.Company, "company", "", "name in the title")
	c.Flags().StringVar(&period, "period", "", "what to report on, such as 2026-Q1, 2026-03 or 2026-01-15..2026-02-14 (both included), compared with the period of the same length before it (default: the whole history)")
	c.Flags().StringVar(&options.UnitKind, "unit", "", "count people or companies: person or account (default person)")
	c.Flags().StringVar(&options.ConversionType, "conversion", "", "type of conversion (default: won, else the most frequent)")
	c.Flags().StringVar(&options.Currency, "currency", "", "currency of amounts, where conversions are worth several (default: the commonest)")
	c.Flags().StringVar(&options.Model, "model", "", "attribution model of single-model figures (default: Markov's)")
	c.Flags().StringVar(&options.Dimension, "dimension", "", "what credit is broken down by: channel, source, medium, campaign, landing_page and more, as the pages of --serve list them (default campaign)")
	c.Flags().StringVar(&segment, "segment", "", "report on a part of the units only, such as plan:free; --serve lists what there is")
	c.Flags().BoolVar(&serve, "serve", false, "write no file; serve the report as pages on this machine, which lead from each figure to the events behind it, until Ctrl-C")
	page.register(c.Flags())
	connections.register(c.Flags())
	return c
}

// servePages serves the report's pages until the command is stopped.
func servePages(ctx context.Context, db *warehouse.DB, page pageFlags, company string) error {
	pages, err := page.start(ctx, db, company, warnings())
	if err != nil {
		return err
	}
	if pages.address == "" {
		return usageError{errors.New("--serve without a port: leave out --page-port -1")}
	}
	s := newScreen(false)
	s.title("The report is served on this machine; Ctrl-C stops it")
	s.places([][]string{{"report", pages.address}})
	<-ctx.Done()
	return pages.close()
}

// drawReport makes pictures of a report's charts and says which.
func drawReport(ctx context.Context, w io.Writer, browser, report, folder string) error {
	pictures, err := writePictures(ctx, browser, report, folder)
	if err != nil {
		return err
	}
	for _, p := range pictures {
		if _, err := fmt.Fprintf(w, "Wrote %s: %s\n", filepath.Join(folder, p.name), p.title); err != nil {
			return err
		}
	}
	return nil
}

// writeReport writes the report on the whole history.
func writeReport(ctx context.Context, db *warehouse.DB, file, company string) error {
	return writeReportOf(ctx, db, file, report.Options{Company: company})
}

func writeReportOf(ctx context.Context, db *warehouse.DB, file string, o report.Options) error {
	o.Version, o.Now = version(), time.Now()
	return replaceFile(file, func(w io.Writer) error {
		buffered := bufio.NewWriter(w)
		err := report.Write(ctx, buffered, report.QueryOf(db), o)
		return errors.Join(err, buffered.Flush())
	})
}

// reportPeriod reads "2026-01-01..2026-03-31", or a year, quarter, month or day alone or at either end, as the first instant and
// the last second of it in a zone, which is what panels can tell apart. Nothing is no period: two zero times.
func reportPeriod(text string, zone *time.Location) (from, to time.Time, err error) {
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
	return midnight(from, zone), midnight(to, zone).Add(-time.Second), nil
}

// midnight is the start of a time's day of the calendar in another zone.
func midnight(t time.Time, zone *time.Location) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, zone)
}
