package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/funnelcloud/funnelcloud/models/attribution"
)

// A million journeys of five touches on average, 20 channels, of which a fifth converts.
const (
	benchJourneys = 1_000_000
	benchChannels = 20
)

// attribution measures the models of credit in memory and from a file, with a peer on the same journeys where Python has it,
// and the batch's step from tables to ledger.
func (b *bench) attribution(ctx context.Context) error {
	columns := randomJourneys(benchJourneys)
	b.report("attribution_journeys", float64(len(columns.Ends)), "journeys")
	b.report("attribution_touches", float64(len(columns.Touches)), "touches")
	markov, err := fastest(5, func() error {
		_, err := attribution.MarkovOfColumns(columns)
		return err
	})
	if err != nil {
		return err
	}
	b.report("markov1_columns_s", markov.Seconds(), "s")
	if err := b.attributeFile(ctx, columns); err != nil {
		return err
	}
	if err := b.bootstrap("bootstrap_100k", randomJourneys(benchJourneys/10)); err != nil {
		return err
	}
	if err := b.bootstrap("bootstrap", columns); err != nil {
		return err
	}
	return b.attributeTables(ctx, benchJourneys, map[string]string{"s": "attribution_1m_s", "MiB": "attribution_peak_mib", "rows/s": "attribution_rows_per_s"})
}

// attributionOfTenMillion is the batch's step of attribution for ten times as many journeys: what matters is its memory.
func (b *bench) attributionOfTenMillion(ctx context.Context) error {
	return b.attributeTables(ctx, 10*benchJourneys, map[string]string{"s": "attribution_10m_s", "MiB": "attribution_10m_peak_mib", "rows/s": "attribution_10m_rows_per_s"})
}

// randomJourneys are the same every time. Some channels are commoner, and some convert better.
func randomJourneys(journeys int) attribution.Columns {
	random := rand.New(rand.NewPCG(1, 1))
	c := attribution.Columns{}
	for i := range benchChannels {
		c.Channels = append(c.Channels, fmt.Sprintf("channel %02d", i))
	}
	for range journeys {
		rate := .1
		for range 1 + min(int(random.ExpFloat64()*4.5), 40) {
			id := min(random.IntN(benchChannels), random.IntN(benchChannels))
			c.Touches = append(c.Touches, uint16(id))
			rate += float64(id%5) * .01
		}
		c.Ends, c.Converted = append(c.Ends, int32(len(c.Touches))), append(c.Converted, random.Float64() < rate)
	}
	return c
}

// fastest is the shortest of some tries: on a machine that others use as well, the least disturbed one.
func fastest(tries int, f func() error) (time.Duration, error) {
	best := time.Duration(1<<63 - 1)
	for range tries {
		began := time.Now()
		if err := f(); err != nil {
			return 0, err
		}
		best = min(best, time.Since(began))
	}
	return best, nil
}

// bootstrap measures what intervals of 200 resamples cost beside the fits that they are of, all models of paths together.
func (b *bench) bootstrap(name string, c attribution.Columns) error {
	began := time.Now()
	sample, err := attribution.NewSampleOfColumns(c)
	if err != nil {
		return err
	}
	b.report(name+"_sample_s", time.Since(began).Seconds(), "s")
	all, err := attribution.Named(attribution.Names()...)
	if err != nil {
		return err
	}
	var models []attribution.Model
	var credits []attribution.Credit
	began = time.Now()
	for _, m := range all {
		credit, err := m.Credit(sample)
		if errors.Is(err, attribution.ErrNeedsJourneys) {
			continue // counted paths have no times
		}
		if err != nil {
			return err
		}
		models, credits = append(models, m), append(credits, credit)
	}
	fit := time.Since(began)
	began = time.Now()
	if _, err := attribution.BootstrapAll(models, sample, credits, 200, 1); err != nil {
		return err
	}
	b.report(name+"_models", float64(len(models)), "models")
	b.report(name+"_fit_s", fit.Seconds(), "s")
	b.report(name+"_s", time.Since(began).Seconds(), "s")
	b.ratio(name+"_over_fit", name+"_s", name+"_fit_s")
	return nil
}

// attributeTables runs the batch's step of attribution alone, which its own package knows how to set up: from the
// touches of so many units in ClickHouse to the ledger there. Figures are named by their units.
func (b *bench) attributeTables(ctx context.Context, journeys int, names map[string]string) error {
	command := exec.CommandContext(ctx, "go", "test", "./models", "-run", "^$", "-bench", "^BenchmarkAttribution$", "-benchtime", "1x", "-timeout", "6h")
	command.Env = append(os.Environ(), fmt.Sprintf("FUNNELCLOUD_BENCH_JOURNEYS=%d", journeys))
	out, err := command.CombinedOutput()
	if err != nil {
		return fmt.Errorf("the step of attribution: %w\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "BenchmarkAttribution") {
			continue
		}
		words := strings.Fields(line)
		for i := 2; i+1 < len(words); i += 2 {
			value, err := strconv.ParseFloat(words[i], 64)
			if err != nil {
				return fmt.Errorf("the step of attribution answered %q: %w", line, err)
			}
			if name, known := names[words[i+1]]; known {
				b.report(name, value, words[i+1])
			}
		}
		return nil
	}
	return fmt.Errorf("the step of attribution answered nothing: %s", out)
}
