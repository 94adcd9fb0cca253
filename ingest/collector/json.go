package collector

import (
	"errors"
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
