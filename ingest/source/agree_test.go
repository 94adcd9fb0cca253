package source

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// messageMaker makes messages with the members that sources ask for, of any type, so that every branch is taken.
type messageMaker struct{ *rand.Rand }

func (m messageMaker) message(names []string) string {
	root := map[string]any{"event_id": "e", "id": "i", "specversion": "1.0", "source": "s", "type": "page", "eid": "e", "e": "ue"}
	for range m.IntN(25) {
		at := root
		path := strings.Split(names[m.IntN(len(names))], ".")
		for _, key := range path[:len(path)-1] {
			next, ok := at[key].(map[string]any)
			if !ok {
				next = map[string]any{}
				at[key] = next
			}
			at = next
		}
		at[path[len(path)-1]] = m.valueFor(path[len(path)-1])
	}
	encoded, err := json.Marshal(root)
	if err != nil {
		panic(err)
	}
	return string(encoded)
}

// row is a message as a row of an enriched stream.
func (m messageMaker) row() string {
	row := make([]string, len(enrichedFields))
	for i, name := range enrichedFields {
		if m.IntN(3) > 0 {
			continue
		}
		switch {
		case enrichedJSON[name]:
			row[i] = m.described()
		case strings.HasSuffix(name, "_tstamp"):
			row[i] = time.Unix(m.Int64N(2e9), 0).UTC().Format("2006-01-02 15:04:05.000")
		default:
			row[i] = []string{"u-1", "Signed Up", "49.00", "é \"x\"", "page_view"}[m.IntN(5)]
		}
	}
	return strings.Join(row, "\t")
}

func (m messageMaker) described() string {
	name := []string{"signed_up", "account", "screen_view"}[m.IntN(3)]
	return fmt.Sprintf(`{"data": {"schema": "iglu:com.acme/%s/jsonschema/1-0-0", "data": {"id": "acct-1", "email": "A@b.test"}}}`, name)
}

// valueFor is mostly what the member's name promises, so that many messages become events.
func (m messageMaker) valueFor(name string) any {
	if m.IntN(8) == 0 {
		return m.value(2)
	}
	switch name {
	case "type", "kind":
		return []string{"track", "alias", "page", "identify"}[m.IntN(4)]
	case "timestamp", "originalTimestamp", "sentAt", "receivedAt", "event_ts", "sent_at", "received_at", "occurredAt",
		"created", "created_at", "time", "commitTimestamp", "client_upload_time", "dtm", "stm", "$time":
		return time.Unix(m.Int64N(2e9), 0).UTC().Format(time.RFC3339)
	case "schema":
		return []string{"iglu:com.acme/a_b/jsonschema/1-0-0", "iglu:x", "iglu:x//y", "http://x/y/z"}[m.IntN(4)]
	case "c":
		return []string{"JPY", "kwd", "eur", "é\n"}[m.IntN(4)]
	case "revenue", "value", "total", "n":
		return []any{m.IntN(1e6), float64(m.IntN(1e6)) / 100, "12.5"}[m.IntN(3)]
	case "properties", "traits", "context", "page", "campaign":
		return map[string]any{"a": m.value(1), "email": "A@b.test"}
	case "batch", "data_base64", "events", "data":
		return nil
	case "ue_pr", "co":
		return m.described()
	case "ue_px", "cx":
		return base64.StdEncoding.EncodeToString([]byte(m.described()))
	case "e":
		return []string{"pv", "se", "ue"}[m.IntN(3)]
	case "meaning":
		return []string{"signed_up", "activated"}[m.IntN(2)]
	}
	return []string{"u-1", "Signed Up", "é \"x\"", "EUR", "https://x.test/?utm_source=a%20b&gclid=1#x"}[m.IntN(5)]
}

func (m messageMaker) value(depth int) any {
	texts := []string{"", "track", "alias", "page", "u-1", "49.00", "Signed Up", "2024-01-02T03:04:05Z", "Zoë \"日本\" \n\u2028 🚀", "EUR",
		"https://x.test/?utm_source=a%20b&gclid=1#x", "Ada@X.Test"}
	switch m.IntN(12) {
	case 0:
		return nil
	case 1:
		return m.IntN(2) == 0
	case 2:
		return m.IntN(2_000_000_000)
	case 3:
		return float64(m.IntN(1_000_000)) / 100
	case 4:
		if depth > 0 {
			return map[string]any{"a": m.value(depth - 1), "email": m.value(depth - 1)}
		}
	case 5:
		if depth > 0 {
			return []any{m.value(depth - 1), m.value(depth - 1)}
		}
	}
	return texts[m.IntN(len(texts))]
}

