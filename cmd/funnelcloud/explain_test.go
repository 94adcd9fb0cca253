package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// A conversion of ten thousand touches is shown by its first and last ones, within 80 columns, and says so.
func TestExplainShowsTheEndsOfALongJourney(t *testing.T) {
	const touches = 10_000
	var credit []creditLine
	for i := range uint32(touches) {
		line := creditLine{Position: i + 1, Touches: touches, At: time.Date(2026, 3, 1, 0, int(i), 0, 0, time.UTC), Channel: "Organic Search", TouchID: "event", Model: "linear", Weight: 1. / touches, Rule: "linear"}
		credit = append(credit, line)
		if line.Model, line.Rule = "last", "last"; i == touches-1 {
			line.Weight = 1
			credit = append(credit, line)
		}
	}
	for top, want := range map[uint32]string{7: "7 of 10,000 touches are shown", 0: "0 of 10,000"} {
		var out bytes.Buffer
		explainer{screen: &screen{out: &out}, top: top}.showCredit("person", credit)
		if !strings.Contains(out.String(), want) {
			t.Errorf("not told that %s:\n%.3000s", want, out.String())
		}
		if shown := strings.Contains(out.String(), "9998") && strings.Contains(out.String(), "100%"); shown != (top > 0) {
			t.Errorf("with %d touches the last ones are shown: %v", top, shown)
		}
		for line := range strings.Lines(out.String()) {
			if utf8.RuneCountInString(strings.TrimRight(line, "\n")) > 80 {
				t.Errorf("a line of %d letters: %s", utf8.RuneCountInString(line), line)
			}
		}
	}
}
