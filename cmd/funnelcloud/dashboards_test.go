package main

import (
	"math"
	"testing"
	"time"

	"github.com/funnelcloud/funnelcloud/dashboards"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// board reads panels as Grafana would, with the choices that a reader makes.
type board struct {
	query dashboards.Querier
	scope dashboards.Scope
	sql   map[string]map[uint32]string // by dashboard and panel
}

func openBoard(t *testing.T, db *warehouse.DB, from, to time.Time) *board {
	t.Helper()
	b := &board{query: querier(db), sql: map[string]map[uint32]string{}}
	panels, err := dashboards.Panels()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range panels {
		if b.sql[p.Dashboard] == nil {
			b.sql[p.Dashboard] = map[uint32]string{}
		}
		b.sql[p.Dashboard][p.ID] = p.Queries[0].SQL
	}
	if b.scope, err = dashboards.DefaultScope(t.Context(), b.query, from, to); err != nil {
		t.Fatal(err)
	}
	return b
}

// read returns a panel's column of figures by its column of names; what is NULL is left out.
func (b *board) read(t *testing.T, uid string, panel uint32, name, figure string) map[string]float64 {
	t.Helper()
	columns, rows, err := b.scope.Run(t.Context(), b.query, b.sql[uid][panel])
	if err != nil {
		t.Fatalf("%s, panel %d: %v", uid, panel, err)
	}
	figures := map[string]float64{}
	for _, row := range rows {
		key, value := "", math.NaN()
		for i, column := range columns {
			switch x := row[i].(type) {
			case string:
				if column == name {
					key = x
				}
			case float64:
				if column == figure {
					value = x
				}
			case *float64:
				if column == figure && x != nil {
					value = *x
				}
			case uint64:
				if column == figure {
					value = float64(x)
				}
			}
		}
		if !math.IsNaN(value) {
			figures[key] = value
		}
	}
	return figures
}

// agree wants the same figures under the same names.
func agree(t *testing.T, what string, panel, command map[string]float64) {
	t.Helper()
	if len(panel) == 0 || len(panel) != len(command) {
		t.Errorf("%s: the panel has %v, the command %v", what, panel, command)
	}
	for name, want := range command {
		if have, known := panel[name]; !known || math.Abs(have-want) > 1e-6*max(1, math.Abs(want)) {
			t.Errorf("%s of %s: the panel says %v, the command %v", what, name, have, want)
		}
	}
}

// panelsAgreeWithTheCommands asks both for the same: credit, value and cost of a slice by model and dimension, and the stages.
func panelsAgreeWithTheCommands(t *testing.T, s *localStack, demo results) {
	t.Helper()
	const uid = "funnelcloud-attribution"
	db := s.db(t)
	var first, last time.Time
	if err := db.Conn().QueryRow(t.Context(), "SELECT min(event_ts), max(event_ts) FROM person_events").Scan(&first, &last); err != nil {
		t.Fatal(err)
	}
	first, last = first.Truncate(24*time.Hour), last.Truncate(24*time.Hour)
	b := openBoard(t, db, first, last.Add(24*time.Hour-time.Millisecond))
	b.scope.Variables["unit_kind"], b.scope.Variables["junk"] = []string{"person"}, []string{"without"}
	stages := map[string]float64{}
	for _, w := range demo.Waterfall {
		stages[w.Stage] = float64(w.Units)
	}
	agree(t, "units", b.read(t, "funnelcloud-waterfall", 4, "Stage", "Units"), stages)

	from := last.AddDate(0, 0, -40) // a slice: neither the whole nor a month
	b.scope.From = from
	for _, model := range []string{"last", "linear", "markov_1"} {
		for _, kind := range []string{"person", "account"} {
			ask := func(by string) creditReport {
				return decode[creditReport](t, mustRun(t, "attribution", "--data", s.folder, "--output", "json", "--unit", kind, "--conversion", "won",
					"--model", model, "--dimension", by, "--from", from.Format(time.DateOnly), "--to", last.Format(time.DateOnly), "--bootstrap", "50").out)
			}
			b.scope.Variables["unit_kind"], b.scope.Variables["model"], b.scope.Variables["conversion_type"] = []string{kind}, []string{model}, []string{"won"}
			conversions, amounts := map[string]float64{}, map[string]float64{}
			for _, c := range ask("channel").Credits {
				conversions[c.Channel], amounts[c.Channel] = c.Conversions, c.Value
			}
			agree(t, model+": conversions", b.read(t, uid, 5, "Channel", "Conversions"), conversions)
			agree(t, model+": amount", b.read(t, uid, 5, "Channel", "Amount"), amounts)
			dimensions := []string{"campaign"}
			if model == "markov_1" {
				dimensions = append(dimensions, "source_medium", "landing_page", "touch_kind", "sales_person")
			}
			for _, by := range dimensions {
				b.dimensionAgrees(t, model+" by "+by, by, ask(by).Credits)
			}
		}
	}
}

// dimensionAgrees holds the panels of one dimension against the command's rows: credit and value of each name that has any,
// and for campaigns what a conversion cost and what came back.
func (b *board) dimensionAgrees(t *testing.T, what, by string, credits []channelCredit) {
	t.Helper()
	const uid = "funnelcloud-attribution"
	b.scope.Variables["dimension"] = []string{by}
	conversions, amounts, costs, returns := map[string]float64{}, map[string]float64{}, map[string]float64{}, map[string]float64{}
	for _, c := range credits {
		if c.Conversions > 0 && c.Channel != "(unattributed)" && c.Channel != "(baseline)" {
			conversions[c.Channel], amounts[c.Channel] = c.Conversions, c.Value
		}
		if c.CPA != nil && *c.Spend > 0 {
			costs[c.Channel] = c.CPA.Value
		}
		if c.ROAS != nil {
			returns[c.Channel] = c.ROAS.Value
		}
	}
	agree(t, what+": conversions", b.read(t, uid, 9, "Name", "Conversions"), conversions)
	agree(t, what+": amount", b.read(t, uid, 9, "Name", "Amount"), amounts)
	if by != "campaign" {
		return
	}
	agree(t, what+": cost a conversion", b.read(t, uid, 13, "Name", "Cost a conversion"), costs)
	shown := b.read(t, uid, 13, "Name", "Return") // the panel names campaigns that brought nothing as well
	for name, want := range returns {
		if have, known := shown[name]; !known || math.Abs(have-want) > 1e-6*max(1, want) {
			t.Errorf("%s: return of %s: the panel says %v, the command %v", what, name, have, want)
		}
	}
}
