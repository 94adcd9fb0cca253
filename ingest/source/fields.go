package source

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/funnelcloud/funnelcloud/queries/vocabulary"
)

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
