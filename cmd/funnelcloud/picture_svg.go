package main

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/funnelcloud/funnelcloud/models/layered"
)

// svgCanvas writes elements of SVG.
type svgCanvas struct {
	b     strings.Builder
	hints bool // a group is open
}

func (p *picture) svg(w io.Writer) error {
	c := &svgCanvas{}
	p.draw(c)
	c.group("")
	width, height := p.extent()
	_, err := fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="%.0fpt" height="%.0fpt" viewBox="0 0 %.0f %.0f" font-family="Helvetica,Arial,sans-serif">
<rect width="100%%" height="100%%" fill="#FFFFFF"/>
%s</svg>
`, width, height, width, height, c.b.String())
	return err
}

func (c *svgCanvas) group(hint string) {
	if c.hints {
		c.b.WriteString("</g>\n")
	}
	if c.hints = hint != ""; c.hints {
		fmt.Fprintf(&c.b, "<g><title>%s</title>\n", escaped(hint))
	}
}

// escaped is a text as XML; what no XML can hold becomes �.
func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a builder takes everything
	return b.String()
}

func (c *svgCanvas) box(centre, size layered.Point, radius float64, fill string, dashed bool) {
	dashes := ""
	if dashed {
		dashes = ` stroke-dasharray="4,3"`
	}
	fmt.Fprintf(&c.b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="%.1f" fill="%s" stroke="#666666"%s/>`+"\n",
		centre.Along-size.Along/2, centre.Across-size.Across/2, size.Along, size.Across, radius, fill, dashes)
}

func (c *svgCanvas) curve(points []layered.Point, width float64, color string) {
	fmt.Fprintf(&c.b, `<path fill="none" stroke="%s" stroke-width="%.2f" d="M%.1f,%.1f`, color, width, points[0].Along, points[0].Across)
	for i, p := range points[1:] {
		between := " "
		if i%3 == 0 {
			between = "C"
		}
		fmt.Fprintf(&c.b, "%s%.1f,%.1f", between, p.Along, p.Across)
	}
	c.b.WriteString("\"/>\n")
}

func (c *svgCanvas) triangle(corners [3]layered.Point, color string) {
	fmt.Fprintf(&c.b, `<path fill="%s" d="M%.1f,%.1f %.1f,%.1f %.1f,%.1fZ"/>`+"\n", color,
		corners[0].Along, corners[0].Across, corners[1].Along, corners[1].Across, corners[2].Along, corners[2].Across)
}

func (c *svgCanvas) text(at layered.Point, size float64, ink string, centred, haloed bool, words string) {
	style := ""
	if centred {
		style += ` text-anchor="middle"`
	}
	if haloed {
		style += ` paint-order="stroke" stroke="#FFFFFF" stroke-width="3"`
	}
	fmt.Fprintf(&c.b, `<text x="%.1f" y="%.1f" font-size="%g" fill="%s"%s>%s</text>`+"\n", at.Along, at.Across+aboveMiddle*size, size, ink, style, escaped(words))
}

// aboveMiddle is how far, in sizes of the font, the middle of a line of text lies above its base line.
const aboveMiddle = .35
