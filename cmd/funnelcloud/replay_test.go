package main

import (
	"strings"
	"testing"
)

// orders reads one field; the mended definition knows its other name too.
const orders = `name: orders
topics: [segment]
fields: {event_id: item.messageId, kind: item.type, name: item.event, user_id: item.userId, event_ts: item.timestamp}
required: [user_id]
`

func TestReplayAfterAFix(t *testing.T) {
	ensured(t)
	s := up(t, t.TempDir())
	events := writeFile(t, "events.ndjson", `{"type":"track","messageId":"1","event":"Signed Up","userId":"u","timestamp":"2026-01-01T00:00:00Z"}
{"type":"track","messageId":"2","event":"Signed Up","user":"v","timestamp":"2026-01-02T00:00:00Z"}
{"type":"track","messageId":"3","event":
`)
	segment := strings.Replace(orders, "name: orders", "name: segment", 1)
	broken := writeFile(t, "broken.yaml", segment)
	mended := writeFile(t, "mended.yaml", strings.Replace(segment, "item.userId", "item.userId ?? item.user", 1))
	mustRun(t, "load", events, "--source", "segment", "--definition", broken, "--data", s.folder)
	mustRun(t, "ingest", "--drain", "--source", broken, "--data", s.folder)
	s.want(t, "SELECT count() FROM dead_letters", "2")

	dry := mustRun(t, "replay", "--dry-run", "--definition", mended, "--data", s.folder)
	for _, words := range []string{"missing_field -> event of segment", "invalid_json -> invalid_json", "dry run"} {
		if !strings.Contains(dry.out, words) {
			t.Errorf("the dry run does not say %q:\n%s", words, dry.out)
		}
	}
	s.want(t, "SELECT count() FROM events_deduplicated", "1")

	r := decode[struct {
		Mended, Refused, Events uint64
		DryRun                  bool `json:"dry_run"`
	}](t, mustRun(t, "replay", "--output", "json", "--definition", mended, "--data", s.folder).out)
	if r.Mended != 1 || r.Refused != 1 || r.Events != 1 || r.DryRun {
		t.Errorf("replay: %+v", r)
	}
	s.want(t, "SELECT user_id FROM events_deduplicated ORDER BY event_id", "u", "v")
	s.want(t, "SELECT reason FROM dead_letters", "invalid_json")
	again := mustRun(t, "replay", "--reason", "missing_field", "--definition", mended, "--data", s.folder)
	if !strings.Contains(again.out, "no dead letters") {
		t.Errorf("a second replay says:\n%s", again.out)
	}
}

func TestReplayWrongUsage(t *testing.T) {
	wantFailure(t, exitUsage, []string{"--since", "soon", "36h"}, "replay", "--since", "soon")
}
