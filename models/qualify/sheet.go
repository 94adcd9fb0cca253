package qualify

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// sheet is one definition file while it is read: its tree, so that every fault can name a line and a column, and what
// is wrong so far. A decoder into structs would stop at the first fault.
type sheet struct {
	file    string
	body    ast.Node // nil where the text is no YAML
	anchors map[string]ast.Node
	faults  FileErrors
	unread  bool // some value has the wrong type: what was decoded means nothing
}

// readSheet decodes a file into a document. Keys that no definition has and values of the wrong type are faults.
func readSheet(file File) (*sheet, *document) {
	s, d := &sheet{file: file.Name, anchors: map[string]ast.Node{}}, &document{}
	tree, err := parser.ParseBytes(file.Text, 0)
	if err != nil {
		s.noYAML(err)
		return s, d
	}
	if len(tree.Docs) > 1 {
		s.faultAtf(tree.Docs[1].Body, "a second document: put it into a file of its own")
	}
	if len(tree.Docs) == 0 || tree.Docs[0].Body == nil {
		return s, d // an empty file, or comments alone, defines nothing
	}
	ast.Walk(s, tree.Docs[0])
	s.body = tree.Docs[0].Body
	s.conform(s.body, reflect.TypeFor[document](), "a definition file")
	if s.unread {
		return s, d
	}
	if err := yaml.NodeToValue(s.body, d); err != nil {
		s.noYAML(err)
	}
	return s, d
}

// Visit notes the anchors that aliases may stand for.
func (s *sheet) Visit(n ast.Node) ast.Visitor {
	if a, ok := n.(*ast.AnchorNode); ok {
		s.anchors[a.Name.String()] = a.Value
	}
	return s
}

// noYAML keeps the parser's message and its place; the drawing beneath them is for one file at a time.
func (s *sheet) noYAML(err error) {
	s.unread = true
	var fault yaml.Error
	if errors.As(err, &fault) && fault.GetToken() != nil {
		at := fault.GetToken().Position
		s.faults = append(s.faults, &FileError{s.file, at.Line, at.Column, errors.New(fault.GetMessage())})
		return
	}
	s.faults = append(s.faults, &FileError{s.file, 1, 1, err})
}

func (s *sheet) faultAtf(n ast.Node, format string, arguments ...any) {
	line, column := position(n)
	s.faults = append(s.faults, &FileError{s.file, line, column, fmt.Errorf(format, arguments...)})
}

// position of a node: of a mapping, that of its first key.
func position(n ast.Node) (line, column int) {
	switch node := n.(type) {
	case *ast.MappingNode:
		if len(node.Values) > 0 {
			return position(node.Values[0])
		}
	case *ast.MappingValueNode:
		return position(node.Key)
	}
	if n == nil || n.GetToken() == nil {
		return 1, 1
	}
	at := n.GetToken().Position
	return at.Line, at.Column
}

// conform compares the tree with a Go type.
func (s *sheet) conform(n ast.Node, t reflect.Type, what string) {
	n = s.resolve(n)
	if _, empty := n.(*ast.NullNode); empty {
		return
	}
	switch {
	case t.Kind() == reflect.Pointer:
		s.conform(n, t.Elem(), what)
	case t == reflect.TypeFor[words]() && n.Type() != ast.SequenceType:
		s.conform(n, reflect.TypeFor[string](), what)
	case t.Kind() == reflect.Struct:
		s.conformStruct(n, t, what)
	case t.Kind() == reflect.Slice:
		s.conformList(n, t, what)
	case t.Kind() == reflect.Map:
		for _, v := range s.mapping(n, what) {
			s.conform(v.Value, t.Elem(), what)
		}
	default:
		s.conformScalar(n, t, what)
	}
}

func (s *sheet) conformStruct(n ast.Node, t reflect.Type, what string) {
	known := fieldsOf(t)
	for _, v := range s.mapping(n, what) {
		key := strings.Trim(v.Key.String(), `"'`)
		if field, ok := known[key]; ok {
			s.conform(v.Value, field, key)
			continue
		}
		s.faultAtf(v, "unknown key %q; %s has %s", key, what, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
	}
}

func (s *sheet) conformList(n ast.Node, t reflect.Type, what string) {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		s.wrongType(n, what, "a list")
		return
	}
	for _, v := range list.Values {
		s.conform(v, t.Elem(), "an element of "+what)
	}
}

