// Package dashboards makes funnelcloud's Grafana dashboards from Go and from the SQL under queries/panels.
//
// A dashboard is a Go file, a panel a function, a panel's SQL a file of its own. The JSON is committed under json/, so that
// Grafana can be provisioned from a checkout; a test fails when it drifts from what this package makes. Panels read the
// published marts only, and every one of them says in its description what its number means and what it doesn't.
//
// The same SQL feeds the report of package report: Expand turns it into the statement that Grafana would send.
package dashboards

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/table"
)

// Generate returns every dashboard as the text of its file, by file name. The same program makes the same bytes.
func Generate() (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, page := range pages() {
		text, err := page.render()
		if err != nil {
			return nil, fmt.Errorf("make dashboard %s: %w", page.uid, err)
		}
		files[page.file] = text
	}
	return files, nil
}

// Write puts every dashboard into folder, which it makes if it must, and returns the names of the files it wrote.
func Write(folder string) ([]string, error) {
	files, err := Generate()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, fmt.Errorf("make the folder of dashboards: %w", err)
	}
	var names []string
	for _, page := range pages() {
		if err := os.WriteFile(filepath.Join(folder, page.file), files[page.file], 0o644); err != nil {
			return names, fmt.Errorf("write dashboard: %w", err)
		}
		names = append(names, page.file)
	}
	return names, nil
}

// page is one dashboard before it is rendered.
type page struct {
	file, uid, title, description string
	from, to, refresh             string
	variables                     []cog.Builder[dashboard.VariableModel]
	panels                        []cog.Builder[dashboard.Panel]
}

// pages are all dashboards, in the order of their links.
func pages() []page {
	return []page{overview(), attribution(), qualification(), waterfall(), paths(), accounts(), afterWin(), pipeline()}
}

func (p page) render() ([]byte, error) {
	built, err := p.build()
	if err != nil {
		return nil, err
	}
	if err := checkGrid(built.Panels); err != nil {
		return nil, err
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(built); err != nil {
		return nil, err
	}
	return unescapeHTML(text.Bytes()), nil
}

var escapedHTML = regexp.MustCompile(`\\(\\|u003c|u003e|u0026)`)

// unescapeHTML writes <, > and & as they are, since SQL is full of them and people read the diff. The encoder's own switch
// doesn't reach the SDK's types, which marshal themselves. A pair of backslashes is matched to be left alone: what follows
// it is text.
func unescapeHTML(text []byte) []byte {
	plain := map[string]string{`\u003c`: "<", `\u003e`: ">", `\u0026`: "&", `\\`: `\\`}
	return escapedHTML.ReplaceAllFunc(text, func(found []byte) []byte { return []byte(plain[string(found)]) })
}

func (p page) build() (dashboard.Dashboard, error) {
	b := dashboard.NewDashboardBuilder(p.title).Uid(p.uid).Description(p.description).Tags([]string{tag}).
		Timezone("utc").Time(p.from, p.to).Refresh(p.refresh).Readonly().
		Tooltip(dashboard.DashboardCursorSyncCrosshair).Variables(p.variables).Link(siblings())
	for _, panel := range p.panels {
		b = b.WithPanel(panel)
	}
	built, err := b.Build()
	if err != nil {
		return built, err
	}
	for _, p := range built.Panels {
		if options, ok := p.Panel.Options.(*table.Options); ok {
			options.Footer = nil // the SDK's default, which Grafana's schema has dropped since
		}
	}
	return built, p.connect(built.Panels)
}

// checkGrid refuses panels without a place, off the 24 columns, or on top of one another: Grafana would move them.
func checkGrid(panels []dashboard.PanelOrRowPanel) error {
	var faults []error
	taken := map[[2]uint32]uint32{}
	for _, p := range panels {
		if p.Panel == nil || p.Panel.Id == nil || p.Panel.GridPos == nil {
			return errors.New("a panel lacks an id or a place")
		}
		at, id := *p.Panel.GridPos, *p.Panel.Id
		if at.W == 0 || at.H == 0 || at.X+at.W > columns {
			faults = append(faults, fmt.Errorf("panel %d: %d columns from column %d don't fit the grid of %d", id, at.W, at.X, columns))
		}
		for x := at.X; x < at.X+at.W; x++ {
			for y := at.Y; y < at.Y+at.H; y++ {
				if other, full := taken[[2]uint32{x, y}]; full {
					return errors.Join(append(faults, fmt.Errorf("panel %d lies on panel %d", id, other))...)
				}
				taken[[2]uint32{x, y}] = id
			}
		}
	}
	return errors.Join(faults...)
}
