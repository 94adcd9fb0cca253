package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/funnelcloud/funnelcloud/ingest/source"
)

// saltVariable names the environment variable with the salt for hashes of personal data.
const saltVariable = "FUNNELCLOUD_PERSONAL_DATA_SALT"

func newSource() *cobra.Command {
	c := &cobra.Command{Use: "source", Short: "Look at, begin and test event sources", Args: arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(newSourceList(), newSourceNew(), newSourceTest())
	return c
}

// loadSources are the built-in sources and those of the files and folders given, with the salt of the environment. A
// file's source replaces the built-in of its name, and takes topics from any other.
func loadSources(files []string) ([]*source.Source, error) {
	sources, err := joinSources(files)
	if err != nil {
		return nil, err
	}
	salted, err := source.Salted(sources, []byte(os.Getenv(saltVariable)))
	if err != nil {
		return nil, fmt.Errorf("%w; set %s, and keep it: with another salt people get other hashes", err, saltVariable)
	}
	return salted, nil
}

// checkedSources are loadSources whose samples hold, unless that is not to be asked.
func checkedSources(files []string, force bool) ([]*source.Source, error) {
	sources, err := loadSources(files)
	if err != nil || force {
		return sources, err
	}
	if err := source.Check(sources); err != nil {
		return nil, fmt.Errorf("%w\n'funnelcloud source test FILE' shows more; --force starts nevertheless", err)
	}
	return sources, nil
}

func joinSources(files []string) ([]*source.Source, error) {
	builtin, err := source.Builtin()
	if err != nil {
		return nil, err
	}
	var own []*source.Source
	var faults []error
	for _, file := range files {
		read, err := readSources(file)
		own, faults = append(own, read...), append(faults, err)
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return source.Join(builtin, own)
}

// readSources reads a file, or the source files of a folder.
func readSources(path string) ([]*source.Source, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return source.Folder(os.DirFS(path), path)
	}
	s, err := readSource(path)
	if err != nil {
		return nil, err
	}
	return []*source.Source{s}, nil
}

func readSource(file string) (*source.Source, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read source definition: %w", err)
	}
	return source.Parse(file, text)
}

// sourceRow is a line of 'source list'.
type sourceRow struct {
	Name        string   `json:"name"`
	Topics      []string `json:"topics"`
	Format      string   `json:"format"`
	Samples     int      `json:"samples"`
	File        string   `json:"file"`
	Description string   `json:"description"`
}

func newSourceList() *cobra.Command {
	var files []string
	var output string
	c := &cobra.Command{
		Use: "list", Short: "List the event sources and their topics", Args: arguments(cobra.NoArgs),
		RunE: func(_ *cobra.Command, _ []string) error {
			if err := validOutput(output); err != nil {
				return err
			}
			sources, err := joinSources(files)
			if err != nil {
				return err
			}
			var rows []sourceRow
			var cells [][]string
			for _, s := range sources {
				rows = append(rows, sourceRow{s.Name, s.Topics, s.Format(), len(s.Samples), s.File, s.Description})
				cells = append(cells, []string{s.Name, strings.Join(s.Topics, " "), s.Format(), fmt.Sprint(len(s.Samples)), s.File, shorten(s.Description, 50)})
			}
			screen := newScreen(false)
			if output == outputJSON {
				return writeJSON(screen, rows)
			}
			screen.table([]string{"source", "topics", "format", "samples>", "file", "description"}, cells)
			return nil
		},
	}
	c.Flags().StringSliceVar(&files, "source", nil, "further source definition files, or folders of them")
	c.Flags().StringVar(&output, "output", outputTable, "table or json")
	return c
}

func newSourceNew() *cobra.Command {
	var name, out string
	c := &cobra.Command{
		Use:   "new SAMPLE",
		Short: "Begin a source definition from a file with one message; - reads standard input",
		Args:  arguments(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			message, err := readMessage(args[0])
			if err != nil {
				return err
			}
			if name == "" {
				if args[0] == "-" {
					return usageError{errors.New("--name is needed where the message comes from standard input")}
				}
				name = strings.TrimSuffix(filepath.Base(args[0]), filepath.Ext(args[0]))
			}
			draft, err := source.Draft(name, message)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			if out == "" {
				_, err = os.Stdout.Write(draft)
				return err
			}
			return createFile(out, draft)
		},
	}
	c.Flags().StringVar(&name, "name", "", "name of the source (default: the file's)")
	c.Flags().StringVar(&out, "out", "", "file to write (default: standard output)")
	return c
}

// createFile does not write over what somebody may have worked on.
func createFile(name string, content []byte) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s exists; remove it or name another file", name)
	}
	if err != nil {
		return fmt.Errorf("write the source definition: %w", err)
	}
	_, err = file.Write(content)
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	newScreen(false).notef("%s written; next: funnelcloud source test %s", name, name)
	return nil
}

func readMessage(file string) ([]byte, error) {
	var message []byte
	var err error
	if file == "-" {
		message, err = io.ReadAll(os.Stdin)
	} else {
		message, err = os.ReadFile(file)
	}
	if err != nil {
		return nil, fmt.Errorf("read the message: %w", err)
	}
	return bytes.TrimRight(message, "\r\n"), nil
}

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
			t := &sourceTest{screen: newScreen(false), source: s, json: output == outputJSON,
				color: term.IsTerminal(int(os.Stdout.Fd())) && os.Getenv("NO_COLOR") == ""}
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
	color  bool // standard output is a terminal
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
		fmt.Fprintf(out, "%s  %s\n", t.paint(text.FgGreen, "ok  "), r.Sample.Name)
	} else {
		fmt.Fprintf(out, "%s  %s (line %d)\n", t.paint(text.FgRed, "FAIL"), r.Sample.Name, r.Sample.Line)
	}
	for _, d := range r.Differences {
		where := d.Column
		if d.Event > 0 {
			where = fmt.Sprintf("event %d, %s", d.Event, d.Column)
		}
		fmt.Fprintf(out, "      %s\n        %s\n        %s\n", where, t.paint(text.FgGreen, "- expected "+orNothing(d.Want)),
			t.paint(text.FgRed, "+ mapped   "+orNothing(d.Got)))
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

func (t *sourceTest) paint(c text.Color, words string) string {
	if !t.color {
		return words
	}
	return c.EscapeSeq() + words + text.Reset.EscapeSeq()
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
