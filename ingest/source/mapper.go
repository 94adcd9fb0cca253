package source

import (
	"bytes"
	"fmt"
	"hash"
	"unicode/utf8"

	"github.com/expr-lang/expr/vm"
)

// Output takes what a message becomes. The Event and its strings hold until Event returns.
type Output interface {
	Event(*Event)
	Reject(Reject)
}

// A Mapper turns the messages of one source into events. It is a pure function with buffers: the same record gives the
// same events, always. One goroutine uses it at a time.
type Mapper struct {
	source      *Source
	scanner     scanner
	slots       []value // of the item at hand: scanner.slots
	buffer      []byte  // unescaped text of the message at hand
	event       Event
	texts       []*string // by field of the source: where a text column's value goes in event
	record      Record
	computed    value                   // of the expression evaluated last
	text        []byte                  // of a line that had to be rewritten as JSON
	kept        []keptText              // values of the wrong type that the source keeps
	names       []string                // of the members written to properties
	hash        hash.Hash               // of personal data
	batch       bool                    // the message is an array of items
	line        int                     // of a message of several lines, from 1; 0 where it is one value
	meanings    map[string]*meaningRule // by the sender's own spelling, bounded by maxSpellings
	machine     vm.VM
	environment environment
	alwaysVM    bool // for the test that holds the fast path against the virtual machine
}

// maxSpellings bounds the memory of names that a sender makes up.
const maxSpellings = 4096

// NewMapper prepares a mapper for one goroutine.
func (s *Source) NewMapper() *Mapper {
	m := &Mapper{source: s, slots: make([]value, len(s.paths)), meanings: map[string]*meaningRule{}}
	m.scanner.slots, m.scanner.guesses = m.slots, make([]*[guessMembers]guess, s.nodes)
	m.environment.mapper = m
	m.texts = make([]*string, len(s.fields))
	for i := range s.fields {
		if c := s.fields[i].column; c.text != nil {
			m.texts[i] = c.text(&m.event)
		}
	}
	return m
}

// fault is why an item can't become an event.
type fault struct{ reason, detail string }

func (f *fault) Error() string { return f.reason + ": " + f.detail }

func faultf(reason, format string, arguments ...any) *fault {
	return &fault{reason, fmt.Sprintf(format, arguments...)}
}

// Map turns one message into its events and rejects. Each item of the message becomes exactly one of the two, or one for each
// of its elements where the source says each; a message that can't be read at all is one reject.
func (m *Mapper) Map(record Record, out Output) {
	m.record = record
	if f := m.check(record.Value); f != nil {
		out.Reject(Reject{Reason: f.reason, Detail: f.detail})
		return
	}
	m.scanner.text, m.line, m.batch = unsafeString(record.Value), 0, false
	m.scanner.buffer, m.text = m.scanner.buffer[:0], m.text[:0]
	var item uint32
	switch m.source.format {
	case formatJSON, formatCloudEvents, formatAvro:
		if m.isArrayOfObjects() {
			m.array(&item, out)
		} else {
			m.message(&item, 0, out)
		}
	case formatArray:
		m.array(&item, out)
	case formatLines, formatEnriched:
		m.lines(unsafeString(record.Value), &item, out)
	}
}

// check refuses what no source can read, before anything is parsed.
func (m *Mapper) check(value []byte) *fault {
	switch {
	case len(bytes.TrimSpace(value)) == 0:
		return faultf(ReasonTombstone, "the message has no value")
	case m.source.format == formatAvro && value[0] == 0:
		return faultf(ReasonInvalidAvro, "its schema is not in the registry, is none that can be read, or is another than it was written with")
	case !utf8.Valid(value):
		return faultf(ReasonInvalidUTF8, "byte %d is no UTF-8", invalidAt(value))
	}
	return nil
}

func invalidAt(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(b)
}

// single maps the item that starts at an offset and whose values are in the slots. Element is that of the source's each
// which the event is for, "" where there is but one.
func (m *Mapper) single(item *uint32, at int, element string, out Output) {
	m.buffer = m.buffer[:0]
	m.kept = m.kept[:0]
	if element != "" {
		m.kept = append(m.kept, keptText{elementRoot, element})
	}
	m.event = Event{Source: m.source.Name, Item: *item}
	f := m.attributes()
	if c := m.scanner.text[at]; c != '{' && c != '[' {
		f = faultf(ReasonWrongType, "the event is no object but %s", clip(m.scanner.text[at:]))
	}
	if f == nil {
		f = m.fill()
	}
	if f != nil {
		m.reject(*item, f, out)
	} else {
		out.Event(&m.event)
	}
	*item++
}
