package source

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/vm"

	"github.com/funnelcloud/funnelcloud/queries/vocabulary"
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

// isArrayOfObjects says whether a message is a batch where its format is one value a message: what posts webhooks in
// arrays (HubSpot, Event Grid, batches of CloudEvents) is often forwarded as it came.
func (m *Mapper) isArrayOfObjects() bool {
	s := &m.scanner
	at := s.space(0)
	if at >= len(s.text) || s.text[at] != '[' {
		return false
	}
	at = s.space(at + 1)
	return at < len(s.text) && s.text[at] == '{'
}

func (m *Mapper) array(item *uint32, out Output) {
	m.batch = true
	m.each(0, func(at int) (int, bool) { return m.message(item, at, out) }, item, out)
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

// lines maps a message of several lines, each one JSON value or one row of TSV. A line that can't be read is one reject,
// and the next line is read as if nothing had been.
func (m *Mapper) lines(message string, item *uint32, out Output) {
	for more := true; more; {
		var line string
		line, message, more = strings.Cut(message, "\n")
		m.line++
		if strings.TrimSpace(line) == "" {
			continue
		}
		if m.source.format == formatEnriched {
			start := len(m.text)
			var f *fault
			if m.text, f = enriched(m.text, strings.TrimSuffix(line, "\r")); f != nil {
				m.reject(*item, f, out)
				*item++
				continue
			}
			line = unsafeString(m.text[start:])
		}
		m.scanner.text = line
		for at := m.scanner.space(0); at < len(line); {
			next, ok := m.message(item, at, out)
			if !ok {
				break
			}
			at = next
		}
	}
}

// message maps the JSON value at an offset, itself or the elements of its split. It returns where the value ends; what
// follows must be white space unless the format goes on.
func (m *Mapper) message(item *uint32, at int, out Output) (int, bool) {
	clear(m.slots)
	m.scanner.rest = m.scanner.rest[:0]
	end, err := m.scanner.scan(at, &m.source.message)
	if err == nil && end < len(m.scanner.text) && !m.batch && m.source.format != formatLines {
		err = m.scanner.unexpected(end, "the end")
	}
	if err != nil {
		return m.skip(at, err, item, out)
	}
	split := value{}
	if m.source.split >= 0 {
		split = m.slots[m.source.split]
	}
	switch split.kind {
	case missing:
		m.one(item, m.scanner.space(at), out)
	case array:
		m.split(item, split.text, out)
	default:
		defer func() { *item++ }()
		m.reject(*item, faultf(ReasonWrongType, "split %s: not an array but %s", m.source.splitText, split.kind), out)
	}
	return end, true
}

// skip rejects the value at an offset. Where only a text within it holds no JSON, what follows can still be read.
func (m *Mapper) skip(at int, err error, item *uint32, out Output) (int, bool) {
	m.reject(*item, scanFault(err), out)
	*item++
	end, err := m.scanner.scan(at, nil)
	return end, err == nil
}

// split maps the elements of an array within the message. The scanner has read the message once already, so there is no
// fault left to find.
func (m *Mapper) split(item *uint32, elements string, out Output) {
	whole := m.scanner.text
	m.scanner.text = elements
	m.each(0, func(at int) (int, bool) {
		for _, slot := range m.source.itemSlots {
			m.slots[slot] = value{}
		}
		m.scanner.rest = m.scanner.rest[:0]
		end, err := m.scanner.scan(at, &m.source.item)
		if err != nil {
			return m.skip(at, err, item, out)
		}
		m.one(item, m.scanner.space(at), out)
		return end, true
	}, item, out)
	m.scanner.text = whole
}

// each calls f at every element of the array at an offset, until f says that it is of no use to go on.
func (m *Mapper) each(at int, f func(at int) (int, bool), item *uint32, out Output) {
	s := &m.scanner
	at = s.space(at)
	if at >= len(s.text) || s.text[at] != '[' {
		m.reject(*item, scanFault(s.unexpected(at, "'['")), out)
		return
	}
	if at = s.space(at + 1); at < len(s.text) && s.text[at] == ']' {
		at++
	} else {
		for more := true; more; {
			var ok bool
			if at, ok = f(at); !ok {
				return
			}
			if at >= len(s.text) || s.text[at] != ',' && s.text[at] != ']' {
				m.reject(*item, scanFault(s.unexpected(at, "',' or ']'")), out)
				return
			}
			more = s.text[at] == ','
			at++
		}
	}
	if at = s.space(at); at < len(s.text) {
		m.reject(*item, scanFault(s.unexpected(at, "the end")), out)
	}
}

func scanFault(err error) *fault {
	switch {
	case errors.Is(err, errTooDeep):
		return faultf(ReasonTooDeep, "deeper than %d levels", MaxDepth)
	case errors.Is(err, errNUL):
		return faultf(ReasonNUL, "holds a NUL character")
	}
	return &fault{ReasonInvalidJSON, err.Error()}
}

func (m *Mapper) reject(item uint32, f *fault, out Output) {
	detail := f.detail
	if m.line > 0 {
		detail = fmt.Sprintf("line %d: %s", m.line, detail)
	}
	out.Reject(Reject{Item: item, Reason: f.reason, Detail: detail})
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

func (m *Mapper) fill() *fault {
	e := &m.event
	var times clocks
	for i := range m.source.fields {
		if f := m.field(i, &times); f != nil {
			return f
		}
	}
	if f := m.complete(&times); f != nil {
		return f
	}
	for _, r := range m.source.required {
		if !r.met(e, times) {
			return faultf(ReasonMissingField, "%s is missing", r.text)
		}
	}
	if knownKind(e.Kind) == "" {
		return faultf(ReasonUnknownKind, "kind %q is none of %s", clip(e.Kind), strings.Join(vocabulary.Kinds, ", "))
	}
	if f := m.meaning(); f != nil {
		return f
	}
	e.Email = lowerCase(strings.TrimSpace(e.Email))
	fillFromAddress(e)
	if e.ID == "" {
		e.ID = m.identify()
	}
	m.properties()
	if m.source.personal != nil {
		return m.protect()
	}
	return nil
}

// field evaluates one field of the source into the event.
func (m *Mapper) field(i int, times *clocks) *fault {
	f := &m.source.fields[i]
	v, err := m.evaluated(f.expression)
	if err != nil {
		return faultf(ReasonExpressionFailed, "field %s: %v", f.column.name, err)
	}
	if v == nil || v.kind == missing || v.kind == text && v.text == "" {
		return nil
	}
	if v.escaped {
		m.computed = textValue(m.textOf(*v))
		v = &m.computed
	}
	if to := m.texts[i]; to != nil && v.kind != object && v.kind != array {
		*to = v.text // most fields, and so without a further call
		return nil
	}
	wrong := m.set(f.column, *v, times)
	if wrong != nil && f.keep && wrong.reason != ReasonExpressionFailed {
		m.keep(f.column, *v)
		return nil
	}
	return wrong
}

// evaluated is the value of an expression, nil where it has none; it holds until the next is evaluated.
func (m *Mapper) evaluated(e *expression) (*value, error) {
	if e.slots == nil || m.alwaysVM {
		v, err := e.eval(m)
		m.computed = v
		return &m.computed, err
	}
	for _, slot := range e.slots {
		if v := &m.slots[slot]; v.kind != missing && !(e.empty && v.kind == text && v.text == "") {
			return v, nil
		}
	}
	return nil, nil
}

// set puts a value that is no plain text into its column, if it is of the column's type.
func (m *Mapper) set(c column, v value, times *clocks) *fault {
	switch c.kind {
	case textColumn:
		return faultf(ReasonWrongType, "field %s: not text but %s", c.name, v.kind)
	case timeColumn:
		ms, err := asTime(v, m.source.layouts)
		if err != nil {
			return faultf(ReasonWrongType, "field %s: %v", c.name, err)
		}
		times.set(c.name, ms)
	case decimalColumn:
		n, err := asDecimal(v)
		if errors.Is(err, errDecimalSize) {
			return faultf(ReasonOutOfRange, "field %s: %v", c.name, err)
		}
		if err != nil {
			return faultf(ReasonWrongType, "field %s: %v", c.name, err)
		}
		m.event.Value, times.hasValue = n, true
	case objectColumn:
		if v.kind != object {
			return faultf(ReasonWrongType, "field %s: not an object but %s", c.name, v.kind)
		}
		m.event.Properties = v.text
	}
	return nil
}

// keep puts a value of the wrong type where text can be: into a text column itself, else into the properties under the
// column's name.
func (m *Mapper) keep(c column, v value) {
	if c.kind == textColumn {
		*c.text(&m.event) = v.text
		return
	}
	m.kept = append(m.kept, keptText{c.name, v.text})
}

// attributes looks for what every CloudEvent has (CloudEvents 1.0, section "Required Attributes").
func (m *Mapper) attributes() *fault {
	for i, slot := range m.source.attributes {
		v := m.slots[slot]
		if v.kind != text || v.text == "" {
			return faultf(ReasonMissingField, "CloudEvents attribute %s is missing", attributeNames[i])
		}
		if i == 0 && v.text != "1.0" {
			return faultf(ReasonWrongType, "CloudEvents specversion %q is not 1.0", clip(v.text))
		}
	}
	return nil
}

var attributeNames = []string{"specversion", "id", "source", "type"}

// complete settles the times and the currency.
func (m *Mapper) complete(times *clocks) *fault {
	e := &m.event
	if !times.hasValue {
		e.Currency = ""
	}
	if e.ReceivedAt = m.record.Time; times.hasReceived {
		e.ReceivedAt = times.received
	}
	e.EventTS, e.Skewed = times.corrected(e.ReceivedAt, m.record.Backfill)
	if e.ReceivedAt < 0 || e.ReceivedAt > latest {
		return faultf(ReasonOutOfRange, "field received_at: %d ms is no time of our era", e.ReceivedAt)
	}
	return nil
}

// textOf gives a value's text without escapes.
func (m *Mapper) textOf(v value) string {
	if !v.escaped {
		return v.text
	}
	start := len(m.buffer)
	m.buffer = appendUnescaped(m.buffer, v.text)
	return unsafeString(m.buffer[start:])
}

// lowerCase allocates only where there is something to change.
func lowerCase(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= 'A' && c <= 'Z' || c >= utf8.RuneSelf {
			return strings.ToLower(s)
		}
	}
	return s
}

// identify gives an event without an id the same one whenever the same message comes again.
func (m *Mapper) identify() string {
	h := sha256.New()
	h.Write([]byte(m.source.Name))
	h.Write([]byte{0})
	h.Write(m.record.Value)
	var item [4]byte
	binary.BigEndian.PutUint32(item[:], m.event.Item)
	h.Write(item[:])
	var sum [sha256.Size]byte
	return hex.EncodeToString(h.Sum(sum[:0])[:16])
}

// knownKind is the kind itself when it is in the vocabulary, else "".
func knownKind(s string) string {
	switch s {
	case vocabulary.Track, vocabulary.Page, vocabulary.Screen, vocabulary.Identify, vocabulary.Group, vocabulary.Alias,
		vocabulary.Message, vocabulary.Call, vocabulary.Stage, vocabulary.Survey, vocabulary.Billing, vocabulary.AdCost:
		return s
	}
	return ""
}
