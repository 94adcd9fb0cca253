package qualify

import (
	"errors"
	"fmt"
	"slices"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

// Filter chooses events: those of one of the meanings On, when it names any, for which the expression Where holds, when
// there is one. A filter with neither chooses every event.
//
// The language is expr-lang's, as in source definitions. An expression sees the columns of an event (kind, name,
// meaning, source, value, currency, url, referrer, utm_source, utm_medium, utm_campaign, user_agent) and its properties
// (properties.plan, properties.company.size). A property that is not there is nil. As in SQL, an expression that cannot
// be computed, such as one that compares nil with a number, does not hold.
type Filter struct {
	On    words  `yaml:"on"`
	Where string `yaml:"where"`
}

// filter is a Filter, compiled.
type filter struct {
	meanings map[string]bool // nil: any
	program  *vm.Program     // nil: no expression
	needs    needs
	reads    reads
}

// reads are what an expression looks at.
type reads struct {
	columns    []string
	properties []string // paths, "company.size", that have no default (??): an event is expected to have them
}

// holds reports whether the filter chooses the event that v shows.
func (f *filter) holds(v *view) bool {
	if f.meanings != nil && !f.meanings[v.Meaning] {
		return false
	}
	if f.program == nil {
		return true
	}
	out, err := v.run(f.program)
	held, isBool := out.(bool)
	return err == nil && isBool && held
}

func (f Filter) compile(p place) *filter {
	out := &filter{}
	checkWords(p.key("on"), "meaning", f.On, knownMeanings)
	if len(f.On) > 0 {
		out.meanings = setOf(f.On)
		out.needs.add("meaning", slices.Clone([]string(f.On)))
	}
	if f.Where == "" {
		return out
	}
	compiled, err := compileExpression(f.Where, true)
	if err != nil {
		p.key("where").faultf("%w", err)
		return out
	}
	out.program, out.reads = compiled.program, compiled.reads
	out.needs = out.needs.and(compiled.needs)
	return out
}

// expression is one line of the definitions, compiled.
type expression struct {
	program *vm.Program
	path    []string // of a property, where the expression is nothing else: most are
	reads   reads
	needs   needs
}

func compileExpression(code string, condition bool) (*expression, error) {
	paths := &propertyPaths{}
	options := []expr.Option{expr.Env(&view{}), expr.Patch(paths), expr.Patch(propertyCalls{paths}), expr.DisableBuiltin("now")}
	if condition {
		options = append(options, expr.AsBool())
	}
	program, err := expr.Compile(code, options...)
	if err == nil && paths.err != nil {
		err = paths.err
	}
	if err != nil {
		return nil, expressionError(err)
	}
	tree, err := parser.Parse(code)
	if err != nil {
		return nil, expressionError(err)
	}
	out := &expression{program: program, needs: needsOf(tree.Node)}
	given := defaulted(tree.Node)
	out.reads.properties = slices.DeleteFunc(paths.names, func(name string) bool { return given[name] })
	out.path, _ = propertyPath(tree.Node)
	ast.Find(tree.Node, func(n ast.Node) bool {
		if name, ok := n.(*ast.IdentifierNode); ok && knownColumns[name.Value] && !slices.Contains(out.reads.columns, name.Value) {
			out.reads.columns = append(out.reads.columns, name.Value)
		}
		return false
	})
	return out, nil
}

// expressionError keeps the first line: the rest draws an arrow under the code.
func expressionError(err error) error {
	var at *file.Error
	if errors.As(err, &at) {
		return fmt.Errorf("%s (at character %d of the expression)", at.Message, at.Column+1)
	}
	return err
}

// columns are those that expressions may name.
var columns = []string{
	"kind", "name", "meaning", "source", "value", "currency", "url", "referrer", "utm_source", "utm_medium", "utm_campaign", "user_agent",
}

var knownColumns = setOf(columns)

// view is an event as expressions see it.
type view struct {
	Kind        string  `expr:"kind"`
	Name        string  `expr:"name"`
	Meaning     string  `expr:"meaning"`
	Source      string  `expr:"source"`
	Value       float64 `expr:"value"`
	Currency    string  `expr:"currency"`
	URL         string  `expr:"url"`
	Referrer    string  `expr:"referrer"`
	UTMSource   string  `expr:"utm_source"`
	UTMMedium   string  `expr:"utm_medium"`
	UTMCampaign string  `expr:"utm_campaign"`
	UserAgent   string  `expr:"user_agent"`
	// Properties is a name for the compiler only: a read of properties.a.b becomes a call of Property.
	Properties any `expr:"properties"`

	reader  *propertyReader
	machine vm.VM
}

// show makes the view that of a signal.
func (v *view) show(s *Signal) {
	v.Kind, v.Name, v.Meaning, v.Source = s.Kind, s.Name, s.Meaning, s.Source
	v.Value, v.Currency = float64(s.Value)/decimalUnits, s.Currency
	v.URL, v.Referrer, v.UserAgent = s.URL, s.Referrer, s.UserAgent
	v.UTMSource, v.UTMMedium, v.UTMCampaign = s.UTMSource, s.UTMMedium, s.UTMCampaign
	v.reader.show(s.Properties)
}

// decimalUnits is how many units of Signal.Value are one of its currency.
const decimalUnits = 10_000

func (v *view) run(program *vm.Program) (any, error) {
	out, err := v.machine.Run(program, v)
	if err != nil {
		return nil, expressionError(err)
	}
	return out, nil
}

// Property is the member of the event's properties at a path, nil where there is none.
func (v *view) Property(path ...string) any { return v.reader.any(path) }

// propertyPaths finds the longest chains of members that start at properties.
type propertyPaths struct {
	found map[ast.Node][]string
	names []string
	err   error
}

// Visit sees children before their parents, so what stays in found are the longest chains.
func (p *propertyPaths) Visit(n *ast.Node) {
	path, ok := propertyPath(*n)
	if !ok {
		return
	}
	if p.found == nil {
		p.found = map[ast.Node][]string{}
	}
	p.found[*n] = path
	switch n := (*n).(type) {
	case *ast.ChainNode:
		delete(p.found, n.Node)
	case *ast.MemberNode:
		delete(p.found, n.Node)
	}
}

// defaulted are the properties for whose absence an expression has an answer: those on the left of a ??.
func defaulted(n ast.Node) map[string]bool {
	given := map[string]bool{}
	ast.Find(n, func(n ast.Node) bool {
		if choice, ok := n.(*ast.BinaryNode); ok && choice.Operator == "??" {
			left := &propertyPaths{}
			ast.Walk(&choice.Left, left)
			for _, path := range left.found {
				given[joinPath(path)] = true
			}
		}
		return false
	})
	return given
}

func propertyPath(n ast.Node) ([]string, bool) {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return nil, n.Value == "properties"
	case *ast.ChainNode:
		return propertyPath(n.Node)
	case *ast.MemberNode:
		base, ok := propertyPath(n.Node)
		key, isText := n.Property.(*ast.StringNode)
		if !ok || !isText || n.Method {
			return nil, false
		}
		return append(slices.Clone(base), key.Value), true
	default:
		return nil, false
	}
}

// propertyCalls replaces each longest chain by a call of Property.
type propertyCalls struct{ *propertyPaths }

// Visit replaces a chain; properties alone, or with a computed name, is refused: what it reads could not be told.
func (p propertyCalls) Visit(n *ast.Node) {
	path, ok := p.found[*n]
	if !ok {
		return
	}
	if len(path) == 0 {
		p.err = errors.New("properties must be followed by a name, as in properties.plan")
		return
	}
	name := joinPath(path)
	if !slices.Contains(p.names, name) {
		p.names = append(p.names, name)
	}
	arguments := make([]ast.Node, len(path))
	for i, key := range path {
		arguments[i] = &ast.StringNode{Value: key}
	}
	ast.Patch(n, &ast.CallNode{Callee: &ast.IdentifierNode{Value: "Property"}, Arguments: arguments})
}
