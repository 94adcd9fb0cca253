package ingest

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/funnelcloud/funnelcloud/ingest/source"
)

const strictSource = `name: shop
description: Orders that need an id that is a number
topics: [shop]
format: json_array
fields:
  event_id: item.order
  kind: "'track'"
  name: item.what
  user_id: item.customer
  event_ts: item.at
required: [user_id, event_ts]
`

func parsed(t *testing.T, text string) *source.Source {
	t.Helper()
	s, err := source.Parse("shop.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// mended reads customer where there is no client, which is the field that the first definition missed.
func mendedSource() string {
	return strings.ReplaceAll(strictSource, "user_id: item.customer", "user_id: item.customer ?? item.client")
}

func (s *stack) replay(o ReplayOptions) (ReplayStats, []Replayed) {
	s.t.Helper()
	var each []Replayed
	o.DB, o.Each = s.db, func(r Replayed) { each = append(each, r) }
	if o.Sources == nil {
		o.Sources = s.sources
	}
	stats, err := Replay(s.t.Context(), o)
	if err != nil {
		s.t.Fatal(err)
	}
	return stats, each
}

// shop has three dead letters: item 1 and 3 of the first message, and a message that breaks off.
func shop(t *testing.T) *stack {
	s := newStack(t, parsed(t, strictSource))
	s.produce("shop", `[{"order":"a","what":"Bought","customer":"1","at":"2026-01-01T00:00:00Z"},
		{"order":"b","what":"Bought","client":"2","at":"2026-01-02T00:00:00Z"},
		{"order":"c","what":"Bought","customer":"3","at":"2026-01-03T00:00:00Z"},
		{"order":"d","what":"Bought","customer":"4"}]`, `[{"order":"e"`)
	s.drain()
	s.expect("events", "SELECT count() FROM events_deduplicated", 2)
	s.expect("dead letters", "SELECT count() FROM dead_letters", 3)
	return s
}

func TestReplayBringsInWhatIsMended(t *testing.T) {
	s := shop(t)
	want := s.texts("SELECT concat(topic, ' ', toString(partition), ' ', toString(offset), ' ', toString(received_at)) FROM dead_letters WHERE item = 1")
	s.sources = []*source.Source{parsed(t, mendedSource())}

	dry, each := s.replay(ReplayOptions{DryRun: true})
	if diff := cmp.Diff(ReplayStats{Messages: 2, Letters: 3, Mended: 1, Refused: 2, Events: 1}, dry); diff != "" {
		t.Errorf("dry run (-want +got):\n%s", diff)
	}
	for _, r := range each {
		if r.Item == 1 && (r.WasReason != source.ReasonMissingField || r.Reason != "" || r.Source != "shop") {
			t.Errorf("the dry run says of the mended letter: %+v", r)
		}
	}
	s.expect("events after a dry run", "SELECT count() FROM events_deduplicated", 2)
	s.expect("dead letters after a dry run", "SELECT count() FROM dead_letters", 3)

	if stats, _ := s.replay(ReplayOptions{}); stats != dry {
		t.Errorf("the replay did %+v, its dry run %+v", stats, dry)
	}
	s.expect("events", "SELECT count() FROM events_deduplicated", 3)
	s.expect("the mended one", "SELECT count() FROM events_deduplicated WHERE event_id = 'b' AND user_id = '2'", 1)
	s.expect("dead letters", "SELECT count() FROM dead_letters", 2)
	s.expect("bytes kept of the mended letter", "SELECT sum(length(raw)) FROM events_rejected FINAL WHERE item = 1", 0)
	got := s.texts("SELECT concat(topic, ' ', toString(partition), ' ', toString(offset), ' ', toString(received_at)) FROM events_deduplicated WHERE event_id = 'b'")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("place and receipt (-of the letter +of the event):\n%s", diff)
	}

	again, _ := s.replay(ReplayOptions{})
	if diff := cmp.Diff(ReplayStats{Messages: 2, Letters: 2, Refused: 2}, again); diff != "" {
		t.Errorf("a second replay (-want +got):\n%s", diff)
	}
}

// A crash between the insert of the events and that of the marks leaves the letters as they were.
func TestReplayAfterACrashCountsOnce(t *testing.T) {
	s := shop(t)
	if err := s.db.Statement(t.Context(), "CREATE TABLE saved ENGINE = Memory AS SELECT * FROM events_rejected", nil); err != nil {
		t.Fatal(err)
	}
	s.sources = []*source.Source{parsed(t, mendedSource())}
	for range 3 {
		s.replay(ReplayOptions{})
		for _, statement := range []string{"TRUNCATE TABLE events_rejected", "INSERT INTO events_rejected SELECT * FROM saved"} {
			if err := s.db.Statement(t.Context(), statement, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.replay(ReplayOptions{})
	s.expect("events", "SELECT count() FROM events_deduplicated", 3)
	s.expect("dead letters", "SELECT count() FROM dead_letters", 2)
}

// An item that was an event when the message came stays the event it was, whatever the definition says now.
func TestReplayLeavesGoodItemsAlone(t *testing.T) {
	s := shop(t)
	s.sources = []*source.Source{parsed(t, strings.ReplaceAll(mendedSource(), "event_id: item.order", `event_id: "item.order + '!'"`))}
	s.replay(ReplayOptions{})
	if diff := cmp.Diff([]string{"a", "b!", "c"}, s.texts("SELECT event_id FROM events_deduplicated ORDER BY event_id")); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestReplayOfATopicThatGotASource(t *testing.T) {
	s := newStack(t, parsed(t, strictSource))
	s.produce("shop", `[{"order":"a","what":"Bought","customer":"1","at":"2026-01-01T00:00:00Z"},{"order":"b","what":"Bought","customer":"1","at":"2026-01-01T00:00:00Z"}]`)
	o := s.options()
	o.Sources, o.Topics = nil, []string{"shop"}
	s.run(o)
	s.expect("dead letters", "SELECT count() FROM dead_letters WHERE reason = 'no_source'", 1)

	if stats, _ := s.replay(ReplayOptions{Source: "another"}); stats.Messages != 0 {
		t.Errorf("a replay of another source mapped %d messages", stats.Messages)
	}
	stats, _ := s.replay(ReplayOptions{Source: "shop"})
	if diff := cmp.Diff(ReplayStats{Messages: 1, Letters: 1, Mended: 1, Events: 2}, stats); diff != "" {
		t.Errorf("replay (-want +got):\n%s", diff)
	}
	s.expect("events, all items of the message", "SELECT count() FROM events_deduplicated", 2)
}

// The clock of what was loaded from a file is left alone when it is replayed, as it was when it came.
func TestReplayKnowsWhatWasLoadedFromAFile(t *testing.T) {
	s := newStack(t, sourceNamed(t, "segment"))
	text := `{"type":"track","messageId":"1","event":"Signed Up","timestamp":"2020-01-01T00:00:00Z","sentAt":"2020-01-01T00:00:01Z"}`
	if _, err := Load(t.Context(), strings.NewReader(text), LoadOptions{Brokers: s.brokers(), Source: s.sources[0], Format: "ndjson"}); err != nil {
		t.Fatal(err)
	}
	o := s.options()
	o.Sources, o.Topics = nil, []string{"segment"}
	s.run(o)
	if stats, each := s.replay(ReplayOptions{}); stats.Refused != 1 || each[0].Reason != source.ReasonMissingField {
		t.Fatalf("a call without any id: %+v %+v", stats, each)
	}
	s.expect("letters of a file", "SELECT count() FROM dead_letters WHERE backfill AND reason = 'missing_field'", 1)
	s.sources = []*source.Source{parsed(t, `name: anybody
topics: [segment]
fields: {event_id: message.messageId, kind: message.type, name: message.event, event_ts: message.timestamp, sent_at: message.sentAt}
`)}
	s.replay(ReplayOptions{})
	s.expect("events at their own time", "SELECT count() FROM events_deduplicated WHERE event_ts = '2020-01-01 00:00:00'", 1)
}

func TestReplayFilters(t *testing.T) {
	s := shop(t)
	s.sources = []*source.Source{parsed(t, mendedSource())}
	for name, c := range map[string]struct {
		o        ReplayOptions
		messages uint64
	}{
		"reason":        {ReplayOptions{Reason: source.ReasonInvalidJSON}, 1},
		"other topic":   {ReplayOptions{Topic: "segment"}, 0},
		"topic":         {ReplayOptions{Topic: "shop"}, 2},
		"limit":         {ReplayOptions{Limit: 1}, 1},
		"later":         {ReplayOptions{Since: time.Now().Add(time.Hour)}, 0},
		"since an hour": {ReplayOptions{Since: time.Now().Add(-time.Hour)}, 2},
	} {
		c.o.DryRun = true
		if stats, _ := s.replay(c.o); stats.Messages != c.messages {
			t.Errorf("%s: %d messages, want %d", name, stats.Messages, c.messages)
		}
	}
}
