package models_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// crmEvent adds what a CRM says of one of its records.
func (s *story) crmEvent(day float64, record, name, meaning string, e event) {
	e.Kind, e.Name, e.Meaning, e.AnonymousID = "stage", name, meaning, "salesforce:"+record
	s.add(day, e)
	s.events[len(s.events)-1].Source = "salesforce"
}

// TestALeadAndItsContactAreOneInTheWaterfall: a human who is a lead, a contact, a user of the product and whom a deal is
// about stands once in each stage, and so does the company.
func TestALeadAndItsContactAreOneInTheWaterfall(t *testing.T) {
	s := &story{}
	s.add(0, event{Kind: "track", Meaning: "form_submitted", AnonymousID: "device", Email: "ann@acme.example"})
	s.crmEvent(1, "00Q1", "Lead CREATE", "lead_created", event{Email: "ann@acme.example", Properties: `{"LeadSource":"Web"}`})
	s.crmEvent(2, "00Q1", "Lead UPDATE", "lead_accepted", event{AccountID: "001A", Properties: `{"IsConverted":true,"ConvertedContactId":"0031","ConvertedOpportunityId":"0061"}`})
	s.crmEvent(2.1, "0031", "Contact CREATE", "", event{Email: "ann.lee@work.example", AccountID: "001A"})
	s.crmEvent(2.2, "0061", "Opportunity CREATE", "opportunity_created", event{AccountID: "001A"})
	s.crmEvent(3, "0031", "Event CREATE", "meeting_booked", event{AccountID: "001A"})
	s.crmEvent(9, "0061", "Opportunity UPDATE", "opportunity_won", event{Value: 12000})
	db := load(t, s.events)
	batch(t, db)
	want := []string{"inquiry 1 inbound", "sal 1 inbound", "opportunity 1 inbound", "won 1 inbound"}
	wantRows(t, db, "SELECT stage, count(), any(origin) FROM stages WHERE unit_kind = 'person' GROUP BY stage ORDER BY min(entered_at)", want...)
	wantRows(t, db, "SELECT stage, count(), any(origin) FROM stages WHERE unit_kind = 'account' GROUP BY stage ORDER BY min(entered_at)", want...)
	wantRows(t, db, "SELECT uniqExact(unit_id) FROM stages WHERE unit_kind = 'person'", "1")
	wantRows(t, db, "SELECT account_id, members FROM accounts", "001A 1")
}

// TestADealWithoutAContactIsTheAccounts: nobody is made up for it; the account has its stages, its members are people. A deal
// that names no account either stands for itself, and a notice lists it. When a contact is named later, it is the contact's.
func TestADealWithoutAContactIsTheAccounts(t *testing.T) {
	s := &story{}
	s.crmEvent(1, "0061", "Opportunity CREATE", "opportunity_created", event{AccountID: "001A"})
	s.crmEvent(2, "0062", "Opportunity CREATE", "opportunity_created", event{})
	s.crmEvent(5, "0061", "Opportunity UPDATE", "opportunity_won", event{Value: 12000})
	s.add(3, event{Kind: "identify", UserID: "ben", AccountID: "001A"})
	db := load(t, s.events)
	batch(t, db)
	const people = `SELECT i.id_value, s.stage FROM stages AS s INNER JOIN person_identities AS i ON i.person_id = s.unit_id
		WHERE s.unit_kind = 'person' ORDER BY s.entered_at`
	wantRows(t, db, people, "salesforce:0062 opportunity", "ben suspect")
	wantRows(t, db, "SELECT unit_id, stage, origin FROM stages WHERE unit_kind = 'account' ORDER BY entered_at", "001A opportunity sgl", "001A won sgl")
	wantRows(t, db, "SELECT account_id, members FROM accounts", "001A 1")
	wantRows(t, db, "SELECT account_id, record, count() FROM persons WHERE record != '' GROUP BY ALL ORDER BY ALL", " deal 1", "001A deal 1")
	wantNotice(t, db, "deals_name_somebody", `"deal":"salesforce:0062"`)
	wantRows(t, db, "SELECT what, reason, items, events FROM left_out",
		"deals name neither contact nor account: each a unit of its own 1 1", "deals name no contact: counted with the account alone 1 2")

	late := &story{}
	late.crmEvent(6, "0031", "OpportunityContactRole CREATE", "", event{AccountID: "001A", Email: "ann@acme.example", Properties: `{"OpportunityId":"0061","ContactId":"0031"}`})
	late.events[0].EventID, late.events[0].IngestedAt = "late", monday.AddDate(1, 0, 0)
	if err := warehouse.Insert(t.Context(), db, "events", 0, late.events); err != nil {
		t.Fatal(err)
	}
	batch(t, db)
	wantRows(t, db, "SELECT stage FROM stages WHERE unit_kind = 'person' AND unit_id IN (SELECT person_id FROM persons WHERE email = 'ann@acme.example') ORDER BY entered_at",
		"opportunity", "won")
	wantRows(t, db, "SELECT account_id, members FROM accounts", "001A 2")
}

// wantNotice asserts that a notice finds one row, whose text holds part.
func wantNotice(t *testing.T, db *warehouse.DB, name, part string) {
	t.Helper()
	checks, err := models.RunChecks(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(checks, func(c models.Check) bool { return c.Name == name })
	if i < 0 || !checks[i].Notice || checks[i].Violations != 1 || !strings.Contains(checks[i].Example, part) {
		t.Errorf("notice %s does not find one row with %s: %+v", name, part, checks)
	}
}
