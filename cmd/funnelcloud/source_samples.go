package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"

	"github.com/funnelcloud/funnelcloud/ingest/source"
)

func newSourceTest() *cobra.Command {
	var sample, output string
	c := &cobra.Command{
		Use:   "test FILE",
		Short: "Check a source definition on its own samples, or show what becomes of a message",
		Long: "Check a source definition, a file or the name of a built-in source, on its own samples. --sample names one of\n" +
			"them, or a file with a message, - for standard input, and shows the events that come of it.\n" +
			"Exit code 0: all hold; 1: a sample fails, a message is refused or the definition is wrong; 2: wrong usage.",
		Args: arguments(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := validOutput(output); err != nil {
				return err
			}
			s, err := sourceToTest(args[0])
			if err != nil {
				return err
			}
			t := &sourceTest{screen: newScreen(false), source: s, json: output == outputJSON}
			if _, err := os.Stat(sample); sample == "-" || sample != "" && err == nil {
				return t.message(sample)
			}
			return t.samples(sample)
		},
	}
	c.Flags().StringVar(&sample, "sample", "", "name of a sample, or file with a message")
	c.Flags().StringVar(&output, "output", outputTable, "table or json")
	return c
}

func sourceToTest(name string) (*source.Source, error) {
	_, err := os.Stat(name)
	if err == nil {
		return readSource(name)
	}
	builtin, faults := source.Builtin()
	if faults != nil {
		return nil, faults
	}
	if s, err := source.Named(builtin, name); err == nil {
		return s, nil
	}
	return nil, usageError{fmt.Errorf("%s is neither a file (%w) nor a built-in source", name, err)}
}

// sourceTest shows what a source makes of messages.
type sourceTest struct {
	screen *screen
	source *source.Source
	json   bool
}

// testedSample is what --output json says of a sample.
type testedSample struct {
	Name        string              `json:"name"`
	Line        int                 `json:"line,omitempty"`
	Holds       bool                `json:"holds"`
	Events      []map[string]string `json:"events"`
	Rejects     []source.Reject     `json:"rejects"`
	Differences []source.Difference `json:"differences"`
}

// samples checks the sample of a name, or all.
func (t *sourceTest) samples(name string) error {
	results := t.source.CheckSamples()
	if name != "" {
		results = slices.DeleteFunc(results, func(r source.SampleResult) bool { return r.Sample.Name != name })
		if len(results) == 0 {
			return usageError{fmt.Errorf("--sample %q is neither a file nor a sample of source %s", name, t.source.Name)}
		}
	}
	failed := 0
	out := make([]testedSample, 0, len(results))
	for _, r := range results {
		holds := len(r.Differences) == 0
		if !holds {
			failed++
		}
		out = append(out, testedSample{r.Sample.Name, r.Sample.Line, holds, r.Events, r.Rejects, r.Differences})
		if !t.json {
			t.show(r, name != "")
		}
	}
	if t.json {
		if err := writeJSON(t.screen, out); err != nil {
			return err
		}
	}
	switch {
	case failed > 0:
		return fmt.Errorf("source %s: %d of %d samples fail", t.source.Name, failed, len(results))
	case !t.json && len(results) == 0:
		fmt.Fprintf(t.screen.out, "source %s has no samples; add some, so that a change that breaks it is noticed\n", t.source.Name)
	case !t.json:
		fmt.Fprintf(t.screen.out, "source %s: %d of %d samples hold\n", t.source.Name, len(results), len(results))
	}
	return nil
}

func (t *sourceTest) show(r source.SampleResult, whole bool) {
	out := t.screen.out
	if len(r.Differences) == 0 {
		fmt.Fprintf(out, "%s  %s\n", t.screen.paint(text.FgGreen, "ok  "), r.Sample.Name)
	} else {
		fmt.Fprintf(out, "%s  %s (line %d)\n", t.screen.paint(text.FgRed, "FAIL"), r.Sample.Name, r.Sample.Line)
	}
	for _, d := range r.Differences {
		where := d.Column
		if d.Event > 0 {
			where = fmt.Sprintf("event %d, %s", d.Event, d.Column)
		}
		fmt.Fprintf(out, "      %s\n        %s\n        %s\n", where, t.screen.paint(text.FgGreen, "- expected "+orNothing(d.Want)),
			t.screen.paint(text.FgRed, "+ mapped   "+orNothing(d.Got)))
	}
	if whole {
		showMapped(t.screen, r.Events, r.Rejects)
	}
}

func orNothing(s string) string {
	if s == "" {
		return "(nothing)"
	}
	return s
}

// message shows what becomes of a message that is received now.
func (t *sourceTest) message(file string) error {
	message, err := readMessage(file)
	if err != nil {
		return err
	}
	events, rejects := t.source.TryWithSampleSalt(message, time.Now())
	if t.json {
		if err := writeJSON(t.screen, testedSample{Name: file, Holds: len(rejects) == 0, Events: events, Rejects: rejects}); err != nil {
			return err
		}
	} else {
		showMapped(t.screen, events, rejects)
	}
	if len(rejects) > 0 {
		return fmt.Errorf("%d of %d events were refused", len(rejects), len(rejects)+len(events))
	}
	return nil
}

func showMapped(s *screen, events []map[string]string, rejects []source.Reject) {
	for i, event := range events {
		s.title(fmt.Sprintf("Event %d", i+1))
		var rows [][]string
		for _, column := range slices.Sorted(maps.Keys(event)) {
			rows = append(rows, []string{column, shorten(event[column], 100)})
		}
		s.table([]string{"column", "value"}, rows)
	}
	for _, reject := range rejects {
		fmt.Fprintf(s.out, "\nRefused (event %d): %s: %s\n", reject.Item+1, reject.Reason, reject.Detail)
	}
}
