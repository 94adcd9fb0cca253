package models

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/funnelcloud/funnelcloud/queries/queriestest"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// Touches of some people over half a year, five on average by 20 channels of which some are commoner, and a win an hour after the last touch
// of every fifth.
const (
	benchTouches = `INSERT INTO touchpoints_by_run (run_id, touch_id, person_id, touch_ts, touch_kind, channel)
		WITH 1 + least(40, toUInt32(-log((cityHash64(number, 'touches') % 1000000 + 1) / 1000000) * 4.5)) AS touches
		SELECT {run_id:UInt64}, concat('t', toString(number), '-', toString(touch)), concat('p', toString(number)),
			toDateTime64('2026-01-01 00:00:00', 3, 'UTC') + toIntervalMinute(cityHash64(number) % 200000 + touch * 300), 'web',
			concat('channel ', leftPad(toString(least(cityHash64(number, touch, 'a') % 20, cityHash64(number, touch, 'b') % 20)), 2, '0'))
		FROM numbers({journeys:UInt64}) ARRAY JOIN range(touches) AS touch`
	benchWins = `INSERT INTO stages_by_run (run_id, unit_kind, unit_id, stage, entry_no, entered_at)
		SELECT {run_id:UInt64}, 'person', person_id, 'won', 1, max(touch_ts) + INTERVAL 1 HOUR
		FROM touchpoints_by_run WHERE run_id = {run_id:UInt64} AND cityHash64(person_id, 'won') % 5 = 0 GROUP BY person_id`
)

// BenchmarkAttribution is the step of attribution alone: touches and wins from ClickHouse, journeys cut, all rules, chains of
// order 1 to 3, Shapley values, leave one out, incremental, intervals by 200 resamples, and everything written back. The
// environment variable FUNNELCLOUD_BENCH_JOURNEYS sets how many journeys there are, a million by default. Memory is that of
// this process, ClickHouse's engine within.
func BenchmarkAttribution(b *testing.B) {
	journeys := uint64(1_000_000)
	if text := os.Getenv("FUNNELCLOUD_BENCH_JOURNEYS"); text != "" {
		var err error
		if journeys, err = strconv.ParseUint(text, 10, 64); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		b.StopTimer()
		ctx := b.Context()
		r := &run{db: queriestest.New(b), o: Options{ConversionTypes: []string{"won"}, Credit: CreditOptions{Models: []string{DefaultModels, "markov_2", "markov_3"}}}.withDefaults()}
		if err := r.claim(ctx, "{}"); err != nil {
			b.Fatal(err)
		}
		r.marks.ObservedUntil = time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)
		params := warehouse.Params{"run_id": r.row.RunID, "journeys": journeys}
		for _, statement := range []string{benchTouches, benchWins} {
			if err := r.db.Statement(ctx, statement, params); err != nil {
				b.Fatal(err)
			}
		}
		forgetPeak(b)
		b.StartTimer()
		in, out, err := r.attribute(ctx, unitPerson)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(in+out)/b.Elapsed().Seconds(), "rows/s")
		b.ReportMetric(b.Elapsed().Seconds(), "s")
		b.ReportMetric(peakMiB(b), "MiB")
	}
}

// forgetPeak makes peakMiB count from now on. Linux only, as the figure is.
func forgetPeak(b *testing.B) {
	b.Helper()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o200); err != nil {
		b.Log("no figure for memory: ", err)
	}
}

func peakMiB(b *testing.B) float64 {
	b.Helper()
	status, _ := os.ReadFile("/proc/self/status")
	_, line, _ := bytes.Cut(status, []byte("VmHWM:"))
	var kilobytes float64
	if _, err := fmt.Sscan(string(line), &kilobytes); err != nil {
		b.Log("no figure for memory: ", err)
	}
	return kilobytes / 1024
}
