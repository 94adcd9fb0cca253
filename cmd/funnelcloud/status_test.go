package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestStatus(t *testing.T) {
	ensured(t)
	s := up(t, t.TempDir())
	// Nothing has happened yet: that is a state like others.
	mustRun(t, "status", "--data", s.folder)
	mustRun(t, "status", "--quiet", "--max-age", "1s", "--data", s.folder)
	wantFailure(t, exitFailed, []string{"published never"}, "status", "--quiet", "--max-run-age", "1h", "--data", s.folder)

	events := writeFile(t, "events.ndjson", `{"type":"track","messageId":"1","event":"Signed Up","userId":"u","timestamp":"2026-01-01T00:00:00Z"}
{"type":"track","messageId":"2","event":
{"type":"track","messageId":"3","event":"Feature Used","userId":"u","timestamp":"2026-01-01T00:00:00Z"}
`)
	mustRun(t, "load", events, "--source", "segment", "--data", s.folder)
	wantFailure(t, exitFailed, []string{"3 messages wait", "never"}, "status", "--quiet", "--max-age", "1h", "--data", s.folder)
	waiting := decode[status](t, mustRun(t, "status", "--output", "json", "--data", s.folder).out)
	if waiting.lag() != 3 {
		t.Errorf("lag before ingest: %d, want 3", waiting.lag())
	}

	mustRun(t, "ingest", "--drain", "--data", s.folder)
	mustRun(t, "run", "--data", s.folder)
	mustRun(t, "status", "--quiet", "--max-age", "1h", "--max-run-age", "1h", "--data", s.folder)
	st := decode[status](t, mustRun(t, "status", "--output", "json", "--data", s.folder).out)
	if st.lag() != 0 || len(st.Rejects) != 1 || st.Rejects[0].LastHour != 1 || st.Rejects[0].Reason != "invalid_json" {
		t.Errorf("lag %d, refused %+v", st.lag(), st.Rejects)
	}
	if len(st.Runs) != 1 || st.Runs[0].Status != "published" || len(st.Checks) == 0 || st.Consumers != 0 {
		t.Errorf("runs %+v, %d checks, %d consumers", st.Runs, len(st.Checks), st.Consumers)
	}
	for _, topic := range st.Topics {
		if topic.Topic == "segment" && (topic.Messages != 3 || topic.Partitions != localPartitions || topic.PerSecond <= 0) {
			t.Errorf("topic segment: %+v", topic)
		}
	}
	text := mustRun(t, "status", "--data", s.folder).out
	for _, words := range []string{"segment", "invalid_json", "published", "data checks of the published run hold"} {
		if !strings.Contains(text, words) {
			t.Errorf("the status does not say %q:\n%s", words, text)
		}
	}
	t.Log(text)
}

func TestStatusSaysWhomItCannotAsk(t *testing.T) {
	ensured(t)
	s := up(t, t.TempDir())
	wantFailure(t, exitFailed, []string{"127.0.0.1:1", "Kafka"}, "status", "--kafka", "127.0.0.1:1", "--data", s.folder)
	wantFailure(t, exitFailed, []string{"127.0.0.1:1", "ClickHouse"}, "status", "--clickhouse", "127.0.0.1:1", "--data", s.folder)
}

// With the longest names of topics, sources and reasons there are, and as much as there may be, it fits a terminal.
func TestTheStatusFitsATerminal(t *testing.T) {
	now := time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)
	st := &status{Now: now, Group: "funnelcloud", Consumers: 12, Fresh: freshness{LastBatch: now, LastPublished: now, EventsUntil: now},
		Topics:  []topicStatus{{Topic: "snowplow-enriched-good", Messages: 987_654_321, PerSecond: 123_456.7, LastBatch: now.Add(-100 * time.Minute), Partitions: 512, Lag: 12_345_678}},
		Rejects: []rejectStatus{{"snowplow_enriched", "expression_failed", 1_234_567, 12_345_678, 123_456_789}},
		Runs:    []runStatus{{ID: 1234, Status: "published", Started: now.Add(-100 * time.Minute), Seconds: 1234.5, Events: 987_654_321}}}
	var out bytes.Buffer
	st.show(&screen{out: &out})
	for line := range strings.Lines(out.String()) {
		if n := utf8.RuneCountInString(strings.TrimRight(line, " \n")); n > 80 {
			t.Errorf("%d columns: %s\n%s", n, line, out.String())
		}
	}
}

func TestAgo(t *testing.T) {
	now := time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)
	for want, age := range map[string]time.Duration{"just now": time.Second, "30 s ago": 30 * time.Second, "5 min ago": 5 * time.Minute,
		"3 h ago": 3 * time.Hour, "4 days ago": 100 * time.Hour} {
		if got := ago(now, now.Add(-age)); got != want {
			t.Errorf("%s ago: %q, want %q", age, got, want)
		}
	}
}
