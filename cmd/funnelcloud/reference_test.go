package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

var updateReference = flag.Bool("update-cli", false, "write docs/cli.md instead of comparing it")

const referencePage = `# Commands

Every command with its flags, as the program itself tells them (` + "`funnelcloud COMMAND --help`" + `). Made from the program by
` + "`make generate`" + `; a test fails when it has drifted.

Exit codes: 0 all is well, 1 it failed, 2 the command line is wrong. ` + "`funnelcloud completion bash|zsh|fish|powershell`" + `
writes completions for your shell.
`

// reference is the page of all commands that are not hidden, those of one parent together.
func reference(root *cobra.Command) string {
	var page strings.Builder
	page.WriteString(referencePage)
	shared := pflag.NewFlagSet("connections", pflag.ContinueOnError)
	(&connectionFlags{}).register(shared)
	page.WriteString("\n## Where ClickHouse and Kafka are\n\nCommands that say “connection flags” take these as well. " +
		"Passwords and everything else about getting in: [operations.md](operations.md).\n\n")
	writeFlags(&page, shared, nil)
	for _, c := range root.Commands() {
		describe(&page, c, shared)
	}
	return page.String()
}

func describe(page *strings.Builder, c *cobra.Command, shared *pflag.FlagSet) {
	if !c.IsAvailableCommand() || c.Name() == "completion" {
		return
	}
	fmt.Fprintf(page, "\n## %s\n\n", c.CommandPath())
	fmt.Fprintf(page, "%s.\n", strings.TrimSuffix(cmp.Or(c.Long, c.Short), "."))
	if c.Runnable() && !c.HasAvailableSubCommands() {
		fmt.Fprintf(page, "\n```\n%s\n```\n", c.UseLine())
	}
	if c.HasExample() {
		fmt.Fprintf(page, "\nFor example:\n\n```\n%s\n```\n", strings.ReplaceAll(strings.TrimPrefix(c.Example, "  "), "\n  ", "\n"))
	}
	if connects(c, shared) {
		page.WriteString("\nConnection flags, and:\n")
	}
	page.WriteString("\n")
	writeFlags(page, c.NonInheritedFlags(), shared)
	for _, sub := range c.Commands() {
		describe(page, sub, shared)
	}
}

// connects reports whether a command has all connection flags.
func connects(c *cobra.Command, shared *pflag.FlagSet) bool {
	all := true
	shared.VisitAll(func(f *pflag.Flag) { all = all && c.NonInheritedFlags().Lookup(f.Name) != nil })
	return all
}

// writeFlags writes a table of flags, without those that are told once for all commands.
func writeFlags(page *strings.Builder, flags, told *pflag.FlagSet) {
	var lines []string
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" || told != nil && told.Lookup(f.Name) != nil && told.Lookup(f.Name).Usage == f.Usage {
			return
		}
		kind, usage := pflag.UnquoteUsage(f)
		lines = append(lines, fmt.Sprintf("| `%s` | %s%s |", strings.TrimSpace("--"+f.Name+" "+kind), strings.ReplaceAll(usage, "|", `\|`), defaultOf(f)))
	})
	if len(lines) == 0 {
		return
	}
	slices.Sort(lines)
	fmt.Fprintf(page, "| flag | what it does |\n|---|---|\n%s\n", strings.Join(lines, "\n"))
}

// defaultOf tells a flag's default, with ~ for the home folder of whoever made the page.
func defaultOf(f *pflag.Flag) string {
	if f.DefValue == "" || f.DefValue == "0" || f.DefValue == "0s" || f.DefValue == "[]" || f.DefValue == "false" || strings.Contains(f.Usage, "(default") {
		return ""
	}
	home, err := os.UserHomeDir()
	if err != nil {
		home = "~"
	}
	return fmt.Sprintf(" (default `%s`)", strings.ReplaceAll(f.DefValue, home, "~"))
}

func TestTheCommandsAreDocumentedAsTheyAre(t *testing.T) {
	const file = "../../docs/cli.md"
	got := reference(newRoot())
	if *updateReference {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := gocmp.Diff(readText(t, file), got); diff != "" {
		t.Errorf("docs/cli.md has drifted; write it anew with 'make generate':\n%s", diff)
	}
	for _, mistake := range []string{os.TempDir() + "/", "/root/", "/home/"} {
		if strings.Contains(got, mistake) {
			t.Errorf("docs/cli.md names a folder of this machine: %s", mistake)
		}
	}
}
