package ingest

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/funnelcloud/funnelcloud/ingest/broker"
	"github.com/funnelcloud/funnelcloud/ingest/source"
	"github.com/funnelcloud/funnelcloud/queries/queriestest"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

func TestMain(m *testing.M) {
	if crashing() {
		os.Exit(crash())
	}
	if serving() {
		os.Exit(serve())
	}
	code := queriestest.Main(m)
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// sharedData is the folder of other projects' data beside the repository; "" where it is not there.
func sharedData(t *testing.T, parts ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{"..", "..", "shared", "data"}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Logf("nothing asserted: %s is absent", path)
		return ""
	}
	return path
}

func builtins(t testing.TB) []*source.Source {
	t.Helper()
	sources, err := source.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return sources
}

func sourceNamed(t testing.TB, name string) *source.Source {
	t.Helper()
	s, err := source.Named(builtins(t), name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func sourceFile(t testing.TB, file string) *source.Source {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s, err := source.Parse(file, text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// stack is a broker and a database of a test's own.
type stack struct {
	t       testing.TB
	broker  *broker.Broker
	db      *warehouse.DB
	sources []*source.Source
	folder  string // the broker's data
	address string // of a broker that is not embedded
}

func newStack(t testing.TB, sources ...*source.Source) *stack {
	t.Helper()
	db := queriestest.New(t)
	s := &stack{t: t, db: db, sources: sources, folder: t.TempDir()}
	s.startBroker(0)
	return s
}

func (s *stack) startBroker(port int) {
	s.t.Helper()
	b, err := broker.Start(s.t.Context(), broker.Options{Dir: s.folder, Port: port, Topics: topicsOf(s.sources), Partitions: 3})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { b.Close() })
	s.broker = b
}

// restart starts the broker again after it was closed, at the same address.
func (s *stack) restart() {
	_, port, err := net.SplitHostPort(s.broker.Addr())
	if err != nil {
		s.t.Fatal(err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		s.t.Fatal(err)
	}
	s.startBroker(number)
}

func (s *stack) brokers() []string {
	if s.address != "" {
		return []string{s.address}
	}
	return []string{s.broker.Addr()}
}

func (s *stack) options() Options {
	return Options{Brokers: s.brokers(), Sources: s.sources, Conn: s.db.Conn(), Drain: true, MaxAge: 20 * time.Millisecond,
		SessionTimeout: 2 * time.Second, Logger: slog.New(slog.DiscardHandler)}
}

// drain consumes all that is there.
func (s *stack) drain() Stats {
	s.t.Helper()
	return s.run(s.options())
}

func (s *stack) run(o Options) Stats {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	stats, err := Run(ctx, o)
	if err != nil {
		s.t.Fatal(err)
	}
	return stats
}

// produce spreads the values over the partitions, in small batches, since what Kafka returns is whole batches.
func (s *stack) produce(topic string, values ...string) {
	s.t.Helper()
	for some := range slices.Chunk(values, 300) {
		n, err := Produce(s.t.Context(), s.brokers(), keyed(topic, some), nil)
		if err != nil || n != uint64(len(some)) {
			s.t.Fatalf("%d of %d messages produced: %v", n, len(some), err)
		}
	}
}

func keyed(topic string, values []string) iter.Seq[Message] {
	return func(yield func(Message) bool) {
		for i, v := range values {
			if !yield(Message{Topic: topic, Key: []byte(strconv.Itoa(i)), Value: []byte(v)}) {
				return
			}
		}
	}
}

// count asks the database for one number.
func (s *stack) count(query string) uint64 {
	s.t.Helper()
	var n uint64
	if err := s.db.Conn().QueryRow(context.Background(), query).Scan(&n); err != nil {
		s.t.Fatalf("%s: %v", query, err)
	}
	return n
}

func (s *stack) expect(what string, query string, want uint64) {
	s.t.Helper()
	if got := s.count(query); got != want {
		s.t.Errorf("%s: %d, want %d", what, got, want)
	}
}

// texts asks for a column of strings.
func (s *stack) texts(query string) []string {
	s.t.Helper()
	var out []string
	rows, err := s.db.Conn().Query(context.Background(), query)
	if err != nil {
		s.t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			s.t.Fatal(err)
		}
		out = append(out, text)
	}
	return out
}

func TestEveryColumnArrives(t *testing.T) {
	s := newStack(t, sourceNamed(t, "funnelcloud"))
	message := `{"event_id":"e1","kind":"billing","name":"Paid","meaning":"subscription_started","event_ts":"2024-05-01T10:00:00.123+02:00",
		"received_at":"2024-05-01T08:00:01Z","anonymous_id":"a1","user_id":"u1","account_id":"acme","email":"A@B.test","session_hint":"s1",
		"url":"https://x.test/?utm_term=blue+socks&fbclid=F1","referrer":"https://r.test","utm_source":"google","utm_medium":"cpc",
		"utm_campaign":"c","utm_content":"d","country":"DE","user_agent":"ua","value":"1234.56789","currency":"EUR","properties":{"plan":"pro"}}`
	s.produce("funnelcloud", message)
	stats := s.drain()
	if stats.Messages != 1 || stats.Events != 1 || stats.Rejects != 0 || stats.Lag != 0 {
		t.Errorf("stats %+v", stats)
	}
	got := s.texts(`SELECT arrayStringConcat([source, event_id, kind, name, meaning, toString(event_ts), toString(received_at), anonymous_id, user_id,
		account_id, email, session_hint, url, referrer, utm_source, utm_medium, utm_campaign, utm_term, utm_content, click_id, click_id_kind,
		country, user_agent, toString(value), currency, properties, topic, toString(offset),
		toString(version = bitShiftLeft(1::UInt64, 62) - toUnixTimestamp64Milli(received_at)), toString(ingested_at > received_at)], '|') FROM events`)
	want := `funnelcloud|e1|billing|Paid|subscription_started|2024-05-01 08:00:00.123|2024-05-01 08:00:01.000|a1|u1|acme|a@b.test|s1|` +
		`https://x.test/?utm_term=blue+socks&fbclid=F1|https://r.test|google|cpc|c|blue socks|d|F1|fbclid|DE|ua|1234.5679|EUR|{"plan":"pro"}|funnelcloud|0|1|1`
	if !slices.Equal(got, []string{want}) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	s.expect("batches", "SELECT count() FROM ingest_batches WHERE messages = 1 AND events = 1 AND high_watermark = 1 AND consumer != ''", 1)
}

func TestPoisonDoesNotStopAPartition(t *testing.T) {
	s := newStack(t, sourceNamed(t, "segment"))
	good := func(id int) string {
		return fmt.Sprintf(`{"messageId":"m%d","type":"track","event":"Signed Up","userId":"u"}`, id)
	}
	poison := map[string]string{
		"": "tombstone", "garbage": "invalid_json", `{"type":"track","userId":"a` + "\x00" + `"}`: "nul", "{\"type\":\"\xff\"}": "invalid_utf8",
		strings.Repeat("[", 5000): "too_deep", `{"type":"track","userId":"u","properties":{"revenue":1e300}}`: "out_of_range",
		`{"type":"track","userId":"u","x":"` + strings.Repeat("x", 3<<20) + `"}`: "too_large", `{"type":"track","event":"X"}`: "missing_field",
		`{"batch":{}}`: "wrong_type", `{"type":"nope","userId":"u"}`: "unknown_kind",
	}
	values := []string{good(0)}
	for value := range poison {
		values = append(values, value, good(len(values)))
	}
	s.produce("segment", values...)
	o := s.options()
	o.MaxMessageBytes = 1 << 20
	stats := s.run(o)
	if int(stats.Rejects) != len(poison) || int(stats.Events) != len(poison)+1 {
		t.Errorf("stats %+v, want %d rejects", stats, len(poison))
	}
	for value, reason := range poison {
		s.expect("reject "+reason, fmt.Sprintf(`SELECT count() FROM events_rejected WHERE reason = '%s' AND length(raw) = %d AND detail != ''
			AND source = 'segment' AND topic = 'segment'`, reason, len(value)), 1)
	}
	s.expect("events", "SELECT count() FROM events FINAL", uint64(len(poison)+1))
}

func TestATopicWithoutSourceIsRejected(t *testing.T) {
	s := newStack(t, sourceNamed(t, "segment"))
	if err := s.broker.CreateTopics(t.Context(), 1, "stray"); err != nil {
		t.Fatal(err)
	}
	s.produce("stray", "{}")
	o := s.options()
	o.Topics = []string{"stray", "segment"}
	s.run(o)
	s.expect("rejects", "SELECT count() FROM events_rejected WHERE reason = 'no_source' AND topic = 'stray'", 1)
}

func TestEmptyTopics(t *testing.T) {
	s := newStack(t, sourceNamed(t, "segment"))
	if stats := s.drain(); stats.Messages != 0 {
		t.Errorf("stats %+v", stats)
	}
	s.expect("events", "SELECT count() FROM events", 0)
}

func TestSegmentFixturesLoseNoCall(t *testing.T) {
	folder := sharedData(t, "sdk", "segment_fixtures", "fixtures")
	if folder == "" {
		return
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil || len(files) != 12 {
		t.Fatalf("%d fixtures, %v", len(files), err)
	}
	var values []string
	calls := 0
	for i, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var envelope struct{ Batch []json.RawMessage }
		if err := json.Unmarshal(text, &envelope); err != nil {
			t.Fatal(err)
		}
		calls += len(envelope.Batch)
		// Every call of the fixtures has the same id; calls of real life don't.
		for j := range envelope.Batch {
			text = []byte(strings.Replace(string(text), `"I'm unique"`, fmt.Sprintf(`"id-%d-%d"`, i, j), 1))
		}
		values = append(values, string(text))
	}
	s := newStack(t, sourceNamed(t, "segment"))
	s.produce("segment", values...)
	stats := s.drain()
	if stats.Rejects != 0 {
		t.Errorf("rejects: %q", s.texts("SELECT concat(reason, ' ', detail) FROM events_rejected"))
	}
	s.expect("calls", "SELECT count() FROM events FINAL", uint64(calls))
}

func TestSDKCapturesLoseNoCall(t *testing.T) {
	s := newStack(t, sourceNamed(t, "segment"))
	ids := map[string]bool{}
	var values []string
	for _, file := range []string{"segment", "analytics-node", "rudder", "jitsu", "go_segment", "browser_analytics-next"} {
		path := sharedData(t, "sdk", file+".ndjson")
		if path == "" {
			return
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			var capture struct{ Body json.RawMessage }
			if err := json.Unmarshal([]byte(line), &capture); err != nil {
				t.Fatal(err)
			}
			type call struct{ MessageID string }
			var body struct {
				call
				Batch []call
			}
			if err := json.Unmarshal(capture.Body, &body); err != nil {
				t.Fatal(err)
			}
			for _, c := range body.Batch {
				ids[c.MessageID] = true
			}
			if len(body.Batch) == 0 {
				ids[body.MessageID] = true
			}
			values = append(values, string(capture.Body))
		}
	}
	s.produce("segment", values...)
	if stats := s.drain(); stats.Rejects != 0 {
		t.Errorf("rejects: %q", s.texts("SELECT concat(reason, ' ', detail, ' ', raw) FROM events_rejected"))
	}
	s.expect("calls", "SELECT count() FROM events FINAL", uint64(len(ids)))
	s.expect("calls with an unknown kind or nobody", "SELECT count() FROM events WHERE user_id = '' AND anonymous_id = ''", 0)
}

// load loads a file and consumes it.
func (s *stack) load(path string, from *source.Source) LoadStats {
	s.t.Helper()
	f, err := os.Open(path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer f.Close()
	stats, err := Load(s.t.Context(), f, LoadOptions{Brokers: s.brokers(), Source: from, Name: path})
	if err != nil {
		s.t.Fatal(err)
	}
	return stats
}

func TestSepsisLog(t *testing.T) {
	path := sharedData(t, "datasets", "sepsis", "sepsis_events.csv.gz")
	if path == "" {
		return
	}
	from := sourceNamed(t, "eventlog")
	s := newStack(t, from)
	s.load(path, from)
	s.drain()
	s.expect("events", "SELECT count() FROM events FINAL", 15214)
	s.expect("rejects", "SELECT count() FROM events_rejected", 0)
	s.expect("cases", "SELECT uniqExact(user_id) FROM events", 1050)
	s.expect("variants", `SELECT uniqExact(variant) FROM (SELECT arrayStringConcat(groupArray(name), '>') AS variant FROM
		(SELECT * FROM events FINAL ORDER BY user_id, event_ts, toUInt32(JSONExtractString(properties, 'seq'))) GROUP BY user_id)`, 846)
}

func TestRavenStackFeatureUsage(t *testing.T) {
	path := sharedData(t, "datasets", "ravenstack", "ravenstack_feature_usage.csv")
	if path == "" {
		return
	}
	from := sourceFile(t, "source/testdata/ravenstack_feature_usage.yaml")
	s := newStack(t, from)
	if stats := s.load(path, from); stats.Messages != 25000 {
		t.Errorf("%d rows loaded, want 25000", stats.Messages)
	}
	if stats := s.drain(); stats.Events != 25000 {
		t.Errorf("stats %+v", stats)
	}
	s.expect("distinct ids", "SELECT count() FROM events FINAL", 24979)
	s.load(path, from)
	s.drain()
	s.expect("distinct ids after loading the file again", "SELECT count() FROM events FINAL", 24979)
}

// Fetched messages' memory is used again while their batch is still open: every column must have its own row's value.
func TestRowsAreWhatWasSent(t *testing.T) {
	const n = 20_000
	s := newStack(t, sourceNamed(t, "segment"))
	values := make([]string, n)
	for i := range values {
		values[i] = fmt.Sprintf(`{"messageId":"%d","type":"%s","event":"Name %d","userId":"user %d","timestamp":%d,"context":{"campaign":{"source":"source %d",
			"name":"\u0063ampaign %d"},"page":{"url":"https://x.test/%d?utm_term=%d"}},"properties":{"revenue":%d.25,"n":%d}}`,
			i, []string{"track", "page", "identify"}[i%3], i%300, i%7000, 1_700_000_000+i, i%7, i%1000, i, i%11, i, i)
	}
	s.produce("segment", values...)
	o := s.options()
	o.FetchBytes, o.MaxRows = 30_000, 3000
	s.run(o)
	s.expect("rows as sent", `WITH toUInt64(event_id) AS i SELECT count() FROM events FINAL WHERE kind = ['track', 'page', 'identify'][i % 3 + 1]
		AND name = 'Name ' || toString(i % 300) AND user_id = 'user ' || toString(i % 7000) AND toUnixTimestamp(event_ts) = 1700000000 + i
		AND utm_source = 'source ' || toString(i % 7) AND utm_campaign = 'campaign ' || toString(i % 1000)
		AND url = 'https://x.test/' || toString(i) || '?utm_term=' || toString(i % 11) AND utm_term = toString(i % 11) AND email = ''
		AND value = i + toDecimal64('0.25', 4) AND JSONExtractUInt(properties, 'n') = i`, n)
}

// Repeats count once wherever they are: in one message, in one block, in different batches, and after merges.
func TestRepeatsCountOnce(t *testing.T) {
	s := newStack(t, sourceNamed(t, "segment"))
	var values []string
	for i := range 100 {
		call := fmt.Sprintf(`{"messageId":"m%d","type":"track","event":"X","userId":"u","receivedAt":"2024-01-01T00:00:%02dZ"}`, i%10, 59-i/10)
		values = append(values, call, `{"batch":[`+call+`,`+call+`]}`)
	}
	s.produce("segment", values...)
	s.drain()
	first := func(when string) {
		s.expect("events "+when, "SELECT count() FROM events_deduplicated", 10)
		s.expect("first receipts "+when, "SELECT countIf(received_at = toDateTime64('2024-01-01 00:00:50', 3, 'UTC')) FROM events_deduplicated", 10)
	}
	first("in one block")
	s.produce("segment", values...)
	s.drain()
	first("in two batches")
	if err := s.db.Statement(t.Context(), "OPTIMIZE TABLE events FINAL", nil); err != nil {
		t.Fatal(err)
	}
	first("after the merge")
	s.expect("rows left by the merge", "SELECT count() FROM events", 10)
}
