package main

import (
	"math"

	"github.com/funnelcloud/funnelcloud/models/layered"
)

const captionInk = "#444444"

// draw draws everything: thick arrows below thin ones, and what is written beside them above all.
func (p *picture) draw(c canvas) {
	for i, a := range p.Arrows {
		c.group(a.Hint)
		points := p.pointsOf(i)
		c.curve(shortened(points, a.Width), a.Width, a.Color)
		c.triangle(arrowhead(points, a.Width), a.Color)
	}
	for i, s := range p.States {
		c.group(s.Hint)
		centre, size := p.onPage(p.layout.Nodes[i]), p.turn(p.size[i])
		radius := 6.0
		if s.Unknown {
			radius = min(size.Along, size.Across) / 2
		}
		c.box(centre, size, radius, s.Fill, s.Unknown)
		top := centre.Across - float64(len(s.Lines)-1)/2*stateFont*lineHeight
		for k, line := range s.Lines {
			c.text(layered.Point{Along: centre.Along, Across: top + float64(k)*stateFont*lineHeight}, stateFont, s.Ink, true, false, line)
		}
	}
	for i, a := range p.Arrows {
		c.group(a.Hint)
		c.text(p.labelOf(i), arrowFont, captionInk, true, true, a.Text)
	}
	c.group("")
	_, height := p.extent()
	for k, line := range p.Caption {
		below := height - margin - (float64(len(p.Caption)-k)-.5)*captionFont*lineHeight
		c.text(layered.Point{Along: margin, Across: below}, captionFont, captionInk, false, false, line)
	}
}

// onPage is a point of the layout as x and y.
func (p *picture) onPage(at layered.Point) layered.Point {
	at = p.turn(at)
	return layered.Point{Along: at.Along + margin, Across: at.Across + margin}
}

// pointsOf are those of an arrow's curves, from its beginning to its head.
func (p *picture) pointsOf(arrow int) []layered.Point {
	a := p.Arrows[arrow]
	way := p.routes[arrow].Points
	if a.From == a.To {
		way = p.loop(a.From)
	}
	points := make([]layered.Point, len(way))
	for i, at := range way {
		if a.From > a.To { // laid out as its opposite
			i = len(way) - 1 - i
		}
		points[i] = p.onPage(at)
	}
	return points
}

// loop leaves a state where the layout has left room beside it.
func (p *picture) loop(state int) []layered.Point {
	centre, half := p.layout.Nodes[state], p.size[state].Across/2
	top := centre.Across - half
	const reach = loopHeight * 4 / 3 // of the curve's control points
	return []layered.Point{
		{Along: centre.Along - 8, Across: top}, {Along: centre.Along - 20, Across: top - reach},
		{Along: centre.Along + 20, Across: top - reach}, {Along: centre.Along + 8, Across: top},
	}
}

// labelOf is the middle of what is written beside an arrow.
func (p *picture) labelOf(arrow int) layered.Point {
	a := p.Arrows[arrow]
	if a.From != a.To {
		return p.onPage(p.routes[arrow].Label)
	}
	size := p.turn(layered.Point{Along: p.width(a.Text, arrowFont), Across: arrowFont * lineHeight})
	centre := p.layout.Nodes[a.From]
	centre.Across -= p.size[a.From].Across/2 + loopHeight + a.Width/2 + 2 + size.Across/2
	return p.onPage(centre)
}

// headLength grows with the arrow.
func headLength(width float64) float64 { return 6 + 1.2*width }

// direction is that in which curves end, of length 1.
func direction(points []layered.Point) layered.Point {
	end := points[len(points)-1]
	for i := len(points) - 2; i >= 0; i-- {
		x, y := end.Along-points[i].Along, end.Across-points[i].Across
		if length := math.Hypot(x, y); length > 0 {
			return layered.Point{Along: x / length, Across: y / length}
		}
	}
	return layered.Point{Along: 1}
}

// shortened ends within the arrow's head.
func shortened(points []layered.Point, width float64) []layered.Point {
	way := direction(points)
	short := append([]layered.Point{}, points...)
	last := &short[len(short)-1]
	by := headLength(width) - 1
	last.Along, last.Across = last.Along-by*way.Along, last.Across-by*way.Across
	return short
}

func arrowhead(points []layered.Point, width float64) [3]layered.Point {
	tip, way := points[len(points)-1], direction(points)
	length, half := headLength(width), 2.5+.75*width
	base := layered.Point{Along: tip.Along - length*way.Along, Across: tip.Across - length*way.Across}
	return [3]layered.Point{
		tip, {Along: base.Along - half*way.Across, Across: base.Across + half*way.Along},
		{Along: base.Along + half*way.Across, Across: base.Across - half*way.Along},
	}
}
