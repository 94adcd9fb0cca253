package collector

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"
)

var jsonSeeds = []string{
	`{}`, `[]`, `null`, `"x"`, `0`, `-0.5e+10`, `[1,2,{"a":[{}]}]`, `{"a":{"b":{"c":{"d":[[],{},[{"e":null}]]}}}}`, ` { "a" : "\u00e9\\\"" } `,
	`{"a":1,"a":2}`, `{"batch":[{},null]}`, `[[[[[[[[1]]]]]]]]`, `{"a":[1,]}`, `{"a"}`, `[1 2]`, `{"a":tru}`, `01`, `1.`, `"\x"`, `{"a":1]`, `[1}`, "\"\x01\"", "\"\xff\"",
	`{"deep":{"a":{"a":{"a":{"a":[}}}}}`, `{"a":{"a":{"a":{"a":[[{"b":[]}],"c"]}}}}`,
}

// FuzzDocument holds the scanner against encoding/json: what is JSON, and which members a value has.
func FuzzDocument(f *testing.F) {
	for _, s := range jsonSeeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var d document
		err := d.parse(text, 1<<20)
		valid := json.Valid(text)
		if valid != (err == nil) && bytes.Count(text, []byte("["))+bytes.Count(text, []byte("{")) < 10_000 { // where encoding/json gives up
			t.Fatalf("%q: %v, but valid is %t", text, err, valid)
		}
		if err != nil || !valid {
			return
		}
		for n := range d.nodes {
			n := int32(n)
			if !json.Valid(d.raw(n)) || d.nodes[n].next <= n || int(d.nodes[n].next) > len(d.nodes) {
				t.Fatalf("%q: node %d is %q", text, n, d.raw(n))
			}
		}
		if d.kind(0) != '{' {
			return
		}
		var members map[string]json.RawMessage
		if err := json.Unmarshal(text, &members); err != nil {
			t.Fatal(err)
		}
		for name, raw := range members {
			if m := d.member(0, name); m == 0 || !bytes.Equal(d.raw(m), raw) {
				if !strings.ContainsRune(name, '\ufffd') { // what is no UTF-8 is no name that we look for
					t.Fatalf("%q: member %q is %q, want %q", text, name, d.raw(m), raw)
				}
			}
		}
	})
}

// FuzzEdits holds edits against the same done on a decoded object.
func FuzzEdits(f *testing.F) {
	for _, s := range []string{
		`{}`, `{"drop":1,"add":null,"in":{"drop":2,"keep":[]}}`, `{"in":7}`, `{"in":null,"x":1}`, `{"add":"","over":0}`, `{"in":{"add":3}}`,
		`{"dr\u006fp":1,"in":{},"in":{"add":1}}`, `{"add":1,"add":null}`, `7`,
	} {
		f.Add([]byte(s))
	}
	e := edits{
		drop:   []string{"drop"},
		add:    []addition{{name: "add", raw: []byte(`[1]`)}, {name: "over", raw: []byte(`"new"`), over: true}},
		within: []within{{"in", edits{drop: []string{"drop"}, add: []addition{{name: "add", raw: []byte(`2`)}}}}},
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var d document
		if d.parse(text, 1<<20) != nil || !json.Valid(text) {
			return
		}
		out := e.append([]byte("before"), &d, 0)[len("before"):]
		var got, want any
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatalf("%q became %q: %v", text, out, err)
		}
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatal(err)
		}
		o, isObject := want.(map[string]any)
		if !isObject {
			if !bytes.Equal(out, d.raw(0)) {
				t.Fatalf("%q became %q", text, out)
			}
			return
		}
		if hasDuplicates(&d, 0) {
			return // encoding/json merges objects of one name, and others don't
		}
		lack := func(o map[string]any, name string) bool { return o[name] == nil || o[name] == "" }
		delete(o, "drop")
		if lack(o, "add") {
			o["add"] = []any{1.0}
		}
		o["over"] = "new"
		if lack(o, "in") {
			o["in"] = map[string]any{"add": 2.0}
		} else if inner, ok := o["in"].(map[string]any); ok {
			delete(inner, "drop")
			if lack(inner, "add") {
				inner["add"] = 2.0
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%q became %q", text, out)
		}
	})
}

func hasDuplicates(d *document, n int32) bool {
	seen := map[string]bool{}
	for m := n + 1; m < d.nodes[n].next; m++ {
		k := d.nodes[m].key
		name := text(d.text[k.start:k.end])
		if seen[name] && name != "" {
			return true
		}
		seen[name] = true
	}
	return false
}

