package main

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCapturesBecomeOnePerson: what ten SDKs of four vendors really sent about one user, each with its own devices and its own way of
// telling who it is, is one person of one account; who only visited stays apart, a visitor of PostHog's under a user id, since
// PostHog has one kind of id for both.
func TestCapturesBecomeOnePerson(t *testing.T) {
	folder := sharedData(t, "sdk")
	if folder == "" {
		return
	}
	ensured(t)
	s := up(t, t.TempDir())
	for name, captures := range map[string][]string{
		"segment": {"segment", "analytics-node", "browser_analytics-next", "go_segment", "rudder", "jitsu"}, "posthog": {"posthog", "go_posthog"},
		"amplitude": {"amplitude"}, "snowplow": {"snowplow"},
	} {
		var lines []string
		for _, capture := range captures {
			lines = append(lines, bodiesOf(t, filepath.Join(folder, capture+".ndjson"))...)
		}
		mustRun(t, "load", writeFile(t, name+".ndjson", strings.Join(lines, "\n")+"\n"), "--source", name, "--data", s.folder)
	}
	mustRun(t, "ingest", "--drain", "--data", s.folder)
	mustRun(t, "run", "--data", s.folder)
	s.want(t, "SELECT topic, reason, count() FROM events_rejected FINAL GROUP BY ALL ORDER BY ALL")
	s.want(t, "SELECT arrayStringConcat(arraySort(groupArray(concat(toString(id_kind), ' ', id_value))), ', ') AS ids FROM person_identities GROUP BY person_id ORDER BY ids",
		"anonymous 543464e9-d828-43e1-9661-456815bb7d82, anonymous 592d477d-adf7-4c6b-90c6-08e9bcfa0bf8, anonymous anon-1, anonymous d-1, email ada@example.com, user u-1",
		"anonymous anon-2", "user anon-2")
	s.want(t, "SELECT account_id, members FROM accounts", "acct-9 1")
	s.want(t, "SELECT count() FROM identity_quarantine", "0")
}

// bodiesOf are the bodies of captured requests, each a line.
func bodiesOf(t *testing.T, file string) (bodies []string) {
	t.Helper()
	f, err := os.Open(filepath.Clean(file))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<22)
	for lines.Scan() {
		if body := string(decode[struct{ Body json.RawMessage }](t, lines.Text()).Body); body != `""` { // a GET's events are in its address
			bodies = append(bodies, body)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return bodies
}
