package main

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
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

// attribution measures the models of credit in memory, and a peer on the same journeys where Python has it.
func (b *bench) attribution(ctx context.Context) error {
	columns := randomJourneys()
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
	if err := b.peer(ctx, columns); err != nil {
		return err
	}
	return b.bootstrap(columns)
}

// randomJourneys are the same every time. Some channels are commoner, and some convert better.
func randomJourneys() attribution.Columns {
	random := rand.New(rand.NewPCG(1, 1))
	c := attribution.Columns{}
	for i := range benchChannels {
		c.Channels = append(c.Channels, fmt.Sprintf("channel %02d", i))
	}
	for range benchJourneys {
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

// bootstrap measures what intervals cost beside the fits that they are of, all models of paths together.
func (b *bench) bootstrap(c attribution.Columns) error {
	began := time.Now()
	sampler := attribution.NewSampler()
	from := int32(0)
	for j, until := range c.Ends {
		walk := attribution.Walk{Converted: c.Converted[j]}
		for _, id := range c.Touches[from:until] {
			walk.Channels = append(walk.Channels, c.Channels[id])
		}
		from = until
		sampler.Unit([]attribution.Walk{walk})
	}
	sample := sampler.Sample()
	b.report("attribution_sample_s", time.Since(began).Seconds(), "s")
	var models []attribution.Model
	var credits []attribution.Credit
	began = time.Now()
	for _, m := range attribution.Models() {
		if attribution.NeedsTimes(m) {
			continue
		}
		credit, err := m.Credit(sample)
		if err != nil {
			continue // rules of times: counted paths have none
		}
		models, credits = append(models, m), append(credits, credit)
	}
	fit := time.Since(began)
	began = time.Now()
	if _, err := attribution.BootstrapAll(models, sample, credits, 200, 1); err != nil {
		return err
	}
	b.report("attribution_models", float64(len(models)), "models")
	b.report("attribution_fit_s", fit.Seconds(), "s")
	b.report("attribution_bootstrap_s", time.Since(began).Seconds(), "s")
	b.ratio("bootstrap_over_fit", "attribution_bootstrap_s", "attribution_fit_s")
	return nil
}

// peer runs ChannelAttribution where FUNNELCLOUD_BENCH_PYTHON, or python3, has it, and our command on the same file.
func (b *bench) peer(ctx context.Context, c attribution.Columns) error {
	python := os.Getenv("FUNNELCLOUD_BENCH_PYTHON")
	if python == "" {
		python = "python3"
	}
	if err := exec.CommandContext(ctx, python, "-c", "import ChannelAttribution, pandas").Run(); err != nil {
		fmt.Fprintf(os.Stderr, "bench: %s has no ChannelAttribution (pip install ChannelAttribution==2.2.5 pandas): its ratios are left out\n", python)
		return nil
	}
	folder, err := os.MkdirTemp("", "funnelcloud-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	file, program := filepath.Join(folder, "journeys.csv"), filepath.Join(folder, "funnelcloud")
	if err := writeJourneys(file, c); err != nil {
		return err
	}
	answer, err := exec.CommandContext(ctx, python, filepath.Join("bench", "attribution.py"), file).Output()
	if err != nil {
		return fmt.Errorf("ChannelAttribution: %w", err)
	}
	var seconds [2]float64
	lines := strings.Fields(strings.TrimSpace(string(answer)))
	for i := range seconds {
		if seconds[i], err = strconv.ParseFloat(lines[len(lines)-2+i], 64); err != nil {
			return fmt.Errorf("ChannelAttribution answered %q: %w", answer, err)
		}
	}
	b.report("channelattribution_s", seconds[0], "s")
	b.report("channelattribution_process_s", seconds[1], "s")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/funnelcloud").CombinedOutput(); err != nil {
		return fmt.Errorf("build the command: %w\n%s", err, out)
	}
	ours, err := fastest(3, func() error {
		return exec.CommandContext(ctx, program, "attribution", "--paths", file, "--nulls", "nulls", "--model", "markov_1", "--bootstrap", "0", "--output", "csv").Run()
	})
	if err != nil {
		return err
	}
	b.report("attribute_csv_s", ours.Seconds(), "s")
	b.ratio("markov1_over_channelattribution", "markov1_columns_s", "channelattribution_s")
	b.ratio("attribute_csv_over_channelattribution", "attribute_csv_s", "channelattribution_process_s")
	return nil
}

// writeJourneys writes one row a journey.
func writeJourneys(file string, c attribution.Columns) error {
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(out, 1<<20)
	fmt.Fprintln(w, "path,conversions,nulls")
	from := int32(0)
	for j, until := range c.Ends {
		for k, id := range c.Touches[from:until] {
			if k > 0 {
				_, _ = w.WriteString(" > ")
			}
			_, _ = w.WriteString(c.Channels[id])
		}
		from = until
		if c.Converted[j] {
			_, _ = w.WriteString(",1,0\n")
		} else {
			_, _ = w.WriteString(",0,1\n")
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return out.Close()
}
