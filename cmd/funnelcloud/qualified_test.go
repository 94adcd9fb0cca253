package main

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// records reads all that a topic holds now.
func records(t *testing.T, broker, topic string) (all []kafka.Message) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for partition := range localPartitions {
		leader, err := kafka.DialLeader(ctx, "tcp", broker, topic, partition)
		if err != nil {
			t.Fatal(err)
		}
		first, end, err := leader.ReadOffsets()
		_ = leader.Close()
		if err != nil {
			t.Fatal(err)
		}
		reader := kafka.NewReader(kafka.ReaderConfig{Brokers: []string{broker}, Topic: topic, Partition: partition, MaxWait: 100 * time.Millisecond})
		for range end - first {
			m, err := reader.ReadMessage(ctx)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, m)
		}
		if err := reader.Close(); err != nil {
			t.Error(err)
		}
	}
	return all
}

// Each qualification is one message, however often it is exported and computed; a crash between Kafka's word and our note
// of it repeats messages under their ids.
func TestQualifiedLeadsGoToKafkaOnce(t *testing.T) {
	ensured(t)
	folder := t.TempDir()
	mustRun(t, "demo", "--people", "1500", "--dir", folder, "--output", "json")
	s := up(t, filepath.Join(folder, "data"))
	local, err := readAddress(s.folder)
	if err != nil {
		t.Fatal(err)
	}
	want := s.rows(t, "SELECT count() FROM stages WHERE stage IN ('mql', 'pql', 'cql') AND junk_reason = ''")[0]
	s.want(t, "SELECT count(), uniqExact(message_id) FROM qualified", want+" "+want)

	send := func(sent string) []kafka.Message {
		t.Helper()
		out := mustRun(t, "export", "qualified", "--topic", "qualified", "--data", s.folder).out
		if got, _, _ := strings.Cut(out, " "); strings.ReplaceAll(got, ",", "") != sent {
			t.Errorf("said %q, want %s", out, sent)
		}
		return records(t, local.Kafka, "qualified")
	}
	messages := send(want)
	if fmt.Sprint(len(messages)) != want {
		t.Fatalf("%d messages, want %s", len(messages), want)
	}
	ids := map[string]bool{}
	for _, m := range messages {
		var q qualifiedRow
		if err := json.Unmarshal(m.Value, &q); err != nil {
			t.Fatalf("%v: %s", err, m.Value)
		}
		ids[q.MessageID] = true
		if string(m.Key) != q.UnitKind+":"+q.UnitID || q.Reason == "" || q.Definition == "" || q.Version == 0 || len(q.Evidence) == 0 || !m.Time.Equal(q.QualifiedAt) {
			t.Errorf("key %s at %s: %s", m.Key, m.Time, m.Value)
		}
	}
	if len(ids) != len(messages) {
		t.Errorf("%d ids of %d messages", len(ids), len(messages))
	}

	send("0")
	mustRun(t, "run", "--full-refresh", "--data", s.folder)
	if again := send("0"); len(again) != len(messages) {
		t.Errorf("%d messages after a second run, want %d", len(again), len(messages))
	}
	forgotten := s.rows(t, "SELECT message_id FROM qualified_sent FINAL ORDER BY message_id LIMIT 3")
	deleteSent(t, s, forgotten)
	for _, m := range send("3")[len(messages):] {
		var q qualifiedRow
		if err := json.Unmarshal(m.Value, &q); err != nil || !ids[q.MessageID] {
			t.Errorf("sent again under another id: %v, %s", err, m.Value)
		}
	}
	wantFailure(t, exitUsage, []string{"only qualified"}, "export", "stages", "--topic", "qualified", "--data", s.folder)
	wantFailure(t, exitUsage, []string{"--unit"}, "export", "qualified", "--topic", "qualified", "--unit", "company", "--data", s.folder)
	wantFailure(t, exitUsage, []string{"--topic"}, "export", "qualified", "--since", "36h", "--data", s.folder)
	wantFailure(t, exitFailed, []string{"nonesuch"}, "export", "qualified", "--topic", "nonesuch", "--data", s.folder)
	file := filepath.Join(folder, "qualified.parquet")
	mustRun(t, "export", "qualified", "--out", file, "--data", s.folder)
	s.want(t, "SELECT count() FROM file('"+file+"')", want)
	explainsQualification(t, s)
}

