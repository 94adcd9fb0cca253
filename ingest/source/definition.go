package source

import (
	"cmp"
	"errors"
	"fmt"

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
