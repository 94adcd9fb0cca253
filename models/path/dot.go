package path

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// DotOptions say how much of a graph Dot draws.
type DotOptions struct {
	// Edges is the number of edges to draw, the busiest first, beside one that leads into and one that leads out of each
	// state. 0 draws as many as a reader can follow: three a state, and at least 24.
	Edges int
}

// Dot is the graph in the language of Graphviz, which lays it out: states as boxes with their units, the darker the
// likelier to win from them; transitions as arrows, the thicker the more units took them, and beside them how often.
// Arrows against the main direction are vermillion and loops orange; they don't move the states. A line below tells what
// is left out.
func Dot(states []State, graph []Transition, o DotOptions) string {
	d := &dot{states: map[string]State{}, ids: map[string]int{}}
	for _, s := range states {
		d.states[s.State] = s
		d.won = d.won || s.WinProbability > 0
	}
	d.choose(graph, o)
	d.rank()
	var b strings.Builder
	direction := "LR" // as people read
	if len(d.order) > widest {
		direction = "TB" // a page may be long, but not wide
	}
	b.WriteString("digraph paths {\n  rankdir=" + direction + ";" +
		" nodesep=0.3; ranksep=0.55; bgcolor=white; splines=true; remincross=true; pad=0.2;\n" +
		"  node [shape=box, style=\"rounded,filled\", fontname=\"Helvetica\", fontsize=12, color=\"#666666\", margin=\"0.12,0.06\"];\n" +
		"  edge [fontname=\"Helvetica\", fontsize=10, fontcolor=\"#444444\", arrowsize=0.7];\n")
	fmt.Fprintf(&b, "  label=%s; labelloc=b; labeljust=l; fontname=\"Helvetica\"; fontsize=11; fontcolor=\"#444444\";\n", d.caption(graph))
	for _, name := range d.order {
		d.node(&b, name)
	}
	for _, e := range d.edges {
		d.edge(&b, e)
	}
	b.WriteString("}\n")
	return b.String()
}

// widest is how many states may stand beside one another.
const widest = 16

// dot is a drawing under way.
type dot struct {
	states map[string]State
	won    bool         // somebody wins from somewhere; else nothing is said of it
	edges  []Transition // drawn, the busiest first
	units  uint64       // most that took an edge
	order  []string     // of the drawn states along the main direction
	ids    map[string]int
}

// choose takes the busiest edges, and for each state the busiest one in and out, so that none hangs in the air.
func (d *dot) choose(graph []Transition, o DotOptions) {
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
func (d *dot) rank() {
	left := map[string]bool{}
	for _, e := range d.edges {
		left[e.From], left[e.To] = true, true
	}
	var head, tail []string
	for len(left) > 0 {
		best, most := "", math.Inf(-1)
		last := ""
		for _, name := range sortedNames(left) {
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

func sortedNames(of map[string]bool) []string {
	names := make([]string, 0, len(of))
	for name := range of {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (d *dot) weights(name string, left map[string]bool) (in, out float64) {
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

func (d *dot) node(b *strings.Builder, name string) {
	s, known := d.states[name]
	if !known {
		fmt.Fprintf(b, "  n%d [label=%s, shape=ellipse, fillcolor=white, style=\"filled,dashed\"];\n", d.ids[name], quoteDot(name))
		return
	}
	fill, ink := winColor(s.WinProbability)
	label := wrap(name) + "\n" + shortCount(s.Units)
	if d.won {
		label += " · wins " + percentOf(s.WinProbability)
	}
	fmt.Fprintf(b, "  n%d [label=%s, fillcolor=%q, fontcolor=%q, tooltip=%s];\n", d.ids[name], quoteDot(label), fill, ink,
		quoteDot(fmt.Sprintf("%s: %d units, %d entries, wins %s (%s to %s), mean stay %.1f days", name, s.Units, s.Entries,
			percentOf(s.WinProbability), percentOf(s.WinLow), percentOf(s.WinHigh), s.MeanDays)))
}

func (d *dot) edge(b *strings.Builder, e Transition) {
	most := float64(d.edges[0].Transitions)
	width := .6 + 5.4*math.Sqrt(float64(e.Units)/float64(max(d.units, 1)))
	from, to, color, direction := d.ids[e.From], d.ids[e.To], "#8C8C8C", ""
	switch {
	case from == to:
		color = "#E69F00"
	case to < from: // laid out as its opposite, so that it moves no state and runs beside the others
		from, to, color, direction = to, from, "#D55E00", ", dir=back"
	}
	fmt.Fprintf(b, "  n%d -> n%d [label=%s, penwidth=%.2f, color=%q, weight=%d%s, tooltip=%s];\n", from, to,
		quoteDot(" "+shortCount(e.Transitions)+" "), width, color, 1+int(9*float64(e.Transitions)/most), direction,
		quoteDot(fmt.Sprintf("%s → %s: %d times, %d units, median %.1f days, %s won later", e.From, e.To, e.Transitions, e.Units,
			e.MedianSeconds/86400, percentOf(e.ConversionRate))))
}

// caption tells what the picture shows and what it leaves out.
func (d *dot) caption(graph []Transition) string {
	var all, shown uint64
	for _, e := range graph {
		all += e.Transitions
	}
	for _, e := range d.edges {
		shown += e.Transitions
	}
	text := "In a state: how many came there. The thicker an arrow, the more of them took it; beside it: how often. Vermillion: back. Orange: loops."
	if d.won {
		text = "The darker a state, the likelier to win from it.\n" + text
	}
	if left := len(graph) - len(d.edges); left > 0 {
		text += fmt.Sprintf("\nNot drawn: %d rarer transitions, %s of all moves.", left, percentOf(1-float64(shown)/float64(max(all, 1))))
	}
	return strings.ReplaceAll(quoteDot(text+"\n"), `\n`, `\l`) // lines that begin at the left
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
func wrap(name string) string {
	name = strings.Join(strings.Fields(name), " ")
	if utf8.RuneCountInString(name) > nameWidth {
		name = string([]rune(name)[:nameWidth-1]) + "…"
	}
	var lines []string
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
	return strings.Join(append(lines, line), "\n")
}

// quoteDot is a text as a quoted string of the language, whatever is in it: entities and escapes mean nothing, control
// characters but the line break are left out.
func quoteDot(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range strings.ToValidUTF8(text, "�") {
		switch {
		case r == '"', r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString("\\n")
		case r == '&':
			b.WriteString("&amp;")
		case r < ' ' || r == 0x7f:
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
