package dashboards

import (
	"fmt"
	"slices"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// siblings is the drop-down of all dashboards at the top of each; period and variables go along.
func siblings() *dashboard.DashboardLinkBuilder {
	return dashboard.NewDashboardLinkBuilder("funnelcloud").Type(dashboard.DashboardLinkTypeDashboards).Tags([]string{tag}).
		AsDropdown(false).IncludeVars(true).KeepTime(true).Icon("external link").Tooltip("Same period, same choices").TargetBlank(false)
}

// to links a panel to the dashboard that tells more. What goes along is added when the page is built.
func to(title, uid string) *dashboard.DashboardLinkBuilder {
	return dashboard.NewDashboardLinkBuilder(title).Type(dashboard.DashboardLinkTypeLink).Icon("").Tooltip("").Tags([]string{}).
		Url("/d/" + uid).TargetBlank(false)
}

// drill makes a cell a link that sets one variable to the cell's value.
func drill(title, uid, variable string) dashboard.DynamicConfigValue {
	return set("links", []map[string]any{{
		"title": title, "url": "/d/" + uid + "?var-" + variable + "=${__value.raw:percentencode}", "targetBlank": false,
	}})
}

// choices are the names of each dashboard's variables, by its uid.
func choices(all []page) (map[string][]string, error) {
	names := map[string][]string{}
	for _, p := range all {
		names[p.uid] = []string{}
		for _, b := range p.variables {
			v, err := b.Build()
			if err != nil {
				return nil, err
			}
			names[p.uid] = append(names[p.uid], v.Name)
		}
	}
	return names, nil
}

// connect completes the panels' links to other dashboards: the period goes along, and every choice that both have.
func (p page) connect(panels []dashboard.PanelOrRowPanel) error {
	names, err := choices(append(pages(), p))
	if err != nil {
		return err
	}
	for _, panel := range panels {
		for _, url := range urls(panel.Panel) {
			if err := url.carry(names, p.uid); err != nil {
				return fmt.Errorf("panel %d: %w", *panel.Panel.Id, err)
			}
		}
	}
	return nil
}

// address is the URL of a link, of a panel or of cells.
type address struct {
	read  string
	write func(string)
}

// urls are the addresses of all links of a panel.
func urls(p *dashboard.Panel) (all []address) {
	for i := range p.Links {
		all = append(all, address{*p.Links[i].Url, func(url string) { p.Links[i].Url = &url }})
	}
	if p.FieldConfig == nil {
		return all
	}
	for _, override := range p.FieldConfig.Overrides {
		for _, property := range override.Properties {
			links, _ := property.Value.([]map[string]any)
			for _, link := range links {
				all = append(all, address{link["url"].(string), func(url string) { link["url"] = url }})
			}
		}
	}
	return all
}

// carry completes the address of a dashboard by what goes along from another. Pipeline health keeps a period of its own: it
// looks at hours, and at when work was done, the others at months, and at when things happened.
func (a address) carry(names map[string][]string, from string) error {
	path, own, _ := strings.Cut(a.read, "?")
	uid := strings.TrimPrefix(path, "/d/")
	if names[uid] == nil {
		return fmt.Errorf("a link to %s, which is no dashboard", path)
	}
	var parts []string
	if (uid == pipelineUID) == (from == pipelineUID) {
		parts = append(parts, "${__url_time_range}")
	}
	for _, name := range names[uid] {
		if slices.Contains(names[from], name) && !strings.HasPrefix(own, "var-"+name+"=") {
			parts = append(parts, "${"+name+":queryparam}")
		}
	}
	if own != "" {
		parts = append(parts, own)
	}
	a.write(path + "?" + strings.Join(parts, "&"))
	return nil
}
