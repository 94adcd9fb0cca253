package source

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"maps"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
)

// action is what becomes of personal data.
type action uint8

const (
	leave action = iota
	dropIt
	hashIt
)

// redaction says what to do with the members of an object, and with those of their members. An array stands for its
// elements.
type redaction struct {
	action   action
	children map[string]*redaction
}

func (r *redaction) at(path []string) *redaction {
	if len(path) == 0 {
		return r
	}
	if r.children == nil {
		r.children = map[string]*redaction{}
	}
	c := r.children[path[0]]
	if c == nil {
		c = &redaction{}
		r.children[path[0]] = c
	}
	return c.at(path[1:])
}

// personalData compiles personal_data: columns (email), members of properties (properties.phone) and parameters of an
// address (url.email).
func (b *builder) personalData() {
	d := b.definition
	for _, list := range []struct {
		lines  []line
		action action
		name   string
	}{{d.Drop, dropIt, "drop"}, {d.Hash, hashIt, "hash"}} {
		for _, l := range list.lines {
			path, err := personalPath(l.text)
			if err != nil {
				b.faultf(l.at, "personal_data: %s: %w", list.name, err)
				continue
			}
			if b.source.personal == nil {
				b.source.personal = &redaction{}
			}
			to := b.source.personal.at(path)
			if to.action != leave {
				b.faultf(l.at, "personal_data: %s is named twice", l.text)
			}
			to.action = list.action
		}
	}
	if b.source.personal != nil {
		b.protectOrigins()
	}
}

// protectOrigins sees to it that what a personal column was made from does not stay readable in the properties, because
// they hold the object around it or the rest of the item: hashing email hashes properties.user.email too where email is
// item.user.email.
func (b *builder) protectOrigins() {
	var kept []memberPath
	for _, e := range b.definition.Fields {
		if e.key.text == "properties" {
			kept = append(kept, pathsIn(e.value.text)...)
		}
	}
	for _, l := range b.definition.Rest {
		kept = append(kept, pathsIn(l.text)...)
	}
	for _, e := range b.definition.Fields {
		of := b.source.personal.children[e.key.text]
		if of == nil || of.action == leave || e.key.text == "properties" {
			continue
		}
		for _, p := range pathsIn(e.value.text) {
			for _, k := range kept {
				if p.root == k.root && len(p.keys) > len(k.keys) && slices.Equal(p.keys[:len(k.keys)], k.keys) {
					b.protectMember(p.keys[len(k.keys):], of.action)
				}
			}
		}
	}
	if properties := b.source.personal.children["properties"]; properties != nil {
		for i := range b.source.fields {
			if f := &b.source.fields[i]; f.column.kind == objectColumn {
				f.keep = false // as text they could not be searched
			}
		}
	}
}

func (b *builder) protectMember(keys []string, a action) {
	path := []string{"properties"}
	for _, key := range keys {
		if !strings.HasPrefix(key, "\x00") { // an array stands for its elements
			path = append(path, key)
		}
	}
	if to := b.source.personal.at(path); len(path) > 1 && to.action == leave {
		to.action = a
	}
}

// pathsIn are the members that an expression reads.
func pathsIn(code string) []memberPath {
	tree, err := parser.Parse(code)
	if err != nil {
		return nil // told where the expression is compiled
	}
	r := &pathResolver{found: map[ast.Node]memberPath{}}
	ast.Walk(&tree.Node, r)
	return slices.Collect(maps.Values(r.found))
}

// personalPath reads a path that starts at a column.
func personalPath(text string) ([]string, error) {
	tree, err := parser.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%q is no path: %w", text, expressionError(err))
	}
	path, ok := memberKeys(tree.Node)
	if !ok {
		return nil, fmt.Errorf("%q is no path such as email or properties.phone", text)
	}
	c, known := columnNamed(path[0])
	address := path[0] == "url" || path[0] == "referrer"
	switch {
	case !known:
		return nil, fmt.Errorf("%q starts at no column of an event; there are %s", text, columnNames())
	case c.kind == objectColumn && len(path) == 1:
		return nil, errors.New("properties: name the members, such as properties.phone")
	case c.kind == timeColumn || c.kind == decimalColumn || c.name == "kind" || c.name == "meaning" || c.name == "event_id":
		return nil, fmt.Errorf("%q: %s says nothing about a person", text, c.name)
	case c.kind == textColumn && len(path) > 1 && !(address && len(path) == 2):
		return nil, fmt.Errorf("%q: %s has no members", text, c.name)
	}
	return path, nil
}

func memberKeys(n ast.Node) ([]string, bool) {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return []string{n.Value}, true
	case *ast.MemberNode:
		base, ok := memberKeys(n.Node)
		key, isText := n.Property.(*ast.StringNode)
		if !ok || !isText {
			return nil, false
		}
		return append(base, key.Value), true
	}
	return nil, false
}

// MinSalt is the least number of bytes of a salt: a short one could be found by trying.
const MinSalt = 16

// Salted gives each source the salt for its hashes. It is an error where a source hashes and the salt is too short:
// hashes without one can be undone by hashing every address there is.
func Salted(sources []*Source, salt []byte) ([]*Source, error) {
	out := make([]*Source, len(sources))
	var faults []error
	for i, s := range sources {
		if s.hashes() && len(salt) < MinSalt {
			faults = append(faults, fmt.Errorf("source %s hashes personal data: a salt of at least %d bytes is needed, %d are given", s.Name, MinSalt, len(salt)))
		}
		salted := *s
		salted.salt = salt
		out[i] = &salted
	}
	return out, errors.Join(faults...)
}

func (s *Source) hashes() bool { return s.personal != nil && s.personal.hashes() }

func (r *redaction) hashes() bool {
	if r.action == hashIt {
		return true
	}
	for _, c := range r.children {
		if c.hashes() {
			return true
		}
	}
	return false
}

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

// sampleSalt is the salt of samples, so that a source file can say what its hashes look like.
var sampleSalt = []byte("funnelcloud samples")

func (s *Source) withSampleSalt() *Source {
	salted, err := Salted([]*Source{s}, slices.Clone(sampleSalt))
	if err != nil { // the salt is long enough
		return s
	}
	return salted[0]
}
