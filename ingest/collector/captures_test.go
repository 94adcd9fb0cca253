package collector

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// capture is a request that a real SDK sent.
type capture struct {
	Method, URL string
	Headers     map[string]string
	Gzip        bool
	Body        json.RawMessage
}

// captureKeys are the keys that the captures show, protocol by protocol.
var captureKeys = []Key{
	{protocolSegment, "segment", "wk_test"}, {protocolSegment, "segment", "k:s"}, {protocolPosthog, "posthog", "phc_test"},
	{protocolAmplitude, "amplitude", "apikey"}, {protocolMixpanel, "mixpanel", "tok"}, {protocolSnowplow, "snowplow", "pql"},
}

var captureFiles = map[string]string{
	"amplitude": "amplitude", "analytics-node": "segment", "browser_analytics-next": "segment", "go_posthog": "posthog",
	"go_segment": "segment", "jitsu": "segment", "mixpanel": "mixpanel", "posthog": "posthog", "rudder": "segment",
	"segment": "segment", "snowplow": "snowplow",
}

// TestCapturesArriveOnce replays what real SDKs sent, and finds in Kafka each event once, with every member as it was
// sent but for the write key, and with what its batch said for all.
func TestCapturesArriveOnce(t *testing.T) {
	dir := sharedData(t, "sdk")
	if dir == "" {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(captureFiles)) {
		t.Run(name, func(t *testing.T) {
			s := serveCollector(t, Options{Keys: captureKeys})
			began := time.Now().Add(-time.Second)
			var want []map[string]any
			for _, c := range readCaptures(t, filepath.Join(dir, name+".ndjson")) {
				want = append(want, c.events(t)...)
				s.replay(t, c)
			}
			records := s.stored(t, captureFiles[name])
			if len(records) != len(want) || len(want) == 0 {
				t.Fatalf("%d messages in Kafka, want %d", len(records), len(want))
			}
			var got []map[string]any
			for _, r := range records {
				got = append(got, object(t, r.value))
				if r.time.Before(began) || r.time.After(time.Now().Add(time.Second)) {
					t.Errorf("the record's time is %s, not that of its arrival", r.time)
				}
				if r.key == "" {
					t.Errorf("no key for order in %s", r.value)
				}
			}
			for _, w := range want {
				i := slices.IndexFunc(got, func(g map[string]any) bool { return contains(g, w) })
				if i < 0 {
					t.Errorf("not in Kafka: %v", w)
					continue
				}
				got = slices.Delete(got, i, i+1)
			}
		})
	}
}

func readCaptures(t *testing.T, file string) []capture {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var captures []capture
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c capture
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		captures = append(captures, c)
	}
	return captures
}

func (s served) replay(t *testing.T, c capture) {
	t.Helper()
	body := []byte(c.Body)
	var form string
	if json.Unmarshal(c.Body, &form) == nil {
		body = []byte(form)
	}
	if c.Gzip {
		body = zipped(t, body)
	}
	var headers []string
	for name, value := range c.Headers {
		switch name {
		case "content-length", "host", "connection", "accept-encoding":
		default:
			headers = append(headers, name, value)
		}
	}
	status, _, answer := s.request(t, c.Method, c.URL, body, headers...)
	if status != 200 {
		t.Errorf("%s %s: %d %s", c.Method, c.URL, status, answer)
	}
}

