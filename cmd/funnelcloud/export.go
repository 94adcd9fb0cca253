package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// exportFormats are ClickHouse's names of the formats that export writes, by the ending of the file.
var exportFormats = map[string]string{
	".parquet": "Parquet", ".arrow": "Arrow", ".csv": "CSVWithNames", ".tsv": "TSVWithNames", ".ndjson": "JSONEachRow",
}

func newExport(connections *connectionFlags) *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:     "export TABLE",
		Short:   "Write a table of the published run to a file: Parquet, Arrow, CSV, TSV or NDJSON, by its ending",
		Example: "  funnelcloud export attribution_ledger --out ledger.parquet\n  funnelcloud export stages --out - > stages.csv",
		Args:    arguments(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			format, err := exportFormat(out)
			if err != nil {
				return usageError{err}
			}
			return connections.use(c.Context(), func(db *warehouse.DB) error {
				return export(c.Context(), db, args[0], format, out)
			})
		},
	}
	c.Flags().StringVar(&out, "out", "-", "file to write; - is standard output, as CSV")
	connections.register(c.Flags())
	return c
}

func exportFormat(file string) (string, error) {
	if file == "-" {
		return exportFormats[".csv"], nil
	}
	format, ok := exportFormats[strings.ToLower(filepath.Ext(file))]
	if !ok {
		return "", fmt.Errorf("--out %s: the ending must be one of %s", file, strings.Join(slices.Sorted(maps.Keys(exportFormats)), " "))
	}
	return format, nil
}

// export writes to a file of another name first: whoever reads the file sees all of it or the last one.
func export(ctx context.Context, db *warehouse.DB, table, format, file string) error {
	if file == "-" {
		return db.Export(ctx, table, format, os.Stdout)
	}
	return replaceFile(file, func(w io.Writer) error { return db.Export(ctx, table, format, w) })
}

// replaceFile writes beside the file and then takes its place, so that a failure leaves the last one whole.
func replaceFile(file string, write func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	beside, err := os.CreateTemp(filepath.Dir(file), ".writing-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	defer func() { _ = os.Remove(beside.Name()) }()
	if err := errors.Join(write(beside), beside.Chmod(0o644), beside.Close()); err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	return os.Rename(beside.Name(), file)
}
