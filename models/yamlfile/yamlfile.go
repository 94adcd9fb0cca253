// Package yamlfile reads the small YAML files that users write for the batch, strictly: a key that nobody reads is a
// fault, and every fault has its line. It is pure: the caller opens the file.
package yamlfile

import (
	"errors"
	"fmt"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// FileError is what is wrong with a file, and where.
type FileError struct {
	File string
	Line int // from 1
	Text string
}

func (f FileError) Error() string { return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Text) }

// Lines finds the lines of a file's parts.
type Lines struct {
	name string
	file *ast.File
}

// Decode reads YAML into a struct with yaml tags. An empty text leaves it as it is. Its error is a FileError. name is for
// messages.
func Decode(name string, text []byte, into any) (Lines, error) {
	file, err := parse(text)
	if err != nil {
		return Lines{}, faultOf(name, err)
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return Lines{name, file}, nil
	}
	if err := unmarshal(text, into); err != nil {
		return Lines{}, faultOf(name, err)
	}
	return Lines{name, file}, nil
}

func parse(text []byte) (file *ast.File, err error) {
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("this YAML can't be read: %v", problem)
		}
	}()
	return parser.ParseBytes(text, 0)
}

// unmarshal makes errors of the library's panics, of which version 1.19 has some: one for an unknown tag in a list.
func unmarshal(text []byte, into any) (err error) {
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("this YAML can't be read: %v", problem)
		}
	}()
	return yaml.UnmarshalWithOptions(text, into, yaml.Strict())
}

// faultOf keeps the library's message and its line, and leaves its drawing of the place.
func faultOf(name string, err error) FileError {
	var fault yaml.Error
	if errors.As(err, &fault) && fault.GetToken() != nil {
		return FileError{name, fault.GetToken().Position.Line, fault.GetMessage()}
	}
	return FileError{name, 1, err.Error()}
}

// Of is the line of what a YAML path such as $.rules[2] names, 1 where it can't be told.
func (l Lines) Of(path string) int {
	at, err := yaml.PathString(path)
	if err != nil || l.file == nil {
		return 1
	}
	node, err := at.FilterFile(l.file)
	if err != nil || node.GetToken() == nil {
		return 1
	}
	return node.GetToken().Position.Line
}

// Fault is a fault of what a YAML path names.
func (l Lines) Fault(path, format string, arguments ...any) error {
	return FileError{l.name, l.Of(path), fmt.Sprintf(format, arguments...)}
}
