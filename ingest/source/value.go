package source

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"
)

type kind uint8

const (
	missing kind = iota // absent, or null
	text
	number
	boolean
	object
	array
	instant // a time computed by an expression
)

func (k kind) String() string {
	return [...]string{"nothing", "text", "a number", "a boolean", "an object", "an array", "a time"}[k]
}

// value is what an expression gives: a stretch of the message, or something computed.
type value struct {
	text    string // as written in the message; a string without its quotes
	at      int64  // Unix milliseconds of an instant
	kind    kind
	escaped bool // text still holds JSON escapes
}

func textValue(s string) value { return value{kind: text, text: s} }

// unescape is the meaning of a JSON string.
func unescape(s string) string { return string(appendUnescaped(nil, s)) }

// appendUnescaped appends the meaning of a JSON string to buffer. Half a surrogate pair becomes U+FFFD, as in
// encoding/json. The scanner has checked the escapes.
func appendUnescaped(buffer []byte, s string) []byte {
	for {
		i := strings.IndexByte(s, '\\')
		if i < 0 {
			return append(buffer, s...)
		}
		buffer = append(buffer, s[:i]...)
		s = s[i+1:]
		if s[0] == 'u' {
			var r rune
			r, s = escapedRune(s)
			buffer = utf8.AppendRune(buffer, r)
			continue
		}
		buffer = append(buffer, unescaped(s[0]))
		s = s[1:]
	}
}

// escapedRune reads uXXXX, or uXXXX\uXXXX, from the head of s.
func escapedRune(s string) (rune, string) {
	r, _ := hex4(s[1:5])
	s = s[5:]
	if !utf16.IsSurrogate(r) {
		return r, s
	}
	if len(s) >= 6 && s[0] == '\\' && s[1] == 'u' {
		low, _ := hex4(s[2:6])
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
			return pair, s[6:]
		}
	}
	return utf8.RuneError, s
}

func unescaped(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c // a quote, a backslash or a slash
}

func hex4(s string) (rune, bool) {
	var r rune
	for i := range 4 {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// unsafeString and unsafeBytes are views: the memory belongs to the message or the mapper's buffer, and nobody writes
// to either while an Event that points there is in use.
func unsafeString(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
func unsafeBytes(s string) []byte  { return unsafe.Slice(unsafe.StringData(s), len(s)) }
