package main

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// crmRecord is a row of the fixture: a lead with the opportunity that it was converted to, or an opportunity with its close
// date; empty where there is none.
type crmRecord struct{ id, created, then string }

// TestSalesforceFromChangeEventsToStages: 5 leads of the web, 3 of which became opportunities, of which 2 were won, as change
// data capture tells of them; two more opportunities, one of them won, name neither lead nor account. (The fixture of PostHog's
// funnel test; the files hold a CRM's state, one row a record, and the changes are made of their dates.)
func TestSalesforceFromChangeEventsToStages(t *testing.T) {
	leads, opportunities := crmRecords(t, "salesforce_lead_data.csv"), crmRecords(t, "salesforce_opportunity_data.csv")
	if leads == nil {
		leads = []crmRecord{
			{"00Q1", "2024-05-01", ""}, {"00Q2", "2024-05-02", "0061"}, {"00Q3", "2024-05-03", "0062"}, {"00Q4", "2024-05-04", ""}, {"00Q5", "2024-05-05", "0063"},
		}
		opportunities = []crmRecord{
			{"0061", "2024-05-11", ""}, {"0062", "2024-05-12", "2024-06-02"}, {"0063", "2024-05-13", "2024-06-03"}, {"0064", "2024-05-14", ""},
			{"0065", "2024-05-15", "2024-06-05"},
		}
	}
	var changes []string
	change := func(entity, kind, record string, at time.Time, fields map[string]any) {
		fields["ChangeEventHeader"] = map[string]any{
			"entityName": entity, "changeType": kind, "recordIds": []string{record}, "transactionKey": entity + kind + record, "sequenceNumber": 1,
			"commitTimestamp": at.UnixMilli(),
		}
		text, err := json.Marshal(map[string]any{"schema": "s", "payload": fields, "event": map[string]any{"replayId": len(changes)}})
		if err != nil {
			t.Fatal(err)
		}
		changes = append(changes, string(text))
	}
	created := map[string]time.Time{}
	for _, o := range opportunities {
		created[o.id] = crmTime(t, o.created)
		change("Opportunity", "CREATE", o.id, created[o.id], map[string]any{"StageName": "Prospecting", "Amount": 1000})
		if o.then != "" {
			change("Opportunity", "UPDATE", o.id, crmTime(t, o.then), map[string]any{"StageName": "Closed Won"})
		}
	}
	for _, l := range leads {
		change("Lead", "CREATE", l.id, crmTime(t, l.created), map[string]any{"LeadSource": "Web", "Status": "Open - Not Contacted"})
		if l.then != "" {
			change("Lead", "UPDATE", l.id, created[l.then], map[string]any{"IsConverted": true, "Status": "Closed - Converted", "ConvertedOpportunityId": l.then})
		}
	}
	ensured(t)
	s := up(t, t.TempDir())
	mustRun(t, "load", writeFile(t, "changes.ndjson", strings.Join(changes, "\n")+"\n"), "--source", "salesforce", "--data", s.folder)
	mustRun(t, "ingest", "--drain", "--data", s.folder)
	mustRun(t, "run", "--data", s.folder)
	const reached = `SELECT countIf(has(stages, 'inquiry')), countIf(has(stages, 'inquiry') AND has(stages, 'opportunity')),
		countIf(has(stages, 'inquiry') AND has(stages, 'opportunity') AND has(stages, 'won')), countIf(has(stages, 'opportunity')), countIf(has(stages, 'won')), count()
		FROM (SELECT unit_id, groupArray(toString(stage)) AS stages FROM stages WHERE unit_kind = 'person' GROUP BY unit_id)`
	s.want(t, reached, "5 3 2 5 3 7")
	s.want(t, "SELECT arrayStringConcat(groupArray(toString(stage)), ' '), any(origin) FROM (SELECT * FROM stages ORDER BY unit_id, entered_at, left_at) GROUP BY unit_id HAVING count() = 4 LIMIT 1",
		"inquiry sal opportunity won inbound")
	s.want(t, "SELECT count() FROM persons WHERE record = 'deal'", "2")
}

// crmRecords reads a file of the shared data; nil where they are absent.
func crmRecords(t *testing.T, name string) []crmRecord {
	t.Helper()
	file := sharedData(t, "posthog", name)
	if file == "" {
		return nil
	}
	text, err := os.ReadFile(filepath.Clean(file))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.ReplaceAll(string(text), `\N`, ""))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var records []crmRecord
	for _, row := range rows[1:] {
		records = append(records, crmRecord{row[0], row[1], row[2]})
	}
	return records
}

func crmTime(t *testing.T, text string) time.Time {
	t.Helper()
	for _, layout := range []string{"2006-01-02T15:04:05.000", "2006-01-02T15:04:05.000-0700", time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC()
		}
	}
	t.Fatalf("no time: %q", text)
	return time.Time{}
}
