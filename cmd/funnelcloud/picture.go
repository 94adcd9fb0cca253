package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-graphviz"
)

// pictureFormats are the endings of files that a picture can be drawn into. The layout is Graphviz's own, compiled to
// WebAssembly: nothing to install.
var pictureFormats = []string{".svg", ".png", ".dot"}

func formatOf(file string) string { return strings.ToLower(filepath.Ext(file)) }

func validPicture(file string) error {
	if file == "" || slices.Contains(pictureFormats, formatOf(file)) {
		return nil
	}
	return fmt.Errorf("--picture %s: must end in %s", file, strings.Join(pictureFormats, ", "))
}

// renderPicture lays a graph out and draws it. A file that ends in .dot gets the graph itself, for another program to
// draw.
func renderPicture(ctx context.Context, w io.Writer, file, dot string) error {
	if formatOf(file) == ".dot" {
		_, err := io.WriteString(w, dot)
		return err
	}
	var svg bytes.Buffer
	if err := renderSVG(ctx, &svg, dot); err != nil {
		return fmt.Errorf("draw picture: %w", err)
	}
	if formatOf(file) == ".png" {
		return svgToPNG(w, &svg)
	}
	_, err := w.Write(svg.Bytes())
	return err
}

func renderSVG(ctx context.Context, w io.Writer, dot string) (err error) {
	engine, err := graphviz.New(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	graph, err := graphviz.ParseBytes([]byte(dot))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, graph.Close()) }()
	return engine.Render(ctx, graph, graphviz.SVG, w)
}
