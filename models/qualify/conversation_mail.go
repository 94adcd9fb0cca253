package qualify

import (
	"regexp"
	"strings"
	"unicode"
)

// An answer by e-mail carries what it answers and who signs it. Neither is what the prospect says: "> Shall I send the order
// form?" is the agent's, and a "Head of Purchasing" beneath a question about a bug buys nothing.
var (
	replyHead     = regexp.MustCompile(`^\s*(?:on .{5,120}wrote:|el .{5,120}escribio:|-{2,} ?(?:original message|mensaje original|forwarded message|mensaje reenviado) ?-{2,})\s*$`)
	signatureMark = regexp.MustCompile(`^-- ?$|^\s*(?:sent from my|enviado desde mi) `)
	closing       = regexp.MustCompile(`^\s*(?:(?:many |kind |best |warm )?(?:regards|thanks|wishes)|best|cheers|sincerely|yours (?:sincerely|faithfully|truly)|thank you|` +
		`(?:un |muchos )?(?:cordial )?saludos?(?: cordiales)?|atentamente|atte\.?|cordialmente|(?:muchas )?gracias)\s*[,.!]?\s*$|` + signatureMark.String())
)

// longestSignature is in lines: what is longer was said.
const longestSignature = 8

// ownLines blanks quoted lines, the mail that is answered and the signature, byte for byte. A message that is nothing else stays.
func ownLines(folded string) string {
	if !strings.Contains(folded, "\n") {
		return folded
	}
	lines := strings.Split(folded, "\n")
	answered := false
	for i, line := range lines {
		answered = answered || replyHead.MatchString(line)
		if answered || strings.HasPrefix(strings.TrimSpace(line), ">") {
			lines[i] = strings.Repeat(" ", len(line))
		}
	}
	if i := signature(lines); i > 0 {
		for ; i < len(lines); i++ {
			lines[i] = strings.Repeat(" ", len(lines[i]))
		}
	}
	if own := strings.Join(lines, "\n"); strings.ContainsFunc(own, unicode.IsLetter) {
		return own
	}
	return folded
}

// signature is the number of the first line below the last closing, 0 where there is none or where too much follows it. An empty
// line stands above a closing: "thanks", alone in a line of a chat, closes nothing.
func signature(lines []string) int {
	said := 0
	for i := len(lines) - 1; i > 0; i-- {
		if closing.MatchString(lines[i]) && (strings.TrimSpace(lines[i-1]) == "" || signatureMark.MatchString(lines[i])) {
			return i + 1
		}
		if strings.TrimSpace(lines[i]) != "" {
			said++
		}
		if said > longestSignature {
			break
		}
	}
	return 0
}
