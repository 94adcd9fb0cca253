package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/models/path"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// pathsOptions are those of the command.
type pathsOptions struct {
	eventLog
	selection

	output                                 string
	through, conversion, loss, start, end  []string
	won, lost, order                       []string
	top, topStates, groups, resamples, way int
	shift                                  path.Shift
	fewer, picture, silence                string
}

func newPaths(connections *connectionFlags) *cobra.Command {
	var o pathsOptions
	c := &cobra.Command{
		Use:   "paths",
		Short: "Show the ways that people really take, loops and returns included; of the tables, or of an event log with no database",
		Long: "Show the ways that people, accounts, sessions or orders take through stages, channels, events or pages: the\n" +
			"transition graph, what an absorbing chain expects, bottlenecks, whole journeys, what winners do, linearity.\n\n" + matchHelp,
		Example: "  funnelcloud paths\n" +
			"  funnelcloud paths --through 'events:*' --top-states 12 --conversion stages:won --by plan --picture ways.svg\n" +
			"  funnelcloud paths --fewer 10% --from opportunity --to nurture\n" +
			"  funnelcloud paths --log orders.csv --case order_id --activity step --time at\n" +
			"  funnelcloud paths --log crm.csv.gz --case lead --activity stage --time ts --won won --lost lost",
		Args: arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return o.run(c, connections) },
	}
	o.register(c.Flags())
	connections.register(c.Flags())
	return c
}

func (o *pathsOptions) register(flags *pflag.FlagSet) {
	o.eventLog.register(flags)
	o.selection.register(flags)
	flags.StringArrayVar(&o.through, "through", nil, "MATCH that makes states, once for each; =NAME behind it makes them one (default: stages:*, with --log events:*)")
	flags.IntVar(&o.topStates, "top-states", 0, "only the most visited states of each --through, the others as "+path.Other)
	flags.StringArrayVar(&o.exclude, "exclude", nil, "MATCH of events to leave out")
	flags.StringArrayVar(&o.conversion, "conversion", nil, "MATCH that wins and ends the way")
	flags.StringArrayVar(&o.loss, "loss", nil, "MATCH that loses and ends the way")
	flags.StringVar(&o.silence, "silence", "", "not heard of for so long is lost, such as 30d (default 90d where nothing else loses)")
	flags.StringArrayVar(&o.start, "start", nil, "MATCH that ways begin with")
	flags.StringArrayVar(&o.end, "end", nil, "MATCH that ways end with")
	flags.StringSliceVar(&o.won, "won", nil, "states that win")
	flags.StringSliceVar(&o.lost, "lost", nil, "states that lose")
	flags.StringSliceVar(&o.order, "order", nil, "states in the order they are drawn, a|b for either, for the linearity index")
	flags.StringVar(&o.fewer, "fewer", "", "what if: this share of those who go --from a state --to another went elsewhere, such as 10%")
	flags.StringVar(&o.shift.From, "from", "", "with --fewer: the state they leave")
	flags.StringVar(&o.shift.To, "to", "", "with --fewer: the state they no longer go to")
	flags.StringVar(&o.shift.Into, "instead", "", "with --fewer: where they go instead (default: where the others go, in proportion)")
	flags.IntVar(&o.resamples, "resamples", 200, "resamples for the 95 % intervals; 0 for none")
	flags.IntVar(&o.groups, "groups", 6, "groups of similar ways")
	flags.IntVar(&o.way, "way", 0, "name all units that went the n-th way of the table")
	flags.StringVar(&o.picture, "picture", "", "also draw the graph into this file: .svg, .png, or .dot for Graphviz")
	flags.IntVar(&o.top, "top", 10, "rows of each table; 0 for all")
	flags.StringVar(&o.output, "output", outputTable, "table, json, or csv (the transitions)")
}

func (o *pathsOptions) run(c *cobra.Command, connections *connectionFlags) error {
	if err := o.valid(); err != nil {
		return err
	}
	definition, err := o.definition()
	if err != nil {
		return err
	}
	if o.log == "" {
		return onTables(c, connections, func(ctx context.Context, db *warehouse.DB) error {
			study, err := models.DrawPaths(ctx, db, definition, o.examples())
			if err != nil {
				return err
			}
			return o.finish(definition, study)
		})
	}
	study, err := o.ofLog(definition)
	if err != nil {
		return err
	}
	return o.finish(definition, study)
}

