package touch

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/funnelcloud/funnelcloud/queries/queriestest"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// eventRow is a row of person_events_by_run.
type eventRow struct {
	PersonID    string    `ch:"person_id"`
	AccountID   string    `ch:"account_id"`
	At          time.Time `ch:"event_ts"`
	Source      string    `ch:"source"`
	EventID     string    `ch:"event_id"`
	Kind        string    `ch:"kind"`
	Name        string    `ch:"name"`
	Meaning     string    `ch:"meaning"`
	URL         string    `ch:"url"`
	Referrer    string    `ch:"referrer"`
	UTMSource   string    `ch:"utm_source"`
	UTMMedium   string    `ch:"utm_medium"`
	UTMCampaign string    `ch:"utm_campaign"`
	ClickIDKind string    `ch:"click_id_kind"`
	UserAgent   string    `ch:"user_agent"`
	Value       int64     `ch:"value,decimal4"`
	Currency    string    `ch:"currency"`
	Properties  string    `ch:"properties"`
}

func row(e Event) eventRow {
	return eventRow{
		PersonID: e.PersonID, AccountID: e.AccountID, At: e.At, Source: e.Source, EventID: e.EventID, Kind: "page",
		URL: e.URL, Referrer: e.Referrer, UTMSource: e.UTMSource, UTMMedium: e.UTMMedium, UTMCampaign: e.UTMCampaign,
		ClickIDKind: e.ClickIDKind, UserAgent: e.UserAgent,
	}
}

var (
	somePages = []string{
		"https://www.acme.example/", "https://acme.example/pricing?x=1#y", "https://app.acme.example/board/7",
		"https://app.acme.example", "http://docs.acme.example:8080/a//b", "https://acme.example/app/settings",
		"HTTPS://User:pw@WWW.ACME.example/Upper", "https://acme.example?q=http://other.example/", "//acme.example/x", "nonsense",
		"https:///nohost", "https://acme.example/?MyClid=7&x=1", "https://app.acme.example/?a=b&myclid=8", "https://acme.example/#/a?other=1#x",
		"https://acme.example/?myclid=", "https://acme.example/?notmyclid=1", "https://acme.example/#myclid=1", "https://app.acme.example?x#y", "ftp+x://a@b@acme.example/p", "1https://acme.example/",
	}
	someReferrers = []string{
		"", "", "", "https://www.google.com/", "https://acme.example/", "https://docs.acme.example/x", "https://accounts.google.com/o",
		"https://blog.other.example/post?u=https://acme.example", "garbage", "android-app://com.slack/", "https://ACME.example/",
		"https://example/",
	}
	someCampaigns = [][4]string{
		{}, {}, {}, {}, {}, {"google", "cpc", "brand", "gclid"}, {"google", "cpc", "brand", ""}, {"", "", "", "gclid"},
		{"news", "email", "june", ""}, {"", "email", "", ""},
	}
	somePauses = []time.Duration{
		0, 0, time.Millisecond, time.Second, 29 * time.Minute, 30*time.Minute - time.Millisecond, 30 * time.Minute,
		30*time.Minute + time.Millisecond, 2 * time.Hour, 26 * time.Hour,
	}
)

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// randomHistories has many ties in time, visits on every edge of the rules, and addresses that are none.
func randomHistories(r *rand.Rand, persons, events int) []Event {
	var all []Event
	for p := range persons {
		at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(r.IntN(1e6)) * time.Millisecond)
		for i := range r.IntN(events) + 1 {
			at = at.Add(pick(r, somePauses))
			c := pick(r, someCampaigns)
			all = append(all, Event{
				PersonID: fmt.Sprintf("p%d", p), AccountID: pick(r, []string{"", "a", "b"}), At: at, Source: pick(r, []string{"s", "t"}),
				EventID: fmt.Sprintf("e%d-%d-%d", r.IntN(100), p, i), URL: pick(r, somePages), Referrer: pick(r, someReferrers),
				UTMSource: c[0], UTMMedium: c[1], UTMCampaign: c[2], ClickIDKind: c[3],
			})
		}
	}
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// TestSessionsSQLIsSessionize runs both over the same random histories, several settings each.
func TestSessionsSQLIsSessionize(t *testing.T) {
	db := queriestest.New(t)
	settings := []Options{
		{Gap: DefaultGap, ProductPages: DefaultProductPages, OwnDomains: []string{}},
		{Gap: time.Hour, OverCampaigns: true, ProductPages: DefaultProductPages, OwnDomains: []string{}},
		{Gap: time.Second, ProductPages: []string{}, OwnDomains: []string{"accounts.google.com", "other.example"}, ClickIDs: []string{"myclid"}},
		{Gap: 24 * time.Hour, ProductPages: []string{"app.acme.example/", "acme.example/app/"}, OwnDomains: []string{"accounts.google.com"}, ClickIDs: []string{"myclid", "other"}},
	}
	for run, seed := range []uint64{1, 2, 3} {
		r := rand.New(rand.NewPCG(seed, 7))
		events := randomHistories(r, 150, 60)
		var rows []eventRow
		for _, e := range events {
			rows = append(rows, row(e))
		}
		// What must not count: another run's events, and events that are not visits.
		noise := rows[0]
		noise.EventID, noise.Meaning, noise.At = "contact", "email_clicked", noise.At.Add(time.Minute)
		rows = append(rows, noise)
		if err := warehouse.Insert(t.Context(), db, "person_events_by_run", uint64(run+1), rows); err != nil {
			t.Fatal(err)
		}
		for _, o := range settings {
			var got []Session
			for _, people := range [][2]string{{"", "p5"}, {"p5", ""}} {
				some, err := warehouse.SelectAll[Session](t.Context(), db, "staging/sessions.sql", warehouse.Params{
					"run_id": uint64(run + 1), "session_gap_seconds": uint32(o.Gap.Seconds()),
					"product_pages": o.ProductPages, "own_domains": o.OwnDomains, "own_click_ids": append([]string{}, o.ClickIDs...),
					"campaign_ends": !o.OverCampaigns,
					"first_unit":    people[0], "before_unit": people[1],
				})
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, some...)
			}
			want := Sessionize(events, o)
			if len(want) < 100 {
				t.Fatalf("only %d sessions: the histories test nothing", len(want))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("seed %d, gap %s: Sessionize (-) and sessions.sql (+) differ:\n%.3000s", seed, o.Gap, diff)
			}
		}
	}
}

