package ingest

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

type poisoned struct {
	name, reason string
	key, value   []byte
}

// poisons are the messages that a partition must survive.
func poisons() []poisoned {
	text := func(name, reason, value string) poisoned { return poisoned{name, reason, []byte("k"), []byte(value)} }
	call := func(fields string) string {
		return `{"messageId":"p","type":"track","event":"X","userId":"u",` + fields + `}`
	}
	return []poisoned{
		{"tombstone with a key", "tombstone", []byte("k"), nil},
		{"nothing at all", "tombstone", nil, nil},
		{"empty value, empty key", "tombstone", []byte{}, []byte{}},
		text("text", "invalid_json", "hello"),
		text("half a message", "invalid_json", `{"type":"track","userId":"u","ev`),
		text("HTML of a proxy", "invalid_json", "<html><body>502 Bad Gateway</body></html>"),
		text("two values", "invalid_json", call(`"a":1`)+call(`"a":2`)),
		text("NUL byte", "nul", call(`"properties":{"a":"x`+"\x00"+`y"}`)),
		text("NUL escaped", "nul", call(`"properties":{"a":"x\u0000y"}`)),
		text("invalid UTF-8", "invalid_utf8", call(`"properties":{"a":"`+"\xc3\x28"+`"}`)),
		text("depth bomb of arrays", "too_deep", strings.Repeat("[", 200_000)),
		text("depth bomb of objects", "too_deep", call(`"properties":`+strings.Repeat(`{"a":`, 100_000)+"1"+strings.Repeat("}", 100_000))),
		text("ten megabytes", "too_large", call(`"properties":{"a":"`+strings.Repeat("x", 10<<20)+`"}`)),
		text("number beyond the column", "out_of_range", call(`"properties":{"revenue":1e300}`)),
		text("number beyond a double", "out_of_range", call(`"properties":{"revenue":1e999}`)),
		text("nobody", "missing_field", `{"type":"track","event":"X"}`),
		text("unknown call", "unknown_kind", `{"type":"dance","userId":"u"}`),
		text("batch that is none", "wrong_type", `{"batch":{}}`),
	}
}

// Poison between good messages of one and the same partition, and a consumer killed among it: the partition goes on, each
// good message counts once, and each bad one is one reject with reason, place, key and its bytes as they came.
func TestPoisonOnOnePartition(t *testing.T) {
	t.Parallel()
	for _, at := range []step{"", stepInserted} {
		t.Run("killed "+string(at), func(t *testing.T) {
			t.Parallel()
			s := newStack(t, sourceNamed(t, "segment"))
			all := poisons()
			s.producePoison(all)
			if at != "" {
				s.kill(victim{KillAt: at, Nth: 1})
			}
			s.drain()
			s.expect("partitions", "SELECT uniqExact(partition) FROM events", 1)
			s.expect("good messages counted", "SELECT count() FROM events FINAL", uint64(len(all)+1))
			s.expect("rejects counted", "SELECT count() FROM events_rejected FINAL", uint64(len(all)))
			for i, p := range all {
				s.expectReject(int64(2*i+1), p)
			}
		})
	}
}

// producePoison sends a good message, then each bad one with a good one after it, all to one partition.
func (s *stack) producePoison(all []poisoned) {
	s.t.Helper()
	const topic, partition = "segment", 1
	good := func(i int) Message {
		return Message{Topic: topic, Value: fmt.Appendf(nil, `{"messageId":"m%d","type":"track","event":"X","userId":"u"}`, i)}
	}
	messages := []Message{good(0)}
	for i, p := range all {
		messages = append(messages, Message{Topic: topic, Key: p.key, Value: p.value}, good(i+1))
	}
	k := Access{}.cluster(s.brokers())
	defer k.close()
	p := &producer{cluster: k}
	for _, m := range messages { // each a batch of its own: the ten megabytes fill more than one
		b := &outgoing{opened: time.Now()}
		b.add(m)
		if err := p.sendOne(s.t.Context(), topic, partition, b); err != nil {
			s.t.Fatal(err)
		}
	}
}

func (s *stack) expectReject(offset int64, want poisoned) {
	s.t.Helper()
	var got struct{ reason, detail, key, raw, source, topic string }
	row := s.db.Conn().QueryRow(s.t.Context(), fmt.Sprintf(
		"SELECT reason, detail, key, raw, source, topic FROM events_rejected FINAL WHERE partition = 1 AND offset = %d", offset))
	if err := row.Scan(&got.reason, &got.detail, &got.key, &got.raw, &got.source, &got.topic); err != nil {
		s.t.Errorf("%s: no reject at offset %d: %v", want.name, offset, err)
		return
	}
	if got.reason != want.reason || got.detail == "" || got.source != "segment" || got.topic != "segment" {
		s.t.Errorf("%s: reject %q (%q) of source %q, topic %q, want reason %q", want.name, got.reason, got.detail, got.source, got.topic, want.reason)
	}
	if got.key != string(want.key) || got.raw != string(want.value) {
		s.t.Errorf("%s: key %.40q and %d bytes are kept, want key %q and %d bytes", want.name, got.key, len(got.raw), want.key, len(want.value))
	}
}
