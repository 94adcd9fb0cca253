package simulate

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"
)

func small() Config {
	c := Default()
	c.People, c.Days = 3000, 90
	return c
}

func digest(c Config) string {
	h := sha256.New()
	for m := range Events(c) {
		fmt.Fprintf(h, "%s %s %s %d\n", m.Topic, m.Key, m.Value, m.Time.UnixNano())
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

func TestSameSeedSameBytes(t *testing.T) {
	c := small()
	first := digest(c)
	if again := digest(c); again != first {
		t.Error("the same configuration gave other bytes the second time")
	}
	c.SwitchedOff = []string{}
	if again := digest(c); again != first {
		t.Error("switching nothing off changed the stream")
	}
	c.Seed++
	if other := digest(c); other == first {
		t.Error("another seed gave the same bytes")
	}
}

func TestStreamCanBeReadTwiceAndLeftEarly(t *testing.T) {
	stream := Events(small())
	var first []byte
	for m := range stream {
		first = m.Value
		break
	}
	for m := range stream {
		if !bytes.Equal(first, m.Value) {
			t.Error("the second reading begins with another message")
		}
		break
	}
}

// envelope is what both formats have in common, under their own names.
type envelope struct {
	MessageID   string         `json:"messageId"`
	EventID     string         `json:"event_id"`
	Type        string         `json:"type"`
	Kind        string         `json:"kind"`
	Event       string         `json:"event"`
	Name        string         `json:"name"`
	AnonymousID string         `json:"anonymousId"`
	UserID      string         `json:"userId"`
	Timestamp   time.Time      `json:"timestamp"`
	EventTS     time.Time      `json:"event_ts"`
	SentAt      time.Time      `json:"sentAt"`
	Sent        time.Time      `json:"sent_at"`
	Properties  map[string]any `json:"properties"`
}

// read is an independent reader of the stream: false for what no reader may make an event of.
func read(m Message) (id, name string, at, sent time.Time, ok bool) {
	var e envelope
	decoder := json.NewDecoder(bytes.NewReader(m.Value))
	if decoder.Decode(&e) != nil || decoder.More() || !json.Valid(m.Value) {
		return "", "", at, sent, false
	}
	if m.Topic == TopicSegment {
		name = e.Event
		if name == "" {
			name = e.Type
		}
		return e.MessageID, name, e.Timestamp, e.SentAt, e.AnonymousID+e.UserID != ""
	}
	return e.EventID, e.Name, e.EventTS, e.Sent, e.Kind != "stagge"
}

func TestSummaryIsWhatTheStreamHolds(t *testing.T) {
	c := small()
	c.Broken, c.Late, c.Duplicates, c.Skewed = .004, .03, .02, .02
	want := Summarise(c)
	got := Summary{Topics: map[string]int{}, EventsOf: map[string]int{}, Names: map[string]int{},
		People: want.People, Accounts: want.Accounts, Conversions: want.Conversions, Won: want.Won}
	seen := map[string]bool{}
	end := time.UnixMilli(c.end())
	var last time.Time
	for m := range Events(c) {
		if m.Time.Before(last) || m.Time.Before(c.Start) {
			t.Fatalf("%s arrives out of order: %s after %s", m.Value, m.Time, last)
		}
		last = m.Time
		got.Messages++
		got.Topics[m.Topic]++
		id, name, at, sent, ok := read(m)
		switch {
		case !ok:
			got.Broken++
			continue
		case seen[m.Topic+id]:
			got.Duplicates++
			continue
		}
		seen[m.Topic+id] = true
		got.Events++
		got.EventsOf[m.Topic]++
		got.Names[name]++
		if sent.Sub(at) > time.Hour {
			got.Late++
		}
		if off := m.Time.Sub(sent).Abs(); off > time.Minute {
			got.Skewed++
		}
		if happened := at.Add(m.Time.Sub(sent)); happened.Before(c.Start) || happened.After(end.Add(time.Second)) {
			t.Errorf("%s happened %s, outside the observation", m.Value, happened)
		}
	}
	for name, n := range want.Names {
		if n == 0 {
			delete(want.Names, name)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("summary and stream differ (-summary +stream):\n%s", diff)
	}
	if want.Broken == 0 || want.Late == 0 || want.Skewed == 0 || want.Duplicates == 0 {
		t.Errorf("a mess that never happens proves nothing: %+v", want)
	}
}

func TestEachMessIsOffAtZero(t *testing.T) {
	c := small()
	c.Broken, c.Late, c.Duplicates, c.Skewed = 0, 0, 0, 0
	s := Summarise(c)
	if s.Broken+s.Late+s.Duplicates+s.Skewed != 0 || s.Messages != s.Events {
		t.Errorf("rates of zero, yet %+v", s)
	}
	for m := range Events(c) {
		if !json.Valid(m.Value) {
			t.Fatalf("not JSON: %q", m.Value)
		}
	}
}

func TestMessRatesAreMet(t *testing.T) {
	c := Default()
	c.People = 10_000
	s := Summarise(c)
	n := float64(s.Events)
	for _, rate := range []struct {
		name      string
		got, want float64
	}{{"duplicates", float64(s.Duplicates), c.Duplicates}, {"late", float64(s.Late), c.Late},
		{"skewed", float64(s.Skewed), c.Skewed}, {"broken", float64(s.Broken), c.Broken}} {
		if rate.got < .5*rate.want*n || rate.got > 1.5*rate.want*n {
			t.Errorf("%s: %.0f of %.0f events, want a share of about %v", rate.name, rate.got, n, rate.want)
		}
	}
}

// A repeat says the same under the same id; only when it was sent differs.
func TestRepeatsSayTheSame(t *testing.T) {
	c := small()
	c.People, c.Duplicates, c.Broken = 500, .2, 0
	first := map[string]map[string]any{}
	repeats := 0
	for m := range Events(c) {
		var fields map[string]any
		if err := json.Unmarshal(m.Value, &fields); err != nil {
			t.Fatal(err)
		}
		sent := fields["sentAt"]
		delete(fields, "sentAt")
		if m.Topic == TopicFunnelcloud {
			sent = fields["sent_at"]
			delete(fields, "sent_at")
		}
		id, _, _, _, _ := read(m)
		before, repeated := first[m.Topic+id]
		if !repeated {
			fields["sent"] = sent
			first[m.Topic+id] = fields
			continue
		}
		repeats++
		if sent.(string) <= before["sent"].(string) {
			t.Fatalf("%s: repeat sent %s, the first %s", id, sent, before["sent"])
		}
		fields["sent"] = before["sent"]
		if diff := cmp.Diff(before, fields); diff != "" {
			t.Fatalf("%s: the repeat says something else:\n%s", id, diff)
		}
	}
	if repeats == 0 {
		t.Error("no repeats")
	}
}

func TestMessagesAreOfRealisticSize(t *testing.T) {
	bytesOf, n := map[string]int{}, map[string]int{}
	for m := range Events(small()) {
		bytesOf[m.Topic] += len(m.Value)
		n[m.Topic]++
	}
	if mean := bytesOf[TopicSegment] / n[TopicSegment]; mean < 400 || mean > 800 {
		t.Errorf("segment messages of %d bytes on average", mean)
	}
	if mean := bytesOf[TopicFunnelcloud] / n[TopicFunnelcloud]; mean < 200 || mean > 600 {
		t.Errorf("funnelcloud messages of %d bytes on average", mean)
	}
}

// Memory is the plans of what has not arrived yet.
func TestPlansAreCompact(t *testing.T) {
	if size := unsafe.Sizeof(planned{}); size > 48 {
		t.Errorf("a planned event takes %d bytes", size)
	}
}

func TestCompaniesOfEverySizeRun(t *testing.T) {
	for _, c := range []Config{
		{Seed: 1, People: 1, Days: 1, Start: Default().Start},
		{Seed: 2, People: 7, Days: 3650, Start: time.Date(1999, 12, 31, 23, 59, 59, 999e6, time.UTC)},
		{Seed: 3, People: 200, Days: 30, Start: Default().Start, SwitchedOff: Channels(), Baseline: 100, Confounding: 10},
		{Seed: 4, People: 50, Days: 20, Start: Default().Start, Duplicates: 1, Late: 1, Skewed: 1, Broken: 1, Baseline: 1},
	} {
		s := Summarise(c)
		n := 0
		for m := range Events(c) {
			n++
			if bytes.Contains(m.Value, []byte(`"revenue":-`)) || bytes.Contains(m.Value, []byte(`"value":-`)) {
				t.Errorf("seed %d: negative money in %s", c.Seed, m.Value)
			}
		}
		if n != s.Messages {
			t.Errorf("seed %d: %d messages streamed, %d announced", c.Seed, n, s.Messages)
		}
		if c.Broken == 1 && (s.Broken != s.Events || s.Duplicates != s.Events || s.Late != s.Events) {
			t.Errorf("rates of one, yet %+v", s)
		}
	}
}

func TestValidateReportsEveryFault(t *testing.T) {
	c := Config{People: -1, Days: 0, Duplicates: 2, Late: -1, Baseline: -1, Confounding: 99, SwitchedOff: []string{"Direct", "TV"}}
	err := c.Validate()
	if err == nil {
		t.Fatal("no fault found")
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok || len(joined.Unwrap()) != 9 {
		t.Errorf("want 9 faults, got:\n%v", err)
	}
	if err := Default().Validate(); err != nil {
		t.Errorf("the default is refused: %v", err)
	}
	if slices.Contains(Channels(), "Direct") {
		t.Error("Direct can't be switched off")
	}
	if _, err := TrueCredit(c); err == nil {
		t.Error("TrueCredit takes a faulty configuration")
	}
}

func BenchmarkEvents(b *testing.B) {
	c := Default()
	n, size := 0, 0
	for b.Loop() {
		for m := range Events(c) {
			n++
			size += len(m.Value)
		}
	}
	b.SetBytes(int64(size / b.N))
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
}

func BenchmarkTrueCredit(b *testing.B) {
	c := Default()
	for b.Loop() {
		if _, err := TrueCredit(c); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(c.People*b.N)/b.Elapsed().Seconds(), "people/s")
}

// Companies of near seeds are other companies: samples of different seeds must be independent.
func TestNearSeedsShareNobody(t *testing.T) {
	from := map[uint64]uint64{}
	for seed := range uint64(64) {
		w := world{seed: apart(seed)}
		for index := range uint32(5000) {
			c := company{index: index}
			word := w.hash(c.unit()+1, forPerson, 0)
			if other, taken := from[word]; taken {
				t.Fatalf("a person of seed %d is one of seed %d too", seed, other)
			}
			from[word] = seed
		}
	}
	if apart(1) != 1 {
		t.Error("the default company is another one")
	}
}
