package models_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/models/identity"
)

// TestALeadIsItsContactAndItsAccount: records of CRMs as the built-in sources map them.
func TestALeadIsItsContactAndItsAccount(t *testing.T) {
	s := &story{}
	crm := func(day float64, source, name, record, email, account, properties string) {
		kind := "stage"
		s.add(day, event{Kind: kind, Name: name, AnonymousID: source + ":" + record, Email: email, AccountID: account, Properties: properties})
		s.events[len(s.events)-1].Source = source
	}
	// Ann fills in a form, becomes a lead, and then a contact with another address, whose opportunity is won.
	s.add(0, event{Kind: "page", AnonymousID: "ann-device", URL: "https://www.acme.test/"})
	s.add(1, event{Kind: "track", Meaning: "form_submitted", AnonymousID: "ann-device", Email: "ann@ann.example"})
	crm(2, "salesforce", "Lead CREATE", "00Q1", "ann@ann.example", "", `{}`)
	crm(3, "salesforce", "Lead UPDATE", "00Q1", "", "001A", `{"IsConverted":true,"ConvertedContactId":"0031"}`)
	crm(4, "salesforce", "Contact UPDATE", "0031", "ann.lee@work.example", "001A", `{}`)
	crm(5, "salesforce", "Opportunity CREATE", "0061", "", "001A", `{"ContactId":"0031"}`)
	crm(6, "salesforce", "Opportunity UPDATE", "0061", "", "", `{"StageName":"Closed Won"}`)
	// Ben is two contacts until somebody merges them, and has a deal.
	crm(2, "hubspot", "contact.creation", "contact:5", "ben@ben.example", "", `{}`)
	crm(2, "hubspot", "contact.creation", "contact:7", "ben@old.example", "", `{}`)
	crm(3, "hubspot", "contact.merge", "contact:5", "", "", `{"primaryObjectId":5,"mergedObjectIds":[7],"newObjectId":9}`)
	crm(4, "hubspot", "contact.associationChange CONTACT_TO_DEAL", "contact:5", "", "", `{"fromObjectId":5,"toObjectId":70,"associationType":"CONTACT_TO_DEAL"}`)
	crm(5, "hubspot", "deal.creation", "deal:70", "", "", `{}`)
	crm(6, "hubspot", "contact.associationChange CONTACT_TO_DEAL", "contact:8", "", "", `{"fromObjectId":8,"toObjectId":71,"associationRemoved":true}`)
	// Any source may say who somebody was.
	s.add(1, event{Kind: "track", UserID: "old-7"})
	s.add(2, event{Kind: "alias", UserID: "new-7", Properties: `{"same_person_as":["user:old-7","nonsense"]}`})
	db := load(t, s.events)
	batch(t, db)
	wantRows(t, db, `SELECT arraySort(groupArray(id_value)) AS ids FROM person_identities GROUP BY person_id ORDER BY ids`,
		"[ann-device ann.lee@work.example ann@ann.example salesforce:0031 salesforce:0061 salesforce:00Q1]",
		"[ben@ben.example ben@old.example hubspot:contact:5 hubspot:contact:7 hubspot:contact:9 hubspot:deal:70]",
		"[hubspot:contact:8]", "[new-7 old-7]")
	wantRows(t, db, "SELECT account_id, members FROM accounts", "001A 1", "old.example 1")
	wantRows(t, db, "SELECT count() FROM identity_quarantine", "0")
	wantRows(t, db, `SELECT rule, id_value FROM person_identities WHERE id_value IN ('salesforce:0031', 'salesforce:00Q1', 'salesforce:0061') ORDER BY id_value`,
		"conversion salesforce:0031", "same_event salesforce:0061", "record salesforce:00Q1")
}

// TestATakenBackClaimRewritesHistory: two users share an address until somebody says that they are two.
func TestATakenBackClaimRewritesHistory(t *testing.T) {
	s := &story{}
	s.add(0, event{Kind: "page", AnonymousID: "d1", URL: "https://www.acme.test/", UTMSource: "google", UTMMedium: "cpc"})
	s.add(1, event{Kind: "track", Meaning: "signed_up", AnonymousID: "d1", UserID: "ann", Email: "family@home.example"})
	s.add(2, event{Kind: "track", Meaning: "signed_up", AnonymousID: "d2", UserID: "ben", Email: "family@home.example"})
	s.add(3, event{Kind: "track", UserID: "ben\x00"})
	s.add(3, event{Kind: "track", AnonymousID: "undefined"})
	s.add(3, event{Kind: "track"})
	db := load(t, s.events)
	run := func(o identity.Options) models.Report {
		report, err := models.Run(t.Context(), db, models.Options{Bootstrap: -1, ConversionTypes: []string{"won"}, Identity: o})
		if err != nil {
			t.Fatal(err)
		}
		return report
	}
	together := run(identity.Options{})
	wantRows(t, db, "SELECT count() FROM persons WHERE user_id IN ('ann', 'ben')", "1")
	again := run(identity.Options{})
	if again.Identity.Version != together.Identity.Version || again.Identity.Split != 0 || again.FullBecause != "" {
		t.Errorf("nothing happened, and the run says %+v", again.Identity)
	}
	apart := run(identity.Options{Separate: []identity.Pair{{A: identity.ID{Kind: "user", Value: "ann"}, B: identity.ID{Kind: "user", Value: "ben"}},
		{A: identity.ID{Kind: "user", Value: "ann"}, B: identity.ID{Kind: "user", Value: "nobody"}}}})
	if i := apart.Identity; i.Version == together.Identity.Version || i.Split != 1 || i.Unseen != 1 || i.Junk != 2 || i.OptionsHash == together.Identity.OptionsHash {
		t.Errorf("the run that separates says %+v", i)
	}
	wantRows(t, db, "SELECT user_id FROM persons WHERE user_id IN ('ann', 'ben') ORDER BY user_id", "ann", "ben")
	wantRows(t, db, "SELECT a_value, b_value, reason FROM identity_quarantine", "family@home.example ben separated")
	wantRows(t, db, `SELECT p.user_id, c.change, c.identifiers FROM identity_changes AS c INNER JOIN persons AS p ON p.person_id = c.new_person_id`, "ben split 2")
	left, err := models.ReadLeftOut(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	want := []models.LeftOut{
		{What: "claims of identity", Reason: "separated", Items: 1}, {What: "identifiers", Reason: "stand for nobody", Items: 2},
		{What: "events", Reason: "name nobody", Items: 1, Events: 1},
	}
	if diff := cmp.Diff(want, left); diff != "" {
		t.Error(diff)
	}
}
