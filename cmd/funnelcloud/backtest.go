package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/models/qualify"
	"github.com/funnelcloud/funnelcloud/models/quality"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// backtestFlags are those of 'definition backtest'.
type backtestFlags struct {
	definitions       definitionFlags
	against, from, to string
	kind, output      string
	horizon           int
}

func newDefinitionBacktest(connections *connectionFlags) *cobra.Command {
	var f backtestFlags
	c := &cobra.Command{
		Use:   "backtest",
		Short: "Try definitions on all history: how many would have qualified, when, and were they the right ones",
		Long: "Try the definitions of --definitions (else the built-in ones) on all the history that the published run knows.\n" +
			"Nothing is written. With --against, two sets side by side: who is gained and who is lost by going from\n" +
			"--against to --definitions.",
		Args: arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			options, err := f.options()
			if err != nil {
				return err
			}
			return connections.use(c.Context(), func(db *warehouse.DB) error {
				b, err := models.RunBacktest(c.Context(), db, options)
				if err != nil {
					return err
				}
				s := newScreen(f.output == outputJSON)
				if f.output == outputJSON {
					return writeJSON(s, b)
				}
				showBacktest(s, b, f.names())
				return nil
			})
		},
	}
	flags := c.Flags()
	f.definitions.register(flags)
	flags.StringVar(&f.against, "against", "", "folder of definitions to compare with, or builtin")
	flags.StringVar(&f.from, "from", "", "first day (2026-01-31) of the qualifications to count; default: all")
	flags.StringVar(&f.to, "to", "", "last day of them")
	flags.StringVar(&f.kind, "unit", "person", "person or account")
	flags.IntVar(&f.horizon, "horizon", 90, "days within which a conversion is the definition's merit")
	flags.StringVar(&f.output, "output", outputTable, "table or json")
	connections.register(flags)
	return c
}

func (f *backtestFlags) options() (models.BacktestOptions, error) {
	o := models.BacktestOptions{Kind: f.kind, Horizon: time.Duration(f.horizon) * 24 * time.Hour}
	var errPeriod error
	o.From, o.To, errPeriod = parseDays(f.from, f.to)
	err := errors.Join(validOutput(f.output), errPeriod)
	if f.kind != qualify.Person && f.kind != qualify.Account {
		err = errors.Join(err, fmt.Errorf("--unit %q: must be person or account", f.kind))
	}
	if f.horizon < 1 {
		err = errors.Join(err, fmt.Errorf("--horizon %d: must be at least a day", f.horizon))
	}
	if err != nil {
		return o, usageError{err}
	}
	for _, folder := range f.folders() {
		d, err := loadDefinitions(folder)
		if err != nil {
			return o, err
		}
		o.Sides = append(o.Sides, d)
	}
	return o, nil
}

// folders are the sides, from what is to what might be.
func (f *backtestFlags) folders() []string {
	if f.against == "" {
		return []string{f.definitions.folder}
	}
	return []string{f.against, f.definitions.folder}
}

func (f *backtestFlags) names() []string {
	names := f.folders()
	for i, name := range names {
		if name == "" {
			names[i] = builtinDefinitions
		}
	}
	return names
}

func showBacktest(s *screen, b models.Backtest, names []string) {
	sayf(s, "%s %ss, junk left out; first qualified from %s to %s; observed until %s", thousands(int64(b.Units)), b.Kind,
		b.From.Format(time.DateOnly), b.To.Add(-time.Millisecond).Format(time.DateOnly), b.Until.Format(time.DateOnly))
	for i, side := range b.Sides {
		s.title(fmt.Sprintf("%s (%s)", names[i], side.Hash))
		showBacktestSide(s, side)
	}
	fmt.Fprintln(s.out)
	sayf(s, "Shares are of units old enough to judge; precision: of those flagged, won within the horizon; recall: of the won, "+
		"flagged before; lift: precision over the rate of all; days: median from qualifying to the win. – : nobody is old enough to judge.")
	showWeeks(s, b)
	if len(b.Changes) > 0 {
		showChanges(s, b.Changes, names)
	}
}

