package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/goccy/go-graphviz"
)

// pictureFormats by the ending of a file. The layout is Graphviz's own, compiled to WebAssembly: nothing to install.
var pictureFormats = map[string]graphviz.Format{".svg": graphviz.SVG, ".dot": graphviz.XDOT}

func validPicture(file string) error {
	if file == "" {
		return nil
	}
	if _, known := pictureFormats[strings.ToLower(filepath.Ext(file))]; !known {
		return fmt.Errorf("--picture %s: must end in .svg or .dot", file)
	}
	return nil
}

// renderPicture lays a graph out and draws it. A file that ends in .dot gets the graph itself, for another program to
// draw.
func renderPicture(ctx context.Context, w io.Writer, file, dot string) (err error) {
	format := pictureFormats[strings.ToLower(filepath.Ext(file))]
	if format == graphviz.XDOT {
		_, err := io.WriteString(w, dot)
		return err
	}
	engine, err := graphviz.New(ctx)
	if err != nil {
		return fmt.Errorf("draw picture: %w", err)
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	graph, err := graphviz.ParseBytes([]byte(dot))
	if err != nil {
		return fmt.Errorf("draw picture: %w", err)
	}
	defer func() { err = errors.Join(err, graph.Close()) }()
	var out bytes.Buffer
	if err := engine.Render(ctx, graph, format, &out); err != nil {
		return fmt.Errorf("draw picture: %w", err)
	}
	_, err = w.Write(out.Bytes())
	return err
}
