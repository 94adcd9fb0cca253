package models_test

import (
	"strings"
	"testing"

	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// A run may credit campaigns instead of channels, tell only some of them apart and compute other models: the ledger has
// every name, and adds up to what the models say of those that they tell apart, and of the others together.
func TestARunCreditsAnotherDimension(t *testing.T) {
	s := crowd(90)
	for i := range 30 { // prompts in the product, which are conversions here too
		s.add(21+float64(i)/10, event{Kind: "track", Name: "Prompt Clicked", Meaning: "prompt_clicked", UserID: "u0" + string(rune('0'+i/10)) + string(rune('0'+i%10)),
			Value: 1_0000, Currency: "EUR", Properties: `{"prompt":"upgrade-` + string(rune('a'+i%3)) + `"}`})
	}
	db := load(t, s.events)
	o := models.Options{Bootstrap: 20, ConversionTypes: []string{"won", "event:Prompt Clicked", "event:prompt_clicked"},
		Credit: models.CreditOptions{Dimension: "prompt", Top: 4, Models: []string{"linear", "first", "markov_1", "markov_2", "loo", "shapley_model", "incremental"}}}
	if _, err := models.Run(t.Context(), db, o); err != nil {
		t.Fatal(err)
	}
	checks, err := models.RunChecks(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	for _, check := range checks {
		if check.Violations > 0 && !check.Notice {
			t.Errorf("check %s: %d violations, e.g. %s", check.Name, check.Violations, check.Example)
		}
	}
	wantRows(t, db, "SELECT arrayStringConcat(arraySort(groupUniqArray(toString(model))), ' ') FROM attribution_ledger", "first incremental linear loo markov_1 markov_2 shapley_model")
	wantRows(t, db, "SELECT DISTINCT channel FROM attribution_ledger WHERE channel LIKE 'upgrade%' ORDER BY ALL", "upgrade-a", "upgrade-b", "upgrade-c")
	wantRows(t, db, "SELECT count(DISTINCT channel), countIf(channel LIKE 'other(%)') > 0 FROM attribution_effects WHERE conversion_type = 'signed_up' AND model = 'markov_1' AND unit_kind = 'person'", "5 1")
	// The click converts by its name and by its meaning, each time anew, and is worth something.
	wantRows(t, db, `SELECT conversion_type, count(), toInt64(sum(value)), any(currency) FROM conversions
		WHERE unit_kind = 'person' AND conversion_type LIKE 'event:%' GROUP BY ALL ORDER BY ALL`, "event:Prompt Clicked 30 30 EUR", "event:prompt_clicked 30 30 EUR")
	// What the models say of a name is the sum of the ledger's rows of it, other(n) included.
	wantRows(t, db, `WITH
		ledger AS (SELECT model, unit_kind, conversion_type, channel, sum(weight) AS credited FROM attribution_ledger WHERE channel != '(unattributed)' GROUP BY ALL),
		told AS (SELECT model, unit_kind, conversion_type, groupArray(toString(channel)) AS names, arrayFirst(name -> startsWith(name, 'other('), names) AS rest
			FROM attribution_effects GROUP BY ALL),
		sums AS
		(
			SELECT l.model AS model, l.unit_kind AS unit_kind, l.conversion_type AS conversion_type,
				if(has(t.names, toString(l.channel)), toString(l.channel), t.rest) AS channel, sum(l.credited) AS credited
			FROM ledger AS l INNER JOIN told AS t USING (model, unit_kind, conversion_type) GROUP BY ALL
		),
		shares AS (SELECT *, credited / sum(credited) OVER (PARTITION BY model, unit_kind, conversion_type) AS share FROM sums)
		SELECT countIf(abs(e.share - s.share) > 1e-9), count() > 100
		FROM attribution_effects AS e FULL JOIN shares AS s USING (model, unit_kind, conversion_type, channel)`, "0 1")
	// By any other dimension, and by part of the units and times, the same rows add up to the same totals.
	for _, dimension := range []string{"channel", "campaign", "landing_page", "source_medium", "property:prompt"} {
		wantRows(t, db, strings.ReplaceAll(`SELECT countIf(abs(a.weights - b.weights) > 1e-9 OR a.money != b.money), count() > 20 FROM
			(SELECT model, conversion_type, sum(weight) AS weights, sum(credited_value) AS money FROM attribution_ledger GROUP BY ALL) AS a
			INNER JOIN
			(
				SELECT model, conversion_type, sum(weights) AS weights, sum(money) AS money FROM
				(
					SELECT model, conversion_type, if(l.touch_id = '', channel, n.name) AS name, toStartOfWeek(converted_at), substring(unit_id, -1),
						sum(weight) AS weights, sum(credited_value) AS money
					FROM attribution_ledger AS l
					ANY LEFT JOIN touch_names_at(run = 1, dimension = 'DIMENSION') AS n ON n.touch_id = l.touch_id
					GROUP BY ALL HAVING name != ''
				) GROUP BY ALL
			) AS b USING (model, conversion_type)`, "DIMENSION", dimension), "0 1")
	}
}

// A conversion that no touch gets credit for says why: nobody knows whose it is, its only visits were our own, none was
// there, or those that were may be older than the records.
func TestConversionsWithoutCreditSayWhy(t *testing.T) {
	s := &story{}
	s.add(0, event{Kind: "page", AnonymousID: "first", URL: "https://www.acme.test/"})
	for _, at := range []float64{50, 150} {
		s.add(at, event{Kind: "track", Meaning: "signed_up", UserID: "user" + string(rune('a'+int(at)/100))})
	}
	s.add(200, event{Kind: "track", Meaning: "signed_up"})
	s.add(290, event{Kind: "page", AnonymousID: "tester", URL: "http://localhost:3000/"})
	s.add(299, event{Kind: "page", AnonymousID: "tester", URL: "https://app.acme.test/"}) // use of the product is no touch
	s.add(300, event{Kind: "track", Meaning: "signed_up", AnonymousID: "tester", UserID: "userz", AccountID: "acme"})
	db := load(t, s.events)
	if _, err := models.Run(t.Context(), db, models.Options{Bootstrap: -1}); err != nil {
		t.Fatal(err)
	}
	reasons := "SELECT unattributed_reason FROM conversions WHERE conversion_type = 'signed_up' AND unit_kind = 'person' ORDER BY converted_at"
	wantRows(t, db, reasons, "pre_history", "no_touch_in_window", "identity_unresolved", "excluded_internal")
	wantRows(t, db, "SELECT unattributed_reason FROM conversions WHERE unit_kind = 'account'", "excluded_internal")

	// Another sign-up of nobody's stands beside the first.
	nobody := event{Source: "test", EventID: "nobody", Kind: "track", Meaning: "signed_up", At: monday.AddDate(0, 0, 299), ReceivedAt: monday.AddDate(1, 0, -1),
		IngestedAt: monday.AddDate(1, 0, -1), Properties: "{}", Version: 1}
	if err := warehouse.Insert(t.Context(), db, "events", 0, []event{nobody}); err != nil {
		t.Fatal(err)
	}
	report, err := models.Run(t.Context(), db, models.Options{Bootstrap: -1})
	if err != nil || report.FullBecause != "" {
		t.Fatalf("all was computed because of %q, %v", report.FullBecause, err)
	}
	wantRows(t, db, "SELECT count(), uniqExact(conversion_id) FROM conversions WHERE unattributed_reason = 'identity_unresolved'", "2 2")

	early := event{Source: "test", EventID: "early", Kind: "page", AnonymousID: "earlier", URL: "https://www.acme.test/", At: monday.AddDate(0, -6, 0),
		ReceivedAt: monday.AddDate(1, 0, 0), IngestedAt: monday.AddDate(1, 0, 0), Properties: "{}", Version: 1}
	if err := warehouse.Insert(t.Context(), db, "events", 0, []event{early}); err != nil {
		t.Fatal(err)
	}
	if report, err = models.Run(t.Context(), db, models.Options{Bootstrap: -1}); err != nil || report.FullBecause != "observation begins earlier" {
		t.Errorf("all was computed because of %q, %v", report.FullBecause, err)
	}
	reasons += " LIMIT 2"
	wantRows(t, db, reasons, "no_touch_in_window", "no_touch_in_window")
	if _, err := models.Run(t.Context(), db, models.Options{Bootstrap: -1, Credit: models.CreditOptions{ObservedFrom: monday.AddDate(0, 0, 100)}}); err != nil {
		t.Fatal(err)
	}
	wantRows(t, db, reasons, "pre_history", "pre_history")
}

func TestWhatIsToBeCreditedIsChecked(t *testing.T) {
	_, err := models.Run(t.Context(), nil, models.Options{Cycle: "again", ConversionTypes: []string{"wonn", "event:"},
		Credit: models.CreditOptions{Dimension: "weather", Models: []string{"magic"}}})
	if err == nil {
		t.Fatal("all of it is taken")
	}
	for _, word := range []string{"again", "wonn", `"event:"`, "weather", "landing_page", "magic", "markov_1"} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q is not told of in %v", word, err)
		}
	}
}
