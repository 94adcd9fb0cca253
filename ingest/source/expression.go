package source

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

// An expression is one line of a source definition, in the language of expr-lang/expr. It sees
//
//	item     the event within the message: the element of split, else the whole message
//	message  the whole message
//	element  of the array `each`, what the event is about
//
// A member that isn't there is nil, however deep the path, and so is null: `item.context.page.url` never fails.
// Beside the language's own functions there are those of functions.go.
//
// Selecting, choosing and comparing (paths, ??, ?:, ==, !=, &&, ||, !, firstOf, number, joined, minorUnits, literals) run
// on the message's own bytes; anything else runs on expr's virtual machine, which sees numbers as int or float64.
type expression struct {
	fast    node
	slots   []slotNode // of an expression that is a path or the first of several, as nearly all are
	empty   bool       // and skips empty text
	program *vm.Program
}

func (e *expression) eval(m *Mapper) (value, error) {
	if e.fast != nil && !m.alwaysVM {
		return e.fast.eval(m), nil
	}
	out, err := m.machine.Run(e.program, &m.environment)
	if err != nil {
		return value{}, expressionError(err)
	}
	return valueOf(out)
}

// compiler compiles the expressions of one source and collects the paths they ask for.
type compiler struct {
	paths  []memberPath
	taking bool         // what is compiled now goes into a column
	taken  map[int]bool // by slot: a column has it
}

// memberPath is a member of item or message.
type memberPath struct {
	root string
	keys []string
}

func (p memberPath) String() string { return strings.Join(append([]string{p.root}, p.keys...), ".") }

// slot is the number of a path, the same for the same path.
func (c *compiler) slot(p memberPath) int {
	for i, known := range c.paths {
		if known.root == p.root && slices.Equal(known.keys, p.keys) {
			return i
		}
	}
	c.paths = append(c.paths, p)
	return len(c.paths) - 1
}

// compile checks the expression's syntax and types.
func (c *compiler) compile(code string, kind columnKind) (*expression, error) {
	resolver := &pathResolver{compiler: c, found: map[ast.Node]memberPath{}}
	program, err := expr.Compile(code, expr.Env(&environment{}), expr.Patch(resolver), expr.Patch(slotNumbers{resolver}),
		expr.Function("firstOf", firstOf, new(func(...any) any)),
		expr.Function("number", numberOf, new(func(any) any)),
		expr.Function("joined", joined, new(func(string, ...any) any)),
		expr.Function("minorUnits", minorUnits, new(func(any, any) any)),
		expr.Function("schemaName", schemaName, new(func(any) any)),
		expr.Function("entity", entity, new(func(any, ...string) any)))
	if err != nil {
		return nil, expressionError(err)
	}
	if err := checkType(program.Node().Type(), kind); err != nil {
		return nil, err
	}
	tree, err := parser.Parse(code)
	if err != nil {
		return nil, expressionError(err)
	}
	if c.taking {
		c.take(tree.Node)
	}
	e := &expression{fast: c.fast(tree.Node), program: program}
	e.slots, e.empty = slotsOf(e.fast)
	return e, nil
}

// slotsOf are the slots of a node that gives the first of them that has a value, and whether empty text is none.
func slotsOf(n node) (slots []slotNode, skipEmpty bool) {
	if slot, ok := n.(slotNode); ok {
		return []slotNode{slot}, false
	}
	if a, ok := n.(*alternative); ok {
		for _, of := range a.of {
			slot, ok := of.(slotNode)
			if !ok {
				return nil, false
			}
			slots = append(slots, slot)
		}
		return slots, a.skipEmpty
	}
	return nil, false
}

// expressionError keeps the first line: the rest draws an arrow under the code.
func expressionError(err error) error {
	var at *file.Error
	if errors.As(err, &at) {
		return fmt.Errorf("%s (column %d)", at.Message, at.Column+1)
	}
	return err
}

