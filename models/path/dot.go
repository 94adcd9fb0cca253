package path

import (
	"fmt"
	"strings"
)

// Dot is the drawing in the language of Graphviz, for other programs to lay out.
func (d Drawing) Dot() string {
	direction := "LR"
	if d.Upright {
		direction = "TB"
	}
	var b strings.Builder
	b.WriteString("digraph paths {\n  rankdir=" + direction + ";" +
		" nodesep=0.3; ranksep=0.55; bgcolor=white; splines=true; remincross=true; pad=0.2;\n" +
		"  node [shape=box, style=\"rounded,filled\", fontname=\"Helvetica\", fontsize=12, color=\"#666666\", margin=\"0.12,0.06\"];\n" +
		"  edge [fontname=\"Helvetica\", fontsize=10, fontcolor=\"#444444\", arrowsize=0.7];\n")
	caption := strings.ReplaceAll(quoteDot(strings.Join(d.Caption, "\n")+"\n"), `\n`, `\l`) // lines that begin at the left
	fmt.Fprintf(&b, "  label=%s; labelloc=b; labeljust=l; fontname=\"Helvetica\"; fontsize=11; fontcolor=\"#444444\";\n", caption)
	for i, s := range d.States {
		shape := ""
		if s.Unknown {
			shape = ", shape=ellipse, style=\"filled,dashed\""
		}
		fmt.Fprintf(&b, "  n%d [label=%s, fillcolor=%q, fontcolor=%q, tooltip=%s%s];\n", i, quoteDot(strings.Join(s.Lines, "\n")), s.Fill, s.Ink, quoteDot(s.Hint), shape)
	}
	for _, a := range d.Arrows {
		from, to, direction := a.From, a.To, ""
		if to < from { // laid out as its opposite, so that it moves no state and runs beside the others
			from, to, direction = to, from, ", dir=back"
		}
		fmt.Fprintf(&b, "  n%d -> n%d [label=%s, penwidth=%.2f, color=%q, weight=%g%s, tooltip=%s];\n", from, to, quoteDot(" "+a.Text+" "), a.Width, a.Color, a.Weight, direction, quoteDot(a.Hint))
	}
	b.WriteString("}\n")
	return b.String()
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
