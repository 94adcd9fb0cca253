package report

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/funnelcloud/funnelcloud/dashboards"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// atOnce is how many panels ask ClickHouse at the same time: enough to hide the way there and back, too few to crowd out others.
const atOnce = 3

// figuresOf asks for each panel of the sections once.
func (g *gatherer) figuresOf(ctx context.Context, p *Page, all []dashboards.Panel, wanted []content, o Options) error {
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for _, c := range wanted {
		shown, further := c.wanted(o)
		for _, id := range slices.Concat(shown, further) {
			panel, err := panelOf(all, c.dashboard, id)
			if err != nil {
				return err
			}
			name := figureID(c.dashboard, id)
			if p.figures[name] != nil {
				continue
			}
			f := &Figure{}
			p.figures[name] = f
			group.Go(func() (err error) {
				*f, err = g.figure(within, panel, g.scopeOf(panel))
				return err
			})
		}
	}
	return group.Wait()
}

func panelOf(all []dashboards.Panel, dashboard string, id uint32) (dashboards.Panel, error) {
	at := slices.IndexFunc(all, func(p dashboards.Panel) bool { return p.Dashboard == dashboard && p.ID == id })
	if at < 0 {
		return dashboards.Panel{}, fmt.Errorf("no panel %d on dashboard %s", id, dashboard)
	}
	return all[at], nil
}

// scopeOf is the scope a panel is shown in: the batch knows another time than the events, and a change needs a time before.
func (g *gatherer) scopeOf(p dashboards.Panel) dashboards.Scope {
	switch {
	case p.Dashboard == "funnelcloud-pipeline", figureID(p.Dashboard, p.ID) == healthID:
		return g.ingest
	case figureID(p.Dashboard, p.ID) == changeID:
		return g.recent
	}
	return g.scope
}

// figure runs a panel's statements. What ClickHouse refuses, the figure says in its place; other errors are errors.
func (g *gatherer) figure(ctx context.Context, p dashboards.Panel, scope dashboards.Scope) (Figure, error) {
	f := Figure{
		ID: figureID(p.Dashboard, p.ID), Title: fill(p.Title, scope), About: p.About, Empty: p.Empty, panel: p,
	}
	if f.ID == changeID {
		f.Title = fmt.Sprintf("What changed, %s to %s against as many days before, and is it real?", g.day(scope.From), g.day(scope.To))
	}
	if len(g.filters) > 0 {
		f.Unsegmented = unsegmented(p)
	}
	frames := map[string]frame{}
	for i, q := range p.Queries {
		result, err := g.run(ctx, q.SQL, scope)
		if reason, refused := warehouse.Refused(err); refused {
			f.Fault = reason
			return f, nil
		}
		if err != nil {
			return f, fmt.Errorf("panel %s: %w", f.ID, err)
		}
		frames[q.Ref] = result
		if i == 0 {
			f.Data = result
		}
	}
	if p.Matrix != nil {
		f.Data = f.Data.pivot(*p.Matrix)
	}
	f.draw(frames)
	return f, nil
}

// Trace shows how one number is made: the credit of the best channel, and the ledger of the latest conversion.
type Trace struct {
	Conversion string
	Ledger     Figure
}

func (g *gatherer) trace(ctx context.Context) (Trace, error) {
	panels, err := dashboards.Panels()
	if err != nil {
		return Trace{}, err
	}
	ledger, err := panelOf(panels, "funnelcloud-attribution", 12)
	if err != nil {
		return Trace{}, err
	}
	scope := g.scope
	scope.Variables = maps.Clone(g.scope.Variables)
	scope.Variables["models"] = []string{g.value("model")}
	t := Trace{}
	if t.Ledger, err = g.figure(ctx, ledger, scope); err != nil {
		return Trace{}, err
	}
	if len(t.Ledger.Data.Rows) > 0 {
		t.Conversion = t.Ledger.Data.text(0, "Conversion")
	}
	return t, nil
}
