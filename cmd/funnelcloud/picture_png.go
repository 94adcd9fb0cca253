package main

import (
	"encoding/xml"
	"errors"
	"fmt"
	"image/color"
	"io"
	"strconv"
	"strings"

	"github.com/fogleman/gg"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
)

// pixelsPerPoint is how fine a PNG is drawn: legible on screens of high density, and on paper.
const pixelsPerPoint = 2

// largestPNG bounds its sides in pixels; a picture of hundreds of states is drawn coarser.
const largestPNG = 12_000

// svgToPNG draws a picture that Graphviz has written as SVG. Graphviz's own PNG renderer here fills curves that are only
// lines. It knows the few elements that Graphviz writes: others are an error, not a hole in the picture.
func svgToPNG(w io.Writer, svg io.Reader) error {
	p := pngPicture{faces: map[float64]font.Face{}}
	decoder := xml.NewDecoder(svg)
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("draw PNG: %w", err)
		}
		element, begins := token.(xml.StartElement)
		if !begins {
			continue
		}
		if err := p.draw(decoder, element); err != nil {
			return fmt.Errorf("draw PNG: element %s: %w", element.Name.Local, err)
		}
	}
	if p.canvas == nil {
		return errors.New("draw PNG: no picture")
	}
	return p.canvas.EncodePNG(w)
}

type pngPicture struct {
	canvas *gg.Context
	scale  float64
	faces  map[float64]font.Face
}

// attributes of an element by name.
type attributes map[string]string

// number reads an attribute that must be one; 0 where it is missing.
func (a attributes) number(name string) (float64, error) {
	if a[name] == "" {
		return 0, nil
	}
	return strconv.ParseFloat(strings.TrimSuffix(a[name], "pt"), 64)
}

func (p *pngPicture) draw(decoder *xml.Decoder, element xml.StartElement) error {
	a := attributes{}
	for _, attribute := range element.Attr {
		a[attribute.Name.Local] = attribute.Value
	}
	switch element.Name.Local {
	case "svg":
		return p.begin(a)
	case "g":
		return p.move(a)
	case "polygon":
		return p.shape(a, a["points"], true)
	case "polyline":
		return p.shape(a, a["points"], false)
	case "path":
		return p.shape(a, a["d"], false)
	case "ellipse":
		return p.ellipse(a)
	case "text":
		var words string
		if err := decoder.DecodeElement(&words, &element); err != nil {
			return err
		}
		return p.text(a, words)
	case "title", "a":
		return nil
	}
	return errors.New("unknown")
}

func (p *pngPicture) begin(a attributes) error {
	width, err := a.number("width")
	height, err2 := a.number("height")
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	p.scale = min(pixelsPerPoint, largestPNG/max(width, height, 1))
	p.canvas = gg.NewContext(int(width*p.scale+.5), int(height*p.scale+.5))
	p.canvas.Scale(p.scale, p.scale)
	return nil
}

// move applies the one transformation of the outermost group, which ends in translate(x y).
func (p *pngPicture) move(a attributes) error {
	_, by, found := strings.Cut(a["transform"], "translate(")
	if !found {
		return nil
	}
	at, err := numbersOf(strings.TrimSuffix(by, ")"))
	if err == nil && len(at) != 2 {
		err = fmt.Errorf("transform %q", a["transform"])
	}
	if err == nil {
		p.canvas.Translate(at[0], at[1])
	}
	return err
}

