package source

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// keys hands each value of a mapping to the one that reads it; keys that nobody reads are faults, since they are mostly
// slips of the pen.
func (r *reader) keys(n ast.Node, what string, known map[string]func(ast.Node)) {
	for _, v := range r.mapping(n) {
		key := r.line(v.Key)
		if read := known[key.text]; read != nil {
			read(v.Value)
			continue
		}
		r.faultf(key.at, "unknown key %q; %s has %s", key.text, what, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
	}
}

func (r *reader) entries(n ast.Node) []entry {
	var out []entry
	for _, v := range r.mapping(n) {
		out = append(out, entry{r.line(v.Key), r.line(v.Value)})
	}
	return out
}

func (r *reader) mapping(n ast.Node) []*ast.MappingValueNode {
	switch n := r.resolve(n).(type) {
	case *ast.MappingNode:
		return n.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}
	case *ast.NullNode:
		return nil
	default:
		r.faultf(at(n), "keys with values expected, found %s", n.Type())
		return nil
	}
}

func isMapping(n ast.Node) bool {
	return n.Type() == ast.MappingType || n.Type() == ast.MappingValueType
}

func (r *reader) elements(n ast.Node) []ast.Node {
	switch n := r.resolve(n).(type) {
	case *ast.SequenceNode:
		return n.Values
	case *ast.NullNode:
		return nil
	default:
		r.faultf(at(n), "a list expected, found %s", n.Type())
		return nil
	}
}

// lines reads a list of scalars; one scalar is a list of one.
func (r *reader) lines(n ast.Node) []line {
	switch n := r.resolve(n).(type) {
	case *ast.SequenceNode:
		out := make([]line, len(n.Values))
		for i, v := range n.Values {
			out[i] = r.line(v)
		}
		return out
	case *ast.NullNode:
		return nil
	default:
		return []line{r.line(n)}
	}
}

// line reads a scalar as text.
func (r *reader) line(n ast.Node) line {
	l := line{at: at(n)}
	switch n := r.resolve(n).(type) {
	case *ast.StringNode:
		l.text = n.Value
	case *ast.LiteralNode:
		l.text = n.Value.Value
	case *ast.NullNode:
	case *ast.FloatNode:
		l.text = strings.TrimSpace(n.GetToken().Value) // as written: 49.00 is not 49
	case *ast.IntegerNode:
		l.text = strings.TrimSpace(n.GetToken().Value)
	case *ast.BoolNode:
		l.text = strconv.FormatBool(n.Value)
	case ast.ScalarNode:
		l.text = fmt.Sprint(n.GetValue())
	default:
		r.faultf(l.at, "text expected, found %s", n.Type())
	}
	return l
}

// input is a sample's message: text as it stands, or YAML that stands for JSON.
func (r *reader) input(n ast.Node) line {
	resolved := r.resolve(n)
	if !isMapping(resolved) && resolved.Type() != ast.SequenceType {
		return r.line(n)
	}
	l := line{at: at(n)}
	encoded, err := yaml.YAMLToJSON([]byte(resolved.String()))
	if err != nil {
		r.faultf(l.at, "input: %w", err)
	}
	l.text = strings.TrimSpace(string(encoded))
	return l
}

// resolve follows aliases to what they stand for.
func (r *reader) resolve(n ast.Node) ast.Node {
	for range 100 { // an alias may not stand for itself
		switch node := n.(type) {
		case nil:
			return ast.Null(nil)
		case *ast.AnchorNode:
			n = node.Value
		case *ast.TagNode:
			n = node.Value
		case *ast.AliasNode:
			to := r.anchors[node.Value.String()]
			if to == nil {
				r.faultf(at(node), "alias %s stands for nothing", node.Value)
				return ast.Null(node.GetToken())
			}
			n = to
		default:
			return n
		}
	}
	return ast.Null(n.GetToken())
}

func at(n ast.Node) int {
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 {
		n = m.Values[0].Key // a mapping's own token is its first colon
	}
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return 1
	}
	return n.GetToken().Position.Line
}
