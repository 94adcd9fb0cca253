package dashboards

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/funnelcloud/funnelcloud/queries"
)

var updateAlerts = flag.Bool("update-alerts", false, "write the provisioned alert rules instead of comparing them")

func TestCommittedAlertRulesAreWhatTheProgramMakes(t *testing.T) {
	want, err := AlertRules()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("provisioning", filepath.FromSlash(alertsFile))
	if *updateAlerts {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if have, err := os.ReadFile(file); err != nil || !bytes.Equal(have, want) {
		t.Errorf("%s has drifted (%v): run go test ./dashboards -run AlertRules -update-alerts", file, err)
	}
}

var duration = regexp.MustCompile(`^\d+[smh]$`)

// ruleFaults are breaches of what Grafana asks of a file of alert rules, and of what we ask.
func ruleFaults(text []byte) (faults []string) {
	var file alertFile
	if err := yaml.UnmarshalWithOptions(text, &file, yaml.Strict()); err != nil {
		return []string{err.Error()}
	}
	uids, titles := map[string]bool{}, map[string]bool{}
	for _, group := range file.Groups {
		if file.APIVersion != 1 || group.OrgID == 0 || group.Name == "" || group.Folder == "" || !duration.MatchString(group.Interval) {
			faults = append(faults, "group lacks organisation, name, folder or interval")
		}
		for _, r := range group.Rules {
			if r.UID == "" || len(r.UID) > 40 || uids[r.UID] || r.Title == "" || titles[r.Title] {
				faults = append(faults, r.UID+": uid or title is missing, too long, or there twice")
			}
			uids[r.UID], titles[r.Title] = true, true
			faults = append(faults, faultsOf(r)...)
		}
	}
	if len(uids) == 0 {
		faults = append(faults, "no rules")
	}
	return faults
}

func faultsOf(r alertRule) (faults []string) {
	fault := func(wrong bool, what string) {
		if wrong {
			faults = append(faults, r.UID+": "+what)
		}
	}
	fault(len(r.Data) != 2 || r.Condition != r.Data[len(r.Data)-1].RefID, "the condition isn't the last query")
	for _, d := range r.Data {
		model, ok := d.Model.(map[string]any)
		fault(!ok || model["refId"] != d.RefID, "a model with another refId")
		fault(d.TimeRange.From <= d.TimeRange.To, "an empty range of time")
		switch d.DatasourceUID {
		case provisionedDatasource:
			sql, _ := model["rawSql"].(string)
			fault(strings.TrimSpace(sql) == "" || strings.Contains(sql, "$") || strings.Contains(sql, "_by_run"), "a statement that Grafana would change, or that reads unpublished rows")
			fault(model["editorType"] != "sql" || model["queryType"] != "table", "a statement that the plugin would read otherwise")
		case "__expr__":
			fault(model["type"] != "threshold" || model["expression"] != r.Data[0].RefID, "a threshold of nothing")
		default:
			fault(true, "an unknown datasource "+d.DatasourceUID)
		}
	}
	fault(r.NoDataState != "OK" || r.ExecErrState != "Error", "states that Grafana doesn't have, or not ours")
	fault(!duration.MatchString(r.For), "no time for which it must last")
	fault(r.Annotations["summary"] == "" || r.Annotations["description"] == "", "no words for who gets it")
	fault(regexp.MustCompile(`(^|[^$])\$[^$]`).MatchString(r.Annotations["summary"]), "a single dollar sign in the words")
	fault(r.Labels["severity"] == "", "no severity")
	return faults
}

func TestAlertRulesAreWellFormed(t *testing.T) {
	text, err := AlertRules()
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range ruleFaults(text) {
		t.Error(fault)
	}
	for name, edit := range map[string][2]string{
		"unknown field":   {"noDataState:", "noDataStat:"},
		"unknown state":   {"noDataState: OK", "noDataState: Fine"},
		"uid twice":       {"uid: funnelcloud-rejects", "uid: funnelcloud-lag"},
		"condition":       {"condition: B", "condition: C"},
		"datasource":      {"datasourceUid: " + provisionedDatasource, "datasourceUid: P123"},
		"single dollar":   {"{{ $$values.A", "{{ $values.A"},
		"no duration":     {"for: 10m", `for: "10"`},
		"threshold of B":  {"expression: A", "expression: B"},
		"unpublished":     {"FROM ingest_batches", "FROM stages_by_run"},
		"macro":           {"FROM ingest_batches", "FROM ingest_batches WHERE $__timeFilter(x)"},
		"nothing to tell": {"severity: critical", "severit: critical"},
	} {
		broken := strings.Replace(string(text), edit[0], edit[1], 1)
		if broken == string(text) {
			t.Errorf("%s: %q isn't there to be broken", name, edit[0])
		} else if len(ruleFaults([]byte(broken))) == 0 {
			t.Errorf("%s: not noticed", name)
		}
	}
}

// Lag, refused messages, a stale run and failing checks are watched; and a statement without a rule would watch nothing.
func TestEveryAlertStatementHasItsRule(t *testing.T) {
	rules := map[string]bool{}
	for _, a := range alerts {
		rules[a.name+".sql"] = true
	}
	files, err := queries.FS.ReadDir("alerts")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !rules[file.Name()] {
			t.Errorf("queries/alerts/%s has no rule", file.Name())
		}
	}
	for _, name := range []string{"lag", "rejects", "stale_run", "failing_checks"} {
		if !rules[name+".sql"] {
			t.Errorf("no rule watches %s", name)
		}
	}
}

// A notification links to a panel: it must be there.
func TestAlertRulesLinkToPanels(t *testing.T) {
	panels, err := Panels()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range alerts {
		found := false
		for _, p := range panels {
			found = found || p.Dashboard == pipelineUID && p.ID == a.panel
		}
		if !found {
			t.Errorf("%s links to panel %d, which isn't there", a.name, a.panel)
		}
	}
}
