package dashboards_test

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/funnelcloud/funnelcloud/dashboards"
	"github.com/funnelcloud/funnelcloud/dashboards/internal/fixture"
	"github.com/funnelcloud/funnelcloud/queries"
	"github.com/funnelcloud/funnelcloud/queries/queriestest"
)

func TestEveryQueryOfEveryPanelHasRows(t *testing.T) {
	query, scope := loaded(t)
	if err := dashboards.Check(t.Context(), query, scope); err != nil {
		t.Error(err)
	}
}

func TestVariablesOfferWhatTheDataHold(t *testing.T) {
	_, scope := loaded(t)
	want := map[string][]string{
		"unit_kind": {"person"}, "zone": {"UTC"}, "conversion_type": {"won"}, "currency": {"USD"}, "model": {"markov_1"}, "models": fixture.Models, "dimension": {"campaign"},
		"conversion": {""}, "junk": {"without"}, "state_kind": {"stage"}, "edges": {"40"}, "funnel": {"sign-up to won"}, "horizon": {"90"}, "definition": {"lead_score"}, "unit": {""}, "account": {"account-000"},
	}
	for name, values := range want {
		if !slices.Equal(scope.Variables[name], values) {
			t.Errorf("variable %s starts with %q, want %q", name, scope.Variables[name], values)
		}
	}
	if len(scope.Variables) != len(want) {
		t.Errorf("variables %v, want those of %v", scope.Variables, want)
	}
}

// An empty database is where everyone starts: no query may fail on it.
func TestNoQueryFailsWithoutData(t *testing.T) {
	query := queryOf(queriestest.New(t))
	scope, err := dashboards.DefaultScope(t.Context(), query, fixture.Start, fixture.End)
	if err != nil {
		t.Fatal(err)
	}
	targets := targets(t)
	scope.Variables["models"] = []string{""}
	for _, target := range targets {
		columns, rows, err := scope.Run(t.Context(), query, target.SQL)
		if err != nil {
			t.Errorf("%s, panel %d %q: %v", target.Dashboard, target.ID, target.Title, err)
		}
		for _, row := range rows {
			for i, v := range row {
				if f, ok := number(v); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
					t.Errorf("%s, panel %d %q: %s is %v without data", target.Dashboard, target.ID, target.Title, columns[i], f)
				}
			}
		}
	}
}

type target struct {
	dashboards.Panel
	SQL string
}

// targets are the queries of all panels.
func targets(t *testing.T) (all []target) {
	t.Helper()
	panels, err := dashboards.Panels()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range panels {
		for _, q := range p.Queries {
			all = append(all, target{p, q.SQL})
		}
	}
	return all
}

func number(v any) (float64, bool) {
	switch x := v.(type) {
	case float64:
		return x, true
	case *float64:
		if x != nil {
			return *x, true
		}
	}
	return 0, false
}

// Grafana shows NaN, infinities, and types such as arrays badly or not at all.
func TestValuesAreOfTypesThatPanelsShow(t *testing.T) {
	query, scope := loaded(t)
	targets := targets(t)
	for _, target := range targets {
		columns, rows, err := scope.Run(t.Context(), query, target.SQL)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			for i, v := range row {
				kind := fmt.Sprintf("%T", v)
				if f, ok := number(v); ok && (math.IsNaN(f) || math.IsInf(f, 0)) || strings.ContainsAny(kind, "[{") || strings.Contains(kind, "ecimal") {
					t.Errorf("%s, panel %d %q: %s is %v (%s)", target.Dashboard, target.ID, target.Title, columns[i], v, kind)
				}
			}
		}
	}
}

func TestCheckTellsWhichPanelHasNoRows(t *testing.T) {
	query, scope := loaded(t)
	scope.Variables["conversion_type"] = []string{"no such type"}
	err := dashboards.Check(t.Context(), query, scope)
	if !errors.Is(err, dashboards.ErrNoRows) || !strings.Contains(err.Error(), "funnelcloud-attribution, panel 12") {
		t.Errorf("want ErrNoRows of the ledger, have %v", err)
	}
}

// run reads a panel's file and returns its rows by column.
func run(t *testing.T, query dashboards.Querier, scope dashboards.Scope, file string) []map[string]any {
	t.Helper()
	sql, err := queries.Read("panels/" + file + ".sql")
	if err != nil {
		t.Fatal(err)
	}
	columns, rows, err := scope.Run(t.Context(), query, sql)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	var all []map[string]any
	for _, row := range rows {
		m := map[string]any{}
		for i, c := range columns {
			m[c] = plain(row[i])
		}
		all = append(all, m)
	}
	return all
}

// plain takes the pointer off a value of a nullable column.
func plain(v any) any {
	if p := reflect.ValueOf(v); p.Kind() == reflect.Pointer && !p.IsNil() {
		return p.Elem().Interface()
	}
	return v
}

