package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/funnelcloud/funnelcloud/models/simulate"
)

// simulationFlags describe the simulated company.
func simulationFlags(flags *pflag.FlagSet, c *simulate.Config, people int) {
	*c = simulate.Default()
	c.People = people
	flags.IntVar(&c.People, "people", c.People, "people in the company's market")
	flags.IntVar(&c.Days, "days", c.Days, "days observed")
	flags.Uint64Var(&c.Seed, "seed", c.Seed, "same seed and start, same company")
	flags.Var((*startDay)(c), "start", "first day, YYYY-MM-DD (default: a Monday, so that the last day is some two weeks ago)")
}

// startDay is the first day of a simulation as a flag.
type startDay simulate.Config

func (d *startDay) String() string { return "" }
func (d *startDay) Type() string   { return "day" }
func (d *startDay) Set(text string) error {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return fmt.Errorf("%q is no day like 2026-01-31", text)
	}
	d.Start = day
	return nil
}

// lateDays is how long after its end a simulation still sends what came late.
const lateDays = 14

// recentStart makes a simulation end shortly before now, when nothing was said: dashboards look at the last year. It
// starts on a Monday, since people's weeks matter.
func recentStart(flags *pflag.FlagSet, c *simulate.Config, now time.Time) {
	if flags.Changed("start") {
		return
	}
	day := now.UTC().Truncate(24*time.Hour).AddDate(0, 0, -c.Days-lateDays)
	for day.Weekday() != time.Monday {
		day = day.AddDate(0, 0, -1)
	}
	c.Start = day
}

func newSimulate() *cobra.Command {
	var config simulate.Config
	var folder string
	var scoring scoring
	c := &cobra.Command{
		Use:   "simulate",
		Short: "Write the events of a simulated company to files, one per topic, with the true credit of each channel",
		Args:  arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if scoring.on {
				scoring.options.People = config.People
				if err := scoring.validate(); err != nil {
					return err
				}
				return scoring.run(newScreen(scoring.output != outputTable), c.OutOrStdout())
			}
			recentStart(c.Flags(), &config, time.Now())
			if err := config.Validate(); err != nil {
				return usageError{err}
			}
			return writeSimulation(c.Context(), newScreen(false), config, folder)
		},
	}
	simulationFlags(c.Flags(), &config, simulate.Default().People)
	c.Flags().StringVar(&folder, "out", "simulation", "folder to write to")
	scoring.register(c.Flags())
	return c
}

// writeSimulation writes segment.ndjson, funnelcloud.ndjson and truth.json. Broken messages are written as they are:
// streams have them.
func writeSimulation(ctx context.Context, s *screen, config simulate.Config, folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	files := topicFiles{folder: folder, writers: map[string]*bufio.Writer{}}
	written, err := files.writeAll(ctx, s, config)
	if err := errors.Join(err, files.close()); err != nil {
		return fmt.Errorf("write %s: %w", folder, err)
	}
	truth, err := simulate.TrueCredit(config)
	if err != nil {
		return err
	}
	s.settle()
	fmt.Fprintf(s.out, "Wrote %s messages and the true credit to %s.\n", thousands(written), folder)
	return writeTruth(filepath.Join(folder, "truth.json"), truth)
}

// topicFiles are the files of a simulation, one per topic.
type topicFiles struct {
	folder  string
	files   []*os.File
	writers map[string]*bufio.Writer
}

func (f *topicFiles) writeAll(ctx context.Context, s *screen, config simulate.Config) (int64, error) {
	bar := s.bar("Simulate", unitRows)
	var written int64
	for message := range simulate.Events(config) {
		if ctx.Err() != nil {
			return written, ctx.Err()
		}
		writer, err := f.of(message.Topic)
		if err != nil {
			return written, err
		}
		if _, err := writer.Write(append(message.Value, '\n')); err != nil {
			return written, err
		}
		if written++; written%10_000 == 0 {
			bar.set(written, 0)
		}
	}
	bar.set(written, written)
	bar.done(nil)
	return written, nil
}

func (f *topicFiles) of(topic string) (*bufio.Writer, error) {
	if writer, ok := f.writers[topic]; ok {
		return writer, nil
	}
	file, err := os.Create(filepath.Join(f.folder, topic+".ndjson"))
	if err != nil {
		return nil, err
	}
	f.files = append(f.files, file)
	f.writers[topic] = bufio.NewWriterSize(file, 1<<20)
	return f.writers[topic], nil
}

func (f *topicFiles) close() error {
	var faults []error
	for _, writer := range f.writers {
		faults = append(faults, writer.Flush())
	}
	for _, file := range f.files {
		faults = append(faults, file.Close())
	}
	return errors.Join(faults...)
}

// truthRow is a row of the truth as it is written to a file.
type truthRow struct {
	UnitKind       string  `json:"unit_kind"`
	ConversionType string  `json:"conversion_type"`
	Channel        string  `json:"channel"`
	Conversions    float64 `json:"conversions"`
	LostWhenOff    float64 `json:"lost_when_off"`
	TrueShare      float64 `json:"true_share"`
}

func writeTruth(file string, truth simulate.Truth) error {
	rows := make([]truthRow, 0, len(truth.Rows))
	for _, r := range truth.Rows {
		rows = append(rows, truthRow{r.UnitKind, r.ConversionType, r.Channel, r.Conversions, r.LostWhenOff, r.TrueShare})
	}
	text, err := json.MarshalIndent(rows, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the truth: %w", err)
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}
