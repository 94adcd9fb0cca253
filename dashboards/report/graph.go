package report

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"slices"
	"strings"

	"github.com/funnelcloud/funnelcloud/dashboards"
)

// drawn is the order of states along the line; others follow, (open) ends it.
var drawn = []string{
	"(start)", "suspect", "inquiry", "mql", "pql", "cql", "sal", "sql", "opportunity", "won", "(converted)", "retained", "expanded",
	"churned", "nurture", "disqualified",
}

const (
	nodeWidth  = 80
	nodeGap    = 10
	nodeHeight = 40
	labelWidth = 44 // of a count written on an arc
	lineHeight = 12
)

// arc is an edge between places on the line.
type arc struct {
	from, to     int
	count        float64
	days         float64
	share        float64 // of the busiest edge
	label, color string
}

// graphAbout replaces the panel's description, which tells how Grafana's node graph looks.
const graphAbout = "States in the drawn order, with their units. Grey arcs go forward, vermillion ones below the line go back, orange rings are loops; the thicker, the more. These are the busiest transitions; the way to (open) are units still there at the end of the data. Point at an arc for its count and the median days between."

// drawGraph draws the paths as an arc diagram: states on one line in the drawn order, steps forward as arcs above it, steps
// back as arcs below, loops as rings. It is made here and not by the page's script, so that it prints and needs no script;
// and the order of the states on a line shows at once what a force layout hides: which way is back.
func drawGraph(nodes, edges frame) template.HTML {
	if len(edges.Rows) == 0 {
		return ""
	}
	states := order(nodes.texts("id"))
	arcs := arcsOf(edges, states)
	up, down := reach(arcs)
	width, line := len(states)*(nodeWidth+nodeGap)+nodeGap, up+24
	var svg strings.Builder
	// It may shrink to three quarters before its box scrolls.
	fmt.Fprintf(&svg, `<svg viewBox="0 0 %d %d" style="min-width:%dpx;max-width:%dpx" role="img" aria-label="Transitions between states; the table below has the same numbers">`,
		width, line+nodeHeight+down+24, width*3/4, width)
	var labels []point
	for _, a := range arcs {
		labels = writeArc(&svg, a, line, labels)
	}
	for i, state := range states {
		writeNode(&svg, i, line, state, nodes, slices.Index(nodes.texts("id"), state))
	}
	svg.WriteString("</svg>")
	return template.HTML(svg.String()) //nolint:gosec // every text in it went through html.EscapeString
}

func order(states []string) []string {
	rank := func(s string) int {
		if i := slices.Index(drawn, s); i >= 0 {
			return i
		}
		if s == "(open)" {
			return len(drawn) + 1
		}
		return len(drawn)
	}
	states = slices.Clone(states)
	slices.SortStableFunc(states, func(a, b string) int { return rank(a) - rank(b) })
	return states
}

func arcsOf(edges frame, states []string) []arc {
	var all []arc
	most := 0.
	for i := range edges.Rows {
		most = max(most, edges.number(i, "mainstat"))
	}
	for i := range edges.Rows {
		a := arc{
			from: slices.Index(states, edges.text(i, "source")), to: slices.Index(states, edges.text(i, "target")),
			count: edges.number(i, "mainstat"), days: edges.number(i, "secondarystat"), color: edges.text(i, "color"),
		}
		if a.from < 0 || a.to < 0 {
			continue
		}
		a.share = a.count / most
		a.label = fmt.Sprintf("%s → %s: %s times, median %s days", edges.text(i, "source"), edges.text(i, "target"), grouped(a.count, 0), grouped(a.days, 1))
		all = append(all, a)
	}
	return all
}

// back says whether an arc goes below the line.
func (a arc) back() bool { return a.to < a.from }

func (a arc) height() int { return int(26 + 22*math.Sqrt(math.Abs(float64(a.to-a.from))*2.2)) }

// reach is how far the arcs go above and below the line.
func reach(arcs []arc) (up, down int) {
	up = 40
	for _, a := range arcs {
		if a.back() {
			down = max(down, a.height())
		} else {
			up = max(up, a.height())
		}
	}
	return up, down
}

func center(place int) int { return nodeGap + place*(nodeWidth+nodeGap) + nodeWidth/2 }

type point struct{ x, y int }

// writeArc draws an arc and, where no label is in the way yet, its count; it returns the places of the labels so far.
func writeArc(svg *strings.Builder, a arc, line int, labels []point) []point {
	class, from, to, top := "forward", center(a.from)+12, center(a.to)-12, line
	peak := line - a.height()
	switch {
	case a.from == a.to:
		class, from, to, peak = "loop", center(a.from)-16, center(a.from)+16, line-44
	case a.back():
		class, from, to, top = "back", center(a.from)-12, center(a.to)+12, line+nodeHeight
		peak = top + a.height()
	}
	// A cubic whose control points lie at 4/3 of the height reaches just the height.
	control := top + (peak-top)*4/3
	fmt.Fprintf(svg, `<path class="%s" d="M%d %d C%d %d %d %d %d %d" stroke-width="%.1f"><title>%s</title></path>`,
		class, from, top, from, control, to, control, to, top, 1+8*math.Sqrt(a.share), html.EscapeString(a.label))
	at := point{(from + to) / 2, peak + 4}
	for _, p := range labels {
		if abs(p.x-at.x) < labelWidth && abs(p.y-at.y) < lineHeight {
			return labels
		}
	}
	fmt.Fprintf(svg, `<text class="count" x="%d" y="%d">%s</text>`, at.x, at.y, grouped(a.count, 0))
	return append(labels, at)
}

func abs(x int) int { return max(x, -x) }

func writeNode(svg *strings.Builder, place, line int, state string, nodes frame, row int) {
	x := center(place) - nodeWidth/2
	fmt.Fprintf(svg, `<g><rect x="%d" y="%d" width="%d" height="%d" rx="6" stroke="%s"/>`, x, line, nodeWidth, nodeHeight, dashboards.StateColor(state))
	fmt.Fprintf(svg, `<text x="%d" y="%d" class="state">%s</text>`, center(place), line+17, html.EscapeString(state))
	fmt.Fprintf(svg, `<text x="%d" y="%d" class="units">%s</text>`, center(place), line+32, grouped(nodes.number(row, "mainstat"), 0))
	title := state + ": " + grouped(nodes.number(row, "mainstat"), 0) + " units"
	if win := nodes.at(row, "secondarystat"); win != nil {
		title += ", " + percent(nodes.number(row, "secondarystat")) + " win from here; " + nodes.text(row, "subtitle")
	}
	fmt.Fprintf(svg, `<title>%s</title></g>`, html.EscapeString(title))
}