// checkType refuses at load what could never become the column's value.
func checkType(t reflect.Type, kind columnKind) error {
	if t == nil || t.Kind() == reflect.Interface {
		return nil // known only when a message is there
	}
	isTime := t == reflect.TypeFor[time.Time]()
	var fits bool
	switch t.Kind() {
	case reflect.String, reflect.Int, reflect.Int64, reflect.Float64:
		fits = kind != objectColumn
	case reflect.Bool:
		fits = kind == textColumn
	case reflect.Map:
		fits = kind == objectColumn
	default:
		fits = isTime && (kind == timeColumn || kind == textColumn)
	}
	if !fits {
		return fmt.Errorf("the expression gives %s", t)
	}
	return nil
}

// environment is what expressions see on the virtual machine. Paths are resolved when they are compiled and read through
// Slot, so that only what an expression asks for is ever decoded.
type environment struct {
	Item    any `expr:"item"`
	Message any `expr:"message"`
	Element any `expr:"element"`
	mapper  *Mapper
}

// Slot decodes the member that a path names.
func (e *environment) Slot(i int) (any, error) { return decode(e.mapper.slots[i]) }

// pathResolver finds the longest chains of members that start at item or message.
type pathResolver struct {
	compiler *compiler
	found    map[ast.Node]memberPath
}

// Visit sees children before their parents, so what stays in found are the longest chains.
func (r *pathResolver) Visit(n *ast.Node) {
	p, ok := r.path(*n)
	if !ok {
		return
	}
	r.found[*n] = p
	switch n := (*n).(type) {
	case *ast.ChainNode:
		delete(r.found, n.Node)
	case *ast.MemberNode:
		delete(r.found, n.Node)
	}
}

func (r *pathResolver) path(n ast.Node) (memberPath, bool) {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return memberPath{root: n.Value}, n.Value == "item" || n.Value == "message" || n.Value == elementRoot
	case *ast.ChainNode:
		return r.path(n.Node)
	case *ast.MemberNode:
		base, ok := r.path(n.Node)
		if !ok || n.Method {
			return memberPath{}, false
		}
		switch key := n.Property.(type) {
		case *ast.StringNode:
			return memberPath{base.root, append(slices.Clone(base.keys), key.Value)}, true
		case *ast.IntegerNode:
			return memberPath{base.root, append(slices.Clone(base.keys), indexKey(key.Value))}, key.Value >= 0
		}
	}
	return memberPath{}, false
}

// slotNumbers replaces each longest chain by a read of its slot.
type slotNumbers struct{ *pathResolver }

// Visit replaces a chain by Slot(number).
func (s slotNumbers) Visit(n *ast.Node) {
	p, ok := s.found[*n]
	if !ok {
		return
	}
	ast.Patch(n, &ast.CallNode{
		Callee:    &ast.IdentifierNode{Value: "Slot"},
		Arguments: []ast.Node{&ast.IntegerNode{Value: s.compiler.slot(p)}},
	})
}

// decode gives a stretch of the message the type an expression expects.
func decode(v value) (any, error) {
	switch v.kind {
	case missing:
		return nil, nil
	case text:
		if v.escaped {
			return unescape(v.text), nil
		}
		return v.text, nil
	case boolean:
		return v.text == "true", nil
	case number:
		if n, err := strconv.Atoi(v.text); err == nil {
			return n, nil
		}
		return strconv.ParseFloat(v.text, 64)
	}
	var out any
	err := json.Unmarshal(unsafeBytes(v.text), &out)
	return out, err
}

// valueOf takes what the virtual machine gave.
func valueOf(out any) (value, error) {
	switch out := out.(type) {
	case nil:
		return value{}, nil
	case string:
		return textValue(out), nil
	case bool:
		return value{kind: boolean, text: strconv.FormatBool(out)}, nil
	case int:
		return value{kind: number, text: strconv.Itoa(out)}, nil
	case float64:
		return value{kind: number, text: strconv.FormatFloat(out, 'f', -1, 64)}, nil
	case time.Time:
		return value{kind: instant, at: out.UnixMilli(), text: out.UTC().Format(time.RFC3339Nano)}, nil
	}
	encoded, err := json.Marshal(out)
	if err != nil {
		return value{}, fmt.Errorf("the expression gives %T: %w", out, err)
	}
	k := object
	if encoded[0] == '[' {
		k = array
	}
	return value{kind: k, text: string(encoded)}, nil
}
