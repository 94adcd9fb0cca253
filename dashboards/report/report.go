// Package report writes what the dashboards show as one HTML file that needs nothing else: no server, no network, and for
// its tables and its path graph no JavaScript either. The panels, their SQL, words, units and colours are those of package
// dashboards, expanded as Grafana would, so that both show the same numbers.
package report

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/funnelcloud/funnelcloud/dashboards"
	"github.com/funnelcloud/funnelcloud/queries"
)

// Options say what to report on. The zero value reports on all that the published run holds.
type Options struct {
	Company        string    // shown in the title; may be empty
	From, To       time.Time // period of conversions and stage entries, both included; zero: the whole history
	UnitKind       string    // person or account; "person" when empty
	ConversionType string    // "won" when empty, or else what has happened most
	Model          string    // model that single-model figures show; Markov's when empty and there
	Now            time.Time // printed as the time of writing; zero: not printed
	Version        string    // of the program that writes, printed at the foot; may be empty
}

// Write runs the panels' statements by query and writes the report to w. Without a published run it writes a report that
// says so. It fails when a statement does, before it has written anything.
func Write(ctx context.Context, w io.Writer, query dashboards.Querier, o Options) error {
	g := gatherer{query: query}
	page, err := g.page(ctx, o)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return render(w, page)
}

// page is all that the template shows.
type page struct {
	Company, Period, Unit, Conversion, Model, Written, Run, Version string
	Simulated, Empty                                                bool
	Findings                                                        []Finding
	Sections                                                        []section
	Trace                                                           trace
}

type section struct {
	ID, Title, Lead string
	Figures         []*figure
}

// contents name the panels of each section by dashboard and id.
var contents = []struct {
	id, title, lead, dashboard string
	panels                     []uint32
}{
	{"change", "What changed, and what came in by which way", "This period beside the one of the same length before it, each change with its interval; without a period before it there is nothing to compare with.", "funnelcloud-overview", []uint32{1, 5, 4, 8, 10, 9}},
	{"credit", "What brings conversions", "Credit says who was there, weighed by a rule; how far rules disagree says how much of it to believe.", "funnelcloud-attribution", []uint32{1, 2, 6, 4, 5, 7, 8, 9, 10}},
	{"waterfall", "Where prospects go on, and where they stop", "Steps count first entries in the period, and what became of those units until now.", "funnelcloud-waterfall", []uint32{1, 2, 7, 4, 6, 8, 5, 9}},
	{"afterwin", "What becomes of customers", "Who stays, grows and is content, by the route that qualified them first.", "funnelcloud-afterwin", []uint32{1, 2, 3, 4, 6, 7, 8, 10}},
	{"paths", "Which ways they really take", "Over the whole history of the run, loops and returns included.", "funnelcloud-paths", []uint32{1, 2, 3, 4, 5}},
	{"pipeline", "Whether the data can be trusted", "What was ingested, what was refused, and what the batch did, since the first batch of events.", "funnelcloud-pipeline", []uint32{1, 5, 6, 9, 7, 8}},
}

type gatherer struct {
	query  dashboards.Querier
	scope  dashboards.Scope
	ingest dashboards.Scope // the same with the period of ingestion
}

func (g *gatherer) page(ctx context.Context, o Options) (*page, error) {
	now, err := g.scopes(ctx, o)
	if err != nil {
		return nil, err
	}
	p := &page{
		Company: o.Company, Version: o.Version, Unit: g.value("unit_kind"), Conversion: g.value("conversion_type"), Model: g.value("model"),
		Period: day(g.scope.From) + " to " + day(g.scope.To), Run: now.run, Simulated: now.simulated, Empty: now.empty,
	}
	if !o.Now.IsZero() {
		p.Written = o.Now.UTC().Format("2006-01-02 15:04 UTC")
	}
	if p.Empty {
		return p, nil
	}
	if p.Sections, err = g.sections(ctx); err != nil {
		return nil, err
	}
	if p.Trace, err = g.trace(ctx); err != nil {
		return nil, err
	}
	base, err := g.read(ctx, "report/baseline", g.scope)
	if err != nil {
		return nil, err
	}
	p.Findings = findings(p, base)
	return p, nil
}

func (g *gatherer) value(variable string) string { return g.scope.Variables[variable][0] }

// sections runs every panel once.
func (g *gatherer) sections(ctx context.Context) ([]section, error) {
	panels, err := dashboards.Panels()
	if err != nil {
		return nil, err
	}
	var all []section
	for _, c := range contents {
		s := section{ID: c.id, Title: c.title, Lead: c.lead}
		scope := g.scope
		if c.dashboard == "funnelcloud-pipeline" {
			scope = g.ingest
		}
		for _, id := range c.panels {
			at := slices.IndexFunc(panels, func(p dashboards.Panel) bool { return p.Dashboard == c.dashboard && p.ID == id })
			if at < 0 {
				return nil, fmt.Errorf("no panel %d on dashboard %s", id, c.dashboard)
			}
			f, err := g.figure(ctx, panels[at], scope)
			if err != nil {
				return nil, err
			}
			s.Figures = append(s.Figures, f)
		}
		all = append(all, s)
	}
	return all, nil
}

