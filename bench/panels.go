package main

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"github.com/funnelcloud/funnelcloud/dashboards"
	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/models/simulate"
	"github.com/funnelcloud/funnelcloud/queries"
	"github.com/funnelcloud/funnelcloud/queries/chdb"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// panel is one query of a dashboard, a panel's or a variable's, with the quickest time it took and the least CPU time.
type panel struct {
	name, sql    string
	seconds, cpu float64
	rows         int
}

// panelTimes is how often a query is asked: the quickest of these is its time, since others may use the machine. One that
// answers within quickAtOnce is not asked again.
const (
	panelTimes  = 3
	quickAtOnce = 0.2
)

// panels measures how long every query of every dashboard takes on a company of ten million events, over the last year, as
// when somebody opens the page; one after the other, though a browser asks for several at once.
func (b *bench) panels(ctx context.Context) error {
	db, err := b.database(ctx, "bench_panels")
	if err != nil {
		return err
	}
	defer db.Close()
	if err := b.fill(ctx, db, tenMillion); err != nil {
		return err
	}
	report, err := models.Run(ctx, db, models.Options{OwnDomains: []string{simulate.OwnDomain}})
	if err != nil {
		return err
	}
	b.report("panels_events", float64(report.Events), "events")
	return b.measurePanels(ctx, db)
}

// panelsOfStack measures the same on the tables that `funnelcloud up` or `demo` left in a folder, and nothing else.
// Nobody else may use the folder meanwhile.
func panelsOfStack(ctx context.Context, o settings) error {
	library, err := chdb.Ensure(ctx, nil)
	if err != nil {
		return err
	}
	server, err := chdb.Start(ctx, chdb.Options{Library: library, DataDir: filepath.Join(o.stack, "clickhouse")})
	if err != nil {
		return err
	}
	defer server.Close(context.WithoutCancel(ctx))
	db, err := warehouse.Open(ctx, warehouse.Config{Addr: server.Addr(), Database: "funnelcloud", User: server.User(), Password: server.Password()})
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.Migrate(ctx); err != nil {
		return err
	}
	b := &bench{settings: o, db: db}
	if err := b.measurePanels(ctx, db); err != nil {
		return err
	}
	return b.write()
}

// measurePanels asks every query as the dashboards do when they are opened: of people, and of accounts.
func (b *bench) measurePanels(ctx context.Context, db *warehouse.DB) error {
	query := dashboards.QueryFunc(func(ctx context.Context, sql string) ([]string, [][]any, error) { return db.TableText(ctx, sql, nil) })
	var until time.Time
	if err := db.Conn().QueryRow(ctx, "SELECT observed_until FROM runs FINAL WHERE status = 'published' ORDER BY run_id DESC LIMIT 1").Scan(&until); err != nil {
		return err
	}
	scope, err := dashboards.DefaultScope(ctx, query, until.AddDate(-1, 0, 0), until)
	if err != nil {
		return err
	}
	var all []panel
	for _, kind := range []string{"person", "account"} {
		scope.Variables["unit_kind"] = []string{kind}
		asked, err := panelQueries()
		if err != nil {
			return err
		}
		for i := range asked {
			asked[i].name = kind + " " + asked[i].name
			if err := asked[i].measure(ctx, query, scope); err != nil {
				return fmt.Errorf("%s: %w", asked[i].name, err)
			}
		}
		all = append(all, asked...)
	}
	b.reportPanels(all)
	return nil
}

// panelQueries are those of all panels, and those that make the lists of variables.
func panelQueries() ([]panel, error) {
	described, err := dashboards.Panels()
	if err != nil {
		return nil, err
	}
	var all []panel
	for _, p := range described {
		for _, q := range p.Queries {
			all = append(all, panel{name: fmt.Sprintf("%s/%d%s %s", p.Dashboard, p.ID, q.Ref, p.Title), sql: q.SQL})
		}
	}
	variables, err := fs.Glob(queries.FS, "panels/variables/*.sql")
	if err != nil {
		return nil, err
	}
	for _, file := range variables {
		sql, err := queries.Read(file)
		if err != nil {
			return nil, err
		}
		all = append(all, panel{name: file, sql: sql})
	}
	return all, nil
}

func (p *panel) measure(ctx context.Context, query dashboards.Querier, scope dashboards.Scope) error {
	for range panelTimes {
		start, spent := time.Now(), cpuTime()
		_, rows, err := scope.Run(ctx, query, p.sql)
		if err != nil {
			return err
		}
		took, cpu := time.Since(start).Seconds(), (cpuTime() - spent).Seconds()
		if p.rows = len(rows); p.seconds == 0 {
			p.seconds, p.cpu = took, cpu
		}
		if p.seconds, p.cpu = min(p.seconds, took), min(p.cpu, cpu); p.seconds < quickAtOnce {
			return nil
		}
	}
	return nil
}

// panelsNamed is how many of the slowest are told by name.
const panelsNamed = 20

// reportPanels reports the middle and the slowest, and how many take longer than a second, each of those by name.
func (b *bench) reportPanels(all []panel) {
	slices.SortFunc(all, func(x, y panel) int { return cmp.Compare(y.seconds, x.seconds) })
	slow := 0
	for i, p := range all {
		if p.seconds > 1 {
			slow++
		}
		if p.seconds > 1 || i < panelsNamed {
			fmt.Printf("# %.2f s, CPU %.2f s, %d rows: %s\n", p.seconds, p.cpu, p.rows, p.name)
		}
	}
	b.report("panels_queries", float64(len(all)), "queries")
	b.report("panels_p50_s", all[len(all)/2].seconds, "s")
	b.report("panels_slowest_s", all[0].seconds, "s")
	b.report("panels_slowest_cpu_s", slices.MaxFunc(all, func(x, y panel) int { return cmp.Compare(x.cpu, y.cpu) }).cpu, "s")
	b.report("panels_over_1s", float64(slow), "queries")
}
