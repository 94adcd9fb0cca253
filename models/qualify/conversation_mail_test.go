package qualify

import (
	"strings"
	"testing"
)

// What is answered and who signs is not said; what stands above, beneath and between is.
func TestOwnLines(t *testing.T) {
	for text, want := range map[string]string{
		"one line > two":                                          "one line > two",
		"> shall i send it?\n\nno, thank you":                     "no, thank you",
		"yes please\non mon, 4 nov, jess wrote:\n> do you want":   "yes please",
		"si\nel lun, 4 nov, marta escribio:\ncomprar?":            "si",
		"the bug is back\n\nbest regards,\nann\nhead of purchase": "the bug is back best regards,",
		"hola\ngracias\nquiero una cotizacion":                    "hola gracias quiero una cotizacion",
		"> only a quotation\n> of two lines":                      "> only a quotation > of two lines",
		"hi\n\nbest\n1\n2\n3\n4\n5\n6\n7\n8\n9 want to buy":       "hi best 1 2 3 4 5 6 7 8 9 want to buy",
	} {
		own := ownLines(text)
		if len(own) != len(text) {
			t.Errorf("%q: %d bytes of %d, so the way back is lost", text, len(own), len(text))
		}
		if got := strings.Join(strings.Fields(own), " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// An agent's words in an answer qualify nobody, and an answer to them does.
func TestAnswersAreReadWithoutWhatTheyAnswer(t *testing.T) {
	d := mustDefault(t)
	for text, want := range map[string]bool{
		"> Do you want to buy 40 licences? How much would you pay?\n\nNo, sorry.": false,
		"> Anything else?\n\nWe want to buy 40 licences, please send a quote.":    true,
	} {
		if r := d.Read(text); r.Qualifies != want {
			t.Errorf("%q: %+v", text, r)
		}
	}
}
