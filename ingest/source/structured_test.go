package source

import (
	"encoding/json"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The data by its content type (CloudEvents 1.0, Kafka Protocol Binding 3.2 and JSON Event Format 3.1).
func TestStructuredEvents(t *testing.T) {
	for name, c := range map[string]struct {
		contentType string
		value       []byte
		want        string
	}{
		"JSON":                       {"application/json", []byte(`{"a":1}`), `"data":{"a":1}`},
		"JSON with parameters":       {"application/json; charset=utf-8", []byte(`[1]`), `"data":[1]`},
		"JSON of a kind":             {"application/vnd.acme+json", []byte(`"x"`), `"data":"x"`},
		"JSON, unsaid":               {"", []byte(`{"a":1}`), `"data":{"a":1}`},
		"JSON that is none":          {"application/json", []byte(`{"a":1}, "id":"2"`), `"data":"{\"a\":1}, \"id\":\"2\""`},
		"JSON that is said to be no": {"text/plain", []byte(`{"a":1}`), `"data":"{\"a\":1}"`},
		"bytes":                      {"application/octet-stream", []byte{0xff}, `"data_base64":"/w=="`},
		"nothing":                    {"application/json", nil, ``},
	} {
		headers := map[string][]byte{CloudEventsBinary: []byte("1.0"), "trace": []byte("x")}
		want := `{"specversion":"1.0"`
		if c.contentType != "" {
			headers["content-type"] = []byte(c.contentType)
			want += `,"datacontenttype":"` + c.contentType + `"`
		}
		if c.want != "" {
			want += "," + c.want
		}
		var got, expected map[string]any
		if err := json.Unmarshal(StructuredEvent(maps.All(headers), c.value), &got); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := json.Unmarshal([]byte(want+"}"), &expected); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(expected, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// FuzzStructuredEvent: whatever headers and value are, what comes is one JSON object, with nothing in it but what they say.
func FuzzStructuredEvent(f *testing.F) {
	f.Add("id", []byte("1"), "application/json", []byte(`{}`))
	f.Add("a\"b\\", []byte("\x00\xff"), "text/plain; x=\"", []byte("\xff\""))
	cloudEvents, err := Named(builtins(f), "cloudevents")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, name string, content []byte, contentType string, value []byte) {
		headers := map[string][]byte{CloudEventsBinary: []byte("1.0"), "ce_" + name: content, "content-type": []byte(contentType)}
		text := StructuredEvent(maps.All(headers), value)
		var members map[string]any
		if err := json.Unmarshal(text, &members); err != nil || len(members) > 4 {
			t.Fatalf("%q: %v", text, err)
		}
		if events, rejects := cloudEvents.Try(text, noon); len(events)+len(rejects) != 1 {
			t.Fatalf("%q: %d events, %d rejects", text, len(events), len(rejects))
		}
	})
}
