package source

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func draftOf(t *testing.T, name, sample string) (*Source, string) {
	t.Helper()
	text, err := Draft(name, []byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	s, err := Parse(name+".yaml", text)
	if err != nil {
		t.Fatalf("the draft is no source file: %v\n%s", err, text)
	}
	for _, r := range s.CheckSamples() {
		for _, d := range r.Differences {
			t.Errorf("the draft's own sample: %s\n%s", d, text)
		}
	}
	return s, string(text)
}

func TestADraftFindsItsWay(t *testing.T) {
	cases := map[string]struct {
		sample string
		format string
		want   map[string]string
	}{
		"flat": {`{"id": "e1", "event": "Signed Up", "userId": "u1", "time": "2025-05-01T10:00:00Z", "plan": "pro", "price": "12.50"}`, "json",
			map[string]string{"event_id": "e1", "name": "Signed Up", "meaning": "signed_up", "user_id": "u1", "event_ts": "2025-05-01T10:00:00Z", "value": "12.5"}},
		"nested, odd names": {`{"meta": {"event-id": "e1", "created": 1714557600}, "user": {"id": 7, "e-mail": "x", "email": "A@x.test"}, "type": "it's \"odd\": yes"}`, "json",
			map[string]string{"event_id": "e1", "user_id": "7", "email": "a@x.test", "event_ts": "2024-05-01T10:00:00Z", "name": `it's "odd": yes`}},
		"batch": {`{"sentAt": "x", "events": [{"uuid": "1", "action": "a", "visitorId": "v"}, {"uuid": "2", "action": "b", "visitorId": "v"}]}`, "json",
			map[string]string{"event_id": "1", "anonymous_id": "v", "name": "a"}},
		"array":    {`[{"event": "a", "user_id": "u"}]`, "json_array", map[string]string{"name": "a", "user_id": "u"}},
		"lines":    {"{\"event\": \"a\", \"user_id\": \"u\"}\n{\"event\": \"b\", \"user_id\": \"v\"}\n", "ndjson", map[string]string{"name": "a", "user_id": "u"}},
		"own time": {`{"event": "a", "user_id": "u", "date": "24.12.2023 18:00"}`, "json", map[string]string{"event_ts": "2023-12-24T18:00:00Z"}},
		"CloudEvents": {`{"specversion": "1.0", "id": "1", "source": "/s", "type": "signed_up", "time": "2023-01-01T00:00:00Z", "data": {"user_id": "u"}}`, "cloudevents",
			map[string]string{"event_id": "/s#1", "name": "signed_up", "user_id": "u"}},
		"nothing to be found": {`{"a": 1}`, "json", map[string]string{"kind": "track"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s, text := draftOf(t, "mine", c.sample)
			if s.Format() != c.format {
				t.Errorf("format %s, want %s", s.Format(), c.format)
			}
			for column, want := range c.want {
				if got := s.CheckSamples()[0].Events[0][column]; got != want {
					t.Errorf("%s is %q, want %q:\n%s", column, got, want, text)
				}
			}
		})
	}
}

func TestNoDraftOfNothing(t *testing.T) {
	for _, sample := range []string{"", "nonsense", "[]", "5", "[1]", `{"a":`} {
		if text, err := Draft("x", []byte(sample)); err == nil {
			t.Errorf("%q: %s", sample, text)
		}
	}
	if _, err := Draft(" ", []byte("{}")); err == nil {
		t.Error("a source without a name")
	}
}

// TestDraftsOfRealMessages begins a source file from each recorded message and each sample of the built-in sources.
func TestDraftsOfRealMessages(t *testing.T) {
	for _, s := range builtins(t) {
		for _, sample := range s.Samples {
			if !strings.Contains(string(sample.Input), "broken") {
				draftOf(t, s.Name, string(sample.Input))
			}
		}
	}
	folder := sharedData(t, "sdk")
	if folder == "" {
		return
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.ndjson"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		for _, body := range captureBodies(t, file) {
			draftOf(t, "captured", string(body))
		}
	}
	text, err := os.ReadFile(sharedData(t, "webhooks", "intercom.json"))
	if err != nil {
		t.Fatal(err)
	}
	draftOf(t, "intercom", string(text))
}
