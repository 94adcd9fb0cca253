package source

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// definition is a source file as written. docs/sources.md explains each key to those who write one.
type definition struct {
	readable      bool // the text is one YAML document
	Name          line
	Description   line
	Topics        []line
	Format        line
	Split         line
	Each          line
	Embedded      []entry // path: encoding
	Key           line
	TimeLayouts   []line
	Fields        []entry // column: expression
	WrongType     wrongTypes
	Rest          []line
	Ignore        []line
	Keep          []line
	UsualMeanings line
	Drop, Hash    []line  // personal data
	Meanings      []entry // event name: meaning
	Required      []line
	Samples       []sampleDocument
}

// line is a scalar and the line it stands on.
type line struct {
	text string
	at   int
}

type entry struct{ key, value line }

// wrongTypes is one policy for all columns, or one for each that is named.
type wrongTypes struct {
	all     line
	columns []entry
}

type sampleDocument struct {
	Name       line
	ReceivedAt line
	Input      line
	Events     [][]entry
	Rejects    []line
}

// reader walks through a file's YAML and collects what is wrong with it, so that all faults are told at once: a decoder
// into structs stops at the first.
type reader struct {
	file    string
	anchors map[string]ast.Node
	faults  []*FileError
}

// FileError is what is wrong with a source file, and where.
type FileError struct {
	File string
	Line int // from 1
	Err  error
}

func (f *FileError) Error() string { return fmt.Sprintf("%s:%d: %v", f.File, f.Line, f.Err) }

// Unwrap gives the reason without its place.
func (f *FileError) Unwrap() error { return f.Err }

func byLine(a, b *FileError) int { return cmp.Compare(a.Line, b.Line) }

func (r *reader) faultf(at int, format string, arguments ...any) {
	r.faults = append(r.faults, &FileError{r.file, max(at, 1), fmt.Errorf(format, arguments...)})
}

func (r *reader) read(text []byte) *definition {
	d := &definition{}
	document, err := parser.ParseBytes(text, 0)
	if err != nil {
		r.syntax(err)
		return d
	}
	switch {
	case len(document.Docs) == 0 || document.Docs[0].Body == nil:
		r.faultf(1, "the file is empty")
		return d
	case len(document.Docs) > 1:
		r.faultf(at(document.Docs[1].Body), "a second document: one file is one source")
	}
	d.readable = true
	r.anchors = map[string]ast.Node{}
	ast.Walk(r, document.Docs[0])
	r.keys(document.Docs[0].Body, "a source", d.keys(r))
	return d
}

// syntax keeps the parser's message and its line; the drawing beneath them is for one file at a time.
func (r *reader) syntax(err error) {
	var fault yaml.Error
	if errors.As(err, &fault) && fault.GetToken() != nil {
		r.faultf(fault.GetToken().Position.Line, "no YAML: %s", fault.GetMessage())
		return
	}
	r.faultf(1, "no YAML: %w", err)
}

// Visit notes the anchors that aliases may stand for.
func (r *reader) Visit(n ast.Node) ast.Visitor {
	if a, ok := n.(*ast.AnchorNode); ok {
		r.anchors[a.Name.String()] = a.Value
	}
	return r
}

func (d *definition) keys(r *reader) map[string]func(ast.Node) {
	text := func(to *line) func(ast.Node) { return func(n ast.Node) { *to = r.line(n) } }
	texts := func(to *[]line) func(ast.Node) { return func(n ast.Node) { *to = r.lines(n) } }
	table := func(to *[]entry) func(ast.Node) { return func(n ast.Node) { *to = r.entries(n) } }
	return map[string]func(ast.Node){
		"name": text(&d.Name), "description": text(&d.Description), "topics": texts(&d.Topics), "format": text(&d.Format),
		"split": text(&d.Split), "each": text(&d.Each), "embedded": table(&d.Embedded), "key": text(&d.Key), "time_layouts": texts(&d.TimeLayouts),
		"fields": table(&d.Fields), "meanings": table(&d.Meanings), "required": texts(&d.Required), "rest": texts(&d.Rest),
		"ignore": texts(&d.Ignore), "keep": texts(&d.Keep), "usual_meanings": text(&d.UsualMeanings),
		"wrong_type": func(n ast.Node) {
			if isMapping(r.resolve(n)) {
				d.WrongType.columns = r.entries(n)
			} else {
				d.WrongType.all = r.line(n)
			}
		},
		"personal_data": func(n ast.Node) {
			r.keys(n, "personal_data", map[string]func(ast.Node){"drop": texts(&d.Drop), "hash": texts(&d.Hash)})
		},
		"samples": func(n ast.Node) {
			for _, s := range r.elements(n) {
				d.Samples = append(d.Samples, r.sample(s))
			}
		},
	}
}

func (r *reader) sample(n ast.Node) (s sampleDocument) {
	s.Name.at = at(n)
	r.keys(n, "a sample", map[string]func(ast.Node){
		"name":        func(n ast.Node) { s.Name = r.line(n) },
		"received_at": func(n ast.Node) { s.ReceivedAt = r.line(n) },
		"input":       func(n ast.Node) { s.Input = r.input(n) },
		"rejects":     func(n ast.Node) { s.Rejects = r.lines(n) },
		"events": func(n ast.Node) {
			for _, e := range r.elements(n) {
				s.Events = append(s.Events, r.entries(e))
			}
		},
	})
	return s
}

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
