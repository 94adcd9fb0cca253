package main

import (
	"encoding/xml"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

const smallLog = "case_id,activity,timestamp\n" +
	"1,trial,2026-01-01\n1,nurture,2026-01-03\n1,trial,2026-01-05\n1,won,2026-01-09\n" +
	"2,trial,2026-01-01\n2,won,2026-01-02\n3,trial,2026-01-01\n"

func TestPathsOfAFile(t *testing.T) {
	log := writeFile(t, "log.csv", smallLog)
	got := decode[pathsReport](t, mustRun(t, "paths", "--log", log, "--won", "won", "--order", "trial,won", "--output", "json").out)
	if got.Cases != 3 || got.Steps != 7 || got.Variants != 3 || got.SelfLoops != 0 {
		t.Errorf("%+v", got)
	}
	if got.Linearity == nil || got.Linearity.Wins != 2 || got.Linearity.Linear != 1 {
		t.Errorf("linearity %+v", got.Linearity)
	}
	table := mustRun(t, "paths", "--log", log, "--top", "2").out
	if !strings.Contains(table, "(remaining)") {
		t.Errorf("what --top leaves out is not told:\n%s", table)
	}
	csv := mustRun(t, "paths", "--log", log, "--won", "won", "--output", "csv").out
	if lines := strings.Count(csv, "\n"); lines != len(got.Transitions)+1 {
		t.Errorf("%d lines of CSV for %d transitions:\n%s", lines, len(got.Transitions), csv)
	}
}

// The same log in XES says the same.
func TestPathsOfXES(t *testing.T) {
	const header = `<?xml version="1.0"?>` + "\n" + `<!-- a comment --><log xes.version="1.0" xmlns="http://www.xes-standard.org/"><extension name="Time"/>` +
		`<global scope="trace"><string key="concept:name" value="none"/></global>`
	trace := func(name string, events ...string) string {
		text := `<trace>`
		for i := 0; i+1 < len(events); i += 2 {
			text += `<event><string key="concept:name" value="` + events[i] + `"/><date key="time:timestamp" value="` + events[i+1] +
				`T00:00:00.000+00:00"/><string key="plan" value="pro"><string key="nested" value="x"/></string></event>`
		}
		return text + `<string key="concept:name" value="` + name + `"/></trace>`
	}
	log := writeFile(t, "log.xes", header+trace("1", "trial", "2026-01-01", "nurture", "2026-01-03", "trial", "2026-01-05", "won", "2026-01-09")+
		trace("2", "trial", "2026-01-01", "won", "2026-01-02")+trace("3", "trial", "2026-01-01")+"</log>")
	args := []string{"--won", "won", "--output", "json"}
	got := decode[pathsReport](t, mustRun(t, append([]string{"paths", "--log", log}, args...)...).out)
	want := decode[pathsReport](t, mustRun(t, append([]string{"paths", "--log", writeFile(t, "log.csv", smallLog)}, args...)...).out)
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(pathsReport{})); diff != "" {
		t.Error(diff)
	}
	plans := decode[pathsReport](t, mustRun(t, "paths", "--log", log, "--by", "plan", "--output", "json").out)
	if len(plans.Segments) != 1 || plans.Segments[0].Segment != "pro" || plans.Segments[0].Units != 3 {
		t.Errorf("by plan: %+v", plans.Segments)
	}
	for text, want := range map[string]string{
		header + `<trace><event><string key="concept:name" value="a"/></event><string key="concept:name" value="1"/></trace></log>`: "not a time",
		header + `<trace></trace></log>`:       `trace 1 has no attribute "concept:name"`,
		header + trace("1", "a", "2026-01-01"): "XML syntax error",
		`<html></html>`:                        "not XES",
	} {
		wantFailure(t, exitFailed, []string{want, "line"}, "paths", "--log", writeFile(t, "bad.xes", text))
	}
}

func TestWhatIfOnTheCommandLine(t *testing.T) {
	log := writeFile(t, "log.csv", "case_id,activity,timestamp\n"+
		"1,trial,2026-01-01\n1,won,2026-01-02\n2,trial,2026-01-01\n2,lost,2026-01-02\n")
	args := []string{"paths", "--log", log, "--won", "won", "--lost", "lost", "--fewer", "10%", "--from", "trial", "--to", "lost"}
	got := decode[pathsReport](t, mustRun(t, append(args, "--output", "json")...).out)
	if got.Effect == nil || math.Abs(got.Effect.MoreWins-.1) > 1e-9 {
		t.Errorf("%+v", got.Effect)
	}
	if table := mustRun(t, args...).out; !strings.Contains(table, "If 10.0% fewer went from trial to lost: +0.1 wins") || !strings.Contains(table, "association") {
		t.Errorf("no effect in\n%s", table)
	}
}

// The units of a way, its group and what winners do; names with all that may be in them stay within the screen.
func TestJourneysOnScreen(t *testing.T) {
	odd := `"quote ""x"" > ` + strings.Repeat("very long ", 10) + `👍` + "\n" + `two lines"`
	var rows strings.Builder
	rows.WriteString("case_id,activity,timestamp\n")
	for i := range 60 {
		unit := string(rune('A'+i%26)) + strings.Repeat("x", i/26)
		rows.WriteString(unit + ",trial,2026-01-01\n")
		if i%2 == 0 {
			rows.WriteString(unit + "," + odd + ",2026-01-02\n" + unit + ",won,2026-01-03\n")
		} else {
			rows.WriteString(unit + ",lost,2026-01-03\n")
		}
	}
	log := writeFile(t, "log.csv", rows.String())
	screen := mustRun(t, "paths", "--log", log, "--won", "won", "--lost", "lost", "--way", "2").out
	for line := range strings.Lines(screen) {
		if utf8.RuneCountInString(strings.TrimRight(line, "\n")) > 80 {
			t.Errorf("wider than 80 columns: %s", line)
		}
	}
	for _, want := range []string{"Way 2 was gone by A, Ax, Axx, C", "What winners do", "group 1", `quote "x" >`} {
		if !strings.Contains(screen, want) {
			t.Errorf("no %q in\n%s", want, screen)
		}
	}
	got := decode[pathsReport](t, mustRun(t, "paths", "--log", log, "--won", "won", "--lost", "lost", "--way", "1", "--output", "json").out)
	if len(got.UnitsOfTheWay) != 30 || !slices.IsSorted(got.UnitsOfTheWay) {
		t.Errorf("units of the way: %v", got.UnitsOfTheWay)
	}
}

