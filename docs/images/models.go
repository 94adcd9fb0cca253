//go:build ignore

// Models draws the pictures that explain attribution models: go run docs/images/models.go writes them, with -check it fails where they
// have drifted. What they show is read from the worked examples of docs/attribution.md, which a test holds against the models, or
// computed here from the same seven paths.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
)

const folder = "docs/images/"

var colors = map[string]string{"Search": "#0072b2", "Email": "#e69f00", "Chat": "#009e73", "A": "#0072b2", "B": "#e69f00", "C": "#009e73"}

func main() {
	check := flag.Bool("check", false, "compare instead of writing")
	flag.Parse()
	if err := run(*check); err != nil {
		fmt.Fprintln(os.Stderr, "models:", err)
		os.Exit(1)
	}
}

func run(check bool) error {
	rules, err := drawRules()
	if err != nil {
		return err
	}
	for name, svg := range map[string]string{"rules.svg": rules, "markov.svg": drawMarkov(), "shapley.svg": drawShapley(), "incremental.svg": drawIncremental()} {
		if !check {
			if err := os.WriteFile(folder+name, []byte(svg), 0o644); err != nil {
				return err
			}
			continue
		}
		if was, err := os.ReadFile(folder + name); err != nil || !bytes.Equal(was, []byte(svg)) {
			return fmt.Errorf("%s has drifted: go run docs/images/models.go (%v)", name, err)
		}
	}
	return nil
}

// canvas is an SVG on white paper, so that it can be read on a dark page, too.
type canvas struct{ strings.Builder }

