package collector

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/segmentio/kafka-go"

	"github.com/funnelcloud/funnelcloud/ingest"
	"github.com/funnelcloud/funnelcloud/ingest/broker"
	"github.com/funnelcloud/funnelcloud/ingest/source"
)

// mapped is what the consumer makes of messages.
type mapped struct {
	events  int
	rejects []source.Reject
}

func (m *mapped) Event(*source.Event) { m.events++ }

func (m *mapped) Reject(r source.Reject) { m.rejects = append(m.rejects, r) }

func sourceOf(t *testing.T, topic string) *source.Source {
	t.Helper()
	sources, err := source.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	byTopic, err := source.ByTopic(sources)
	if err != nil {
		t.Fatal(err)
	}
	return byTopic[topic]
}

func mapTopic(t *testing.T, topic string, records []record) mapped {
	t.Helper()
	mapper := sourceOf(t, topic).NewMapper()
	var m mapped
	for _, r := range records {
		mapper.Map(source.Record{Key: []byte(r.key), Value: []byte(r.value), Time: r.time.UnixMilli(), Backfill: r.backfill}, &m)
	}
	return m
}

// TestTheConsumerTakesWhatTheCollectorWrites: each event of each capture becomes a canonical event. The source's key is
// ours, so that a file that is loaded later goes to the partitions that the collector chose.
func TestTheConsumerTakesWhatTheCollectorWrites(t *testing.T) {
	dir := sharedData(t, "sdk")
	if dir == "" {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(captureFiles)) {
		s := serveCollector(t, Options{Keys: captureKeys})
		for _, c := range readCaptures(t, filepath.Join(dir, name+".ndjson")) {
			s.replay(t, c)
		}
		topic := captureFiles[name]
		records := s.stored(t, topic)
		m := mapTopic(t, topic, records)
		if m.events != len(records) || len(m.rejects) != 0 {
			t.Errorf("%s: %d messages became %d events and %d rejects: %v", name, len(records), m.events, len(m.rejects), m.rejects)
		}
		mapper := sourceOf(t, topic).NewMapper()
		for _, r := range records {
			if key := mapper.Key([]byte(r.value)); string(key) != r.key || r.key == "" {
				t.Errorf("%s: the source's key is %q, ours is %q", name, key, r.key)
			}
		}
	}
}

// TestBadEventsBecomeDeadLetters: what the collector lets pass is refused by the consumer, with its reason.
func TestBadEventsBecomeDeadLetters(t *testing.T) {
	s := open(t, Options{})
	deep := strings.Repeat(`{"a":`, 300) + "1" + strings.Repeat("}", 300)
	if status, _, answer := s.post(t, "/v1/batch", `{"batch":[{"type":"track","event":"good","userId":"u"}, 7, {"type":"explode","userId":"u"},
		{"type":"track","event":"x"}, {"type":"track","event":"x","userId":"u","properties":`+deep+`}, {"type":"track","userId":"`+"\xff"+`"}]}`); status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	m := mapTopic(t, "segment", s.stored(t, "segment"))
	reasons := map[string]int{}
	for _, r := range m.rejects {
		reasons[r.Reason]++
	}
	if m.events != 1 || len(m.rejects) != 5 || reasons[source.ReasonTooDeep] != 1 || reasons[source.ReasonInvalidUTF8] != 1 || reasons[source.ReasonUnknownKind] != 1 {
		t.Errorf("%d events, rejects %v", m.events, reasons)
	}
}

// TestHistoryIsMarkedAsLoadsMarkIt: the consumer knows one header for both.
func TestHistoryIsMarkedAsLoadsMarkIt(t *testing.T) {
	b, err := broker.Start(t.Context(), broker.Options{Topics: []string{"loaded"}, Partitions: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	one := func(yield func(ingest.Message) bool) {
		yield(ingest.Message{Topic: "loaded", Value: []byte("{}"), Backfill: true})
	}
	if _, err := ingest.Produce(t.Context(), []string{b.Addr()}, one, nil); err != nil {
		t.Fatal(err)
	}
	records := readTopic(t, b.Addr(), "loaded")
	if len(records) != 1 || !records[0].backfill {
		t.Errorf("%+v: ingest does not mark history as %q any more", records, headerBackfill)
	}
}

// TestCompressedBatchesAreTheSame for whoever reads them.
func TestCompressedBatchesAreTheSame(t *testing.T) {
	for _, compression := range []kafka.Compression{0, kafka.Gzip, kafka.Snappy, kafka.Lz4, kafka.Zstd} {
		s := open(t, Options{Compression: compression})
		want := map[[32]byte]bool{}
		for i := range 20 {
			event := fmt.Sprintf(`{"type":"track","userId":"u-%d","messageId":"m-%d","x":"%s"}`, i, i, strings.Repeat("é", 300))
			want[sha256.Sum256([]byte(event))] = true
			if status, _, answer := s.post(t, "/v1/track", event); status != 200 {
				t.Fatalf("%d %s", status, answer)
			}
		}
		for _, r := range s.stored(t, "segment") {
			delete(want, sha256.Sum256([]byte(r.value)))
		}
		if len(want) != 0 {
			t.Errorf("%s: %d events are missing", compression, len(want))
		}
	}
}
