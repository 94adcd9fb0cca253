package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/models/attribution"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// attributionOptions are those of the command.
type attributionOptions struct {
	file, output string
	columns      attribution.PathColumns
	models       []string
	bootstrap    int
	seed         uint64
	top          int

	unit, conversion  string
	dimension, by     string
	period, from, to  string
	chain             chainOptions
	asOf              uint64
	segment, currency string
	connections       *connectionFlags
}

func newAttribution(connections *connectionFlags) *cobra.Command {
	o := attributionOptions{connections: connections}
	c := &cobra.Command{
		Use:   "attribution",
		Short: "Show who gets credit under each model, and how sure that is: from the tables, or from a file of paths",
		Long: "Show who gets credit under each model, with 95 % intervals, what the models disagree about, and what a conversion\n" +
			"costs where advertising costs are known.\n\n" +
			"Without a file it reads the ledger of the published run. With --paths it needs no database: the file is CSV, one\n" +
			"row a path (its channels, how many journeys of it converted, and if known how many did not and their value) or,\n" +
			"with --journeys, one row a journey.",
		Example: "  funnelcloud attribution --conversion won --period 2026-Q1\n" +
			"  funnelcloud attribution --model markov_1 --segment country=DE --dimension campaign --top 10\n" +
			"  funnelcloud attribution --unit account --conversion opportunity --output csv > credit.csv\n" +
			"  funnelcloud attribution --paths data.csv --conversions orders --nulls lost --value revenue\n" +
			"  funnelcloud attribution --paths journeys.csv --journeys --model markov_1 --bootstrap 0",
		Args: arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := validOutput(o.output, outputCSV); err != nil {
				return err
			}
			for i, name := range o.models {
				o.models[i] = strings.TrimSpace(name)
			}
			if err := o.validate(c.Flags()); err != nil {
				return usageError{err}
			}
			report, err := o.report(c.Context())
			if err != nil {
				return err
			}
			return report.show(newScreen(o.output != outputTable), o)
		},
	}
	flags := c.Flags()
	flags.StringSliceVar(&o.models, "model", nil, "models; one alone is shown in detail (default: all there are)")
	flags.StringVar(&o.unit, "unit", "person", "person or account")
	flags.StringVar(&o.conversion, "conversion", "", "type of conversion (default: won, or the one that happened most)")
	flags.StringVar(&o.dimension, "dimension", "", "what to credit: "+strings.Join(models.Dimensions, ", ")+", or property:NAME of the touch's event (default: what the run credits)")
	flags.StringVar(&o.by, "by", "", "parts to show: week, month, quarter or year of the conversion, or an attribute of the unit as in --segment")
	flags.IntVar(&o.top, "top", 0, "names to show; the rest become other(n); 0: all that the run tells apart")
	flags.StringVar(&o.period, "period", "", "when it converted: a year, quarter, month or day, such as 2026, 2026-Q1, 2026-03, 2026-03-31")
	flags.StringVar(&o.from, "from", "", "first day, such as 2026-01-15")
	flags.StringVar(&o.to, "to", "", "last day")
	flags.StringVar(&o.segment, "segment", "", "units with a value of an attribute: country=DE, account=acme, account.plan=pro, any property of identify or group calls")
	flags.Uint64Var(&o.asOf, "as-of", 0, "run whose credit to show instead of the published one's; of runs no longer kept, whole months")
	flags.StringVar(&o.currency, "currency", "", "currency of values and costs, where there are several")
	flags.StringVar(&o.file, "paths", "", "CSV of counted paths instead of the tables, gzip and zstd too; - is standard input")
	flags.BoolVar(&o.columns.Journeys, "journeys", false, "a row of the file is one journey, and its column of conversions says whether it converted: 1, true, yes")
	flags.StringVar(&o.columns.Path, "path-column", "", "column with the channels in order (default: path)")
	flags.StringVar(&o.columns.Separator, "separator", ">", "between the channels of a path")
	flags.StringVar(&o.columns.Conversions, "conversions", "", "column with the number that converted (default: conversions, total_conversions or converted)")
	flags.StringVar(&o.columns.Nulls, "nulls", "", "column with the number that did not (default: nulls or total_null, if there is one)")
	flags.StringVar(&o.columns.Value, "value", "", "column with the value of the conversions (default: value or total_conversion_value, if there is one)")
	flags.IntVar(&o.bootstrap, "bootstrap", 200, "resamples for the intervals; 0 for none")
	flags.Uint64Var(&o.seed, "seed", 1, "of the resamples")
	o.chain.register(flags)
	flags.StringVar(&o.output, "output", outputTable, "table, json or csv")
	connections.register(flags)
	return c
}

// Flags that mean something to the tables alone, and to a file alone.
var (
	flagsOfTables = []string{"unit", "conversion", "dimension", "by", "period", "from", "to", "segment", "as-of", "currency"}
	flagsOfFiles  = []string{"journeys", "path-column", "separator", "conversions", "nulls", "value"}
)

// validate refuses what can't be meant, flags that would change nothing among it: whoever gave one would take the answer for
// that to their question.
func (o *attributionOptions) validate(flags *pflag.FlagSet) error {
	if _, err := attribution.Named(o.models...); err != nil {
		return err
	}
	given := func(names []string) string {
		names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !flags.Changed(name) })
		return strings.Join(names, ", --")
	}
	ofTables, ofFiles := given(flagsOfTables), given(flagsOfFiles)
	removes := len(o.chain.sets)+len(o.chain.sequences) > 0
	switch {
	case o.bootstrap < 0 || o.top < 0 || o.chain.order < 0:
		return errors.New("--bootstrap, --top and --order must be at least 0")
	case o.file != "" && ofTables != "":
		return fmt.Errorf("--%s: a file of paths knows no time, unit, segment, currency or type of conversion: leave it out", ofTables)
	case o.file == "" && ofFiles != "":
		return fmt.Errorf("--%s: says how a file is laid out: name one with --paths", ofFiles)
	case o.chain.order > 1 && !removes:
		return errors.New("--order is that of the chain that --remove and --remove-sequence ask; --model markov_2 credits by a chain of order 2")
	case flags.Changed("loops") && !o.chain.transitions:
		return errors.New("--loops goes with --transitions")
	}
	return nil
}

func (o *attributionOptions) report(ctx context.Context) (*creditReport, error) {
	if o.file != "" {
		return o.ofFile()
	}
	slice, err := o.slice()
	if err != nil {
		return nil, usageError{err}
	}
	var report *creditReport
	err = o.connections.use(ctx, func(db *warehouse.DB) error {
		report, err = slice.report(ctx, db)
		return err
	})
	return report, err
}
