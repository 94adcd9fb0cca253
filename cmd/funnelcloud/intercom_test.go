package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// Intercom's recorded webhooks hold two conversations in which only agents speak: nobody qualifies by an agent's words.
// When the same person answers, in the same payload, that they want to buy, they do; and the archive has both sides.
func TestIntercomsConversations(t *testing.T) {
	file := sharedData(t, "webhooks", "intercom.json")
	if file == "" {
		return
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	webhooks := decode[[]struct {
		Payload map[string]any
	}](t, string(text))
	if len(webhooks) != 13 {
		t.Fatalf("%d webhooks", len(webhooks))
	}
	var lines []string
	write := func(payload map[string]any) {
		line, err := json.Marshal(payload)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(line))
	}
	var conversation map[string]any
	for _, w := range webhooks {
		write(w.Payload)
		if w.Payload["topic"] == "conversation.admin.noted" {
			conversation = w.Payload
		}
	}
	ensured(t)
	s := up(t, t.TempDir())
	feed := func() {
		t.Helper()
		mustRun(t, "load", writeFile(t, "intercom.ndjson", strings.Join(lines, "\n")+"\n"), "--source", "intercom", "--data", s.folder)
		mustRun(t, "ingest", "--drain", "--data", s.folder)
		mustRun(t, "run", "--data", s.folder)
	}
	feed()
	// Two of the 13 carry one notification's id: they are one event.
	s.want(t, "SELECT count(), countIf(meaning LIKE 'message_%'), uniqExactIf(JSONExtractString(properties, 'conversation_id'), kind = 'message') FROM events_deduplicated", "12 1 2")
	s.want(t, "SELECT count() FROM conversation_leads", "0")

	lines = nil
	item := conversation["data"].(map[string]any)["item"].(map[string]any)
	person := item["user"].(map[string]any)["id"].(string)
	item["conversation_parts"] = map[string]any{"conversation_parts": []any{map[string]any{
		"part_type": "comment", "body": "<p>Hi! What would 40 seats cost us a year?</p>", "author": map[string]any{"type": "user", "id": person}}}}
	conversation["topic"], conversation["id"] = "conversation.user.replied", "notif_reply"
	write(conversation)
	item["tags"] = map[string]any{"type": "tag.list", "tags": []any{map[string]any{"id": "1", "name": "Hot lead"}}}
	item["conversation_parts"] = map[string]any{"conversation_parts": []any{}}
	conversation["topic"], conversation["id"] = "conversation.admin.closed", "notif_close"
	conversation["created_at"] = conversation["created_at"].(float64) + 60
	write(conversation)
	feed()
	s.want(t, "SELECT level, rule, quote, message_id FROM conversation_leads WHERE unit_kind = 'person' ORDER BY level",
		"2 asks_for_terms Hi! What would 40 seats cost us a year? notif_reply", "3 tag hot_lead Hi! What would 40 seats cost us a year? notif_reply")
	s.want(t, "SELECT count() FROM stages WHERE stage = 'cql' AND unit_kind = 'person'", "1")
	archive := decode[[]explanation](t, mustRun(t, "explain", "person", "intercom:"+person, "--conversations", "--data", s.folder, "--output", "json").out)
	if len(archive) != 1 || len(archive[0].Conversations) != 2 || archive[0].Conversations[0].Text != "Hi! What would 40 seats cost us a year?" ||
		archive[0].Conversations[0].By != "prospect" || archive[0].Conversations[1].By != "closed" || archive[0].Conversations[0].Source != "intercom" {
		t.Errorf("archive %+v", archive)
	}
}
