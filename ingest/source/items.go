package source

import (
	"errors"
	"fmt"
	"strings"
)

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
