package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/funnelcloud/funnelcloud/dashboards"
	"github.com/funnelcloud/funnelcloud/dashboards/report"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

func newReport(connections *connectionFlags) *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "report",
		Short: "Write the published run as one self-contained HTML file",
		Args:  arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			db, err := connections.open(c.Context())
			if err != nil {
				return err
			}
			defer func() { _ = db.Close() }()
			if err := writeReport(c.Context(), db, out); err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "Wrote %s.\n", out)
			return nil
		},
	}
	c.Flags().StringVar(&out, "out", "report.html", "file to write")
	connections.register(c.Flags())
	return c
}

// writeReport writes beside the file first, so that a failure leaves the last report whole.
func writeReport(ctx context.Context, db *warehouse.DB, file string) (err error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	beside, err := os.CreateTemp(filepath.Dir(file), ".report-*")
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	defer func() { _ = os.Remove(beside.Name()) }()
	buffered := bufio.NewWriter(beside)
	query := dashboards.QueryFunc(func(ctx context.Context, sql string) ([]string, [][]any, error) { return db.TableText(ctx, sql, nil) })
	err = report.Write(ctx, buffered, query, report.Options{Version: version(), Now: time.Now()})
	if err = errors.Join(err, buffered.Flush(), beside.Chmod(0o644), beside.Close()); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return os.Rename(beside.Name(), file)
}

func newDashboards() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "dashboards",
		Short: "Write the Grafana dashboards as JSON files",
		Args:  arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			files, err := dashboards.Write(out)
			for _, file := range files {
				fmt.Fprintln(c.OutOrStdout(), filepath.Join(out, file))
			}
			return err
		},
	}
	c.Flags().StringVar(&out, "out", filepath.Join("dashboards", "json"), "folder to write to")
	return c
}
