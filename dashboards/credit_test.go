package dashboards_test

import (
	"strings"
	"testing"

	"github.com/funnelcloud/funnelcloud/dashboards/internal/fixture"
)

// Cost, conversions and value of a channel beside its cost are those of the tables, and money of two currencies is not mixed.
func TestCostStandsBesideTheCreditOfTheSame(t *testing.T) {
	query, scope := loaded(t)
	scope.Variables["dimension"] = []string{"channel"}
	credit := map[string]map[string]any{}
	for _, row := range run(t, query, scope, "attribution/credit_by_channel") {
		credit[row["Channel"].(string)] = row
	}
	foreign := 0
	for _, row := range run(t, query, scope, "attribution/spend") {
		of, cost := credit[row["Name"].(string)], float(row["Cost"])
		conversions, amount := float(of["Conversions"]), float(of["Amount"])
		if row["Currency"] == "EUR" { // all value came in USD
			foreign++
			amount = 0
		}
		if !near(float(row["Conversions"]), conversions) || !near(float(row["Amount"]), amount) {
			t.Errorf("%v: %v conversions worth %v, want %v worth %v", row["Name"], row["Conversions"], row["Amount"], conversions, amount)
		}
		if !near(float(row["Cost a conversion"])*conversions, cost) || !near(float(row["Return"])*cost, amount) {
			t.Errorf("%v: cost a conversion %v, return %v of cost %v", row["Name"], row["Cost a conversion"], row["Return"], cost)
		}
	}
	if foreign != 1 {
		t.Errorf("%d rows in EUR, want the one of Display", foreign)
	}
}

// Amounts are those of the chosen currency alone; counts don't depend on it.
func TestAmountsOfAnotherCurrencyAreLeftOut(t *testing.T) {
	query, scope := loaded(t)
	for _, panel := range []string{
		"attribution/totals", "attribution/credit_by_channel", "attribution/breakdown", "attribution/unattributed", "attribution/assists", "overview/totals", "overview/routes",
	} {
		amount, conversions := map[string]float64{}, map[string]float64{}
		for _, currency := range []string{"USD", "EUR"} { // all value came in USD
			scope.Variables["currency"] = []string{currency}
			for _, row := range run(t, query, scope, panel) {
				for _, name := range []string{"Amount", "Amount assisted", "Worth"} {
					if x, there := row[name]; there {
						amount[currency] += float(x)
					}
				}
				conversions[currency] += float(row["Conversions"])
			}
		}
		if amount["EUR"] != 0 || amount["USD"] == 0 && panel != "attribution/unattributed" || !near(conversions["USD"], conversions["EUR"]) || conversions["USD"] == 0 {
			t.Errorf("%s: amounts %v of conversions %v", panel, amount, conversions)
		}
	}
}

// The two panels on who opens and who closes come from different tables; for channels they must agree.
func TestAssistsAgreeWithTheRoles(t *testing.T) {
	query, scope := loaded(t)
	scope.Variables["dimension"] = []string{"channel"}
	roles := map[string]map[string]any{}
	for _, row := range run(t, query, scope, "attribution/roles") {
		roles[row["Channel"].(string)] = row
	}
	rows := run(t, query, scope, "attribution/assists")
	if len(rows) != len(roles) || len(rows) < 5 {
		t.Fatalf("%d channels assist, %d have roles", len(rows), len(roles))
	}
	for _, row := range rows {
		role := roles[row["Name"].(string)]
		first, between := float(role["came first"]), float(role["in between"])
		last, alone := float(role["came last"]), float(role["was alone"])
		if !near(float(row["Opened"]), first) || !near(float(row["Alone"]), alone) || !near(float(row["Conversions"]), first+between+last+alone) {
			t.Errorf("%v: %v, its roles are %v", row["Name"], row, role)
		}
		if float(row["Closed"]) < last || float(row["Helped"]) < between {
			t.Errorf("%v: closed %v and helped %v, its roles are %v", row["Name"], row["Closed"], row["Helped"], role)
		}
	}
}

// To touches, to the baseline and to nothing: a model shares out all conversions.
func TestWhatHappensAnywayIsPartOfTheWhole(t *testing.T) {
	query, scope := loaded(t)
	rows := run(t, query, scope, "attribution/anyway")
	if len(rows) != len(fixture.Models) {
		t.Errorf("%d models, want %v", len(rows), fixture.Models)
	}
	for _, row := range rows {
		if sum := float(row["To touches"]) + float(row["No touch"]); !near(sum, 1) { // no model of the fixture has a baseline
			t.Errorf("%v: shares sum to %v", row["Model"], sum)
		}
	}
}

// Whoever asks the ledger for one model and type of conversion must not pay for the others: the conditions have to reach the
// tables that the view puts together, or every panel about credit reads all of them.
func TestTheLedgerReadsWhatItIsAskedFor(t *testing.T) {
	query, _ := loaded(t)
	_, rows, err := query.Query(t.Context(), "EXPLAIN actions = 1 SELECT sum(weight) FROM attribution_ledger WHERE unit_kind = 'person' AND conversion_type = 'won' AND model = 'markov_1'")
	if err != nil {
		t.Fatal(err)
	}
	reads, narrow := 0, 0
	for _, row := range rows {
		line := row[0].(string)
		if strings.Contains(line, "ReadFromMergeTree (") && strings.Contains(line, "credit") {
			reads++
		}
		if strings.Contains(line, "Prewhere filter column") && strings.Contains(line, "conversion_type = 'won'") {
			narrow++
		}
	}
	if reads < 2 || narrow != reads { // a table without rows is not read at all
		t.Errorf("of %d tables that the ledger reads, %d are read for the type asked for", reads, narrow)
	}
}
