package qualify

import (
	"maps"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// needs are what an event must have for a filter to hold, as far as the filter's text tells: for each column the values
// of which it must have one. They are necessary, not sufficient: ClickHouse can leave out events by them, and the filter
// then decides. Columns url and user_agent must contain one of their texts, all others equal one.
type needs map[string][]string

// containing are the columns that must contain a text rather than equal it.
var containing = map[string]bool{"url": true, "user_agent": true}

// Columns that ClickHouse can leave out events by, the most telling first.
var tellingColumns = []string{"meaning", "name", "url", "user_agent", "source", "kind"}

func (n *needs) add(column string, values []string) {
	if *n == nil {
		*n = needs{}
	}
	(*n)[column] = values
}

// and is what both need.
func (n needs) and(other needs) needs {
	out := maps.Clone(n)
	for column, values := range other {
		mine, both := out[column]
		if both && !containing[column] {
			values = slices.DeleteFunc(slices.Clone(mine), func(v string) bool { return !slices.Contains(values, v) })
		}
		out.add(column, values)
	}
	return out
}

// or is what either needs.
func (n needs) or(other needs) needs {
	var out needs
	for column, values := range n {
		if others, both := other[column]; both {
			out.add(column, slices.Compact(slices.Sorted(slices.Values(slices.Concat(values, others)))))
		}
	}
	return out
}

// needsOf reads what an expression needs from its tree.
func needsOf(n ast.Node) needs {
	binary, ok := n.(*ast.BinaryNode)
	if !ok {
		return nil
	}
	switch binary.Operator {
	case "&&", "and":
		return needsOf(binary.Left).and(needsOf(binary.Right))
	case "||", "or":
		return needsOf(binary.Left).or(needsOf(binary.Right))
	case "==":
		if text, ok := binary.Left.(*ast.StringNode); ok {
			return needsColumn(binary.Right, []string{text.Value})
		}
		return needsColumn(binary.Left, texts(binary.Right))
	case "in":
		return needsColumn(binary.Left, texts(binary.Right))
	case "contains", "startsWith", "endsWith":
		if column, ok := binary.Left.(*ast.IdentifierNode); ok && containing[column.Value] {
			return needsColumn(binary.Left, texts(binary.Right))
		}
	}
	return nil
}

func needsColumn(n ast.Node, values []string) needs {
	column, ok := n.(*ast.IdentifierNode)
	if !ok || values == nil || !slices.Contains(tellingColumns, column.Value) {
		return nil
	}
	if containing[column.Value] && slices.Contains(values, "") {
		return nil
	}
	return needs{column.Value: values}
}

// texts are the literals of a text or of a list of texts; nil for anything else.
func texts(n ast.Node) []string {
	switch n := n.(type) {
	case *ast.StringNode:
		return []string{n.Value}
	case *ast.ArrayNode:
		out := make([]string, 0, len(n.Nodes))
		for _, element := range n.Nodes {
			text, ok := element.(*ast.StringNode)
			if !ok {
				return nil
			}
			out = append(out, text.Value)
		}
		return out
	default:
		return nil
	}
}

// telling is the best column to leave out events by; "" where the filter may hold for any event.
func (n needs) telling() (column string, values []string) {
	for _, column := range tellingColumns {
		if values, ok := n[column]; ok {
			return column, values
		}
	}
	return "", nil
}

// Prefilter says which events can matter: those with one of the values in one of the columns, or every one.
type Prefilter struct {
	Everything bool
	Meanings   []string
	Names      []string
	Kinds      []string
	Sources    []string
	URLParts   []string // texts of which the column must contain one
	AgentParts []string
}

func (p *Prefilter) admit(n needs) {
	column, values := n.telling()
	to := map[string]*[]string{
		"meaning": &p.Meanings, "name": &p.Names, "kind": &p.Kinds, "source": &p.Sources, "url": &p.URLParts, "user_agent": &p.AgentParts,
	}[column]
	if to == nil {
		p.Everything = true
		return
	}
	*to = slices.Compact(slices.Sorted(slices.Values(append(*to, values...))))
}

// Union admits what either does.
func (p Prefilter) Union(other Prefilter) Prefilter {
	both := func(a, b []string) []string {
		return slices.Compact(slices.Sorted(slices.Values(slices.Concat(a, b))))
	}
	return Prefilter{
		Everything: p.Everything || other.Everything,
		Meanings:   both(p.Meanings, other.Meanings), Names: both(p.Names, other.Names), Kinds: both(p.Kinds, other.Kinds),
		Sources: both(p.Sources, other.Sources), URLParts: both(p.URLParts, other.URLParts), AgentParts: both(p.AgentParts, other.AgentParts),
	}
}

// Admits reports whether an event can matter. The statements that read signals ask the same of ClickHouse.
func (p *Prefilter) Admits(s *Signal) bool {
	has := func(parts []string, text string) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(text, part) })
	}
	return p.Everything || slices.Contains(p.Meanings, s.Meaning) || slices.Contains(p.Names, s.Name) ||
		slices.Contains(p.Kinds, s.Kind) || slices.Contains(p.Sources, s.Source) || has(p.URLParts, s.URL) ||
		has(p.AgentParts, s.UserAgent)
}
