package source

import (
	"reflect"
	"strconv"

	"github.com/expr-lang/expr/ast"
)

// condition is an expression that is true or false by its form.
type condition interface {
	holds(m *Mapper) bool
}

func (c *compiler) condition(n ast.Node) condition {
	switch n := n.(type) {
	case *ast.UnaryNode:
		if of := c.condition(n.Node); of != nil && (n.Operator == "!" || n.Operator == "not") {
			return not{of}
		}
	case *ast.BinaryNode:
		switch n.Operator {
		case "==", "!=":
			return c.comparison(n)
		case "&&", "and", "||", "or":
			left, right := c.condition(n.Left), c.condition(n.Right)
			if left != nil && right != nil {
				return &both{left, right, n.Operator == "||" || n.Operator == "or"}
			}
		}
	}
	return nil
}

// comparison compiles a == b and a != b.
func (c *compiler) comparison(n *ast.BinaryNode) condition {
	left, right := c.fast(n.Left), c.fast(n.Right)
	if left == nil || right == nil {
		return nil
	}
	if word, ok := right.(literal); ok && word.kind == text {
		return &isText{left, word.text, n.Operator == "!="}
	}
	return &equal{left, right, n.Operator == "!="}
}

// isText is by far the most frequent comparison.
type isText struct {
	of      node
	text    string
	negated bool
}

func (t *isText) holds(m *Mapper) bool {
	v := t.of.eval(m)
	return (v.kind == text && m.textOf(v) == t.text) != t.negated
}

type equal struct {
	left, right node
	negated     bool
}

func (e *equal) holds(m *Mapper) bool {
	return sameValue(m, e.left.eval(m), e.right.eval(m)) != e.negated
}

// sameValue compares as the virtual machine does: values of two kinds are never the same, numbers count by what they are.
func sameValue(m *Mapper, a, b value) bool {
	if a.kind != b.kind {
		return false
	}
	switch a.kind {
	case missing:
		return true
	case text:
		return m.textOf(a) == m.textOf(b)
	case boolean:
		return a.text == b.text
	case number:
		if a.text == b.text {
			return true
		}
		x, errX := strconv.ParseFloat(a.text, 64)
		y, errY := strconv.ParseFloat(b.text, 64)
		return errX == nil && errY == nil && x == y
	}
	x, errX := decode(a)
	y, errY := decode(b)
	return errX == nil && errY == nil && reflect.DeepEqual(x, y)
}

type not struct{ of condition }

func (n not) holds(m *Mapper) bool { return !n.of.holds(m) }

type both struct {
	left, right condition
	or          bool
}

func (b *both) holds(m *Mapper) bool {
	if b.or {
		return b.left.holds(m) || b.right.holds(m)
	}
	return b.left.holds(m) && b.right.holds(m)
}
