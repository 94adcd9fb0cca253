package qualify

import "testing"

func TestOwnWords(t *testing.T) {
	for text, want := range map[string]string{
		"no quotes at all":                         "no quotes at all",
		`your agent wrote "buy now" and i laughed`: `your agent wrote           and i laughed`,
		`me dijo «compra ya», qué risa`:            `me dijo              , qué risa`,
		`"we want to buy"`:                         `"we want to buy"`,
		`a 24" screen and more of them`:            `a 24" screen and more of them`,
	} {
		if got := ownWords(text); got != want || len(got) != len(text) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
