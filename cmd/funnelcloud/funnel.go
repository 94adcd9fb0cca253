package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"

	"github.com/funnelcloud/funnelcloud/models/path"
)

// funnelReport is what a log says of a funnel.
type funnelReport struct {
	Cases   int                 `json:"cases"`
	Steps   []path.FunnelRow    `json:"steps"`
	Cohorts []path.FunnelCohort `json:"cohorts,omitempty"`
}

// funnelOptions are those of the command.
type funnelOptions struct {
	eventLog
	output                    string
	steps, optional, excluded []string
	order, entry, repeats     string
	window                    string
	hold, by                  []string
	attribution, cohort       string
	strictlyLater             bool
	dropped, top              int
}

func newFunnel() *cobra.Command {
	var o funnelOptions
	c := &cobra.Command{
		Use:   "funnel",
		Short: "Count how many cases of an event log get through steps, how fast, and who dropped where; needs no database",
		Long: "Count how many cases of an event log get through steps, how fast, and who dropped where.\n\n" +
			"A step is an activity, or several that take it: --step 'trial|demo'. Events of one instant follow each other\n" +
			"in the order of the file.",
		Example: "  funnelcloud funnel --log app.csv --step signed_up --step invited --step paid --window 14d\n" +
			"  funnelcloud funnel --log app.csv --step signed_up --step invited --step paid --optional invited --by plan\n" +
			"  funnelcloud funnel --log app.csv --step trial --step paid --order strict --exclude cancelled --drop 5",
		Args: arguments(cobra.NoArgs),
		RunE: func(_ *cobra.Command, _ []string) error {
			if err := validForm(o.output); err != nil {
				return err
			}
			definition, err := o.definition()
			if err != nil {
				return usageError{err}
			}
			funnel, err := path.NewFunnel(definition, path.FunnelOptions{Cohort: path.Cohort(o.cohort), Dropped: o.dropped})
			if err != nil {
				return usageError{err}
			}
			report, err := o.read(funnel)
			if err != nil {
				return err
			}
			return report.show(newScreen(o.output != outputTable), o)
		},
	}
	flags := c.Flags()
	o.register(flags)
	flags.StringArrayVar(&o.steps, "step", nil, "activity that takes the next step, or several as a|b; once for each step")
	flags.StringArrayVar(&o.optional, "optional", nil, "step that may be left out")
	flags.StringArrayVar(&o.excluded, "exclude", nil, "activity that ends an attempt; NAME:2-3 only between steps 2 and 3")
	flags.StringVar(&o.order, "order", "ordered", "ordered, strict (nothing in between) or any")
	flags.StringVar(&o.window, "window", "", "longest time from the first step to the last, such as 30m, 36h or 14d")
	flags.StringVar(&o.entry, "entry", "any", "which entries count: any (the one that leads farthest), first or every")
	flags.StringVar(&o.repeats, "repeats", "", "repeats of a step: ignore, or end the attempt")
	flags.BoolVar(&o.strictlyLater, "strictly-later", false, "each step at a later instant than the one before")
	flags.StringArrayVar(&o.hold, "hold", nil, "column whose value all steps of an attempt share")
	flags.StringArrayVar(&o.by, "by", nil, "column to break down by")
	flags.StringVar(&o.attribution, "attribution", "first_touch", "whose value counts: first_touch, last_touch, all_events, or the number of a step")
	flags.StringVar(&o.cohort, "cohort", "", "show entries by day, week or month")
	flags.IntVar(&o.dropped, "drop", 0, "cases to name for each step after which they dropped out")
	flags.IntVar(&o.top, "top", 10, "values of the breakdown to show in the table; 0 for all")
	flags.StringVar(&o.output, "output", outputTable, "table, json or csv")
	return c
}

func (o funnelOptions) definition() (path.FunnelDefinition, error) {
	d := path.FunnelDefinition{
		Order: path.Order(unless(o.order, "ordered")), Entry: path.Entry(unless(o.entry, "any")), Repeats: path.Repeats(o.repeats),
		StrictlyLater: o.strictlyLater, HoldConstant: o.hold,
	}
	if o.log == "" {
		return d, errors.New("name the event log with --log FILE (- is standard input)")
	}
	if len(o.steps) == 0 {
		return d, errors.New("name the steps, in order: --step NAME --step NAME")
	}
	for _, name := range o.steps {
		alternatives := strings.Split(name, "|")
		step := path.Named(alternatives[0], alternatives[1:]...)
		step.Name, step.Optional = name, slices.Contains(o.optional, name)
		d.Steps = append(d.Steps, step)
	}
	for _, name := range o.optional {
		if !slices.Contains(o.steps, name) {
			return d, fmt.Errorf("--optional %q is no step; there are %s", name, strings.Join(o.steps, ", "))
		}
	}
	for _, text := range o.excluded {
		x, err := exclusion(text, len(o.steps))
		if err != nil {
			return d, err
		}
		d.Exclusions = append(d.Exclusions, x)
	}
	var err error
	if d.Window, err = parseSpan(o.window); err != nil {
		return d, fmt.Errorf("--window %w", err)
	}
	if path.Attribution(o.attribution) == path.AttributeUnit {
		return d, errors.New("--attribution unit: a log has no values of cases as a whole; name a column with --by, and first_touch")
	}
	if len(o.by) > 0 {
		d.Breakdown = breakdown(o.by, o.attribution)
	}
	return d, nil
}

