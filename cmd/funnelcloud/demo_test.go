package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/funnelcloud/funnelcloud/models/attribution"
	"github.com/funnelcloud/funnelcloud/models/simulate"
)

// The demo counts what the simulator put in: every event once, every broken message kept with its reason.
func TestTheDemoCountsWhatWasSimulated(t *testing.T) {
	ensured(t)
	folder := t.TempDir()
	args := []string{"demo", "--people", "3000", "--days", "90", "--seed", "7", "--start", "2026-01-05", "--dir", folder, "--output", "json"}
	got := decode[results](t, mustRun(t, args...).out)

	config := simulate.Default()
	config.People, config.Days, config.Seed = 3000, 90, 7
	want := simulate.Summarise(config)
	if int(got.Ingest.Messages) != want.Messages || int(got.Ingest.Events) != want.Events ||
		int(got.Ingest.Duplicates) != want.Duplicates || int(got.Ingest.Rejects) != want.Broken {
		t.Errorf("ingested %+v, simulated %d messages, %d events, %d duplicates, %d broken",
			got.Ingest, want.Messages, want.Events, want.Duplicates, want.Broken)
	}
	if int(got.Run.Events) != want.Events {
		t.Errorf("the run read %d events of %d", got.Run.Events, want.Events)
	}
	if len(got.Run.Checks) == 0 {
		t.Error("no data check ran")
	}
	if len(got.Waterfall) < 10 || len(got.Credit) < 5 || len(got.Paths) == 0 || len(got.Linearity) != 1 {
		t.Errorf("too little to show: %d stages, %d channels, %d paths, %d linearity rows",
			len(got.Waterfall), len(got.Credit), len(got.Paths), len(got.Linearity))
	}
	sharesSumToOne(t, got.Credit)
	for _, file := range []string{"report.html", filepath.Join("dashboards", "attribution.json")} {
		if info, err := os.Stat(filepath.Join(folder, file)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", file, err)
		}
	}

	// A second demo on the same folder begins anew and says the same.
	again := decode[results](t, mustRun(t, args...).out)
	if again.Ingest.Events != got.Ingest.Events || again.Ingest.Duplicates != got.Ingest.Duplicates {
		t.Errorf("the second demo ingested %+v, the first %+v", again.Ingest, got.Ingest)
	}
}

// mayBeEmpty are panels whose answer may well be that there is nothing to tell: of one run, of few people, of one account.
var mayBeEmpty = []string{
	"no touch explain", "Did a run change figures that were reported?", "Aha: which early behaviour", "Do the unhappy leave?",
	"In their own words", "What may customers still buy, or renew?",
}

// Every panel of every dashboard has an answer on the demo's data, but those whose answer is that nothing is wrong.
func TestEveryPanelOfTheDemoHasAnAnswer(t *testing.T) {
	ensured(t)
	folder := t.TempDir()
	demo := decode[results](t, mustRun(t, "demo", "--people", "6000", "--dir", folder, "--output", "json").out)
	s := up(t, filepath.Join(folder, "data"))
	r := mustRun(t, "dashboards", "--check", "--data", s.folder)
	for line := range strings.Lines(r.out) {
		expected := slices.ContainsFunc(mayBeEmpty, func(title string) bool { return strings.Contains(line, title) })
		if strings.HasPrefix(line, "empty:") && !expected {
			t.Error(line)
		}
	}
	panelsAgreeWithTheCommands(t, s, demo)
}

func sharesSumToOne(t *testing.T, credit []creditResult) {
	t.Helper()
	sums := map[string]float64{}
	for _, c := range credit {
		for model, share := range map[string]float64{
			"first": c.First, "last": c.Last, "last_non_direct": c.LastNonDirect, "linear": c.Linear,
			"time_decay": c.TimeDecay, "u_shaped": c.UShaped, "markov": c.Markov, "truth": c.Truth} {
			sums[model] += share
		}
	}
	for model, sum := range sums {
		if sum < 1-1e-9 || sum > 1+1e-9 {
			t.Errorf("the shares of %s sum to %v", model, sum)
		}
	}
}

