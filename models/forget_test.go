package models_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/queries/queriestest"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// rejected is a row of events_rejected.
type rejected struct {
	Source     string    `ch:"source"`
	Topic      string    `ch:"topic"`
	Partition  uint32    `ch:"partition"`
	Offset     uint64    `ch:"offset"`
	Reason     string    `ch:"reason"`
	Detail     string    `ch:"detail"`
	Key        string    `ch:"key"`
	Raw        string    `ch:"raw"`
	ReceivedAt time.Time `ch:"received_at"`
	RejectedAt time.Time `ch:"rejected_at"`
}

func letters() []rejected {
	letter := func(offset uint64, key, raw string) rejected {
		return rejected{Source: "test", Topic: "t", Offset: offset, Reason: "wrong_type", Key: key, Raw: raw, ReceivedAt: monday, RejectedAt: time.Now()}
	}
	return []rejected{
		letter(1, "", `{"traits":{"email":"Ada@adaworks.com"}}`),
		letter(2, "user-ada", `{}`),
		letter(3, "", `{"url":"https://x.test/?e=ada%40adaworks.com&x"}`),
		letter(4, "", `{"email":"nada@adaworks.com","user":"user-ada2"}`),
	}
}

// forgettable is a market in which others speak of ada, and she converses.
func forgettable() *story {
	s := market()
	s.add(16, event{Kind: "message", Name: "Message", Meaning: "message_from_prospect", UserID: "user-ada", AccountID: "adaworks",
		Email: "ada@adaworks.com", Properties: `{"conversation_id":"c1","text":"We want to buy a team licence, zebracrossing"}`})
	s.add(16.5, event{Kind: "track", Name: "Invite Sent", Meaning: "teammate_invited", UserID: "user-bob", AccountID: "bobworks",
		URL: "https://app.acme.test/invite?who=ada%40adaworks.com", Properties: `{"to":"Ada@adaworks.com","note":"hi"}`})
	s.add(17, event{Kind: "track", Name: "Feature Used", UserID: "user-colleague", AccountID: "adaworks", Email: "colleague@adaworks.com"})
	return s
}

// traces are what must be found nowhere once ada is forgotten.
var traces = []string{"user-ada", "anon-ada", "ada@adaworks.com", "zebracrossing"}

// everywhere finds the columns of text that hold one of the words, but for the words with a letter before or a digit
// behind, which are others.
func everywhere(t *testing.T, db *warehouse.DB, words []string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for _, line := range rows(t, db, `SELECT table, arrayStringConcat(groupArray(name), ',') FROM system.columns
		WHERE database = currentDatabase() AND (type LIKE '%String%') AND table IN
			(SELECT name FROM system.tables WHERE database = currentDatabase() AND endsWith(engine, 'MergeTree'))
		GROUP BY table`) {
		table, columns, _ := strings.Cut(line, " ")
		pattern := "'(^|[^a-z])(" + strings.Join(words, "|") + ")([^0-9]|$)'"
		var counts []string
		for _, column := range strings.Split(columns, ",") {
			counts = append(counts, fmt.Sprintf("if(countIf(match(lower(toString(%s)), %s)) > 0, '%s', '')", column, pattern, column))
		}
		for _, column := range strings.Fields(rows(t, db, "SELECT "+strings.Join(counts, ", ")+" FROM "+table)[0]) {
			found[table+"."+column] = true
		}
	}
	return found
}

