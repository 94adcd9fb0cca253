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
func simulationFlags(flags *pflag.FlagSet, c *simulate.Config) {
	*c = simulate.Default()
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
	c := &cobra.Command{
		Use:   "simulate",
		Short: "Write the events of a simulated company to files, one per topic, with the true credit of each channel",
		Args:  arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			recentStart(c.Flags(), &config, time.Now())
			if err := config.Validate(); err != nil {
				return usageError{err}
			}
			return writeSimulation(c.Context(), newScreen(false), config, folder)
		},
	}
	simulationFlags(c.Flags(), &config)
	c.Flags().StringVar(&folder, "out", "simulation", "folder to write to")
	return c
}

// writeSimulation writes segment.ndjson, funnelcloud.ndjson and truth.json. Broken messages are written as they are:
// streams have them.
func writeSimulation(ctx context.Context, s *screen, config simulate.Config, folder string) (err error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	files := map[string]*bufio.Writer{}
	for _, topic := range []string{simulate.TopicSegment, simulate.TopicFunnelcloud} {
		file, err := os.Create(filepath.Join(folder, topic+".ndjson"))
		if err != nil {
			return err
		}
		writer := bufio.NewWriterSize(file, 1<<20)
		files[topic] = writer
		defer func() { err = errors.Join(err, writer.Flush(), file.Close()) }()
	}
	bar := s.bar("Simulate", unitRows)
	var written int64
	for message := range simulate.Events(config) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if _, err := files[message.Topic].Write(append(message.Value, '\n')); err != nil {
			return fmt.Errorf("write %s: %w", folder, err)
		}
		if written++; written%10_000 == 0 {
			bar.set(written, 0)
		}
	}
	bar.set(written, written)
	bar.done(nil)
	truth, err := simulate.TrueCredit(config)
	if err != nil {
		return err
	}
	s.settle()
	return writeTruth(filepath.Join(folder, "truth.json"), truth)
}

func writeTruth(file string, truth simulate.Truth) error {
	text, err := json.MarshalIndent(truth.Rows, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the truth: %w", err)
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}