// deleteSent forgets that something was sent, as a crash before the note does.
func deleteSent(t *testing.T, s *localStack, ids []string) {
	t.Helper()
	db := openStack(t, s)
	if err := db.Statement(t.Context(), "DELETE FROM qualified_sent WHERE message_id IN ('"+strings.Join(ids, "', '")+"')", nil); err != nil {
		t.Fatal(err)
	}
}

// explainsQualification: the story of somebody conversation-qualified holds what they said, and their archive all of it.
func explainsQualification(t *testing.T, s *localStack) {
	t.Helper()
	who := s.rows(t, "SELECT any(unit_id) FROM conversation_leads WHERE unit_kind = 'person' AND level = 3")[0]
	if who == "" {
		t.Fatal("nobody wants to buy")
	}
	story := decode[[]explanation](t, mustRun(t, "explain", "person", who, "--data", s.folder, "--output", "json").out)
	if len(story) != 1 || story[0].Head == nil || story[0].Head.Stages == "" && story[0].Head.Score == 0 || !tells(story[0], "→ cql") || !tells(story[0], "said") {
		t.Errorf("the story of %s: %+v", who, story)
	}
	if head := story[0].Head; head.OriginReason == "" || head.OriginEvent == "" {
		t.Errorf("%s: nothing tells why they are %s", who, head.Origin)
	}
	if said := mustRun(t, "explain", "person", who, "--data", s.folder).out; !strings.Contains(said, "origin: ") {
		t.Errorf("no origin in\n%s", said)
	}
	for _, line := range story[0].Story {
		if line.Evidence != "" {
			s.want(t, "SELECT count() FROM events_deduplicated WHERE event_id = '"+line.Evidence+"'", "1")
		}
	}
	explainsAccount(t, s)
	archive := decode[[]explanation](t, mustRun(t, "explain", who, "--conversations", "--data", s.folder, "--output", "json").out)
	s.want(t, "SELECT count() FROM person_events WHERE person_id = '"+who+"' AND meaning IN ('message_from_prospect', 'message_from_agent', 'conversation_closed')",
		fmt.Sprint(len(archive[0].Conversations)))
	for _, command := range [][]string{{"explain", who}, {"explain", who, "--conversations"}} {
		out := mustRun(t, append(command, "--data", s.folder)...).out
		for line := range strings.Lines(out) {
			if width := len([]rune(strings.TrimRight(line, " \n"))); width > 80 {
				t.Errorf("%d columns wide: %s", width, line)
			}
		}
		if !strings.Contains(out, "← ") {
			t.Errorf("no evidence:\n%s", out)
		}
	}
	wantFailure(t, exitUsage, []string{"person or account"}, "explain", "company", who, "--data", s.folder)
	wantFailure(t, exitFailed, []string{"nobody"}, "explain", "account", who, "--data", s.folder)
}

// explainsAccount: the story of a customer says of each event whose it was, and of the win what it was worth.
func explainsAccount(t *testing.T, s *localStack) {
	t.Helper()
	account := s.rows(t, "SELECT argMin(unit_id, unit_id) FROM stages WHERE unit_kind = 'account' AND stage = 'won'")[0]
	story := decode[[]explanation](t, mustRun(t, "explain", "account", account, "--data", s.folder, "--output", "json").out)[0]
	won := 0
	for _, line := range story.Story {
		if line.Evidence != "" && line.Who == "" {
			t.Errorf("whose was %+v", line)
		}
		if strings.HasPrefix(line.What, "→ won") {
			won++
			s.want(t, "SELECT count() FROM conversions WHERE conversion_id = '"+line.Conversion+"' AND event_id = '"+line.Evidence+"'", "1")
		}
	}
	if won == 0 {
		t.Errorf("no win in the story of %s: %+v", account, story.Story)
	}
}

func tells(e explanation, what string) bool {
	for _, line := range e.Story {
		if strings.HasPrefix(line.What, what) {
			return true
		}
	}
	return false
}

func openStack(t *testing.T, s *localStack) *warehouse.DB {
	t.Helper()
	a, err := readAddress(s.folder)
	if err != nil {
		t.Fatal(err)
	}
	db, err := warehouse.Open(t.Context(), warehouse.Config{Addr: a.ClickHouse, User: a.User, Password: a.Password})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
