package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/funnelcloud/funnelcloud/models/score"
)

func TestSimulateScores(t *testing.T) {
	arguments := []string{"simulate", "--score", "--seeds", "2", "--reference", "1", "--people", "300", "--replicates", "5",
		"--world", "undirected", "--model", "first,incremental", "--output"}
	var report score.Report
	if err := json.Unmarshal([]byte(mustRun(t, append(arguments, "json")...).out), &report); err != nil {
		t.Fatal(err)
	}
	if len(report.Rows) != 2 || report.Seeds != 2 || report.Rows[0].Error.N != 2 || report.Truths["undirected"] == nil {
		t.Errorf("report is %+v", report)
	}
	if text := mustRun(t, append(arguments, "markdown")...).out; !strings.Contains(text, "\n| incremental | ") {
		t.Errorf("no row of the model in\n%s", text)
	}
	for _, wrong := range [][]string{{"--world", "flat"}, {"--model", "magic"}, {"--seeds", "0"}, {"--output", "xml"}} {
		if r := funnelcloud(t, append([]string{"simulate", "--score"}, wrong...)...); r.code != exitUsage || !strings.Contains(r.err, wrong[1]) && wrong[1] != "0" {
			t.Errorf("%v: code %d, %s", wrong, r.code, r.err)
		}
	}
}
