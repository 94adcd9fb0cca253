package qualify

import (
	"math/bits"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A message's features are hashes of its words, of neighbouring pairs, of the three to five letters within its longer words
// (typos and endings leave most of them as they are), of the words that a negation reaches, and of how it begins and ends.
// Hashes spare the vocabulary: a feature is a place in the table of weights (Weinberger et al. 2009, the hashing trick).
const (
	featureBits  = 15
	featureSlots = 1 << featureBits
)

// Kinds of features start their hashes, so that the word "no" and the letters "no" are two.
const (
	kindWord uint32 = (iota + 1) * 0x1000193
	kindPair
	kindLetters
	kindNegated
	kindFirst
	kindSecond
	kindLast
	kindLength
	kindSkip
	kindConcept
	kindConcepts
	kindConceptNegated
	kindNear
	kindQuoted
	kindConceptQuoted
)

// hashed mixes bytes into a hash: FNV-1a.
func hashed(h uint32, text string) uint32 {
	for i := range len(text) {
		h = (h ^ uint32(text[i])) * 16777619
	}
	return h
}

// slot is where a hash lies in the table.
func slot(h uint32) uint32 {
	h ^= h >> 16
	h *= 0x85ebca6b
	h ^= h >> 13
	return h & (featureSlots - 1)
}

// shorthand is how chats write common words.
var shorthand = map[string]string{
	"pls": "please", "plz": "please", "u": "you", "ur": "your", "thx": "thanks", "ty": "thanks", "wanna": "want to", "gonna": "going to",
	"gimme": "give me", "dont": "don't", "cant": "can't", "didnt": "didn't", "doesnt": "doesn't", "whats": "what's", "im": "i'm",
	"q": "que", "k": "que", "xq": "porque", "pq": "porque", "porfa": "por favor", "porfis": "por favor", "fa": "favor",
	"tmb": "tambien", "cto": "cuanto", "dcto": "descuento", "lic": "licencias", "msg": "message", "ppl": "people", "yr": "year", "mo": "month",
}

// reachOfNegation is how many words of its clause a negation turns around.
const reachOfNegation = 5

// features gathers the slots of one text. A slot may come twice.
type features struct {
	slots    []uint32
	concepts *concepts
	said     uint64 // the concepts so far, a bit each
	words    uint32
	quoted   bool
	negated  int // so many more words lie in reach of a negation
	// The hashes of the last word, of the one before, and of the last concept.
	last, beforeLast, lastConcept uint32
}

// appendFeatures appends the slots of a folded text's features.
func appendFeatures(slots []uint32, folded string) []uint32 {
	f := features{slots: slots, concepts: builtinConcepts()}
	for start := 0; start < len(folded); {
		r, size := utf8.DecodeRuneInString(folded[start:])
		if !inWord(r) {
			f.mark(r, folded[start:start+size])
			start += size
			continue
		}
		end := start + size
		for end < len(folded) {
			if r, size = utf8.DecodeRuneInString(folded[end:]); !inWord(r) {
				break
			}
			end += size
		}
		f.token(strings.Trim(folded[start:end], "'"))
		start = end
	}
	f.pairsOfConcepts()
	f.add(f.last ^ kindLast)
	f.add(kindLength * (1 + lengthOf(f.words)))
	return f.slots
}

func (f *features) add(hash uint32) { f.slots = append(f.slots, slot(hash)) }

// token is a word as it was written.
func (f *features) token(w string) {
	long, ok := shorthand[w]
	switch {
	case ok:
		for part := range strings.FieldsSeq(long) {
			f.word(part)
		}
	case w != "":
		f.word(w)
	}
}

func (f *features) word(w string) {
	if unit, ok := amount(w); ok {
		w = unit
		f.concept(conceptNumber)
	} else {
		for _, c := range f.concepts.of(w) {
			f.concept(c)
		}
	}
	h := hashed(kindWord, w)
	f.add(h)
	if f.quoted {
		f.add(h ^ kindQuoted)
	}
	switch {
	case f.words == 0:
		f.add(h ^ kindFirst)
	case f.words < 3:
		f.add(h ^ kindSecond)
	}
	f.add(f.last*31 ^ h ^ kindPair)
	if f.words > 1 {
		f.add(f.beforeLast*37 ^ h ^ kindSkip)
	}
	if f.negated > 0 {
		f.add(h ^ kindNegated)
		f.negated--
	}
	if negator[w] {
		f.concept(conceptNegation)
		f.negated = reachOfNegation
	}
	f.slots = appendLetters(f.slots, w)
	f.beforeLast, f.last = f.last, h
	f.words++
}

// concept adds one beside the last one, wherever that was.
func (f *features) concept(c uint8) {
	f.said |= 1 << c
	h := kindConcept * (uint32(c) + 1)
	f.add(h)
	if f.negated > 0 {
		f.add(h ^ kindConceptNegated)
	}
	if f.quoted {
		f.add(h ^ kindConceptQuoted)
	}
	if f.lastConcept != 0 {
		f.add(f.lastConcept*41 ^ h ^ kindNear)
	}
	f.lastConcept = h
}

// pairsOfConcepts adds every two that the text holds, in any order: a price and a number of seats.
func (f *features) pairsOfConcepts() {
	for rest := f.said; rest != 0; {
		a := bits.TrailingZeros64(rest)
		rest &^= 1 << a
		for others := rest; others != 0; others &= others - 1 {
			f.add(uint32(bits.TrailingZeros64(others)*64+a+1) * kindConcepts)
		}
	}
}

// mark is what stands between words. It ends the clause that a negation reaches; some say something themselves.
func (f *features) mark(r rune, text string) {
	switch r {
	case ' ', '-', '/', '_', '&', '+':
		return
	case '?':
		f.concept(conceptQuestion)
	case '!':
		f.concept(conceptExclaim)
	case '"', '“', '”', '«', '»':
		f.quoted = !f.quoted
	}
	f.negated = 0
	if strings.ContainsRune(`?!"%€$@`, r) || unicode.Is(unicode.So, r) {
		h := hashed(kindWord, text)
		f.add(h)
		f.add(f.last*31 ^ h ^ kindPair)
	}
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '\'' }

// amount is what a number is of: # of 40, #k of 15k.
func amount(w string) (string, bool) {
	unit := strings.TrimLeft(w, "0123456789")
	return "#" + unit, len(unit) < len(w)
}

// lengthOf puts messages into steps of one, two, four, eight and more words.
func lengthOf(words uint32) uint32 {
	step := uint32(0)
	for words > 0 {
		step, words = step+1, words>>1
	}
	return step
}

// appendLetters appends the runs of three to five letters of a word with its ends.
func appendLetters(slots []uint32, w string) []uint32 {
	const longest = 24
	if len(w) < 3 || len(w) > longest {
		return slots
	}
	var ends [longest + 2]byte
	n := copy(ends[1:], w) + 2
	ends[0], ends[n-1] = '<', '>'
	for size := 3; size <= 5; size++ {
		for i := 0; i+size <= n; i++ {
			h := kindLetters * uint32(size)
			for _, c := range ends[i : i+size] {
				h = (h ^ uint32(c)) * 16777619
			}
			slots = append(slots, slot(h))
		}
	}
	return slots
}

// negator are words that turn around what follows in their clause.
var negator = setOf([]string{
	"not", "no", "never", "don't", "doesn't", "didn't", "isn't", "aren't", "wasn't", "won't", "wouldn't", "can't", "cannot", "couldn't",
	"haven't", "hasn't", "without", "neither", "nor", "nobody",
	"nunca", "jamas", "sin", "tampoco", "ni", "nadie", "ningun", "ninguna",
})
