package main

import (
	"context"
	_ "embed"
	"fmt"
	"math/rand/v2"
	"runtime"
	"time"

	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/models/path"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

//go:embed paths_steps.sql
var pathSteps string

//go:embed paths_read.sql
var pathRead string

//go:embed paths_arrays.sql
var pathArrays string

// drawnSteps is an order for the linearity index of the states of paths_steps.sql.
var drawnSteps = [][]string{{"state 00"}, {"state 03", "state 04"}, {"state 08"}, {"state 12"}, {"won"}}

// paths measures ten million transitions of a million units through twenty states, read from a table: graph, absorbing
// chain, linearity and the commonest ways, exact. Beside it stands the graph alone as array queries of ClickHouse compute
// it on the same table.
func (b *bench) paths(ctx context.Context) error {
	statements := warehouse.Statements(pathSteps)
	for _, statement := range statements {
		if err := b.db.Statement(ctx, statement, warehouse.Params{"steps": uint64(b.steps)}); err != nil {
			return err
		}
	}
	// The engine reads the table once before either is measured.
	if _, _, err := b.db.TableText(ctx, pathArrays, nil); err != nil {
		return err
	}
	start, cpu := time.Now(), cpuTime()
	builder, err := b.drawPaths(ctx)
	if err != nil {
		return err
	}
	ours := time.Since(start).Seconds()
	b.report("paths_units", float64(builder.Units()), "units")
	b.report("paths_10m_s", ours, "s")
	oursCPU := (cpuTime() - cpu).Seconds()
	b.report("paths_10m_cpu_s", oursCPU, "s")
	start, cpu = time.Now(), cpuTime()
	if _, _, err := b.db.TableText(ctx, pathArrays, nil); err != nil {
		return err
	}
	theirs := time.Since(start).Seconds()
	b.report("clickhouse_arrays_10m_s", theirs, "s")
	theirsCPU := (cpuTime() - cpu).Seconds()
	b.report("clickhouse_arrays_10m_cpu_s", theirsCPU, "s")
	b.report("paths_over_clickhouse_arrays", theirs/ours, "ratio")
	b.report("paths_over_clickhouse_arrays_cpu", theirsCPU/oursCPU, "ratio") // steadier, on a machine that others use as well
	return b.manyStates()
}

// drawnPaths reads steps as the batch reads those of its runs.
var drawnPaths = path.Definition{Name: "bench", Won: []string{"won"}, Lost: []string{"lost"}, States: []path.StateRule{{Match: path.Match{Stages: []string{"*"}}}}}

// drawPaths reads the table and computes all that a path report says without intervals.
func (b *bench) drawPaths(ctx context.Context) (*path.Builder, error) {
	before := heap()
	start := time.Now()
	study, err := models.DrawPathsOf(ctx, b.db, pathRead, drawnPaths, time.Time{}, 0)
	if err != nil {
		return nil, err
	}
	builder := study.Whole
	b.report("paths_read_and_count_s", time.Since(start).Seconds(), "s")
	states, err := builder.States()
	if err != nil {
		return nil, err
	}
	graph, linearity, ways := builder.Graph(), builder.LinearityOfSteps(drawnSteps), builder.Variants(1000)
	b.report("paths_variants", float64(builder.Concentration(.8).Variants), "variants")
	b.report("paths_heap_mb", float64(heap()-before)/1e6, "MB")
	if len(states) < 19 || len(graph) < 100 || linearity.Wins == 0 || len(ways) < 2 {
		return nil, fmt.Errorf("too little came of it: %d states, %d edges, %d wins, %d ways", len(states), len(graph), linearity.Wins, len(ways))
	}
	runtime.KeepAlive(builder)
	return builder, nil
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// manyStates measures the chain of 600 states, of trails made in memory.
func (b *bench) manyStates() error {
	random := rand.New(rand.NewPCG(6, 0))
	builder := path.NewBuilder(path.Options{})
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	names := make([]string, 600)
	for i := range names {
		names[i] = fmt.Sprintf("state %03d", i)
	}
	for u := range 100_000 {
		t := path.Trail{UnitID: fmt.Sprint(u), Outcome: []string{path.OutcomeWon, path.OutcomeLost}[random.IntN(2)]}
		for k := range 10 {
			t.Visits = append(t.Visits, path.Visit{State: names[random.IntN(len(names))], At: begin.Add(time.Duration(k) * time.Hour)})
		}
		builder.Add(t)
	}
	start := time.Now()
	states, err := builder.States()
	if err != nil {
		return err
	}
	b.report("paths_600_states_s", time.Since(start).Seconds(), "s")
	if len(states) != len(names) {
		return fmt.Errorf("%d states, want %d", len(states), len(names))
	}
	return nil
}
