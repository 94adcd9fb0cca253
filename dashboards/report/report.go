// Package report shows what the dashboards show as HTML: as one file that needs nothing else, no server, no network, and for
// its tables and its path graph no JavaScript either; and as the parts of which package live makes its pages. The panels,
// their SQL, words, units and colours are those of package dashboards, so that all show the same numbers.
package report

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/funnelcloud/funnelcloud/dashboards"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// Query runs a statement with values for its {name:Type} parameters, and returns the names of the columns and the rows as the
// driver scans them. Filters are conditions by table that ClickHouse adds to whatever reads it; see warehouse.WithFilters.
type Query func(ctx context.Context, sql string, params map[string]any, filters map[string]string) (columns []string, rows [][]any, err error)

// QueryOf asks a database.
func QueryOf(db *warehouse.DB) Query {
	return func(ctx context.Context, sql string, params map[string]any, filters map[string]string) ([]string, [][]any, error) {
		return db.TableText(warehouse.WithFilters(ctx, filters), sql, params)
	}
}

// Options say what to report on. The zero value reports on all that the published run holds.
type Options struct {
	Company        string         // shown in the title; may be empty
	From, To       time.Time      // period of conversions and stage entries, both included; zero: the whole history
	Zone           *time.Location // in which days, weeks and months begin and times are written; by a name that ClickHouse knows; UTC when nil
	UnitKind       string         // person or account; "person" when empty
	ConversionType string         // "won" when empty, or else what has happened most
	Model          string         // model that single-model figures show; Markov's when empty and there
	Currency       string         // of amounts; the commonest when empty
	Dimension      string         // what credit is broken down by; the campaign when empty
	Segment        Segment        // units to report on; zero: all
	Lenient        bool           // a choice that the data don't offer is replaced by the usual one and noted, not refused
	Pickers        *Pickers       // list the segments that the data hold; nil: don't
	Only           []string       // sections by id; nil: all of the report; see Sections
	Account        string         // with Only: whose figures AccountPage shows
	Further        bool           // with Only: the further figures of the sections, too, and those that name people
	Now            time.Time      // printed as the time of writing; zero: not printed
	Version        string         // of the program that writes, printed at the foot; may be empty
}

// Write asks for the panels' figures and writes the report to w. Without a published run it writes a report that says so; a
// figure that ClickHouse refuses says why in its place. It fails when ClickHouse can't be asked, before it has written
// anything.
func Write(ctx context.Context, w io.Writer, query Query, o Options) error {
	page, err := Build(ctx, query, o)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return render(w, page)
}

// Page is all that a template shows.
type Page struct {
	Company, Period, Unit, Conversion, Currency, Model, Dimension, Written, Run, Version string

	From, To         time.Time
	First, Until     time.Time // of the whole history
	Zone             *time.Location
	Offers           Offers
	Segment          Segment
	Simulated, Empty bool
	Notes            []string // choices that were replaced, and currencies that amounts leave out
	Front            Front
	Findings         []Finding
	Sections         []Section
	Trace            Trace

	figures map[string]*Figure
}

// Offers are the choices that the data leave.
type Offers struct {
	Models, ConversionTypes []string
	Currencies              []string // of values, the commonest first
	Dimensions              []dashboards.Choice
	Segments                []SegmentOffer
}

// ErrChoice says that what was chosen makes no report, such as a period that ends before it starts.
var ErrChoice = errors.New("no report can be made of this choice")

// Build asks for all that a page shows.
func Build(ctx context.Context, query Query, o Options) (*Page, error) {
	g := &gatherer{query: query, zone: zone(o.Zone)}
	now, err := g.scopes(ctx, o)
	if err != nil {
		return nil, err
	}
	p := &Page{
		Company: o.Company, Version: o.Version, Unit: g.value("unit_kind"), Conversion: g.value("conversion_type"), Model: g.value("model"),
		Currency: g.value("currency"), Dimension: g.value("dimension"), First: now.first, Until: now.until, Offers: g.offers, From: g.scope.From, To: g.scope.To, Zone: g.zone, Segment: g.segmented, Notes: g.notes,
		Period: g.day(g.scope.From) + " to " + g.day(g.scope.To), Run: now.run, Simulated: now.simulated, Empty: now.empty,
		figures: map[string]*Figure{},
	}
	if !o.Now.IsZero() {
		p.Written = o.Now.In(g.zone).Format("2006-01-02 15:04 MST")
	}
	if p.Empty {
		return p, nil
	}
	return p, g.fill(ctx, p, o)
}

// fill asks for the figures of the sections, and makes of them what stands above.
func (g *gatherer) fill(ctx context.Context, p *Page, o Options) error {
	panels, err := dashboards.Panels()
	if err != nil {
		return err
	}
	if slices.Contains(o.Only, AccountPage) {
		g.filters = nil // one account is shown whole, whether it or its people are of the segment or not
	}
	wanted := chosenSections(o.Only)
	if err := g.figuresOf(ctx, p, panels, wanted, o); err != nil {
		return err
	}
	for _, c := range wanted {
		if c.hidden {
			continue
		}
		p.Sections = append(p.Sections, p.section(c, o, c.unasked(panels, g.scope)))
	}
	if o.Only != nil && !slices.Contains(o.Only, FrontPage) {
		return nil
	}
	base, err := g.read(ctx, "report/baseline", g.scope)
	if err != nil {
		return err
	}
	p.Findings = findings(p, base)
	p.Front = front(p)
	p.Front.Recent = fmt.Sprintf("%s to %s, against as many days before. ▲ ▼: beyond chance, with the 95 %% interval of the change.", g.day(g.recent.From), g.day(g.recent.To))
	p.Trace, err = g.trace(ctx)
	return err
}

// section has the figures that were asked for, or the titles of those that were not.
func (p *Page) section(c content, o Options, unasked []string) Section {
	figures := func(ids []uint32) (all []*Figure) {
		for _, id := range ids {
			all = append(all, p.figures[figureID(c.dashboard, id)])
		}
		return pair(all)
	}
	shown, further := c.wanted(o)
	s := Section{ID: c.id, Short: c.short, Title: c.title, Lead: c.lead, Figures: figures(shown), Further: figures(further)}
	if further == nil {
		s.More = unasked
	}
	return s
}

// zone is UTC where there is none, or none with a name.
func zone(z *time.Location) *time.Location {
	if z == nil || z == time.Local {
		return time.UTC
	}
	return z
}
