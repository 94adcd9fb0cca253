package source

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func builtins(t testing.TB) []*Source {
	t.Helper()
	sources, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return sources
}

func TestSamplesOfEverySource(t *testing.T) {
	sources := builtins(t)
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		sources = append(sources, parseFile(t, file))
	}
	for _, s := range sources {
		if len(s.Samples) == 0 {
			t.Errorf("source %s has no samples", s.Name)
		}
		for _, r := range s.CheckSamples() {
			for _, difference := range r.Differences {
				t.Errorf("source %s, sample %q: %s", s.Name, r.Sample.Name, difference)
			}
		}
	}
	if _, err := ByTopic(sources); err != nil {
		t.Error(err)
	}
}

func parseFile(t testing.TB, file string) *Source {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Parse(file, text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const small = `name: small
topics: [small]
fields:
  kind: item.kind ?? 'track'
  name: item.name
  user_id: item.user
  event_ts: item.at
  sent_at: item.sent
  value: item.value
  properties: item.properties
`

func TestFaultsAreNamedWithTheirLine(t *testing.T) {
	cases := map[string]struct{ text, want string }{
		"unknown key":        {small + "flelds: {}\n", `f.yaml:11: unknown key "flelds"`},
		"unknown column":     {small + "  nmae: item.name\n", "f.yaml:11: fields: nmae is no column"},
		"syntax":             {small + "  email: item.(\n", "f.yaml:11: field email: "},
		"unknown name":       {small + "  email: itme.email\n", "f.yaml:11: field email: unknown name itme"},
		"type":               {small + "  email: '[1, 2]'\n", "f.yaml:11: field email: the expression gives"},
		"format":             {small + "format: xml\n", `f.yaml:11: format "xml" is none of`},
		"required":           {small + "required: [user_id, nobody]\n", `f.yaml:11: required: "nobody" is no column`},
		"meaning":            {small + "meanings:\n  Signed Up: signed_upp\n", `f.yaml:12: meanings: "signed_upp" is neither a meaning`},
		"two meanings":       {small + "meanings:\n  Signed Up: signed_up\n  signed_up: activated\n", "has two meanings"},
		"split":              {small + "split: item.batch\n", "f.yaml:11: split: "},
		"element":            {small + "  email: element\n", "f.yaml:1: element: an element is a text, and there is one only with each"},
		"part of an element": {small + "  email: element.x\neach: item.ids\n", "f.yaml:1: element.x: an element is a text"},
		"each":               {small + "each: item.(\n", "f.yaml:11: each: "},
		"sample":             {small + "samples:\n  - {input: '{}', events: [{nmae: x}]}\n", "nmae is no column"},
		"no kind":            {"name: x\ntopics: [x]\n", "kind is missing"},
		"several at once":    {small + "  nmae: item.name\nformat: xml\n", "nmae is no column"},
		"several, the other": {small + "  nmae: item.name\nformat: xml\n", "f.yaml:12: format"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("f.yaml", []byte(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got error %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestTwoSourcesForOneTopic(t *testing.T) {
	a, err := Parse("a.yaml", []byte(small))
	if err != nil {
		t.Fatal(err)
	}
	_, err = ByTopic([]*Source{a, a})
	if err == nil || !strings.Contains(err.Error(), "a.yaml") {
		t.Errorf("got %v, want both files named", err)
	}
}

func TestUsersSourcesJoinAndReplaceTheBuiltIn(t *testing.T) {
	own := func(name, topic string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(strings.Replace(small, "name: small\ntopics: [small]", "name: "+name+"\ntopics: ["+topic+"]", 1))}
	}
	sources, err := allSources(fstest.MapFS{"a.yaml": own("segment", "calls"), "b.yml": own("zebra", "zebra"), "notes.txt": own("x", "x")})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range sources {
		names = append(names, s.Name+"<"+s.Topics[0])
	}
	if got := strings.Join(names, " "); !strings.HasSuffix(got, " segment<calls snowplow<snowplow snowplow_enriched<snowplow-enriched-good stripe<stripe zebra<zebra") {
		t.Error(got)
	}
	sources, err = allSources(fstest.MapFS{"a.yaml": own("mine", "snowplow-enriched-good"), "b.yaml": own("other", "stripe")})
	if err != nil {
		t.Fatal(err)
	}
	if s, err := Named(sources, "snowplow_enriched"); err != nil || len(s.Topics) != 1 {
		t.Errorf("%v, %v: want the built-in source without the topic that a user's source claims", s, err)
	}
	if _, err := Named(sources, "stripe"); err == nil {
		t.Error("a built-in source without any topic left is still there")
	}
	for name, files := range map[string]fstest.MapFS{
		"is claimed by two sources": {"a.yaml": own("mine", "calls"), "b.yaml": own("yours", "calls")},
		"defines a source x":        {"a.yaml": own("x", "a"), "b.yaml": own("x", "b")},
		"b.yaml:":                   {"a.yaml": {Data: []byte("name: x")}, "b.yaml": {Data: []byte("name: y")}},
	} {
		if _, err := allSources(files); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want %q", err, name)
		}
	}
}

// mapSmall maps one message of the source small, received at noon of 2024-06-01.
func mapSmall(t *testing.T, message string) ([]map[string]string, []Reject) {
	t.Helper()
	s, err := Parse("small.yaml", []byte(small))
	if err != nil {
		t.Fatal(err)
	}
	return s.Try([]byte(message), noon)
}

var noon = time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC)

func TestRejects(t *testing.T) {
	cases := []struct{ name, message, reason string }{
		{"tombstone", "", ReasonTombstone},
		{"blanks", "  \n", ReasonTombstone},
		{"garbage", "\x01\x02garbage", ReasonInvalidJSON},
		{"cut off", `{"user": "u`, ReasonInvalidJSON},
		{"two values", `{"user": "u"} {"user": "v"}`, ReasonInvalidJSON},
		{"raw control character", "{\"user\": \"a\nb\"}", ReasonInvalidJSON},
		{"bad escape", `{"user": "\x41"}`, ReasonInvalidJSON},
		{"NaN", `{"value": NaN}`, ReasonInvalidJSON},
		{"leading zero", `{"value": 01}`, ReasonInvalidJSON},
		{"NUL", "{\"user\": \"a\x00b\"}", ReasonNUL},
		{"escaped NUL", `{"user": "a\u0000b"}`, ReasonNUL},
		{"invalid UTF-8", "{\"user\": \"a\xffb\"}", ReasonInvalidUTF8},
		{"depth bomb", strings.Repeat(`{"a":`, 100_000), ReasonTooDeep},
		{"array bomb", strings.Repeat("[", 100_000), ReasonTooDeep},
		{"text for a number", `{"value": "lots"}`, ReasonWrongType},
		{"number too large", `{"value": 1e15}`, ReasonOutOfRange},
		{"no time", `{"at": "soon"}`, ReasonWrongType},
		{"object for text", `{"user": {"id": 1}}`, ReasonWrongType},
		{"array for properties", `{"properties": [1]}`, ReasonWrongType},
		{"unknown kind", `{"kind": "explode"}`, ReasonUnknownKind},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			events, rejects := mapSmall(t, c.message)
			if len(events) != 0 || len(rejects) != 1 || rejects[0].Reason != c.reason || rejects[0].Detail == "" {
				t.Errorf("got events %v and rejects %v, want one reject %s", events, rejects, c.reason)
			}
		})
	}
}

func TestClocks(t *testing.T) {
	cases := []struct{ name, message, want string }{
		{"no time: that of receipt", `{}`, "2024-06-01T12:00:00Z"},
		{"as given", `{"at": "2024-06-01T10:00:00+02:00"}`, "2024-06-01T08:00:00Z"},
		{"long ago is history", `{"at": "2014-10-22"}`, "2014-10-22T00:00:00Z"},
		{"slow clock", `{"at": "2024-06-01T11:00:00Z", "sent": "2024-06-01T11:30:00Z"}`, "2024-06-01T11:30:00Z"},
		{"clock of 1970", `{"at": 1000, "sent": 1060}`, "2024-06-01T11:59:00Z"},
		{"clock of 2050", `{"at": "2050-01-01T00:00:00Z", "sent": "2050-01-01T00:00:05Z"}`, "2024-06-01T11:59:55Z"},
		{"clock of 2050 without sent_at", `{"at": "2050-01-01T00:00:00Z"}`, "2024-06-01T12:00:00Z"},
		{"clock of 1970 without sent_at", `{"at": 5}`, "2024-06-01T12:00:00Z"},
		{"half a minute ahead", `{"at": "2024-06-01T12:00:30Z"}`, "2024-06-01T12:00:30Z"},
		{"Unix seconds", `{"at": 1700000000}`, "2023-11-14T22:13:20Z"},
		{"Unix milliseconds as text", `{"at": "1700000000123"}`, "2023-11-14T22:13:20.123Z"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			events, rejects := mapSmall(t, c.message)
			if len(events) != 1 {
				t.Fatalf("rejects %v", rejects)
			}
			if got := events[0]["event_ts"]; got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestABackfillKeepsTheSendersClock(t *testing.T) {
	s, err := Parse("small.yaml", []byte(small))
	if err != nil {
		t.Fatal(err)
	}
	var out collector
	message := `{"at": "2020-01-01T00:00:00Z", "sent": "2020-01-01T00:00:05Z"}`
	s.NewMapper().Map(Record{Value: []byte(message), Time: noon.UnixMilli(), Backfill: true}, &out)
	if got := out.events[0]["event_ts"]; got != "2020-01-01T00:00:00Z" {
		t.Errorf("a file written in 2020 and loaded in 2024 gives %s", got)
	}
}

func TestAnEventWithoutIDGetsTheSameOneAgain(t *testing.T) {
	first, _ := mapSmall(t, `{"user": "u", "name": "n"}`)
	again, _ := mapSmall(t, `{"user": "u", "name": "n"}`)
	other, _ := mapSmall(t, `{"user": "u", "name": "m"}`)
	if id := first[0]["event_id"]; len(id) != 32 || again[0]["event_id"] != id || other[0]["event_id"] == id {
		t.Errorf("ids %s, %s, %s", id, again[0]["event_id"], other[0]["event_id"])
	}
}

func TestFormatsOfSeveralEvents(t *testing.T) {
	cases := []struct {
		format, message string
		events, rejects int
	}{
		{"ndjson", "{\"user\":\"a\"}\n{\"user\":\"b\"}\n", 2, 0},
		{"ndjson", "{\"user\":\"a\"}\nnonsense\n{\"user\":\"b\"}\n", 2, 1},
		{"ndjson", "{\"user\":\"a\n{\"user\":\"b\"}\r\n\n", 1, 1},
		{"json", ` [{"user":"a"}, {"user":[]}, {"user":"c"}] `, 2, 1},
		{"json", `[{"user":"a"}, {"user":`, 1, 1},
		{"ndjson", "{\"user\":\"a\"}{\"user\":[]}{\"user\":\"c\"}", 2, 1},
		{"json_array", ` [{"user":"a"}, {"user":"b"} ] `, 2, 0},
		{"json_array", `[]`, 0, 0},
		{"json_array", `[{"user":"a"}`, 1, 1},
		{"json_array", `[{"user":"a"}] x`, 1, 1},
		{"json_array", `{"user":"a"}`, 0, 1},
	}
	for _, c := range cases {
		s, err := Parse("small.yaml", []byte(small+"format: "+c.format+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		events, rejects := s.Try([]byte(c.message), noon)
		if len(events) != c.events || len(rejects) != c.rejects {
			t.Errorf("%s %q: %d events, rejects %v", c.format, c.message, len(events), rejects)
		}
	}
}

func TestValuesOfTheVirtualMachine(t *testing.T) {
	s, err := Parse("vm.yaml", []byte(`name: vm
topics: [vm]
fields:
  kind: "'billing'"
  name: item.type | split('.') | last() | upper()
  event_ts: date(item.created)
  value: item.amount / 100
  user_id: 'filter(item.people, .role == "buyer")[0].id'
  email: trim(item.people[1].email)
  properties: '{"plan": item.plan, "deep": item.a.b.c.d}'
`))
	if err != nil {
		t.Fatal(err)
	}
	events, rejects := s.Try([]byte(`{"type": "invoice.paid", "created": "2024-02-03T04:05:06Z", "amount": 4950, "plan": "pr\u006f",
		"people": [{"role": "user", "id": "u-1"}, {"role": "buyer", "id": "u-2", "email": " B@x.test "}]}`), noon)
	if len(events) != 1 {
		t.Fatalf("rejects %v", rejects)
	}
	for column, want := range map[string]string{"name": "PAID", "event_ts": "2024-02-03T04:05:06Z", "value": "49.5",
		"user_id": "u-2", "email": "b@x.test", "properties": `{"deep":null,"plan":"pro"}`} {
		if got := events[0][column]; got != want {
			t.Errorf("%s is %q, want %q", column, got, want)
		}
	}
	_, rejects = s.Try([]byte(`{"type": 5}`), noon)
	if len(rejects) != 1 || rejects[0].Reason != ReasonExpressionFailed {
		t.Errorf("rejects %v, want expression_failed", rejects)
	}
}

func TestTheDocumentsExampleIsTrue(t *testing.T) {
	document, err := os.ReadFile("../../docs/sources.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(document), "```yaml\n")
	example, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("docs/sources.md has no example")
	}
	s, err := Parse("docs/sources.md", []byte(example))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range s.CheckSamples() {
		if len(r.Differences) > 0 {
			t.Errorf("sample %s: %v", r.Sample.Name, r.Differences)
		}
	}
	for _, s := range builtins(t) {
		if row := "| " + s.Name + " | " + strings.Join(s.Topics, ", ") + " |"; !strings.Contains(string(document), row) {
			t.Errorf("docs/sources.md has no row %s", row)
		}
	}
	for _, name := range strings.Split(formatNames(), ", ") {
		if !strings.Contains(string(document), "`"+name+"`") {
			t.Errorf("docs/sources.md does not explain format %s", name)
		}
	}
}

// allSources compiles the built-in sources and the user's, which are the *.yaml and *.yml files at the top of a folder; nil
// stands for none. All files' faults are reported at once. See Join.
func allSources(user fs.FS) ([]*Source, error) {
	sources, err := Builtin()
	if err != nil || user == nil {
		return sources, err
	}
	own, err := Folder(user, "")
	if err != nil {
		return nil, err
	}
	return Join(sources, own)
}
