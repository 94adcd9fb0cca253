package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// siblings is the drop-down of all dashboards at the top of each; period and variables go along.
func siblings() *dashboard.DashboardLinkBuilder {
	return dashboard.NewDashboardLinkBuilder("funnelcloud").Type(dashboard.DashboardLinkTypeDashboards).Tags([]string{tag}).
		AsDropdown(false).IncludeVars(true).KeepTime(true).Icon("external link").Tooltip("Same period, same choices").TargetBlank(false)
}

// carried are the choices that links between dashboards take along; the datasource among them.
const carried = "${__url_time_range}&${datasource:queryparam}&${unit_kind:queryparam}"

// to links a panel to the dashboard that tells more.
func to(title, uid string) *dashboard.DashboardLinkBuilder {
	return dashboard.NewDashboardLinkBuilder(title).Type(dashboard.DashboardLinkTypeLink).Icon("").Tooltip("").Tags([]string{}).
		Url("/d/" + uid + "?" + carried).TargetBlank(false)
}

// drill makes a cell a link that sets one variable to the cell's value.
func drill(title, uid, variable, choices string) dashboard.DynamicConfigValue {
	return set("links", []map[string]any{{
		"title": title, "url": "/d/" + uid + "?" + carried + choices + "&var-" + variable + "=${__value.raw:percentencode}", "targetBlank": false,
	}})
}
