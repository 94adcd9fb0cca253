package qualify

import (
	"slices"
	"strings"
	"testing"
)

// ours is a conversation definition that knows no expression, but listens for likeness.
const ours = `
conversation:
  name: ours
  version: 1
  min_level: 2
  lapse_days: 30
  negators: [not, "don't"]
  likeness:
    at_least: 0.5
    level: 2
`

func definitionOf(t *testing.T, text string) *Definitions {
	t.Helper()
	d, err := Load(File{Name: "ours.yaml", Text: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestLikenessLearnsFromTheUsersMessages(t *testing.T) {
	before := definitionOf(t, ours)
	after := definitionOf(t, ours+`    messages:
      - {said: intent, text: Could the hangar have four more tills}
      - {said: intent, text: The hangar wants tills}
      - {said: support, text: Our tills beep all night}
`)
	const message = "Hangar, tills"
	if r := before.Read(message); r.Qualifies {
		t.Errorf("heard before anybody said so: %+v", r)
	}
	r := after.Read(message)
	if !r.Qualifies || r.Level != 2 || r.Rule != "sounds_like_intent" || r.Confidence < 0.5 {
		t.Errorf("%+v", r)
	}
	if r := after.Read("Hangar, tills? Don't"); r.Qualifies {
		t.Errorf("a negation: %+v", r)
	}
	if r := after.Read("tills beep"); r.Negative != "support" || r.Class() != "support" {
		t.Errorf("a problem: %+v", r)
	}
	if r := after.Read(""); r.Class() != ClassNone {
		t.Errorf("nothing: %+v", r)
	}
	if off := definitionOf(t, strings.Replace(ours, "0.5", "0", 1)); off.Read("We want to buy, please send a quote").Class() != ClassNone {
		t.Error("heard though turned off")
	}
}

// TestLikenessLearnsNothingFromTheTestSplit: else its figures would mean nothing.
func TestLikenessLearnsNothingFromTheTestSplit(t *testing.T) {
	messages, err := Labelled()
	if err != nil {
		t.Fatal(err)
	}
	test := map[string]bool{}
	for _, m := range messages {
		if m.Split != tuningSplit {
			test[m.Text] = true
		}
	}
	if len(test) < 100 || slices.ContainsFunc(builtinMessages(), func(m LabelledSaying) bool { return test[m.Text] }) {
		t.Errorf("%d test messages, or some were learnt", len(test))
	}
}

func TestFaultsOfLikenessAndSentencesNameTheirPlace(t *testing.T) {
	for text, want := range map[string]string{
		strings.Replace(ours, "0.5", "1", 1):                                                        "at_least 1",
		strings.Replace(ours, "    level: 2", "    level: 4", 1):                                    "level 4",
		ours + "    messages: [{said: intent}]\n":                                                   "said and text",
		ours + "  intents: [{rule: x, level: 2, confidence: 0.5, sentences: [{all: [[a], []]}]}]\n": "none of them empty",
	} {
		_, err := Load(File{Name: "ours.yaml", Text: []byte(text)})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "ours.yaml:") {
			t.Errorf("want a fault with %q and its line, got %v", want, err)
		}
	}
}

func TestSentences(t *testing.T) {
	for text, want := range map[string]string{
		"":                                "",
		"a":                               "a",
		"is v2.1 9.99? no. really!\nyes.": "is v2.1 9.99?|no.|really!|yes.",
		"...":                             "...",
	} {
		if got := strings.Join(sentencesOf(text), "|"); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
