package dashboards_test

import (
	"strings"
	"testing"
	"time"

	"github.com/funnelcloud/funnelcloud/dashboards"
)

var scope = dashboards.Scope{
	From: time.UnixMilli(1_700_000_000_123).UTC(), To: time.UnixMilli(1_700_086_400_456).UTC(), Interval: 90 * time.Second,
	Variables: map[string][]string{"model": {"markov_1"}, "models": {"first", "it's"}, "empty": {""}, "none": nil, "bad": {`a\`}, "sly": {"$__fromTime"}},
}

// The wanted texts are what the plugin's own macros and Grafana's sqlstring give for these values.
func TestExpandAsGrafanaDoes(t *testing.T) {
	for sql, want := range map[string]string{
		"WHERE $__timeFilter_ms(at)":        "WHERE at >= fromUnixTimestamp64Milli(1700000000123) AND at <= fromUnixTimestamp64Milli(1700086400456)",
		"WHERE $__timeFilter(f(a, (b)))":    "WHERE f(a, (b)) >= toDateTime(1700000000) AND f(a, (b)) <= toDateTime(1700086400)",
		"$__timeInterval( at ) AS time":     "toStartOfInterval(toDateTime(at), INTERVAL 90 second) AS time",
		"n / $__interval_s":                 "n / 90",
		"$__fromTime - ($__toTime)":         "toDateTime(1700000000) - (toDateTime(1700086400))",
		"$__fromTime_ms,$__toTime_ms":       "fromUnixTimestamp64Milli(1700000000123),fromUnixTimestamp64Milli(1700086400456)",
		"model = ${model:sqlstring}":        "model = 'markov_1'",
		"model IN (${models:sqlstring})":    "model IN ('first','it''s')",
		"x = ${empty:sqlstring}":            "x = ''",
		"SELECT '100 %', 5 AS \"a b\" -- c": "SELECT '100 %', 5 AS \"a b\" -- c",
	} {
		got, err := scope.Expand(sql)
		if err != nil {
			t.Errorf("%s: %v", sql, err)
		} else if got != want {
			t.Errorf("%s\n have %s\n want %s", sql, got, want)
		}
	}
}

func TestExpandRefusesWhatGrafanaWouldPassOn(t *testing.T) {
	for sql, want := range map[string]string{
		"$__range_s":                           "$__range_s is no macro",
		"$__timeFilter_msx(at)":                "$__timeFilter_msx is no macro",
		"$__conditionalAll(a, $b)":             "write variables as ${name:sqlstring}",
		"$__adHocFilters('t')":                 "$__adHocFilters is no macro",
		"$__timeFilter(a, b)":                  "takes 1 arguments, has 2",
		"$__timeFilter":                        "takes 1 arguments, has 0",
		"$__timeFilter()":                      "takes 1 arguments, has 0",
		"$__timeFilter(a":                      "closing bracket is missing",
		"$__timeInterval($__fromTime)":         "inside the arguments",
		"model = $model":                       "$model: write variables as ${name:sqlstring}",
		"model = '${model}'":                   "${model}: write variables as ${name:sqlstring}",
		"model = ${model:raw}":                 "write variables as ${name:sqlstring}",
		"model = [[model]]":                    "write variables as ${name:sqlstring}",
		"model = ${model:sqlstring":            "write variables as ${name:sqlstring}",
		"x = ${missing:sqlstring}":             "variable missing: has no value",
		"x IN (${none:sqlstring})":             "variable none: has no value",
		"x = ${bad:sqlstring}":                 "holds a backslash",
		"x = ${sly:sqlstring} AND $__nonesuch": "$__nonesuch is no macro",
	} {
		got, err := scope.Expand(sql)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: have %q and error %v, want an error with %q", sql, got, err, want)
		}
	}
}

func TestExpandRefusesAPeriodThatEndsBeforeItStarts(t *testing.T) {
	if _, err := (dashboards.Scope{From: scope.To, To: scope.From}).Expand("SELECT 1"); err == nil {
		t.Error("no error")
	}
}

func FuzzExpand(f *testing.F) {
	f.Add("SELECT $__timeFilter_ms(a) AND b IN (${models:sqlstring})")
	f.Add("$__timeFilter((")
	f.Add("${")
	f.Fuzz(func(t *testing.T, sql string) {
		got, err := scope.Expand(sql)
		if err == nil && strings.Contains(got, "$__") {
			t.Errorf("%q expanded to %q, which still holds a macro", sql, got)
		}
	})
}
