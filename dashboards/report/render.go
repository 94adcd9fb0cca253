package report

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
)

// The page's own files, and ECharts as its npm package ships it: docs/adr says why this library and this build.
//
//go:embed assets/report.html assets/parts.html assets/report.css assets/report.js assets/echarts.common.min.js
var assets embed.FS

// Asset is a file that pages need: report.css, report.js or echarts.common.min.js.
func Asset(name string) ([]byte, error) { return assets.ReadFile("assets/" + name) }

// Templates are the parts that pages are made of: front, section, figure, table.
func Templates() (*template.Template, error) {
	text := func(name string) (string, error) { b, err := Asset(name); return string(b), err }
	return template.New("parts.html").Funcs(template.FuncMap{
		"css":  func() (template.CSS, error) { t, err := text("report.css"); return template.CSS(t), err },  //nolint:gosec // our own file
		"js":   func(name string) (template.JS, error) { t, err := text(name); return template.JS(t), err }, //nolint:gosec // our own file, and the library's
		"data": func(v any) (template.JS, error) { b, err := json.Marshal(v); return template.JS(b), err },  //nolint:gosec // json.Marshal escapes <, > and &
		"long": func(text string) bool { return len([]rune(text)) > longText },
		"slug": func(words string) string { return strings.ReplaceAll(strings.ToLower(words), " ", "-") },
	}).ParseFS(assets, "assets/parts.html")
}

// longText is how many letters a cell shows whole; of more it shows the first lines, and the rest on pointing at it.
const longText = 160

// render writes the page. Nothing is written when the template fails.
func render(w io.Writer, p *Page) error {
	t, err := Templates()
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if t, err = t.ParseFS(assets, "assets/report.html"); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, "report.html", p); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if _, err := out.WriteTo(w); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// Title heads the page.
func (p *Page) Title() string {
	if p.Company == "" {
		return "What brings conversions, and how sure is that?"
	}
	name := []rune(p.Company)
	if len(name) > longName {
		name = append(name[:longName:longName], '…')
	}
	return string(name) + ": what brings conversions, and how sure is that?"
}

// longName is how many letters of a company's name a title has room for.
const longName = 60

// leading is how many findings stand beside the credit; the others follow below.
const leading = 5

// Lead are the findings that stand first.
func (p *Page) Lead() []Finding { return p.Findings[:min(leading, len(p.Findings))] }

// More are the others.
func (p *Page) More() []Finding { return p.Findings[min(leading, len(p.Findings)):] }

// Faults say what the page couldn't find out.
func (p *Page) Faults() []string {
	var all []string
	for _, s := range p.Sections {
		for _, f := range slices.Concat(s.Figures, s.Further) {
			if f.Fault != "" {
				all = append(all, fmt.Sprintf("“%s” is missing: ClickHouse refused its statement.", f.Title))
			}
		}
	}
	return all
}

// Charts are all charts of the page by the id of their figure, for the page's script.
func (p *Page) Charts() map[string]*Chart {
	all := map[string]*Chart{}
	for _, s := range p.Sections {
		for _, f := range slices.Concat(s.Figures, s.Further) {
			if f.Chart != nil {
				all[f.ID] = f.Chart
			}
		}
	}
	return all
}
