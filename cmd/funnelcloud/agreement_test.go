package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/funnelcloud/funnelcloud/models/quality"
)

func TestDefinitionAgreement(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ours.tsv")
	const text = "split\tlanguage\tsaid\ttext\nours\ten\tintent\tWe want to buy 20 seats, please send a quote\nours\tes\tsupport\tQuiero comprar 10 licencias\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	a := decode[quality.Agreement](t, mustRun(t, "definition", "agreement", file, "--output", "json").out)
	if intent := a.Of("intent"); a.N != 2 || a.Accuracy.Of != 1 || intent.Precision.Of != 1 || intent.Precision.Total != 2 || intent.Recall.Total != 1 {
		t.Errorf("%+v", a)
	}
	out := mustRun(t, "definition", "agreement", file, "--misread", "5").out
	for _, want := range []string{"2 messages", "support", "–", "Read otherwise: 1", "Quiero comprar"} {
		if !strings.Contains(out, want) {
			t.Errorf("the output does not hold %q:\n%s", want, out)
		}
	}
	// Of the program's own messages those are measured that the rules don't know.
	if a := decode[quality.Agreement](t, mustRun(t, "definition", "agreement", "--output", "json").out); a.N < 100 || a.Kappa > 0.9 {
		t.Errorf("%d messages, κ %.2f", a.N, a.Kappa)
	}
	if err := os.WriteFile(file, []byte(text+"ours\ten\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	wantFailure(t, exitFailed, []string{"ours.tsv", "line 4"}, "definition", "agreement", file)
	wantFailure(t, exitUsage, []string{"nowhere"}, "definition", "agreement", filepath.Join(t.TempDir(), "nowhere"))
	wantFailure(t, exitUsage, []string{"later"}, "definition", "agreement", "--split", "later")
}
