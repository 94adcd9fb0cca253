package main_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// listed is what `go list -json` says of a package.
type listed struct {
	ImportPath, Dir                   string
	GoFiles, IgnoredGoFiles, CgoFiles []string
	Imports, Deps                     []string
}

// path is the package's path below the module.
func (p listed) path() string { return below(p.ImportPath) }

func below(importPath string) string {
	return strings.TrimPrefix(strings.TrimPrefix(importPath, module), "/")
}

func room(path string) string {
	first, _, _ := strings.Cut(path, "/")
	return first
}

// under says whether an import path is a package or lies below it.
func under(path, parent string) bool { return path == parent || strings.HasPrefix(path, parent+"/") }

// foreign says whether an import path lies outside the standard library.
func foreign(path string) bool { return strings.Contains(room(path), ".") }

// list asks the go command for the module's packages. With cgo, so that files that need it count as such and not as
// ignored.
func list(dir string) ([]listed, error) {
	var problems bytes.Buffer
	command := exec.Command("go", "list", "-e", "-json", "./...")
	command.Dir, command.Stderr = dir, &problems
	command.Env = append(os.Environ(), "CGO_ENABLED=1")
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go list in %s: %w: %s", dir, err, problems.String())
	}
	var packages []listed
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, fmt.Errorf("decode the answer of go list: %w", err)
		}
		packages = append(packages, p)
	}
}

// breachesOf returns what the packages do against the rules, sorted.
func breachesOf(packages []listed) ([]string, error) {
	var all []string
	for _, p := range packages {
		found := importBreaches(p)
		if len(p.CgoFiles) > 0 {
			found = append(found, fmt.Sprintf("%s needs cgo: %s", p.path(), strings.Join(p.CgoFiles, ", ")))
		}
		for _, name := range slices.Concat(p.GoFiles, p.IgnoredGoFiles, p.CgoFiles) {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			more, err := fileBreaches(p.path(), filepath.Join(p.Dir, name))
			if err != nil {
				return nil, err
			}
			found = append(found, more...)
		}
		all = append(all, found...)
	}
	slices.Sort(all)
	return all, nil
}

// importBreaches holds what a package imports, and if it is pure what it reaches, against the rules.
func importBreaches(p listed) []string {
	from, own := p.path(), room(p.path())
	if _, known := mayImport[own]; !known {
		return []string{from + " is a new room: say in architecture_test.go what it may import"}
	}
	var found []string
	for _, imported := range p.Imports {
		if why := importBreach(from, own, imported); why != "" {
			found = append(found, fmt.Sprintf("%s imports %s: %s", from, cmp.Or(below(imported), imported), why))
		}
	}
	for _, reached := range p.Deps {
		if slices.Contains(pure, from) && isImpure(reached) {
			found = append(found, fmt.Sprintf("%s reaches %s: it is to be pure", from, reached))
		}
	}
	return found
}

// importBreach says why a package of a room may not import another; empty when it may.
func importBreach(from, own, imported string) string {
	if under(imported, module) {
		return houseBreach(from, own, below(imported))
	}
	if from == "queries" && foreign(imported) {
		return "it may import the standard library only"
	}
	if slices.Contains(pure, from) && slices.Contains(impureDirect, imported) {
		return "it is to be pure"
	}
	for outside, owners := range ownedBy {
		if under(imported, outside) && !slices.Contains(append([]string{"cmd", "bench"}, owners...), own) {
			return "only " + strings.Join(owners, " and ") + " may"
		}
	}
	return ""
}

// houseBreach is importBreach within the module.
func houseBreach(from, own, to string) string {
	switch {
	case slices.Contains(pure, from) && to != "queries/vocabulary" && !slices.Contains(pure, to):
		return "a pure package may import only its own kind and queries/vocabulary"
	case room(to) != own && !slices.Contains(mayImport[own], room(to)):
		return fmt.Sprintf("%s may import %v", own, mayImport[own])
	default:
		return ""
	}
}

// isImpure says whether a package is one that a pure one may not reach. Of the standard library only the packages
// named are meant, not those below them: net/url knows no network.
func isImpure(reached string) bool {
	return slices.ContainsFunc(impure, func(x string) bool { return reached == x || foreign(x) && under(reached, x) })
}

// fileBreaches reads one file: init functions everywhere; clock and chance in pure packages.
func fileBreaches(path, file string) ([]string, error) {
	positions := token.NewFileSet()
	tree, err := parser.ParseFile(positions, file, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("parse %s: %w", file, err)
	}
	var found []string
	report := func(at token.Pos, problem string) {
		where := positions.Position(at)
		found = append(found, fmt.Sprintf("%s/%s:%d: %s", path, filepath.Base(file), where.Line, problem))
	}
	imports := importNames(tree)
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv == nil && n.Name.Name == "init" {
				report(n.Pos(), "func init: the program starts nothing that main does not start")
			}
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && slices.Contains(pure, path) {
				if why := impureUse(imports[x.Name], n.Sel.Name); why != "" {
					report(n.Pos(), x.Name+"."+n.Sel.Name+": "+why)
				}
			}
		}
		return true
	})
	return found, nil
}

// impureUse says why a pure package may not use a name of an imported package; empty when it may.
func impureUse(imported, name string) string {
	switch {
	case imported == "time" && slices.Contains(clock, name):
		return "time comes in as data"
	case (imported == "math/rand" || imported == "math/rand/v2") && !slices.Contains(seeded, name):
		return "chance comes in as a seeded source"
	default:
		return ""
	}
}

// importNames maps the names under which a file knows its imports to their paths.
func importNames(tree *ast.File) map[string]string {
	names := map[string]string{}
	for _, spec := range tree.Imports {
		path := strings.Trim(spec.Path.Value, `"`)
		name := path[strings.LastIndexByte(path, '/')+1:]
		if path == "math/rand/v2" {
			name = "rand"
		}
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = path
	}
	return names
}
