package report

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/funnelcloud/funnelcloud/dashboards"
	"github.com/funnelcloud/funnelcloud/queries"
)

// gatherer asks for the figures of one page.
type gatherer struct {
	query   Query
	zone    *time.Location
	scope   dashboards.Scope
	recent  dashboards.Scope  // the last part of a whole history, which has nothing before it to compare with
	ingest  dashboards.Scope  // the same with the period of ingestion
	filters map[string]string // of the segment

	segmented Segment // that is laid on the figures
	notes     []string
	offers    Offers
}

func (g *gatherer) value(variable string) string { return g.scope.Variables[variable][0] }

func (g *gatherer) day(t time.Time) string { return t.In(g.zone).Format(time.DateOnly) }

// run runs a panel's SQL within a scope, for the segment's units.
func (g *gatherer) run(ctx context.Context, sql string, scope dashboards.Scope) (frame, error) {
	bound, params, err := scope.Bind(sql)
	if err != nil {
		return frame{}, err
	}
	columns, rows, err := g.query(ctx, bound, params, g.filters)
	if err != nil {
		return frame{}, err
	}
	return newFrame(columns, rows, g.zone), nil
}

// read runs a file under queries/panels.
func (g *gatherer) read(ctx context.Context, file string, scope dashboards.Scope) (frame, error) {
	sql, err := queries.Read("panels/" + file + ".sql")
	if err != nil {
		return frame{}, err
	}
	f, err := g.run(ctx, sql, scope)
	if err != nil {
		return frame{}, fmt.Errorf("%s: %w", file, err)
	}
	return f, nil
}

// found is what the database holds.
type found struct {
	run              string
	first, until     time.Time
	simulated, empty bool
}

// scopes settles period and variables from the options and, where they leave it open, from the data.
func (g *gatherer) scopes(ctx context.Context, o Options) (found, error) {
	extent, err := g.read(ctx, "report/extent", dashboards.Scope{})
	if err != nil {
		return found{}, err
	}
	first, last := earliest(extent.instant("first_conversion"), extent.instant("first_entry")), extent.instant("observed_until")
	from, until := o.From, o.To
	if from.IsZero() {
		from = first
	}
	if until.IsZero() {
		until = last
	}
	if until.Before(from) {
		return found{}, fmt.Errorf("%w: the period ends on %s, before it starts on %s", ErrChoice, g.day(until), g.day(from))
	}
	// The lists that a page needs are asked for below, so that one doesn't wait for all that the dashboards offer.
	unasked := dashboards.QueryFunc(func(context.Context, string) ([]string, [][]any, error) { return nil, nil, nil })
	if g.scope, err = dashboards.DefaultScope(ctx, unasked, from, until); err != nil {
		return found{}, err
	}
	if err := g.choose(ctx, o); err != nil {
		return found{}, err
	}
	run := extent.number(0, "run_id")
	if err := g.segment(ctx, o, uint64(run)); err != nil {
		return found{}, err
	}
	g.recent, g.ingest = g.scope, g.scope
	if o.From.IsZero() {
		g.recent.From = recentFrom(from, until)
	}
	g.ingest.From, g.ingest.To = extent.instant("first_batch"), extent.instant("last_batch")
	g.ingest.Interval = max(g.ingest.To.Sub(g.ingest.From)/ingestSteps, time.Second).Round(time.Second)
	return found{
		first: first, until: last,
		run:       strings.TrimSpace(fmt.Sprintf("%.0f %s", run, extent.text(0, "version"))),
		simulated: extent.number(0, "truths") > 0, empty: run == 0,
	}, nil
}

// ingestSteps is into how many steps charts divide the time in which events were ingested.
const ingestSteps = 60

// recentFrom starts the last 90 days of a history, or its second half where it is shorter than twice that.
func recentFrom(from, until time.Time) time.Time {
	return until.Add(-min(90*24*time.Hour, until.Sub(from)/2)).Truncate(time.Second)
}

// choose puts the options' choices into the scope. The lists of the data depend on the kind of unit, so that comes first.
func (g *gatherer) choose(ctx context.Context, o Options) error {
	vars := maps.Clone(g.scope.Variables)
	g.scope.Variables = vars
	vars["unit_kind"] = []string{cmp.Or(o.UnitKind, "person")}
	vars["models"] = []string{""}
	vars["zone"] = []string{g.zone.String()}
	vars["account"] = []string{o.Account}
	lists := []struct {
		variable, want, prefer string
		offered                []string
	}{{"conversion_type", o.ConversionType, "won", nil}, {"model", o.Model, "markov", nil}, {"currency", o.Currency, "", nil}, {"definition", "", "lead_score", nil}, {"state_kind", "", "stage", nil}}
	group, within := errgroup.WithContext(ctx)
	for i := range lists {
		group.Go(func() error {
			f, err := g.read(within, "variables/"+lists[i].variable, g.scope)
			lists[i].offered = f.first()
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, list := range lists {
		want := list.want
		if want != "" && len(list.offered) > 0 && !slices.Contains(list.offered, want) {
			refusal := fmt.Sprintf("no %s %q among the %ss of the published run (%s)", list.variable, want, g.value("unit_kind"), strings.Join(list.offered, ", "))
			if !o.Lenient {
				return fmt.Errorf("%w: %s", ErrChoice, refusal)
			}
			want, g.notes = "", append(g.notes, refusal)
		}
		vars[list.variable] = []string{cmp.Or(want, preferred(list.offered, list.prefer), g.value(list.variable))}
	}
	g.offers.ConversionTypes, g.offers.Models = lists[0].offered, lists[1].offered
	g.offers.Currencies = lists[2].offered
	g.noteCurrencies()
	if len(g.offers.Models) > 0 {
		vars["models"] = g.offers.Models
	}
	return g.chooseDimension(o)
}

// noteCurrencies says what the amounts leave out, if anything.
func (g *gatherer) noteCurrencies() {
	chosen := g.value("currency")
	others := slices.DeleteFunc(slices.Clone(g.offers.Currencies), func(c string) bool { return c == chosen })
	for i := range others {
		others[i] = cmp.Or(others[i], "no currency")
	}
	if len(others) > 0 {
		g.notes = append(g.notes, fmt.Sprintf("amounts are in %s; what is worth something in %s counts without an amount, except where a currency stands beside it",
			cmp.Or(chosen, "no currency"), strings.Join(others, ", ")))
	}
}

func (g *gatherer) chooseDimension(o Options) (err error) {
	if g.offers.Dimensions, err = dashboards.Choices("dimension"); err != nil {
		return err
	}
	g.scope.Variables["dimension"] = []string{cmp.Or(o.Dimension, g.value("dimension"))}
	if slices.ContainsFunc(g.offers.Dimensions, func(c dashboards.Choice) bool { return c.Value == g.value("dimension") }) {
		return nil
	}
	refusal := fmt.Sprintf("credit can't be broken down by %q", o.Dimension)
	if !o.Lenient {
		return fmt.Errorf("%w: %s", ErrChoice, refusal)
	}
	g.scope.Variables["dimension"], g.notes = []string{g.offers.Dimensions[0].Value}, append(g.notes, refusal)
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
