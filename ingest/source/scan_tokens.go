package source

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"strings"
	"unsafe"
)

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
