package source

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// TestEveryFaultAtOnce: one look at the message is enough to mend the file.
func TestEveryFaultAtOnce(t *testing.T) {
	text := `name: [x]
topics: {a: b}
format: xml
fromat: json
embedded: {item.a: gzip, 'item.(': json}
time_layouts: [soon]
rest: lower(item.x)
fields:
  nmae: item.name
  user_id: itme.id
  email: [a, b]
  value: "item.amount >"
wrong_type: {value: maybe, url: keep}
personal_data:
  hash: [email, kind, properties, phone, email.domain]
  forget: [email]
required: [user_id, nobody]
usual_meanings: perhaps
meanings:
  Signed Up: signed_upp
  "??": activated
samples:
  - input: {}
    event: []
    events: [{nmae: x}]
    rejects: [unheard_of]
    received_at: soon
`
	_, err := Parse("f.yaml", []byte(text))
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) {
		t.Fatal(err)
	}
	var lines []int
	for _, e := range joined.Unwrap() {
		var f *FileError
		if !errors.As(e, &f) || f.File != "f.yaml" || strings.ContainsRune(e.Error(), '\n') {
			t.Errorf("no fault with a place on one line: %v", e)
			continue
		}
		lines = append(lines, f.Line)
	}
	if !slices.IsSorted(lines) {
		t.Errorf("faults are not in the order of their lines: %v", lines)
	}
	for _, want := range []string{"f.yaml:1: text expected", "f.yaml:2: text expected", "f.yaml:3: format", `f.yaml:4: unknown key "fromat"`, "f.yaml:5: embedded: \"gzip\"",
		"f.yaml:5: embedded: \"item.(\"", "f.yaml:6: time_layouts", "f.yaml:7: rest", "f.yaml:9: fields: nmae", "f.yaml:10: field user_id", "f.yaml:11: text expected",
		"f.yaml:12: field value", "f.yaml:13: wrong_type: \"maybe\"", "f.yaml:13: wrong_type: \"url\"", "f.yaml:15: personal_data: hash: \"kind\"",
		"f.yaml:15: personal_data: hash: properties: name", "f.yaml:15: personal_data: hash: \"phone\"", "f.yaml:15: personal_data: hash: \"email.domain\"",
		"f.yaml:16: unknown key \"forget\"", "f.yaml:17: required: \"nobody\"", "f.yaml:18: usual_meanings", "f.yaml:20: meanings: \"signed_upp\"", "f.yaml:21: meanings: \"??\"",
		"f.yaml:24: unknown key \"event\"", "f.yaml:25: sample sample 1: nmae", "f.yaml:26: sample sample 1: \"unheard_of\"", "f.yaml:27: sample sample 1: received_at", "kind is missing"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("not told: %s", want)
		}
	}
	if t.Failed() {
		t.Log(err)
	}
}

func TestTextsThatAreNoSource(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "f.yaml:1: the file is empty",
		"# nothing\n":                   "f.yaml:1: the file is empty",
		"- a\n- b\n":                    "f.yaml:1: keys with values expected",
		"just words":                    "f.yaml:1: keys with values expected",
		"name: x\ntopics: [a\n":         "no YAML",
		"name: x\nname: y\n":            "f.yaml:2: no YAML",
		"name: x\n---\nname: y\n":       "f.yaml:3: a second document",
		"name: *nowhere\ntopics: [a]\n": "f.yaml:1: alias",
		"\xff\xfe":                      "f.yaml:1:",
	} {
		if _, err := Parse("f.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

func TestAnchorsStandForWhatTheyName(t *testing.T) {
	s, err := Parse("f.yaml", []byte("name: x\ntopics: &t [x]\nfields:\n  kind: &k \"'track'\"\n  name: *k\n  user_id: item.u\n"))
	if err != nil {
		t.Fatal(err)
	}
	if events, _ := s.Try([]byte(`{"u":"u"}`), noon); events[0]["name"] != "track" {
		t.Error(events)
	}
}

func TestFaultsOfAllFilesAtOnce(t *testing.T) {
	_, err := Folder(fstest.MapFS{"a.yaml": {Data: []byte("name: a")}, "b.yaml": {Data: []byte(small)}, "c.yml": {Data: []byte(small + "x: y\n")}}, "sources")
	if err == nil || !strings.Contains(err.Error(), "sources/a.yaml:1") || !strings.Contains(err.Error(), "sources/c.yml:11") || strings.Contains(err.Error(), "b.yaml") {
		t.Error(err)
	}
}

func TestCheckNamesEachSampleThatFails(t *testing.T) {
	wrong, err := Parse("w.yaml", []byte(small+"samples:\n  - name: one\n    input: {user: u}\n    events: [{user_id: v}]\n  - {name: two, input: '{}'}\n  - {name: three, input: '{}', events: [{user_id: \"\"}]}\n"))
	if err != nil {
		t.Fatal(err)
	}
	err = Check([]*Source{wrong})
	if !errors.Is(err, ErrSamples) || !strings.Contains(err.Error(), `w.yaml:12: sample "one": event 1: user_id is "u", expected "v"`) ||
		!strings.Contains(err.Error(), `w.yaml:15: sample "two": events: 1, expected 0`) || strings.Contains(err.Error(), "three") {
		t.Error(err)
	}
	if err := Check(builtins(t)); err != nil {
		t.Error(err)
	}
}

func TestUsualMeaningsAreOfTheVocabulary(t *testing.T) {
	usual := usualMeanings()
	if len(usual) < 50 {
		t.Fatalf("%d usual meanings", len(usual))
	}
	for _, m := range usual {
		if !isMeaning(m.value.text) || foldName(m.key.text) == "" {
			t.Errorf("%s: %s", m.key.text, m.value.text)
		}
	}
	s, err := Parse("s.yaml", []byte(small+"usual_meanings: true\nmeanings:\n  Signed Up: activated\n"))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"signed_up": "activated", "Trial Started": "trial_started"} {
		if events, _ := s.Try([]byte(`{"user":"u","name":"`+name+`"}`), noon); events[0]["meaning"] != want {
			t.Errorf("%s means %q, want %q", name, events[0]["meaning"], want)
		}
	}
}
