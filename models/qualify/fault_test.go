package qualify

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// faultsOf loads a file beside the built-in definitions and returns what is wrong with it, a fault a line.
func faultsOf(t *testing.T, text string) []string {
	t.Helper()
	_, err := Load(File{Name: "own.yaml", Text: []byte(text)})
	if err == nil {
		return nil
	}
	var out []string
	for _, f := range FileErrorsOf(err) {
		out = append(out, f.Error())
	}
	if len(out) == 0 {
		t.Errorf("no place is named: %v", err)
	}
	return out
}

// TestAllFaultsAreToldAtOnceWithTheirPlace: unknown keys, columns, properties, words and impossible numbers.
func TestAllFaultsAreToldAtOnceWithTheirPlace(t *testing.T) {
	got := faultsOf(t, `signals:
  - name: reports
    whre: name == "Report"
    where: nam == "Report"
bant:
  name: bant
  version: 1
  weights: {budget: 50, authority: -10, need: 40, timeline: 30}
  threshold: 140
  revisit_days: 21
qualifications:
  - name: pql_x
    version: 0
    lapse_days: 30
    plans: [free, premium]
    reason: r
    when:
      all:
        - {signal: nobody, at_least: 1}
        - {on: feature_usd, at_least: 1}
        - {on: feature_used, at_least: 5, at_most: 2}
        - {on: feature_used, where: 'properties["x" + name] == 1', at_least: 1}
        - {on: feature_used}
        - {any: [], not: {on: feature_used, at_least: 1}}
`)
	want := []string{
		`own.yaml:3:5: unknown key "whre"; an element of signals has measure, name, of, on, what, where, window_days`,
		`own.yaml:4:12: unknown name nam (at character 1 of the expression)`,
		`own.yaml:8:13: weights sum to 110, not to 100`,
		`own.yaml:8:36: weight of authority: -10 is no share of 100`,
		`own.yaml:9:14: threshold 140: must be above 0 and up to 100`,
		`own.yaml:13:14: definition "pql_x": needs a version of 1 or more`,
		`own.yaml:15:19: unknown plan "premium"`,
		`own.yaml:19:20: unknown signal "nobody"`,
		`own.yaml:20:16: unknown meaning "feature_usd"`,
		`own.yaml:21:12: at_least 5 is above at_most 2: this never holds`,
		`own.yaml:22:37: properties must be followed by a name, as in properties.plan`,
		`own.yaml:23:12: a signal needs a threshold: at_least, at_most or is`,
		`own.yaml:24:12: a condition is either all, any, not, or a signal with a threshold`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}

func TestSingleFaults(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"no YAML":          {"score: [", "own.yaml:1:8: "},
		"wrong type":       {"bant:\n  name: bant\n  version: soon", "own.yaml:3:12: version: a whole number expected, found string"},
		"list expected":    {"signals:\n  name: x", "own.yaml:2:3: signals: a list expected"},
		"not a number":     {"bant: {name: b, version: 1, weights: {budget: .nan, authority: 25, need: 25, timeline: 25}, threshold: 75, revisit_days: 21}", "own.yaml:1:47: budget: a number expected, found nan"},
		"infinite":         {"bant: {name: b, version: 1, weights: {budget: 25, authority: 25, need: 25, timeline: 25}, threshold: 75, revisit_days: .inf}", "own.yaml:1:120: revisit_days: a number expected, found infinity"},
		"two documents":    {"signals: []\n---\nsignals: []", "own.yaml:3:1: a second document"},
		"unknown alias":    {"exclusions: {name: e, version: 1, events: *nothing}", "own.yaml:1:44: "},
		"the clock":        {exclusion(`now() > date("2026-01-01")`), `unknown name now`},
		"no condition":     {exclusion(`1 + 1`), "expected bool, but got int"},
		"wrong type of":    {exclusion(`name > 3`), "invalid operation: > (mismatched types string and int)"},
		"time zone":        {calendar2("time_zone: Mars/Olympus, hours: {mon: 09:00-10:00}"), `unknown time zone "Mars/Olympus"`},
		"hours":            {calendar2("hours: {mon: 18:00-09:00}"), `"18:00-09:00": hours are written 09:00-17:30`},
		"day":              {calendar2("hours: {monday: 09:00-17:00}"), `unknown day "monday"`},
		"holiday":          {calendar2("hours: {mon: 09:00-17:00}, holidays: [25.12.]"), `"25.12." is no date`},
		"decay":            {decayed2("{kind: half_live, days: 3}"), `unknown decay "half_live"`},
		"decay rate":       {decayed2("{kind: step_linear, days: 3, rate: 30}"), "rate is the share lost at each step"},
		"no decay":         {decayed2("{days: 3}"), "decay without a kind"},
		"threshold":        {strings.Replace(decayed2("{kind: none}"), "leave: 30", "leave: 60", 1), "0 < leave ≤ enter"},
		"sample":           {"samples:\n  - name: s\n    events: [{at: soon, meaning: feature_usd}]", `own.yaml:3:19: "soon": write how long since the start`},
		"cyclic rules":     {cyclicStages, "own.yaml:6:8: cyclic rules: events form_submitted move a unit suspect → inquiry → suspect"},
		"twice":            {"signals:\n  - {name: a, on: activated}\n  - {name: a, on: activated}", `own.yaml:3:12: signal "a" stands in own.yaml:2 already`},
		"the same name":    {"exclusions: {name: bant, version: 1, events: []}", `two definitions are called "bant"`},
		"dormant for ever": {strings.Replace(cyclicStages, "after_days: 60, in: [inquiry]", "after_days: 60, in: [nurture]", 1), "round and round"},
		"measure":          {qualification1("{on: activated, measure: median, at_least: 1}"), `unknown measure "median"`},
		"of":               {qualification1("{on: activated, measure: sum, at_least: 1}"), "of is for values, sum and last"},
		"is":               {qualification1("{on: activated, is: [a]}"), "is compares texts"},
		"own window":       {qualification1("{signal: uses_in_a_month, window_days: 3, at_least: 1}"), "has its own events, measure and window"},
	} {
		got := strings.Join(faultsOf(t, c.text), "\n")
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: faults are\n%s\nand don't name %q", name, got, c.want)
		}
	}
}

