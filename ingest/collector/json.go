package collector

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/bits"
)

// errTooMany is a text with more events than one request may bring.
var errTooMany = errors.New("too many events in one request")

// span is where bytes lie in a text.
type span struct{ start, end int32 }

// node is a value of a JSON text: which member it is, where it lies, and which node comes after its own children.
type node struct {
	key   span // with its quotes; empty for an element of an array
	value span
	next  int32
}

// noted says how deep nodes are kept: the envelope, its members, the events of a batch, their members, and the members of
// those (context.ip, properties.token). What lies deeper is checked and otherwise left alone.
const noted = 4

// A document is a JSON text and its upper nodes in the order of the text, the root first. The text is read once,
// strictly (RFC 8259), and never copied: an event goes on as its sender wrote it. Nesting has no limit here, since a
// request is refused for its envelope only; an event that nests too deep is for the consumer to refuse and keep.
type document struct {
	text      []byte
	nodes     []node
	maxEvents int
	stack     []byte // of open objects and arrays, while skipping
}

// parse reads one JSON value with white space around it.
func (d *document) parse(text []byte, maxEvents int) error {
	d.text, d.nodes, d.maxEvents = text, d.nodes[:0], maxEvents
	at, err := d.value(d.space(0), span{}, 0)
	if err != nil {
		return err
	}
	if at = d.space(at); at < len(text) {
		return d.unexpected(at, "the end")
	}
	return nil
}

// lines reads JSON values one after the other; they become the elements of an array that no bracket encloses.
func (d *document) lines(text []byte, maxEvents int) error {
	d.text, d.maxEvents = text, maxEvents
	d.nodes = append(d.nodes[:0], node{value: span{0, int32(len(text))}})
	for at, n := d.space(0), 0; at < len(text); n++ {
		if n >= maxEvents {
			return errTooMany
		}
		var err error
		if at, err = d.value(at, span{}, 1); err != nil {
			return err
		}
		at = d.space(at)
	}
	d.nodes[0].next = int32(len(d.nodes))
	return nil
}

// value reads the value at an offset and returns where the text after it starts.
func (d *document) value(at int, key span, depth int) (int, error) {
	n := len(d.nodes)
	d.nodes = append(d.nodes, node{key: key, value: span{start: int32(at)}})
	var err error
	switch {
	case at < len(d.text) && d.text[at] == '{' && depth < noted:
		at, err = d.object(at+1, depth+1)
	case at < len(d.text) && d.text[at] == '[' && depth < 2: // an array of events, not one within an event
		at, err = d.array(at+1, depth+1)
	default:
		at, err = d.skip(at)
	}
	d.nodes[n].value.end, d.nodes[n].next = int32(at), int32(len(d.nodes))
	return at, err
}

func (d *document) object(at, depth int) (int, error) {
	if at = d.space(at); d.is(at, '}') {
		return at + 1, nil
	}
	for {
		start := at
		end, err := d.str(at)
		if err != nil {
			return end, err
		}
		if at = d.space(end); !d.is(at, ':') {
			return at, d.unexpected(at, "':'")
		}
		if at, err = d.value(d.space(at+1), span{int32(start), int32(end)}, depth); err != nil {
			return at, err
		}
		at = d.space(at)
		switch {
		case d.is(at, ','):
			at = d.space(at + 1)
		case d.is(at, '}'):
			return at + 1, nil
		default:
			return at, d.unexpected(at, "',' or '}'")
		}
	}
}

func (d *document) array(at, depth int) (int, error) {
	if at = d.space(at); d.is(at, ']') {
		return at + 1, nil
	}
	for n := 0; ; n++ {
		if n >= d.maxEvents {
			return at, errTooMany
		}
		var err error
		if at, err = d.value(at, span{}, depth); err != nil {
			return at, err
		}
		at = d.space(at)
		switch {
		case d.is(at, ','):
			at = d.space(at + 1)
		case d.is(at, ']'):
			return at + 1, nil
		default:
			return at, d.unexpected(at, "',' or ']'")
		}
	}
}

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

// raw is a node's value as it was sent.
func (d *document) raw(n int32) []byte { return d.text[d.nodes[n].value.start:d.nodes[n].value.end] }

// kind is the first byte of a node's value, one of { [ " t f n - 0…9; 0 when there is no value at all, not even one line.
func (d *document) kind(n int32) byte {
	if at := d.nodes[n].value.start; int(at) < len(d.text) {
		return d.text[at]
	}
	return 0
}

// member is an object's member of that name; 0, the root and nobody's member, when there is none. Of two of one name the
// last counts, as for everybody who reads JSON.
func (d *document) member(n int32, name string) int32 {
	found := int32(0)
	if d.kind(n) == '{' {
		for m := n + 1; m < d.nodes[n].next; m = d.nodes[m].next {
			if d.named(m, name) {
				found = m
			}
		}
	}
	return found
}

// path follows members; 0 when one of them is missing or lies deeper than what is noted.
func (d *document) path(n int32, names ...string) int32 {
	for _, name := range names {
		if n = d.member(n, name); n == 0 {
			return 0
		}
	}
	return n
}

// named says whether a member has that name, in whatever way its key is escaped.
func (d *document) named(n int32, name string) bool {
	k := d.nodes[n].key
	key := d.text[k.start:k.end]
	if len(key) < 2 {
		return false
	}
	inner := key[1 : len(key)-1]
	switch {
	case len(inner) == len(name):
		return string(inner) == name // an escape is longer than what it stands for
	case len(inner) < len(name):
		return false
	}
	return bytes.IndexByte(inner, '\\') >= 0 && text(key) == name
}

// elements are the nodes of an array's elements.
func (d *document) elements(n int32) []int32 {
	var out []int32
	for m := n + 1; m < d.nodes[n].next; m = d.nodes[m].next {
		out = append(out, m)
	}
	return out
}

// empty says whether a member is missing, null or "".
func (d *document) empty(n int32) bool {
	if n == 0 {
		return true
	}
	raw := d.raw(n)
	return raw[0] == 'n' || len(raw) == 2 && raw[0] == '"'
}

// scalar values as text: strings without quotes and escapes, numbers and booleans as written, "" for all else.
func text(raw []byte) string {
	switch {
	case len(raw) == 0 || raw[0] == '{' || raw[0] == '[' || raw[0] == 'n':
		return ""
	case raw[0] != '"':
		return string(raw)
	case bytes.IndexByte(raw, '\\') < 0:
		return string(raw[1 : len(raw)-1])
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// firstText is the first of the members, each a path, that says something.
func (d *document) firstText(n int32, paths ...[]string) string {
	for _, p := range paths {
		if m := d.path(n, p...); m != 0 {
			if s := text(d.raw(m)); s != "" {
				return s
			}
		}
	}
	return ""
}
