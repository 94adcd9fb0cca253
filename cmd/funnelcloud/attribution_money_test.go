package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// aMixedShop is customers who come by an advertisement and then by search: eight pay 100 EUR in February, four 50 USD in March, and
// one 7 of nobody knows what. Somebody whom nobody has seen pays 10 EUR. Advertising cost 400 EUR and 30 USD. Somebody comes by search in March and buys nothing.
func aMixedShop() *shop {
	s := &shop{}
	for i := range 14 {
		at, amount, currency := time.Date(2026, 2, 3, i, 0, 0, 0, time.UTC), int64(100_0000), "EUR"
		switch {
		case i >= 12:
			at, amount, currency = at.AddDate(0, 1, 0), 7_0000, ""
		case i >= 8:
			at, amount, currency = at.AddDate(0, 1, 0), 50_0000, "USD"
		}
		user, device := fmt.Sprintf("user-%d", i), fmt.Sprintf("device-%d", i)
		search := shopEvent{Kind: "page", AnonymousID: device, URL: "https://shop.test/", Referrer: "https://www.google.com/"}
		if i == 13 {
			s.add(at, search)
			continue
		}
		s.add(at, shopEvent{Kind: "page", AnonymousID: device, URL: "https://shop.test/", UTMSource: "google", UTMMedium: "cpc", UTMCampaign: "spring"})
		s.add(at.AddDate(0, 0, 1), search)
		s.add(at.AddDate(0, 0, 1).Add(time.Minute), shopEvent{Kind: "identify", AnonymousID: device, UserID: user})
		s.add(at.AddDate(0, 0, 2), shopEvent{Kind: "billing", Name: "Subscription Started", Meaning: "subscription_started", UserID: user, Value: amount, Currency: currency})
	}
	s.add(time.Date(2026, 2, 20, 0, 0, 0, 0, time.UTC), shopEvent{Kind: "billing", Name: "Subscription Started", Meaning: "subscription_started", UserID: "unseen", Value: 10_0000, Currency: "EUR"})
	for currency, cost := range map[string]int64{"EUR": 400_0000, "USD": 30_0000} {
		s.add(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), shopEvent{Kind: "ad_cost", Name: "Google Ads", UTMCampaign: "spring", Value: cost, Currency: currency})
	}
	s.add(time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC), shopEvent{Kind: "page", AnonymousID: "much-later", URL: "https://shop.test/"})
	return s
}

// Amounts of two currencies are never added up: who asks chooses one, and hears what is left out. A run whose rows are dropped
// still says what its months were.
func TestAttributionOfSeveralCurrencies(t *testing.T) {
	ensured(t)
	s := up(t, t.TempDir())
	if err := warehouse.Insert(t.Context(), s.db(t), "events", 0, aMixedShop().events); err != nil {
		t.Fatal(err)
	}
	mustRun(t, "run", "--data", s.folder, "--bootstrap", "0", "--model", "linear,markov_1", "--conversion", "won")
	attribution := func(args ...string) creditReport {
		t.Helper()
		return decode[creditReport](t, mustRun(t, append([]string{"attribution", "--data", s.folder, "--output", "json"}, args...)...).out)
	}
	notes := func(r creditReport, words string) bool {
		return slices.ContainsFunc(r.Notes, func(note string) bool { return strings.Contains(note, words) })
	}
	wantFailure(t, exitUsage, []string{"EUR, USD", "--currency"}, "attribution", "--data", s.folder)
	wantFailure(t, exitUsage, []string{"GBP", "EUR, USD"}, "attribution", "--data", s.folder, "--currency", "GBP")
	for currency, want := range map[string]struct {
		value, cost float64
		other       string
	}{"eur": {400, 400, "USD"}, "USD": {100, 30, "EUR"}} {
		r := attribution("--currency", currency, "--model", "linear")
		ad := of(t, r, "linear", "Paid Search")
		near(t, "conversions in "+currency, ad.Conversions, 6.5)
		near(t, "value in "+currency, ad.Value, want.value)
		near(t, "cost per conversion in "+currency, ad.CPA.Value, want.cost/6.5)
		near(t, "return in "+currency, ad.ROAS.Value, want.value/want.cost)
		if !notes(r, "Values in "+want.other+", no currency are left out") || !notes(r, "Costs in "+want.other+" are left out") {
			t.Errorf("%s: what is left out is not told: %q", currency, r.Notes)
		}
	}
	february := attribution("--period", "2026-02", "--remove", "Paid Search")
	if len(february.Reasons) != 1 || february.Reasons[0] != (reasonCount{"pre_history", 1}) {
		t.Errorf("why February has a conversion without a touch: %+v", february.Reasons)
	}
	if out := mustRun(t, "attribution", "--data", s.folder, "--period", "2026-02", "--model", "linear").out; !strings.Contains(out, "1.00 without any touch to credit\nWithout a touch: 1 pre_history.") {
		t.Errorf("nobody is told why:\n%s", out)
	}
	if february.Currency != "EUR" || len(february.Removals) != 1 || february.Removals[0].Conversions != 1 || february.Removals[0].Value != 1 {
		t.Errorf("February is in %q, and without the advertisement %+v", february.Currency, february.Removals)
	}
	march := attribution("--period", "2026-03", "--currency", "USD", "--transitions")
	starts := map[string]float64{}
	for _, transition := range march.Transitions {
		if transition.From == "(start)" {
			starts[transition.To] = transition.Journeys
		}
	}
	if starts["Paid Search"] != 5 || starts["Organic Search"] != 1 { // that of nobody's purchase
		t.Errorf("journeys that ended in March began by %v", starts)
	}
	wantFailure(t, exitUsage, []string{"goes by channel", "--dimension campaign"}, "attribution", "--data", s.folder, "--currency", "EUR", "--remove", "Paid Search", "--dimension", "campaign")

	// What dropping a run leaves of it.
	if err := s.db(t).Statement(t.Context(), "ALTER TABLE attribution_effects_by_run DROP PARTITION 1", nil); err != nil {
		t.Fatal(err)
	}
	past := attribution("--as-of", "1", "--period", "2026-02")
	near(t, "February as of run 1", of(t, past, "linear", "Paid Search").Value, 400)
	wantFailure(t, exitUsage, []string{"leave out --segment"}, "attribution", "--data", s.folder, "--as-of", "1", "--segment", "country=DE")
	wantFailure(t, exitUsage, []string{"whole months"}, "attribution", "--data", s.folder, "--as-of", "1", "--from", "2026-02-03")
	wantFailure(t, exitUsage, []string{"for a chain"}, "attribution", "--data", s.folder, "--as-of", "1", "--transitions")
}
