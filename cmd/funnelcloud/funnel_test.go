package main

import (
	"strings"
	"testing"
	"unicode/utf8"
)

const funnelLog = "case_id,activity,timestamp,plan\n" +
	"1,trial,2026-01-01T10:00:00Z,free\n1,invite,2026-01-01T11:00:00Z,free\n1,paid,2026-01-03T10:00:00Z,pro\n" +
	"2,trial,2026-01-08T10:00:00Z,free\n2,paid,2026-01-09T10:00:00Z,pro\n" +
	"3,trial,2026-01-08T10:00:00Z,team\n3,cancelled,2026-01-08T11:00:00Z,team\n3,paid,2026-01-20T10:00:00Z,team\n" +
	"\"say \"\"4\"\" 🦊\",trial,2026-01-09T10:00:00Z,\n5,visit,2026-01-09T10:00:00Z,\n"

func TestFunnelOfAFile(t *testing.T) {
	log := writeFile(t, "log.csv", funnelLog)
	for name, c := range map[string]struct {
		args []string
		want []uint64 // units by step
	}{
		"ordered":   {[]string{"--step", "trial", "--step", "paid"}, []uint64{4, 3}},
		"strict":    {[]string{"--step", "trial", "--step", "paid", "--order", "strict"}, []uint64{4, 1}},
		"any":       {[]string{"--step", "paid", "--step", "trial", "--order", "any"}, []uint64{4, 3}},
		"window":    {[]string{"--step", "trial", "--step", "paid", "--window", "2d"}, []uint64{4, 2}},
		"optional":  {[]string{"--step", "trial", "--step", "invite", "--step", "paid", "--optional", "invite"}, []uint64{4, 1, 3}},
		"excluded":  {[]string{"--step", "trial", "--step", "paid", "--exclude", "cancelled"}, []uint64{4, 2}},
		"between":   {[]string{"--step", "trial", "--step", "invite", "--step", "paid", "--exclude", "cancelled:2-3"}, []uint64{4, 1, 1}},
		"either":    {[]string{"--step", "trial|visit", "--step", "invite|cancelled"}, []uint64{5, 2}},
		"held":      {[]string{"--step", "trial", "--step", "paid", "--hold", "plan"}, []uint64{3, 1}},
		"last plan": {[]string{"--step", "trial", "--step", "paid", "--by", "plan", "--attribution", "2"}, []uint64{2, 2, 1, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			got := decode[funnelReport](t, mustRun(t, append([]string{"funnel", "--log", log, "--output", "json"}, c.args...)...).out)
			if got.Cases != 5 || len(got.Steps) != len(c.want) {
				t.Fatalf("%+v", got)
			}
			for i, row := range got.Steps {
				if row.Units != c.want[i] {
					t.Errorf("step %d: %d units, want %d", i+1, row.Units, c.want[i])
				}
			}
		})
	}
}

func TestFunnelOnScreen(t *testing.T) {
	log := writeFile(t, "log.csv", funnelLog)
	args := []string{"funnel", "--log", log, "--step", "trial", "--step", "paid", "--by", "plan", "--cohort", "week", "--drop", "2"}
	screen := mustRun(t, args...).out
	for _, want := range []string{"plan: free", "plan: (none)", `1 dropped after trial, such as say "4" 🦊`, "2026-01-05", "1.5 d", "100.0%"} {
		if !strings.Contains(screen, want) {
			t.Errorf("no %q in\n%s", want, screen)
		}
	}
	for line := range strings.Lines(screen) {
		if utf8.RuneCountInString(strings.TrimRight(line, "\n")) > 80 {
			t.Errorf("wider than 80 columns: %s", line)
		}
	}
	csv := mustRun(t, append(args, "--output", "csv")...).out
	if lines := strings.Count(csv, "\n"); lines != 1+3*2 {
		t.Errorf("%d lines of CSV:\n%s", lines, csv)
	}
	if rest := mustRun(t, append(args, "--top", "1")...).out; !strings.Contains(rest, "2 other values") {
		t.Errorf("what --top leaves out is not told:\n%s", rest)
	}
}

// Names as long as they come and many dropped cases stay within a terminal's 80 columns.
func TestFunnelOfLongNames(t *testing.T) {
	long := strings.Repeat("très long ", 12)
	log := "case_id,activity,timestamp\n"
	for i := range 40 {
		log += "customer-" + strings.Repeat("9", i%7) + string(rune('a'+i%26)) + "," + long + ",2026-01-01\n"
	}
	screen := mustRun(t, "funnel", "--log", writeFile(t, "log.csv", log), "--step", long, "--step", "paid", "--drop", "40").out
	for line := range strings.Lines(screen) {
		if utf8.RuneCountInString(strings.TrimRight(line, "\n")) > 80 {
			t.Errorf("wider than 80 columns: %s", line)
		}
	}
	if !strings.Contains(screen, "customer-999") {
		t.Errorf("no dropped cases in\n%s", screen)
	}
}

func TestFaultyFunnels(t *testing.T) {
	wantFailure(t, exitUsage, []string{"--step"}, "funnel")
	wantFailure(t, exitFailed, []string{"--log", "funnelcloud up"}, "funnel", "--step", "a", "--data", t.TempDir())
	wantFailure(t, exitUsage, []string{"--step"}, "funnel", "--log", "x")
	wantFailure(t, exitFailed, []string{"nowhere.csv"}, "funnel", "--log", "nowhere.csv", "--step", "a")
	log := writeFile(t, "log.csv", funnelLog)
	wantFailure(t, exitFailed, []string{`no column "country"`, "plan"}, "funnel", "--log", log, "--step", "trial", "--by", "country")
	for _, c := range []struct{ word, flag, value string }{
		{"is no step", "--optional", "lunch"}, {"14d", "--window", "soon"}, {`order "sideways"`, "--order", "sideways"},
		{"counted from 1", "--exclude", "x:0-2"}, {`entry "last"`, "--entry", "last"}, {`cohort "decade"`, "--cohort", "decade"},
		{"can't be optional", "--optional", "trial"}, {"table, json or csv", "--output", "xml"},
		{"no values of units", "--attribution", "unit"},
	} {
		wantFailure(t, exitUsage, []string{c.word}, "funnel", "--log", log, "--step", "trial", "--step", "paid", c.flag, c.value)
	}
}
