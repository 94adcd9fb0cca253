package source

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"unsafe"
)

// MaxDepth is how deep a message's JSON may nest.
const MaxDepth = 200

var (
	errTooDeep = errors.New("nested too deep")
	errNUL     = errors.New("holds a NUL character")
)

// A scanner goes once over a JSON text (RFC 8259, strictly), and notes on the way where the values lie that the
// source's expressions ask for. Nothing is copied and no tree is built: most of a message is never looked at again, and
// what goes to properties goes there as the sender wrote it. Libraries that build a tree first took more than twice the
// time of everything else the mapper does.
type scanner struct {
	text    string
	slots   []value
	guesses []*[guessMembers]guess // by the number of what is wanted of an object
	rest    []string               // members that no expression reads, `"key": value`, of the objects that ask for them
	buffer  []byte                 // texts that hold JSON, without their escapes
	inside  string                 // the JSON that the last such text held
}

// scan reads one JSON value from at, with white space around it, and returns where the text after it starts.
func (s *scanner) scan(at int, want *fields) (int, error) {
	at, err := s.value(s.space(at), want, 0)
	if err != nil {
		return at, err
	}
	return s.space(at), nil
}

func (s *scanner) value(at int, want *fields, depth int) (int, error) {
	if at >= len(s.text) {
		return at, s.unexpected(at, "a value")
	}
	start, k := at, object
	var err error
	switch s.text[at] {
	case '{':
		at, err = s.object(at+1, want, depth+1)
	case '[':
		k = array
		at, err = s.array(at+1, want, depth+1)
	case '"':
		var escaped bool
		at, escaped, err = s.str(at + 1)
		if err == nil && want != nil {
			v := value{kind: text, escaped: escaped, text: s.text[start+1 : at-1]}
			if want.embedded != notEmbedded {
				return at, s.embedded(want, v, depth)
			}
			s.note(want, v)
		}
		return at, err
	case 't':
		k = boolean
		at, err = s.literal(at, "true")
	case 'f':
		k = boolean
		at, err = s.literal(at, "false")
	case 'n':
		k = missing
		at, err = s.literal(at, "null")
	default:
		k = number
		at, err = s.number(at)
	}
	if err == nil && want != nil {
		s.note(want, value{kind: k, text: s.text[start:at]})
	}
	return at, err
}

func (s *scanner) note(want *fields, v value) {
	for _, slot := range want.slots {
		s.slots[slot] = v
	}
}

func (s *scanner) object(at int, want *fields, depth int) (int, error) {
	if depth > MaxDepth {
		return at, errTooDeep
	}
	if at = s.space(at); at < len(s.text) && s.text[at] == '}' {
		return at + 1, nil
	}
	for i := 0; ; i++ {
		member := at
		var next *fields
		var err error
		if g := s.guess(want, i); g != nil && g.n > 0 && strings.HasPrefix(s.text[at:], g.member()) {
			at, next = at+int(g.n), g.next
		} else if at, next, err = s.key(at, want, g); err != nil {
			return at, err
		}
		if at, err = s.value(s.space(at), next, depth); err != nil {
			return at, err
		}
		if want != nil && want.rest && (next == nil || !next.taken) {
			s.keep(next, s.text[member:at])
		}
		at = s.space(at)
		switch {
		case at < len(s.text) && s.text[at] == ',':
			at = s.space(at + 1)
		case at < len(s.text) && s.text[at] == '}':
			return at + 1, nil
		default:
			return at, s.unexpected(at, "',' or '}'")
		}
	}
}

// key reads a member's name, from its opening quote to after the colon, and finds what is wanted of the member. It
// corrects the guess.
func (s *scanner) key(start int, want *fields, g *guess) (at int, next *fields, err error) {
	if start >= len(s.text) || s.text[start] != '"' {
		return start, nil, s.unexpected(start, "a key")
	}
	at, escaped, err := s.str(start + 1)
	if err != nil {
		return at, nil, err
	}
	if want != nil && len(want.children) > 0 {
		if escaped {
			next = want.child(unescape(s.text[start+1 : at-1]))
		} else {
			next = want.member(s.text, start+1, at-1)
		}
	}
	if at = s.space(at); at >= len(s.text) || s.text[at] != ':' {
		return at, nil, s.unexpected(at, "':'")
	}
	at++
	if g != nil {
		g.learn(s.text[start:at], next)
	}
	return at, next, nil
}

// guess is what the last object of a kind had for its n-th member: a sender's messages are mostly alike, and to compare
// a name with the one expected is faster than to look for its end and then for what is wanted of it.
type guess struct {
	next *fields
	n    uint8            // bytes of text; 0 where nothing is guessed
	text [guessBytes]byte // `"name":`
}

const (
	guessBytes   = 31
	guessMembers = 32 // of an object
)

func (g *guess) member() string { return unsafe.String(&g.text[0], g.n) }

func (g *guess) learn(member string, next *fields) {
	g.n, g.next = 0, next
	if len(member) <= guessBytes {
		g.n = uint8(copy(g.text[:], member))
	}
}

// guess is the guess for the i-th member of an object, nil where none is made.
func (s *scanner) guess(want *fields, i int) *guess {
	if want == nil || want.number >= len(s.guesses) || i >= guessMembers {
		return nil
	}
	g := s.guesses[want.number]
	if g == nil {
		g = new([guessMembers]guess)
		s.guesses[want.number] = g
	}
	return &g[i]
}

