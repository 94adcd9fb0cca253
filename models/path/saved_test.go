package path

import (
	"os"
	"strings"
	"testing"
	"time"
)

func TestReports(t *testing.T) {
	r, err := DefaultReports()
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Paths) == 0 || len(r.Funnels) == 0 {
		t.Errorf("got %d path reports and %d funnels", len(r.Paths), len(r.Funnels))
	}
	for _, d := range r.Paths {
		if _, err := NewWays(d, time.Time{}); err != nil {
			t.Error(err)
		}
	}
	if d, err := r.PathOf("stage", UnitAccount); err != nil || d.Unit != UnitAccount {
		t.Errorf("got %+v, error %v", d, err)
	}
	if d, err := r.PathOf("product", UnitAccount); err != nil || d.Unit != UnitPerson {
		t.Errorf("the only one of the name: got %+v, error %v", d, err)
	}
	for name, want := range map[string]string{"stages": "there are stage, channel", "stage": "has several units, and none is order"} {
		if _, err := r.PathOf(name, "order"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v", err)
		}
	}
	if _, err := r.FunnelOf("nothing", ""); err == nil || !strings.Contains(err.Error(), "sign-up to won") {
		t.Errorf("got %v", err)
	}
	again, err := DefaultReports()
	if err != nil {
		t.Fatal(err)
	}
	first, err := r.Hash()
	if err != nil {
		t.Fatal(err)
	}
	if second, err := again.Hash(); err != nil || first != second {
		t.Errorf("hashes %s and %s, error %v", first, second, err)
	}
}

// A fault names its line, whatever kind it is of.
func TestFaultyReports(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"unknown field":       {"paths:\n  - name: a\n    sates: []", "[3:5]"},
		"wrong type":          {"paths:\n  - name: a\n    top: many", "[3:"},
		"no states":           {"paths:\n  - name: a", "line 2: paths[0].name: no states"},
		"unit":                {"paths:\n  - name: a\n    states: [{events: [x]}]\n    unit: planet", `line 4: paths[0].unit: "planet"`},
		"key without unit":    {"paths:\n  - name: a\n    states: [{events: [x]}]\n    key: k", "goes with unit: property"},
		"empty rule":          {"paths:\n  - name: a\n    states:\n      - events: [x]\n      - as: y", "line 5: paths[0].states[1]: matches nothing"},
		"empty name":          {"paths:\n  - name: a\n    states:\n      - events: ['']", "line 4: paths[0].states[0]: an empty name"},
		"top and as":          {"paths:\n  - name: a\n    states:\n      - {events: ['*'], top: 2, as: x}", "one name for all has no top"},
		"where alone":         {"paths:\n  - name: a\n    states: [{events: [x]}]\n    only: {where: {plan: pro}}", "line 4: paths[0].only: where alone"},
		"period":              {"paths:\n  - name: a\n    states: [{events: [x]}]\n    since: 2026-02-01\n    until: 2026-01-01", "line 5: paths[0].until: 2026-01-01T00:00:00Z is not after"},
		"no date":             {"paths:\n  - name: a\n    states: [{events: [x]}]\n    since: soon", "not a date"},
		"no span":             {"paths:\n  - name: a\n    states: [{events: [x]}]\n    session_gap: long", "not a length of time"},
		"no name":             {"paths:\n  - states: [{events: [x]}]", "line 2: paths[0]: a report needs a name"},
		"one name twice":      {"paths:\n  - name: a\n    states: [{events: [x]}]\n  - name: a\n    states: [{events: [x]}]", `line 4: paths[1].name: "a" of unit person is the name of paths[0] too`},
		"funnel without step": {"funnels:\n  - name: f\n    window: 3d", "line 2: funnels[0].steps: 0 steps"},
		"funnel step":         {"funnels:\n  - name: f\n    steps:\n      - events: [x]\n      - optional: true", "line 5: funnels[0].steps[1]: matches nothing"},
		"optional first":      {"funnels:\n  - name: f\n    steps:\n      - events: [x]\n        optional: true\n      - events: [y]", "line 4: funnels[0].steps[0]: step 1 (\"x\") can't be optional"},
		"optional in any":     {"funnels:\n  - name: f\n    order: any\n    steps:\n      - events: [x]\n      - events: [y]\n        optional: true", "line 6: funnels[0].steps[1]: step 2"},
		"exclusion":           {"funnels:\n  - name: f\n    steps: [{events: [x]}, {events: [y]}]\n    exclude:\n      - events: [z]\n      - {events: [z], from: 2, to: 3}", "line 6: funnels[0].exclude[1]: exclusion 2 is between"},
		"funnel order":        {"funnels:\n  - name: f\n    order: sideways\n    steps:\n      - events: [x]", `line 3: funnels[0].order: order "sideways"`},
		"funnel entry":        {"funnels:\n  - name: f\n    steps:\n      - events: [x]\n    entry: last", `line 5: funnels[0].entry: entry "last"`},
		"attribution":         {"funnels:\n  - name: f\n    steps:\n      - events: [x]\n    by: [p]\n    attribution: fair", `line 6: funnels[0].attribution: breakdown`},
		"attributed step":     {"funnels:\n  - name: f\n    steps:\n      - events: [x]\n    by: [p]\n    attribution: step\n    step: 2", `line 7: funnels[0].step: breakdown by step 2`},
		"cohort":              {"funnels:\n  - name: f\n    steps:\n      - events: [x]\n    cohort: decade", `line 5: funnels[0].cohort: cohort "decade"`},
		"funnel by month":     {"funnels:\n  - name: f\n    by: [month]\n    steps:\n      - events: [x]", "line 3: funnels[0].by: month"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := ParseReports([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("want %q, got %v", c.want, err)
			}
		})
	}
}

// The example of the documentation is one that works.
func TestDocumentedReports(t *testing.T) {
	text, err := os.ReadFile("../../docs/paths.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, found := strings.Cut(string(text), "```yaml\n")
	if !found {
		t.Fatal("docs/paths.md has no example")
	}
	example, _, _ = strings.Cut(example, "```")
	r, err := ParseReports([]byte(example))
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Paths) != 1 || len(r.Paths[0].States) != 3 || len(r.Funnels) != 1 {
		t.Errorf("got %+v", r)
	}
}

func FuzzParseReports(f *testing.F) {
	f.Add(string(defaultReports))
	f.Add("paths:\n  - name: a\n    states: [{events: [x]}]\n    since: 2026-02-01\n")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ParseReports([]byte(text))
		if err != nil {
			return
		}
		for _, d := range r.Paths {
			if _, err := NewWays(d, time.Time{}); err != nil {
				t.Errorf("accepted, then refused: %v", err)
			}
		}
		for _, saved := range r.Funnels {
			if _, _, err := saved.Compile(); err != nil {
				t.Errorf("accepted, then refused: %v", err)
			}
		}
	})
}
