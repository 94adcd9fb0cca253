package collector

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
)

// skip checks a value without noting anything. It does not recurse, so that no nesting exhausts the stack.
func (d *document) skip(at int) (int, error) {
	open := d.stack[:0]
	defer func() { d.stack = open[:0] }()
	for {
		var err error
		switch {
		case d.is(at, '{') || d.is(at, '['):
			open = append(open, d.text[at]+2) // in ASCII the closing one comes two after the opening one
			at = d.space(at + 1)
			if !d.is(at, open[len(open)-1]) {
				if at, err = d.keyIn(open, at); err != nil {
					return at, err
				}
				continue
			}
		default:
			if at, err = d.scalar(at); err != nil {
				return at, err
			}
		}
		var more bool
		if open, at, more, err = d.after(open, at); err != nil || !more {
			return at, err
		}
	}
}

// after closes what ends behind a value and goes to the next one, if there is one.
func (d *document) after(open []byte, at int) ([]byte, int, bool, error) {
	if len(open) > 0 && d.is(at, open[len(open)-1]) { // an empty object or array, not closed yet
		open, at = open[:len(open)-1], at+1
	}
	for len(open) > 0 {
		at = d.space(at)
		switch {
		case d.is(at, ','):
			at, err := d.keyIn(open, d.space(at+1))
			return open, at, true, err
		case d.is(at, open[len(open)-1]):
			open, at = open[:len(open)-1], at+1
		default:
			return open, at, false, d.unexpected(at, "',' or the end of an object or array")
		}
	}
	return open, at, false, nil
}

// keyIn reads a member's key when an object is open.
func (d *document) keyIn(open []byte, at int) (int, error) {
	if open[len(open)-1] != '}' {
		return at, nil
	}
	at, err := d.str(at)
	if err != nil {
		return at, err
	}
	if at = d.space(at); !d.is(at, ':') {
		return at, d.unexpected(at, "':'")
	}
	return d.space(at + 1), nil
}

func (d *document) scalar(at int) (int, error) {
	if at >= len(d.text) {
		return at, d.unexpected(at, "a value")
	}
	switch d.text[at] {
	case '"':
		return d.str(at)
	case 't':
		return d.literal(at, "true")
	case 'f':
		return d.literal(at, "false")
	case 'n':
		return d.literal(at, "null")
	}
	return d.number(at)
}

// str reads a string with its quotes, eight bytes at a time where nothing special is among them.
func (d *document) str(at int) (int, error) {
	if !d.is(at, '"') {
		return at, d.unexpected(at, "a string")
	}
	t := d.text
	for at++; at < len(t); {
		if at+8 <= len(t) {
			m := specials(binary.LittleEndian.Uint64(t[at:]))
			if m == 0 {
				at += 8
				continue
			}
			at += bits.TrailingZeros64(m) / 8
		}
		switch c := t[at]; {
		case c == '"':
			return at + 1, nil
		case c == '\\':
			var err error
			if at, err = d.escape(at + 1); err != nil {
				return at, err
			}
		case c < ' ':
			return at, fmt.Errorf("byte %d: control character %q in a string", at, c)
		default:
			at++
		}
	}
	return at, d.unexpected(at, "'\"'")
}

// specials has the high bit set in the bytes that are a quote, a backslash or a control character. Only the lowest such
// bit is exact: higher ones may be carried over from it.
func specials(x uint64) uint64 {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	quote, slash := x^(ones*'"'), x^(ones*'\\')
	return ((quote-ones)&^quote | (slash-ones)&^slash | (x-ones*' ')&^x) & highs
}

func (d *document) escape(at int) (int, error) {
	if at < len(d.text) {
		switch d.text[at] {
		case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			return at + 1, nil
		case 'u':
			if at+5 <= len(d.text) && hexadecimal(d.text[at+1:at+5]) {
				return at + 5, nil
			}
			return at, d.unexpected(at, "four hexadecimal digits")
		}
	}
	return at, d.unexpected(at, "an escape")
}

func hexadecimal(digits []byte) bool {
	for _, c := range digits {
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return true
}

func (d *document) literal(at int, word string) (int, error) {
	if !bytes.HasPrefix(d.text[at:], []byte(word)) {
		return at, d.unexpected(at, "a value")
	}
	return at + len(word), nil
}

// number reads -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
func (d *document) number(at int) (int, error) {
	if d.is(at, '-') {
		at++
	}
	end := d.digits(at)
	if end == at {
		return at, d.unexpected(at, "a value")
	}
	if d.text[at] == '0' && end > at+1 {
		return at, fmt.Errorf("byte %d: number with a leading zero", at)
	}
	if at = end; d.is(at, '.') {
		if end = d.digits(at + 1); end == at+1 {
			return end, d.unexpected(end, "a digit")
		}
		at = end
	}
	if d.is(at, 'e') || d.is(at, 'E') {
		if at++; d.is(at, '+') || d.is(at, '-') {
			at++
		}
		if end = d.digits(at); end == at {
			return end, d.unexpected(end, "a digit")
		}
		at = end
	}
	return at, nil
}

func (d *document) digits(at int) int {
	for at < len(d.text) && d.text[at]-'0' <= 9 {
		at++
	}
	return at
}

func (d *document) space(at int) int {
	for at < len(d.text) && (d.text[at] == ' ' || d.text[at] == '\n' || d.text[at] == '\t' || d.text[at] == '\r') {
		at++
	}
	return at
}

func (d *document) is(at int, c byte) bool { return at < len(d.text) && d.text[at] == c }

func (d *document) unexpected(at int, wanted string) error {
	if at >= len(d.text) {
		return fmt.Errorf("byte %d: the text ends where %s should be", len(d.text), wanted)
	}
	return fmt.Errorf("byte %d: %q where %s should be", at, d.text[at], wanted)
}