// array notes elements whose index an expression names.
func (s *scanner) array(at int, want *fields, depth int) (int, error) {
	if depth > MaxDepth {
		return at, errTooDeep
	}
	if at = s.space(at); at < len(s.text) && s.text[at] == ']' {
		return at + 1, nil
	}
	for i := 0; ; i++ {
		var next *fields
		if want != nil && len(want.children) > 0 {
			next = want.child(indexKey(i))
		}
		var err error
		if at, err = s.value(at, next, depth); err != nil {
			return at, err
		}
		at = s.space(at)
		switch {
		case at < len(s.text) && s.text[at] == ',':
			at = s.space(at + 1)
		case at < len(s.text) && s.text[at] == ']':
			return at + 1, nil
		default:
			return at, s.unexpected(at, "',' or ']'")
		}
	}
}

// indexKey is an array index in a path; no object's key can be mistaken for it, since a key with NUL is refused.
func indexKey(i int) string { return "\x00" + strconv.Itoa(i) }

// str reads a string from after its opening quote to after its closing one.
func (s *scanner) str(at int) (end int, escaped bool, err error) {
	for t := s.text; at+8 <= len(t); at += 8 {
		if m := specials(load8(t, at)); m != 0 {
			if at += bits.TrailingZeros64(m) / 8; t[at] == '"' {
				return at + 1, false, nil
			}
			break
		}
	}
	return s.oddString(at)
}

// oddString goes on with a string that has escapes, or ends within eight bytes of the text's end.
func (s *scanner) oddString(at int) (end int, escaped bool, err error) {
	t := s.text
	for {
		for ; at+8 <= len(t); at += 8 {
			if m := specials(load8(t, at)); m != 0 {
				at += bits.TrailingZeros64(m) / 8
				break
			}
		}
		if at >= len(t) {
			return at, escaped, s.unexpected(at, "'\"'")
		}
		switch c := t[at]; {
		case c == '"':
			return at + 1, escaped, nil
		case c == '\\':
			escaped = true
			if at, err = s.escape(at + 1); err != nil {
				return at, escaped, err
			}
		case c < ' ':
			if c == 0 {
				return at, escaped, errNUL
			}
			return at, escaped, fmt.Errorf("byte %d: control character %q in a string", at, c)
		default:
			at++
		}
	}
}

// load8 is t[at:at+8] as a number. The caller has seen to it that they are there.
func load8(t string, at int) uint64 {
	return binary.LittleEndian.Uint64((*[8]byte)(unsafe.Add(unsafe.Pointer(unsafe.StringData(t)), at))[:])
}

// specials has the high bit set in the bytes of x that are a quote, a backslash or a control character. The lowest such
// bit is exact; higher ones may be carried over from it, which is why callers look at the lowest only.
func specials(x uint64) uint64 {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	quote, slash := x^(ones*'"'), x^(ones*'\\')
	return ((quote-ones)&^quote | (slash-ones)&^slash | (x-ones*' ')&^x) & highs
}

// escape reads what follows a backslash.
func (s *scanner) escape(at int) (int, error) {
	if at >= len(s.text) {
		return at, s.unexpected(at, "an escape")
	}
	switch s.text[at] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return at + 1, nil
	case 'u':
		if at+5 > len(s.text) {
			return at, s.unexpected(len(s.text), "four hexadecimal digits")
		}
		r, ok := hex4(s.text[at+1 : at+5])
		switch {
		case !ok:
			return at, s.unexpected(at, "four hexadecimal digits")
		case r == 0:
			return at, errNUL
		}
		return at + 5, nil
	}
	return at, s.unexpected(at, "an escape")
}

func (s *scanner) literal(at int, word string) (int, error) {
	if !strings.HasPrefix(s.text[at:], word) {
		return at, s.unexpected(at, "a value")
	}
	return at + len(word), nil
}

// number reads -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
func (s *scanner) number(at int) (int, error) {
	t := s.text
	start := at
	if t[at] == '-' {
		at++
	}
	digits := s.digits(at)
	if digits == at {
		return at, s.unexpected(start, "a value")
	}
	if t[at] == '0' && digits > at+1 {
		return at, fmt.Errorf("byte %d: number with a leading zero", at)
	}
	at = digits
	if at < len(t) && t[at] == '.' {
		if digits = s.digits(at + 1); digits == at+1 {
			return at, s.unexpected(digits, "a digit")
		}
		at = digits
	}
	if at < len(t) && (t[at] == 'e' || t[at] == 'E') {
		at++
		if at < len(t) && (t[at] == '+' || t[at] == '-') {
			at++
		}
		if digits = s.digits(at); digits == at {
			return at, s.unexpected(at, "a digit")
		}
		at = digits
	}
	return at, nil
}

func (s *scanner) digits(at int) int {
	for at < len(s.text) && s.text[at]-'0' <= 9 {
		at++
	}
	return at
}

// space is where the white space from at on ends; mostly there is none.
func (s *scanner) space(at int) int {
	if at >= len(s.text) || s.text[at] > ' ' {
		return at
	}
	return s.someSpace(at)
}

func (s *scanner) someSpace(at int) int {
	for at < len(s.text) && s.text[at] <= ' ' {
		switch s.text[at] {
		case ' ', '\t', '\n', '\r':
			at++
		default:
			return at
		}
	}
	return at
}

func (s *scanner) unexpected(at int, wanted string) error {
	if at >= len(s.text) {
		return fmt.Errorf("byte %d: the text ends where %s should be", len(s.text), wanted)
	}
	if s.text[at] == 0 {
		return errNUL
	}
	return fmt.Errorf("byte %d: %q where %s should be", at, s.text[at], wanted)
}
