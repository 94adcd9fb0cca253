package dashboards

import (
	"maps"
	"slices"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/funnelcloud/funnelcloud/queries"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

type variable = cog.Builder[dashboard.VariableModel]

// datasource lets the reader choose where ClickHouse is; no panel names a datasource of its own.
func datasource() variable {
	return dashboard.NewDatasourceVariableBuilder("datasource").Label("ClickHouse").Type(PluginID)
}

// unitKind chooses whether people or companies are counted.
func unitKind() variable {
	return choice("unit_kind", "Unit", "person : person,account : account", "person")
}

// zone is where weeks and months begin: a panel that counts by them cuts them in ClickHouse, which doesn't know the zone that
// Grafana shows times in.
func zone() variable {
	return dashboard.NewTextBoxVariableBuilder("zone").Label("Weeks begin in").
		Description("Time zone in which weeks and months begin, such as Europe/Berlin").DefaultValue(text("UTC")).Current(option("UTC", "UTC", false))
}

// junk chooses whether units that are no real prospects count.
func junk() variable {
	return choice("junk", "Junk", "without junk : without,with junk : with", "without")
}

// conversionType offers the types of conversion that have happened.
func conversionType() variable {
	return ask("conversion_type", "Conversion", "won")
}

// currency is that of amounts: those of several are never added up. The commonest comes first.
func currency() variable {
	return ask("currency", "Amounts in", "")
}

// model is the attribution model that single-model panels show.
func model() variable {
	return ask("model", "Model", "markov_1")
}

// models are the attribution models laid side by side.
func models() variable {
	return asked{file: "variables/model", rest: dashboard.NewQueryVariableBuilder("models").Label("Compare").
		Multi(true).IncludeAll(true).Current(option("All", "$__all", true))}
}

// dimension chooses what credit is broken down by.
func dimension() variable {
	return choice("dimension", "Break down by",
		"channel,source,medium,source / medium : source_medium,campaign,landing page : landing_page,kind of touch : touch_kind,"+
			"in-product prompt : prompt,conversation,sales person : sales_person", "campaign")
}

// conversion is the conversion whose ledger is shown; empty means the latest.
func conversion() variable {
	return dashboard.NewTextBoxVariableBuilder("conversion").Label("Conversion id").
		Description("Click a conversion in the list, or paste its id; empty: the latest").DefaultValue(text(""))
}

// stateKind chooses the path report: through stages, through channels, or a saved one.
func stateKind() variable { return ask("state_kind", "Path through", "stage") }

// funnel chooses a saved funnel.
func funnel() variable { return ask("funnel", "Funnel", "sign-up to won") }

// edges limits the graph to the busiest transitions.
func edges() variable {
	return choice("edges", "Busiest transitions", "10,20,40,80,all : 100000", "40")
}

// choice is a fixed list, "text : value,…".
func choice(name, label, values, current string) variable {
	return dashboard.NewCustomVariableBuilder(name).Label(label).Values(text(values)).
		Current(option(textOf(values, current), current, false))
}

// ask is a list that queries/panels/variables/<name>.sql makes, with one value chosen; Grafana takes the first where the
// data don't hold it, or none is named.
func ask(name, label, current string) variable {
	rest := dashboard.NewQueryVariableBuilder(name).Label(label)
	if current != "" {
		rest = rest.Current(option(current, current, false))
	}
	return asked{file: "variables/" + name, rest: rest}
}

// asked is a variable whose list is the result of a file under queries/panels.
type asked struct {
	file string
	rest *dashboard.QueryVariableBuilder
}

// Build reads the SQL. The list is asked for again when the period changes, since other data may have been loaded.
func (a asked) Build() (dashboard.VariableModel, error) {
	sql, err := queries.Read("panels/" + a.file + ".sql")
	if err != nil {
		return dashboard.VariableModel{}, cog.MakeBuildErrors("variable", err)
	}
	return a.rest.Datasource(*datasourceRef()).Query(text(sql)).Sort(dashboard.VariableSortDisabled).
		Refresh(dashboard.VariableRefreshOnTimeRangeChanged).Build()
}

func text(s string) dashboard.StringOrMap { return dashboard.StringOrMap{String: &s} }

func option(label, value string, list bool) dashboard.VariableOption {
	one := func(s string) dashboard.StringOrArrayOfString {
		if list {
			return dashboard.StringOrArrayOfString{ArrayOfString: []string{s}}
		}
		return dashboard.StringOrArrayOfString{String: &s}
	}
	return dashboard.VariableOption{Selected: cog.ToPtr(true), Text: one(label), Value: one(value)}
}

// textOf finds the text of a value in "text : value,…".
func textOf(values, value string) string {
	for _, c := range parseChoices(values) {
		if c.Value == value {
			return c.Text
		}
	}
	return value
}

// Choice is one entry of a fixed list: what the reader sees and what the SQL gets.
type Choice struct{ Text, Value string }

// parseChoices reads the list of a custom variable as Grafana does: entries between commas, "text : value" or one for both.
func parseChoices(list string) []Choice {
	var all []Choice
	for entry := range strings.SplitSeq(list, ",") {
		text, value, two := strings.Cut(entry, " : ")
		if !two {
			value = text
		}
		all = append(all, Choice{strings.TrimSpace(text), strings.TrimSpace(value)})
	}
	return all
}
