package qualify

import (
	"errors"
	"strings"
	"testing"
)

// TestAgreementWithPeople prints how far the rules and a person agree on the labelled messages, and holds the test split
// above floors. Rules may be mended by what the tuning split shows and by nothing else: then the test split is an
// estimate, for messages like these. When somebody has looked at what the rules get wrong in it, it becomes tuning, and another is
// written before the rules are changed.
func TestAgreementWithPeople(t *testing.T) {
	d := mustDefault(t)
	messages, err := Labelled()
	if err != nil {
		t.Fatal(err)
	}
	for _, split := range []string{"tuning", "test", "blind", "inbox"} {
		for _, language := range []string{"", "en", "es"} {
			a := d.Agreement(messages, split, language)
			intent := a.Of(ClassIntent)
			t.Logf("%-6s %-2s %3d messages: κ %.2f, accuracy %.2f (%.2f to %.2f); intent: precision %.2f (%.2f to %.2f), recall %.2f (%.2f to %.2f)",
				split, language, a.N, a.Kappa, a.Accuracy.Value, a.Accuracy.Low, a.Accuracy.High, intent.Precision.Value, intent.Precision.Low,
				intent.Precision.High, intent.Recall.Value, intent.Recall.Low, intent.Recall.High)
		}
	}
	inbox := d.Agreement(messages, "inbox", "")
	for _, c := range inbox.Classes {
		t.Logf("inbox  %-10s precision %2d of %2d, recall %2d of %2d", c.Name, c.Precision.Of, c.Precision.Total, c.Recall.Of, c.Recall.Total)
	}
	for split, floor := range map[string]struct{ kappa, intent, precision, recall float64 }{
		"blind": {0.7, 0.75, 0.75, 0.8},
		"test":  {0.4, 0.5, 0.5, 0.8},
		"inbox": {0.65, 0.55, 0.6, 0.75},
	} {
		all := d.Agreements(messages, split)
		intent := all.Of(ClassIntent)
		if all.N < 100 || all.Kappa < floor.kappa || all.Intent.Kappa < floor.intent || intent.Precision.Value < floor.precision || intent.Recall.Value < floor.recall {
			t.Errorf("%s split: %d messages, κ %.2f, of intent %.2f, its precision %.2f and recall %.2f",
				split, all.N, all.Kappa, all.Intent.Kappa, intent.Precision.Value, intent.Recall.Value)
		}
		if all.KappaLow >= all.Kappa || all.KappaHigh <= all.Kappa || len(all.Languages) != 2 || all.Languages[0].Classes.N+all.Languages[1].Classes.N != all.N {
			t.Errorf("%s split: κ %.2f within %.2f and %.2f, languages %v", split, all.Kappa, all.KappaLow, all.KappaHigh, all.Languages)
		}
	}
	if tuning := d.Agreement(messages, "tuning", ""); tuning.N < 100 || tuning.Kappa < 0.9 {
		t.Errorf("tuning split: %d messages, κ %.2f", tuning.N, tuning.Kappa)
	}
}

// The labelled set must be able to tell: enough of both languages, every class on both sides, and no message on both.
func TestTheLabelledSetIsSound(t *testing.T) {
	messages, err := Labelled()
	if err != nil {
		t.Fatal(err)
	}
	seen, languages, classes := map[string]bool{}, map[string]int{}, map[string]int{}
	for _, m := range messages {
		if seen[m.Text] {
			t.Errorf("twice: %q", m.Text)
		}
		seen[m.Text] = true
		languages[m.Language]++
		classes[m.Split+" "+m.Said]++
	}
	if len(messages) < 200 || languages["en"] < 100 || languages["es"] < 100 || len(languages) != 2 {
		t.Errorf("%d messages: %v", len(messages), languages)
	}
	for _, class := range []string{ClassIntent, ClassInterest, ClassNone, "support", "student", "job_seeker", "spam", "competitor", "journalist"} {
		for _, split := range []string{"tuning", "test", "blind", "inbox"} {
			// The older splits were written before journalists were a class.
			if n := classes[split+" "+class]; n < 3 && (class != "journalist" || split == "tuning" || split == "inbox") {
				t.Errorf("%s: %d in split %s", class, n, split)
			}
		}
	}
	if len(classes) != 4*9-2 {
		t.Errorf("splits and classes %v", classes)
	}
}

func TestFaultsOfALabelledFileNameTheirLines(t *testing.T) {
	head := "split\tlanguage\tsaid\ttext\n"
	if _, err := ParseLabelled([]byte("text\n")); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("a file without names: %v", err)
	}
	all, err := ParseLabelled([]byte(head + "test\ten\tintent\tWe want to buy\nno tabs\ntest\ten\t\tnot labelled\n"))
	var joined interface{ Unwrap() []error }
	if len(all) != 1 || !errors.As(err, &joined) || len(joined.Unwrap()) != 2 || !strings.Contains(err.Error(), "line 3") || !strings.Contains(err.Error(), "line 4") {
		t.Errorf("%d messages, %v", len(all), err)
	}
	if all, err := ParseLabelled([]byte(head)); len(all) != 0 || err != nil {
		t.Errorf("no messages: %v, %v", all, err)
	}
}