func (s *sheet) conformScalar(n ast.Node, t reflect.Type, what string) {
	kind := n.Type()
	isInteger := kind == ast.IntegerType
	switch t.Kind() {
	case reflect.String:
		_, scalar := n.(ast.ScalarNode)
		_, literal := n.(*ast.LiteralNode)
		if !scalar && !literal {
			s.wrongType(n, what, "a text")
		}
	case reflect.Float64:
		if !isInteger && kind != ast.FloatType {
			s.wrongType(n, what, "a number")
		}
	case reflect.Int, reflect.Int8, reflect.Int64:
		if !isInteger {
			s.wrongType(n, what, "a whole number")
		}
	case reflect.Bool:
		if kind != ast.BoolType {
			s.wrongType(n, what, "true or false")
		}
	case reflect.Interface: // anything
	default:
		s.wrongType(n, what, t.String())
	}
}

func (s *sheet) wrongType(n ast.Node, what, wanted string) {
	s.unread = true
	s.faultAtf(n, "%s: %s expected, found %s", what, wanted, strings.ToLower(n.Type().String()))
}

func (s *sheet) mapping(n ast.Node, what string) []*ast.MappingValueNode {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}
	default:
		s.wrongType(n, what, "keys with values")
		return nil
	}
}

// resolve follows anchors, tags and aliases to what they stand for.
func (s *sheet) resolve(n ast.Node) ast.Node {
	for range 100 { // an alias may not stand for itself
		switch node := n.(type) {
		case nil:
			return ast.Null(nil)
		case *ast.AnchorNode:
			n = node.Value
		case *ast.TagNode:
			n = node.Value
		case *ast.AliasNode:
			to := s.anchors[node.Value.String()]
			if to == nil {
				s.faultAtf(node, "alias %s stands for nothing", node.Value)
				return ast.Null(node.GetToken())
			}
			n = to
		default:
			return n
		}
	}
	return ast.Null(n.GetToken())
}

// fieldsOf lists the keys of a struct with their types, those of embedded structs included.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for i := range t.NumField() {
		field := t.Field(i)
		key, option, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		switch {
		case option == "inline":
			maps.Copy(fields, fieldsOf(field.Type))
		case key != "" && key != "-":
			fields[key] = field.Type
		}
	}
	return fields
}

// place is a spot in a definition file: the way from its top by keys and list positions.
type place struct {
	sheet *sheet
	way   string // "score/fit/2/points"
}

func (p place) key(name string) place {
	if p.way == "" {
		return place{p.sheet, name}
	}
	return place{p.sheet, p.way + "/" + name}
}

func (p place) item(i int) place { return p.key(strconv.Itoa(i)) }

// faultf reports what is wrong there.
func (p place) faultf(format string, arguments ...any) {
	p.sheet.faultAtf(p.node(), format, arguments...)
}

// position is where it stands in its file.
func (p place) position() (line, column int) { return position(p.node()) }

// node is the deepest part of the way that is written: a key that is missing is missed where it should stand.
func (p place) node() ast.Node {
	n := p.sheet.resolve(p.sheet.body)
	for step := range strings.SplitSeq(p.way, "/") {
		next := p.sheet.step(n, step)
		if next == nil {
			return n
		}
		n = p.sheet.resolve(next)
	}
	return n
}

func (s *sheet) step(n ast.Node, step string) ast.Node {
	switch n := n.(type) {
	case *ast.SequenceNode:
		if i, err := strconv.Atoi(step); err == nil && i < len(n.Values) {
			return n.Values[i]
		}
	case *ast.MappingNode:
		for _, v := range n.Values {
			if strings.Trim(v.Key.String(), `"'`) == step {
				return v.Value
			}
		}
	case *ast.MappingValueNode:
		if strings.Trim(n.Key.String(), `"'`) == step {
			return n.Value
		}
	}
	return nil
}
