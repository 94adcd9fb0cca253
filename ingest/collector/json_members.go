package collector

import (
	"bytes"
	"encoding/json"
)

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
