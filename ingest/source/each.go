package source

import "encoding/json"

// elementRoot is what expressions call the element of `each` that an event is made for, and the property that has it.
const elementRoot = "element"

// one maps an item to its event, or, where the source says each and the item names several, to an event for each: a CRM
// that changes many records alike tells of them at once.
func (m *Mapper) one(item *uint32, at int, out Output) {
	if m.source.each == nil {
		m.single(item, at, "", out)
		return
	}
	elements, f := m.elements()
	if f != nil {
		m.reject(*item, f, out)
		*item++
		return
	}
	for _, e := range elements {
		of := ""
		if len(elements) > 1 {
			of = e // the message's own list doesn't tell which of them this event is about
		}
		m.slots[m.source.element] = value{}
		if e != "" {
			m.slots[m.source.element] = textValue(e)
		}
		m.single(item, at, of, out)
	}
}

// elements of the array that `each` gives: texts and numbers as they are written. Where there is none, one without a value.
func (m *Mapper) elements() ([]string, *fault) {
	m.buffer = m.buffer[:0]
	v, err := m.evaluated(m.source.each)
	switch {
	case err != nil:
		return nil, faultf(ReasonExpressionFailed, "each: %v", err)
	case v == nil || v.kind == missing:
		return []string{""}, nil
	case v.kind != array:
		return nil, faultf(ReasonWrongType, "each: not an array but %s", v.kind)
	}
	var raw []json.RawMessage
	if err := json.Unmarshal([]byte(v.text), &raw); err != nil {
		return nil, faultf(ReasonWrongType, "each: %v", err)
	}
	elements := make([]string, len(raw))
	for i, element := range raw {
		if json.Unmarshal(element, &elements[i]) != nil {
			elements[i] = string(element)
		}
	}
	if len(elements) == 0 {
		return []string{""}, nil
	}
	return elements, nil
}
