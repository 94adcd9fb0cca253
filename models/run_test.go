package models_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/queries/queriestest"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

func TestMain(m *testing.M) { os.Exit(queriestest.Main(m)) }

// event is a row of table events, as far as the batch reads it.
type event struct {
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
	Email       string    `ch:"email"`
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
	Version     uint64    `ch:"version"`
}

var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// story builds the history of a company, event by event.
type story struct{ events []event }

func (s *story) add(day float64, e event) {
	e.EventID = fmt.Sprintf("e%04d", len(s.events))
	e.Source = "test"
	e.At = monday.Add(time.Duration(day * 24 * float64(time.Hour)))
	e.ReceivedAt, e.IngestedAt = e.At.Add(time.Second), e.At.Add(2*time.Second)
	e.Version = 1<<62 - uint64(e.ReceivedAt.UnixMilli())
	if e.Properties == "" {
		e.Properties = "{}"
	}
	s.events = append(s.events, e)
}

// ada is anonymous first, comes by an advertisement, returns by search, signs up, uses the product and pays 100.
func (s *story) ada(name string) {
	anonymous, user, mail := "anon-"+name, "user-"+name, name+"@"+name+"works.com"
	page := event{Kind: "page", AnonymousID: anonymous, URL: "https://www.acme.test/"}
	ad := page
	ad.UTMSource, ad.UTMMedium, ad.UTMCampaign, ad.ClickIDKind = "google", "cpc", "spring", "gclid"
	s.add(0, ad)
	organic := page
	organic.Referrer = "https://www.google.com/"
	s.add(3, organic)
	s.add(3.001, event{Kind: "track", Name: "Signed Up", Meaning: "signed_up", AnonymousID: anonymous, UserID: user, Email: mail})
	s.add(3.002, event{Kind: "identify", AnonymousID: anonymous, UserID: user, Email: mail, Properties: `{"plan":"free"}`})
	for day := 4.0; day < 14; day++ {
		s.add(day, event{Kind: "track", Name: "Feature Used", Meaning: "feature_used", UserID: user, AccountID: name + "works",
			Properties: fmt.Sprintf(`{"feature":"f%d","plan":"free"}`, int(day)%4)})
	}
	s.add(15, event{Kind: "stage", Name: "Opportunity Created", Meaning: "opportunity_created", UserID: user, AccountID: name + "works"})
	s.add(20, event{Kind: "billing", Name: "Subscription Started", Meaning: "subscription_started", UserID: user,
		AccountID: name + "works", Value: 1_000_000, Currency: "EUR"})
}

// passerBy comes once and never again.
func (s *story) passerBy(number int) {
	s.add(float64(number%10)/10, event{Kind: "page", AnonymousID: fmt.Sprintf("passer-%d", number), URL: "https://www.acme.test/blog",
		Referrer: "https://www.facebook.com/"})
}

func market() *story {
	s := &story{}
	for _, name := range []string{"ada", "bob", "cleo"} {
		s.ada(name)
	}
	for i := range 40 {
		s.passerBy(i)
	}
	// The observation goes on long enough that the passers-by are no longer too young to judge.
	s.add(200, event{Kind: "page", AnonymousID: "latecomer", URL: "https://www.acme.test/"})
	return s
}

func load(t *testing.T, events []event) *warehouse.DB {
	t.Helper()
	db := queriestest.New(t)
	if err := warehouse.Insert(t.Context(), db, "events", 0, events); err != nil {
		t.Fatal(err)
	}
	return db
}

func batch(t *testing.T, db *warehouse.DB) models.Report {
	t.Helper()
	report, err := models.Run(t.Context(), db, models.Options{Bootstrap: 20, ConversionTypes: []string{"pql", "won"}})
	if err != nil {
		t.Fatal(err)
	}
	checks, err := models.RunChecks(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	if len(checks) == 0 {
		t.Fatal("no data check ran")
	}
	for _, check := range checks {
		if check.Violations > 0 && !check.Notice {
			t.Errorf("check %s: %d violations, e.g. %s", check.Name, check.Violations, check.Example)
		}
	}
	return report
}

func rows(t *testing.T, db *warehouse.DB, statement string) []string {
	t.Helper()
	_, values, err := db.TableText(t.Context(), statement, nil)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	lines := make([]string, len(values))
	for i, row := range values {
		lines[i] = strings.TrimSuffix(fmt.Sprintln(row...), "\n")
	}
	return lines
}

func wantRows(t *testing.T, db *warehouse.DB, statement string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, rows(t, db, statement)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", statement, diff)
	}
}

