package report

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Wide says whether the figure takes the whole width of a page, rather than one of two columns.
func (f *Figure) Wide() bool {
	switch f.Kind {
	case "tiles", "graph":
		return true
	case "table":
		return f.alone || f.breadth() > halfBreadth
	}
	return f.alone || f.ID == certaintyID || f.Chart != nil && len(f.Chart.Series) > 8
}

// pair widens the figures that would stand alone in a row of two columns, which would leave a hole.
func pair(figures []*Figure) []*Figure {
	var open *Figure
	for _, f := range figures {
		switch {
		case !f.Wide() && open == nil:
			open = f
		case !f.Wide():
			open = nil
		case open != nil:
			open.alone, open = true, nil
		}
	}
	if open != nil {
		open.alone = true
	}
	return figures
}

// Dense says whether paper has room for the table in small print only.
func (f *Figure) Dense() bool { return f.breadth() > paperBreadth }

const (
	paperBreadth = 110

	halfBreadth = 84 // letters that a table in one of two columns has room for, on the widest page
	cellPadding = 2
	wrapped     = 24 // letters after which a text's cell breaks into lines
)

// breadth estimates how many letters a table is wide.
func (f *Figure) breadth() int {
	heads, cells, sum := f.Heads(), f.Cells(), 0
	for i, head := range heads {
		widest := longest(strings.Fields(head.Text))
		for _, row := range cells {
			length := utf8.RuneCountInString(row[i].Text)
			if !row[i].Right && !row[i].Time {
				length = min(length, wrapped)
			}
			widest = max(widest, length)
		}
		sum += widest + cellPadding
	}
	return sum
}

func longest(words []string) int {
	if len(words) == 0 {
		return 0
	}
	return utf8.RuneCountInString(slices.MaxFunc(words, func(a, b string) int { return utf8.RuneCountInString(a) - utf8.RuneCountInString(b) }))
}
