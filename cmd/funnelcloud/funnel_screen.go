package main

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/funnelcloud/funnelcloud/models/path"
)

// funnelReport is what a log says of a funnel.
type funnelReport struct {
	Cases   int                 `json:"cases"` // or persons, accounts, sessions
	Steps   []path.FunnelRow    `json:"steps"`
	Cohorts []path.FunnelCohort `json:"cohorts,omitempty"`

	unit string // what a case is called
}

func (r *funnelReport) show(s *screen, o *funnelOptions, saved path.SavedFunnel) error {
	switch o.output {
	case outputJSON:
		return writeJSON(s, r)
	case outputCSV:
		return r.writeCSV(s)
	}
	funnels := slices.Collect(slices.Chunk(r.Steps, len(saved.Steps)))
	for i, rows := range funnels {
		if o.top > 0 && i == o.top {
			fmt.Fprintf(s.out, "\n%s other values; --top 0 shows them\n", thousands(int64(len(funnels)-i)))
			break
		}
		showFunnel(s, r.title(rows, saved.By), rows)
	}
	if len(funnels) == 0 {
		fmt.Fprintf(s.out, "\nNone of %s %s entered.\n", thousands(int64(r.Cases)), r.unit)
	}
	r.showCohorts(s, saved.Cohort)
	return nil
}

func (r *funnelReport) title(rows []path.FunnelRow, by []string) string {
	if len(rows[0].Breakdown) == 0 {
		return fmt.Sprintf("%s of %s %s entered", thousands(int64(rows[0].Units)), thousands(int64(r.Cases)), r.unit)
	}
	return strings.Join(by, ", ") + ": " + value(rows[0].Breakdown)
}

// value writes the values of a breakdown.
func value(of []string) string {
	words := make([]string, len(of))
	for i, v := range of {
		if words[i] = v; v == "" {
			words[i] = "(none)"
		}
	}
	return strings.Join(words, ", ")
}

func showFunnel(s *screen, title string, rows []path.FunnelRow) {
	s.title(shorten(title, 78))
	table := make([][]string, 0, len(rows))
	for i, row := range rows {
		name, median, p90 := shorten(row.Step, 26), span(row.MedianSeconds), span(row.P90Seconds)
		if row.Optional {
			name = shorten(row.Step, 15) + " (optional)"
		}
		if i == 0 || row.Units == 0 {
			median, p90 = "", ""
		}
		table = append(table, []string{name, thousands(int64(row.Units)), percent(row.OfFirst), percent(row.OfPrevious), median, p90})
	}
	s.table([]string{"step", "units>", "of first>", "of prev.>", "median>", "p90>"}, table)
	for _, row := range rows {
		if len(row.DroppedUnits) > 0 {
			line := fmt.Sprintf("%s dropped after %s, such as %s", thousands(int64(row.Dropped)), shorten(row.Step, 26), strings.Join(row.DroppedUnits, ", "))
			fmt.Fprintln(s.out, text.WrapSoft(line, 80))
		}
	}
}

func (r *funnelReport) showCohorts(s *screen, period string) {
	if len(r.Cohorts) == 0 {
		return
	}
	s.title("By " + period + " of entry")
	rows := make([][]string, 0, len(r.Cohorts))
	for _, c := range r.Cohorts {
		first, last := c.Units[0], c.Units[len(c.Units)-1]
		rows = append(rows, []string{c.Start.Format(time.DateOnly), shorten(value(c.Breakdown), 28), thousands(int64(first)), thousands(int64(last)),
			percent(float64(last) / float64(max(first, 1)))})
	}
	s.table([]string{period, "", "entered>", "last step>", "of first>"}, rows)
}

func (r *funnelReport) writeCSV(s *screen) error {
	w := csv.NewWriter(s.out)
	rows := [][]string{{"breakdown", "step", "optional", "units", "of_first", "of_previous", "mean_seconds", "median_seconds", "p90_seconds",
		"total_median_seconds", "total_p90_seconds", "dropped"}}
	for _, row := range r.Steps {
		rows = append(rows, []string{strings.Join(row.Breakdown, ", "), row.Step, strconv.FormatBool(row.Optional), strconv.FormatUint(row.Units, 10),
			number(row.OfFirst), number(row.OfPrevious), number(row.MeanSeconds), number(row.MedianSeconds), number(row.P90Seconds),
			number(row.TotalMedianSeconds), number(row.TotalP90Seconds), strconv.FormatUint(row.Dropped, 10)})
	}
	return w.WriteAll(rows)
}

func reportOn(f *path.Funnel, unit string) *funnelReport {
	return &funnelReport{Cases: f.Units(), Steps: f.Rows(), Cohorts: f.Cohorts(), unit: unit}
}