// The promise of the ledger: every figure is a sum of its rows, and each model shares out all conversions and all value.
func TestCreditAddsUpToTheConversions(t *testing.T) {
	query, scope := loaded(t)
	totals := run(t, query, scope, "attribution/totals")[0]
	conversions, value := float64(totals["Conversions"].(uint64)), totals["Amount"].(float64)
	if conversions < 20 {
		t.Fatalf("only %v conversions: the fixture is too thin to test with", conversions)
	}
	for _, model := range fixture.Models {
		scope.Variables["model"] = []string{model}
		var credited, worth float64
		for _, row := range run(t, query, scope, "attribution/credit_by_channel") {
			credited += row["Conversions"].(float64)
			worth += row["Amount"].(float64)
		}
		if math.Abs(credited-conversions) > 1e-9 || math.Abs(worth-value) > 1e-6 {
			t.Errorf("%s credits %v conversions worth %v, want %v worth %v", model, credited, worth, conversions, value)
		}
	}
}

func TestSharesOfEachModelAndOfTheTruthSumToOne(t *testing.T) {
	query, scope := loaded(t)
	sums := map[string]float64{}
	for _, row := range run(t, query, scope, "attribution/credit_share") {
		sums[row["model"].(string)] += row["share"].(float64)
	}
	if len(sums) != len(fixture.Models)+1 {
		t.Errorf("models %v, want those of the ledger and the truth", sums)
	}
	for model, sum := range sums {
		if math.Abs(sum-1) > 1e-9 {
			t.Errorf("shares of %s sum to %v", model, sum)
		}
	}
}

// A chosen conversion's ledger shows its rows and no others; its weights sum to 1 for each model.
func TestLedgerOfAChosenConversion(t *testing.T) {
	query, scope := loaded(t)
	list := run(t, query, scope, "attribution/conversions")
	id := list[len(list)-1]["Conversion"].(string)
	scope.Variables["conversion"] = []string{id}
	weights := map[string]float64{}
	for _, row := range run(t, query, scope, "attribution/ledger") {
		if row["Conversion"] != id {
			t.Fatalf("row of %v in the ledger of %s", row["Conversion"], id)
		}
		weights[row["Model"].(string)] += row["Weight"].(float64)
	}
	for _, model := range fixture.Models {
		if math.Abs(weights[model]-1) > 1e-9 {
			t.Errorf("weights of %s sum to %v", model, weights[model])
		}
	}
}

// The variants list 40 ways and one row for the rest: no unit is left out in silence.
func TestVariantsLeaveNothingOut(t *testing.T) {
	query, scope := loaded(t)
	var units, share float64
	ways := run(t, query, scope, "paths/variants")
	for _, row := range ways {
		units += float64(row["Units"].(uint64))
		share += row["Share"].(float64)
	}
	if units != 600 || math.Abs(share-1) > 1e-9 {
		t.Errorf("ways hold %v units and %v of the share, want 600 and 1", units, share)
	}
	if len(ways) != 41 || !strings.HasPrefix(ways[40]["Way"].(string), "(remaining: ") {
		t.Errorf("%d ways, the last %q; want 40 and what remains", len(ways), ways[len(ways)-1]["Way"])
	}
}

// Both ends of every edge must be nodes, or the Node graph drops the edge.
func TestEdgesEndAtNodes(t *testing.T) {
	query, scope := loaded(t)
	for _, limit := range []string{"10", "100000"} {
		scope.Variables["edges"] = []string{limit}
		nodes := map[any]bool{}
		for _, row := range run(t, query, scope, "paths/nodes") {
			if nodes[row["id"]] {
				t.Errorf("node %v twice", row["id"])
			}
			nodes[row["id"]] = true
		}
		for _, row := range run(t, query, scope, "paths/edges") {
			if !nodes[row["source"]] || !nodes[row["target"]] {
				t.Errorf("edge %v has no node at one end", row["id"])
			}
		}
	}
}

// Replies are sorted into exclusive classes, and everyone who asked is in one.
func TestSpeedToLeadCountsEveryRequestOnce(t *testing.T) {
	query, scope := loaded(t)
	var share float64
	for _, row := range run(t, query, scope, "waterfall/speed_to_lead") {
		share += row["Share"].(float64)
	}
	if math.Abs(share-1) > 1e-9 {
		t.Errorf("shares sum to %v", share)
	}
}

func TestWithJunkThereIsMore(t *testing.T) {
	query, scope := loaded(t)
	without := run(t, query, scope, "waterfall/totals")[0]["Inquiries"].(uint64)
	scope.Variables["junk"] = []string{"with"}
	with := run(t, query, scope, "waterfall/totals")[0]["Inquiries"].(uint64)
	if with <= without {
		t.Errorf("%d inquiries with junk, %d without", with, without)
	}
}
