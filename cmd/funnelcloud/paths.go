package main

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/funnelcloud/funnelcloud/models/path"
)

// pathsReport is what an event log says.
type pathsReport struct {
	Cases       int               `json:"cases"`
	Steps       uint64            `json:"steps"`
	Variants    int               `json:"variants"`
	SelfLoops   uint64            `json:"self_loops"`
	Transitions []path.Transition `json:"transitions"`
	States      []path.State      `json:"states"`
	Top         []path.Variant    `json:"top_variants"`
	Linearity   *path.Linearity   `json:"linearity,omitempty"`
}

// pathsOptions are those of the command.
type pathsOptions struct {
	eventLog
	output    string
	won, lost []string
	order     []string
	top       int
}

// eventLog is the file that a command reads, and its columns.
type eventLog struct {
	log     string
	columns path.LogColumns
}

func (l *eventLog) register(flags *pflag.FlagSet) {
	flags.StringVar(&l.log, "log", "", "event log: CSV with a header, gzip and zstd too; - is standard input")
	flags.StringVar(&l.columns.Case, "case", "case_id", "column that names the case")
	flags.StringVar(&l.columns.Activity, "activity", "activity", "column that names what happened")
	flags.StringVar(&l.columns.Time, "time", "timestamp", "column with the time")
}

func newPaths() *cobra.Command {
	var o pathsOptions
	c := &cobra.Command{
		Use:   "paths",
		Short: "Show the ways that the cases of an event log take, loops and returns included; needs no database",
		Example: "  funnelcloud paths --log orders.csv --case order_id --activity step --time at\n" +
			"  funnelcloud paths --log crm.csv.gz --case lead --activity stage --time ts --won won --lost lost",
		Args: arguments(cobra.NoArgs),
		RunE: func(_ *cobra.Command, _ []string) error {
			if err := validForm(o.output); err != nil {
				return err
			}
			if o.log == "" {
				return usageError{fmt.Errorf("name the event log with --log FILE (- is standard input)")}
			}
			report, err := o.read()
			if err != nil {
				return err
			}
			return report.show(newScreen(o.output != outputTable), o)
		},
	}
	flags := c.Flags()
	o.register(flags)
	flags.StringSliceVar(&o.won, "won", nil, "steps that win a case")
	flags.StringSliceVar(&o.lost, "lost", nil, "steps that lose a case")
	flags.StringSliceVar(&o.order, "order", nil, "steps in the order they are drawn, for the linearity index")
	flags.IntVar(&o.top, "top", 10, "rows of each table; 0 for all")
	flags.StringVar(&o.output, "output", outputTable, "table, json, or csv (the transitions)")
	return c
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

func (o pathsOptions) read() (*pathsReport, error) {
	in, err := openText(o.log)
	if err != nil {
		return nil, err
	}
	defer func() { _ = in.Close() }()
	trails, err := path.ReadLog(in, o.columns)
	if err != nil {
		return nil, err
	}
	b := path.NewBuilder(path.Options{StateKind: "activity", Won: o.won, Lost: o.lost})
	for _, trail := range trails {
		b.Add(trail)
	}
	report := &pathsReport{Cases: b.Units(), Variants: len(b.Variants(0)), Transitions: b.Graph(), Top: b.Variants(o.top)}
	if report.States, err = b.States(); err != nil {
		return nil, err
	}
	for _, s := range report.States {
		report.Steps += s.Entries
	}
	for _, edge := range report.Transitions {
		if edge.From == edge.To {
			report.SelfLoops += edge.Transitions
		}
	}
	if len(o.order) > 0 {
		linearity := b.Linearity(o.order)
		report.Linearity = &linearity
	}
	slices.SortStableFunc(report.Transitions, func(a, b path.Transition) int { return cmp.Compare(b.Transitions, a.Transitions) })
	slices.SortStableFunc(report.States, func(a, b path.State) int { return cmp.Compare(b.Entries, a.Entries) })
	return report, nil
}

func (r *pathsReport) show(s *screen, o pathsOptions) error {
	switch o.output {
	case outputJSON:
		return writeJSON(s, r)
	case outputCSV:
		return r.writeCSV(s)
	}
	s.title("What the log holds")
	s.facts([][]string{
		{"cases", thousands(int64(r.Cases))}, {"steps", thousands(int64(r.Steps))},
		{"variants", thousands(int64(r.Variants))}, {"steps repeated at once", thousands(int64(r.SelfLoops))},
	})
	r.showTransitions(s, o.top)
	r.showStates(s, o.top)
	s.title("Whole ways (repeats folded for the eye)")
	rows := make([][]string, 0, len(r.Top))
	for _, v := range r.Top {
		rows = append(rows, []string{shorten(v.Compressed, 52), thousands(int64(v.Units)), percent(float64(v.Units) / float64(max(r.Cases, 1))), span(v.MedianDays * 86400)})
	}
	s.table([]string{"way", "cases>", "share>", "took>"}, rows)
	if l := r.Linearity; l != nil {
		fmt.Fprintf(s.out, "\nOf %s wins %s followed the drawn order.\n", thousands(int64(l.Wins)), percent(l.LinearityIndex))
	}
	return nil
}

// showTransitions writes the commonest edges and, in a last row, what the others hold.
func (r *pathsReport) showTransitions(s *screen, top int) {
	s.title("What follows what")
	var rows [][]string
	var restCount, restEdges uint64
	for i, edge := range r.Transitions {
		if top > 0 && i >= top {
			restCount += edge.Transitions
			restEdges++
			continue
		}
		rows = append(rows, []string{shorten(edge.From, 24), shorten(edge.To, 24), thousands(int64(edge.Transitions)),
			thousands(int64(edge.Units)), span(edge.MedianSeconds)})
	}
	if restEdges > 0 {
		rows = append(rows, []string{path.Remaining, thousands(int64(restEdges)) + " others", thousands(int64(restCount)), "", ""})
	}
	s.table([]string{"from", "to", "times>", "cases>", "median time>"}, rows)
}

func (r *pathsReport) showStates(s *screen, top int) {
	s.title("What to expect of each step")
	var rows [][]string
	for i, state := range r.States {
		if top > 0 && i >= top {
			rows = append(rows, []string{path.Remaining, thousands(int64(len(r.States)-top)) + " others", "", "", ""})
			break
		}
		rows = append(rows, []string{shorten(state.State, 28), thousands(int64(state.Entries)), thousands(int64(state.Units)),
			percent(state.ReEntryRate), strconv.FormatFloat(state.ExpectedVisits, 'f', 2, 64)})
	}
	s.table([]string{"step", "entries>", "cases>", "came back>", "visits a case>"}, rows)
}

func (r *pathsReport) writeCSV(s *screen) error {
	w := csv.NewWriter(s.out)
	rows := [][]string{{"from", "to", "transitions", "units", "median_seconds", "p90_seconds", "conversion_rate"}}
	for _, e := range r.Transitions {
		rows = append(rows, []string{e.From, e.To, strconv.FormatUint(e.Transitions, 10), strconv.FormatUint(e.Units, 10),
			number(e.MedianSeconds), number(e.P90Seconds), number(e.ConversionRate)})
	}
	return w.WriteAll(rows)
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// span writes a length of time in its natural unit.
func span(seconds float64) string {
	for _, unit := range []struct {
		name    string
		seconds float64
	}{{"d", 86400}, {"h", 3600}, {"min", 60}} {
		if seconds >= unit.seconds {
			return strconv.FormatFloat(seconds/unit.seconds, 'f', 1, 64) + " " + unit.name
		}
	}
	return strconv.FormatFloat(seconds, 'f', 0, 64) + " s"
}
