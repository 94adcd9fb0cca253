package report

import (
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/funnelcloud/funnelcloud/dashboards"
)

// Figure is a panel with its rows.
type Figure struct {
	ID, Title, About, Empty string
	Kind                    string // tiles, table, chart or graph
	Fault                   string // why ClickHouse refused a statement; empty: it didn't
	Unsegmented             bool   // it shows all units, though a segment was chosen
	Data                    frame  // rows of the first query, as a matrix where the panel is one
	Chart                   *Chart // nil: none
	Graph                   template.HTML
	Link                    func(column, value string) string // where a cell leads, empty for nowhere; nil: none does

	panel dashboards.Panel
	alone bool // beside it on a wide screen stands nothing
}

// draw decides how the figure is shown.
func (f *Figure) draw(frames map[string]frame) {
	switch f.panel.Type {
	case "stat":
		f.Kind = "tiles"
	case "barchart":
		f.Kind, f.Chart = "chart", f.bars()
	case "timeseries":
		f.Kind, f.Chart = "chart", f.series()
	case "nodeGraph":
		f.Kind, f.Graph, f.Data = "graph", drawGraph(frames["nodes"], frames["edges"]), frames["edges"].edgeTable()
		f.About = graphAbout
	default:
		f.Kind = "table"
	}
	if f.ID == certaintyID && len(f.Data.Rows) > 0 {
		f.Kind, f.Chart = "chart", f.intervals()
	}
}

// Without leaves columns out, such as those that say the same in every row.
func (f *Figure) Without(columns ...string) {
	for _, name := range columns {
		at := slices.Index(f.Data.Columns, name)
		if at < 0 {
			continue
		}
		f.Data.Columns = slices.Delete(slices.Clone(f.Data.Columns), at, at+1)
		for i, row := range f.Data.Rows {
			f.Data.Rows[i] = slices.Delete(slices.Clone(row), at, at+1)
		}
	}
}

// WithoutEmpty leaves out the columns that hold nothing in any row.
func (f *Figure) WithoutEmpty() {
	var empty []string
	for i, name := range f.Data.Columns {
		if !slices.ContainsFunc(f.Data.Rows, func(row []any) bool { return row[i] != nil && row[i] != "" }) {
			empty = append(empty, name)
		}
	}
	if len(f.Data.Rows) > 0 {
		f.Without(empty...)
	}
}

// fill replaces ${name} and ${name:text} in a title by the variable's value.
func fill(title string, scope dashboards.Scope) string {
	for name, values := range scope.Variables {
		value := strings.TrimPrefix(strings.Join(values, ", "), "utm_")
		title = strings.NewReplacer("${"+name+"}", value, "${"+name+":text}", value).Replace(title)
	}
	return title
}

// Tile is one big number.
type Tile struct{ Name, Value string }

// Tiles are the figure's first row, one Tile a column.
func (f *Figure) Tiles() []Tile {
	var all []Tile
	if len(f.Data.Rows) == 0 {
		return nil
	}
	for i, name := range f.Data.Columns {
		value := write(f.Data.Rows[0][i], f.panel.FormatOf(name))
		if value == "" {
			value = "–"
		}
		all = append(all, Tile{name, value})
	}
	return all
}

// Cell is a cell of a table: its text, what it sorts by, and how dark a matrix paints it (0 to 5).
type Cell struct {
	Text  string
	Sort  string
	Link  string
	Right bool
	Time  bool
	Heat  int
}

// breaking is from how many letters on a text breaks into lines on a narrow screen, too.
const breaking = 40

// Class is the cell's style.
func (c Cell) Class() string {
	switch {
	case c.Heat > 0:
		return fmt.Sprintf("right heat%d", c.Heat)
	case c.Right:
		return "right"
	case c.Time:
		return "time"
	case utf8.RuneCountInString(c.Text) > breaking:
		return "text"
	}
	return ""
}

// Heads are the names of the table's columns.
func (f *Figure) Heads() []Cell {
	var all []Cell
	for i, name := range f.Data.Columns {
		if i == 0 && f.panel.Matrix != nil {
			name = strings.ToUpper(name[:1]) + strings.ReplaceAll(name[1:], "_", " ")
		}
		all = append(all, Cell{Text: name, Right: f.Data.numeric(i)})
	}
	return all
}

// Cells are the rows of the table.
func (f *Figure) Cells() [][]Cell {
	var all [][]Cell
	for _, row := range f.Data.Rows {
		var line []Cell
		for i, v := range row {
			c := Cell{Text: write(v, f.panel.FormatOf(f.Data.Columns[i])), Right: f.Data.numeric(i)}
			if x, ok := v.(float64); ok {
				c.Sort = strconv.FormatFloat(x, 'f', -1, 64)
				if f.panel.Matrix != nil {
					c.Heat = heat(x)
				}
			}
			_, c.Time = v.(time.Time)
			if f.Link != nil {
				c.Link = f.Link(f.Data.Columns[i], c.Text)
			}
			line = append(line, c)
		}
		all = append(all, line)
	}
	return all
}

// heat is how dark a matrix paints a share, in the dashboards' steps.
func heat(share float64) int {
	step := 0
	for _, from := range dashboards.HeatSteps {
		if share >= from {
			step++
		}
	}
	return step
}
