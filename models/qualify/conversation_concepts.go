package qualify

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed definitions/concepts.txt
var conceptText string

// concepts are the lists of concepts.txt, by spelling and by sound.
type concepts struct {
	written, heard lists
	byLetter       map[byte][]string // the spellings, for words with a slip
}

// lists hold the concepts of whole words and of beginnings of words.
type lists struct{ whole, start map[string][]uint8 }

var builtinConcepts = sync.OnceValue(func() *concepts { return parseConcepts(conceptText) })

func parseConcepts(text string) *concepts {
	c := &concepts{
		lists{map[string][]uint8{}, map[string][]uint8{}},
		lists{map[string][]uint8{}, map[string][]uint8{}},
		map[byte][]string{},
	}
	number := uint8(firstConcept)
	for line := range strings.Lines(text) {
		_, list, ok := strings.Cut(line, ":")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		for w := range strings.FieldsSeq(list) {
			word, open := strings.CutSuffix(w, "*")
			c.written.add(word, open, number)
			c.heard.add(sound(word), open, number)
			if len(word) >= shortestSlip-1 {
				c.byLetter[word[0]] = append(c.byLetter[word[0]], word)
			}
		}
		number++
	}
	return c
}

// Concepts that no list holds.
const (
	conceptNumber = iota
	conceptQuestion
	conceptExclaim
	conceptNegation
	firstConcept
)

const (
	shortestBeginning = 3
	shortestSlip      = 6 // shorter words with a slip are mostly other words
)

func (l lists) add(word string, open bool, number uint8) {
	list := l.whole
	if open {
		list = l.start
	}
	list[word] = append(list[word], number)
}

// of returns the concepts of a word, else those of its longest known beginning.
func (l lists) of(w string) []uint8 {
	if found := l.whole[w]; found != nil {
		return found
	}
	for end := len(w); end >= shortestBeginning; end-- {
		if found := l.start[w[:end]]; found != nil {
			return found
		}
	}
	return nil
}

// of returns the concepts of a word as it is written, else as it sounds, else those of a word that it is one slip away from.
func (c *concepts) of(w string) []uint8 {
	if found := c.written.of(w); found != nil {
		return found
	}
	if found := c.heard.of(sound(w)); found != nil {
		return found
	}
	if len(w) < shortestSlip {
		return nil
	}
	for _, key := range c.byLetter[w[0]] {
		if oneSlip(key, w) {
			return c.written.of(key)
		}
	}
	return nil
}

// oneSlip reports whether one letter too many, too few or wrong, or two exchanged, is between two words.
func oneSlip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	if i == len(a) || a[i+1:] == b[i+1:] {
		return true
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// sound spells a word as Spanish hears it, so that nesesito is necesito and kiero is quiero. English words, which it spells
// oddly, are spelt oddly on both sides.
func sound(w string) string {
	if !strings.ContainsAny(w, "zcvhql") {
		return w
	}
	var room [48]byte
	heard := room[:0]
	for i := 0; i < len(w); i++ {
		var next byte
		if i+1 < len(w) {
			next = w[i+1]
		}
		switch c := w[i]; {
		case c == 'c' && next == 'h':
			heard = append(heard, 'c', 'h')
			i++
		case c == 'z', c == 'c' && (next == 'e' || next == 'i'):
			heard = append(heard, 's')
		case c == 'q' && next == 'u':
			heard = append(heard, 'k')
			i++
		case c == 'c', c == 'q':
			heard = append(heard, 'k')
		case c == 'v':
			heard = append(heard, 'b')
		case c == 'h':
		case c == 'l' && next == 'l':
			heard = append(heard, 'y')
			i++
		default:
			heard = append(heard, c)
		}
	}
	return string(heard)
}
