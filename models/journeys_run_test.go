package models_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/funnelcloud/funnelcloud/models"
)

// visits are pages of somebody at days, one a visit: direct, or by an advertisement.
func (s *story) visits(device string, at ...any) {
	for i := 0; i < len(at); i += 2 {
		page := event{Kind: "page", AnonymousID: device, URL: "https://www.acme.test/"}
		if at[i] == "ad" {
			page.UTMSource, page.UTMMedium, page.UTMCampaign = "google", "cpc", "spring"
		}
		s.add(at[i+1].(float64), page)
	}
}

// How a run cuts journeys is what its settings say: which cycle a touch counts for, what becomes of direct visits, and how far
// back a touch may lie. Amounts of two currencies stand beside each other and are not added up.
func TestARunCutsJourneysAsItIsTold(t *testing.T) {
	s := &story{}
	s.visits("device", "direct", 1.0, "ad", 2.0)
	s.add(2.01, event{Kind: "identify", AnonymousID: "device", UserID: "ada"})
	s.add(3, event{Kind: "track", Name: "Order", UserID: "ada", Value: 30_0000, Currency: "EUR"})
	s.visits("device", "direct", 4.0)
	s.add(5, event{Kind: "track", Name: "Order", UserID: "ada", Value: 60_0001, Currency: "USD"})
	db := load(t, s.events)
	for _, c := range []struct {
		o    models.Options
		want []string
	}{
		{models.Options{Direct: "drop_last"}, []string{"Direct Paid Search", "direct_only"}},
		{models.Options{Cycle: "look_through", Direct: "keep", LookBack: 60 * time.Hour}, []string{"Direct Paid Search", "Direct"}},
	} {
		c.o.Bootstrap, c.o.ConversionTypes, c.o.Credit.Models = -1, []string{"event:Order"}, []string{"linear", "markov_1"}
		if _, err := models.Run(t.Context(), db, c.o); err != nil {
			t.Fatal(err)
		}
		got := rows(t, db, `SELECT if(empty(channels), c.unattributed_reason, arrayStringConcat(channels, ' ')) FROM journeys AS j
			INNER JOIN conversions AS c ON c.conversion_id = j.journey_id WHERE c.conversion_type = 'event:Order' ORDER BY c.converted_at`)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", c.o, diff)
		}
	}
	wantRows(t, db, `SELECT model, currency, round(sum(weight), 9), toString(sum(credited_value)) FROM attribution_ledger
		WHERE conversion_type = 'event:Order' GROUP BY ALL ORDER BY ALL`, "linear EUR 1 30", "linear USD 1 60.0001", "markov_1 EUR 1 30", "markov_1 USD 1 60.0001")
	wantRows(t, db, `SELECT currency, toString(sum(value)) FROM attribution_figures
		WHERE run_id = 2 AND conversion_type = 'event:Order' AND model = 'linear' GROUP BY ALL ORDER BY ALL`, "EUR 30", "USD 60.0001")
}

// Touches of one instant are put in order by their kind, then by id, whatever the order of their arrival; those of the members of
// an account too.
func TestTouchesOfOneInstantHaveAnOrder(t *testing.T) {
	s := &story{}
	for _, name := range []string{"ada", "bob"} {
		s.add(1, event{Kind: "track", Meaning: "message_from_prospect", UserID: name, AccountID: "works"})
		s.add(1, event{Kind: "track", Meaning: "prompt_clicked", UserID: name, AccountID: "works"})
		s.add(1, event{Kind: "track", Meaning: "call_completed", UserID: name, AccountID: "works"})
		s.visits("device-"+name, "ad", 1.0)
		s.add(1, event{Kind: "identify", AnonymousID: "device-" + name, UserID: name, AccountID: "works"})
		s.add(1, event{Kind: "track", Meaning: "signed_up", UserID: name, AccountID: "works"})
	}
	var want []string
	for range 2 {
		db := load(t, s.events)
		if _, err := models.Run(t.Context(), db, models.Options{Bootstrap: -1, ConversionTypes: []string{"won"}, Credit: models.CreditOptions{Models: []string{"first"}}}); err != nil {
			t.Fatal(err)
		}
		got := rows(t, db, "SELECT journey_id, touch_ids, channels FROM journeys ORDER BY journey_id")
		if diff := cmp.Diff(want, got); want != nil && diff != "" {
			t.Errorf("arrived the other way round (-before +now):\n%s", diff)
		}
		wantRows(t, db, "SELECT max(length(touch_ids)), count() FROM journeys WHERE outcome = 'converted'", "8 3")
		wantRows(t, db, "SELECT length(person_ids), length(arrayDistinct(person_ids)) FROM journeys WHERE unit_kind = 'account' AND outcome = 'converted'", "8 2")
		want = got
		slices.Reverse(s.events)
	}
}