func TestTheDemoFitsATerminal(t *testing.T) {
	ensured(t)
	r := mustRun(t, "demo", "--people", "1500", "--days", "60", "--dir", t.TempDir())
	for line := range strings.Lines(r.out) {
		if width := len([]rune(strings.TrimRight(line, " \n"))); width > 80 && !strings.Contains(line, "/") {
			t.Errorf("%d columns wide: %s", width, line)
		}
		if strings.Contains(line, "\x1b") {
			t.Errorf("colours where there is no terminal: %q", line)
		}
	}
}

func TestTheDemoLeavesOthersFilesAlone(t *testing.T) {
	folder := t.TempDir()
	if err := os.MkdirAll(filepath.Join(folder, "data"), 0o755); err != nil {
		t.Fatal(err)
	}
	mine := filepath.Join(folder, "data", "thesis.tex")
	if err := os.WriteFile(mine, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	wantFailure(t, exitFailed, []string{"thesis.tex", "--dir"}, "demo", "--dir", folder)
	if text, err := os.ReadFile(mine); err != nil || string(text) != "mine" {
		t.Errorf("the file is gone: %q, %v", text, err)
	}
}

func TestExplainTellsWhy(t *testing.T) {
	ensured(t)
	folder := t.TempDir()
	mustRun(t, "demo", "--people", "3000", "--dir", folder, "--output", "json")
	s := up(t, filepath.Join(folder, "data"))
	backtestsOf(t, s)
	won := strings.Fields(s.rows(t, `SELECT any(conversion_id), any(unit_id) FROM conversions
		WHERE conversion_type = 'won' AND unit_kind = 'person' AND unattributed_reason = ''`)[0])
	if len(won) != 2 {
		t.Fatalf("no win to explain: %v", won)
	}
	credit := decode[explanation](t, mustRun(t, "explain", won[0], "--data", s.folder, "--output", "json").out).Credit
	sums := map[string]float64{}
	for _, touch := range credit {
		sums[touch.Model] += touch.Weight
		if touch.TouchID != "" { // else it is the baseline, which some models credit
			s.want(t, "SELECT count() FROM events_deduplicated WHERE event_id = '"+touch.TouchID+"'", "1")
		}
	}
	for _, m := range attribution.Models() {
		near(t, "the weights of "+won[0]+" by "+m.Name(), sums[m.Name()], 1)
	}
	for _, line := range strings.Split(mustRun(t, "explain", won[0], "--data", s.folder).out, "\n") {
		if utf8.RuneCountInString(line) > 80 {
			t.Errorf("a line of %d letters: %s", utf8.RuneCountInString(line), line)
		}
	}
	story := decode[[]explanation](t, mustRun(t, "explain", won[1], "--data", s.folder, "--output", "json").out)
	if len(story) != 1 || len(story[0].Story) < 4 {
		t.Errorf("the story of %s is short: %+v", won[1], story)
	}
	if table := mustRun(t, "explain", won[1], "--data", s.folder).out; !strings.Contains(table, "→ won") {
		t.Errorf("the story does not tell the win:\n%s", table)
	}
	wantFailure(t, exitFailed, []string{"nobody"}, "explain", "nobody", "--data", s.folder)
	wantFailure(t, exitFailed, []string{"person:won:x:1"}, "explain", "person:won:x:1", "--data", s.folder)
}

func TestExportWritesWhatTheTablesHold(t *testing.T) {
	ensured(t)
	folder := t.TempDir()
	mustRun(t, "demo", "--people", "1500", "--dir", folder, "--output", "json")
	s := up(t, filepath.Join(folder, "data"))
	rows := s.rows(t, "SELECT count() FROM conversions")[0]
	for _, name := range []string{"c.parquet", "c.csv", "c.arrow", "c.ndjson", "c.tsv"} {
		file := filepath.Join(folder, name)
		mustRun(t, "export", "conversions", "--out", file, "--data", s.folder)
		s.want(t, "SELECT count() FROM file('"+file+"')", rows)
	}
	wantFailure(t, exitUsage, []string{".parquet"}, "export", "conversions", "--out", "c.xls", "--data", s.folder)
	wantFailure(t, exitFailed, []string{"no_such_table"}, "export", "no_such_table", "--out", filepath.Join(folder, "x.csv"), "--data", s.folder)
}