// fuzzDecode looks for bodies that a decoder chokes on. Whatever comes in: each event that goes out is JSON without the
// write key, there are not more of them than allowed, and the same request gives the same events again.
func fuzzDecode(f *testing.F, decode func(*call) (delivery, error), endpoint string, seeds ...string) {
	f.Helper()
	for _, s := range append(seeds, jsonSeeds...) {
		f.Add([]byte(s), false)
	}
	f.Add([]byte(""), true)
	f.Add([]byte("{\"event\":\"a\"}\n{\"event\":\"b\"}"), true)
	f.Fuzz(func(t *testing.T, body []byte, lines bool) {
		const most = 50
		at := time.Unix(1_700_000_000, 0)
		decoded := func() (delivery, error) {
			return decode(&call{endpoint: endpoint, query: url.Values{"_": {"1700000000000"}}, body: bytes.Clone(body), lines: lines, ip: "203.0.113.9",
				userAgent: "Mozilla \"x\"", receivedAt: at, maxEvents: most})
		}
		d, err := decoded()
		again, errAgain := decoded()
		if !reflect.DeepEqual(d, again) || (err == nil) != (errAgain == nil) {
			t.Fatalf("%q: not the same twice", body)
		}
		if err != nil {
			return
		}
		if len(d.events) > most {
			t.Fatalf("%q: %d events", body, len(d.events))
		}
		for _, e := range d.events {
			var object map[string]json.RawMessage
			if !json.Valid(e.value) && bytes.Count(e.value, []byte("["))+bytes.Count(e.value, []byte("{")) < 10_000 {
				t.Fatalf("%q gave %q", body, e.value)
			}
			if endpoint != "chat" && json.Unmarshal(e.value, &object) == nil && object["writeKey"] != nil && endpoint == "batch" {
				t.Fatalf("%q gave %q with its write key", body, e.value)
			}
		}
	})
}

func FuzzDecodeSegment(f *testing.F) {
	fuzzDecode(f, decodeSegment, "batch",
		`{"batch":[{"type":"track","userId":"u","writeKey":"k","context":{"ip":null}},{"userId":7}],"sentAt":"s","context":{"a":1,"\u0061":2}}`)
}

func FuzzDecodePosthog(f *testing.F) {
	fuzzDecode(f, decodePosthog, "capture", `{"api_key":"k","batch":[{"event":"e","offset":1e3,"properties":{"token":"k"}}],"sent_at":"s"}`,
		`[{"event":"e","offset":-1},{"offset":"5"},{"offset":1e300}]`)
}

func FuzzDecodeAmplitude(f *testing.F) {
	fuzzDecode(f, decodeAmplitude, "httpapi", `{"api_key":"k","events":[{"event_type":"e","ip":"$remote"},{"ip":null}],"client_upload_time":1}`)
}

func FuzzDecodeMixpanel(f *testing.F) {
	fuzzDecode(f, decodeMixpanel, "track", `[{"event":"e","properties":{"token":"k","$insert_id":""}},{"$token":"k","$distinct_id":"d","$set":{}}]`)
}

func FuzzDecodeSnowplow(f *testing.F) {
	fuzzDecode(f, decodeSnowplow, "tp2", `{"schema":"s","data":[{"e":"pv","eid":"1"},{}]}`, `{"e":"pv"}`)
}

func FuzzDecodeWebhook(f *testing.F) {
	fuzzDecode(f, decodeWebhook, "chat", `[{"objectId":1},{"id":{}}]`, `{"data":{"object":{"customer":"c"}}}`)
}

// FuzzBody looks for bodies that can't be unpacked without harm: however they are wrapped, they stay within their bound.
func FuzzBody(f *testing.F) {
	c := &Collector{options: Options{MaxBody: 1 << 16, MaxDecoded: 1 << 16}, budget: newBudget(1<<20, []string{"x"})}
	packed := zipped(f, []byte(`{"a":1}`))
	for _, s := range []string{`{"a":1}`, "data=eyJhIjoxfQ%3D%3D", "data={}", "eyJhIjoxfQ", string(packed), string(zipped(f, packed)), string(packed[:12]), "\x78\x9c", "a=b&data=H4sI"} {
		f.Add([]byte(s), "gzip", "application/x-www-form-urlencoded", "compression=base64")
		f.Add([]byte(s), "deflate", "text/plain", "data=eyJhIjoxfQ")
	}
	f.Fuzz(func(t *testing.T, body []byte, encoding, contentType, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		r := httptest.NewRequest(http.MethodPost, "/", io.NopCloser(bytes.NewReader(body)))
		r.Header.Set("Content-Encoding", encoding)
		held := c.budget.lease("x")
		raw, err := c.readBody(httptest.NewRecorder(), r, held, nil)
		if err == nil {
			raw, err = c.unwrap(raw, contentType, values, held)
		}
		var known *refusal
		switch {
		case err != nil && !errors.As(err, &known):
			t.Fatalf("%q: an error without a status: %v", body, err)
		case err == nil && len(raw) > 2<<16:
			t.Fatalf("%q became %d bytes", body, len(raw))
		}
		if held.release(); c.budget.held.Load() != 0 {
			t.Fatal("memory is still held")
		}
	})
}
