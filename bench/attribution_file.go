package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/funnelcloud/funnelcloud/models/attribution"
)

// attributeFile measures the whole process from a file of the journeys to credit: what the peer computes, a chain of order 1
// and nothing else, and what people get who ask for nothing in particular, all models with intervals.
func (b *bench) attributeFile(ctx context.Context, c attribution.Columns) error {
	folder, err := os.MkdirTemp("", "funnelcloud-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	file, program := filepath.Join(folder, "journeys.csv"), filepath.Join(folder, "funnelcloud")
	if err := writeJourneys(file, c); err != nil {
		return err
	}
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/funnelcloud").CombinedOutput(); err != nil {
		return fmt.Errorf("build the command: %w\n%s", err, out)
	}
	for _, what := range []struct {
		name  string
		tries int
		args  []string
	}{
		{"start_s", 5, []string{"version"}}, // in all of the following
		{"attribute_csv_s", 5, []string{"attribution", "--paths", file, "--model", "markov_1", "--bootstrap", "0", "--output", "csv"}},
		{"attribute_csv_all_models_s", 1, []string{"attribution", "--paths", file, "--bootstrap", "0", "--output", "csv"}},
		{"attribute_csv_all_with_intervals_s", 1, []string{"attribution", "--paths", file, "--output", "csv"}},
	} {
		took, err := fastest(what.tries, func() error { return exec.CommandContext(ctx, program, what.args...).Run() })
		if err != nil {
			return fmt.Errorf("funnelcloud %s: %w", strings.Join(what.args, " "), err)
		}
		b.report(what.name, took.Seconds(), "s")
	}
	return b.peer(ctx, file)
}

// peer runs ChannelAttribution where FUNNELCLOUD_BENCH_PYTHON, or python3, has it, on the same file.
func (b *bench) peer(ctx context.Context, file string) error {
	python := os.Getenv("FUNNELCLOUD_BENCH_PYTHON")
	if python == "" {
		python = "python3"
	}
	if !imports(ctx, python, "ChannelAttribution, pandas") {
		fmt.Fprintf(os.Stderr, "bench: %s has no ChannelAttribution (pip install ChannelAttribution==2.2.5 pandas): its ratios are left out\n", python)
		return nil
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

func imports(ctx context.Context, python, modules string) bool {
	return exec.CommandContext(ctx, python, "-c", "import "+modules).Run() == nil
}