func newCanvas(width, height int, title string) *canvas {
	c := &canvas{}
	c.put(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" role="img" aria-label="%s" font-family="system-ui,'DejaVu Sans',sans-serif" font-size="13">`, width, height, width, title)
	c.put(`<rect width="%d" height="%d" rx="8" fill="#fff"/>`, width, height)
	c.text(20, 28, title, `font-weight="600" font-size="16"`)
	return c
}

func (c *canvas) put(format string, a ...any) { fmt.Fprintf(c, format+"\n", a...) }

func (c *canvas) text(x, y float64, words, more string) {
	if !strings.Contains(more, "fill=") {
		more += ` fill="#1c2733"`
	}
	c.put(`<text x="%.0f" y="%.0f" %s>%s</text>`, x, y, more, words)
}

func (c *canvas) done() string { return c.String() + "</svg>\n" }

const soft, middle = `fill="#5b6875" font-size="12"`, `text-anchor="middle"`

// drawRules reads the table of rules of the manual.
func drawRules() (string, error) {
	text, err := os.ReadFile("docs/attribution.md")
	if err != nil {
		return "", err
	}
	_, rest, _ := strings.Cut(string(text), "| rule |")
	table, _, _ := strings.Cut(rest, "\n\n")
	lines := strings.Split(table, "\n")
	if len(lines) < 5 {
		return "", fmt.Errorf("docs/attribution.md has no table of rules")
	}
	heads := strings.Split(lines[0], "|")
	c := newCanvas(760, 96+44*(len(lines)-2), "One journey, and what each rule gives its touches")
	place := func(i int) float64 { return 230 + 130*float64(i) }
	for i := range 4 {
		c.text(place(i), 58, strings.TrimSpace(heads[i]), middle+` font-weight="600"`)
	}
	for row, line := range lines[2:] {
		cells, base := strings.Split(line, "|"), float64(110+44*row)
		c.text(20, base, strings.Trim(cells[1], " `"), "")
		c.put(`<path d="M170 %.0fH700" stroke="#dde3e8"/>`, base)
		for i := range 4 {
			weight, err := strconv.ParseFloat(strings.TrimSpace(cells[2+i]), 64)
			if err != nil {
				return "", fmt.Errorf("table of rules: %w", err)
			}
			channel, _, _ := strings.Cut(strings.TrimSpace(heads[i]), ",")
			c.put(`<rect x="%.0f" y="%.1f" width="34" height="%.1f" fill="%s"/>`, place(i)-40, base-34*weight, 34*weight, colors[channel])
			c.text(place(i), base-4, fmt.Sprintf("%.0f %%", 100*weight), soft)
		}
	}
	return c.done(), nil
}

// path is one of the manual's second example: its channels, and how many of all journeys converted.
type path struct {
	channels       string
	converted, all float64
}

var paths = []path{{"AAB", 10, 40}, {"ABAC", 8, 20}, {"B", 5, 100}, {"CB", 4, 20}, {"ACCB", 6, 16}, {"A", 1, 61}, {"BCB", 3, 12}}

// chain counts the steps between states: ( is the start, + a conversion, - none.
func chain() map[string]float64 {
	steps, from := map[string]float64{}, map[string]float64{}
	for _, p := range paths {
		way := "(" + p.channels
		for i := range len(way) - 1 {
			steps[way[i:i+2]] += p.all
			from[way[i:i+1]] += p.all
		}
		last := way[len(way)-1:]
		steps[last+"+"], steps[last+"-"] = steps[last+"+"]+p.converted, steps[last+"-"]+p.all-p.converted
		from[last] += p.all
	}
	for step := range steps {
		steps[step] /= from[step[:1]]
	}
	return steps
}

// converts is the chance to convert from the start; whoever comes to the channel without is lost.
func converts(steps map[string]float64, without string) float64 {
	chance := map[string]float64{"+": 1}
	for range 500 {
		for _, state := range []string{"C", "B", "A", "("} {
			sum := 0.
			for _, next := range []string{"A", "B", "C", "+"} {
				if next != without {
					sum += steps[state+next] * chance[next]
				}
			}
			chance[state] = sum
		}
	}
	return chance["("]
}

func drawMarkov() string {
	steps := chain()
	whole := converts(steps, "")
	c := newCanvas(760, 470, "markov_1: take a channel away, and see how many conversions are lost")
	at := map[string][2]float64{"(": {62, 205}, "A": {250, 125}, "B": {385, 205}, "C": {250, 290}, "+": {690, 125}, "-": {690, 290}}
	names := map[string]string{"(": "start", "+": "converts", "-": "does not"}
	for _, from := range []string{"(", "A", "B", "C"} {
		for _, to := range []string{"A", "B", "C", "+", "-"} {
			if p := steps[from+to]; p > 0 {
				c.arrow(at[from], at[to], p, from+to == "C+", from == to)
			}
		}
	}
	for _, state := range []string{"(", "A", "B", "C", "+", "-"} {
		color, name := colors[state], names[state]
		if color == "" {
			color = "#5b6875"
		} else {
			name = state
		}
		c.put(`<rect x="%.0f" y="%.0f" width="76" height="32" rx="6" fill="#fff" stroke="%s" stroke-width="2.5"/>`, at[state][0]-38, at[state][1]-16, color)
		c.text(at[state][0], at[state][1]+5, name, middle+` font-weight="600"`)
	}
	c.text(20, 380, fmt.Sprintf("As it is, %.1f %% of journeys convert. Arrows into a channel that is taken away lead to “does not”:", 100*whole), "")
	for i, channel := range []string{"A", "B", "C"} {
		left := converts(steps, channel) / whole
		y := 406 + 22*float64(i)
		c.put(`<rect x="120" y="%.0f" width="%.1f" height="14" fill="%s"/>`, y-11, 300*(1-left), colors[channel])
		c.text(20, y, "without "+channel, "")
		c.text(128+300*(1-left), y, fmt.Sprintf("%.1f %% of the conversions are lost: removal effect %.3f", 100*(1-left), 1-left), soft)
	}
	return c.done()
}

// arrow is as thick as its step is likely.
func (c *canvas) arrow(from, to [2]float64, p float64, otherSide, loop bool) {
	x, y := (from[0]+to[0])/2, (from[1]+to[1])/2
	if loop {
		up := -1.
		if from[1] > 200 {
			up = 1
		}
		c.put(`<path d="M%.0f %.0fc-40 %.0f 60 %.0f 20 0" fill="none" stroke="#9aa8b4" stroke-width="%.1f"/>`, from[0]-10, from[1]+up*14, up*50, up*50, 1+7*p)
		c.text(from[0]+34, from[1]+up*36+4, fmt.Sprintf("%.2f", p), soft+" "+middle)
		return
	}
	// Bent to one side, so that ways there and back stay apart.
	dx, dy := to[0]-from[0], to[1]-from[1]
	length := math.Hypot(dx, dy)
	bend := 26 / length
	if otherSide {
		bend = -bend
	}
	bx, by := x-dy*bend, y+dx*bend
	c.put(`<path d="M%.0f %.0fQ%.0f %.0f %.0f %.0f" fill="none" stroke="#9aa8b4" stroke-width="%.1f"/>`, from[0], from[1], bx, by, to[0], to[1], 1+7*p)
	c.put(`<path d="M-5 -5L6 0L-5 5Z" fill="#5b6875" transform="translate(%.1f %.1f) rotate(%.1f)"/>`, (x+bx)/2+dx/length*24, (y+by)/2+dy/length*24, math.Atan2(dy, dx)*180/math.Pi)
	c.put(`<circle cx="%.0f" cy="%.0f" r="12" fill="#fff"/>`, (x+bx)/2, (y+by)/2)
	c.text((x+bx)/2, (y+by)/2+4, fmt.Sprintf("%.2f", p), soft+" "+middle)
}

// worth is how many conversions come of journeys that hold channels of the set only.
func worth(set string) float64 {
	sum := 0.
	for _, p := range paths {
		if strings.Trim(p.channels, set) == "" {
			sum += p.converted
		}
	}
	return sum
}

func drawShapley() string {
	c := newCanvas(760, 330, "Shapley values: what a channel adds, over all orders in which channels can join")
	orders := []string{"ABC", "ACB", "BAC", "BCA", "CAB", "CBA"}
	adds := map[string]float64{}
	for row, order := range orders {
		y, x := 62+34*float64(row), 130.
		c.text(20, y+15, strings.Join(strings.Split(order, ""), ", then "), soft)
		for i := range order {
			channel := order[i : i+1]
			added := worth(order[:i+1]) - worth(order[:i])
			adds[channel] += added / float64(len(orders))
			c.put(`<rect x="%.1f" y="%.0f" width="%.1f" height="22" fill="%s" stroke="#fff"/>`, x, y, 15*added, colors[channel])
			if added >= 3 {
				c.text(x+7.5*added, y+16, fmt.Sprintf("%s adds %.0f", channel, added), middle+` fill="#fff" font-size="12"`)
			}
			x += 15 * added
		}
	}
	words := []string{}
	for _, channel := range []string{"A", "B", "C"} {
		words = append(words, fmt.Sprintf("%s %.2f", channel, adds[channel]))
	}
	c.text(20, 290, fmt.Sprintf("Their mean is the credit: %s, together %.0f conversions.", strings.Join(words, ", "), worth("ABC")), "")
	c.text(20, 312, "This is shapley_set: a set is worth the conversions of journeys that hold no other channel. Other games have other worths.", soft+` textLength="700"`)
	return c.done()
}

// drawIncremental shows the idea, not data: rates at which somebody converts, over time.
func drawIncremental() string {
	c := newCanvas(760, 330, "incremental: what would be missing without the touch")
	touches := []struct {
		at, adds float64
		name     string
	}{{3, 70, "Search"}, {9, 45, "Email"}, {13, 90, "Chat"}}
	line := func(until int, color string) {
		var way strings.Builder
		for day := 0.; day <= 20; day += .1 {
			height := 24.
			for _, t := range touches[:until] {
				if day >= t.at {
					height += t.adds * math.Exp(-(day-t.at)/2.2)
				}
			}
			fmt.Fprintf(&way, "L%.0f %.1f", 60+32*day, 250-height)
		}
		c.put(`<path d="M60 250%sL700 250Z" fill="%s"/>`, way.String(), color)
	}
	line(3, colors["Chat"])
	line(2, colors["Email"])
	line(1, colors["Search"])
	line(0, "#d0d7dd")
	for _, t := range touches {
		c.text(60+32*t.at, 268, t.name, middle)
		c.put(`<path d="M%.0f 250v6" stroke="#1c2733"/>`, 60+32*t.at)
	}
	c.put(`<path d="M%d 60V250" stroke="#1c2733" stroke-dasharray="4 3"/>`, 60+32*14)
	c.text(60+32*14+6, 72, "converts here", "")
	c.text(68, 244, "by itself", `fill="#3d4954" font-size="12"`)
	c.text(20, 298, "Each touch adds to the rate of converting, and what it adds fades. At the instant of the conversion each gets what", soft)
	c.text(20, 316, "it still adds; the grey part, what comes by itself, is the baseline. A touch long past, or one that adds nothing, gets little.", soft)
	return c.done()
}
