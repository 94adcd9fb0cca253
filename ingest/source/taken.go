package source

import "github.com/expr-lang/expr/ast"

// take notes the members whose values an expression may give: with `item.status == 'new' ? item.a : item.b` a column has
// a or b, and status is still nowhere.
func (c *compiler) take(nodes ...ast.Node) {
	for _, n := range nodes {
		if p, ok := (&pathResolver{}).path(n); ok {
			c.taken[c.slot(p)] = true
			continue
		}
		switch n := n.(type) {
		case *ast.ConditionalNode:
			c.take(n.Exp1, n.Exp2)
		case *ast.BinaryNode:
			if n.Operator == "??" || n.Operator == "+" || n.Operator == "-" || n.Operator == "*" || n.Operator == "/" || n.Operator == "|" {
				c.take(n.Left, n.Right)
			}
		case *ast.UnaryNode:
			c.take(n.Node)
		case *ast.ChainNode:
			c.take(n.Node)
		case *ast.MemberNode:
			c.take(n.Node)
		case *ast.SliceNode:
			c.take(n.Node)
		case *ast.CallNode:
			c.take(n.Arguments...)
		case *ast.BuiltinNode:
			c.take(n.Arguments...)
		case *ast.VariableDeclaratorNode:
			c.take(n.Value, n.Expr)
		case *ast.SequenceNode:
			c.take(n.Nodes...)
		case *ast.ArrayNode:
			c.take(n.Nodes...)
		case *ast.MapNode:
			c.take(n.Pairs...)
		case *ast.PairNode:
			c.take(n.Value)
		}
	}
}