func TestTheHistoryBeforeSignUpIsCredited(t *testing.T) {
	db := load(t, market().events)
	batch(t, db)
	wantRows(t, db, "SELECT count() FROM persons", "44")
	wantRows(t, db, "SELECT uniqExact(person_id) FROM person_identities WHERE id_value IN ('anon-ada', 'user-ada', 'ada@adaworks.com')", "1")
	wantRows(t, db, `SELECT channel, count() FROM touchpoints WHERE person_id IN
		(SELECT person_id FROM person_identities WHERE id_value = 'user-ada') GROUP BY channel ORDER BY channel`,
		"Organic Search 1", "Paid Search 1")
	wantRows(t, db, `SELECT channel, round(sum(weight), 9), sum(credited_value) FROM attribution_ledger
		WHERE model = 'linear' AND conversion_type = 'won' AND unit_kind = 'person' GROUP BY channel ORDER BY channel`,
		"Organic Search 1.5 150", "Paid Search 1.5 150")
	wantRows(t, db, `SELECT model, sum(credited_value) FROM attribution_ledger WHERE conversion_type = 'won' AND unit_kind = 'account'
		AND model IN ('first', 'markov_1', 'u_shaped') GROUP BY model ORDER BY model`, "first 300", "markov_1 300", "u_shaped 300")
	wantRows(t, db, `SELECT count() FROM conversions WHERE conversion_type = 'signed_up' AND unit_kind = 'person'`, "3")
	wantRows(t, db, `SELECT outcome, count() FROM journeys WHERE conversion_type = 'signed_up' AND unit_kind = 'person' GROUP BY outcome ORDER BY outcome`,
		"censored 1", "converted 3", "not_converted 40")
}

func TestASharedDeviceMergesNobody(t *testing.T) {
	s := market()
	s.add(30, event{Kind: "identify", AnonymousID: "anon-ada", UserID: "user-dora", Email: "dora@example.com"})
	db := load(t, s.events)
	batch(t, db)
	wantRows(t, db, "SELECT uniqExact(person_id) FROM person_identities WHERE id_value IN ('user-ada', 'user-dora')", "2")
	wantRows(t, db, "SELECT a_value, b_value, reason FROM identity_quarantine", "anon-ada user-dora shared_device")
}

func TestEveryStageHasItsEvidence(t *testing.T) {
	db := load(t, market().events)
	batch(t, db)
	stages := rows(t, db, "SELECT DISTINCT stage FROM stages WHERE unit_kind = 'person' ORDER BY stage")
	for _, want := range []string{"suspect", "inquiry", "pql", "opportunity", "won"} {
		if !slices.Contains(stages, want) {
			t.Errorf("nobody entered %s; entered were %v", want, stages)
		}
	}
	wantRows(t, db, `SELECT count() FROM stages WHERE empty(evidence_event_ids) AND stage != 'nurture'`, "0")
}

// dump is everything that a run published, in a fixed order, without run numbers and the time of the run.
func dump(t *testing.T, db *warehouse.DB) string {
	t.Helper()
	var all strings.Builder
	for _, view := range rows(t, db, `SELECT name FROM system.tables WHERE database = currentDatabase() AND engine = 'View'
		AND name NOT IN ('events_deduplicated', 'published_run', 'history_of_run', 'recomputed_units',
			'identity_versions', 'identity_changes') AND NOT endsWith(name, '_at') AND NOT startsWith(name, 'run_')
		ORDER BY name`) {
		fmt.Fprintf(&all, "# %s\n%s\n", view, strings.Join(rows(t, db, "SELECT * EXCEPT run_id FROM "+view+" ORDER BY ALL"), "\n"))
	}
	return all.String()
}

