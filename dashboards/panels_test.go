package dashboards_test

import (
	"testing"

	"github.com/funnelcloud/funnelcloud/dashboards"
)

func panelOf(t *testing.T, uid string, id uint32) dashboards.Panel {
	t.Helper()
	panels, err := dashboards.Panels()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range panels {
		if p.Dashboard == uid && p.ID == id {
			return p
		}
	}
	t.Fatalf("no panel %d on %s", id, uid)
	return dashboards.Panel{}
}

// What the report takes from a panel must be what Grafana reads from it.
func TestPanelsCarryTheirOverrides(t *testing.T) {
	linearity := panelOf(t, "funnelcloud-paths", 1)
	if f := linearity.FormatOf("Wins"); f != (dashboards.Format{Unit: "locale", Decimals: 0}) {
		t.Errorf("Wins are written as %v", f)
	}
	if f := linearity.FormatOf("Went back"); f != (dashboards.Format{Unit: "percentunit", Decimals: 0}) {
		t.Errorf("Went back is written as %v", f)
	}
	steps := panelOf(t, "funnelcloud-waterfall", 2)
	if steps.Hidden == nil || !steps.Hidden.MatchString("Median days") || steps.Hidden.MatchString("Rate") {
		t.Errorf("steps hide %v", steps.Hidden)
	}
	credit := panelOf(t, "funnelcloud-attribution", 2)
	if !credit.Stacked || credit.Matrix == nil || *credit.Matrix != (dashboards.Matrix{Row: "model", Column: "channel", Value: "share"}) {
		t.Errorf("credit by model: stacked %v, matrix %v", credit.Stacked, credit.Matrix)
	}
	if credit.Colors["Email"] != dashboards.ChannelColor("Email") {
		t.Errorf("Email has colour %q", credit.Colors["Email"])
	}
	if !panelOf(t, "funnelcloud-attribution", 7).Stacked || panelOf(t, "funnelcloud-waterfall", 5).Stacked {
		t.Error("credit over time must stack, entries over time must not")
	}
}
