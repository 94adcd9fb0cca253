package source

import (
	"errors"
	"fmt"
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
