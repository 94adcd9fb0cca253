package main

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// shopEvent is a row of table events, as far as these tests fill it.
type shopEvent struct {
	Source      string    `ch:"source"`
	EventID     string    `ch:"event_id"`
	Kind        string    `ch:"kind"`
	Name        string    `ch:"name"`
	Meaning     string    `ch:"meaning"`
	At          time.Time `ch:"event_ts"`
	ReceivedAt  time.Time `ch:"received_at"`
	IngestedAt  time.Time `ch:"ingested_at"`
	AnonymousID string    `ch:"anonymous_id"`
	UserID      string    `ch:"user_id"`
	AccountID   string    `ch:"account_id"`
	URL         string    `ch:"url"`
	Referrer    string    `ch:"referrer"`
	UTMSource   string    `ch:"utm_source"`
	UTMMedium   string    `ch:"utm_medium"`
	UTMCampaign string    `ch:"utm_campaign"`
	Country     string    `ch:"country"`
	Value       int64     `ch:"value,decimal4"`
	Currency    string    `ch:"currency"`
	Properties  string    `ch:"properties"`
}

type shop struct{ events []shopEvent }

func (s *shop) add(at time.Time, e shopEvent) {
	e.Source, e.EventID, e.At = "test", fmt.Sprintf("e%05d", len(s.events)), at
	e.ReceivedAt, e.IngestedAt = at.Add(time.Second), at.Add(2*time.Second)
	if e.Properties == "" {
		e.Properties = "{}"
	}
	s.events = append(s.events, e)
}

// aShop is forty customers: each comes by an advertisement of the spring campaign, then by search, and pays 100; those
// with an even number are from Germany and pay in February, the others in May. Advertising cost 400 in February and 600
// in May, told by its campaign alone.
func aShop() *shop {
	s := &shop{}
	for i := range 40 {
		at := time.Date(2026, 2, 3, i%20, 0, 0, 0, time.UTC)
		country := "DE"
		if i%2 == 1 {
			at, country = at.AddDate(0, 3, 0), "FR"
		}
		user, device := fmt.Sprintf("user-%d", i), fmt.Sprintf("device-%d", i)
		page := shopEvent{Kind: "page", AnonymousID: device, URL: "https://shop.test/", Country: country}
		ad := page
		ad.UTMSource, ad.UTMMedium, ad.UTMCampaign = "google", "cpc", "spring"
		s.add(at, ad)
		search := page
		search.Referrer = "https://www.google.com/"
		s.add(at.AddDate(0, 0, 2), search)
		s.add(at.AddDate(0, 0, 2).Add(time.Minute), shopEvent{Kind: "identify", AnonymousID: device, UserID: user, Country: country,
			Properties: fmt.Sprintf(`{"size":"%d"}`, i%4)})
		s.add(at.AddDate(0, 0, 3), shopEvent{Kind: "billing", Name: "Subscription Started", Meaning: "subscription_started", UserID: user,
			Value: 1_000_000, Currency: "EUR"})
	}
	for month, cost := range map[time.Month]int64{2: 4_000_000, 5: 6_000_000} {
		s.add(time.Date(2026, month, 1, 0, 0, 0, 0, time.UTC),
			shopEvent{Kind: "ad_cost", Name: "Google Ads", UTMCampaign: "spring", Value: cost, Currency: "EUR"})
	}
	return s
}

