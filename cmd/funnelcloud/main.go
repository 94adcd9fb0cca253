// Command funnelcloud streams freemium product usage, web, chat and CRM events into ClickHouse and computes who is
// qualified, which touchpoint gets credit for each conversion, and the paths people really take.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() { os.Exit(run(os.Args[1:])) }

// run executes one command line. The first interrupt asks everything to finish what it holds; the second ends at once,
// which loses nothing either: what was not committed is read again.
func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	root := newRoot()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, new(usageError)):
		fmt.Fprintf(os.Stderr, "funnelcloud: %v\nSee 'funnelcloud --help'.\n", err)
		return exitUsage
	default:
		fmt.Fprintf(os.Stderr, "funnelcloud: %v\n", err)
		return exitFailed
	}
}

// usageError is a command line that cannot be carried out as written.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "funnelcloud",
		Short:         "Product-qualified-lead analytics: who is qualified, what gets the credit, which paths people take",
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       version(),
		Args:          arguments(cobra.NoArgs),
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	connections := &connectionFlags{}
	root.AddCommand(
		newDemo(), newUp(connections), newLoad(connections), newCollect(connections), newIngest(connections), newReplay(connections),
		newRun(connections), newCheck(connections), newStatus(connections), newMigrate(connections), newForget(connections),
		newAttribution(connections), newPaths(connections), newFunnel(connections), newExplain(connections), newExport(connections),
		newReport(connections), newDashboards(connections), newSource(), newDefinition(connections), newSimulate(), newVersion(),
	)
	return root
}

func wrongUsage(err error) error {
	if err == nil {
		return nil
	}
	return usageError{err}
}

// arguments wraps a cobra argument check so that its failure is a usage error.
func arguments(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error { return wrongUsage(check(c, args)) }
}

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: arguments(cobra.NoArgs),
		Run: func(c *cobra.Command, _ []string) { fmt.Fprintln(c.OutOrStdout(), version()) },
	}
}

// version is the module's, else the commit it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			return "devel " + setting.Value
		}
	}
	return "devel"
}
