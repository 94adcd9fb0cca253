package path

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// DrawingOptions say how much of a graph is drawn.
type DrawingOptions struct {
	// Edges is the number of edges to draw, the busiest first, beside one that leads into and one that leads out of each
	// state. 0 draws as many as a reader can follow: three a state, and at least 24.
	Edges int
}

// Drawing is what a picture of a graph shows, before it is laid out.
type Drawing struct {
	States  []DrawnState // along the main direction
	Arrows  []DrawnArrow // the busiest first
	Caption []string     // lines that say what is shown, and what is left out
	Upright bool         // from top to bottom; else from left to right, as people read
}

// DrawnState is a box, the darker the likelier to win from it.
type DrawnState struct {
	Lines     []string // in the box
	Hint      string   // where the reader points at it
	Fill, Ink string   // #RRGGBB
	Unknown   bool     // no state, but where units come from or stay
}

// DrawnArrow is a transition, the thicker the more units took it.
type DrawnArrow struct {
	From, To int // index into States; From is above To for a way back, and the same for a loop
	Text     string
	Hint     string
	Color    string
	Width    float64 // in points
	Weight   float64 // how much its straightness matters, 1 to 10
}

// Colours of arrows: those of Okabe and Ito, which the colour-blind tell apart.
const (
	onwardColor = "#8C8C8C"
	backColor   = "#D55E00"
	loopColor   = "#E69F00"
)

// Draw chooses what a picture of the graph shows. The order of the states and edges makes no difference.
func Draw(states []State, graph []Transition, o DrawingOptions) Drawing {
	d := &drawer{states: map[string]State{}, ids: map[string]int{}}
	for _, s := range states {
		d.states[s.State] = s
		d.won = d.won || s.WinProbability > 0
	}
	d.choose(graph, o)
	d.rank()
	drawing := Drawing{Caption: d.caption(graph), Upright: len(d.order) > widest} // a page may be long, but not wide
	for _, name := range d.order {
		drawing.States = append(drawing.States, d.state(name))
	}
	for _, e := range d.edges {
		drawing.Arrows = append(drawing.Arrows, d.arrow(e))
	}
	return drawing
}

// widest is how many states may stand beside one another.
const widest = 16

// drawer is a drawing under way.
type drawer struct {
	states map[string]State
	won    bool         // somebody wins from somewhere; else nothing is said of it
	edges  []Transition // drawn, the busiest first
	units  uint64       // most that took an edge
	order  []string     // of the drawn states along the main direction
	ids    map[string]int
}

// choose takes the busiest edges, and for each state the busiest one in and out, so that none hangs in the air.
func (d *drawer) choose(graph []Transition, o DrawingOptions) {
	sorted := TopTransitions(graph, 0)
	limit := o.Edges
	if limit <= 0 {
		limit = max(24, 3*len(d.states))
	}
	into, out := map[string]bool{}, map[string]bool{}
	for i, e := range sorted {
		proper := e.From != e.To
		if i >= limit && !(proper && (!into[e.To] || !out[e.From])) {
			continue
		}
		d.edges = append(d.edges, e)
		d.units = max(d.units, e.Units)
		if proper {
			into[e.To], out[e.From] = true, true
		}
	}
}

// rank puts the drawn states into an order with little weight against it, by the heuristic of Eades, Lin and Smyth
// (Information Processing Letters 47, 1993): states that only leave come first, those that are only entered last.
func (d *drawer) rank() {
	left := map[string]bool{}
	for _, e := range d.edges {
		left[e.From], left[e.To] = true, true
	}
	var head, tail []string
	for len(left) > 0 {
		best, most := "", math.Inf(-1)
		last := ""
		for _, name := range slices.Sorted(maps.Keys(left)) {
			in, out := d.weights(name, left)
			if out == 0 {
				last = name
				break
			}
			balance := out - in
			if in == 0 {
				balance = math.Inf(1)
			}
			if balance > most {
				best, most = name, balance
			}
		}
		if last != "" {
			tail = append(tail, last)
			delete(left, last)
			continue
		}
		head = append(head, best)
		delete(left, best)
	}
	slices.Reverse(tail)
	d.order = slices.Concat(head, tail)
	for i, name := range d.order {
		d.ids[name] = i
	}
}

func (d *drawer) weights(name string, left map[string]bool) (in, out float64) {
	for _, e := range d.edges {
		if e.From == e.To || !left[e.From] || !left[e.To] {
			continue
		}
		if e.To == name {
			in += float64(e.Transitions)
		}
		if e.From == name {
			out += float64(e.Transitions)
		}
	}
	return in, out
}

