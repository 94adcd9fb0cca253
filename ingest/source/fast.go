package source

import (
	"strconv"

	"github.com/expr-lang/expr/ast"
)

// node is a compiled expression that reads the message's own bytes.
type node interface {
	eval(m *Mapper) value
}

// fast compiles an expression that only selects, chooses and compares; nil when it does anything else. What these nodes
// do is what expr's virtual machine does with the same expression: TestFastPathAgreesWithVM.
func (c *compiler) fast(n ast.Node) node {
	if p, ok := (&pathResolver{}).path(n); ok {
		return slotNode(c.slot(p))
	}
	switch n := n.(type) {
	case *ast.NilNode:
		return literal{}
	case *ast.StringNode:
		return literal(textValue(n.Value))
	case *ast.IntegerNode:
		return literal{kind: number, text: strconv.Itoa(n.Value)}
	case *ast.BoolNode:
		return literal{kind: boolean, text: strconv.FormatBool(n.Value)}
	case *ast.ConditionalNode:
		if condition := c.condition(n.Cond); condition != nil {
			yes, no := c.fast(n.Exp1), c.fast(n.Exp2)
			if yes != nil && no != nil {
				return &choice{condition, yes, no}
			}
		}
	case *ast.BinaryNode:
		if n.Operator == "??" {
			return c.fastAll(false, n.Left, n.Right)
		}
	case *ast.CallNode:
		return c.call(n)
	}
	return nil
}

func (c *compiler) call(n *ast.CallNode) node {
	name, ok := n.Callee.(*ast.IdentifierNode)
	switch {
	case !ok:
		return nil
	case name.Value == "firstOf":
		return c.fastAll(true, n.Arguments...)
	case name.Value == "number" && len(n.Arguments) == 1:
		if of := c.fast(n.Arguments[0]); of != nil {
			return &numeric{of}
		}
	}
	return nil
}

// fastAll compiles alternatives; those of the same kind nested in them are tried in the same loop.
func (c *compiler) fastAll(skipEmpty bool, alternatives ...ast.Node) node {
	out := &alternative{skipEmpty: skipEmpty}
	for _, a := range alternatives {
		n := c.fast(a)
		if n == nil {
			return nil
		}
		if nested, ok := n.(*alternative); ok && nested.skipEmpty == skipEmpty {
			out.of = append(out.of, nested.of...)
		} else {
			out.of = append(out.of, n)
		}
	}
	return out
}

type slotNode int

func (s slotNode) eval(m *Mapper) value { return m.slots[s] }

type literal value

func (l literal) eval(*Mapper) value { return value(l) }

// alternative is a ?? b and, where empty text is skipped as well, firstOf(a, b, …).
type alternative struct {
	of        []node
	skipEmpty bool
}

func (a *alternative) eval(m *Mapper) value {
	for _, n := range a.of {
		if v := n.eval(m); v.kind != missing && !(a.skipEmpty && v.kind == text && v.text == "") {
			return v
		}
	}
	return value{}
}

type choice struct {
	condition condition
	yes, no   node
}

func (c *choice) eval(m *Mapper) value {
	if c.condition.holds(m) {
		return c.yes.eval(m)
	}
	return c.no.eval(m)
}

type numeric struct{ of node }

func (n *numeric) eval(m *Mapper) value {
	v := n.of.eval(m)
	if v.kind == number {
		return v
	}
	if v.kind == text {
		if _, err := parseDecimal(m.textOf(v)); err == nil {
			return v
		}
	}
	return value{}
}

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

// comparison compiles path == 'text' and path == nil, and their negations.
func (c *compiler) comparison(n *ast.BinaryNode) condition {
	left := c.fast(n.Left)
	if left == nil {
		return nil
	}
	negated := n.Operator == "!="
	switch right := n.Right.(type) {
	case *ast.StringNode:
		return &equal{left, textValue(right.Value), negated}
	case *ast.NilNode:
		return &equal{left, value{}, negated}
	}
	return nil
}

type equal struct {
	left    node
	right   value
	negated bool
}

func (e *equal) holds(m *Mapper) bool {
	v := e.left.eval(m)
	same := v.kind == e.right.kind && (v.kind == missing || m.textOf(v) == e.right.text)
	return same != e.negated
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
