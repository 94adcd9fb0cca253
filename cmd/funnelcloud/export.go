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
	"time"

	"github.com/spf13/cobra"

	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// exportFormats are ClickHouse's names of the formats that export writes, by the ending of the file.
var exportFormats = map[string]string{
	".parquet": "Parquet", ".arrow": "Arrow", ".csv": "CSVWithNames", ".tsv": "TSVWithNames", ".ndjson": "JSONEachRow",
}

func newExport(connections *connectionFlags) *cobra.Command {
	var out, topic, since, unit string
	c := &cobra.Command{
		Use:   "export TABLE",
		Short: "Write a table of the published run to a file, or the qualified leads to a Kafka topic",
		Long: "Write a table of the published run to a file: Parquet, Arrow, CSV, TSV or NDJSON, by its ending. The table\n" +
			"`qualified` has one row for each qualification, with reason and evidence; with --topic each becomes one Kafka\n" +
			"message, keyed by its unit. Those that were sent to the topic before are not sent again; docs/quality.md has the\n" +
			"format and the promise.",
		Example: "  funnelcloud export attribution_ledger --out ledger.parquet\n  funnelcloud export stages --out - > stages.csv\n" +
			"  funnelcloud export qualified --out qualified.arrow\n  funnelcloud export qualified --topic qualified --since 48h",
		Args: arguments(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			if topic != "" {
				return sendQualified(c.Context(), connections, args[0], topic, since, unit)
			}
			if since != "" || unit != "" {
				return usageError{errors.New("--since and --unit go with --topic")}
			}
			format, err := exportFormat(out)
			if err != nil {
				return usageError{err}
			}
			return connections.use(c.Context(), func(db *warehouse.DB) error {
				return export(c.Context(), db, args[0], format, out)
			})
		},
	}
	flags := c.Flags()
	flags.StringVar(&out, "out", "-", "file to write; - is standard output, as CSV")
	flags.StringVar(&topic, "topic", "", "send qualified leads to this Kafka topic instead, each once")
	flags.StringVar(&since, "since", "", "with --topic: only what qualified since then: a time such as 2026-01-31 or 2026-01-31T12:00:00Z, or an age such as 36h")
	flags.StringVar(&unit, "unit", "", "with --topic: person or account (default: both)")
	c.MarkFlagsMutuallyExclusive("out", "topic")
	connections.register(flags)
	return c
}

// sendQualified sends the qualifications that a topic has not got yet.
func sendQualified(ctx context.Context, connections *connectionFlags, table, topic, since, unit string) error {
	from, err := parseSince(since, time.Now())
	kinds := []string{"person", "account"}
	switch {
	case table != qualifiedTable:
		err = fmt.Errorf("export %s --topic: only %s goes to Kafka", table, qualifiedTable)
	case unit != "" && !slices.Contains(kinds, unit):
		err = fmt.Errorf("--unit %s: person or account", unit)
	case unit != "":
		kinds = []string{unit}
	}
	if err != nil {
		return usageError{err}
	}
	brokers, err := connections.brokers()
	if err != nil {
		return err
	}
	access, err := connections.access()
	if err != nil {
		return err
	}
	return connections.use(ctx, func(db *warehouse.DB) error {
		e := qualifiedExport{db: db, access: access, brokers: brokers, topic: topic, since: from, kinds: kinds}
		sent, err := e.send(ctx)
		if err != nil {
			return fmt.Errorf("export %s to topic %s: %w", table, topic, err)
		}
		_, err = fmt.Fprintf(os.Stdout, "%s qualifications sent to topic %s.\n", thousands(int64(sent)), topic)
		return err
	})
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
