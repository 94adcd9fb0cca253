package models_test

import (
	"testing"

	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/models/identity"
	"github.com/funnelcloud/funnelcloud/models/touch"
)

func TestBotsAndOurselvesAreNoVisitors(t *testing.T) {
	const browser = "Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36"
	s := &story{}
	page := func(day float64, who, agent, url string) {
		s.add(day, event{Kind: "page", AnonymousID: who, UserAgent: agent, URL: url})
	}
	page(0, "crawler", "Mozilla/5.0 (compatible; Googlebot/2.1)", "https://www.acme.test/")
	page(1, "developer", browser, "http://localhost:3000/")
	page(1, "tester", "acme-suite/1", "https://www.acme.test/")
	// Ann is real, and a scanner of her company opens the links of her mail.
	page(1, "ann", browser, "https://www.acme.test/?x=1")
	page(1.01, "ann", browser, "https://www.acme.test/pricing")
	// A click id that only the user's file knows begins a visit, in the product too, and whatever kind of event carries it.
	s.add(1.02, event{Kind: "identify", AnonymousID: "ann", UserAgent: browser, URL: "https://app.acme.test/?myclid=7"})
	s.add(2, event{Kind: "track", Meaning: "email_clicked", AnonymousID: "ann", UserID: "ann", UserAgent: "Barracuda Sentinel", UTMCampaign: "may"})
	page(3, "ann", browser, "https://staging.acme.test/")
	// Accounts: a group call, then what other events, a CRM and the address say; two ids of one account.
	s.add(4, event{Kind: "stage", UserID: "ann", AccountID: "001A"})
	s.add(5, event{Kind: "track", UserID: "ann", AccountID: "workspace"})
	s.add(3.5, event{Kind: "group", UserID: "ann", AccountID: "acme", Properties: `{"name":"Acme"}`})
	s.add(4, event{Kind: "stage", UserID: "ben", AccountID: "001A", Email: "ben@other.example"})
	s.add(4, event{Kind: "track", UserID: "cleo", Email: "cleo@acme.example"})
	rules, err := touch.ReadRules("channels.yaml", []byte("exclude: {hosts: [staging.acme.test], user_agents: [acme-suite]}\nclick_ids: {MyClid: {source: mynetwork, medium: cpc}}"))
	if err != nil {
		t.Fatal(err)
	}
	db := load(t, s.events)
	if _, err := models.Run(t.Context(), db, models.Options{Bootstrap: -1, Channels: &rules,
		Identity: identity.Options{Accounts: map[string]string{"001A": "acme", "acme.example": "acme"}}}); err != nil {
		t.Fatal(err)
	}
	wantRows(t, db, `SELECT i.id_value, p.junk_reason, p.account_id FROM persons AS p INNER JOIN person_identities AS i USING person_id
		WHERE i.id_kind != 'email' AND i.id_value != 'ann' OR i.id_kind = 'user' ORDER BY i.id_value`,
		"ann  acme", "ben  acme", "cleo  acme", "crawler bot ", "developer internal ", "tester internal ")
	wantRows(t, db, "SELECT reason, source, sum(events), uniqExact(person_id) FROM excluded_touches GROUP BY ALL ORDER BY ALL",
		"bot test 2 2", "internal test 3 3")
	wantRows(t, db, "SELECT landing_page, click_id_kind, utm_source, events FROM touchpoints ORDER BY touch_ts", "/  (direct) 2", "/ myclid mynetwork 1")
	wantRows(t, db, "SELECT what, reason, items, events FROM left_out", "visits internal 3 3", "visits bot 2 2", "people internal 2 2", "people bot 1 1")
	wantRows(t, db, "SELECT account_id, members, name FROM accounts ORDER BY account_id", "acme 3 Acme", "workspace 1 ")
}