// A journey of thousands of touches is credited by every model as any other, and so is one beside it.
func TestAJourneyOfThousandsOfTouches(t *testing.T) {
	s := &story{}
	for i := range 2_000 {
		s.add(1+float64(i)/200, event{Kind: "track", Meaning: []string{"prompt_clicked", "call_completed", "meeting_booked"}[i%3], UserID: "busy"})
	}
	s.add(12, event{Kind: "track", Meaning: "signed_up", UserID: "busy"})
	s.visits("device", "ad", 1.0)
	s.add(2, event{Kind: "track", Meaning: "signed_up", AnonymousID: "device", UserID: "other"})
	db := load(t, s.events)
	o := models.Options{Bootstrap: 5, ConversionTypes: []string{"won"}, Credit: models.CreditOptions{Models: []string{"default", "markov_2", "markov_3", "hazard"}}}
	if _, err := models.Run(t.Context(), db, o); err != nil {
		t.Fatal(err)
	}
	wantRows(t, db, "SELECT max(touches), uniqExact(model) FROM attribution_ledger WHERE unit_kind = 'person'", "2000 21")
	wantRows(t, db, `SELECT countIf(abs(weights - 1) > 1e-9 OR isNaN(weights)), count() FROM
		(SELECT conversion_id, model, sum(weight) AS weights FROM attribution_ledger WHERE unit_kind = 'person' GROUP BY ALL)`, "0 42")
	wantRows(t, db, "SELECT count() FROM attribution_effects WHERE isNaN(share + low + high + removal_effect) OR share > 1 + 1e-9", "0")
}

// A touch has a name in every dimension: what its visit or its event says, or its channel in brackets. A run credits those names.
func TestTouchesHaveNamesInEveryDimension(t *testing.T) {
	s := &story{}
	s.visits("device", "ad", 1.0)
	s.add(1.01, event{Kind: "identify", AnonymousID: "device", UserID: "ada"})
	s.add(2, event{Kind: "track", Meaning: "prompt_clicked", UserID: "ada", Properties: `{"prompt":"upgrade-modal","seats":12}`})
	s.add(3, event{Kind: "message", Meaning: "message_from_prospect", UserID: "ada", Properties: `{"conversation_id":"c7","text":"Hello"}`})
	s.add(4, event{Kind: "track", Meaning: "call_completed", UserID: "ada", Properties: `{"sales_person":"Grace","region":"EMEA"}`})
	s.add(5, event{Kind: "track", Meaning: "signed_up", UserID: "ada"})
	db := load(t, s.events)
	o := models.Options{Bootstrap: -1, ConversionTypes: []string{"won"}, Credit: models.CreditOptions{Dimension: "property:region", Models: []string{"linear", "markov_1"}}}
	if _, err := models.Run(t.Context(), db, o); err != nil {
		t.Fatal(err)
	}
	names := map[string]string{
		"channel": "Paid Search|In-product|Chat|Call", "source": "google|product|chat|sales", "medium": "cpc|prompt|message|call",
		"source_medium": "google / cpc|product / prompt|chat / message|sales / call", "campaign": "spring|(In-product)|(Chat)|(Call)",
		"landing_page": "/|(In-product)|(Chat)|(Call)", "touch_kind": "web|in_product|message|call", "prompt": "(Paid Search)|upgrade-modal|(Chat)|(Call)",
		"conversation": "(Paid Search)|(In-product)|c7|(Call)", "sales_person": "(Paid Search)|(In-product)|(Chat)|Grace",
		"property:region": "(Paid Search)|(In-product)|(Chat)|EMEA", "property:seats": "(Paid Search)|12|(Chat)|(Call)",
	}
	for dimension, want := range names {
		wantRows(t, db, "SELECT arrayStringConcat(arrayMap(x -> x.2, arraySort(groupArray((t.touch_ts, n.name)))), '|') FROM touchpoints AS t "+
			"INNER JOIN touch_names_at(run = 1, dimension = '"+dimension+"') AS n ON n.touch_id = t.touch_id", want)
	}
	for _, dimension := range models.Dimensions {
		if names[dimension] == "" {
			t.Errorf("nobody looks at dimension %s", dimension)
		}
	}
	for _, model := range o.Credit.Models {
		wantRows(t, db, "SELECT arrayStringConcat(groupArray(channel), '|') FROM (SELECT channel FROM attribution_ledger WHERE unit_kind = 'person' AND model = '"+model+"' ORDER BY position)",
			names[o.Credit.Dimension])
	}
}