func zipped(t testing.TB, body []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// events reads a capture's events in a second, plain way.
func (c capture) events(t *testing.T) []map[string]any {
	t.Helper()
	u, err := url.Parse(c.URL)
	if err != nil {
		t.Fatal(err)
	}
	text := c.Body
	var form string
	if json.Unmarshal(c.Body, &form) == nil {
		query := u.Query()
		if form != "" {
			if query, err = url.ParseQuery(form); err != nil {
				t.Fatal(err)
			}
		}
		if text, err = base64.StdEncoding.DecodeString(query.Get("data")); err != nil {
			t.Fatal(err)
		}
		if len(text) == 0 {
			event := map[string]any{}
			for name := range query {
				event[name] = query.Get(name)
			}
			return []map[string]any{event}
		}
	}
	if bytes.HasPrefix(text, []byte("[")) {
		text = fmt.Appendf(nil, `{"list":%s}`, text)
	}
	body := object(t, string(text))
	var events []map[string]any
	for _, list := range []string{"batch", "data", "events", "list"} {
		elements, _ := body[list].([]any)
		for _, e := range elements {
			event := e.(map[string]any)
			for _, shared := range []string{"sentAt", "sent_at", "client_upload_time", "context"} {
				if _, has := event[shared]; !has && body[shared] != nil {
					event[shared] = body[shared]
				}
			}
			events = append(events, event)
		}
	}
	if len(events) == 0 {
		events = append(events, body)
	}
	return events
}

// contains says whether an event holds all that was sent but for write keys. Ids may have been added.
func contains(got, sent map[string]any) bool {
	for name, value := range sent {
		switch {
		case name == "writeKey" || name == "token" || name == "$token" || name == "api_key":
			if got[name] != nil {
				return false
			}
			continue
		case value == "" && name == "uuid":
			if id, _ := got[name].(string); len(id) != 32 {
				return false
			}
			continue
		}
		inner, isObject := value.(map[string]any)
		gotInner, gotObject := got[name].(map[string]any)
		if isObject != gotObject || isObject && !contains(gotInner, inner) || !isObject && !sameJSON(got[name], value) {
			return false
		}
	}
	return true
}

func sameJSON(a, b any) bool {
	x, errA := json.Marshal(a)
	y, errB := json.Marshal(b)
	return errA == nil && errB == nil && bytes.Equal(x, y)
}

// TestSegmentFixturesArriveOnce sends the batches that analytics-go's own tests expect it to write.
func TestSegmentFixturesArriveOnce(t *testing.T) {
	dir := sharedData(t, "sdk", "segment_fixtures", "fixtures")
	if dir == "" {
		return
	}
	s := serveCollector(t, Options{Keys: captureKeys})
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(files) != 12 {
		t.Fatalf("%d fixtures, want 12 (%v)", len(files), err)
	}
	want := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		batch, _ := object(t, string(text))["batch"].([]any)
		want += len(batch)
		if status, _, answer := s.post(t, "/v1/batch?writeKey=wk_test", string(text)); status != 200 {
			t.Errorf("%s: %d %s", file, status, answer)
		}
	}
	if got := len(s.stored(t, "segment")); got != want || want < 12 {
		t.Errorf("%d messages, want %d", got, want)
	}
}

func TestStoredEventsHoldNoSecrets(t *testing.T) {
	s := serveCollector(t, Options{Keys: captureKeys})
	const cookie, password = "ajs_user_id=c00kie", "Basic d2tfdGVzdDo="
	for path, body := range map[string]string{
		"/v1/track":                  `{"userId":"u","event":"x","writeKey":"wk_test"}`,
		"/v1/batch":                  `{"writeKey":"wk_test","batch":[{"type":"track","userId":"u","event":"x","writeKey":"wk_test"}]}`,
		"/batch/":                    `{"api_key":"phc_test","batch":[{"event":"e","distinct_id":"u","token":"phc_test","properties":{"token":"phc_test"}}]}`,
		"/e/":                        `{"token":"phc_test","event":"e","distinct_id":"u","api_key":"phc_test"}`,
		"/2/httpapi":                 `{"api_key":"apikey","events":[{"event_type":"e","user_id":"u","api_key":"apikey"}]}`,
		"/track":                     `[{"event":"e","properties":{"token":"tok","distinct_id":"u"}}]`,
		"/engage":                    `[{"$token":"tok","$distinct_id":"u","$set":{"a":1}}]`,
		"/v1/page?writeKey=wk_test":  `{"userId":"u","context":{"page":{"url":"https://a.test"}}}`,
		"/v1/group?writeKey=wk_test": `{"userId":"u","groupId":"g","\u0077riteKey":"wk_test"}`,
	} {
		headers := []string{"Cookie", cookie}
		if strings.HasPrefix(path, "/v1") {
			headers = append(headers, "Authorization", password)
		}
		if status, _, answer := s.post(t, path, body, headers...); status != 200 {
			t.Errorf("%s: %d %s", path, status, answer)
		}
	}
	for topic, want := range map[string]int{"segment": 4, "posthog": 2, "amplitude": 1, "mixpanel": 2} {
		records := s.stored(t, topic)
		if len(records) != want {
			t.Errorf("%s: %d messages, want %d", topic, len(records), want)
		}
		for _, r := range records {
			for _, secret := range []string{"wk_test", "phc_test", "apikey", `"tok"`, "c00kie", "d2tf", "127.0.0.1", "riteKey"} {
				if strings.Contains(r.value, secret) || strings.Contains(r.key, secret) {
					t.Errorf("%s holds %s: %s", topic, secret, r.value)
				}
			}
		}
	}
}
