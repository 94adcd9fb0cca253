package dashboards

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
)

func generated(t *testing.T) map[string][]byte {
	t.Helper()
	files, err := Generate()
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestCommittedJSONIsWhatTheProgramMakes(t *testing.T) {
	files := generated(t)
	for name, want := range files {
		have, err := os.ReadFile(filepath.Join("json", name))
		if err != nil || !bytes.Equal(have, want) {
			t.Errorf("json/%s has drifted (%v): run funnelcloud dashboards, from the project's folder", name, err)
		}
	}
	committed, err := filepath.Glob("json/*.json")
	if err != nil || len(committed) != len(files) {
		t.Errorf("json/ holds %v (%v), the program makes %v", committed, err, slices.Sorted(maps.Keys(files)))
	}
}

func TestWriteWritesThemAll(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new", "folder")
	names, err := Write(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		have, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil || !bytes.Equal(have, generated(t)[name]) {
			t.Errorf("%s: %v, or other bytes than Generate's", name, err)
		}
	}
	if len(names) != len(generated(t)) {
		t.Errorf("wrote %v", names)
	}
}

func TestDashboardsKeepTheHouseRules(t *testing.T) {
	uids := map[string]string{}
	for name, text := range generated(t) {
		for _, fault := range faults(text) {
			t.Errorf("%s: %v", name, fault)
		}
		var d dashboard.Dashboard
		if err := json.Unmarshal(text, &d); err != nil {
			t.Fatal(err)
		}
		if other := uids[*d.Uid]; other != "" {
			t.Errorf("%s and %s have the same uid", name, other)
		}
		uids[*d.Uid] = name
	}
}

// faults are all breaches of the house rules in a dashboard's JSON. Each rule has a planted breach below.
func faults(text []byte) []error {
	plugins.RegisterDefaultPlugins()
	registerTarget()
	d, err := parse(text)
	if err != nil {
		return []error{fmt.Errorf("not in Grafana's schema: %w", err)}
	}
	all := []error{checkHead(d), checkGrid(d.Panels), checkVariables(d), checkLinks(d, text)}
	ids := map[uint32]bool{}
	for _, p := range d.Panels {
		if ids[*p.Panel.Id] {
			all = append(all, fmt.Errorf("panel id %d twice", *p.Panel.Id))
		}
		ids[*p.Panel.Id] = true
		if err := checkPanel(d, *p.Panel); err != nil {
			all = append(all, fmt.Errorf("panel %d: %w", *p.Panel.Id, err))
		}
	}
	return slices.DeleteFunc(all, func(err error) bool { return err == nil })
}

func checkHead(d dashboard.Dashboard) error {
	switch {
	case d.Title == nil || *d.Title == "" || d.Description == nil || *d.Description == "":
		return errors.New("no title or no description")
	case d.Uid == nil || !regexp.MustCompile(`^funnelcloud-[a-z]{3,27}$`).MatchString(*d.Uid):
		return errors.New("no uid, or one that isn't funnelcloud-<name>") // Grafana allows 40 characters
	case d.Id != nil:
		return errors.New("an id of somebody's database")
	case d.Editable == nil || *d.Editable:
		return errors.New("editable, though the files are generated")
	case len(d.Links) == 0 || !d.Links[0].KeepTime || !d.Links[0].IncludeVars:
		return errors.New("no links to its siblings that keep period and variables")
	}
	return nil
}

var linkURL = regexp.MustCompile(`"url": "(/d/[^"]*)"`)

// checkLinks follows the links of panels and cells: to a dashboard that is there, with the period and with every choice that
// both have. Pipeline health has a period of its own.
func checkLinks(d dashboard.Dashboard, text []byte) error {
	names, err := choices(pages())
	if err != nil {
		return err
	}
	for _, m := range linkURL.FindAllStringSubmatch(string(text), -1) {
		path, query, _ := strings.Cut(m[1], "?")
		theirs, known := names[strings.TrimPrefix(path, "/d/")]
		if !known {
			return fmt.Errorf("a link to %s, which is no dashboard", path)
		}
		if !strings.Contains(path, pipelineUID) && !strings.Contains(query, "${__url_time_range}") {
			return fmt.Errorf("the link %s forgets the period", m[1])
		}
		for _, v := range d.Templating.List {
			taken := strings.Contains(query, "${"+v.Name+":queryparam}") || strings.Contains(query, "var-"+v.Name+"=")
			if slices.Contains(theirs, v.Name) && !taken {
				return fmt.Errorf("the link %s forgets %s", m[1], v.Name)
			}
		}
	}
	return nil
}

func checkVariables(d dashboard.Dashboard) error {
	if d.Templating.List[0].Type != dashboard.VariableTypeDatasource || *d.Templating.List[0].Query.String != PluginID {
		return errors.New("the first variable isn't the ClickHouse datasource")
	}
	for _, v := range d.Templating.List {
		if v.Type == dashboard.VariableTypeQuery {
			if *v.Datasource != *datasourceRef() && *v.Datasource.Uid != datasourceUID {
				return fmt.Errorf("variable %s has a datasource of its own", v.Name)
			}
			if err := checkSQL(d, *v.Query.String); err != nil {
				return fmt.Errorf("variable %s: %w", v.Name, err)
			}
		}
		if v.Label == nil || *v.Label == "" {
			return fmt.Errorf("variable %s has no label", v.Name)
		}
		if v.AllValue != nil {
			return fmt.Errorf("variable %s has an allValue, which goes in raw", v.Name)
		}
	}
	return nil
}

func checkPanel(d dashboard.Dashboard, p dashboard.Panel) error {
	switch {
	case p.Title == nil || len(*p.Title) < 10 || p.Description == nil || len(*p.Description) < 60:
		return errors.New("no title, or no description that says what the numbers mean")
	case !coreTypes[p.Type]:
		return fmt.Errorf("type %q isn't one of Grafana's core panels", p.Type)
	case len(p.Targets) == 0:
		return errors.New("no query")
	case p.FieldConfig == nil || p.FieldConfig.Defaults.Unit == nil || *p.FieldConfig.Defaults.Unit == "":
		return errors.New("no unit")
	case p.Datasource == nil || *p.Datasource.Uid != datasourceUID:
		return errors.New("a datasource of its own")
	}
	refs := map[string]bool{}
	for _, q := range p.Targets {
		t, ok := q.(Target)
		if !ok {
			return fmt.Errorf("a query that is none of ClickHouse: %T", q)
		}
		if refs[t.RefID] {
			return fmt.Errorf("refId %s twice", t.RefID)
		}
		refs[t.RefID] = true
		if err := cmp.Or(t.Validate(), checkSQL(d, t.RawSQL)); err != nil {
			return fmt.Errorf("query %s: %w", t.RefID, err)
		}
	}
	return checkText(d, *p.Title)
}

var coreTypes = map[string]bool{"stat": true, "table": true, "barchart": true, "timeseries": true, "nodeGraph": true}

// checkSQL expands with a quote in every value: what survives that is quoted. And only published views may be read.
func checkSQL(d dashboard.Dashboard, sql string) error {
	s := Scope{Variables: map[string][]string{}}
	for _, v := range d.Templating.List {
		s.Variables[v.Name] = []string{"a'b"}
	}
	expanded, err := s.Expand(sql)
	if err != nil {
		return err
	}
	if strings.Count(expanded, "'")%2 != 0 || strings.Contains(expanded, "'a'b'") || strings.Contains(expanded, "''a''b''") {
		return errors.New("a variable that isn't quoted, or quoted twice")
	}
	if found := regexp.MustCompile(`\w+_by_run\b`).FindString(sql); found != "" {
		return fmt.Errorf("reads %s, which holds unpublished runs", found)
	}
	return nil
}

// checkText finds variables in titles that the dashboard lacks.
func checkText(d dashboard.Dashboard, text string) error {
	for _, m := range regexp.MustCompile(`\$\{?(\w+)`).FindAllStringSubmatch(text, -1) {
		if !slices.ContainsFunc(d.Templating.List, func(v dashboard.VariableModel) bool { return v.Name == m[1] }) {
			return fmt.Errorf("%q names variable %s, which isn't there", text, m[1])
		}
	}
	return nil
}

// A check that can't fail checks nothing: each of these edits must be noticed.
func TestPlantedMistakesAreCaught(t *testing.T) {
	text := string(generated(t)["attribution.json"])
	for name, edit := range map[string][2]string{
		"misspelt field":        {`"gridPos":`, `"gridpos":`},
		"wrong type":            {`"h": 5`, `"h": "5"`},
		"unknown option":        {`"showHeader": true`, `"showHeadr": true`},
		"unknown query field":   {`"rawSql":`, `"rawSqlText":`},
		"panel id twice":        {`"id": 3,`, `"id": 2,`},
		"off the grid":          {`"w": 24`, `"w": 25`},
		"on another panel":      {`"y": 5`, `"y": 4`},
		"no title":              {`"title": "What is there to credit?"`, `"title": ""`},
		"no uid":                {`"uid": "funnelcloud-attribution"`, `"uid": ""`},
		"hard-coded datasource": {`"uid": "${datasource}"`, `"uid": "P1234"`},
		"third-party panel":     {`"type": "barchart"`, `"type": "netsage-sankey-panel"`},
		"bare variable":         {"${unit_kind:sqlstring}", "${unit_kind}"},
		"quoted twice":          {"${unit_kind:sqlstring}", "'${unit_kind:sqlstring}'"},
		"unknown variable":      {"${unit_kind:sqlstring}", "${unitkind:sqlstring}"},
		"unknown macro":         {"$__timeFilter_ms(converted_at)", "$__timefilter_ms(converted_at)"},
		"unpublished rows":      {"FROM conversions", "FROM conversions_by_run"},
		"no unit":               {`"unit": "locale"`, `"unit": ""`},
		"query of version 3":    {`"pluginVersion": "4.14.0"`, `"pluginVersion": "3.3.0"`},
		"format and type":       {`"queryType": "table"`, `"queryType": "timeseries"`},
		"title names variable":  {"How sure is ${model} of it?", "How sure is ${modell} of it?"},
		"editable":              {`"editable": false`, `"editable": true`},
		"links forget time":     {`"keepTime": true`, `"keepTime": false`},
		"link forgets time":     {`funnelcloud-attribution?${__url_time_range}&`, `funnelcloud-attribution?`},
		"link forgets a choice": {"&${model:queryparam}", ""},
		"link to nowhere":       {`"/d/funnelcloud-attribution?`, `"/d/funnelcloud-atribution?`},
	} {
		broken := strings.Replace(text, edit[0], edit[1], 1)
		if broken == text {
			t.Errorf("%s: %q isn't there to be broken", name, edit[0])
		} else if len(faults([]byte(broken))) == 0 {
			t.Errorf("%s: not noticed", name)
		}
	}
}

func TestBuildingRefusesWhatGrafanaWouldMove(t *testing.T) {
	panel := func(id uint32, at grid) cog.Builder[dashboard.Panel] {
		return frame(stat.NewPanelBuilder(), head{id: id, at: at, title: "x", targets: []target{tabular("overview/health")}})
	}
	for name, panels := range map[string][]cog.Builder[dashboard.Panel]{
		"too wide": {panel(1, grid{20, 0, 5, 4})},
		"overlap":  {panel(1, grid{0, 0, 12, 4}), panel(2, grid{11, 3, 12, 4})},
		"no size":  {panel(1, grid{0, 0, 0, 0})},
	} {
		if _, err := (page{uid: "x", title: "x", panels: panels}).render(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	missing := frame(stat.NewPanelBuilder(), head{id: 1, at: grid{0, 0, 12, 4}, targets: []target{tabular("overview/nonesuch")}})
	if _, err := (page{uid: "x", title: "x", panels: []cog.Builder[dashboard.Panel]{missing}}).render(); err == nil || !strings.Contains(err.Error(), "nonesuch") {
		t.Errorf("a query file that isn't there: %v", err)
	}
}

// ofThePages are files that the report or the live pages read alone.
func ofThePages(file string) bool {
	return slices.Contains([]string{"report", "live", "segments"}, filepath.Base(filepath.Dir(file)))
}

// Every file under queries/panels must be shown somewhere, or nobody would notice when it breaks.
func TestEveryPanelFileIsUsed(t *testing.T) {
	var used strings.Builder
	for _, text := range generated(t) {
		used.Write(text)
	}
	files, err := filepath.Glob("../queries/panels/*/*.sql")
	if err != nil || len(files) < 30 {
		t.Fatalf("files %v, %v", files, err)
	}
	for _, file := range files {
		sql, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var quoted bytes.Buffer
		encoder := json.NewEncoder(&quoted)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(string(sql)); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(used.String(), strings.TrimSpace(quoted.String())) && !ofThePages(file) {
			t.Errorf("%s is on no dashboard", file)
		}
	}
}

func TestColorsAreDistinctAndAlwaysTheSame(t *testing.T) {
	seen := map[string]string{}
	for _, name := range sortedKeys(palette) {
		c := ChannelColor(name)
		if !regexp.MustCompile(`^#[0-9A-F]{6}$`).MatchString(c) {
			t.Errorf("%s has colour %q", name, c)
		}
		if other := seen[c]; other != "" {
			t.Errorf("%s and %s have the same colour", name, other)
		}
		seen[c] = name
	}
	if ChannelColor("Partner portal") != ChannelColor("Partner portal") || ChannelColor("Partner portal") == "" {
		t.Error("a channel of the user's own has no colour, or not always the same")
	}
}

func TestUnescapeHTMLChangesNoMeaning(t *testing.T) {
	for _, s := range []string{"a < b && c > d", `\u003c`, `\\<`, `c:\`, "→ \u2028"} {
		escaped, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		plain := unescapeHTML(escaped)
		var back string
		if err := json.Unmarshal(plain, &back); err != nil || back != s {
			t.Errorf("%q became %s, which reads %q (%v)", s, plain, back, err)
		}
		if bytes.Contains(plain, []byte(`\u003c`)) && !strings.Contains(s, `\u003c`) {
			t.Errorf("%s still escapes", plain)
		}
	}
}
