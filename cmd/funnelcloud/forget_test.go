package main

import (
	"strings"
	"testing"
)

const twoPeople = `{"type":"page","messageId":"1","anonymousId":"device-of-ann","timestamp":"2026-01-01T00:00:00Z","context":{"page":{"url":"https://www.acme.test/?utm_source=google&utm_medium=cpc"}}}
{"type":"track","messageId":"2","event":"Signed Up","anonymousId":"device-of-ann","userId":"ann-1","timestamp":"2026-01-01T00:01:00Z","context":{"traits":{"email":"Ann@first.test"}}}
{"type":"track","messageId":"3","event":"Signed Up","userId":"ben-1","timestamp":"2026-01-02T00:00:00Z","context":{"traits":{"email":"ben@second.test"}}}
{"type":"track","messageId":"4","event":"Sign Up","timestamp":"2026-01-02T00:00:00Z","properties":{"email":"ann@first.test"}}
`

// TestForgetSurvivesATopicReadAnew: a person is forgotten, then another consumer group reads the topic from its beginning.
func TestForgetSurvivesATopicReadAnew(t *testing.T) {
	ensured(t)
	s := up(t, t.TempDir())
	mustRun(t, "load", writeFile(t, "events.ndjson", twoPeople), "--source", "segment", "--data", s.folder)
	mustRun(t, "ingest", "--drain", "--data", s.folder)
	mustRun(t, "run", "--bootstrap", "-1", "--data", s.folder)
	s.want(t, "SELECT count() FROM persons", "2")
	s.want(t, "SELECT count() FROM dead_letters", "1")

	dry := mustRun(t, "forget", "ann@first.test", "--dry-run", "--data", s.folder)
	for _, words := range []string{"events of the person", "events_rejected", "persons_by_run", "dry run"} {
		if !strings.Contains(dry.out, words) {
			t.Errorf("the dry run does not say %q:\n%s", words, dry.out)
		}
	}
	s.want(t, "SELECT count() FROM events", "3")

	done := decode[struct {
		Request     string
		Identifiers []struct{ Kind, Value string }
	}](t, mustRun(t, "forget", "ANN@first.test", "--output", "json", "--data", s.folder).out)
	if done.Request == "" || len(done.Identifiers) != 3 {
		t.Errorf("forget says %+v", done)
	}
	s.want(t, "SELECT event_id FROM events", "3")
	s.want(t, "SELECT user_id FROM persons", "ben-1")
	s.want(t, "SELECT count() FROM dead_letters", "0")

	mustRun(t, "ingest", "--drain", "--group", "another", "--data", s.folder)
	s.want(t, "SELECT count() > 1 FROM events", "1")
	mustRun(t, "run", "--bootstrap", "-1", "--data", s.folder)
	s.want(t, "SELECT event_id FROM events_deduplicated", "3")
	s.want(t, "SELECT user_id FROM persons", "ben-1")
	s.want(t, "SELECT count() FROM dead_letters", "0")

	again := mustRun(t, "forget", "ann@first.test", "--data", s.folder)
	if !strings.Contains(again.out, "forgotten before") || !strings.Contains(again.out, "No table holds anything") {
		t.Errorf("forgetting twice says:\n%s", again.out)
	}
	wantFailure(t, exitFailed, []string{"nobody is called so", "nobody@first.test"}, "forget", "nobody@first.test", "--data", s.folder)
	wantFailure(t, exitUsage, []string{"WHO is empty"}, "forget", " ", "--data", s.folder)
}