func (s *localStack) db(t *testing.T) *warehouse.DB {
	t.Helper()
	a, err := readAddress(s.folder)
	if err != nil {
		t.Fatal(err)
	}
	db, err := warehouse.Open(t.Context(), warehouse.Config{Addr: a.ClickHouse, User: a.User, Password: a.Password})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func of(t *testing.T, r creditReport, model, channel string) channelCredit {
	t.Helper()
	for _, c := range r.Credits {
		if c.Model == model && c.Channel == channel {
			return c
		}
	}
	t.Fatalf("no credit of %s by %s in %+v", channel, model, r)
	return channelCredit{}
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-9 {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func TestAttributionOfTheTables(t *testing.T) {
	ensured(t)
	s := up(t, t.TempDir())
	attribution := func(args ...string) creditReport {
		t.Helper()
		args = append([]string{"attribution", "--data", s.folder, "--output", "json"}, args...)
		return decode[creditReport](t, mustRun(t, args...).out)
	}
	wantFailure(t, exitFailed, []string{"no conversions", "--paths"}, "attribution", "--data", s.folder)
	if err := warehouse.Insert(t.Context(), s.db(t), "events", 0, aShop().events); err != nil {
		t.Fatal(err)
	}
	mustRun(t, "run", "--data", s.folder, "--bootstrap", "50")

	all := attribution()
	if all.ConversionType != "won" || all.UnitKind != "person" || all.Currency != "EUR" || all.Run != 1 {
		t.Errorf("report %+v", all)
	}
	near(t, "conversions", all.Conversions, 40)
	first, last := of(t, all, "first", "Paid Search"), of(t, all, "last", "Organic Search")
	near(t, "first", first.Conversions, 40)
	near(t, "last", last.Value, 4000)
	linear := of(t, all, "linear", "Paid Search")
	near(t, "linear", linear.Conversions, 20)
	near(t, "cost per conversion", linear.CPA.Value, 1000.0/20)
	near(t, "return", linear.ROAS.Value, 2000.0/1000)
	if !linear.CPA.known() || *linear.CPA.Low >= 50 || *linear.CPA.High <= 50 || *linear.ROAS.Low >= 2 || *linear.ROAS.High <= 2 {
		t.Errorf("intervals %+v, %+v", linear.CPA, linear.ROAS)
	}
	if len(linear.Like) != 1 {
		t.Errorf("two equal channels are told apart: %+v", linear)
	}
	if c := all.Comparison[0]; c.Disagreement != 1 || !strings.Contains(c.Reading, "0–100 %") || !strings.Contains(c.Reading, "don't cut on this") {
		t.Errorf("comparison %+v", c)
	}

	may := attribution("--period", "2026-05", "--model", "linear")
	near(t, "conversions of May", may.Conversions, 20)
	near(t, "cost per conversion in May", of(t, may, "linear", "Paid Search").CPA.Value, 60)
	quarter := attribution("--from", "2026-01-01", "--to", "2026-03-31", "--model", "linear", "--dimension", "campaign")
	near(t, "cost per conversion of the campaign", of(t, quarter, "linear", "spring").CPA.Value, 40)
	near(t, "conversions without campaign", of(t, quarter, "linear", "(Organic Search)").Conversions, 10)
	months := attribution("--by", "month", "--model", "last,linear")
	if len(months.Parts) != 2 || months.Parts[1].Part != "2026-05" {
		t.Fatalf("parts %+v", months)
	}
	near(t, "May's part", of(t, *months.Parts[1], "linear", "Paid Search").Conversions, 10)
	near(t, "cost per conversion of May's part", of(t, *months.Parts[1], "linear", "Paid Search").CPA.Value, 60)
	near(t, "cost per conversion of March's part", of(t, *months.Parts[0], "linear", "Paid Search").CPA.Value, 40)
	screen := mustRun(t, "attribution", "--data", s.folder, "--by", "month", "--model", "linear").out
	for _, words := range []string{"Cost per conversion in EUR by linear", "Return on what was spent, by linear", "60.00", "40.00"} {
		if !strings.Contains(screen, words) {
			t.Errorf("months without %q:\n%s", words, screen)
		}
	}
	countries := attribution("--by", "country", "--model", "linear", "--dimension", "landing_page")
	if len(countries.Parts) != 2 || countries.Parts[0].Part != "DE" {
		t.Fatalf("parts %+v", countries)
	}
	near(t, "the German part", of(t, *countries.Parts[0], "linear", "/").Value, 2000)
	if out := mustRun(t, "attribution", "--data", s.folder, "--by", "country").out; !strings.Contains(out, "known for everybody together") {
		t.Errorf("countries say nothing of costs:\n%s", out)
	}
	for segment, want := range map[string]float64{"country=DE": 20, "size=3": 10} {
		r := attribution("--segment", segment, "--model", "last")
		near(t, segment, r.Conversions, want)
		if of(t, r, "last", "Organic Search").Spend != nil {
			t.Errorf("%s: costs of everybody stand beside the credit of a few", segment)
		}
	}

	// A late visit takes credit away from May's advertisement; what run 1 said can still be seen.
	late := shop{}
	late.add(time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), shopEvent{Kind: "page", AnonymousID: "device-1", URL: "https://shop.test/", Referrer: "https://www.facebook.com/"})
	late.add(time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC), shopEvent{Kind: "page", AnonymousID: "somebody", URL: "https://shop.test/"})
	late.events[0].EventID, late.events[1].EventID = "late", "much-later"
	late.events[0].IngestedAt = late.events[1].IngestedAt
	if err := warehouse.Insert(t.Context(), s.db(t), "events", 0, late.events); err != nil {
		t.Fatal(err)
	}
	mustRun(t, "run", "--data", s.folder, "--bootstrap", "50")
	near(t, "first in May", of(t, attribution("--period", "2026-05"), "first", "Paid Search").Conversions, 19)
	asOf := attribution("--period", "2026-05", "--as-of", "1")
	near(t, "first in May as of run 1", of(t, asOf, "first", "Paid Search").Conversions, 20)
	if asOf.Run != 1 {
		t.Errorf("run %d", asOf.Run)
	}
	wantFailure(t, exitFailed, []string{"run 99"}, "attribution", "--data", s.folder, "--as-of", "99")
	french := attribution("--as-of", "1", "--segment", "country=FR", "--model", "first", "--dimension", "campaign")
	near(t, "first of the French as of run 1", of(t, french, "first", "spring").Conversions, 20)

	table := mustRun(t, "attribution", "--data", s.folder, "--model", "markov_1").out
	for _, words := range []string{"Credit for won by persons: 40.00 conversions", "Paid Search", "cost per", "Not distinguishable", "Money is in EUR"} {
		if !strings.Contains(table, words) {
			t.Errorf("the table lacks %q:\n%s", words, table)
		}
	}
	csv := mustRun(t, "attribution", "--data", s.folder, "--model", "first,last", "--output", "csv").out
	if lines := strings.Split(strings.TrimSpace(csv), "\n"); len(lines) != 4 || !strings.HasPrefix(lines[1], "first,Paid Search,39,3900,0.975,") || !strings.HasPrefix(lines[3], "last,Organic Search,40,4000,1,1,1,1,1,1,") {
		t.Errorf("CSV:\n%s", csv)
	}

	wantFailure(t, exitFailed, []string{"Atlantis"}, "attribution", "--data", s.folder, "--conversion", "Atlantis")
	wantFailure(t, exitFailed, []string{"in this slice"}, "attribution", "--data", s.folder, "--segment", "country=XX")
	wantFailure(t, exitFailed, []string{"no account converted"}, "attribution", "--data", s.folder, "--unit", "account")
	wantFailure(t, exitFailed, []string{"no model hazard", "funnelcloud run --model default,hazard"}, "attribution", "--data", s.folder, "--model", "linear,hazard")
	wantFailure(t, exitFailed, []string{`a value of "day"`, "week, month"}, "attribution", "--data", s.folder, "--by", "day")
}

func TestAttributionsSliceIsChecked(t *testing.T) {
	for _, c := range []struct {
		word string
		args []string
	}{
		{"person or account", []string{"--unit", "company"}},
		{"landing_page", []string{"--dimension", "weather"}},
		{"2026-Q1", []string{"--period", "spring"}},
		{"a day", []string{"--from", "March"}},
		{"after --to", []string{"--from", "2026-03-02", "--to", "2026-03-01"}},
		{"ATTRIBUTE=VALUE", []string{"--segment", "DE"}},
		{"at least 0", []string{"--bootstrap", "-1"}},
		{"one or the other", []string{"--period", "2026", "--from", "2026-01-01"}},
		{"--period, --as-of: a file of paths knows no time", []string{"--paths", "-", "--period", "2026", "--as-of", "1"}},
		{"--currency: a file of paths", []string{"--paths", "-", "--currency", "EUR"}},
		{"--separator: says how a file is laid out", []string{"--separator", ","}},
		{"--remove-sequence ask", []string{"--order", "2"}},
		{"goes with --transitions", []string{"--loops=false"}},
		{"sum to more than 1", []string{"--model", "linear,participation"}},
	} {
		wantFailure(t, exitUsage, []string{c.word}, append([]string{"attribution"}, c.args...)...)
	}
}

func TestPeriods(t *testing.T) {
	for text, want := range map[string]string{
		"2026": "2026-01-01 2027-01-01", "2026-Q4": "2026-10-01 2027-01-01", "2026q2": "2026-04-01 2026-07-01",
		"2026-12": "2026-12-01 2027-01-01", "2026-02-28": "2026-02-28 2026-03-01",
	} {
		from, until, err := parsePeriod(text)
		if got := from.Format(time.DateOnly) + " " + until.Format(time.DateOnly); err != nil || got != want {
			t.Errorf("%s: got %s, %v, want %s", text, got, err, want)
		}
	}
}
