package main

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/funnelcloud/funnelcloud/dashboards"
	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/models/simulate"
	"github.com/funnelcloud/funnelcloud/queries"
)

// panel is one query of a dashboard, a panel's or a variable's, with the quickest time it took.
type panel struct {
	name, sql string
	seconds   float64
	rows      int
}

// panelTimes is how often each query is asked: the quickest of these is its time, since others may use the machine.
const panelTimes = 3

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
	query := dashboards.QueryFunc(func(ctx context.Context, sql string) ([]string, [][]any, error) { return db.TableText(ctx, sql, nil) })
	var until time.Time
	if err := db.Conn().QueryRow(ctx, "SELECT observed_until FROM runs FINAL WHERE status = 'published' ORDER BY run_id DESC LIMIT 1").Scan(&until); err != nil {
		return err
	}
	scope, err := dashboards.DefaultScope(ctx, query, until.AddDate(-1, 0, 0), until)
	if err != nil {
		return err
	}
	all, err := panelQueries()
	if err != nil {
		return err
	}
	for i := range all {
		if err := all[i].measure(ctx, query, scope); err != nil {
			return fmt.Errorf("%s: %w", all[i].name, err)
		}
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
		start := time.Now()
		_, rows, err := scope.Run(ctx, query, p.sql)
		if err != nil {
			return err
		}
		if took := time.Since(start).Seconds(); p.seconds == 0 || took < p.seconds {
			p.seconds, p.rows = took, len(rows)
		}
	}
	return nil
}

// reportPanels reports the middle and the slowest, and how many take longer than a second, each of those by name.
func (b *bench) reportPanels(all []panel) {
	slices.SortFunc(all, func(x, y panel) int { return cmp.Compare(y.seconds, x.seconds) })
	slow := 0
	for _, p := range all {
		if p.seconds <= 1 {
			break
		}
		slow++
		fmt.Printf("# %.2f s, %d rows: %s\n", p.seconds, p.rows, p.name)
	}
	b.report("panels_queries", float64(len(all)), "queries")
	b.report("panels_p50_s", all[len(all)/2].seconds, "s")
	b.report("panels_slowest_s", all[0].seconds, "s")
	b.report("panels_over_1s", float64(slow), "queries")
}