// loopingLog has a loop, a way back, and a name with all that may be in it.
const loopingLog = "case_id,activity,timestamp\n" +
	"1,\"say \"\"hi\"\" & <go> \\N > 👍\nagain\",2026-01-01\n1,b,2026-01-02\n1,b,2026-01-03\n1,c,2026-01-03\n1,b,2026-01-04\n"

func TestPictureOfPaths(t *testing.T) {
	log := writeFile(t, "log.csv", loopingLog)
	file := filepath.Join(t.TempDir(), "ways.svg")
	mustRun(t, "paths", "--log", log, "--picture", file)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	words := ""
	decoder := xml.NewDecoder(strings.NewReader(string(text)))
	decoder.Strict = true
	for {
		token, err := decoder.Token()
		if token == nil {
			break
		}
		if err != nil {
			t.Fatalf("not XML: %v", err)
		}
		if word, ok := token.(xml.CharData); ok {
			words += string(word) + " "
		}
	}
	words = strings.Join(strings.Fields(strings.ReplaceAll(words, "\u00a0", " ")), " ")
	for _, want := range []string{`say "hi" & <go> \N >`, "👍", "(start)", "(open)"} {
		if !strings.Contains(words, want) {
			t.Errorf("no %q among %s", want, words)
		}
	}
	for _, color := range []string{"#e69f00", "#d55e00"} { // a loop and a way back
		if !strings.Contains(strings.ToLower(string(text)), color) {
			t.Errorf("no arrow of colour %s", color)
		}
	}
	if strings.Contains(words, "wins") {
		t.Errorf("where nothing wins, nothing is said of it: %s", words)
	}
	wantFailure(t, exitUsage, []string{".svg, .png, .dot"}, "paths", "--log", log, "--picture", "ways.pdf")
}

func TestPathsOfNoFile(t *testing.T) {
	wantFailure(t, exitFailed, []string{"--log", "funnelcloud up"}, "paths", "--data", t.TempDir())
	wantFailure(t, exitFailed, []string{"nowhere.csv"}, "paths", "--log", "nowhere.csv")
	wantFailure(t, exitFailed, []string{`no column "case_id"`, "a, b"}, "paths", "--log", writeFile(t, "x.csv", "a,b\n1,2\n"))
	log := writeFile(t, "log.csv", smallLog)
	for _, c := range []struct {
		word string
		args []string
	}{
		{"table, json or csv", []string{"--output", "xml"}}, {"--from and --to go together", []string{"--fewer", "10%"}},
		{"must be a share", []string{"--fewer", "110%", "--from", "a", "--to", "b"}}, {"not a date", []string{"--since", "soon"}},
		{"not a length of time", []string{"--silence", "long"}}, {"PROPERTY=VALUE", []string{"--where", "plan"}},
		{"an empty name", []string{"--through", "events:"}}, {"must not be negative", []string{"--top", "-1"}},
		{"person, account, session or property", []string{"--unit", "planet"}}, {"key names the property", []string{"--unit", "property"}},
		{"there are 3 ways", []string{"--way", "4"}}, {"there are stage, channel", []string{"--report", "none"}},
	} {
		wantFailure(t, exitUsage, []string{c.word}, append([]string{"paths", "--log", log}, c.args...)...)
	}
	wantFailure(t, exitFailed, []string{"line 3", "no states"}, "paths", "--log", log, "--report", "a", "--reports",
		writeFile(t, "reports.yaml", "# mine\npaths:\n  - name: a\n"))
	wantFailure(t, exitFailed, []string{`no state "sql"`}, "paths", "--log", log, "--fewer", "10%", "--from", "sql", "--to", "b")
}

// A saved report says the same of a file as of the tables: here of a file, by flags and as YAML.
func TestSavedReportsOfAFile(t *testing.T) {
	log := writeFile(t, "log.csv", smallLog)
	reports := writeFile(t, "reports.yaml", `
paths:
  - name: trials
    states: [{events: [trial, nurture]}]
    conversion: {events: [won]}
    order: [trial]
funnels:
  - name: trial to won
    steps: [{events: [trial]}, {events: [won]}]
    window: 2d
`)
	saved := decode[pathsReport](t, mustRun(t, "paths", "--log", log, "--reports", reports, "--report", "trials", "--output", "json").out)
	flags := decode[pathsReport](t, mustRun(t, "paths", "--log", log, "--through", "trial|nurture", "--conversion", "won", "--order", "trial", "--output", "json").out)
	if diff := cmp.Diff(flags, saved, cmp.AllowUnexported(pathsReport{})); diff != "" {
		t.Error(diff)
	}
	funnel := decode[funnelReport](t, mustRun(t, "funnel", "--log", log, "--reports", reports, "--report", "trial to won", "--output", "json").out)
	if len(funnel.Steps) != 2 || funnel.Steps[1].Units != 1 {
		t.Errorf("%+v", funnel)
	}
}
