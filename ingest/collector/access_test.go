package collector

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

// TestKeys shows each way to show a key, and that no other lets anything through.
func TestKeys(t *testing.T) {
	s := serveCollector(t, Options{Keys: []Key{
		{protocolSegment, "", "right"}, {protocolSegment, "web", "second"}, {protocolPosthog, "", "phc"},
		{protocolAmplitude, "", "amp"}, {protocolMixpanel, "", "mix"}, {protocolSnowplow, "", "app"},
	}})
	basic := func(user string) []string {
		return []string{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"))}
	}
	const event = `{"userId":"u","event":"e"}`
	for _, c := range []struct {
		path, body string
		headers    []string
		status     int
	}{
		{"/v1/track", event, nil, 401},
		{"/v1/track", event, basic("right"), 200},
		{"/v1/track", event, basic("second"), 200},
		{"/v1/track", event, basic("righ"), 401},
		{"/v1/track", event, basic("right2"), 401},
		{"/v1/track", event, basic("phc"), 401}, // another protocol's key
		{"/v1/track", event, basic(""), 401},
		{"/v1/track", event, []string{"Authorization", "Basic %%%"}, 401},
		{"/v1/track", event, []string{"Authorization", "Bearer right"}, 200},
		{"/v1/track", event, []string{"X-Write-Key", "right"}, 200},
		{"/v1/track", event, []string{"X-Write-Key", "wrong"}, 401},
		{"/v1/track?writeKey=right", event, nil, 200},
		{"/v1/track", `{"userId":"u","writeKey":"right"}`, nil, 200},
		{"/v1/track", `{"userId":"u","writeKey":"wrong"}`, nil, 401},
		{"/v1/batch", `{"writeKey":"right","batch":[` + event + `]}`, nil, 200},
		{"/v1/batch", `{"writeKey":"wrong","batch":[` + event + `]}`, nil, 401},
		{"/v1/batch", `{"batch":[]}`, basic("right"), 200},
		{"/batch", `{"api_key":"phc","batch":[{"event":"e","distinct_id":"u"}]}`, nil, 200},
		{"/batch", `{"api_key":"amp","batch":[{"event":"e","distinct_id":"u"}]}`, nil, 401},
		{"/e", `[{"event":"e","properties":{"token":"phc","distinct_id":"u"}}]`, nil, 200},
		{"/e", `{"event":"e","distinct_id":"u"}`, nil, 401},
		{"/batch", `{"api_key":"amp","events":[{"event_type":"e","user_id":"u"}]}`, nil, 200},
		{"/2/httpapi", `{"api_key":"wrong","events":[{"event_type":"e","user_id":"u"}]}`, nil, 401},
		{"/track", `{"event":"e","properties":{"token":"mix","distinct_id":"u"}}`, nil, 200},
		{"/track", `{"event":"e","properties":{"token":"no","distinct_id":"u"}}`, nil, 401},
		{"/import", `[{"event":"e","properties":{"distinct_id":"u"}}]`, basic("mix"), 200},
		{"/com.snowplowanalytics.snowplow/tp2", `{"data":[{"e":"pv","aid":"app","uid":"u"}]}`, nil, 200},
		{"/com.snowplowanalytics.snowplow/tp2", `{"data":[{"e":"pv","aid":"other","uid":"u"}]}`, nil, 401},
		{"/webhooks/stripe", `{}`, basic("right"), 404},
	} {
		status, _, answer := s.post(t, c.path, c.body, c.headers...)
		if status != c.status {
			t.Errorf("%s %s %v: %d %s, want %d", c.path, c.body, c.headers, status, answer, c.status)
		}
	}
	for topic, want := range map[string]int{"segment": 6, "web": 1, "posthog": 2, "amplitude": 1, "mixpanel": 2, "snowplow": 1} {
		if n := len(s.stored(t, topic)); n != want {
			t.Errorf("%d messages on %s, want %d", n, topic, want)
		}
	}
}

func TestKeysAndWebhooksAsText(t *testing.T) {
	if k, err := ParseKey("segment=a=b:c"); err != nil || k != (Key{"segment", "segment", "a=b:c"}) {
		t.Errorf("%v %v", k, err)
	}
	if k, err := ParseKey("posthog:web=x"); err != nil || k != (Key{"posthog", "web", "x"}) {
		t.Errorf("%v %v", k, err)
	}
	if w, err := ParseWebhook("calendly=x"); err != nil || w != (Webhook{"calendly", "calendly", "x"}) {
		t.Errorf("%v %v", w, err)
	}
	for _, wrong := range []string{"", "hunter2", "segment=", "=x", "drift=hunter2"} {
		if _, err := ParseKey(wrong); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}

// signatures are made here with other words than in the code under test: plain HMACs by the senders' documentation.
func TestWebhooks(t *testing.T) {
	const secret, whsec = "s3cret", "whsec_c3RhbmRhcmQtc2VjcmV0"
	s := serveCollector(t, Options{PublicURL: "https://collect.acme.test", Webhooks: []Webhook{
		{"stripe", "", "old"}, {"stripe", "", secret}, {"intercom", "", secret}, {"hubspot", "", secret}, {"chat", "conversations", secret},
		{"svix", "conversations", whsec},
	}})
	sha256Of := func(key, text string) []byte { return mac(sha256.New, key, text) }
	now := time.Now()
	stripe := func(at time.Time, body string) []string {
		return []string{"Stripe-Signature", fmt.Sprintf("t=%d,v1=00,v1=%x,v0=1", at.Unix(), sha256Of(secret, fmt.Sprintf("%d.%s", at.Unix(), body)))}
	}
	hubspot := func(at time.Time, body string) []string {
		stamp := fmt.Sprint(at.UnixMilli())
		return []string{"X-HubSpot-Request-Timestamp", stamp, "X-HubSpot-Signature-v3",
			base64.StdEncoding.EncodeToString(sha256Of(secret, "POSThttps://collect.acme.test/webhooks/hubspot?x=1"+body+stamp))}
	}
	sum1 := sha256.Sum256([]byte(secret + `[{"objectId":9}]`))
	sum2 := sha256.Sum256([]byte(secret + `POSThttps://collect.acme.test/webhooks/hubspot` + `[{"objectId":9}]`))
	const intercom = `{"type":"notification_event","id":"notif_1","data":{"item":{"id":"7","user":{"id":"u"}}}}`
	svix := func(at time.Time, body string) []string {
		stamp := fmt.Sprint(at.Unix())
		return []string{"Webhook-Id", "msg_1", "Webhook-Timestamp", stamp, "Webhook-Signature",
			"v2,x v1," + base64.StdEncoding.EncodeToString(sha256Of("standard-secret", "msg_1."+stamp+"."+body))}
	}
	for _, c := range []struct {
		name, path, body string
		headers          []string
		status           int
	}{
		{"stripe", "/webhooks/stripe", `{"id":"evt_1","data":{"object":{"customer":"cus_1"}}}`, stripe(now, `{"id":"evt_1","data":{"object":{"customer":"cus_1"}}}`), 200},
		{"stripe, another body", "/webhooks/stripe", `{"id":"evt_2"}`, stripe(now, `{"id":"evt_1"}`), 401},
		{"stripe, played again", "/webhooks/stripe", `{}`, stripe(now.Add(-time.Hour), `{}`), 401},
		{"stripe, unsigned", "/webhooks/stripe", `{}`, nil, 401},
		{"stripe, no time", "/webhooks/stripe", `{}`, []string{"Stripe-Signature", "v1=" + hex.EncodeToString(sha256Of(secret, ".{}"))}, 401},
		{"intercom", "/webhooks/intercom", intercom, []string{"X-Hub-Signature", fmt.Sprintf("sha1=%x", mac(sha1.New, secret, intercom))}, 200},
		{"intercom, wrong secret", "/webhooks/intercom", intercom, []string{"X-Hub-Signature", fmt.Sprintf("sha1=%x", mac(sha1.New, "x", intercom))}, 401},
		{"hubspot 3", "/webhooks/hubspot?x=1", `[{"objectId":1},{"objectId":2}]`, hubspot(now, `[{"objectId":1},{"objectId":2}]`), 200},
		{"hubspot 3, another path", "/webhooks/hubspot?x=2", `[]`, hubspot(now, `[]`), 401},
		{"hubspot 3, old", "/webhooks/hubspot?x=1", `[]`, hubspot(now.Add(-6*time.Minute), `[]`), 401},
		{"hubspot 1", "/webhooks/hubspot", `[{"objectId":9}]`, []string{"X-HubSpot-Signature", hex.EncodeToString(sum1[:])}, 200},
		{"hubspot 2", "/webhooks/hubspot", `[{"objectId":9}]`, []string{"X-HubSpot-Signature", hex.EncodeToString(sum2[:]), "X-HubSpot-Signature-Version", "v2"}, 200},
		{"hubspot, unsigned", "/webhooks/hubspot", `[{"objectId":9}]`, nil, 401},
		{"hex", "/webhooks/chat", `{"id":"1"} `, []string{"X-Signature", hex.EncodeToString(sha256Of(secret, `{"id":"1"} `))}, 200},
		{"hex with its name", "/webhooks/chat", `{"id":"1"}`, []string{"X-Hub-Signature-256", "sha256=" + hex.EncodeToString(sha256Of(secret, `{"id":"1"}`))}, 200},
		{"base64", "/webhooks/chat", `{"id":"1"}`, []string{"X-Webhook-Signature", base64.StdEncoding.EncodeToString(sha256Of(secret, `{"id":"1"}`))}, 200},
		{"wrong", "/webhooks/chat", `{"id":"1"}`, []string{"X-Signature", "00"}, 401},
		{"empty", "/webhooks/chat", `{"id":"1"}`, []string{"X-Signature", ""}, 401},
		{"standard", "/webhooks/svix", `{"id":"1"}`, svix(now, `{"id":"1"}`), 200},
		{"standard, old", "/webhooks/svix", `{"id":"1"}`, svix(now.Add(-time.Hour), `{"id":"1"}`), 401},
		{"standard, another body", "/webhooks/svix", `{"id":"2"}`, svix(now, `{"id":"1"}`), 401},
		{"signed, but no JSON", "/webhooks/chat", `hello`, []string{"X-Signature", hex.EncodeToString(sha256Of(secret, `hello`))}, 400},
		{"signed, but no object", "/webhooks/chat", `7`, []string{"X-Signature", hex.EncodeToString(sha256Of(secret, `7`))}, 400},
		{"nobody", "/webhooks/nobody", `{}`, nil, 404},
	} {
		if status, _, answer := s.post(t, c.path, c.body, c.headers...); status != c.status {
			t.Errorf("%s: %d %s, want %d", c.name, status, answer, c.status)
		}
	}
	for topic, want := range map[string]int{"stripe": 1, "intercom": 1, "hubspot": 4, "conversations": 4} {
		if n := len(s.stored(t, topic)); n != want {
			t.Errorf("%d messages on %s, want %d", n, topic, want)
		}
	}
	if r, _ := s.one(t, "stripe"); r.key != "cus_1" {
		t.Errorf("key %q, want the customer's", r.key)
	}
	if r, _ := s.one(t, "intercom"); r.key != "u" || r.value != intercom {
		t.Errorf("key %q, %s", r.key, r.value)
	}
	if status, _, _ := s.request(t, http.MethodHead, "/webhooks/intercom", nil); status != 200 {
		t.Errorf("HEAD: %d", status)
	}
}

// TestRecordedWebhooks sends Intercom's recorded notifications and Stripe's own example of an event.
func TestRecordedWebhooks(t *testing.T) {
	dir := sharedData(t, "webhooks")
	if dir == "" {
		return
	}
	s := serveCollector(t, Options{Webhooks: []Webhook{{"stripe", "", "k"}, {"intercom", "", "k"}}})
	var notifications []struct{ Payload json.RawMessage }
	readJSON(t, dir+"/intercom.json", &notifications)
	for _, n := range notifications {
		status, _, answer := s.post(t, "/webhooks/intercom", string(n.Payload), "X-Hub-Signature", fmt.Sprintf("sha1=%x", mac(sha1.New, "k", string(n.Payload))))
		if status != 200 {
			t.Errorf("%d %s", status, answer)
		}
	}
	records := s.stored(t, "intercom")
	if len(records) != 13 {
		t.Errorf("%d messages, want 13", len(records))
	}
	for _, r := range records {
		if r.key == "" {
			t.Errorf("no key in %.80s", r.value)
		}
	}
	var stripe struct{ Resources map[string]json.RawMessage }
	readJSON(t, dir+"/stripe/fixtures3.json", &stripe)
	event := string(stripe.Resources["event"])
	at := time.Now().Unix()
	status, _, answer := s.post(t, "/webhooks/stripe", event, "Stripe-Signature", fmt.Sprintf("t=%d,v1=%x", at, mac(sha256.New, "k", fmt.Sprint(at), ".", event)))
	if status != 200 {
		t.Errorf("%d %s", status, answer)
	}
	if r, _ := s.one(t, "stripe"); !strings.Contains(event, r.value) || r.value == "" {
		t.Errorf("%s", r.value)
	}
}

func readJSON(t *testing.T, file string, into any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

func TestBrowsers(t *testing.T) {
	anywhere := open(t, Options{})
	ours := open(t, Options{AllowOrigins: []string{"https://acme.test"}})
	for _, c := range []struct {
		served
		origin  string
		allowed bool
	}{{anywhere, "https://acme.test", true}, {ours, "https://acme.test", true}, {ours, "https://evil.test", false}} {
		status, h, _ := c.request(t, http.MethodOptions, "/v1/batch", nil, "Origin", c.origin,
			"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type")
		if status != 204 || h.Get("Access-Control-Allow-Headers") != "authorization,content-type" {
			t.Errorf("preflight: %d %v", status, h)
		}
		for _, header := range []http.Header{h, func() http.Header { _, h, _ := c.post(t, "/v1/track", call1, "Origin", c.origin); return h }(),
			func() http.Header { _, h, _ := c.post(t, "/v1/track", "{", "Origin", c.origin); return h }()} {
			want := ""
			if c.allowed {
				want = c.origin
			}
			if header.Get("Access-Control-Allow-Origin") != want || header.Get("Vary") != "Origin" || header.Get("Set-Cookie") != "" {
				t.Errorf("%s: %v", c.origin, header)
			}
		}
	}
}

// TestAnswers are what each SDK reads.
func TestAnswers(t *testing.T) {
	s := open(t, Options{})
	for _, c := range []struct{ method, path, body, kind, want string }{
		{"POST", "/v1/batch", `{"batch":[]}`, "application/json", `{"success":true}` + "\n"},
		{"POST", "/api/s/track", call1, "application/json", `{"ok":true}` + "\n"},
		{"POST", "/batch/", `{"api_key":"k","batch":[]}`, "application/json", `{"status":1}` + "\n"},
		{"POST", "/track", `[]`, "text/plain", `1`},
		{"POST", "/track?verbose=1", `[]`, "application/json", `{"error":null,"status":1}` + "\n"},
		{"POST", "/import", `[{"event":"e","properties":{}}]`, "application/json", `{"code":200,"num_records_imported":1,"status":"OK"}` + "\n"},
		{"POST", "/com.snowplowanalytics.snowplow/tp2", `{"data":[]}`, "text/plain", "ok"},
		{"GET", "/i?e=pv", "", "image/gif", gif},
		{"GET", "/v1/pixel/track?userId=u", "", "image/gif", gif},
		{"POST", "/2/httpapi", `{"events":[]}`, "application/json", `{"code":200,"events_ingested":0,`},
		{"GET", "/healthz", "", "text/plain", "ok\n"},
		{"GET", "/readyz", "", "text/plain", "ok\n"},
		{"POST", "/v1/m", `{"series":[]}`, "", ""},
		{"GET", "/v1/projects/any/settings", "", "application/json", `{"integrations":{"Segment.io":{"apiHost":"127.0.0.1:`},
	} {
		status, h, answer := s.request(t, c.method, c.path, []byte(c.body))
		if status != 200 || !strings.HasPrefix(h.Get("Content-Type"), c.kind) || !strings.HasPrefix(answer, c.want) {
			t.Errorf("%s %s: %d %s %q", c.method, c.path, status, h.Get("Content-Type"), answer)
		}
	}
	closed := serveCollector(t, Options{Keys: []Key{{protocolSegment, "", "k"}}})
	if status, _, _ := closed.request(t, http.MethodGet, "/v1/projects/any/settings", nil); status != 404 {
		t.Errorf("settings of an unknown key: %d", status)
	}
}

func TestMetrics(t *testing.T) {
	s := open(t, Options{})
	s.post(t, "/v1/batch", `{"batch":[{"userId":"u"},{"userId":"u"}]}`)
	s.post(t, "/v1/track", `{`)
	_, _, text := s.request(t, http.MethodGet, "/metrics", nil)
	for _, want := range []string{
		`funnelcloud_collector_requests_total{code="200",protocol="segment"} 1`,
		`funnelcloud_collector_requests_total{code="400",protocol="segment"} 1`,
		`funnelcloud_collector_requests_refused_total{protocol="segment",reason="json"} 1`,
		`funnelcloud_collector_events_total{topic="segment"} 2`,
		`funnelcloud_collector_held_bytes 0`,
		`funnelcloud_collector_request_seconds_count{protocol="segment"} 2`,
		`funnelcloud_collector_batch_messages_sum 2`,
		`go_goroutines `,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not in\n%s", want, text)
		}
	}
	hidden := open(t, Options{HideMetrics: true})
	if status, _, _ := hidden.request(t, http.MethodGet, "/metrics", nil); status != http.StatusNotFound {
		t.Errorf("hidden metrics: %d", status)
	}
	recorder := httptest.NewRecorder()
	hidden.Monitor().ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if !strings.Contains(recorder.Body.String(), "funnelcloud_collector_held_bytes 0") {
		t.Errorf("the monitor says %s", recorder.Body.String())
	}
}
