package qualify

import (
	"html"
	"regexp"
	"strings"
)

var markup = regexp.MustCompile(`</?[a-zA-Z][^<>]{0,500}>`)

// withoutMarkup is the words of a message that a chat tool sent as HTML: <p>What does it cost?</p>. Text that only looks a
// little like it, such as "we are < 20 people", stays as it is.
func withoutMarkup(text string) string {
	if !markup.MatchString(text) {
		return text
	}
	words := html.UnescapeString(markup.ReplaceAllString(text, " "))
	return strings.Join(strings.Fields(words), " ")
}
