package report

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
)

// The page's own files, and ECharts as its npm package ships it: docs/adr says why this library and this build.
//
//go:embed assets/report.html assets/report.css assets/report.js assets/echarts.common.min.js
var assets embed.FS

// render writes the page. Nothing is written when the template fails.
func render(w io.Writer, p *page) error {
	files := map[string]string{}
	for _, name := range []string{"report.html", "report.css", "report.js", "echarts.common.min.js"} {
		text, err := assets.ReadFile("assets/" + name)
		if err != nil {
			return fmt.Errorf("report: %w", err)
		}
		files[name] = string(text)
	}
	t, err := template.New("report").Funcs(template.FuncMap{
		"css":  func() template.CSS { return template.CSS(files["report.css"]) },                           //nolint:gosec // our own file
		"js":   func(name string) template.JS { return template.JS(files[name]) },                          //nolint:gosec // our own file, and the library's
		"data": func(v any) (template.JS, error) { b, err := json.Marshal(v); return template.JS(b), err }, //nolint:gosec // json.Marshal escapes <, > and &
	}).Parse(files["report.html"])
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	var out bytes.Buffer
	if err := t.Execute(&out, p); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if _, err := out.WriteTo(w); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// Charts are all charts of the page by the id of their figure, for the page's script.
func (p *page) Charts() map[string]*chart {
	all := map[string]*chart{}
	for _, s := range p.Sections {
		for _, f := range s.Figures {
			if f.Chart != nil {
				all[f.ID] = f.Chart
			}
		}
	}
	return all
}
