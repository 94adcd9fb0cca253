package main

import (
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"

	"github.com/funnelcloud/funnelcloud/models/layered"
	"github.com/funnelcloud/funnelcloud/models/path"
)

// Sizes in points.
const (
	stateFont   = 12.0
	arrowFont   = 10.0
	captionFont = 11.0
	lineHeight  = 1.2 // of the font
	stateMargin = 9.0 // beside the text; a half of it above and below
	loopHeight  = 20.0
	arrowGap    = 6.0  // at least, between arrows that meet a state
	margin      = 14.0 // around everything
)

// pictureGaps leave room for arrows to bend.
var pictureGaps = layered.Gaps{Along: 32, Across: 12}

// canvas is what a picture is drawn on. Points are x and y, colours #RRGGBB.
type canvas interface {
	// group is told what the reader sees who points at the following shapes.
	group(hint string)
	box(centre, size layered.Point, radius float64, fill string, dashed bool)
	curve(points []layered.Point, width float64, color string)
	triangle(corners [3]layered.Point, color string)
	// text is centred, on white where it is written over others, or begins at a point.
	text(at layered.Point, size float64, ink string, centred, haloed bool, words string)
}

// picture is a drawing that is laid out. Its along is x, or y where it is upright.
type picture struct {
	path.Drawing
	layout layered.Layout
	size   []layered.Point // of the states, along and across
	routes map[int]layered.Route
	font   *sfnt.Font
	buffer sfnt.Buffer
}

func newPicture(d path.Drawing) (*picture, error) {
	parsed, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return nil, err
	}
	p := &picture{Drawing: d, font: parsed, routes: map[int]layered.Route{}}
	nodes := p.nodes()
	var edges []layered.Edge
	var arrows []int
	for i, a := range d.Arrows {
		label := p.turn(layered.Point{Along: p.width(a.Text, arrowFont), Across: arrowFont * lineHeight})
		if a.From == a.To {
			nodes[a.From].Beside = loopHeight + a.Width/2 + label.Across + 4
			continue
		}
		arrows = append(arrows, i)
		edges = append(edges, layered.Edge{
			From: min(a.From, a.To), To: max(a.From, a.To), Weight: a.Weight, LabelAlong: label.Along, LabelAcross: label.Across + a.Width/2,
		})
	}
	if p.layout, err = layered.Lay(nodes, edges, pictureGaps); err != nil {
		return nil, err
	}
	for i, route := range p.layout.Routes {
		p.routes[arrows[i]] = route
	}
	return p, nil
}

// nodes are the boxes of the states: large enough for their text, and for the arrows that meet at a side.
func (p *picture) nodes() []layered.Node {
	before, after := make([]float64, len(p.States)), make([]float64, len(p.States)) // arrows at either side
	for _, a := range p.Arrows {
		after[min(a.From, a.To)]++
		before[max(a.From, a.To)]++
	}
	nodes := make([]layered.Node, len(p.States))
	for i, s := range p.States {
		text := layered.Point{Across: float64(len(s.Lines)) * stateFont * lineHeight}
		for _, line := range s.Lines {
			text.Along = math.Max(text.Along, p.width(line, stateFont))
		}
		size := p.turn(layered.Point{Along: text.Along + 2*stateMargin, Across: text.Across + stateMargin})
		size.Across = math.Max(size.Across, arrowGap*(math.Max(before[i], after[i])+1))
		p.size = append(p.size, size)
		nodes[i] = layered.Node{Along: size.Along, Across: size.Across}
	}
	return nodes
}

// turn exchanges along and across with x and y where the picture is upright.
func (p *picture) turn(at layered.Point) layered.Point {
	if p.Upright {
		return layered.Point{Along: at.Across, Across: at.Along}
	}
	return at
}

// width of a text in Go's own font, which is wider than Helvetica. What the font doesn't have is taken for a square.
func (p *picture) width(words string, size float64) float64 {
	const em = 64 << 6 // 64 pixels, in 64ths
	units := 0.0
	for _, r := range words {
		advance := float64(em)
		if glyph, err := p.font.GlyphIndex(&p.buffer, r); err == nil && glyph != 0 {
			if a, err := p.font.GlyphAdvance(&p.buffer, glyph, em, font.HintingNone); err == nil {
				advance = float64(a)
			}
		}
		units += advance
	}
	return units / em * size
}

// extent is the whole picture's width and height, with its caption.
func (p *picture) extent() (width, height float64) {
	size := p.turn(layered.Point{Along: p.layout.Along, Across: p.layout.Across})
	width, height = size.Along, size.Across+margin
	for _, line := range p.Caption {
		width = math.Max(width, p.width(line, captionFont))
		height += captionFont * lineHeight
	}
	return width + 2*margin, height + 2*margin
}
