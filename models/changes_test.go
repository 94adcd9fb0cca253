package models_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/queries/queriestest"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// town is a market of many people, most of whom nothing happens to for long: visits, sign-ups on shared and on several
// devices, use, talk, money and silence, drawn at random.
func town(random *rand.Rand, people int) []event {
	s := &story{}
	for i := range people {
		s.person(random, i)
	}
	s.add(100, event{Kind: "ad_cost", Name: "Cost", UTMSource: "google", UTMMedium: "cpc", Value: 5_0000, Currency: "EUR"})
	return s.events
}

// deal adds a CRM's deal now and then, whose contact is named at once, later, or never.
func (s *story) deal(random *rand.Rand, start float64, i int, mail string) {
	if random.IntN(4) > 0 {
		return
	}
	deal, contact, company := fmt.Sprintf("006%d", i), fmt.Sprintf("003%d", i), ""
	if random.IntN(2) == 0 {
		company = fmt.Sprintf("company%d", i/3)
	}
	s.crmEvent(start+8, deal, "Opportunity CREATE", "opportunity_created", event{AccountID: company})
	s.crmEvent(start+14, deal, "Opportunity UPDATE", []string{"opportunity_won", "opportunity_lost"}[random.IntN(2)], event{Value: 9_0000, Currency: "EUR"})
	if random.IntN(2) == 0 {
		s.crmEvent(start+float64(random.IntN(20)), contact, "OpportunityContactRole CREATE", "",
			event{Email: mail, Properties: fmt.Sprintf(`{"OpportunityId":%q}`, deal)})
	}
}

// plans changes a plan now and then: the new one begins before the old one ends, after it, or beside it.
func (s *story) plans(random *rand.Rand, start float64, user, company string) {
	if random.IntN(2) == 0 {
		return
	}
	plan := func(at float64, meaning, id string) {
		s.add(at, event{Kind: "billing", Meaning: meaning, UserID: user, AccountID: company, Value: int64(random.IntN(9)) * 10_000, Currency: "EUR",
			Properties: fmt.Sprintf(`{"subscription_id":%q}`, user+id)})
	}
	plan(start, "subscription_started", "small")
	plan(start+20, "subscription_started", "large")
	if random.IntN(3) > 0 {
		plan(start+20+[]float64{-.5, -5, .1, 30}[random.IntN(4)], "subscription_cancelled", "small")
	}
}

func (s *story) person(random *rand.Rand, i int) {
	start := random.Float64() * 100
	device := fmt.Sprintf("device-%d", i)
	user, company := fmt.Sprintf("user-%d", i), fmt.Sprintf("company%d", i/3)
	mail := fmt.Sprintf("p%d@%s.example", i, company)
	for visit := range 1 + random.IntN(3) {
		e := event{Kind: "page", AnonymousID: device, URL: "https://www.acme.test/pricing"}
		if random.IntN(2) == 0 {
			e.UTMSource, e.UTMMedium, e.UTMCampaign = "google", "cpc", "spring"
		}
		s.add(start+float64(visit), e)
	}
	if random.IntN(4) == 0 {
		return
	}
	s.add(start+4, event{Kind: "track", Name: "Signed Up", Meaning: "signed_up", AnonymousID: device, UserID: user, Email: mail})
	if random.IntN(5) == 0 { // somebody else's device too
		s.add(start+5, event{Kind: "identify", AnonymousID: fmt.Sprintf("device-%d", max(0, i-1)), UserID: user, Email: mail})
	}
	s.deal(random, start, i, mail)
	switch random.IntN(12) {
	case 0: // a sender's mistake: everybody's device is "null"
		s.add(start+5.1, event{Kind: "page", AnonymousID: "null", Email: mail, URL: "https://www.acme.test/"})
		s.add(start+5.2, event{Kind: "page", AnonymousID: "null", URL: "https://www.acme.test/"})
	case 1: // the user had another name before, which may be known by then or not
		s.add(start+13, event{Kind: "track", Name: "Feature Used", Meaning: "feature_used", UserID: "old-" + user})
		s.add(start+6, event{Kind: "alias", AnonymousID: "old-" + user, UserID: user})
	case 2: // a record of theirs in a CRM, which made a contact of a lead
		s.add(start+7, event{Kind: "stage", AnonymousID: "test:lead" + user, Email: mail, Properties: `{}`})
		s.add(start+14, event{Kind: "stage", AnonymousID: "test:lead" + user, Properties: `{"ConvertedContactId":"contact` + user + `"}`})
	}
	for use := range random.IntN(20) {
		s.add(start+5+float64(use)/2, event{Kind: "track", Name: "Feature Used", Meaning: "feature_used", UserID: user,
			AccountID: company, Properties: fmt.Sprintf(`{"feature":"f%d","plan":"free"}`, use%5)})
	}
	if random.IntN(3) == 0 {
		s.add(start+9, event{Kind: "message", Meaning: "message_from_prospect", UserID: user, Email: mail,
			Properties: fmt.Sprintf(`{"conversation_id":"c%d","text":"We want to buy 20 seats, can I get a quote?"}`, i)})
	}
	if random.IntN(3) == 0 {
		s.add(start+12, event{Kind: "stage", Meaning: "opportunity_created", UserID: user, AccountID: company})
		s.add(start+15, event{Kind: "billing", Meaning: "subscription_started", UserID: user, AccountID: company,
			Value: int64(1+random.IntN(9)) * 10_000, Currency: "EUR"})
		s.plans(random, start+18, user, company)
	}
}

