package main

import (
	"strings"
	"testing"
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

func TestPathsOfNoFile(t *testing.T) {
	wantFailure(t, exitUsage, []string{"--log"}, "paths")
	wantFailure(t, exitFailed, []string{"nowhere.csv"}, "paths", "--log", "nowhere.csv")
	wantFailure(t, exitFailed, []string{`no column "case_id"`, "a, b"}, "paths", "--log", writeFile(t, "x.csv", "a,b\n1,2\n"))
	wantFailure(t, exitUsage, []string{"table, json or csv"}, "paths", "--log", "x", "--output", "xml")
}
