package models_test

import (
	"strings"
	"testing"

	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/models/qualify"
)

// TestNoticesNameWhatMayBeMeant: a definition nobody meets, a property nobody sends, a window longer than the history and
// people of whom nothing is left are told, counted, and fail nothing. (The robot's e-mail domain is an account of its own.)
func TestNoticesNameWhatMayBeMeant(t *testing.T) {
	s := market()
	s.add(5, event{Kind: "track", Meaning: "signed_up", UserID: "robot", Email: "robot@example.com", Properties: `{"plan":"free","robot":true}`})
	db := load(t, s.events)
	definitions, err := qualify.Load(qualify.File{Name: "own.yaml", Text: []byte(`qualifications:
  - {name: pql_nobody, version: 1, lapse_days: 9, reason: r, when: {on: feature_used, where: 'properties.featur == "f1"', at_least: 1}}
  - {name: pql_long, version: 1, lapse_days: 9, window_days: 900, reason: r, when: {on: feature_used, at_least: 1}}
exclusions: {name: exclusions, version: 1, events: [{reason: robot, where: properties.robot == true}]}
`)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := models.Run(t.Context(), db, models.Options{Bootstrap: 20, ConversionTypes: []string{"pql", "won"}, Definitions: definitions}); err != nil {
		t.Fatal(err)
	}
	checks, err := models.RunChecks(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"definitions_match_somebody": "pql_nobody", "definition_properties_exist": "featur",
		"definition_windows_fit_history": "pql_long", "units_keep_an_event": "robot",
	}
	for _, c := range checks {
		part, notice := want[c.Name]
		switch {
		case notice && !c.Notice:
			t.Errorf("check %s is no notice", c.Name)
		case notice && (c.Violations == 0 || c.Name == "units_keep_an_event" && c.Violations != 2):
			t.Errorf("notice %s: %d rows", c.Name, c.Violations)
		case !notice && c.Violations > 0:
			t.Errorf("check %s: %d violations, e.g. %s", c.Name, c.Violations, c.Example)
		}
		if c.Name == "definition_windows_fit_history" && !strings.Contains(c.Example, part) {
			t.Errorf("notice %s: %s does not name %s", c.Name, c.Example, part)
		}
		delete(want, c.Name)
	}
	if len(want) > 0 {
		t.Errorf("notices that did not run: %v", want)
	}
	wantRows(t, db, "SELECT property FROM (SELECT arrayJoin(properties) AS property FROM definitions WHERE definition = 'pql_nobody')", "featur")
	wantRows(t, db, "SELECT what, reason, items, events FROM left_out", "histories of people excluded from definitions: robot 1 1")
	wantRows(t, db, "SELECT count() FROM stages WHERE unit_id IN (SELECT person_id FROM person_identities WHERE id_value = 'robot')", "0")
}

// TestClaimsThatConflictAreShown: two people on one device.
func TestClaimsThatConflictAreShown(t *testing.T) {
	s := market()
	s.add(6, event{Kind: "identify", AnonymousID: "anon-ada", UserID: "user-bob"})
	db := load(t, s.events)
	batch(t, db)
	wantNotice(t, db, "identity_claims_conflict", `"reason":"shared_device"`)
}

// TestWindowsAreHeldAgainstWhatIsKept: the table forgets after 20 days, and a window of 30 is told.
func TestWindowsAreHeldAgainstWhatIsKept(t *testing.T) {
	db := load(t, market().events)
	if err := db.Statement(t.Context(), "ALTER TABLE events MODIFY TTL toDateTime(event_ts) + toIntervalDay(20) SETTINGS materialize_ttl_after_modify = 0", nil); err != nil {
		t.Fatal(err)
	}
	definitions, err := qualify.Load(qualify.File{Name: "own.yaml", Text: []byte(
		`qualifications: [{name: pql_long, version: 1, lapse_days: 9, window_days: 30, reason: r, when: {on: feature_used, at_least: 1}}]`)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := models.Run(t.Context(), db, models.Options{Bootstrap: -1, ConversionTypes: []string{"won"}, Definitions: definitions}); err != nil {
		t.Fatal(err)
	}
	wantNotice(t, db, "definition_windows_fit_history", `"kept_days":20`)
}
