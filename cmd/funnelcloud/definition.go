package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/funnelcloud/funnelcloud/models/qualify"
)

// definitionFlags say which definitions a command uses.
type definitionFlags struct{ folder string }

func (f *definitionFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.folder, "definitions", os.Getenv("FUNNELCLOUD_DEFINITIONS"),
		"folder of definition files; a kind that they define replaces the built-in ones of that kind")
}

// load reads the folder, or the built-in definitions where none is named.
func (f *definitionFlags) load() (*qualify.Definitions, error) { return loadDefinitions(f.folder) }

// builtinDefinitions is how the command line names the definitions that need no folder.
const builtinDefinitions = "builtin"

// loadDefinitions reads a folder or one file.
func loadDefinitions(path string) (*qualify.Definitions, error) {
	if path == "" || path == builtinDefinitions {
		return qualify.Default()
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, usageError{fmt.Errorf("--definitions: %w", err)}
	}
	if !info.IsDir() {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read definitions: %w", err)
		}
		return qualify.Load(qualify.File{Name: path, Text: content})
	}
	files, err := qualify.Folder(os.DirFS(path), filepath.ToSlash(path))
	if err != nil {
		return nil, err
	}
	return qualify.Load(withoutRules(files)...)
}

func newDefinition(connections *connectionFlags) *cobra.Command {
	c := &cobra.Command{Use: "definition", Short: "Look at, test and backtest the definitions of who is qualified", Args: arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(newDefinitionList(), newDefinitionTest(), newDefinitionAgreement(), newDefinitionBacktest(connections))
	return c
}

func newDefinitionList() *cobra.Command {
	var definitions definitionFlags
	var output string
	c := &cobra.Command{
		Use: "list", Short: "List the definitions with version, hash, kind and what they do",
		Long: "List the definitions with version, hash, kind and what they do; --output json has their files and lines too.", Args: arguments(cobra.NoArgs),
		RunE: func(_ *cobra.Command, _ []string) error {
			if err := validOutput(output); err != nil {
				return err
			}
			d, err := definitions.load()
			if err != nil {
				return err
			}
			s := newScreen(false)
			if output == outputJSON {
				return writeJSON(s, d.List())
			}
			showDefinitions(s, d)
			return nil
		},
	}
	definitions.register(c.Flags())
	c.Flags().StringVar(&output, "output", outputTable, "table or json")
	return c
}

// showDefinitions lists them, what they do in as many lines as it takes.
func showDefinitions(s *screen, d *qualify.Definitions) {
	list, longest := d.List(), 0
	for _, l := range list {
		longest = max(longest, len(l.Name))
	}
	const others = 12 + 10 + 2*5 // hash and kind, and the gaps
	var rows [][]string
	for _, l := range list {
		name := fmt.Sprintf("%-*s v%d", longest, l.Name, l.Version)
		rows = append(rows, []string{name, l.Hash, l.Kind, text.WrapSoft(l.What, max(20, columns-others-len(name)))})
	}
	s.table([]string{"definition", "hash", "kind", "what"}, rows)
	fmt.Fprintf(s.out, "\nall together: %s\n", d.Hash())
}

func newDefinitionTest() *cobra.Command {
	var definitions definitionFlags
	var output string
	c := &cobra.Command{
		Use:   "test [FOLDER|FILE]",
		Short: "Check definitions on their own samples",
		Long: "Check the definitions of a folder or file (else those of --definitions, else the built-in ones): first that they\n" +
			"can be used, every fault with file, line and column; then that their samples end as they say. channels.yaml and\n" +
			"identity.yaml, where the folder has them, are checked before all.\n" +
			"Exit code 0: all hold; 1: a sample fails or a definition is wrong; 2: wrong usage.",
		Args: arguments(cobra.MaximumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := validOutput(output); err != nil {
				return err
			}
			path := definitions.folder
			if len(args) > 0 {
				path = args[0]
			}
			t := &definitionTest{screen: newScreen(false), json: output == outputJSON}
			return t.run(path)
		},
	}
	definitions.register(c.Flags())
	c.Flags().StringVar(&output, "output", outputTable, "table or json")
	return c
}

// definitionTest shows what becomes of samples.
type definitionTest struct {
	screen *screen
	json   bool
}

// testedDefinitions is what --output json says.
type testedDefinitions struct {
	Hash    string         `json:"hash,omitempty"`
	Faults  []string       `json:"faults"`
	Samples []testedHolds  `json:"samples"`
	Kinds   map[string]int `json:"definitions,omitempty"` // how many of each kind
}

type testedHolds struct {
	Name        string               `json:"name"`
	File        string               `json:"file"`
	Line        int                  `json:"line"`
	Holds       bool                 `json:"holds"`
	Differences []qualify.Difference `json:"differences"`
}

func (t *definitionTest) run(path string) error {
	if _, err := readRules(path); err != nil || isRuleFile(path) {
		return err
	}
	d, err := loadDefinitions(path)
	if faults := qualify.FileErrorsOf(err); len(faults) > 0 {
		return t.showFaults(faults)
	}
	if err != nil {
		return err
	}
	results, err := d.CheckSamples()
	if err != nil {
		return err
	}
	out := testedDefinitions{Hash: d.Hash(), Faults: []string{}, Samples: []testedHolds{}, Kinds: map[string]int{}}
	for _, l := range d.List() {
		out.Kinds[l.Kind]++
	}
	failed := 0
	for _, r := range results {
		out.Samples = append(out.Samples, testedHolds{r.Sample.Name, r.Sample.File, r.Sample.Line, len(r.Differences) == 0, r.Differences})
		if len(r.Differences) > 0 {
			failed++
		}
		if !t.json {
			t.showSample(r)
		}
	}
	if t.json {
		if err := writeJSON(t.screen, out); err != nil {
			return err
		}
	}
	return t.verdict(failed, len(results), len(d.List()))
}

func (t *definitionTest) verdict(failed, samples, definitions int) error {
	switch {
	case failed > 0:
		return fmt.Errorf("%d of %d samples fail", failed, samples)
	case !t.json && samples == 0:
		fmt.Fprintf(t.screen.out, "%d definitions can be used; they have no samples: add some, so that a change that breaks them is noticed\n", definitions)
	case !t.json:
		fmt.Fprintf(t.screen.out, "%d of %d samples hold; %d definitions can be used\n", samples, samples, definitions)
	}
	return nil
}

func (t *definitionTest) showFaults(faults qualify.FileErrors) error {
	out := testedDefinitions{Samples: []testedHolds{}}
	for _, f := range faults {
		out.Faults = append(out.Faults, f.Error())
		if !t.json {
			fmt.Fprintf(t.screen.out, "%s  %v\n", t.screen.paint(text.FgRed, "FAULT"), f)
		}
	}
	if t.json {
		if err := writeJSON(t.screen, out); err != nil {
			return err
		}
	}
	if len(faults) == 1 {
		return errors.New("one fault: the definitions can't be used")
	}
	return fmt.Errorf("%d faults: the definitions can't be used", len(faults))
}

func (t *definitionTest) showSample(r qualify.SampleResult) {
	out := t.screen.out
	if len(r.Differences) == 0 {
		name := strings.ReplaceAll(text.WrapSoft(r.Sample.Name, columns-len("ok    ")), "\n", "\n      ")
		fmt.Fprintf(out, "%s  %s\n", t.screen.paint(text.FgGreen, "ok  "), name)
		return
	}
	fmt.Fprintf(out, "%s  %s (%s:%d)\n", t.screen.paint(text.FgRed, "FAIL"), r.Sample.Name, r.Sample.File, r.Sample.Line)
	for _, d := range r.Differences {
		fmt.Fprintf(out, "      %s\n        %s\n        %s\n", d.What, t.screen.paint(text.FgGreen, "- expected "+orNothing(d.Want)),
			t.screen.paint(text.FgRed, "+ became   "+orNothing(d.Got)))
	}
}