// numbersOf reads numbers apart by spaces or commas.
func numbersOf(text string) ([]float64, error) {
	fields := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' })
	list := make([]float64, len(fields))
	for i, field := range fields {
		var err error
		if list[i], err = strconv.ParseFloat(field, 64); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// shape draws straight lines between points or, behind a C, curves: the points of a path are M x,y C and three a curve.
func (p *pngPicture) shape(a attributes, points string, closed bool) error {
	begin, curves, curved := strings.Cut(strings.TrimPrefix(points, "M"), "C")
	at, err := numbersOf(begin)
	if err != nil {
		return err
	}
	if len(at) < 2 || len(at)%2 != 0 {
		return fmt.Errorf("points %q", points)
	}
	p.canvas.MoveTo(at[0], at[1])
	for i := 2; i < len(at); i += 2 {
		p.canvas.LineTo(at[i], at[i+1])
	}
	if curved {
		if at, err = numbersOf(curves); err != nil || len(at)%6 != 0 {
			return errors.Join(err, fmt.Errorf("path %q", points))
		}
		for i := 0; i < len(at); i += 6 {
			p.canvas.CubicTo(at[i], at[i+1], at[i+2], at[i+3], at[i+4], at[i+5])
		}
	}
	if closed {
		p.canvas.ClosePath()
	}
	return p.paint(a)
}

func (p *pngPicture) ellipse(a attributes) error {
	var at [4]float64
	for i, name := range []string{"cx", "cy", "rx", "ry"} {
		var err error
		if at[i], err = a.number(name); err != nil {
			return err
		}
	}
	p.canvas.DrawEllipse(at[0], at[1], at[2], at[3])
	return p.paint(a)
}

// paint fills and strokes what is drawn. Widths and dashes are in pixels of the canvas, not in points.
func (p *pngPicture) paint(a attributes) error {
	fill, err := colorOf(a["fill"], color.Black)
	if err != nil {
		return err
	}
	stroke, err := colorOf(a["stroke"], nil)
	if err != nil {
		return err
	}
	if fill != nil {
		p.canvas.SetColor(fill)
		p.canvas.FillPreserve()
	}
	if stroke != nil {
		width, err := a.number("stroke-width")
		if err != nil {
			return err
		}
		if width == 0 {
			width = 1
		}
		dashes, err := numbersOf(a["stroke-dasharray"])
		if err != nil {
			return err
		}
		for i := range dashes {
			dashes[i] *= p.scale
		}
		p.canvas.SetColor(stroke)
		p.canvas.SetLineWidth(width * p.scale)
		p.canvas.SetDash(dashes...)
		p.canvas.SetLineCapButt()
		p.canvas.StrokePreserve()
	}
	p.canvas.ClearPath()
	return nil
}

// colorOf reads #rrggbb and the names that Graphviz writes; nil is none.
func colorOf(text string, missing color.Color) (color.Color, error) {
	switch text {
	case "":
		return missing, nil
	case "none", "transparent":
		return nil, nil
	case "white":
		return color.White, nil
	case "black":
		return color.Black, nil
	}
	rgb, err := strconv.ParseUint(strings.TrimPrefix(text, "#"), 16, 24)
	if err != nil || len(text) != 7 {
		return nil, fmt.Errorf("color %q", text)
	}
	return color.RGBA{uint8(rgb >> 16), uint8(rgb >> 8), uint8(rgb), 255}, nil
}

// narrower makes Go's font, which is wider, fit where Graphviz has measured Helvetica.
const narrower = .94

func (p *pngPicture) text(a attributes, words string) error {
	var at [3]float64
	for i, name := range []string{"x", "y", "font-size"} {
		var err error
		if at[i], err = a.number(name); err != nil {
			return err
		}
	}
	ink, err := colorOf(a["fill"], color.Black)
	if err != nil {
		return err
	}
	face, err := p.face(at[2] * narrower * p.scale)
	if err != nil {
		return err
	}
	x, y := p.canvas.TransformPoint(at[0], at[1])
	p.canvas.Push()
	defer p.canvas.Pop()
	p.canvas.Identity() // letters are drawn in pixels, not stretched
	p.canvas.SetFontFace(face)
	p.canvas.SetColor(ink)
	anchor := map[string]float64{"middle": .5, "end": 1}[a["text-anchor"]]
	p.canvas.DrawStringAnchored(strings.ReplaceAll(words, "\u00a0", " "), x, y, anchor, 0)
	return nil
}

// face is Go's own font in a size in pixels. It has Latin, Greek and Cyrillic letters.
func (p *pngPicture) face(size float64) (font.Face, error) {
	if face, known := p.faces[size]; known {
		return face, nil
	}
	parsed, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return nil, err
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return nil, err
	}
	p.faces[size] = face
	return face, nil
}