// everyForm uses each form that the fast path compiles.
const everyForm = `name: forms
topics: [forms]
fields:
  event_id: item.messageId
  kind: "item.type == 'alias' ? 'alias' : item.type != 'page' ? 'track' : 'page'"
  name: firstOf(item.event, item.name, 'nobody')
  meaning: "!(item.x == nil) && item.type == 'track' ? 'signed_up' : nil"
  anonymous_id: item.a.b ?? item.list[1] ?? item['odd key'] ?? true
  user_id: "item.x == nil || item.a.b != 'u-1' ? number(item.n) : item?.x"
  value: number(item.n) ?? number(item.x) ?? 12
  currency: message.currency
  url: item.url
  referrer: joined('-', item.a.b, item.n, item.x, joined('+', item.url, nil))
  user_agent: schemaName(item.schema)
  country: minorUnits(item.n, item.c)
  session_hint: "item.n == item.x ? 'same' : item.n == -1 || item.n != 12 && item.list == item.x ? 'list' : item.x == true ? 'true' : 'other'"
  properties: item.properties ?? item.traits
`

func TestFastPathAgreesWithVM(t *testing.T) {
	forms, err := Parse("forms.yaml", []byte(everyForm))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range forms.fields {
		if f.expression.fast == nil {
			t.Errorf("field %s does not run on the fast path", f.column.name)
		}
	}
	for _, s := range append(builtins(t), forms) {
		names := []string{"batch", "odd key", "list", "n", "x", "a.b", "currency", "schema", "c"}
		for _, p := range s.paths {
			if len(p.keys) > 0 && !strings.ContainsRune(strings.Join(p.keys, ""), 0) {
				names = append(names, strings.Join(p.keys, "."))
			}
		}
		maker := messageMaker{rand.New(rand.NewPCG(1, 2))}
		fast, slow := s.NewMapper(), s.NewMapper()
		slow.alwaysVM = true
		mapped := 0
		for range 1500 {
			message := maker.message(names)
			if s.format == formatEnriched {
				message = maker.row()
			}
			record := Record{Value: []byte(message), Time: noon.UnixMilli()}
			var a, b collector
			fast.Map(record, &a)
			slow.Map(record, &b)
			for _, e := range slices.Concat(a.events, b.events) {
				e["properties"] = sorted(e["properties"]) // the virtual machine sorts an object's keys
			}
			if diff := cmp.Diff(a.events, b.events); diff != "" {
				t.Fatalf("source %s, message %s: fast path and virtual machine differ:\n%s", s.Name, record.Value, diff)
			}
			if diff := cmp.Diff(a.rejects, b.rejects); diff != "" {
				t.Fatalf("source %s, message %s: fast path and virtual machine differ:\n%s", s.Name, record.Value, diff)
			}
			var c collector
			s.NewMapper().Map(record, &c)
			for _, e := range c.events {
				e["properties"] = sorted(e["properties"])
			}
			if diff := cmp.Diff(a.events, c.events) + cmp.Diff(a.rejects, c.rejects); diff != "" {
				t.Fatalf("source %s, message %s: what was mapped before changes it:\n%s", s.Name, record.Value, diff)
			}
			mapped += len(a.events)
		}
		if mapped < 100 {
			t.Errorf("source %s: only %d of the random messages became events, which proves little", s.Name, mapped)
		}
	}
}

func sorted(object string) string {
	var decoded any
	if err := json.Unmarshal([]byte(object), &decoded); err != nil {
		return "no JSON: " + object
	}
	encoded, _ := json.Marshal(decoded)
	return string(encoded)
}

func FuzzMap(f *testing.F) {
	sources, err := Builtin()
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range sources {
		for _, sample := range s.Samples {
			f.Add(sample.Input)
		}
	}
	f.Add([]byte("[{}, {\"a\": \"\\ud83d\\ude80\"}]"))
	f.Add([]byte("[{\"visitor_id\":\"0\"}"))
	array, err := Parse("array.yaml", []byte(small+"format: json_array\n"))
	if err != nil {
		f.Fatal(err)
	}
	lines, err := Parse("lines.yaml", []byte(small+"format: ndjson\n"))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		for _, s := range append(sources, array, lines) {
			var out collector
			before := string(message)
			s.NewMapper().Map(Record{Value: message, Time: noon.UnixMilli()}, &out)
			if string(message) != before {
				t.Fatal("the message was written to")
			}
			// Of an array that breaks off, the items before the break are events, and the break is a reject.
			if s.format == formatJSON && len(out.events) > 0 && !json.Valid(message) && (!startsArray(message) || len(out.rejects) == 0) {
				t.Fatalf("source %s: an event from invalid JSON", s.Name)
			}
			if s.format == formatJSON && s.split < 0 && !startsArray(message) && len(out.events)+len(out.rejects) != 1 {
				t.Fatalf("source %s: %d events and %d rejects from one message", s.Name, len(out.events), len(out.rejects))
			}
			for _, e := range out.events {
				if e["event_id"] == "" || knownKind(e["kind"]) == "" || !json.Valid([]byte(e["properties"])) {
					t.Fatalf("source %s: event %v", s.Name, e)
				}
			}
			for _, r := range out.rejects {
				if r.Reason == "" || r.Detail == "" {
					t.Fatalf("source %s: a reject without reason: %v", s.Name, r)
				}
			}
		}
	})
}

