package qualify

import (
	"slices"
	"strings"
	"testing"
)

func slotsOf(text string) []uint32 { return appendFeatures(nil, plain(text).folded) }

// shared is the share of the first text's features that the second has too.
func shared(a, b string) float64 {
	second, both := slotsOf(b), 0
	first := slotsOf(a)
	for _, s := range first {
		if slices.Contains(second, s) {
			both++
		}
	}
	return float64(both) / float64(len(first))
}

// What says the same must look the same: typos, shorthand, accents and case leave most features as they are.
func TestFeaturesSurviveHowPeopleWrite(t *testing.T) {
	for _, c := range []struct {
		a, b    string
		atLeast float64
	}{
		{"¿Cuánto costaría la versión anual?", "cuanto costaria la version anual?", 0.95},
		{"WHAT'S THE PRICE PLEASE", "whats the price pls", 0.99},
		{"necesitamos 40 licencias", "necesitamos 15 licencias", 0.99},
		{"the monthly subscription costs", "the monthly subscripton costs", 0.6},
	} {
		if got := shared(c.a, c.b); got < c.atLeast {
			t.Errorf("%q and %q share %.2f, want %.2f", c.a, c.b, got, c.atLeast)
		}
	}
}

// A negation reaches the words behind it in its clause, and none beyond.
func TestFeaturesOfNegation(t *testing.T) {
	const apart = 0.999
	if shared("not a contract", "a contract not") > apart {
		t.Error("a negated word has no feature of its own")
	}
	negated := slot(hashed(kindWord, "contract") ^ kindNegated)
	for text, want := range map[string]bool{
		"we do not want a contract":                      true,
		"no, send the contract":                          false,
		"not one of all those many words and a contract": false,
		"a contract, not a demo":                         false,
	} {
		if got := slices.Contains(slotsOf(text), negated); got != want {
			t.Errorf("%q: contract negated %v, want %v", text, got, want)
		}
	}
}

// One concept spans both languages, endings and lists; the lists fit the bits.
func TestConcepts(t *testing.T) {
	c := builtinConcepts()
	for a, b := range map[string]string{"price": "cotizacion", "seats": "licencias", "students": "universitaria", "buying": "compraremos"} {
		if x, y := c.of(a), c.of(b); len(x) == 0 || len(y) == 0 || x[0] != y[0] {
			t.Errorf("%s is of %v, %s of %v", a, x, b, y)
		}
	}
	if got := c.of("zebra"); got != nil {
		t.Errorf("zebra is of %v", got)
	}
	lists := 0
	for line := range strings.Lines(conceptText) {
		if !strings.HasPrefix(line, "#") {
			lists++
		}
	}
	if lists < 30 || lists+firstConcept > 64 {
		t.Errorf("%d lists: a text's concepts are the bits of 64", lists)
	}
}

func BenchmarkReadMessages(b *testing.B) {
	d, messages := mustDefault(b), builtinMessages()
	d.Read(messages[0].Text)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		d.Read(messages[i%len(messages)].Text)
	}
}
