package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/models/path"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// pathsReport is what the ways of units say.
type pathsReport struct {
	Cases         int                   `json:"cases"`
	Empty         int                   `json:"cases_without_states"`
	Steps         uint64                `json:"steps"`
	Variants      int                   `json:"variants"`
	Covering      uint64                `json:"variants_that_cover_80_percent"`
	SelfLoops     uint64                `json:"self_loops"`
	Transitions   []path.Transition     `json:"transitions"`
	States        []path.State          `json:"states"`
	NoExit        []string              `json:"states_without_exit,omitempty"`
	WentOn        []path.WentOn         `json:"ends_that_units_left,omitempty"`
	Expectations  []path.Expectation    `json:"expectations"`
	Top           []path.Variant        `json:"top_variants"`
	Actions       []path.Action         `json:"actions,omitempty"`
	Linearity     *path.Linearity       `json:"linearity,omitempty"`
	Requalified   *path.Requalification `json:"requalification,omitempty"`
	Segments      []path.SegmentRow     `json:"segments,omitempty"`
	Effect        *path.Effect          `json:"what_if,omitempty"`
	UnitsOfTheWay []string              `json:"units_of_the_way,omitempty"`

	unit string // what a case is called
}

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

const outputCSV = "csv"

// validForm is validOutput for commands that write CSV too.
func validForm(output string) error {
	if output == outputCSV {
		return nil
	}
	if validOutput(output) != nil {
		return usageError{fmt.Errorf("--output %q: must be table, json or csv", output)}
	}
	return nil
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
	if err := validForm(o.output); err != nil {
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
	if stagesOnly := slices.Equal(o.through, nil) && o.log == ""; stagesOnly && o.order == nil {
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

// finish makes the report, draws the picture and shows both.
func (o *pathsOptions) finish(d path.Definition, study *path.Study) error {
	report, err := o.reportOf(d, study)
	if err != nil {
		return err
	}
	if o.picture != "" {
		if err := drawPicture(o.picture, report.States, study.Whole.Graph()); err != nil {
			return err
		}
	}
	return report.show(newScreen(o.output != outputTable), o)
}

func (o *pathsOptions) reportOf(d path.Definition, study *path.Study) (*pathsReport, error) {
	b := study.Whole
	variants := b.Concentration(.8)
	report := &pathsReport{
		Cases: b.Units(), Empty: b.Empty(), Variants: int(variants.Variants), Covering: variants.Covering, Actions: b.Actions(),
		unit: unitsOf(o.log != "", d.Unit),
	}
	var err error
	if report.States, report.Transitions, err = b.Figures(o.resamples, 1); err != nil {
		return nil, err
	}
	if report.Expectations, err = b.Expectations(); err != nil {
		return nil, err
	}
	chain, err := b.Chain()
	if err != nil {
		return nil, err
	}
	report.NoExit, report.WentOn = chain.NoExit, b.WentOn()
	for _, s := range report.States {
		report.Steps += s.Entries
	}
	for _, edge := range report.Transitions {
		if edge.From == edge.To {
			report.SelfLoops += edge.Transitions
		}
	}
	if err := o.journeys(report, b); err != nil {
		return nil, err
	}
	if len(d.Order) > 0 {
		linearity := b.LinearityOfSteps(d.Steps())
		report.Linearity = &linearity
	}
	if q := b.Requalification(); q.Disqualified > 0 {
		report.Requalified = &q
	}
	if o.fewer != "" {
		effect, err := b.BootstrapWhatIf(o.shift, o.resamples, 1)
		if err != nil {
			return nil, err
		}
		report.Effect = &effect
	}
	parts, err := study.Parts()
	if err != nil {
		return nil, err
	}
	for _, part := range parts[1:] {
		report.Segments = append(report.Segments, part.Row(d.Steps()))
	}
	if err := study.Err(); err != nil {
		return nil, err
	}
	slices.SortStableFunc(report.Transitions, func(a, b path.Transition) int { return cmp.Compare(b.Transitions, a.Transitions) })
	slices.SortStableFunc(report.States, func(a, b path.State) int { return cmp.Compare(b.Entries, a.Entries) })
	return report, nil
}

// journeys are the commonest ways with their groups, and the units of the one asked for.
func (o *pathsOptions) journeys(report *pathsReport, b *path.Builder) error {
	report.Top = b.Variants(o.top)
	b.Group(report.Top, o.groups)
	if o.way == 0 {
		return nil
	}
	if o.way > report.Variants {
		return usageError{fmt.Errorf("--way %d: there are %d ways", o.way, report.Variants)}
	}
	report.UnitsOfTheWay = b.Variants(o.way)[o.way-1].Examples
	for i := range report.Top {
		report.Top[i].Examples = nil
	}
	return nil
}

// unitsOf is what the units are called on the screen.
func unitsOf(log bool, unit string) string {
	switch {
	case log && unit != path.UnitSession:
		return "cases"
	case unit == path.UnitProperty:
		return "units"
	case unit == "":
		return "persons"
	}
	return unit + "s"
}

// drawPicture writes the graph into a file.
func drawPicture(file string, states []path.State, graph []path.Transition) error {
	return replaceFile(file, func(w io.Writer) error {
		return renderPicture(w, file, path.Draw(states, graph, path.DrawingOptions{}))
	})
}
