package dashboards_test

import (
	"math"
	"regexp"
	"testing"
)

// The intervals of speed to lead are Wilson's and that of an odds ratio, of every class against all others that have ended.
func TestSpeedToLeadHasItsIntervals(t *testing.T) {
	query, scope := loaded(t)
	shown := run(t, query, scope, "waterfall/speed_to_lead")
	all, allYes := 0., 0.
	yes := func(row map[string]any) float64 {
		return math.Round(float(row["Requests"]) * float(row["Qualified after"]))
	}
	for _, row := range shown {
		if row["First reply"] != "still waiting" {
			all, allYes = all+float(row["Requests"]), allYes+yes(row)
		}
	}
	for _, row := range shown {
		n, of := float(row["Requests"]), yes(row)
		if from, to := wilson(of, n); !near(float(row["from"]), from) || !near(float(row["to"]), to) {
			t.Errorf("%v: %v to %v, want %v to %v", row["First reply"], row["from"], row["to"], from, to)
		}
		a, b, c, d := of+.5, n-of+.5, allYes-of+.5, all-n-(allYes-of)+.5
		ratio, spread := a*d/(b*c), math.Exp(1.959964*math.Sqrt(1/a+1/b+1/c+1/d))
		if row["First reply"] != "still waiting" &&
			(!near(float(row["Odds ratio"]), ratio) || !near(float(row["odds from"]), ratio/spread) || !near(float(row["odds to"]), ratio*spread)) {
			t.Errorf("%v: odds %v, %v to %v; want %v, %v to %v", row["First reply"], row["Odds ratio"], row["odds from"], row["odds to"], ratio, ratio/spread, ratio*spread)
		}
	}
}

// Junk is counted beside the others and changes no figure of theirs; every inquiry has one reason or none.
func TestRatesWithJunkAndWithout(t *testing.T) {
	query, scope := loaded(t)
	totals := run(t, query, scope, "waterfall/totals")[0]
	lead := run(t, query, scope, "waterfall/junk")[0]
	if float(lead["Inquiries without"]) != float(totals["Inquiries"]) || !near(float(lead["Rate without"]), float(totals["Inquiry → lead"])) {
		t.Errorf("without junk: %v, the totals say %v", lead, totals)
	}
	scope.Variables["junk"] = []string{"with"}
	with := run(t, query, scope, "waterfall/totals")[0]
	if float(lead["Inquiries with junk"]) != float(with["Inquiries"]) || !near(float(lead["Rate with junk"]), float(with["Inquiry → lead"])) {
		t.Errorf("with junk: %v, the totals say %v", lead, with)
	}
	inquiries := 0.
	for _, row := range run(t, query, scope, "waterfall/junk_reasons") {
		inquiries += float(row["Inquiries"])
	}
	if inquiries != float(with["Inquiries"]) {
		t.Errorf("reasons hold %v inquiries of %v", inquiries, with["Inquiries"])
	}
}

// Every change of owner between two stages of a unit is one hand-off, and every unit has one origin.
func TestHandOffsAndOriginsCountEachOnce(t *testing.T) {
	query, scope := loaded(t)
	_, stages, err := query.Query(t.Context(), `SELECT unit_id, toString(owner) FROM stages WHERE unit_kind = 'person' AND junk_reason = ''
		ORDER BY unit_id, entered_at, indexOf(['suspect', 'inquiry', 'mql', 'pql', 'cql', 'sal', 'sql', 'opportunity', 'won', 'retained', 'expanded', 'churned', 'nurture', 'disqualified'], stage)`)
	if err != nil {
		t.Fatal(err)
	}
	handoffs, units := 0., 0.
	for i, row := range stages {
		switch {
		case i == 0 || row[0] != stages[i-1][0]:
			units++
		case row[1] != stages[i-1][1]:
			handoffs++
		}
	}
	shown := 0.
	for _, row := range run(t, query, scope, "waterfall/handoffs") {
		shown += float(row["Hand-offs"])
		if row["From"] == row["To"] || float(row["Handed back"]) > float(row["Hand-offs"]) {
			t.Errorf("hand-off %v", row)
		}
	}
	if shown != handoffs || shown == 0 {
		t.Errorf("%v hand-offs shown, %v happened", shown, handoffs)
	}
	of := 0.
	for _, row := range run(t, query, scope, "waterfall/origins") {
		of += float(row["Units"])
		if rate := float(row["Win rate"]); rate < float(row["from"]) || rate > float(row["to"]) {
			t.Errorf("origin %v", row)
		}
	}
	if of != units {
		t.Errorf("origins hold %v units of %v", of, units)
	}
}

// Owners are written as people write them, wherever they stand.
func TestOwnersAreWrittenAsPeopleWriteThem(t *testing.T) {
	query, scope := loaded(t)
	written := 0
	for _, target := range targets(t) {
		if !regexp.MustCompile(`AS "(Owner|From|To)"`).MatchString(target.SQL) {
			continue
		}
		columns, rows, err := scope.Run(t.Context(), query, target.SQL)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			for i, v := range row {
				owner := columns[i] == "Owner" || columns[i] == "From" || columns[i] == "To"
				if owner && (v == "sdr" || v == "ae") {
					t.Errorf("%s, panel %d %q: %s is %v", target.Dashboard, target.ID, target.Title, columns[i], v)
				}
				if owner && (v == "SDR" || v == "AE") {
					written++
				}
			}
		}
	}
	if written == 0 {
		t.Error("no owner is an SDR or AE, so nothing is shown by this")
	}
}