// TestContactsSQL: one row per contact, a conversation counts once, and a click whose visit was seen is that visit.
func TestContactsSQL(t *testing.T) {
	db := queriestest.New(t)
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	contact := func(minutes int, id, meaning, campaign, properties string) eventRow {
		return eventRow{
			PersonID: "p", At: start.Add(time.Duration(minutes) * time.Minute), Source: "s", EventID: id, Kind: "track",
			Meaning: meaning, UTMCampaign: campaign, Properties: properties,
		}
	}
	visit := contact(62, "visit", "", "june", "")
	visit.Kind, visit.URL = "page", "https://acme.example/"
	rows := []eventRow{
		contact(0, "m1", "message_from_prospect", "", `{"conversation_id":"c1"}`),
		contact(1, "m2", "message_from_prospect", "", `{"conversation_id":"c1"}`),
		contact(2, "m3", "message_from_prospect", "", `{"conversation_id":"c2"}`),
		contact(3, "m4", "message_from_prospect", "", `{}`),
		contact(4, "m5", "message_from_prospect", "", `{}`),
		contact(5, "m6", "message_from_agent", "", `{"conversation_id":"c1"}`),
		contact(10, "no visit", "email_clicked", "may", ""),
		contact(56, "visit too late", "email_clicked", "june", ""),
		contact(60, "became the visit", "email_clicked", "june", ""),
		contact(61, "other campaign", "ad_clicked", "july", ""),
		visit,
		contact(63, "visit before", "ad_clicked", "june", ""),
		contact(70, "k", "call_completed", "", ""), contact(71, "b", "meeting_booked", "", ""),
		contact(72, "i", "prompt_clicked", "", ""), contact(73, "f", "feature_used", "", ""), contact(74, "seen", "ad_viewed", "june", ""),
	}
	if err := warehouse.Insert(t.Context(), db, "person_events_by_run", 1, rows); err != nil {
		t.Fatal(err)
	}
	got, err := warehouse.SelectAll[Contact](t.Context(), db, "staging/contacts.sql", warehouse.Params{"run_id": uint64(1), "meanings": mustRules(t).ContactMeanings()})
	if err != nil {
		t.Fatal(err)
	}
	lines := contactLines(got, mustRules(t))
	want := []string{
		"m1/message/Chat", "m3/message/Chat", "m4/message/Chat", "m5/message/Chat", "no visit/email/Email", "visit too late/email/Email",
		"other campaign/ad/Paid Other", "visit before/ad/Paid Other", "k/call/Call", "b/meeting/Meeting", "i/in_product/In-product",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
	if !slices.IsSortedFunc(got, func(a, b Contact) int { return a.TouchTS.Compare(b.TouchTS) }) {
		t.Error("contacts are not in the order of time")
	}
}

func contactLines(contacts []Contact, rules Rules) []string {
	var lines []string
	for _, c := range contacts {
		touched := FromContact(c, rules)
		lines = append(lines, strings.Join([]string{c.TouchID, touched.TouchKind, touched.Channel}, "/"))
	}
	return lines
}

// TestImpressionsAreTouchesIfWanted: where the user's file lists them, the first of a campaign and day, unless the visit that
// followed says it all; the file takes contacts away likewise.
func TestImpressionsAreTouchesIfWanted(t *testing.T) {
	rules, err := ReadRules("ours.yaml", []byte(`
rules: [{channel: Display seen, kind: {is: impression}}]
contacts: {ad_viewed: {kind: impression, source: ad, medium: display}, prompt_clicked: {kind: none}}
examples: [{contact: ad_viewed, utm_source: facebook, utm_medium: paid, channel: Display seen}]
`))
	if err != nil || rules.Test() != nil {
		t.Fatal(err, rules.Test())
	}
	db := queriestest.New(t)
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	impression := func(hours int, id, campaign string) eventRow {
		return eventRow{PersonID: "p", At: start.Add(time.Duration(hours) * time.Hour), Source: "s", EventID: id, Kind: "track",
			Meaning: "ad_viewed", UTMCampaign: campaign, URL: "https://news.example/"}
	}
	prompt := impression(2, "prompt", "")
	prompt.Meaning = "prompt_clicked"
	visit := impression(30, "visit", "july")
	visit.Meaning, visit.Kind, visit.At = "", "page", visit.At.Add(time.Minute)
	rows := []eventRow{
		impression(0, "first", "june"), impression(1, "again", "june"), prompt, impression(3, "other", "may"),
		impression(13, "next day", "june"), impression(30, "became the visit", "july"), visit,
	}
	if err := warehouse.Insert(t.Context(), db, "person_events_by_run", 1, rows); err != nil {
		t.Fatal(err)
	}
	params := warehouse.Params{"run_id": uint64(1), "meanings": rules.ContactMeanings()}
	got, err := warehouse.SelectAll[Contact](t.Context(), db, "staging/contacts.sql", params)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"first/impression/Display seen", "other/impression/Display seen", "next day/impression/Display seen"}
	if diff := cmp.Diff(want, contactLines(got, rules)); diff != "" {
		t.Error(diff)
	}
	sessions, err := warehouse.SelectAll[Session](t.Context(), db, "staging/sessions.sql", warehouse.Params{
		"run_id": uint64(1), "session_gap_seconds": uint32(DefaultGap.Seconds()), "product_pages": DefaultProductPages,
		"own_domains": []string{}, "own_click_ids": []string{}, "campaign_ends": true, "first_unit": "", "before_unit": "",
	})
	if err != nil || len(sessions) != 1 || sessions[0].TouchID != "visit" {
		t.Errorf("an impression opened a visit: %+v, %v", sessions, err)
	}
}

func mustRules(t testing.TB) Rules {
	t.Helper()
	rules, err := DefaultRules()
	if err != nil {
		t.Fatal(err)
	}
	return rules
}
