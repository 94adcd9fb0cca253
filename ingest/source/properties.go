package source

import (
	"slices"
	"strings"
)

// keptText is a value that its column couldn't hold, kept by the source's policy.
type keptText struct {
	name string
	text string
}

// properties settles the event's properties: what the source's expression gave, the members that no expression reads
// where the source keeps them, and values of the wrong type that are kept as text.
func (m *Mapper) properties() {
	e := &m.event
	if len(m.scanner.rest) > 0 || len(m.kept) > 0 {
		e.Properties = m.merged(e.Properties)
	}
	if e.Properties == "" {
		e.Properties = "{}"
	}
}

// restPrefix stands before the name of a member that is kept, where the name is taken.
const restPrefix = "rest."

// merged writes one object: the properties first, then the rest. A name that is taken gets "rest." before it, so that
// nothing is lost and no name stands twice.
func (m *Mapper) merged(properties string) string {
	start := len(m.buffer)
	m.names = m.names[:0]
	m.buffer = append(m.buffer, '{')
	if properties != "" {
		m.eachMember(properties, m.addMember)
	}
	for _, member := range m.scanner.rest {
		m.addMember(splitMember(member))
	}
	for _, k := range m.kept {
		m.addMember(k.name, string(AppendQuoted(nil, k.text)))
	}
	m.buffer = append(m.buffer, '}')
	return unsafeString(m.buffer[start:])
}

func (m *Mapper) addMember(name, content string) {
	// Names are compared as they are written; \u0061 and a are two spellings of one, which no writer of JSON mixes.
	for slices.Contains(m.names, name) {
		name = restPrefix + name
	}
	if m.names = append(m.names, name); len(m.names) > 1 {
		m.buffer = append(m.buffer, ',')
	}
	m.buffer = append(append(append(append(m.buffer, '"'), name...), `":`...), content...)
}

// eachMember calls f with the name, as written, and the value of each member of an object that the scanner has read.
func (m *Mapper) eachMember(object string, f func(name, content string)) {
	s := scanner{text: object}
	for at := s.space(1); at < len(object) && object[at] != '}'; {
		end := memberEnd(&s, at)
		f(splitMember(object[at:end]))
		if at = s.space(end); at < len(object) && object[at] == ',' {
			at = s.space(at + 1)
		}
	}
}

// memberEnd is where the member that starts at an offset ends.
func memberEnd(s *scanner, at int) int {
	end, _, _ := s.str(at + 1)
	end, _ = s.value(s.space(s.space(end)+1), nil, 0)
	return end
}

// splitMember parts `"name" : value`.
func splitMember(member string) (name, content string) {
	s := scanner{text: member}
	end, _, _ := s.str(1)
	return member[1 : end-1], strings.TrimLeft(member[s.space(end)+1:], " \t\r\n")
}

// AppendQuoted appends a text as a JSON string. Bytes that are no UTF-8 stay as they are: whoever reads the string refuses
// it with them.
func AppendQuoted(buffer []byte, s string) []byte {
	const digits = "0123456789abcdef"
	buffer = append(buffer, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			buffer = append(buffer, '\\', c)
		case c < ' ':
			buffer = append(buffer, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		default:
			buffer = append(buffer, c)
		}
	}
	return append(buffer, '"')
}
