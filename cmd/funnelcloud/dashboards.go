package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/funnelcloud/funnelcloud/dashboards"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// querier lets panels ask the warehouse.
func querier(db *warehouse.DB) dashboards.Querier {
	return dashboards.QueryFunc(func(ctx context.Context, sql string) ([]string, [][]any, error) { return db.TableText(ctx, sql, nil) })
}

func newDashboards(connections *connectionFlags) *cobra.Command {
	var out, push string
	var check bool
	c := &cobra.Command{
		Use:   "dashboards",
		Short: "Write the Grafana dashboards as JSON files, push them to a Grafana, or check that every panel has an answer",
		Args:  arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if check && push != "" {
				return usageError{errors.New("--check runs the queries, --push writes to a Grafana: choose one")}
			}
			if check {
				return checkDashboards(c.Context(), connections)
			}
			if push != "" {
				return pushDashboards(c.Context(), c.OutOrStdout(), push)
			}
			files, err := dashboards.Write(out)
			for _, file := range files {
				fmt.Fprintln(c.OutOrStdout(), filepath.Join(out, file))
			}
			return err
		},
	}
	c.Flags().StringVar(&out, "out", filepath.Join("dashboards", "json"), "folder to write to")
	c.Flags().BoolVar(&check, "check", false, "run every panel's query on the published run instead")
	c.Flags().StringVar(&push, "push", "", "address of a Grafana to put them into instead; its token is read from "+grafanaToken)
	connections.register(c.Flags())
	return c
}

// grafanaToken is the environment variable that holds the token of a service account of Grafana.
const grafanaToken = "FUNNELCLOUD_GRAFANA_TOKEN"

// pushDashboards says of each dashboard where it is now, and whether that is new.
func pushDashboards(ctx context.Context, out io.Writer, address string) error {
	token := os.Getenv(grafanaToken)
	if token == "" {
		return fmt.Errorf("%s is empty: put the token of a Grafana service account with the role Editor there", grafanaToken)
	}
	pushed, err := dashboards.Grafana{URL: address, Token: token}.Push(ctx)
	for _, p := range pushed {
		state := "as it was"
		if p.Changed {
			state = "written"
		}
		fmt.Fprintf(out, "%-10s %s\n", state, p.UID)
	}
	return err
}

// checkDashboards runs every panel over the last year, as Grafana would when it opens.
func checkDashboards(ctx context.Context, connections *connectionFlags) error {
	return connections.use(ctx, func(db *warehouse.DB) error {
		now := time.Now().UTC()
		scope, err := dashboards.DefaultScope(ctx, querier(db), now.AddDate(-1, 0, 0), now)
		if err != nil {
			return err
		}
		return tellEmpty(newScreen(false), dashboards.Check(ctx, querier(db), scope))
	})
}

// tellEmpty writes which panels have no rows, which may well be right, and returns the faults that are none.
func tellEmpty(s *screen, err error) error {
	if err == nil {
		fmt.Fprintln(s.out, "Every panel has an answer.")
		return nil
	}
	faults := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		faults = joined.Unwrap()
	}
	var broken []error
	for _, fault := range faults {
		if errors.Is(fault, dashboards.ErrNoRows) {
			fmt.Fprintln(s.out, "empty:", fault)
		} else {
			broken = append(broken, fault)
		}
	}
	return errors.Join(broken...)
}
