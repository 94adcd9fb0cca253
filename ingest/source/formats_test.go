package source

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func parsed(t testing.TB, text string) *Source {
	t.Helper()
	s, err := Parse("f.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const embeddedText = `name: inside
topics: [inside]
embedded: {item.a: json, item.b: base64, item.c: json_or_text, item.d: base64_or_text}
fields:
  kind: "'track'"
  name: firstOf(item.a.x, item.b.x, item.c.x, item.d.x)
  user_id: firstOf(item.a.list[1].id, item.c, item.d)
wrong_type: {user_id: keep}
rest: [item, item.a]
keep: [item.a]
`

func TestTextsThatHoldJSON(t *testing.T) {
	s := parsed(t, embeddedText)
	text := func(v any) string {
		inner, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(inner)
	}
	quote := func(s string) string { return text(s) }
	inner := `{"x":"é \"q\"","list":[{"id":1},{"id":"u-2"}]}`
	cases := map[string]struct{ message, name, user, reason string }{
		"plain":                     {`{"a":` + quote(inner) + `}`, `é "q"`, "u-2", ""},
		"already an object":         {`{"a":` + inner + `}`, `é "q"`, "u-2", ""},
		"base64":                    {`{"b":"` + base64.StdEncoding.EncodeToString([]byte(inner)) + `"}`, `é "q"`, "", ""},
		"URL's base64":              {`{"b":"` + base64.RawURLEncoding.EncodeToString([]byte(`{"x":"??>>~~"}`)) + `"}`, "??>>~~", "", ""},
		"a text where text may be":  {`{"c":"just text","name":"n"}`, "", "just text", ""},
		"bytes where text may be":   {`{"d":"//4=","name":"n"}`, "", "//4=", ""},
		"a text where JSON must be": {`{"a":"just text"}`, "", "", ReasonInvalidJSON},
		"half of it":                {`{"a":"{\"x\":1"}`, "", "", ReasonInvalidJSON},
		"more than it":              {`{"a":"{\"x\":\"1\"} {}"}`, "", "", ReasonInvalidJSON},
		"no base64":                 {`{"b":"***"}`, "", "", ReasonInvalidJSON},
		"no UTF-8 within":           {`{"b":"//4="}`, "", "", ReasonInvalidJSON},
		"NUL within":                {`{"a":"{\"x\":\"\\u0000\"}"}`, "", "", ReasonNUL},
		"too deep within":           {`{"a":` + quote(strings.Repeat("[", MaxDepth)+strings.Repeat("]", MaxDepth)) + `}`, "", "", ReasonTooDeep},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			events, rejects := s.Try([]byte(c.message), noon)
			if c.reason != "" {
				if len(events) != 0 || len(rejects) != 1 || rejects[0].Reason != c.reason {
					t.Errorf("%v, %v; want %s", events, rejects, c.reason)
				}
				return
			}
			if len(events) != 1 || events[0]["name"] != c.name || events[0]["user_id"] != c.user {
				t.Errorf("%v, %v; want %s, %s", events, rejects, c.name, c.user)
			}
		})
	}
	events, _ := s.Try([]byte(`{"a":`+quote(` {"x":"1","y":2} `)+`,"z":3}`), noon)
	if got := events[0]["properties"]; got != `{"y":2,"a":{"x":"1","y":2},"z":3}` {
		t.Errorf("what the text held is kept as JSON: %s", got)
	}
}

func TestTheRestIsKeptAndNothingStandsTwice(t *testing.T) {
	s := parsed(t, `name: rest
topics: [rest]
split: message.batch
fields:
  kind: "'track'"
  name: "item.mode == 'x' ? item.name : item.other"
  value: item.value
  properties: item.properties
wrong_type: keep
rest: item
ignore: [item.noise]
`)
	for message, want := range map[string]string{
		`{"name":"n","mode":"x","a":{"b":[1]},"noise":1,"n":1.50}`: `{"mode":"x","a":{"b":[1]},"n":1.50}`,
		`{"name":"n","a":1,"properties":{"a":2}}`:                  `{"a":2,"rest.a":1}`,
		`{"a":1,"value":"lots","properties":[1]}`:                  `{"a":1,"properties":"[1]","value":"lots"}`,
		`{"value":{"q\"":"é"},"properties":{"value":1}}`:           `{"value":1,"rest.value":"{\"q\\\"\":\"é\"}"}`,
		`{"envelope":1,"batch":[{"a":1}]}`:                         `{"a":1}`,
		`{"properties": { } , "a" : 1 }`:                           `{"a":1}`,
		`{"name":"n"}`:                                             `{}`,
	} {
		events, rejects := s.Try([]byte(message), noon)
		if len(events) != 1 || events[0]["properties"] != want || !json.Valid([]byte(events[0]["properties"])) {
			t.Errorf("%s: %v %v\nwant %s", message, events, rejects, want)
		}
	}
}

// Where some columns stand, counted from 0, in Snowplow's own documentation and SDKs.
func TestColumnsOfAnEnrichedStreamStandWhereSnowplowPutsThem(t *testing.T) {
	for at, name := range map[int]string{0: "app_id", 3: "collector_tstamp", 6: "event_id", 12: "user_id", 15: "domain_userid", 18: "geo_country", 29: "page_url",
		44: "refr_medium", 47: "mkt_medium", 52: "contexts", 53: "se_category", 58: "unstruct_event", 61: "tr_total", 71: "ti_price", 77: "useragent", 93: "br_cookies",
		108: "tr_currency", 116: "mkt_clickid", 119: "dvce_sent_tstamp", 122: "derived_contexts", 123: "domain_sessionid", 126: "event_name", 130: "true_tstamp"} {
		if enrichedFields[at] != name {
			t.Errorf("column %d is %s, want %s", at, enrichedFields[at], name)
		}
	}
	if len(enrichedFields) != 131 {
		t.Errorf("%d columns, want 131", len(enrichedFields))
	}
}

// Every kind of event that the pipeline writes: page views and pings, structured and self-describing events, screens,
// transactions and their items; contexts of trackers and of enrichments.
func TestKindsOfEventsOfAnEnrichedStream(t *testing.T) {
	s, err := Named(builtins(t), "snowplow_enriched")
	if err != nil {
		t.Fatal(err)
	}
	for kind, c := range map[string]struct {
		columns map[string]string
		want    map[string]string
	}{
		"page view": {map[string]string{"event": "page_view", "event_name": "page_view", "page_title": "Pricing", "page_url": "https://acme.test/pricing?gclid=x", "mkt_source": "google", "mkt_clickid": "x", "refr_medium": "search", "geo_country": "DE"},
			map[string]string{"kind": "page", "name": "Pricing", "meaning": "pricing_viewed", "utm_source": "google", "click_id_kind": "gclid", "country": "DE",
				"properties": `{"page_title":"Pricing","refr_medium":"search","mkt_clickid":"x"}`}},
		"page ping": {map[string]string{"event": "page_ping", "event_name": "page_ping", "pp_yoffset_max": "120"},
			map[string]string{"kind": "track", "name": "page_ping", "properties": `{"pp_yoffset_max":"120"}`}},
		"structured event": {map[string]string{"event": "struct", "event_name": "event", "se_category": "trial", "se_action": "start", "se_label": "pro", "se_value": "49.0"},
			map[string]string{"kind": "track", "name": "trial start", "meaning": "trial_started", "value": "", "properties": `{"se_label":"pro","se_value":"49.0"}`}},
		"screen": {map[string]string{"event": "unstruct", "event_name": "screen_view", "unstruct_event": `{"schema":"iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0","data":{"schema":"iglu:com.snowplowanalytics.mobile/screen_view/jsonschema/1-0-0","data":{"name":"Home"}}}`},
			map[string]string{"kind": "screen", "name": "screen_view", "properties": `{"name":"Home"}`}},
		"transaction": {map[string]string{"event": "transaction", "event_name": "transaction", "tr_orderid": "o-1", "tr_total": "49.9", "tr_currency": "EUR"},
			map[string]string{"kind": "track", "name": "transaction", "value": "49.9", "currency": "EUR", "properties": `{"tr_orderid":"o-1"}`}},
		"item of a transaction": {map[string]string{"event": "transaction_item", "event_name": "transaction_item", "ti_orderid": "o-1", "ti_price": "49.9", "ti_quantity": "1"},
			map[string]string{"kind": "track", "name": "transaction_item", "value": "", "properties": `{"ti_orderid":"o-1","ti_price":"49.9","ti_quantity":"1"}`}},
		"contexts of an enrichment": {map[string]string{"event": "page_view", "derived_contexts": `{"schema":"iglu:com.snowplowanalytics.snowplow\/contexts\/jsonschema\/1-0-1","data":[]}`, "true_tstamp": "2024-01-02 03:04:05.678", "derived_tstamp": "2024-01-01 00:00:00.000"},
			map[string]string{"kind": "page", "event_ts": "2024-01-02T03:04:05.678Z", "properties": `{"derived_contexts":{"schema":"iglu:com.snowplowanalytics.snowplow\/contexts\/jsonschema\/1-0-1","data":[]}}`}},
	} {
		row := make([]string, len(enrichedFields))
		for i, name := range enrichedFields {
			row[i] = c.columns[name]
			switch {
			case row[i] != "":
			case name == "event_id" || name == "user_id":
				row[i] = kind
			case name == "collector_tstamp" || name == "derived_tstamp":
				row[i] = "2024-01-02 03:04:06.000"
			}
		}
		events, rejects := s.Try([]byte(strings.Join(row, "\t")), noon)
		if len(events) != 1 {
			t.Errorf("%s: rejects %v", kind, rejects)
			continue
		}
		for column, want := range c.want {
			if got := events[0][column]; got != want {
				t.Errorf("%s: %s is %s, want %s", kind, column, got, want)
			}
		}
	}
}

func TestRowsOfAnEnrichedStream(t *testing.T) {
	s, err := Named(builtins(t), "snowplow_enriched")
	if err != nil {
		t.Fatal(err)
	}
	row := func(changes map[string]string) string {
		out := make([]string, len(enrichedFields))
		for i, name := range enrichedFields {
			out[i] = changes[name]
		}
		return strings.Join(out, "\t")
	}
	good := row(map[string]string{"event_id": "e", "event": "page_view", "page_title": "Say \"é\" \\ x", "user_id": "u", "page_url": "https://x.test/?a=1&b=<2>"})
	cases := map[string]struct {
		text            string
		events, rejects int
	}{
		"one":                {good, 1, 0},
		"three and an empty": {good + "\n" + good + "\r\n\n" + good + "\n", 3, 0},
		"too short":          {"a\tb\tc\n" + good, 1, 1},
		"a column more":      {good + "\tnew", 1, 0},
		"JSON that is none":  {row(map[string]string{"event_id": "e", "event": "x", "user_id": "u", "contexts": `{}, "user_id": "somebody else"`}) + "\n" + good, 1, 1},
		"NUL":                {row(map[string]string{"event_id": "e\x00"}), 0, 1},
	}
	for name, c := range cases {
		events, rejects := s.Try([]byte(c.text), noon)
		if len(events) != c.events || len(rejects) != c.rejects {
			t.Errorf("%s: %d events, rejects %v", name, len(events), rejects)
		}
	}
	events, _ := s.Try([]byte(good+"\tnew"), noon)
	if e := events[0]; e["name"] != `Say "é" \ x` || e["url"] != "https://x.test/?a=1&b=<2>" || !strings.Contains(e["properties"], `"column_132":"new"`) {
		t.Error(e)
	}
}

// decoders are a source of each format, the built-in ones beside them.
func decoders(t testing.TB) []*Source {
	out := builtins(t)
	for _, format := range []string{"json", "ndjson", "json_array", "cloudevents", "snowplow_enriched", "avro"} {
		out = append(out, parsed(t, small+"format: "+format+"\n"))
	}
	return append(out, parsed(t, embeddedText), salted(t, private, salt))
}

// FuzzDecode: whatever the bytes are, every source gives the same events and rejects for them again, numbered without a
// gap, each event whole and each reject with its reason, and leaves the bytes alone.
func FuzzDecode(f *testing.F) {
	sources := decoders(f)
	for _, s := range sources {
		for _, sample := range s.Samples {
			f.Add(sample.Input)
		}
	}
	for _, text := range []string{"", "\n", "[{}, {}]", `[{"a": "{\"x\":"}]`, "{}\n{\n{}", strings.Repeat("\t", 130), `{"a":"\ud83d\ude80","b":"e30="}`, "[[[", `{"batch":[1,"x",{}]}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		for _, s := range sources {
			before := bytes.Clone(message)
			mapper := s.NewMapper()
			var first, again collector
			mapper.Map(Record{Value: message, Time: noon.UnixMilli()}, &first)
			mapper.Map(Record{Value: message, Time: noon.UnixMilli()}, &again)
			if !bytes.Equal(message, before) {
				t.Fatalf("source %s: the message was written to", s.Name)
			}
			if !reflect.DeepEqual(first, again) {
				t.Fatalf("source %s: the same bytes gave something else:\n%s", s.Name, cmp.Diff(first, again, cmp.AllowUnexported(collector{})))
			}
			if len(first.events)+len(first.rejects) == 0 && !bytes.Contains(message, []byte("[")) {
				t.Fatalf("source %s: nothing came of %q", s.Name, message)
			}
			items := map[uint32]bool{}
			for _, item := range first.items {
				if items[item] {
					t.Fatalf("source %s: item %d came twice", s.Name, item)
				}
				items[item] = true
			}
			for _, e := range first.events {
				if e["event_id"] == "" || knownKind(e["kind"]) == "" || !json.Valid([]byte(e["properties"])) || e["properties"][0] != '{' {
					t.Fatalf("source %s: event %v", s.Name, e)
				}
			}
			for _, r := range first.rejects {
				if r.Reason == "" || r.Detail == "" {
					t.Fatalf("source %s: a reject without reason: %v", s.Name, r)
				}
			}
		}
	})
}

