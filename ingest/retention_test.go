package ingest

import (
	"testing"

	"github.com/funnelcloud/funnelcloud/ingest/source"
)

// Letters live for as long as is set, whether they came before or after it was set; a replay still works on those alive,
// and what it brought in stays when its letter is gone.
func TestDeadLettersGoAfterTheirTime(t *testing.T) {
	s := shop(t)
	days := func(want uint32) {
		t.Helper()
		if got, err := RejectedRetention(t.Context(), s.db); err != nil || got != want {
			t.Errorf("kept for %d days, want %d: %v", got, want, err)
		}
	}
	keep := func(d uint32, want bool) {
		t.Helper()
		if changed, err := KeepRejected(t.Context(), s.db, d); err != nil || changed != want {
			t.Fatalf("keep for %d days: changed %v, want %v: %v", d, changed, want, err)
		}
		days(d)
	}
	days(90)
	s.statement("INSERT INTO events_rejected (topic, partition, offset, reason, raw, rejected_at) VALUES ('shop', 7, 1, 'invalid_json', '[', now64(3) - INTERVAL 40 DAY)")
	s.statement("INSERT INTO events_rejected (topic, partition, offset, reason, raw, rejected_at) VALUES ('shop', 7, 2, 'invalid_json', '[', now64(3) - INTERVAL 400 DAY)")
	merge := func() { s.statement("OPTIMIZE TABLE events_rejected FINAL") }
	merge()
	s.expect("letters within 90 days", "SELECT count() FROM dead_letters", 4)
	keep(30, true)
	keep(30, false)
	merge()
	s.expect("letters within 30 days", "SELECT count() FROM dead_letters", 3)

	s.sources = []*source.Source{parsed(t, mendedSource())}
	if stats, _ := s.replay(ReplayOptions{}); stats.Mended != 1 || stats.Refused != 2 {
		t.Errorf("a replay within the time: %+v", stats)
	}
	s.expect("events", "SELECT count() FROM events_deduplicated", 3)

	keep(0, true)
	keep(0, false)
	s.statement("INSERT INTO events_rejected (topic, partition, offset, reason, raw, rejected_at) VALUES ('shop', 7, 3, 'invalid_json', '[', now64(3) - INTERVAL 4000 DAY)")
	merge()
	s.expect("letters kept for ever", "SELECT count() FROM dead_letters", 3)
	keep(365, true)
	merge()
	s.expect("letters within a year", "SELECT count() FROM dead_letters", 2)
}

// statement runs SQL that gives nothing back.
func (s *stack) statement(sql string) {
	s.t.Helper()
	if err := s.db.Statement(s.t.Context(), sql, nil); err != nil {
		s.t.Fatal(err)
	}
}
