package dashboards

import (
	"fmt"
	"reflect"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/variants"
	"github.com/grafana/grafana-foundation-sdk/go/common"

	"github.com/funnelcloud/funnelcloud/queries"
)

// PluginID is the type of Grafana's own ClickHouse datasource, the only plugin that the dashboards need.
const PluginID = "grafana-clickhouse-datasource"

// pluginVersion tells the query editor that the target is in the form of version 4; below, it would migrate it.
const pluginVersion = "4.14.0"

// Format of the frames that the plugin makes of a result, as it writes them.
const (
	formatTimeSeries = 0
	formatTable      = 1
)

// Target is a query of the ClickHouse datasource. The SDK has no type for it.
type Target struct {
	RefID         string               `json:"refId"`
	Datasource    common.DataSourceRef `json:"datasource"`
	EditorType    string               `json:"editorType"`
	PluginVersion string               `json:"pluginVersion"`
	Format        int                  `json:"format"`
	QueryType     string               `json:"queryType"`
	RawSQL        string               `json:"rawSql"`
}

// ImplementsDataqueryVariant marks Target as a query for the SDK.
func (Target) ImplementsDataqueryVariant() {}

// DataqueryType is the plugin's id.
func (Target) DataqueryType() string { return PluginID }

// Equals says whether other is the same query.
func (t Target) Equals(other variants.Dataquery) bool { return reflect.DeepEqual(t, other) }

// Validate reports what Grafana or its plugin would misunderstand in silence.
func (t Target) Validate() error {
	want := map[int]string{formatTimeSeries: "timeseries", formatTable: "table"}[t.Format]
	switch {
	case t.RefID == "":
		return fmt.Errorf("query without a refId")
	case t.RawSQL == "":
		return fmt.Errorf("query %s without SQL", t.RefID)
	case t.EditorType != "sql" || t.PluginVersion < "4":
		return fmt.Errorf("query %s: the editor would migrate it as one of version 3", t.RefID)
	case want == "" || t.QueryType != want:
		return fmt.Errorf("query %s: format %d and queryType %q differ", t.RefID, t.Format, t.QueryType)
	case t.Datasource != *datasourceRef():
		if t.Datasource.Uid == nil || *t.Datasource.Uid != datasourceUID || t.Datasource.Type == nil || *t.Datasource.Type != PluginID {
			return fmt.Errorf("query %s: datasource is not the variable %s", t.RefID, datasourceUID)
		}
	}
	return nil
}

// target names a file under queries/panels and how its result is to be read.
type target struct {
	ref, file string
	format    int
}

// tabular reads a file's result as it stands.
func tabular(file string) target { return named("A", file) }

// named is tabular for panels with several queries: ref tells their frames apart.
func named(ref, file string) target { return target{ref, file, formatTable} }

// series reads a file's result (time, label, number; sorted by time) as one series for each label.
func series(file string) target { return target{"A", file, formatTimeSeries} }

// Build reads the SQL. Errors are cog.BuildErrors, since the SDK panics on any other kind.
func (t target) Build() (variants.Dataquery, error) {
	sql, err := queries.Read("panels/" + t.file + ".sql")
	if err != nil {
		return nil, cog.MakeBuildErrors("clickhouse", err)
	}
	q := Target{
		RefID: t.ref, Datasource: *datasourceRef(), EditorType: "sql", PluginVersion: pluginVersion,
		Format: t.format, QueryType: map[int]string{formatTimeSeries: "timeseries", formatTable: "table"}[t.format], RawSQL: sql,
	}
	if err := q.Validate(); err != nil {
		return nil, cog.MakeBuildErrors("clickhouse", err)
	}
	return q, nil
}
