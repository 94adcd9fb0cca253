package collector

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestMessages shows what becomes of what protocols send. ID stands for an id that the collector gave.
func TestMessages(t *testing.T) {
	inBase64 := func(s string) string { return url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(s))) }
	for _, c := range []struct {
		name, method, path, body string
		headers                  []string
		topic, key               string
		want                     []string
		backfill                 bool
	}{
		{name: "the path says the type", path: "/v1/track", body: `{"userId":"u","event":"x"}`,
			topic: "segment", key: "u", want: []string{`{"userId":"u","event":"x","type":"track","messageId":"ID"}`}},
		{name: "a letter is enough", path: "/v1/p", body: `{"anonymousId":"a","messageId":"1"}`,
			topic: "segment", key: "a", want: []string{`{"anonymousId":"a","messageId":"1","type":"page"}`}},
		{name: "nothing is changed where nothing lacks", path: "/v1/track/", body: ` {"type":"track", "messageId" : "1","userId":"u","n":1.50e1,"ü":"\u00fc\ud83d"} `,
			topic: "segment", key: "u", want: []string{`{"type":"track", "messageId" : "1","userId":"u","n":1.50e1,"ü":"\u00fc\ud83d"}`}},
		{name: "a batch shares sentAt and context", path: "/v1/batch",
			body: `{"sentAt":"s","context":{"a":1,"b":{"c":2}},"integrations":{"All":false},"batch":[{"type":"track","messageId":"1","userId":"u"},
				{"type":"track","messageId":"2","userId":"u","sentAt":"own","integrations":{},"context":{"b":3}},{"type":"track","messageId":"3","userId":"u","context":null}]}`,
			topic: "segment", key: "u", want: []string{
				`{"type":"track","messageId":"1","userId":"u","sentAt":"s","integrations":{"All":false},"context":{"a":1,"b":{"c":2}}}`,
				`{"type":"track","messageId":"2","userId":"u","sentAt":"own","integrations":{},"context":{"b":3,"a":1}}`,
				`{"type":"track","messageId":"3","userId":"u","sentAt":"s","integrations":{"All":false},"context":{"a":1,"b":{"c":2}}}`}},
		{name: "an import is history", path: "/v1/import", body: `{"batch":[{"type":"track","messageId":"1","userId":"u"}]}`,
			topic: "segment", key: "u", want: []string{`{"type":"track","messageId":"1","userId":"u"}`}, backfill: true},
		{name: "the same twice has two ids", path: "/v1/batch", body: `{"batch":[{"userId":"u"},{"userId":"u"}]}`,
			topic: "segment", key: "u", want: []string{`{"userId":"u","messageId":"ID"}`, `{"userId":"u","messageId":"ID"}`}},
		{name: "Segment's pixel", method: http.MethodGet, path: "/v1/pixel/page?data=" + inBase64(`{"writeKey":"k","userId":"u","messageId":"1"}`),
			topic: "segment", key: "u", want: []string{`{"userId":"u","messageId":"1","type":"page"}`}},
		{name: "RudderStack's pixel", method: http.MethodGet, path: "/pixel/v1/track?writeKey=k&anonymousId=a&event=e&messageId=1",
			topic: "segment", key: "a", want: []string{`{"anonymousId":"a","event":"e","messageId":"1","type":"track"}`}},
		{name: "Jitsu", path: "/api/s/s2s/track", body: `{"type":"track","userId":"u","messageId":"1"}`,
			topic: "segment", key: "u", want: []string{`{"type":"track","userId":"u","messageId":"1"}`}},

		{name: "posthog-js says how long ago", path: "/e/?ip=1&_=1700000000000&ver=1.2", headers: []string{"Content-Type", "text/plain"},
			body:  string(zipped(t, []byte(`[{"uuid":"1","event":"e","offset":3000,"properties":{"token":"k","distinct_id":"d"}}]`))),
			topic: "posthog", key: "d", want: []string{`{"uuid":"1","event":"e","offset":3000,"properties":{"distinct_id":"d"},"sent_at":1700000000000,"timestamp":"3S AGO"}`}},
		{name: "PostHog's batch", path: "/batch/", body: `{"api_key":"k","sent_at":"s","batch":[{"uuid":"","event":"e","distinct_id":"d"}]}`,
			topic: "posthog", key: "d", want: []string{`{"event":"e","distinct_id":"d","sent_at":"s","uuid":"ID"}`}},
		{name: "PostHog's history", path: "/batch/", body: `{"api_key":"k","historical_migration":true,"batch":[{"uuid":"1","distinct_id":"d"}]}`,
			topic: "posthog", key: "d", want: []string{`{"uuid":"1","distinct_id":"d"}`}, backfill: true},
		{name: "a form with base64", path: "/e/?compression=base64", body: "data=" + inBase64(`{"uuid":"1","event":"e","distinct_id":"d","properties":{"token":"k"}}`),
			headers: []string{"Content-Type", "application/x-www-form-urlencoded"},
			topic:   "posthog", key: "d", want: []string{`{"uuid":"1","event":"e","distinct_id":"d","properties":{}}`}},
		{name: "PostHog's pixel", method: http.MethodGet, path: "/e/?data=" + inBase64(`{"uuid":"1","event":"e","distinct_id":"d"}`),
			topic: "posthog", key: "d", want: []string{`{"uuid":"1","event":"e","distinct_id":"d"}`}},

		{name: "Amplitude", path: "/2/httpapi", body: `{"api_key":"k","client_upload_time":"c","events":[{"event_type":"e","user_id":"u","insert_id":"1","ip":"$remote"}]}`,
			topic: "amplitude", key: "u", want: []string{`{"event_type":"e","user_id":"u","insert_id":"1","client_upload_time":"c"}`}},
		{name: "Amplitude's batch, where PostHog's is", path: "/batch", body: `{"api_key":"k","events":[{"event_type":"e","device_id":"d"}]}`,
			topic: "amplitude", key: "d", want: []string{`{"event_type":"e","device_id":"d","insert_id":"ID"}`}},

		{name: "Mixpanel's event", method: http.MethodGet, path: "/track?ip=0&data=" + inBase64(`{"event":"e","properties":{"token":"k","distinct_id":"d"}}`),
			topic: "mixpanel", key: "d", want: []string{`{"event":"e","properties":{"distinct_id":"d","$insert_id":"ID"}}`}},
		{name: "Mixpanel's profile", path: "/engage", body: "data=" + url.QueryEscape(`[{"$token":"k","$distinct_id":"d","$set":{"plan":"pro"}}]`),
			headers: []string{"Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"},
			topic:   "mixpanel", key: "d", want: []string{`{"$distinct_id":"d","$set":{"plan":"pro"}}`}},
		{name: "Mixpanel's import, one a line", path: "/import?strict=1", headers: []string{"Content-Type", "application/x-ndjson"},
			body:  "{\"event\":\"a\",\"properties\":{\"$insert_id\":\"1\",\"distinct_id\":\"d\"}}\n\n{\"event\":\"b\",\"properties\":{\"$insert_id\":\"2\",\"distinct_id\":\"d\"}}\n",
			topic: "mixpanel", key: "d", want: []string{`{"event":"a","properties":{"$insert_id":"1","distinct_id":"d"}}`, `{"event":"b","properties":{"$insert_id":"2","distinct_id":"d"}}`}, backfill: true},

		{name: "Snowplow's pixel", method: http.MethodGet, path: "/i?e=pv&eid=1&duid=d&url=https%3A%2F%2Fa.test%2F%3Fx%3D%22y%22&e=second", headers: []string{"User-Agent", "Mozilla"},
			topic: "snowplow", key: "d", want: []string{`{"duid":"d","e":"pv","eid":"1","url":"https://a.test/?x=\"y\"","ua":"Mozilla"}`}},
		{name: "Snowplow's POST", path: "/com.snowplowanalytics.snowplow/tp2", headers: []string{"User-Agent", "Mozilla"},
			body:  `{"schema":"iglu:…","data":[{"e":"se","eid":"1","uid":"u","duid":"d","ua":"own"},{"e":"pp","eid":"2","uid":"u"}]}`,
			topic: "snowplow", key: "u", want: []string{`{"e":"se","eid":"1","uid":"u","duid":"d","ua":"own"}`, `{"e":"pp","eid":"2","uid":"u","ua":"Mozilla"}`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, Options{})
			method := c.method
			if method == "" {
				method = http.MethodPost
			}
			began := time.Now()
			// Twice, as an SDK does that has not heard the answer: the same ids come out.
			for range 2 {
				if status, _, answer := s.request(t, method, c.path, []byte(c.body), c.headers...); status != 200 {
					t.Fatalf("%d %s", status, answer)
				}
			}
			records := s.stored(t, c.topic)
			if len(records) != 2*len(c.want) {
				t.Fatalf("%d messages, want %d twice", len(records), len(c.want))
			}
			ids := map[string]bool{}
			for i, r := range records {
				got := r.value
				if id := idOf(object(t, got)); len(id) == 32 {
					ids[id] = true
					got = strings.Replace(got, id, "ID", 1)
				}
				if at, ok := object(t, got)["timestamp"].(string); ok {
					if when, err := time.Parse(time.RFC3339, at); err != nil || began.Sub(when) < 2*time.Second || began.Sub(when) > 4*time.Second {
						t.Errorf("timestamp %s", at)
					}
					got = strings.Replace(got, at, "3S AGO", 1)
				}
				if want := c.want[i%len(c.want)]; got != want {
					t.Errorf("got  %s\nwant %s", got, want)
				}
				if r.key != c.key || r.backfill != c.backfill || r.partition != records[0].partition {
					t.Errorf("key %q, backfill %t, partition %d", r.key, r.backfill, r.partition)
				}
			}
			if given := strings.Count(strings.Join(c.want, ""), `"ID"`); len(ids) != given {
				t.Errorf("%d ids, want %d", len(ids), given)
			}
		})
	}
}

