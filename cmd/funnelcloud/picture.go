package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/funnelcloud/funnelcloud/models/path"
)

// pictureFormats are the endings of files that a picture can be drawn into.
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
func renderPicture(w io.Writer, file string, drawing path.Drawing) error {
	if formatOf(file) == ".dot" {
		_, err := io.WriteString(w, drawing.Dot())
		return err
	}
	p, err := newPicture(drawing)
	if err == nil && formatOf(file) == ".png" {
		err = p.png(w)
	} else if err == nil {
		err = p.svg(w)
	}
	if err != nil {
		return fmt.Errorf("draw picture: %w", err)
	}
	return nil
}
