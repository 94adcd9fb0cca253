package source

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"strings"
)

// protect drops and hashes what the source declares personal.
func (m *Mapper) protect() *fault {
	if m.hash == nil && m.source.hashes() {
		if len(m.source.salt) == 0 {
			return faultf(ReasonNoSalt, "the source hashes personal data and no salt is given")
		}
		m.hash = hmac.New(sha256.New, m.source.salt)
	}
	for name, r := range m.source.personal.children {
		c, _ := columnNamed(name)
		if c.kind == objectColumn {
			m.protectProperties(r)
			continue
		}
		column := c.text(&m.event)
		switch {
		case *column == "":
		case r.action == dropIt:
			*column = ""
		case r.action == hashIt:
			*column = m.hashed(*column)
		default:
			*column = m.protectAddress(*column, r)
		}
	}
	return nil
}

// hashed is HMAC-SHA256 in lower-case hexadecimal: the same text has the same hash in every column and source, so what
// belonged together still does.
func (m *Mapper) hashed(text string) string { return sum(m.hash, text) }

func sum(h hash.Hash, text string) string {
	h.Reset()
	h.Write(unsafeBytes(text))
	var out [sha256.Size]byte
	return hex.EncodeToString(h.Sum(out[:0]))
}

func (m *Mapper) protectProperties(r *redaction) {
	start := len(m.buffer)
	m.redact(m.event.Properties, r, true)
	m.event.Properties = unsafeString(m.buffer[start:])
}

// redact appends a JSON value to the buffer without what is to be dropped, and with hashes for what is to be hashed. The
// hash of a text is that of its meaning, of any other value that of its bytes.
func (m *Mapper) redact(content string, r *redaction, top bool) {
	switch {
	case r.action == hashIt && content == "null":
		m.buffer = append(m.buffer, content...)
	case r.action == hashIt:
		if content[0] == '"' {
			content = unescape(content[1 : len(content)-1])
		}
		m.buffer = append(append(append(m.buffer, '"'), m.hashed(content)...), '"')
	case content[0] == '{' && r.children != nil:
		m.buffer = append(m.buffer, '{')
		first := true
		m.eachMember(content, func(name, inner string) {
			known := unescape(name)
			for top && strings.HasPrefix(known, restPrefix) {
				known = known[len(restPrefix):]
			}
			child := r.children[known]
			if child != nil && child.action == dropIt {
				return
			}
			if !first {
				m.buffer = append(m.buffer, ',')
			}
			first = false
			m.buffer = append(append(append(m.buffer, '"'), name...), `":`...)
			if child == nil {
				m.buffer = append(m.buffer, inner...)
				return
			}
			m.redact(inner, child, false)
		})
		m.buffer = append(m.buffer, '}')
	case content[0] == '[' && r.children != nil:
		m.redactElements(content, r)
	default:
		m.buffer = append(m.buffer, content...)
	}
}

func (m *Mapper) redactElements(content string, r *redaction) {
	s := scanner{text: content}
	m.buffer = append(m.buffer, '[')
	for at := s.space(1); content[at] != ']'; {
		end, _ := s.value(at, nil, 0)
		m.redact(content[at:end], r, false)
		if at = s.space(end); content[at] == ',' {
			m.buffer = append(m.buffer, ',')
			at = s.space(at + 1)
		}
	}
	m.buffer = append(m.buffer, ']')
}

// protectAddress drops or hashes parameters of an address.
func (m *Mapper) protectAddress(address string, r *redaction) string {
	before, query, found := strings.Cut(address, "?")
	if !found {
		return address
	}
	query, fragment, hasFragment := strings.Cut(query, "#")
	var kept []string
	for _, pair := range strings.Split(query, "&") {
		name, content, _ := strings.Cut(pair, "=")
		switch child := r.children[queryText(name)]; {
		case child == nil:
			kept = append(kept, pair)
		case child.action == hashIt:
			kept = append(kept, name+"="+m.hashed(queryText(content)))
		}
	}
	if len(kept) > 0 {
		before += "?" + strings.Join(kept, "&")
	}
	if hasFragment {
		before += "#" + fragment
	}
	return before
}