func idOf(event map[string]any) string {
	for _, name := range []string{"messageId", "uuid", "insert_id", "eid"} {
		if id, ok := event[name].(string); ok && id != "" {
			return id
		}
	}
	properties, _ := event["properties"].(map[string]any)
	id, _ := properties["$insert_id"].(string)
	return id
}

// TestTheAddressIsKeptOnlyWhenAskedFor and where each protocol has a place for it.
func TestTheAddressIsKeptOnlyWhenAskedFor(t *testing.T) {
	for path, c := range map[string]struct{ topic, body, place string }{
		"/v1/track":                           {"segment", `{"userId":"u","context":{"ip":""}}`, `"context":{"ip":"203.0.113.9"}`},
		"/v1/page":                            {"segment", `{"userId":"u"}`, `"context":{"ip":"203.0.113.9"}`},
		"/e":                                  {"posthog", `{"distinct_id":"u","event":"e"}`, `"properties":{"$ip":"203.0.113.9"}`},
		"/2/httpapi":                          {"amplitude", `{"api_key":"k","events":[{"user_id":"u","ip":"$remote"}]}`, `"ip":"203.0.113.9"`},
		"/track":                              {"mixpanel", `{"event":"e","properties":{"distinct_id":"u"}}`, `"ip":"203.0.113.9"`},
		"/com.snowplowanalytics.snowplow/tp2": {"snowplow", `{"data":[{"e":"pv","uid":"u"}]}`, `"ip":"203.0.113.9"`},
	} {
		keeps := open(t, Options{KeepIP: true, TrustForwarded: true})
		drops := open(t, Options{TrustForwarded: true})
		direct := open(t, Options{KeepIP: true})
		asked := open(t, Options{KeepIP: true, TrustForwarded: true})
		forwarded := []string{"X-Forwarded-For", "203.0.113.9, 10.0.0.1"}
		for _, s := range []served{keeps, drops, direct} {
			if status, _, answer := s.post(t, path, c.body, forwarded...); status != 200 {
				t.Fatalf("%s: %d %s", path, status, answer)
			}
		}
		if status, _, answer := asked.post(t, path, c.body, append(forwarded, "SP-Anonymous", "*")...); status != 200 {
			t.Fatalf("%s: %d %s", path, status, answer)
		}
		if r, _ := keeps.one(t, c.topic); !strings.Contains(r.value, c.place) {
			t.Errorf("%s: %s is not in %s", path, c.place, r.value)
		}
		if r, _ := direct.one(t, c.topic); !strings.Contains(r.value, "127.0.0.1") {
			t.Errorf("%s: a header that nobody trusts was believed: %s", path, r.value)
		}
		for _, s := range []served{drops, asked} {
			if r, _ := s.one(t, c.topic); strings.Contains(r.value, "203.0.113.9") || strings.Contains(r.value, "remote") {
				t.Errorf("%s: the address was kept: %s", path, r.value)
			}
		}
	}
}
