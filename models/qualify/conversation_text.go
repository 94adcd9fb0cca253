package qualify

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// plainText is a message folded for matching, with the way back: from[i] is where byte i came from.
type plainText struct {
	folded string
	from   []int
}

func plain(message string) plainText {
	var b strings.Builder
	from := make([]int, 0, len(message)+1)
	for i, r := range message {
		folded := fold(unicode.ToLower(r))
		for range len(string(folded)) {
			from = append(from, i)
		}
		b.WriteRune(folded)
	}
	return plainText{folded: b.String(), from: append(from, len(message))}
}

func fold(r rune) rune {
	switch r {
	case 'á', 'à', 'â', 'ä', 'ã':
		return 'a'
	case 'é', 'è', 'ê', 'ë':
		return 'e'
	case 'í', 'ì', 'î', 'ï':
		return 'i'
	case 'ó', 'ò', 'ô', 'ö', 'õ':
		return 'o'
	case 'ú', 'ù', 'û', 'ü':
		return 'u'
	case '’', '‘', '`', '´':
		return '\''
	case '\u00a0', '\t':
		return ' '
	default:
		return r
	}
}

// sentencesOf cuts a text after full stops, question and exclamation marks and at line ends; 9.99 and v2.1 stay whole.
func sentencesOf(text string) []string {
	var sentences []string
	start := 0
	for i := range len(text) {
		last := i+1 == len(text)
		switch c := text[i]; {
		case last, c == '\n', c == '?', c == '!', c == '.' && text[i+1] == ' ':
			if sentence := strings.TrimSpace(text[start : i+1]); sentence != "" {
				sentences = append(sentences, sentence)
			}
			start = i + 1
		}
	}
	return sentences
}

// ownWords blanks what stands in quotation marks, which somebody else said, byte for byte. A message that is little else stays.
func ownWords(folded string) string {
	if !strings.ContainsAny(folded, quotationMarks) {
		return folded
	}
	own, quoted, left := []byte(folded), false, 0
	for i, r := range folded {
		mark := strings.ContainsRune(quotationMarks, r)
		if mark {
			quoted = !quoted
		}
		if quoted || mark {
			for j := range utf8.RuneLen(r) {
				own[i+j] = ' '
			}
		} else if unicode.IsLetter(r) {
			left++
		}
	}
	if quoted || left < leastOwnLetters {
		return folded
	}
	return string(own)
}

const (
	quotationMarks  = "\"“”«»"
	leastOwnLetters = 10
)