func exclusion(where string) string {
	return "exclusions: {name: e, version: 1, events: [{reason: r, where: '" + where + "'}]}"
}

func calendar2(content string) string {
	return "requests: {name: r, version: 1, within_minutes: 5, never_after_days: 30, calendar: {" + content + "}}"
}

func decayed2(decay string) string {
	return "score: {name: s, version: 1, enter: 50, leave: 30, engagement: {decay: " + decay + ", signals: []}}"
}

func qualification1(when string) string {
	return "qualifications: [{name: q, version: 1, lapse_days: 3, reason: r, when: " + when + "}]"
}

const cyclicStages = `stages:
  name: stage_rules
  version: 1
  rules:
    - {stage: inquiry, on: form_submitted, only_in: [suspect], reason: a}
    - {stage: suspect, on: [form_submitted, signed_up], only_in: [inquiry], reason: b}
  dormant: {after_days: 60, in: [inquiry]}
`

// TestRulesThatTellEventsApartAreNoCycle: the way there and the way back are different events.
func TestRulesThatTellEventsApartAreNoCycle(t *testing.T) {
	text := strings.Replace(cyclicStages, "reason: a}", "where: 'properties.x == 1', reason: a}", 1)
	text = strings.Replace(text, "reason: b}", "where: 'properties.x == 2', reason: b}", 1)
	if faults := faultsOf(t, text); faults != nil {
		t.Errorf("faults %v", faults)
	}
}

// TestFaultsCanBeUnwrapped: callers find each with errors.As.
func TestFaultsCanBeUnwrapped(t *testing.T) {
	_, err := Load(File{Name: "own.yaml", Text: []byte(exclusion("nam == 1"))})
	var fault *FileError
	if !errors.As(err, &fault) || fault.File != "own.yaml" || fault.Line != 1 || fault.Err == nil {
		t.Errorf("error %v", err)
	}
}

// TestAFolderReplacesAKindAtATime: what own files don't speak of stays built in, and signals are known across files.
func TestAFolderReplacesAKindAtATime(t *testing.T) {
	own := []File{
		{"own/a.yaml", []byte("qualifications: [{name: pql_own, version: 3, lapse_days: 3, reason: r, when: {signal: opened, at_least: 1}}]")},
		{"own/b.yaml", []byte("signals: [{name: opened, where: 'name == \"Opened\"'}]\nsamples: [{name: s, events: [{at: 0d, name: Opened}], expect: {qualified: [pql_own]}}]")},
	}
	d, err := Load(own...)
	if err != nil {
		t.Fatal(err)
	}
	names := d.Names()
	if _, gone := names["pql_depth"]; gone || names["pql_own"] == "" || names["lead_score"] == "" {
		t.Errorf("definitions %v", names)
	}
	results, err := d.CheckSamples()
	if err != nil || len(results) != 1 || len(results[0].Differences) > 0 {
		t.Errorf("samples %+v, %v", results, err)
	}
	if !slices.ContainsFunc(d.List(), func(l Listed) bool {
		return l.Name == "pql_own" && l.Version == 3 && l.File == "own/a.yaml" && l.Line == 1
	}) {
		t.Errorf("list %+v", d.List())
	}
	// The hash of a definition covers the signals that it names.
	own[1].Text = []byte("signals: [{name: opened, where: 'name == \"Closed\"'}]")
	changed, err := Load(own...)
	if err != nil {
		t.Fatal(err)
	}
	if changed.Names()["pql_own"] == names["pql_own"] || changed.Hash() == d.Hash() || changed.Names()["bant"] != names["bant"] {
		t.Error("a signal changed, and the hash of its definition didn't, or another did")
	}
}

// FuzzParse: whatever stands in a file, the answer is definitions or faults with a place.
func FuzzParse(f *testing.F) {
	builtin, err := Folder(builtinFolder, "definitions")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range builtin {
		f.Add(string(file.Text))
	}
	f.Add(cyclicStages)
	f.Add("signals: &a [*a]\nscore: ~\n")
	f.Add("bant: !!str x\nstages: {rules: [[]]}\n? a\n: b")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := parse([]byte(text))
		if err == nil {
			if _, err := d.CheckSamples(); err != nil {
				t.Errorf("samples: %v", err)
			}
			return
		}
		for _, fault := range FileErrorsOf(err) {
			if fault.Line < 1 || fault.Column < 1 || fault.Err == nil {
				t.Errorf("a fault without a place: %+v", fault)
			}
		}
		if len(FileErrorsOf(err)) == 0 {
			t.Errorf("no fault has a place: %v", err)
		}
	})
}