// read runs a file under queries/panels.
func (g *gatherer) read(ctx context.Context, file string, scope dashboards.Scope) (frame, error) {
	sql, err := queries.Read("panels/" + file + ".sql")
	if err != nil {
		return frame{}, err
	}
	columns, rows, err := scope.Run(ctx, g.query, sql)
	if err != nil {
		return frame{}, fmt.Errorf("%s: %w", file, err)
	}
	return newFrame(columns, rows), nil
}

// found is what the database holds.
type found struct {
	run              string
	simulated, empty bool
}

// scopes settles period and variables from the options and, where they leave it open, from the data.
func (g *gatherer) scopes(ctx context.Context, o Options) (found, error) {
	extent, err := g.read(ctx, "report/extent", dashboards.Scope{})
	if err != nil {
		return found{}, err
	}
	first := earliest(extent.instant("first_conversion"), extent.instant("first_entry"))
	from, until := o.From, o.To
	if from.IsZero() {
		from = first
	}
	if until.IsZero() {
		until = extent.instant("observed_until")
	}
	if until.Before(from) {
		return found{}, fmt.Errorf("the period ends on %s, before it starts on %s", day(until), day(from))
	}
	if g.scope, err = dashboards.DefaultScope(ctx, g.query, from, until); err != nil {
		return found{}, err
	}
	if err := g.choose(ctx, o); err != nil {
		return found{}, err
	}
	g.ingest = g.scope
	g.ingest.From, g.ingest.To = extent.instant("first_batch"), extent.instant("last_batch")
	run := extent.number(0, "run_id")
	return found{
		run:       strings.TrimSpace(fmt.Sprintf("%.0f %s", run, extent.text(0, "version"))),
		simulated: extent.number(0, "truths") > 0, empty: run == 0,
	}, nil
}

// choose puts the options' choices into the scope. The lists of the data depend on the kind of unit, so that comes first.
func (g *gatherer) choose(ctx context.Context, o Options) error {
	vars := g.scope.Variables
	vars["unit_kind"] = []string{cmp.Or(o.UnitKind, "person")}
	for _, list := range []struct{ variable, file, want, prefer string }{
		{"conversion_type", "variables/conversion_type", o.ConversionType, "won"},
		{"model", "variables/model", o.Model, "markov"},
	} {
		f, err := g.read(ctx, list.file, g.scope)
		if err != nil {
			return err
		}
		offered := f.first()
		if list.want != "" && len(offered) > 0 && !slices.Contains(offered, list.want) {
			return fmt.Errorf("no %s %q among the %ss of the published run (%s)", list.variable, list.want, vars["unit_kind"][0], strings.Join(offered, ", "))
		}
		vars[list.variable] = []string{cmp.Or(list.want, preferred(offered, list.prefer), vars[list.variable][0])}
		if list.variable == "model" && len(offered) > 0 {
			vars["models"] = offered
		}
	}
	return nil
}

// preferred is the first value that starts so, else the first.
func preferred(values []string, prefix string) string {
	for _, v := range values {
		if strings.HasPrefix(v, prefix) {
			return v
		}
	}
	if len(values) > 0 {
		return values[0]
	}
	return ""
}

// earliest is the earlier of two times, of which the zero time is none.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02") }

// trace shows how one number is made: the credit of the best channel, and the ledger of the latest conversion.
type trace struct {
	Conversion string
	Ledger     *figure
}

func (g *gatherer) trace(ctx context.Context) (trace, error) {
	panels, err := dashboards.Panels()
	if err != nil {
		return trace{}, err
	}
	at := slices.IndexFunc(panels, func(p dashboards.Panel) bool { return p.Dashboard == "funnelcloud-attribution" && p.ID == 12 })
	if at < 0 {
		return trace{}, fmt.Errorf("no ledger on dashboard funnelcloud-attribution")
	}
	scope := g.scope
	scope.Variables = map[string][]string{}
	for name, values := range g.scope.Variables {
		scope.Variables[name] = values
	}
	scope.Variables["models"] = []string{g.value("model")}
	f, err := g.figure(ctx, panels[at], scope)
	if err != nil {
		return trace{}, err
	}
	t := trace{Ledger: f}
	if len(f.Data.Rows) > 0 {
		t.Conversion = f.Data.text(0, "Conversion")
	}
	return t, nil
}
