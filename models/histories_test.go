package models

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/funnelcloud/funnelcloud/models/identity"
	"github.com/funnelcloud/funnelcloud/models/qualify"
	"github.com/funnelcloud/funnelcloud/queries/queriestest"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// personRow is what the statements read of a person.
type personRow struct {
	PersonID   string `ch:"person_id"`
	AccountID  string `ch:"account_id"`
	Email      string `ch:"email"`
	JunkReason string `ch:"junk_reason"`
}

type accountRow struct {
	AccountID string `ch:"account_id"`
}

// Definitions whose filters look at every column by which ClickHouse may leave out events, and at those it may not.
var filteredDefinitions = map[string]string{
	"built in": "",
	"by name, kind, source and address": `
qualifications:
  - name: q
    version: 1
    lapse_days: 9
    window_days: 5
    reason: r
    when:
      any:
        - {where: 'name == "Report" && properties.n > 1', at_least: 2}
        - {where: 'kind == "screen"', measure: values, of: properties.n, at_least: 2}
        - {where: 'source in ["b", "c"] and not (url contains "/x")', at_least: 3}
        - {where: 'url endsWith "/pricing"', at_least: 1}
        - {where: 'user_agent contains "Firefox"', at_most: 0}
exclusions:
  name: exclusions
  version: 1
  events:
    - {reason: robot, where: 'user_agent contains "bot"'}
    - {reason: test, where: 'source == "c" && properties.n == 0'}
`,
	"nothing can be left out": `
qualifications:
  - name: q
    version: 1
    lapse_days: 9
    reason: r
    when: {where: 'properties.n == 2 || utm_source == "news"', at_least: 2}
exclusions:
  name: exclusions
  version: 1
  events: [{reason: robot, where: 'user_agent matches "(?i)BOT"'}]
requests:
  name: r
  version: 1
  within_minutes: 5
  never_after_days: 3
  requests: [{request: any page, where: 'referrer == "https://a.example/"'}]
  replies: [{where: 'utm_medium == "email"'}, {where: 'utm_campaign != ""'}]
`,
}

// TestLeavingOutEventsChangesNothing: what ClickHouse reads for the definitions gives the same outcome, unit by unit, as
// all events do.
func TestLeavingOutEventsChangesNothing(t *testing.T) {
	run := uint64(0)
	db := queriestest.New(t)
	for name, text := range filteredDefinitions {
		for seed := range uint64(3) {
			run++
			r := rand.New(rand.NewPCG(seed, 3))
			definitions, err := qualify.Load(qualify.File{Name: "own.yaml", Text: []byte(text)})
			if err != nil {
				t.Fatal(err)
			}
			events := randomEvents(r)
			insertHistory(t, db, run, events)
			until := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
			for _, kind := range []string{unitPerson, unitAccount} {
				params := warehouse.Params{"run_id": run, "previous_run": uint64(0)}
				all := historyParams(historiesOfRun, definitions)
				for i := 0; i+1 < len(all); i += 2 {
					params[all[i].(string)] = all[i+1]
				}
				read, outcomes := outcomesOf(t, db, kind, params, definitions, until)
				want, total := outcomesOfAll(t, kind, events, definitions, until)
				if diff := gocmp.Diff(want, outcomes); diff != "" {
					t.Fatalf("%s, seed %d, %s (-all +read):\n%.3000s", name, seed, kind, diff)
				}
				if leavesOut := !definitions.Prefilter().Everything; leavesOut == (read == total) {
					t.Errorf("%s: read %d of %d events", name, read, total)
				}
			}
		}
	}
}

func outcomesOf(t *testing.T, db *warehouse.DB, kind string, params warehouse.Params, d *qualify.Definitions, until time.Time) (int, map[string]qualify.Outcome) {
	t.Helper()
	read, outcomes := 0, map[string]qualify.Outcome{}
	for h, err := range unitHistories(context.Background(), db, kind, identity.Options{}, params) {
		if err != nil {
			t.Fatal(err)
		}
		read += len(h.signals)
		o, err := d.Evaluate(h.unit, h.signals, until)
		if err != nil {
			t.Fatal(err)
		}
		outcomes[strings.Clone(h.unit.ID)] = detached(o)
	}
	return read, outcomes
}

