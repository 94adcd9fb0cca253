package source

import (
	"errors"
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
