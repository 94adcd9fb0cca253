package dashboards_test

import (
	"math"
	"regexp"
	"slices"
	"strings"
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

// Time in stage by owner, the first route and the nurture pool are those of a plain reading of the stages.
func TestTimeInStageIsThatOfTheStages(t *testing.T) {
	query, scope := loaded(t)
	_, stays, err := query.Query(t.Context(), `SELECT toString(owner), toString(stage), assumeNotNull(dateDiff('second', entered_at, ifNull(left_at, (SELECT max(observed_until) FROM runs))) / 86400), left_at IS NULL
		FROM stages WHERE unit_kind = 'person' AND junk_reason = '' AND stage IN ('inquiry', 'mql', 'pql', 'cql', 'sal', 'sql', 'opportunity', 'nurture')`)
	if err != nil {
		t.Fatal(err)
	}
	finished, waiting := map[string][]float64{}, map[string]float64{}
	for _, row := range stays {
		key := strings.ToLower(row[0].(string) + " " + row[1].(string))
		if row[3].(uint8) == 1 {
			waiting[key]++
			continue
		}
		finished[key] = append(finished[key], row[2].(float64))
	}
	rows := run(t, query, scope, "waterfall/owners")
	for _, row := range rows {
		key := strings.ToLower(row["Owner"].(string) + " " + row["Stage"].(string))
		if float(row["Entries"]) != float64(len(finished[key]))+waiting[key] || float(row["There now"]) != waiting[key] {
			t.Errorf("%s: %v entries, %v there now; want %d and %v", key, row["Entries"], row["There now"], len(finished[key])+int(waiting[key]), waiting[key])
		}
		for column, level := range map[string]float64{"Median days": .5, "p90 days": .9} {
			if len(finished[key]) > 0 && !near(float(row[column]), quantile(finished[key], level)) {
				t.Errorf("%s: %s %v, want %g", key, column, row[column], quantile(finished[key], level))
			}
		}
	}
	if len(rows) < 6 {
		t.Errorf("only %d rows", len(rows))
	}
}

// quantile between the two nearest of the values, as spreadsheets take it.
func quantile(values []float64, level float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	at := level * float64(len(sorted)-1)
	below := int(at)
	if below+1 == len(sorted) {
		return sorted[below]
	}
	return sorted[below] + (at-float64(below))*(sorted[below+1]-sorted[below])
}

// A unit counts by the route that it entered first, and as won if it was afterwards.
func TestTheFirstRouteIsTheOneEnteredFirst(t *testing.T) {
	query, scope := loaded(t)
	_, entries, err := query.Query(t.Context(), `SELECT unit_id, toString(stage) FROM stages WHERE unit_kind = 'person' AND junk_reason = '' AND stage IN ('mql', 'pql', 'cql', 'won')
		ORDER BY unit_id, entered_at, stage = 'won', indexOf(['pql', 'cql', 'mql'], stage)`)
	if err != nil {
		t.Fatal(err)
	}
	first, units, won := map[string]string{}, map[string]float64{}, map[string]float64{}
	for _, e := range entries {
		unit, stage := e[0].(string), strings.ToUpper(e[1].(string))
		route, qualified := first[unit]
		switch {
		case stage == "WON" && qualified && route != "":
			won[route]++
			first[unit] = "" // once
		case stage != "WON" && !qualified:
			first[unit] = stage
			units[stage]++
		}
	}
	for _, row := range run(t, query, scope, "waterfall/first_qualified") {
		route := row["First qualified by"].(string)
		if float(row["Units"]) != units[route] || float(row["Won since"]) != won[route] || units[route] == 0 {
			t.Errorf("%v; want %v units, %v won", row, units[route], won[route])
		}
		delete(units, route)
	}
	if len(units) > 0 {
		t.Errorf("routes that are not shown: %v", units)
	}
}

// How soon requests are answered is read from those that were.
func TestRepliesHaveTheirMedianAndNinetiethPercentile(t *testing.T) {
	query, scope := loaded(t)
	_, replies, err := query.Query(t.Context(), "SELECT toString(request), open_seconds FROM requests WHERE unit_kind = 'person' AND junk_reason = '' AND status = 'answered'")
	if err != nil {
		t.Fatal(err)
	}
	seconds := map[string][]float64{}
	for _, r := range replies {
		seconds[r[0].(string)] = append(seconds[r[0].(string)], r[1].(float64))
	}
	rows := run(t, query, scope, "waterfall/promises")
	for _, row := range rows {
		request := row["Request"].(string)
		if !near(float(row["Median reply"]), quantile(seconds[request], .5)) || !near(float(row["p90 reply"]), quantile(seconds[request], .9)) {
			t.Errorf("%s: %v; want %g and %g", request, row, quantile(seconds[request], .5), quantile(seconds[request], .9))
		}
	}
	if len(rows) == 0 {
		t.Error("no request")
	}
}

// Who was sent to nurture with a day to be asked again, is still there and was not asked since the day has come is overdue.
func TestWhoIsToBeAskedAgainIsOverdueOnceTheDayHasCome(t *testing.T) {
	query, scope := loaded(t)
	_, want, err := query.Query(t.Context(), `WITH (SELECT max(observed_until) FROM runs) AS until
		SELECT count(), countIf(s.left_at IS NULL), countIf(b.due IS NOT NULL AND b.due <= until AND s.left_at IS NULL)
		FROM stages AS s LEFT JOIN (SELECT unit_id, answered_at, max(revisit_at) AS due FROM bant_answers WHERE unit_kind = 'person' GROUP BY unit_id, answered_at) AS b
			ON b.unit_id = s.unit_id AND b.answered_at = s.entered_at
		WHERE s.unit_kind = 'person' AND s.junk_reason = '' AND s.stage = 'nurture'`)
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]float64{}
	for _, row := range run(t, query, scope, "waterfall/nurture") {
		for _, column := range []string{"Entries", "There now", "Overdue"} {
			sums[column] += float(row[column])
		}
	}
	if sums["Entries"] != float(want[0][0]) || sums["There now"] != float(want[0][1]) || sums["Overdue"] != float(want[0][2]) || sums["Overdue"] == 0 {
		t.Errorf("%v; want %v", sums, want[0])
	}
}