func (d *drawer) state(name string) DrawnState {
	s, known := d.states[name]
	if !known {
		return DrawnState{Lines: wrap(name), Fill: "#FFFFFF", Ink: "#000000", Unknown: true}
	}
	fill, ink := winColor(s.WinProbability)
	count, hint := shortCount(s.Units), fmt.Sprintf("%s: %d units, %d entries, mean stay %.1f days", name, s.Units, s.Entries, s.MeanDays)
	if d.won {
		count += " · wins " + percentOf(s.WinProbability)
		hint += fmt.Sprintf(", wins %s (%s to %s)", percentOf(s.WinProbability), percentOf(s.WinLow), percentOf(s.WinHigh))
	}
	return DrawnState{Lines: append(wrap(name), count), Fill: fill, Ink: ink, Hint: hint}
}

func (d *drawer) arrow(e Transition) DrawnArrow {
	most := float64(d.edges[0].Transitions)
	a := DrawnArrow{
		From: d.ids[e.From], To: d.ids[e.To], Text: shortCount(e.Transitions), Color: onwardColor,
		Width:  .6 + 5.4*math.Sqrt(float64(e.Units)/float64(max(d.units, 1))),
		Weight: 1 + math.Floor(9*float64(e.Transitions)/most),
		Hint:   fmt.Sprintf("%s → %s: %d times, %d units, median %.1f days", e.From, e.To, e.Transitions, e.Units, e.MedianSeconds/86400),
	}
	if d.won {
		a.Hint += ", " + percentOf(e.ConversionRate) + " won later"
	}
	switch {
	case a.From == a.To:
		a.Color = loopColor
	case a.From > a.To:
		a.Color = backColor
	}
	return a
}

// caption tells what the picture shows and what it leaves out.
func (d *drawer) caption(graph []Transition) (lines []string) {
	var all, shown uint64
	for _, e := range graph {
		all += e.Transitions
	}
	for _, e := range d.edges {
		shown += e.Transitions
	}
	if d.won {
		lines = append(lines, "The darker a state, the likelier to win from it.")
	}
	lines = append(lines, "In a state: how many came there. The thicker an arrow, the more of them took it; beside it: how often. Vermillion: back. Orange: loops.")
	if left := len(graph) - len(d.edges); left > 0 {
		lines = append(lines, fmt.Sprintf("Not drawn: %d rarer transitions, %s of all moves.", left, percentOf(1-float64(shown)/float64(max(all, 1)))))
	}
	return lines
}

// winColor is a blue from nearly white to dark, and the ink that is legible on it.
func winColor(p float64) (fill, ink string) {
	p = min(max(p, 0), 1)
	from, to := [3]float64{247, 251, 255}, [3]float64{8, 81, 156}
	var c [3]int
	for i := range c {
		c[i] = int(math.Round(from[i] + (to[i]-from[i])*p))
	}
	ink = "#000000"
	if p > .5 {
		ink = "#FFFFFF"
	}
	return fmt.Sprintf("#%02X%02X%02X", c[0], c[1], c[2]), ink
}

func percentOf(p float64) string { return fmt.Sprintf("%.3g %%", 100*p) }

// shortCount is 12,345 as 12.3k.
func shortCount(n uint64) string {
	switch {
	case n >= 10_000_000:
		return fmt.Sprintf("%.3gM", float64(n)/1e6)
	case n >= 10_000:
		return fmt.Sprintf("%.3gk", float64(n)/1e3)
	}
	return fmt.Sprint(n)
}

// Widths of a state's name in runes: of a line, and of the whole.
const (
	lineWidth = 20
	nameWidth = 60
)

// wrap breaks a long name into lines, at spaces where there are any.
func wrap(name string) (lines []string) {
	name = strings.Join(strings.Fields(name), " ")
	if utf8.RuneCountInString(name) > nameWidth {
		name = string([]rune(name)[:nameWidth-1]) + "…"
	}
	line := ""
	for word := range strings.SplitSeq(name, " ") {
		for utf8.RuneCountInString(word) > lineWidth {
			if line != "" {
				lines, line = append(lines, line), ""
			}
			lines = append(lines, string([]rune(word)[:lineWidth]))
			word = string([]rune(word)[lineWidth:])
		}
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > lineWidth:
			lines, line = append(lines, line), word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}