// examples is how many units a way names.
func (o *pathsOptions) examples() int {
	if o.way > 0 {
		return math.MaxInt
	}
	return 3
}

func (o *pathsOptions) valid() error {
	if err := validOutput(o.output, outputCSV); err != nil {
		return err
	}
	if err := validPicture(o.picture); err != nil {
		return usageError{err}
	}
	for flag, n := range map[string]int{"top": o.top, "top-states": o.topStates, "resamples": o.resamples, "groups": o.groups, "way": o.way} {
		if n < 0 {
			return usageError{fmt.Errorf("--%s %d: must not be negative", flag, n)}
		}
	}
	if (o.fewer == "") != (o.shift.From == "" && o.shift.To == "") || o.fewer != "" && (o.shift.From == "" || o.shift.To == "") {
		return usageError{errors.New("--fewer, --from and --to go together: --fewer 10% --from trial --to nurture")}
	}
	if o.fewer == "" {
		return nil
	}
	number, percent := strings.CutSuffix(o.fewer, "%")
	less, err := strconv.ParseFloat(number, 64)
	if percent {
		less /= 100
	}
	if err != nil || !(less >= 0 && less <= 1) {
		return usageError{fmt.Errorf("--fewer %q: must be a share such as 10%% or 0.1", o.fewer)}
	}
	o.shift.Less = less
	return nil
}

// definition is the saved report that is asked for, or what the flags say.
func (o *pathsOptions) definition() (path.Definition, error) {
	if o.report != "" {
		saved, err := o.saved()
		if err != nil {
			return path.Definition{}, err
		}
		d, err := saved.PathOf(o.report, o.unit)
		return d, wrongUsage(err)
	}
	d, err := o.selection.definition()
	faults := []error{err}
	read := func(flag string, texts []string) path.Match {
		m, err := parseMatches(texts)
		if err != nil {
			faults = append(faults, fmt.Errorf("--%s %w", flag, err))
		}
		return m
	}
	d.Conversion, d.Loss, d.Start, d.End = read("conversion", o.conversion), read("loss", o.loss), read("start", o.start), read("end", o.end)
	d.Name, d.Won, d.Lost, d.Order = "paths", given(o.won), given(o.lost), o.order
	if err := d.Silence.UnmarshalText([]byte(o.silence)); err != nil {
		faults = append(faults, fmt.Errorf("--silence %w", err))
	}
	if d.States, err = o.states(); err != nil {
		faults = append(faults, err)
	}
	if stagesOnly := len(o.through) == 0 && o.log == ""; stagesOnly && o.order == nil {
		d.Order = stageOrder
	}
	faults = append(faults, d.Validate())
	return d, wrongUsage(errors.Join(faults...))
}

// stageOrder is the drawn funnel of the stages.
var stageOrder = []string{"suspect", "inquiry", "mql|pql|cql", "sal", "sql", "opportunity", "won"}

// given tells flags that were not given from empty ones.
func given(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return list
}

func (o *pathsOptions) states() ([]path.StateRule, error) {
	through := o.through
	if len(through) == 0 {
		through = []string{"stages:*"}
		if o.log != "" {
			through = []string{"events:*"}
		}
	}
	rules := make([]path.StateRule, len(through))
	for i, text := range through {
		names, as, _ := strings.Cut(text, "=")
		m, err := parseMatches([]string{names})
		if err != nil {
			return nil, fmt.Errorf("--through %w", err)
		}
		rules[i] = path.StateRule{Match: m, As: as, Top: o.topStates}
	}
	return rules, nil
}

// ofLog draws the ways of an event log.
func (o *pathsOptions) ofLog(d path.Definition) (*path.Study, error) {
	histories, err := o.read(d.Needs().Properties)
	if err != nil {
		return nil, err
	}
	var last time.Time
	if !d.Conversion.IsZero() || !d.End.IsZero() || len(d.Won) > 0 { // where nothing wins, nothing is lost either
		for _, h := range histories {
			if at := h.Events[len(h.Events)-1].At; at.After(last) {
				last = at
			}
		}
	}
	ways, err := path.NewWays(d, last)
	if err != nil {
		return nil, err
	}
	if ways.Counting() {
		for _, h := range histories {
			ways.Count(h)
		}
		ways.Settle()
	}
	options := ways.Options(o.examples())
	options.StateKind = "activity"
	study := path.NewStudy(options)
	for _, h := range histories {
		for _, trail := range ways.Trails(h) {
			study.Add(trail)
		}
	}
	return study, nil
}
