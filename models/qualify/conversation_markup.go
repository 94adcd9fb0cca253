package qualify

import (
	"html"
	"regexp"
	"strings"
)

var (
	markup = regexp.MustCompile(`</?[a-zA-Z][^<>]{0,500}>`)
	// quotedMarkup is what mail programs put around the message that is answered.
	quotedMarkup = regexp.MustCompile(`(?is)<blockquote.*?</blockquote>|<div class="gmail_quote.*$`)
	lineMarkup   = regexp.MustCompile(`(?i)<br ?/?>|</(?:p|div|li|tr|h[1-6])>`)
)

// withoutMarkup is the words of a message that a chat tool sent as HTML, a line for each of its paragraphs:
// <p>What does it cost?</p>. Text that only looks a little like it, such as "we are < 20 people", stays as it is.
func withoutMarkup(text string) string {
	if !markup.MatchString(text) {
		return text
	}
	if own := linesOf(quotedMarkup.ReplaceAllString(text, " ")); own != "" {
		return own
	}
	return linesOf(text)
}

// linesOf takes the marks off and leaves lines with single spaces.
func linesOf(marked string) string {
	marked = lineMarkup.ReplaceAllString(strings.Join(strings.Fields(marked), " "), "\n")
	var lines []string
	for line := range strings.Lines(html.UnescapeString(markup.ReplaceAllString(marked, " "))) {
		if fields := strings.Fields(line); len(fields) > 0 {
			lines = append(lines, strings.Join(fields, " "))
		}
	}
	return strings.Join(lines, "\n")
}