func showBacktestSide(s *screen, side models.BacktestSide) {
	var rows [][]string
	for _, d := range side.Definitions {
		q := d.Quality
		name := strings.Trim(d.Name, "()")
		if d.Version > 0 {
			name += " v" + strconv.Itoa(int(d.Version))
		}
		rows = append(rows, []string{
			name, strings.Trim(d.Route, "()"), thousands(int64(d.Units)), thousands(int64(d.Times)), measured(q.FlaggedShare),
			measured(q.Precision), measured(q.Recall), lift(q), strconv.FormatFloat(q.MedianLead, 'f', 0, 64)})
	}
	s.table([]string{"definition", "route", "units>", "times>", "flagged>", "precision>", "recall>", "lift>", "days>"}, rows)
}

// measured is a dash where there is no case.
func measured(r quality.Rate) string {
	if r.Total == 0 {
		return "–"
	}
	return percent(r.Value)
}

func lift(q quality.Measures) string {
	if q.Precision.Total == 0 || q.BaseRate.Of == 0 {
		return "–"
	}
	return strconv.FormatFloat(q.Lift.Value, 'f', 1, 64)
}

// showWeeks shows when: units that first qualified, all definitions together in figures, each as a line of bars.
func showWeeks(s *screen, b models.Backtest) {
	weeks := weeksOf(b)
	if len(weeks) == 0 {
		return
	}
	s.title(fmt.Sprintf("When units first qualified, week by week from %s", weeks[0].Format(time.DateOnly)))
	var rows [][]string
	for i, side := range b.Sides {
		for _, d := range side.Definitions {
			counts, most := perWeek(d, weeks), 0
			for _, n := range counts {
				most = max(most, n)
			}
			rows = append(rows, []string{"AB"[i : i+1], strings.Trim(d.Name, "()"), bars(counts, most), thousands(int64(most))})
		}
	}
	headings := []string{"", "definition", "week by week", "most>"}
	if len(b.Sides) == 1 {
		headings = headings[1:]
		for i := range rows {
			rows[i] = rows[i][1:]
		}
	}
	s.table(headings, rows)
}

// shownWeeks are as many as fit a line; the JSON has all.
const shownWeeks = 52

// weeksOf are all weeks from the first to the last in which anybody qualified, the latest at most.
func weeksOf(b models.Backtest) []time.Time {
	var first, last time.Time
	for _, side := range b.Sides {
		for _, d := range side.Definitions {
			for _, week := range d.Weeks {
				if first.IsZero() || week.Monday.Before(first) {
					first = week.Monday
				}
				if week.Monday.After(last) {
					last = week.Monday
				}
			}
		}
	}
	var weeks []time.Time
	for week := first; !first.IsZero() && !week.After(last); week = week.AddDate(0, 0, 7) {
		weeks = append(weeks, week)
	}
	return weeks[max(0, len(weeks)-shownWeeks):]
}

func perWeek(d models.BacktestDefinition, weeks []time.Time) []int {
	counts := make([]int, len(weeks))
	for _, week := range d.Weeks {
		if i := slices.Index(weeks, week.Monday); i >= 0 {
			counts[i] = week.Units
		}
	}
	return counts
}

// bars draws counts as a line of blocks of eight heights, a dot for none.
func bars(counts []int, most int) string {
	const heights = "▁▂▃▄▅▆▇█"
	line := make([]rune, len(counts))
	for i, n := range counts {
		line[i] = '·'
		if n > 0 {
			line[i] = []rune(heights)[(n*8-1)/most]
		}
	}
	return string(line)
}

func showChanges(s *screen, changes []models.BacktestChange, names []string) {
	s.title(fmt.Sprintf("From %s (A) to %s (B)", names[0], names[1]))
	rows := make([][]string, 0, len(changes))
	for _, c := range changes {
		row := []string{strings.Trim(c.Name, "()")}
		for _, n := range []int{c.Both, c.Earlier, c.Later, c.Gained, c.GainedWon, c.Lost, c.LostWon} {
			row = append(row, thousands(int64(n)))
		}
		rows = append(rows, row)
	}
	s.table([]string{"definition", "both>", "earlier>", "later>", "gained>", "won>", "lost>", "won>"}, rows)
	for _, c := range changes {
		for _, side := range []struct {
			what string
			ids  []string
		}{{"gained", c.GainedExamples}, {"lost", c.LostExamples}} {
			if len(side.ids) > 0 {
				sayf(s, "%s by %s, for example: %s", side.what, strings.Trim(c.Name, "()"), strings.Join(side.ids, " "))
			}
		}
	}
}