func forget(t *testing.T, db *warehouse.DB, who string, dry bool) models.Forgotten {
	t.Helper()
	f, err := models.Forget(t.Context(), db, models.ForgetOptions{Who: []string{who}, DryRun: dry})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func total(f models.Forgotten) (rows uint64) {
	for _, table := range f.Tables {
		rows += table.Rows
	}
	return rows
}

func TestAForgottenPersonIsNowhereAndStaysAway(t *testing.T) {
	events := forgettable().events
	db := load(t, events)
	if err := warehouse.Insert(t.Context(), db, "events_rejected", 0, letters()); err != nil {
		t.Fatal(err)
	}
	batch(t, db)
	batch(t, db) // an older run is kept too
	person := rows(t, db, "SELECT person_id FROM person_identities WHERE id_value = 'user-ada'")[0]
	before := everywhere(t, db, append(traces, person))
	for _, must := range []string{"events.user_id", "events_rejected.raw", "persons_by_run.email", "stages_by_run.unit_id", "credited_touches_by_run.person_id",
		"person_events_by_run.properties", "person_identities_by_run.id_value", "journeys_by_run.person_ids"} {
		if !before[must] {
			t.Errorf("before, %s holds none of ada: the test looks for too little", must)
		}
	}

	dry := forget(t, db, "Ada@adaworks.com", true)
	if total(dry) == 0 || dry.Request != "" {
		t.Errorf("dry run: %+v", dry)
	}
	wantRows(t, db, "SELECT count() FROM forgotten", "0")
	wantRows(t, db, "SELECT count() > 0 FROM events WHERE user_id = 'user-ada'", "1")

	done := forget(t, db, "Ada@adaworks.com", false)
	if total(done) != total(dry) || fmt.Sprint(done.Accounts) != "[adaworks]" {
		t.Errorf("the dry run counted %d rows, %d went; accounts %v", total(dry), total(done), done.Accounts)
	}
	if left := everywhere(t, db, append(traces, person)); len(left) > 0 {
		t.Errorf("left are %v", left)
	}
	wantRows(t, db, "SELECT offset FROM dead_letters ORDER BY offset", "4")
	wantRows(t, db, "SELECT properties, url FROM events WHERE name = 'Invite Sent'", `{"to":"(forgotten)","note":"hi"} https://app.acme.test/invite?who=(forgotten)`)
	wantRows(t, db, "SELECT count() > 0 FROM events WHERE user_id = 'user-bob'", "1")

	if report := batch(t, db); report.FullBecause != "somebody was forgotten" {
		t.Errorf("the run after it was full because %q", report.FullBecause)
	}
	wantRows(t, db, "SELECT people_before - people, gone, appeared FROM identity_versions", "1 1 0")
	wantRows(t, db, "SELECT count() > 0, countIf(reason NOT LIKE '%somebody was forgotten%') FROM restatements", "1 0")
	wantRows(t, db, "SELECT members FROM accounts WHERE account_id = 'adaworks'", "1")

	if again := forget(t, db, "ada@adaworks.com", false); total(again) != 0 || again.Before.IsZero() {
		t.Errorf("a second time: %+v", again)
	}

	// The topic is read anew: every event comes back, and every dead letter.
	back := forgettable()
	for i := range back.events {
		back.events[i].IngestedAt = time.Now().UTC()
	}
	if err := warehouse.Insert(t.Context(), db, "events", 0, back.events); err != nil {
		t.Fatal(err)
	}
	if err := warehouse.Insert(t.Context(), db, "events_rejected", 0, letters()); err != nil {
		t.Fatal(err)
	}
	batch(t, db)
	if left := everywhere(t, db, append(traces, person)); len(left) > 0 {
		t.Errorf("after the topic was read anew and a run: %v", left)
	}
	wantRows(t, db, "SELECT offset FROM dead_letters ORDER BY offset", "4")
	wantRows(t, db, "SELECT count() FROM persons WHERE user_id IN ('user-bob', 'user-cleo', 'user-colleague')", "3")
	wantRows(t, db, "SELECT members FROM accounts WHERE account_id = 'adaworks'", "1")
}

func TestForgetFinishesWhatWasInterrupted(t *testing.T) {
	db := load(t, forgettable().events)
	batch(t, db)
	ada := rows(t, db, "SELECT person_id FROM persons WHERE user_id = 'user-ada'")[0]
	forget(t, db, "user-ada", false)
	// As if the first attempt had ended after the events: her rows in the marts are still there.
	person := rows(t, db, "SELECT person_id FROM persons WHERE user_id = 'user-bob'")[0]
	if err := db.Statement(t.Context(), "INSERT INTO persons_by_run (run_id, person_id, email) SELECT 1, {p:String}, 'x@x.test'", warehouse.Params{"p": ada}); err != nil {
		t.Fatal(err)
	}
	forget(t, db, "anon-ada", false)
	wantRows(t, db, "SELECT count() FROM persons_by_run WHERE person_id = '"+ada+"'", "0")
	wantRows(t, db, "SELECT count() FROM persons_by_run WHERE person_id = '"+person+"'", "1")
}

func TestForgetSaysWhoIsUnknownAndWaitsForARun(t *testing.T) {
	db := load(t, market().events)
	_, err := models.Forget(t.Context(), db, models.ForgetOptions{Who: []string{"nobody@example.com"}})
	if !errors.Is(err, models.ErrUnknownPerson) || !strings.Contains(err.Error(), "nobody@example.com") {
		t.Errorf("an unknown person: %v", err)
	}
	if err := db.Statement(t.Context(), `INSERT INTO runs (run_id, token, status, host, started_at, updated_at)
		VALUES (9, 'other', 'running', 'elsewhere:1', now64(3), now64(3))`, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := models.Forget(t.Context(), db, models.ForgetOptions{Who: []string{"user-ada"}}); !errors.Is(err, models.ErrBusy) {
		t.Errorf("during a run: %v", err)
	}
}

// TestForgetKnowsEveryTable: of a table that holds ids or words, Forget knows whom its rows are about.
func TestForgetKnowsEveryTable(t *testing.T) {
	db := queriestest.New(t)
	for _, line := range rows(t, db, `SELECT table, arrayStringConcat(groupArray(name), ',') FROM system.columns
		WHERE database = currentDatabase() AND table IN (SELECT name FROM system.tables WHERE database = currentDatabase() AND endsWith(engine, 'MergeTree'))
		GROUP BY table ORDER BY table`) {
		table, columns, _ := strings.Cut(line, " ")
		names := strings.Split(columns, ",")
		telling := slices.ContainsFunc(names, func(name string) bool {
			return !strings.HasSuffix(name, "run_id") && strings.HasSuffix(name, "_id") || strings.HasSuffix(name, "_ids") ||
				slices.Contains([]string{"email", "quote", "text", "raw", "properties", "id_value"}, name)
		})
		if telling && !models.ForgetKnows(table, names) {
			t.Errorf("models.Forget can't tell whom the rows of table %s are about: give it person_id, account_id or unit_kind and unit_id, or list it in tablesOfNobody", table)
		}
	}
}

// TestForgetSomebodyOfManyDevices: more identifiers than one statement takes, before any run.
func TestForgetSomebodyOfManyDevices(t *testing.T) {
	s := &story{}
	for i := range 2500 {
		s.add(float64(i)/24, event{Kind: "page", AnonymousID: fmt.Sprintf("device-%04d", i), UserID: "roamer", URL: "https://www.acme.test/"})
		s.add(float64(i)/24, event{Kind: "page", AnonymousID: fmt.Sprintf("device-%04d", i), URL: "https://www.acme.test/"})
	}
	s.add(1, event{Kind: "page", AnonymousID: "device-other", URL: "https://www.acme.test/"})
	db := load(t, s.events)
	f := forget(t, db, "roamer", false)
	if len(f.Identifiers) != 2501 || total(f) != 5000 {
		t.Errorf("%d identifiers, %d rows", len(f.Identifiers), total(f))
	}
	wantRows(t, db, "SELECT anonymous_id FROM events", "device-other")
}

// TestForgetOnASharedDevice: each keeps what they did under their own name; what nobody signed is the first one's.
func TestForgetOnASharedDevice(t *testing.T) {
	s := &story{}
	s.add(0, event{Kind: "page", AnonymousID: "kiosk"})
	s.add(1, event{Kind: "page", AnonymousID: "kiosk", UserID: "ann-long-id"})
	s.add(2, event{Kind: "page", AnonymousID: "kiosk", UserID: "bob-long-id"})
	db := load(t, s.events)
	if f := forget(t, db, "bob-long-id", false); total(f) != 1 || len(f.Identifiers) != 1 {
		t.Errorf("bob: %+v", f)
	}
	wantRows(t, db, "SELECT event_id FROM events ORDER BY event_id", "e0000", "e0001")
	if f := forget(t, db, "ann-long-id", false); total(f) != 2 || fmt.Sprint(f.TooShort) != "[kiosk]" {
		t.Errorf("ann: %+v", f)
	}
	wantRows(t, db, "SELECT count() FROM events", "0")
}
