package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/models/path"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// funnelOptions are those of the command.
type funnelOptions struct {
	eventLog
	selection

	output                string
	steps, optional, ends []string
	order, entry, repeats string
	window                string
	attribution, cohort   string
	strictlyLater         bool
	dropped, top          int
}

func newFunnel(connections *connectionFlags) *cobra.Command {
	var o funnelOptions
	c := &cobra.Command{
		Use:   "funnel",
		Short: "Count how many get through steps, how fast, and who dropped where; of the tables, or of an event log with no database",
		Long: "Count how many people, accounts, sessions or cases get through steps, how fast, and who dropped where.\n\n" + matchHelp +
			"\n\nEvents of one instant follow each other in the order of the file, in the tables by source and event id.",
		Example: "  funnelcloud funnel --step meanings:signed_up --step stages:pql --step stages:won --window 90d --cohort month\n" +
			"  funnelcloud funnel --report 'sign-up to won' --drop 20\n" +
			"  funnelcloud funnel --log app.csv --step signed_up --step invited --step paid --optional invited --by plan\n" +
			"  funnelcloud funnel --log app.csv --step trial --step paid --order strict --exclude cancelled --drop 5",
		Args: arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return o.run(c, connections) },
	}
	o.register(c.Flags())
	connections.register(c.Flags())
	return c
}

func (o *funnelOptions) register(flags *pflag.FlagSet) {
	o.eventLog.register(flags)
	o.selection.register(flags)
	flags.StringArrayVar(&o.steps, "step", nil, "MATCH that takes the next step; once for each step")
	flags.StringArrayVar(&o.optional, "optional", nil, "step that may be left out")
	flags.StringArrayVar(&o.ends, "exclude", nil, "MATCH that ends an attempt; MATCH:2-3 only between steps 2 and 3")
	flags.StringVar(&o.order, "order", "ordered", "ordered, strict (nothing in between) or any")
	flags.StringVar(&o.window, "window", "", "longest time from the first step to the last, such as 30m, 36h or 14d")
	flags.StringVar(&o.entry, "entry", "any", "which entries count: any (the one that leads farthest), first or every")
	flags.StringVar(&o.repeats, "repeats", "", "repeats of a step: ignore, or end the attempt")
	flags.BoolVar(&o.strictlyLater, "strictly-later", false, "each step at a later instant than the one before")
	flags.StringVar(&o.attribution, "attribution", "first_touch", "whose value of --by counts: first_touch, last_touch, all_events, or the number of a step")
	flags.StringVar(&o.cohort, "cohort", "", "show entries by day, week or month")
	flags.IntVar(&o.dropped, "drop", 0, "units to name for each step after which they dropped out")
	flags.IntVar(&o.top, "top", 10, "values of the breakdown to show in the table; 0 for all")
	flags.StringVar(&o.output, "output", outputTable, "table, json or csv")
}

func (o *funnelOptions) run(c *cobra.Command, connections *connectionFlags) error {
	if err := validOutput(o.output, outputCSV); err != nil {
		return err
	}
	saved, err := o.definition()
	if err != nil {
		return err
	}
	if o.log != "" {
		funnel, err := o.ofLog(saved)
		if err != nil {
			return err
		}
		return reportOn(funnel, unitsOf(o.log != "", saved.Unit)).show(newScreen(o.output != outputTable), o, saved)
	}
	return onTables(c, connections, func(ctx context.Context, db *warehouse.DB) error {
		funnel, err := models.CountFunnel(ctx, db, saved)
		if err != nil {
			return err
		}
		return reportOn(funnel, unitsOf(o.log != "", saved.Unit)).show(newScreen(o.output != outputTable), o, saved)
	})
}

// definition is the saved funnel that is asked for, or what the flags say.
func (o *funnelOptions) definition() (path.SavedFunnel, error) {
	if o.report != "" {
		reports, err := o.saved()
		if err != nil {
			return path.SavedFunnel{}, err
		}
		f, err := reports.FunnelOf(o.report, o.unit)
		if o.dropped > 0 {
			f.Dropped = o.dropped
		}
		return f, wrongUsage(err)
	}
	f, err := o.ofFlags()
	if err == nil {
		err = f.Validate()
	}
	return f, wrongUsage(err)
}

func (o *funnelOptions) ofFlags() (path.SavedFunnel, error) {
	d, err := o.selection.definition()
	f := path.SavedFunnel{
		Name: "funnel", Unit: d.Unit, Key: d.Key, SessionGap: d.SessionGap, Since: d.Since, Until: d.Until, Only: d.Only, Hold: d.Hold, By: d.By,
		Order: o.order, Entry: o.entry, Repeats: o.repeats, StrictlyLater: o.strictlyLater, Cohort: o.cohort, Dropped: o.dropped,
	}
	if err != nil {
		return f, err
	}
	if len(o.steps) == 0 {
		return f, errors.New("name the steps, in order: --step NAME --step NAME")
	}
	for _, name := range o.steps {
		m, err := parseMatches([]string{name})
		if err != nil {
			return f, fmt.Errorf("--step %w", err)
		}
		f.Steps = append(f.Steps, path.FunnelStep{Match: m, As: name, Optional: slices.Contains(o.optional, name)})
	}
	for _, name := range o.optional {
		if !slices.Contains(o.steps, name) {
			return f, fmt.Errorf("--optional %q is no step; there are %s", name, strings.Join(o.steps, ", "))
		}
	}
	for _, text := range o.ends {
		x, err := exclusion(text, len(o.steps))
		if err != nil {
			return f, err
		}
		f.Exclude = append(f.Exclude, x)
	}
	if err := f.Window.UnmarshalText([]byte(o.window)); err != nil {
		return f, fmt.Errorf("--window %w", err)
	}
	if path.Attribution(o.attribution) == path.AttributeUnit {
		return f, errors.New("--attribution unit: events have no values of units as a whole; name a property with --by, and first_touch")
	}
	if f.Attribution = o.attribution; len(f.By) == 0 {
		f.Attribution = ""
	} else if step, err := strconv.Atoi(o.attribution); err == nil {
		f.Attribution, f.Step = string(path.AttributeStep), step
	}
	return f, nil
}

var betweenSteps = regexp.MustCompile(`^(.+):(\d+)-(\d+)$`)

// exclusion reads MATCH, or MATCH:2-3 with steps counted from 1.
func exclusion(text string, steps int) (path.FunnelExclusion, error) {
	var x path.FunnelExclusion
	var err error
	m := betweenSteps.FindStringSubmatch(text)
	if m == nil {
		if steps < 2 {
			return x, fmt.Errorf("--exclude %q: one step has nothing in between", text)
		}
		x.Match, err = parseMatches([]string{text})
		return x, err
	}
	from, fromErr := strconv.Atoi(m[2])
	to, toErr := strconv.Atoi(m[3])
	if fromErr != nil || toErr != nil || from < 1 || to <= from || to > steps {
		return x, fmt.Errorf("--exclude %q: steps are counted from 1 and there are %d", text, steps)
	}
	x.From, x.To = from, to
	x.Match, err = parseMatches([]string{m[1]})
	return x, err
}

// ofLog counts the funnel of an event log.
func (o *funnelOptions) ofLog(saved path.SavedFunnel) (*path.Funnel, error) {
	funnel, cut, err := saved.Compile()
	if err != nil {
		return nil, err
	}
	histories, err := o.read(saved.Needs().Properties)
	if err != nil {
		return nil, err
	}
	for _, h := range histories {
		for _, part := range cut.Histories(h) {
			funnel.Add(part)
		}
	}
	return funnel, nil
}
