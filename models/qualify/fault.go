package qualify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// FileError is what is wrong with a definition file, and where.
type FileError struct {
	File         string
	Line, Column int // from 1
	Err          error
}

func (f *FileError) Error() string {
	return fmt.Sprintf("%s:%d:%d: %v", f.File, f.Line, f.Column, f.Err)
}

// Unwrap gives the reason without its place.
func (f *FileError) Unwrap() error { return f.Err }

// FileErrors are all that is wrong with the definitions, in the order of files, lines and columns.
type FileErrors []*FileError

// Error names one fault a line.
func (f FileErrors) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the faults one by one.
func (f FileErrors) Unwrap() []error {
	all := make([]error, len(f))
	for i, fault := range f {
		all[i] = fault
	}
	return all
}

// asError is nil where nothing is wrong. A fault that two rules see is told once.
func (f FileErrors) asError() error {
	if len(f) == 0 {
		return nil
	}
	sorted := slices.Clone(f)
	slices.SortStableFunc(sorted, func(a, b *FileError) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.CompactFunc(sorted, func(a, b *FileError) bool { return a.Error() == b.Error() })
}
