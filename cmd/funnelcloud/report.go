package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/funnelcloud/funnelcloud/dashboards"
	"github.com/funnelcloud/funnelcloud/dashboards/report"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

func newReport(connections *connectionFlags) *cobra.Command {
	var out, company string
	c := &cobra.Command{
		Use:   "report",
		Short: "Write the published run as one self-contained HTML file",
		Args:  arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return connections.use(c.Context(), func(db *warehouse.DB) error {
				if err := writeReport(c.Context(), db, out, company); err != nil {
					return err
				}
				_, err := fmt.Fprintf(c.OutOrStdout(), "Wrote %s.\n", out)
				return err
			})
		},
	}
	c.Flags().StringVar(&out, "out", "report.html", "file to write")
	c.Flags().StringVar(&company, "company", "", "name in the title")
	connections.register(c.Flags())
	return c
}

func writeReport(ctx context.Context, db *warehouse.DB, file, company string) error {
	return replaceFile(file, func(w io.Writer) error {
		buffered := bufio.NewWriter(w)
		err := report.Write(ctx, buffered, querier(db), report.Options{Company: company, Version: version(), Now: time.Now()})
		return errors.Join(err, buffered.Flush())
	})
}

// querier lets panels ask the warehouse.
func querier(db *warehouse.DB) dashboards.Querier {
	return dashboards.QueryFunc(func(ctx context.Context, sql string) ([]string, [][]any, error) { return db.TableText(ctx, sql, nil) })
}

func newDashboards(connections *connectionFlags) *cobra.Command {
	var out string
	var check bool
	c := &cobra.Command{
		Use:   "dashboards",
		Short: "Write the Grafana dashboards as JSON files, or check that every panel has an answer",
		Args:  arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if check {
				return checkDashboards(c.Context(), connections)
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
	connections.register(c.Flags())
	return c
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