// detached copies the texts, which share the memory of whole batches, by way of their own formatting.
func detached(o qualify.Outcome) qualify.Outcome {
	for i := range o.Stages {
		s := &o.Stages[i]
		s.UnitID, s.AccountID = strings.Clone(s.UnitID), strings.Clone(s.AccountID)
		for k := range s.EvidenceEventIDs {
			s.EvidenceEventIDs[k] = strings.Clone(s.EvidenceEventIDs[k])
		}
	}
	return o
}

func outcomesOfAll(t *testing.T, kind string, events []qualify.Signal, d *qualify.Definitions, until time.Time) (map[string]qualify.Outcome, int) {
	t.Helper()
	byUnit, total := map[string][]qualify.Signal{}, 0
	for _, e := range events {
		id := e.PersonID
		if kind == unitAccount {
			id = e.AccountID
		}
		if id != "" {
			byUnit[id] = append(byUnit[id], e)
			total++
		}
	}
	outcomes := map[string]qualify.Outcome{}
	for id, signals := range byUnit {
		slices.SortFunc(signals, func(a, b qualify.Signal) int {
			return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Source, b.Source), strings.Compare(a.EventID, b.EventID))
		})
		u := qualify.Unit{Kind: kind, ID: id, AccountID: id}
		if kind == unitPerson {
			u.AccountID = companyOf(id)
		}
		o, err := d.Evaluate(u, signals, until)
		if err != nil {
			t.Fatal(err)
		}
		outcomes[id] = o
	}
	return outcomes, total
}

func companyOf(person string) string { return "a" + person[len(person)-1:] }

// randomEvents has ties in time, events that mean nothing, and some that are left out at the beginning of a history.
func randomEvents(r *rand.Rand) []qualify.Signal {
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	var events []qualify.Signal
	for p := range 40 {
		person := fmt.Sprintf("p%02d", p)
		at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		for i := range 1 + r.IntN(40) {
			at = at.Add([]time.Duration{0, time.Minute, 5 * time.Hour, 50 * time.Hour}[r.IntN(4)])
			events = append(events, qualify.Signal{
				PersonID: person, AccountID: companyOf(person), Source: pick("a", "b", "c"), EventID: fmt.Sprintf("e%d-%d-%d", r.IntN(9), p, i),
				Kind: pick("track", "track", "page", "screen", "identify"), Name: pick("", "Report", "Other"), At: at,
				Meaning: pick("", "", "", "", "feature_used", "signed_up", "form_submitted", "message_from_agent", "activated"),
				URL:     pick("", "https://x.example/pricing", "https://x.example/x", "https://x.example/pricing?y"), Referrer: pick("", "https://a.example/"),
				UTMSource: pick("", "", "news"), UTMMedium: pick("", "email"), UTMCampaign: pick("", "", "", "spring"),
				UserAgent: pick("Firefox", "Chrome", "Somebot"), Properties: fmt.Sprintf(`{"n":%d,"feature":"f%d"}`, r.IntN(4), r.IntN(5)),
				Value: int64(r.IntN(2)) * 10_000,
			})
		}
	}
	return events
}

func insertHistory(t *testing.T, db *warehouse.DB, run uint64, events []qualify.Signal) {
	t.Helper()
	var people []personRow
	var accounts []accountRow
	for p := range 40 {
		person := fmt.Sprintf("p%02d", p)
		people = append(people, personRow{PersonID: person, AccountID: companyOf(person)})
	}
	for a := range 10 {
		accounts = append(accounts, accountRow{fmt.Sprintf("a%d", a)})
	}
	shuffled := slices.Clone(events)
	rand.New(rand.NewPCG(run, 1)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	for _, err := range []error{
		db.Statement(t.Context(), "INSERT INTO runs (run_id, token, status, base_run_id) VALUES ({run:UInt64}, 't', 'published', {run:UInt64})", warehouse.Params{"run": run}),
		warehouse.Insert(t.Context(), db, "person_events_by_run", run, shuffled), warehouse.Insert(t.Context(), db, "persons_by_run", run, people),
		warehouse.Insert(t.Context(), db, "accounts_by_run", run, accounts),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
}
