package ingest

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// A sender repeats what it was not told of, even days later, and a replay repeats all. Whatever the order of arrival and
// the day of receipt, each event counts once, as it was received first.
func TestRepeatsOfOtherDaysInAnyOrderCountOnce(t *testing.T) {
	t.Parallel()
	const n, days = 500, 5
	s := newStack(t, sourceNamed(t, "segment"))
	start := time.Date(2024, 2, 27, 23, 59, 30, 0, time.UTC) // over midnight, a leap day and the end of a month
	var values []string
	for day := range days {
		received := start.AddDate(0, 0, day)
		for i := range n {
			values = append(values, fmt.Sprintf(`{"messageId":"m%d","type":"track","event":"X","userId":"u%d","timestamp":"%s","receivedAt":"%s"}`, i, i%7,
				start.Add(time.Duration(i)*time.Second).Format(time.RFC3339), received.Add(time.Duration(i)*time.Second).Format(time.RFC3339)))
		}
	}
	rand.Shuffle(len(values), func(i, j int) { values[i], values[j] = values[j], values[i] })
	for _, some := range [][]string{values[:700], values[700:701], values[701:]} { // batches at different times
		s.produce("segment", some...)
		s.drain()
	}
	check := func(when string) {
		s.expect("events "+when, "SELECT count() FROM events_deduplicated", n)
		s.expect("first receipts "+when, `SELECT count() FROM events_deduplicated
			WHERE received_at = toDateTime64('2024-02-27 23:59:30', 3, 'UTC') + toIntervalSecond(toUInt32(substring(event_id, 2))) AND event_ts = received_at`, n)
	}
	check("as they came")
	if err := s.db.Statement(t.Context(), "OPTIMIZE TABLE events FINAL", nil); err != nil {
		t.Fatal(err)
	}
	check("after the merge")
}

// Clocks that are off by years are corrected where the sender says when it sent; else its clock stands within bounds.
func TestClocksOffByYears(t *testing.T) {
	t.Parallel()
	s := newStack(t, sourceNamed(t, "segment"))
	call := func(id, fields string) string {
		return fmt.Sprintf(`{"messageId":"%s","type":"track","event":"X","userId":"u","receivedAt":"2024-06-01T12:00:00Z",%s}`, id, fields)
	}
	s.produce("segment",
		call("right", `"timestamp":"2024-06-01T11:59:58Z","sentAt":"2024-06-01T12:00:00Z"`),
		call("fast by six years", `"timestamp":"2030-06-01T11:59:50Z","sentAt":"2030-06-01T12:00:00Z"`),
		call("slow since 1970", `"timestamp":"1970-01-01T00:00:05Z","sentAt":"1970-01-01T00:00:15Z"`),
		call("late by a month", `"timestamp":"2024-05-01T12:00:00Z","sentAt":"2024-06-01T12:00:00Z"`),
		call("fast, nobody knows how much", `"timestamp":"2030-06-01T12:00:00Z"`),
		call("late, nobody knows how much", `"timestamp":"2019-06-01T12:00:00Z"`),
		call("before any computer", `"timestamp":"1900-01-01T00:00:00Z"`))
	stats := s.drain()
	if stats.Events != 7 || stats.Rejects != 0 || stats.Skewed != 4 {
		t.Errorf("stats %+v, want 7 events, of them 4 corrected", stats)
	}
	for id, want := range map[string]string{
		"right":                       "2024-06-01 11:59:58.000",
		"fast by six years":           "2024-06-01 11:59:50.000",
		"slow since 1970":             "2024-06-01 11:59:50.000",
		"late by a month":             "2024-05-01 12:00:00.000",
		"fast, nobody knows how much": "2024-06-01 12:00:00.000",
		"late, nobody knows how much": "2019-06-01 12:00:00.000",
		"before any computer":         "2024-06-01 12:00:00.000",
	} {
		if got := s.texts(fmt.Sprintf("SELECT toString(event_ts) FROM events FINAL WHERE event_id = '%s'", id)); len(got) != 1 || got[0] != want {
			t.Errorf("%s: event at %q, want %s", id, got, want)
		}
	}
	s.expect("corrections in the log", "SELECT sum(skewed) FROM ingest_batches", 4)
}
