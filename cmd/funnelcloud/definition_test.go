package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// definitionFolder writes files of definitions.
func definitionFolder(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

const oneQualification = `qualifications:
  - {name: pql_own, version: 2, lapse_days: 9, reason: opened twice, when: {where: 'name == "Opened"', at_least: 2}}
samples:
  - name: opened twice
    events: [{at: 0d, name: Opened, times: 2, every: 1h}]
    expect: {qualified: [pql_own 1h]}
`

func TestDefinitionTest(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		code  int
		want  []string
	}{
		"samples hold": {map[string]string{"a.yaml": oneQualification}, exitOK, []string{"ok    opened twice", "1 of 1 samples hold"}},
		"a sample fails": {map[string]string{"a.yaml": strings.Replace(oneQualification, "pql_own 1h]", "pql_own 2h]", 1)}, exitFailed,
			[]string{"FAIL  opened twice (", "a.yaml:4)", "- expected pql_own 2h", "+ became   pql_own 1h"}},
		"faults in two files": {map[string]string{"a.yaml": strings.Replace(oneQualification, "lapse_days", "lapse_day", 1), "b.yaml": "signals: [{name: s, where: nam == 1}]"}, exitFailed,
			[]string{`a.yaml:2:33: unknown key "lapse_day"`, "a.yaml:2:6: lapse_days must be above 0", "b.yaml:1:28: unknown name nam"}},
		"an empty folder": {map[string]string{"readme.txt": ""}, exitFailed, []string{"has no .yaml file"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := funnelcloud(t, "definition", "test", definitionFolder(t, c.files))
			out := r.out + r.err
			if r.code != c.code {
				t.Errorf("exit code %d, want %d", r.code, c.code)
			}
			for _, want := range c.want {
				if !strings.Contains(out, want) {
					t.Errorf("the output does not hold %q:\n%s", want, out)
				}
			}
		})
	}
	wantFailure(t, exitUsage, []string{"nowhere"}, "definition", "test", filepath.Join(t.TempDir(), "nowhere"))
}

func TestDefinitionTestBuiltIn(t *testing.T) {
	tested := decode[testedDefinitions](t, mustRun(t, "definition", "test", "--output", "json").out)
	if len(tested.Samples) < 15 || tested.Kinds["pql"] < 6 || len(tested.Faults) > 0 {
		t.Errorf("%d samples, kinds %v, faults %v", len(tested.Samples), tested.Kinds, tested.Faults)
	}
}

func TestDefinitionList(t *testing.T) {
	out := mustRun(t, "definition", "list", "--definitions", definitionFolder(t, map[string]string{"a.yaml": oneQualification})).out
	if !strings.Contains(out, "pql_own") || !strings.Contains(out, "lead_score") || strings.Contains(out, "pql_depth") {
		t.Error(out)
	}
}

// wantNarrow fails where a line is wider than a terminal; lines with paths may be.
func wantNarrow(t *testing.T, out string) {
	t.Helper()
	for line := range strings.Lines(out) {
		if width := utf8.RuneCountInString(strings.TrimRight(line, " \n")); width > columns && !strings.Contains(line, "/") {
			t.Errorf("%d columns wide: %s", width, line)
		}
	}
}

func TestDefinitionsFitATerminal(t *testing.T) {
	wantNarrow(t, mustRun(t, "definition", "list").out)
	wantNarrow(t, mustRun(t, "definition", "test").out)
}

// backtestsOf: two versions of a definition side by side say what became of both, week by week, and who is gained and lost.
func backtestsOf(t *testing.T, s *localStack) {
	t.Helper()
	folder := definitionFolder(t, map[string]string{"a.yaml": `qualifications:
  - {name: pql_depth, version: 3, plans: [free, trial], lapse_days: 30, window_days: 14, reason: used it often, when: {on: feature_used, at_least: 15}}
`})
	out := mustRun(t, "definition", "backtest", "--definitions", folder, "--against", "builtin", "--data", s.folder).out
	wantNarrow(t, out)
	for _, want := range []string{"builtin (", "pql_depth v2", "pql_depth v3", "A  pql_depth", "B  pql_depth", "gained", "lost by pql_depth, for example: p_"} {
		if !strings.Contains(out, want) {
			t.Errorf("the backtest does not hold %q:\n%s", want, out)
		}
	}
}

func TestBacktestRefusesWhatCannotBe(t *testing.T) {
	for _, args := range [][]string{
		{"--unit", "company"}, {"--horizon", "0"}, {"--from", "January"}, {"--from", "2026-02-01", "--to", "2026-01-01"}, {"--output", "csv"},
		{"--definitions", "/nowhere/at/all"},
	} {
		wantFailure(t, exitUsage, nil, append([]string{"definition", "backtest"}, args...)...)
	}
}
