package main

import (
	"image/color"
	"io"
	"strconv"

	"github.com/fogleman/gg"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"

	"github.com/funnelcloud/funnelcloud/models/layered"
)

// pixelsPerPoint is how fine a PNG is drawn: legible on screens of high density, and on paper.
const pixelsPerPoint = 2

// largestPNG bounds its sides in pixels; a picture of hundreds of states is drawn coarser.
const largestPNG = 12_000

// pngCanvas paints pixels. Its letters are Go's own font: Latin, Greek and Cyrillic.
type pngCanvas struct {
	*gg.Context
	scale float64
	font  *sfnt.Font
	faces map[float64]font.Face
}

func (p *picture) png(w io.Writer) error {
	width, height := p.extent()
	c := &pngCanvas{scale: min(pixelsPerPoint, largestPNG/max(width, height)), font: p.font, faces: map[float64]font.Face{}}
	for _, size := range []float64{stateFont, arrowFont, captionFont} {
		face, err := opentype.NewFace(p.font, &opentype.FaceOptions{Size: size * c.scale, DPI: 72, Hinting: font.HintingNone})
		if err != nil {
			return err
		}
		c.faces[size] = face
	}
	c.Context = gg.NewContext(int(width*c.scale+.5), int(height*c.scale+.5))
	c.SetColor(color.White)
	c.Clear()
	p.draw(c)
	return c.EncodePNG(w)
}

func (c *pngCanvas) group(string) {}

func (c *pngCanvas) box(centre, size layered.Point, radius float64, fill string, dashed bool) {
	c.DrawRoundedRectangle((centre.Along-size.Along/2)*c.scale, (centre.Across-size.Across/2)*c.scale, size.Along*c.scale, size.Across*c.scale, radius*c.scale)
	c.SetColor(colorOf(fill))
	c.FillPreserve()
	if dashed {
		c.SetDash(4*c.scale, 3*c.scale)
	}
	c.paint(1, "#666666")
	c.SetDash()
}

// paint strokes what is drawn.
func (c *pngCanvas) paint(width float64, ink string) {
	c.SetColor(colorOf(ink))
	c.SetLineWidth(width * c.scale)
	c.SetLineCapButt()
	c.Stroke()
}

func (c *pngCanvas) curve(points []layered.Point, width float64, ink string) {
	c.MoveTo(points[0].Along*c.scale, points[0].Across*c.scale)
	for i := 3; i < len(points); i += 3 {
		a, b, end := points[i-2], points[i-1], points[i]
		c.CubicTo(a.Along*c.scale, a.Across*c.scale, b.Along*c.scale, b.Across*c.scale, end.Along*c.scale, end.Across*c.scale)
	}
	c.paint(width, ink)
}

func (c *pngCanvas) triangle(corners [3]layered.Point, ink string) {
	for _, corner := range corners {
		c.LineTo(corner.Along*c.scale, corner.Across*c.scale)
	}
	c.ClosePath()
	c.SetColor(colorOf(ink))
	c.Fill()
}

func (c *pngCanvas) text(at layered.Point, size float64, ink string, centred, haloed bool, words string) {
	c.SetFontFace(c.faces[size])
	anchor := 0.0
	if centred {
		anchor = .5
	}
	x, y := at.Along*c.scale, (at.Across+aboveMiddle*size)*c.scale
	if haloed {
		c.SetColor(color.White)
		for _, aside := range [8][2]float64{{1, 0}, {-1, 0}, {0, 1}, {0, -1}, {.7, .7}, {.7, -.7}, {-.7, .7}, {-.7, -.7}} {
			c.DrawStringAnchored(words, x+1.5*c.scale*aside[0], y+1.5*c.scale*aside[1], anchor, 0)
		}
	}
	c.SetColor(colorOf(ink))
	c.DrawStringAnchored(words, x, y, anchor, 0)
}

// colorOf reads #RRGGBB.
func colorOf(text string) color.Color {
	rgb, _ := strconv.ParseUint(text[1:], 16, 24) // written by ourselves
	return color.RGBA{uint8(rgb >> 16), uint8(rgb >> 8), uint8(rgb), 255}
}
