package models_test

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

// sharedData is a folder of real data beside the project. Where it is absent these tests say so and check nothing.
func sharedData(t *testing.T, elements ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{"..", "..", "shared", "data"}, elements...)...)
	if _, err := os.Stat(path); err != nil {
		t.Logf("not tested on real data: %s is absent", path)
		return ""
	}
	return path
}

// table reads a file of RavenStack as rows by column name.
func table(t *testing.T, folder, name string) []map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join(folder, "ravenstack_"+name+".csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, column := range lines[0] {
			row[column] = line[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func ravenDay(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse("02-01-2006", text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// ravenTraps counts what is odd about the data: a pipeline that takes it as it stands finds product-qualified leads that
// nobody ever was.
type ravenTraps struct {
	UsesTwice, UsesBeforeSubscription, UsesAfterSubscription, UsesBeforeSignUp, TrialsWithMoney int
}

// raven is the company's history as events: sign-ups, trials, subscriptions and uses of the product. All has the precision
// of a day, so ids keep what happens on one day in order: sign-up, then plans, then use.
func raven(t *testing.T, folder string) (events []event, traps ravenTraps) {
	t.Helper()
	received := 0
	add := func(account, order, id string, at time.Time, e event) {
		received++
		e.Source, e.EventID, e.UserID, e.AccountID, e.At = "ravenstack", order+id, "admin-"+account, account, at
		e.Kind, e.Name = "track", e.Meaning
		e.ReceivedAt, e.IngestedAt = at.Add(time.Second+time.Duration(received)*time.Millisecond), at.Add(time.Hour)
		e.Version = 1<<62 - uint64(received) // of two events with one id the first in the file stays
		if e.Properties == "" {
			e.Properties = "{}"
		}
		events = append(events, e)
	}
	signedUp, subscriptions := map[string]time.Time{}, map[string]map[string]string{}
	for _, a := range table(t, folder, "accounts") {
		at := ravenDay(t, a["signup_date"])
		signedUp[a["account_id"]] = at
		add(a["account_id"], "0-", a["account_id"], at, event{Meaning: "signed_up", Properties: `{"plan":"free"}`})
	}
	for _, s := range table(t, folder, "subscriptions") {
		subscriptions[s["subscription_id"]] = s
		starts, ends, value := "subscription_started", "subscription_cancelled", int64(0)
		if _, err := fmt.Sscan(s["mrr_amount"], &value); err != nil {
			t.Fatal(err)
		}
		if s["is_trial"] == "TRUE" {
			starts, ends = "trial_started", "trial_ended"
			if value > 0 {
				traps.TrialsWithMoney++
			}
		}
		which := `{"subscription_id":"` + s["subscription_id"] + `"}`
		add(s["account_id"], "1-", s["subscription_id"], ravenDay(t, s["start_date"]), event{Meaning: starts, Value: value * 10_000, Currency: "USD", Properties: which})
		if s["end_date"] != "" {
			add(s["account_id"], "1-end-", s["subscription_id"], ravenDay(t, s["end_date"]), event{Meaning: ends, Properties: which})
		}
	}
	seen := map[string]bool{}
	for _, u := range table(t, folder, "feature_usage") {
		if seen[u["usage_id"]] {
			traps.UsesTwice++
		}
		seen[u["usage_id"]] = true
		s, at := subscriptions[u["subscription_id"]], ravenDay(t, u["usage_date"])
		if at.Before(ravenDay(t, s["start_date"])) {
			traps.UsesBeforeSubscription++
		}
		if s["end_date"] != "" && at.After(ravenDay(t, s["end_date"])) {
			traps.UsesAfterSubscription++
		}
		if at.Before(signedUp[s["account_id"]]) {
			traps.UsesBeforeSignUp++
		}
		add(s["account_id"], "2-", u["usage_id"], at, event{Meaning: "feature_used", Properties: `{"feature":"` + u["feature_name"] + `"}`})
	}
	return events, traps
}

// firstBreadth is a plain reading of pql_breadth: the first event, a use or a change of plan, with which a user on the free
// plan or a trial, no customer, has used four features on two days within 14 days. What was used before a purchase is spent;
// a second purchase spends nothing. Subscriptions run side by side, as here all over: a customer is one until the last ends.
func firstBreadth(history []event) (time.Time, bool) {
	plan, customer := "", false
	running := map[string]bool{}
	var uses []event
	for _, e := range history {
		cancelled := false
		switch e.Meaning {
		case "signed_up":
			plan = cmp.Or(plan, "free")
		case "trial_started":
			if plan != "paid" {
				plan = "trial"
			}
		case "trial_ended":
			if plan != "paid" {
				plan = "free"
			}
		case "subscription_cancelled":
			delete(running, e.Properties)
			if len(running) == 0 {
				plan, cancelled = "free", true
			}
		case "subscription_started":
			if !customer {
				uses = nil
			}
			plan, customer, running[e.Properties] = "paid", true, true
		case "feature_used":
			uses = append(uses, e)
		}
		uses = slices.DeleteFunc(uses, func(u event) bool { return !u.At.After(e.At.Add(-14 * 24 * time.Hour)) })
		features, days := map[string]bool{}, map[time.Time]bool{}
		for _, u := range uses {
			features[u.Properties], days[u.At] = true, true
		}
		if (plan == "free" || plan == "trial") && !customer && len(features) >= 4 && len(days) >= 2 {
			return e.At, true
		}
		customer = customer && !cancelled
	}
	return time.Time{}, false
}

// RavenStack's product-qualified leads. 77 % of its use is dated before the subscription it belongs to and half of it
// before the account signed up, when there was no plan to be qualified on: none of that may make a lead.
func TestRavenStacksProductQualifiedLeads(t *testing.T) {
	folder := sharedData(t, "datasets", "ravenstack")
	if folder == "" {
		return
	}
	events, traps := raven(t, folder)
	want := ravenTraps{UsesTwice: 21, UsesBeforeSubscription: 19142, UsesAfterSubscription: 290, UsesBeforeSignUp: 13198}
	if diff := gocmp.Diff(want, traps); diff != "" {
		t.Errorf("the traps of the data (-want +got):\n%s", diff)
	}
	db := load(t, events)
	batch(t, db)
	wantRows(t, db, "SELECT count() FROM person_events WHERE meaning = 'feature_used'", "24979")

	histories, signedUp := map[string][]event{}, map[string]time.Time{}
	seen := map[string]bool{}
	for _, e := range events {
		if !seen[e.EventID] {
			histories[e.AccountID] = append(histories[e.AccountID], e)
		}
		seen[e.EventID] = true
		if e.Meaning == "signed_up" {
			signedUp[e.AccountID] = e.At
		}
	}
	var leads []string
	for account, history := range histories {
		slices.SortFunc(history, func(a, b event) int {
			if c := a.At.Compare(b.At); c != 0 {
				return c
			}
			return strings.Compare(a.EventID, b.EventID)
		})
		if at, qualified := firstBreadth(history); qualified {
			if at.Before(signedUp[account]) {
				t.Errorf("%s qualified before it signed up", account)
			}
			leads = append(leads, account+" "+at.Format(time.DateOnly))
		}
	}
	slices.Sort(leads)
	got := rows(t, db, `SELECT unit_id, toString(toDate(min(met_at))) FROM qualifications WHERE unit_kind = 'account' AND definition = 'pql_breadth'
		GROUP BY unit_id ORDER BY unit_id`)
	if diff := gocmp.Diff(leads, got); diff != "" {
		t.Errorf("leads by pql_breadth (-read plainly +computed):\n%s", diff)
	}
	// Stages after the win say what billing said: who has a subscription is a customer, whose last one ended is none.
	wantRows(t, db, `SELECT count() FROM
		(SELECT account_id, countIf(meaning = 'subscription_started' AND value > 0) - countIf(meaning = 'subscription_cancelled' AND JSONExtractString(properties, 'subscription_id') IN
			(SELECT JSONExtractString(properties, 'subscription_id') FROM person_events WHERE meaning = 'subscription_started' AND value > 0)) AS open,
			countIf(meaning = 'subscription_started' AND value > 0) AS started
		 FROM person_events GROUP BY account_id HAVING started > 0) AS b
		INNER JOIN (SELECT unit_id, countIf(stage = 'churned') > 0 AS churned, countIf(stage IN ('won', 'retained', 'expanded')) > 0 AS customer FROM stages
			WHERE unit_kind = 'account' AND left_at IS NULL GROUP BY unit_id) AS s ON s.unit_id = b.account_id
		WHERE (b.open > 0) != s.customer`, "0")
	if len(leads) == 0 {
		t.Error("no account qualified: the data test nothing")
	}
	t.Logf("%d of %d accounts qualified by breadth of use", len(leads), len(histories))
}
