package dashboards

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/funnelcloud/funnelcloud/queries"
)

// alertsFile is where the alert rules lie in Grafana's provisioning folder.
const alertsFile = "alerting/funnelcloud.yaml"

// provisionedDatasource is the uid in provisioning/datasources/funnelcloud.yaml: alert rules know no variables.
const provisionedDatasource = "funnelcloud-clickhouse"

// alert is a rule: the statement queries/alerts/<name>.sql gives numbers, one of which above the limit fires it.
type alert struct {
	name, title, summary, then string
	above                      float64
	lasts, severity            string
	panel                      uint32 // of Pipeline health, which the notification links to
}

var alerts = []alert{
	{"lag", "Messages wait to be read", "{{ $$values.A.Value }} messages of topic {{ $$labels.topic }} wait", "Start more consumers, or see why they are slow: docs/operations.md.", 100_000, "10m", "warning", 3},
	{"stale_ingest", "No events have been stored", "The last batch of events was stored {{ humanizeDuration $$values.A.Value }} ago", "See whether the consumers run and the senders send: funnelcloud status.", 3600, "5m", "warning", 2},
	{"rejects", "Many messages are refused", "{{ humanizePercentage $$values.A.Value }} of the messages of the last hour were refused", "See the samples, mend the source file, then funnelcloud replay.", 0.01, "10m", "warning", 10},
	{"stale_run", "No run has been published", "The last run was published {{ humanizeDuration $$values.A.Value }} ago: the dashboards show figures of then", "See the log of the batch, or why it doesn't start: funnelcloud status.", 7200, "10m", "warning", 7},
	{"failed_runs", "The batch fails", "{{ $$values.A.Value }} runs have failed since the last one that was published", "The run says what failed; readers still see the last published one.", 0, "0s", "critical", 7},
	{"failing_checks", "Published figures break their own rules", "{{ $$values.A.Value }} data checks of the published run fail", "Don't rely on the dashboards until it is mended: funnelcloud check.", 0, "0s", "critical", 9},
}

type alertFile struct {
	APIVersion int          `yaml:"apiVersion"`
	Groups     []alertGroup `yaml:"groups"`
}

type alertGroup struct {
	OrgID    int         `yaml:"orgId"`
	Name     string      `yaml:"name"`
	Folder   string      `yaml:"folder"`
	Interval string      `yaml:"interval"`
	Rules    []alertRule `yaml:"rules"`
}

type alertRule struct {
	UID          string            `yaml:"uid"`
	Title        string            `yaml:"title"`
	Condition    string            `yaml:"condition"`
	Data         []alertQuery      `yaml:"data"`
	NoDataState  string            `yaml:"noDataState"`
	ExecErrState string            `yaml:"execErrState"`
	For          string            `yaml:"for"`
	Annotations  map[string]string `yaml:"annotations"`
	Labels       map[string]string `yaml:"labels"`
	IsPaused     bool              `yaml:"isPaused"`
}

type alertQuery struct {
	RefID         string         `yaml:"refId"`
	DatasourceUID string         `yaml:"datasourceUid"`
	TimeRange     alertTimeRange `yaml:"relativeTimeRange"`
	Model         any            `yaml:"model"`
}

// alertTimeRange is in seconds before now. The statements know their own periods, but Grafana refuses a range of nothing.
type alertTimeRange struct {
	From int `yaml:"from"`
	To   int `yaml:"to"`
}

type alertStatement struct {
	RefID         string `yaml:"refId"`
	EditorType    string `yaml:"editorType"`
	PluginVersion string `yaml:"pluginVersion"`
	Format        int    `yaml:"format"`
	QueryType     string `yaml:"queryType"`
	RawSQL        string `yaml:"rawSql"`
}

// alertThreshold is Grafana's expression of the same name: it fires for each row of A whose number is above the limit.
type alertThreshold struct {
	RefID      string           `yaml:"refId"`
	Type       string           `yaml:"type"`
	Expression string           `yaml:"expression"`
	Conditions []alertCondition `yaml:"conditions"`
}

type alertCondition struct {
	Evaluator alertEvaluator `yaml:"evaluator"`
}

type alertEvaluator struct {
	Type   string    `yaml:"type"`
	Params []float64 `yaml:"params"`
}

// AlertRules returns the rules for Grafana's alerting as a provisioning file. Grafana replaces $NAME in such files by its
// environment, so a statement with a dollar sign is an error, and templates write it twice. No row counts as fine: there is
// nothing yet to be watched. A query that fails is told as an error.
func AlertRules() ([]byte, error) {
	group := alertGroup{OrgID: 1, Name: "funnelcloud", Folder: "funnelcloud", Interval: "1m"}
	for _, a := range alerts {
		rule, err := a.rule()
		if err != nil {
			return nil, fmt.Errorf("alert rule %s: %w", a.name, err)
		}
		group.Rules = append(group.Rules, rule)
	}
	text, err := yaml.MarshalWithOptions(alertFile{APIVersion: 1, Groups: []alertGroup{group}}, yaml.UseLiteralStyleIfMultiline(true), yaml.IndentSequence(true))
	if err != nil {
		return nil, fmt.Errorf("write alert rules: %w", err)
	}
	return append([]byte("# Generated from dashboards/alerts.go and queries/alerts; change them there.\n"), text...), nil
}

func (a alert) rule() (alertRule, error) {
	sql, err := queries.Read("alerts/" + a.name + ".sql")
	if err != nil {
		return alertRule{}, err
	}
	if strings.Contains(sql, "$") {
		return alertRule{}, fmt.Errorf("a dollar sign in the statement, which Grafana would replace")
	}
	window := alertTimeRange{From: 600}
	return alertRule{
		UID: "funnelcloud-" + strings.ReplaceAll(a.name, "_", "-"), Title: a.title, Condition: "B",
		Data: []alertQuery{
			{"A", provisionedDatasource, window, alertStatement{"A", "sql", pluginVersion, formatTable, "table", sql}},
			{"B", "__expr__", window, alertThreshold{"B", "threshold", "A", []alertCondition{{alertEvaluator{"gt", []float64{a.above}}}}}},
		},
		NoDataState: "OK", ExecErrState: "Error", For: a.lasts,
		Annotations: map[string]string{
			"summary": a.summary, "description": a.then,
			"__dashboardUid__": pipelineUID, "__panelId__": strconv.Itoa(int(a.panel)),
		},
		Labels: map[string]string{"severity": a.severity, "product": "funnelcloud"},
	}, nil
}