// FuzzParse: no text makes the reader of source files do anything but compile it or say why not.
func FuzzParse(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte(private))
	f.Add([]byte(embeddedText))
	f.Add([]byte(everyForm))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := Parse("f.yaml", text)
		if (s == nil) == (err == nil) {
			t.Fatalf("%v, %v", s, err)
		}
		if s != nil {
			s.CheckSamples()
		}
	})
}

// TestEachItemIsOneEventOrOneReject: of n items, good and bad in any order, n outcomes come, numbered from 0, in order.
func TestEachItemIsOneEventOrOneReject(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	row := strings.Repeat("\t", len(enrichedFields)-1)
	bad := []string{`{"user":[]}`, `{"value":"x"}`, `{"at":"soon"}`, `{"kind":"x"}`, `5`, `"x"`, `{"properties":1}`, `{"user":"u","in":"{"}`}
	for _, c := range []struct {
		format, before, between, after, good string
		bad                                  []string
	}{
		{"json\nsplit: message.batch", `{"batch":[`, ",", `]}`, `{"user":"u"}`, bad},
		{"json", `[{"user":"first"},`, " , ", `]`, `{"user":"u"}`, bad},
		{"json_array", `[`, ",\n", `]`, `{"user":"u"}`, bad},
		{"ndjson", ``, "\n", "\n", `{"user":"u"}`, append(slices.Clone(bad), `{"user":`, `}`, `x`, `{"user":"u"`)},
		{"cloudevents", `[{"specversion":"1.0","id":"1","source":"s","type":"first"},`, ",", `]`, `{"specversion":"1.0","id":"1","source":"s","type":"t","user":"u"}`,
			[]string{`{"specversion":"1.0","id":"1","source":"s","user":"u"}`, `{"user":"u"}`, `{"specversion":"2.0","id":"1","source":"s","type":"t"}`}},
		{"snowplow_enriched", ``, "\n", ``, "a" + row, []string{"a\tb", "x", "a\x01" + row[1:]}},
	} {
		s := parsed(t, small+"required: [name | user_id | kind]\nembedded: {item.in: json}\nformat: "+c.format+"\n")
		for range 200 {
			items := make([]string, 1+random.IntN(6))
			want := 0
			for i := range items {
				if items[i] = c.good; random.IntN(3) == 0 {
					items[i] = c.bad[random.IntN(len(c.bad))]
				} else {
					want++
				}
			}
			all := len(items)
			if strings.Contains(c.before, "first") {
				all, want = all+1, want+1
			}
			message := c.before + strings.Join(items, c.between) + c.after
			var out collector
			s.NewMapper().Map(Record{Value: []byte(message), Time: noon.UnixMilli()}, &out)
			if len(out.items) != all || len(out.events) != want {
				t.Fatalf("%s: %d events and %d rejects, want %d and %d\n%s\n%v", c.format, len(out.events), len(out.rejects), want, all-want, message, out.rejects)
			}
			for i, item := range out.items {
				if item != uint32(i) {
					t.Fatalf("%s: numbered %v\n%s", c.format, out.items, message)
				}
			}
		}
	}
}