func TestTheOrderOfArrivalChangesNothing(t *testing.T) {
	events := market().events
	sorted := load(t, events)
	batch(t, sorted)
	want := dump(t, sorted)
	random := rand.New(rand.NewPCG(1, 2))
	for range 3 {
		shuffled := slices.Clone(events)
		random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		shuffled = append(shuffled, shuffled[:20]...) // sent twice
		db := queriestest.New(t)
		for part := range slices.Chunk(shuffled, 17) {
			if err := warehouse.Insert(t.Context(), db, "events", 0, part); err != nil {
				t.Fatal(err)
			}
		}
		batch(t, db)
		if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(dump(t, db), "\n")); diff != "" {
			t.Fatalf("shuffled arrival (-sorted +shuffled):\n%s", diff)
		}
	}
}

func TestARunOnNoEventsIsAnEmptyRun(t *testing.T) {
	db := queriestest.New(t)
	report := batch(t, db)
	if report.Events != 0 || report.RunID != 1 {
		t.Errorf("report %+v", report)
	}
	wantRows(t, db, "SELECT status, error FROM runs FINAL", "published ")
}

func TestASecondRunReplacesTheFirstAndOldOnesAreDropped(t *testing.T) {
	db := load(t, market().events)
	first := batch(t, db)
	want := dump(t, db)
	for range 4 {
		batch(t, db)
	}
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(dump(t, db), "\n")); diff != "" {
		t.Errorf("a repeated run differs:\n%s", diff)
	}
	wantRows(t, db, "SELECT DISTINCT run_id FROM fitted_credit_by_run ORDER BY run_id", "3", "4", "5")
	if first.RunID != 1 {
		t.Errorf("the first run is number %d", first.RunID)
	}
}

func TestASecondRunAtOnceIsRefused(t *testing.T) {
	db := load(t, market().events)
	batch(t, db)
	if err := db.Statement(t.Context(), `INSERT INTO runs (run_id, token, status, host, started_at, updated_at)
		VALUES (9, 'other', 'running', 'elsewhere:1', now64(3), now64(3))`, nil); err != nil {
		t.Fatal(err)
	}
	_, err := models.Run(t.Context(), db, models.Options{})
	if !errors.Is(err, models.ErrBusy) || !strings.Contains(err.Error(), "elsewhere:1") {
		t.Fatalf("want ErrBusy that names the other, got %v", err)
	}
	if err := db.Statement(t.Context(), `INSERT INTO runs (run_id, token, status, host, started_at, updated_at)
		VALUES (9, 'other', 'running', 'elsewhere:1', now64(3), now64(3) - 3600), (9, 'other', 'failed', 'elsewhere:1', now64(3), now64(3) + 1)`, nil); err != nil {
		t.Fatal(err)
	}
	if report := batch(t, db); report.RunID != 10 {
		t.Errorf("the run after a dead one is number %d", report.RunID)
	}
}

func TestAFailedRunLeavesTheLastOne(t *testing.T) {
	db := load(t, market().events)
	batch(t, db)
	want := dump(t, db)
	if err := db.Statement(t.Context(), "RENAME TABLE path_linearity_by_run TO hidden", nil); err != nil {
		t.Fatal(err)
	}
	_, err := models.Run(t.Context(), db, models.Options{Bootstrap: 20, ConversionTypes: []string{"pql", "won"}})
	if err == nil || !strings.Contains(err.Error(), "step paths") || !strings.Contains(err.Error(), "last published run stands") {
		t.Fatalf("want an error that names the step, got %v", err)
	}
	if err := db.Statement(t.Context(), "RENAME TABLE hidden TO path_linearity_by_run", nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, dump(t, db)); diff != "" {
		t.Errorf("readers see something else after a failed run:\n%s", diff)
	}
	wantRows(t, db, "SELECT count() FROM stages_by_run WHERE run_id = 2", "0")
	wantRows(t, db, "SELECT status FROM runs FINAL WHERE run_id = 2", "failed")
}
