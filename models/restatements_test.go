package models_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/models/identity"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// A touch that arrives after the month was reported moves the credit of that month, and the run says so; the figures of
// the run before are still there to see.
func TestARunTellsWhatItRestated(t *testing.T) {
	s := crowd(60)
	s.add(-1, event{Kind: "page", AnonymousID: "pioneer", URL: "https://www.acme.test/"})
	db := load(t, s.events)
	batch(t, db)
	wantRows(t, db, "SELECT count() FROM restatements", "0")
	figures := rows(t, db, "SELECT * FROM attribution_figures FINAL WHERE run_id = 1 ORDER BY ALL")
	summed := rows(t, db, `SELECT 1 AS run_id, unit_kind, conversion_type, toDate(toStartOfMonth(converted_at)) AS month, currency, model, any(model_version), channel,
		toFloat64(sum(toInt128(round(weight * 1e12)))) / 1e12, sum(credited_value)
		FROM attribution_ledger GROUP BY unit_kind, conversion_type, month, currency, model, channel ORDER BY ALL`)
	if diff := cmp.Diff(summed, figures); diff != "" {
		t.Errorf("figures are not the ledger's sums (-ledger +figures):\n%s", diff)
	}
	wantRows(t, db, "SELECT uniqExact(model) > 15, countIf(channel = '(baseline)') > 0, countIf(value > 0) > 0 FROM attribution_figures", "1 1 1")

	ledger := `SELECT conversion_id, model, touch_id, round(weight, 9), credited_value FROM %s ORDER BY ALL`
	was := rows(t, db, strings.ReplaceAll(ledger, "%s", "attribution_ledger"))
	late := event{Source: "test", EventID: "late", Kind: "page", AnonymousID: "a000", URL: "https://www.acme.test/", Referrer: "https://www.bing.com/",
		At: monday.Add(time.Hour), ReceivedAt: monday.AddDate(1, 0, 0), IngestedAt: monday.AddDate(1, 0, 0), Properties: "{}", Version: 1}
	if err := warehouse.Insert(t.Context(), db, "events", 0, []event{late}); err != nil {
		t.Fatal(err)
	}
	batch(t, db)
	wantRows(t, db, "SELECT DISTINCT run_id, previous_run_id FROM restatements", "2 1")
	wantRows(t, db, `SELECT DISTINCT reason FROM restatements WHERE model = 'first'`, "late events")
	wantRows(t, db, `SELECT DISTINCT reason LIKE '%fitted anew%' FROM restatements WHERE model = 'markov_1'`, "1")
	wantRows(t, db, `SELECT count() > 0, countIf(abs(was - now) < 1e-9 AND was_value = now_value) FROM restatements`, "1 0")
	// Credit moved from one channel to another: nothing was gained or lost.
	wantRows(t, db, `SELECT countIf(abs(moved) > 1e-6) FROM
		(SELECT sum(now - was) AS moved FROM restatements GROUP BY unit_kind, conversion_type, month, model)`, "0")

	again := rows(t, db, "SELECT * FROM attribution_figures FINAL WHERE run_id = 1 ORDER BY ALL")
	if strings.Join(figures, "\n") != strings.Join(again, "\n") || len(figures) == 0 {
		t.Error("the figures of run 1 are others now")
	}
	if is := rows(t, db, strings.ReplaceAll(ledger, "%s", "attribution_ledger_at(run = 1)")); strings.Join(is, "\n") != strings.Join(was, "\n") {
		t.Error("the ledger as of run 1 is not what run 1 published")
	}

	// Two people of closed months turn out to be one; nothing late came.
	wantRows(t, db, "SELECT full_because FROM runs FINAL WHERE run_id = 2", "")
	visitor := rows(t, db, `SELECT i.id_value FROM person_identities AS i INNER JOIN persons AS p ON p.person_id = i.person_id
		WHERE i.id_value LIKE 'a0%' AND p.user_id = '' ORDER BY p.first_seen_at LIMIT 1`)[0]
	customer := rows(t, db, `SELECT p.user_id FROM persons AS p INNER JOIN conversions AS c ON c.unit_id = p.person_id
		WHERE c.conversion_type = 'won' ORDER BY c.converted_at DESC LIMIT 1`)[0]
	both := event{Source: "test", EventID: "both", Kind: "identify", AnonymousID: visitor, UserID: customer, Email: customer + "@" + customer + ".com",
		At: monday.AddDate(1, 0, 1), ReceivedAt: monday.AddDate(1, 0, 1), IngestedAt: monday.AddDate(1, 0, 1), Properties: "{}", Version: 1}
	if err := warehouse.Insert(t.Context(), db, "events", 0, []event{both}); err != nil {
		t.Fatal(err)
	}
	batch(t, db)
	wantRows(t, db, "SELECT full_because FROM runs FINAL WHERE run_id = 3", "")
	wantRows(t, db, `SELECT DISTINCT reason FROM restatements WHERE model = 'first'`, "merged identities")

	// What identities are by the definitions, and other settings, change any month.
	for _, c := range []struct {
		reason string
		o      models.Options
	}{
		{"other definitions of identity", models.Options{Identity: identity.Options{Separate: []identity.Pair{
			{A: identity.ID{Kind: "anonymous", Value: visitor}, B: identity.ID{Kind: "user", Value: customer}}}}}},
		{"other definitions of identity, other settings (look_back)", models.Options{LookBack: 24 * time.Hour}},
	} {
		c.o.Bootstrap, c.o.ConversionTypes = -1, []string{"pql", "won"}
		if _, err := models.Run(t.Context(), db, c.o); err != nil {
			t.Fatal(err)
		}
		restated := rows(t, db, `SELECT DISTINCT reason FROM restatements WHERE model = 'linear' ORDER BY reason`)
		if len(restated) == 0 || slices.ContainsFunc(restated, func(reason string) bool { return !strings.HasPrefix(reason, c.reason) }) {
			t.Errorf("%s: restated for %q", c.reason, restated)
		}
	}
}