func startsArray(message []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(message, " \t\r\n"), []byte("["))
}

// FuzzScan holds the scanner against encoding/json: the same texts are JSON, and the same strings come out.
func FuzzScan(f *testing.F) {
	for _, text := range []string{`{}`, `[]`, `"x"`, `-0.5e+7`, `01`, `{"a":}`, `{"want":"\u00e9\n\ud800x"}`, ` {"a":[1,{"want":true}]} `, `nul`,
		`{"want":"0123456789abcdef\"\\"}`, `"\u12"`, "\"\x1f\"", `1.`, `{"a" 1}`, `[1,]`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		want := &fields{}
		want.at([]string{"want"}).slots = []int{0}
		nodes := want.lay(0)
		s := scanner{text: text, slots: make([]value, 1), guesses: make([]*[guessMembers]guess, nodes)}
		end, err := s.scan(0, want)
		valid := err == nil && end == len(text)
		first := s.slots[0]
		// What another message has taught the scanner, or this one, changes nothing.
		for _, before := range []string{`{"a": 1, "want":true,"b":[{"want":1}]}`, text} {
			s.text = before
			if _, err := s.scan(0, want); err != nil && before != text {
				t.Fatal(err)
			}
			s.text = text
			clear(s.slots)
			again, errAgain := s.scan(0, want)
			if again != end || fmt.Sprint(errAgain) != fmt.Sprint(err) || s.slots[0] != first {
				t.Fatalf("%q: %d, %v, %v; the first time %d, %v, %v", text, again, errAgain, s.slots[0], end, err, first)
			}
		}
		if strings.Contains(text, `\u0000`) || strings.Count(text, "{")+strings.Count(text, "[") > MaxDepth {
			return // refused on purpose
		}
		if valid != json.Valid([]byte(text)) {
			t.Fatalf("%q: scanner says %v (%v), encoding/json says %v", text, valid, err, json.Valid([]byte(text)))
		}
		var decoded struct {
			Want *string `json:"want"`
		}
		if !valid || json.Unmarshal([]byte(text), &decoded) != nil || decoded.Want == nil || strings.Count(strings.ToLower(text), "want") != 1 {
			return
		}
		v := s.slots[0]
		if v.kind == missing {
			return // encoding/json folds the case of keys, the scanner does not
		}
		if got := unescape(v.text); strings.ToValidUTF8(got, "\uFFFD") != strings.ToValidUTF8(*decoded.Want, "\uFFFD") {
			t.Fatalf("%q: %q, encoding/json says %q", text, got, *decoded.Want)
		}
	})
}

func BenchmarkMap(b *testing.B) {
	s, err := Named(builtins(b), "segment")
	if err != nil {
		b.Fatal(err)
	}
	message := []byte(fmt.Sprintf(`{"timestamp":"2024-03-01T10:00:00.123Z","integrations":{},"event":"Feature Used","type":"track",`+
		`"properties":{"feature":"export","plan":"pro","seats":5,"revenue":"49.00","currency":"EUR"},"context":{"library":{"name":"@segment/analytics-node","version":"3.1.0"},`+
		`"page":{"url":"https://app.acme.test/reports/17","referrer":"https://www.acme.test/"},"campaign":{"source":"google","medium":"cpc","name":"spring"},`+
		`"userAgent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0"},"userId":"u-1","anonymousId":"%036d","messageId":"node-next-%036d","sentAt":"2024-03-01T10:00:01.123Z"}`, 1, 2))
	m := s.NewMapper()
	b.SetBytes(int64(len(message)))
	b.ReportAllocs()
	var out nothing
	for b.Loop() {
		m.Map(Record{Value: message, Time: noon.UnixMilli()}, &out)
	}
	if out.rejects > 0 {
		b.Fatal("rejected")
	}
}

type nothing struct{ rejects int }

func (*nothing) Event(*Event)    {}
func (n *nothing) Reject(Reject) { n.rejects++ }

// BenchmarkBuiltin maps each built-in source's own samples.
func BenchmarkBuiltin(b *testing.B) {
	for _, s := range builtins(b) {
		b.Run(s.Name, func(b *testing.B) {
			m := s.NewMapper()
			var out counts
			b.ReportAllocs()
			for b.Loop() {
				for i := range s.Samples {
					m.Map(Record{Value: s.Samples[i].Input, Time: noon.UnixMilli()}, &out)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(max(out, 1)), "ns/event")
		})
	}
}

type counts int

func (c *counts) Event(*Event)  { *c++ }
func (c *counts) Reject(Reject) { *c++ }