// arrivals cuts events into batches as they might arrive: mostly in order, some late, some twice.
func arrivals(random *rand.Rand, events []event, batches int) [][]event {
	slices.SortStableFunc(events, func(a, b event) int { return a.At.Compare(b.At) })
	cut := make([][]event, batches)
	for i, e := range events {
		// Most arrive at once: when most people have changed, a run computes everything.
		at := max(0, i-len(events)*19/20) * 20 * batches / len(events)
		if random.IntN(100) == 0 {
			at = random.IntN(batches)
		}
		e.IngestedAt = monday.AddDate(1, 0, at)
		cut[at] = append(cut[at], e)
		if random.IntN(100) == 0 && at+1 < batches {
			again := e
			again.IngestedAt = monday.AddDate(1, 0, at+1)
			if random.IntN(2) == 0 { // the repeat was received first, and says otherwise
				again.ReceivedAt = again.ReceivedAt.Add(-time.Millisecond)
				again.Version++
				again.URL += "?again"
			}
			cut[at+1] = append(cut[at+1], again)
		}
	}
	return cut
}

func runBatch(t *testing.T, db *warehouse.DB, o models.Options) models.Report {
	t.Helper()
	o.Bootstrap, o.ConversionTypes = -1, []string{"won"}
	report, err := models.Run(t.Context(), db, o)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// A run that recomputes what changed says what a run says that computes everything, whatever arrives in which order.
func TestRecomputingWhatChangedIsAsGoodAsComputingAll(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 7))
	batches := arrivals(random, town(random, 160), 4)
	db, all := queriestest.New(t), queriestest.New(t)
	for i, batch := range batches {
		for _, to := range []*warehouse.DB{db, all} {
			if err := warehouse.Insert(t.Context(), to, "events", 0, batch); err != nil {
				t.Fatal(err)
			}
		}
		runBatch(t, db, models.Options{})
		runBatch(t, all, models.Options{FullRefresh: true})
		counted := "SELECT identity_version, identifiers, junk_identifiers, claims, quarantined, people, people_before FROM identity_versions"
		if diff := cmp.Diff(rows(t, all, counted), rows(t, db, counted)); diff != "" {
			t.Errorf("batch %d: identities as counted (-all +changed):\n%s", i, diff)
		}
		want, got := strings.Split(dump(t, all), "\n"), strings.Split(dump(t, db), "\n")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("batch %d (-all +changed):\n%s", i, diff)
		}
	}
	full := rows(t, db, "SELECT full_because FROM runs FINAL ORDER BY run_id")
	if full[0] != "first run" || full[2] != "" || full[3] != "" {
		t.Errorf("want a first run and then runs that build on another; all was computed because of %q", full)
	}
}

// Rows that were written before a migration lack what its columns say, whatever the program calls its version.
func TestARunAfterAMigrationComputesAll(t *testing.T) {
	db := load(t, market().events)
	runBatch(t, db, models.Options{})
	if again := runBatch(t, db, models.Options{}); again.FullBecause != "" {
		t.Fatalf("nothing happened, and all was computed because of %q", again.FullBecause)
	}
	if err := db.Statement(t.Context(), "INSERT INTO schema_migrations SELECT name, checksum, now64(3) FROM schema_migrations FINAL LIMIT 1", nil); err != nil {
		t.Fatal(err)
	}
	if after := runBatch(t, db, models.Options{}); after.FullBecause != "the tables were migrated" {
		t.Errorf("after a migration all was computed because of %q", after.FullBecause)
	}
}
