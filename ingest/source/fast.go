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
	case *ast.UnaryNode:
		if i, ok := n.Node.(*ast.IntegerNode); ok && n.Operator == "-" {
			return literal{kind: number, text: strconv.Itoa(-i.Value)}
		}
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
	case name.Value == "schemaName" && len(n.Arguments) == 1:
		if of := c.fast(n.Arguments[0]); of != nil {
			return &schema{of}
		}
	case name.Value == "minorUnits" && len(n.Arguments) == 2:
		amount, currency := c.fast(n.Arguments[0]), c.fast(n.Arguments[1])
		if amount != nil && currency != nil {
			return &money{amount, currency}
		}
	case name.Value == "joined" && len(n.Arguments) > 1:
		return c.join(n.Arguments)
	}
	return nil
}

func (c *compiler) join(arguments []ast.Node) node {
	separator, isText := arguments[0].(*ast.StringNode)
	if !isText {
		return nil
	}
	out := &join{separator: separator.Value}
	for _, a := range arguments[1:] {
		of := c.fast(a)
		if of == nil {
			return nil
		}
		out.of = append(out.of, of)
	}
	return out
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

// schema is schemaName(x).
type schema struct{ of node }

func (n *schema) eval(m *Mapper) value {
	if v := n.of.eval(m); v.kind == text {
		if name := nameOfSchema(m.textOf(v)); name != "" {
			return textValue(name)
		}
	}
	return value{}
}

// money is minorUnits(amount, currency).
type money struct{ amount, currency node }

func (n *money) eval(m *Mapper) value {
	v := n.amount.eval(m)
	if v.kind != number && v.kind != text {
		return value{}
	}
	currency := ""
	if c := n.currency.eval(m); c.kind == text {
		currency = m.textOf(c)
	}
	if shifted, ok := fromMinorUnits(m.textOf(v), currency); ok {
		return textValue(shifted)
	}
	return value{}
}

// join is joined(separator, a, b, …).
type join struct {
	separator string
	of        []node
}

func (n *join) eval(m *Mapper) value {
	var parts [8]string
	texts := parts[:0]
	for _, of := range n.of {
		switch v := of.eval(m); v.kind {
		case text, number, boolean:
			texts = append(texts, m.textOf(v))
		}
	}
	start := len(m.buffer)
	m.buffer = appendJoined(m.buffer, n.separator, texts)
	if len(m.buffer) == start {
		return value{}
	}
	return textValue(unsafeString(m.buffer[start:]))
}