// unless is the word, or nothing where it is the default's name.
func unless(word, usual string) string {
	if word == usual {
		return ""
	}
	return word
}

var betweenSteps = regexp.MustCompile(`^(.+):(\d+)-(\d+)$`)

// exclusion reads NAME, or NAME:2-3 with steps counted from 1.
func exclusion(text string, steps int) (path.Exclusion, error) {
	m := betweenSteps.FindStringSubmatch(text)
	if m == nil {
		if steps < 2 {
			return path.Exclusion{}, fmt.Errorf("--exclude %q: one step has nothing in between", text)
		}
		return path.Exclusion{Matches: path.Named(text).Matches, To: steps - 1}, nil
	}
	from, fromErr := strconv.Atoi(m[2])
	to, toErr := strconv.Atoi(m[3])
	if fromErr != nil || toErr != nil || from < 1 || to <= from || to > steps {
		return path.Exclusion{}, fmt.Errorf("--exclude %q: steps are counted from 1 and there are %d", text, steps)
	}
	return path.Exclusion{Matches: path.Named(m[1]).Matches, From: from - 1, To: to - 1}, nil
}

func breakdown(by []string, attribution string) path.Breakdown {
	if step, err := strconv.Atoi(attribution); err == nil {
		return path.Breakdown{Properties: by, Attribution: path.AttributeStep, Step: step - 1}
	}
	return path.Breakdown{Properties: by, Attribution: path.Attribution(attribution)}
}

// parseSpan reads a length of time; d stands for 24 hours.
func parseSpan(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	if days, err := strconv.ParseFloat(strings.TrimSuffix(text, "d"), 64); err == nil && strings.HasSuffix(text, "d") && days > 0 && days < 1e5 {
		return time.Duration(days * 24 * float64(time.Hour)), nil
	}
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return d, nil
	}
	return 0, fmt.Errorf("%q: not a length of time such as 30m, 36h or 14d", text)
}

func (o funnelOptions) read(funnel *path.Funnel) (*funnelReport, error) {
	in, err := openText(o.log)
	if err != nil {
		return nil, err
	}
	defer func() { _ = in.Close() }()
	properties := slices.Compact(slices.Sorted(slices.Values(slices.Concat(o.hold, o.by))))
	histories, err := path.ReadHistories(in, o.columns, properties)
	if err != nil {
		return nil, err
	}
	for _, h := range histories {
		funnel.Add(h)
	}
	return &funnelReport{Cases: funnel.Units(), Steps: funnel.Rows(), Cohorts: funnel.Cohorts()}, nil
}

func (r *funnelReport) show(s *screen, o funnelOptions) error {
	switch o.output {
	case outputJSON:
		return writeJSON(s, r)
	case outputCSV:
		return r.writeCSV(s)
	}
	funnels := slices.Collect(slices.Chunk(r.Steps, len(o.steps)))
	for i, rows := range funnels {
		if o.top > 0 && i == o.top {
			fmt.Fprintf(s.out, "\n%s other values; --top 0 shows them\n", thousands(int64(len(funnels)-i)))
			break
		}
		showFunnel(s, r.title(rows, o.by), rows)
	}
	if len(funnels) == 0 {
		fmt.Fprintf(s.out, "\nNone of %s cases entered.\n", thousands(int64(r.Cases)))
	}
	r.showCohorts(s, o)
	return nil
}

func (r *funnelReport) title(rows []path.FunnelRow, by []string) string {
	if len(rows[0].Breakdown) == 0 {
		return fmt.Sprintf("%s of %s cases entered", thousands(int64(rows[0].Units)), thousands(int64(r.Cases)))
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

func (r *funnelReport) showCohorts(s *screen, o funnelOptions) {
	if len(r.Cohorts) == 0 {
		return
	}
	s.title("By " + o.cohort + " of entry")
	rows := make([][]string, 0, len(r.Cohorts))
	for _, c := range r.Cohorts {
		first, last := c.Units[0], c.Units[len(c.Units)-1]
		rows = append(rows, []string{c.Start.Format(time.DateOnly), shorten(value(c.Breakdown), 28), thousands(int64(first)), thousands(int64(last)),
			percent(float64(last) / float64(max(first, 1)))})
	}
	s.table([]string{o.cohort, "", "entered>", "last step>", "of first>"}, rows)
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
