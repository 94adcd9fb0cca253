package qualify

import (
	"strings"
	"testing"
)

func TestExpressionsAreTakenApart(t *testing.T) {
	for expression, want := range map[string]string{
		`\b(?:price|cost(?:s|ing)?|a|[|)]xyz)\b`: `\b(?:price)\b & \b(?:cost(?:s|ing)?)\b & \b(?:[|)]xyz)\b & \b(?:a)\b`,
		`\b(?:one)|(?:two)\b`:                    `\b(?:one)|(?:two)\b`,
		`how \w+`:                                `how \w+`,
		`\b(?:half\|whole)\b`:                    `\b(?:half\|whole)\b`,
	} {
		if got := strings.Join(apart(words{expression}), " & "); got != want {
			t.Errorf("%s: %s, want %s", expression, got, want)
		}
	}
}
