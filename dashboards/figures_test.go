package dashboards_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/funnelcloud/funnelcloud/dashboards"
)

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

// float is a figure of a row, whatever its type; NaN for NULL.
func float(v any) float64 {
	switch x := v.(type) {
	case float64:
		return x
	case uint64:
		return float64(x)
	case int64:
		return float64(x)
	}
	return math.NaN()
}

// The shares on the overview are those of Attribution, and their intervals those of a plain reference: the linearised variance
// of a ratio of sums over units.
func TestIntervalsOfCreditAreThoseOfAReference(t *testing.T) {
	query, scope := loaded(t)
	_, rows, err := query.Query(t.Context(), "SELECT unit_id, toString(channel), sum(weight) FROM attribution_ledger WHERE unit_kind = 'person' AND conversion_type = 'won' AND model = 'markov_1' GROUP BY 1, 2")
	if err != nil {
		t.Fatal(err)
	}
	units, total, sums := map[string]map[string]float64{}, 0., map[string]float64{}
	for _, row := range rows {
		unit, channel, weight := row[0].(string), row[1].(string), row[2].(float64)
		if units[unit] == nil {
			units[unit] = map[string]float64{}
		}
		units[unit][channel] = weight
		total += weight
		sums[channel] += weight
	}
	shown := run(t, query, scope, "overview/credit")
	if len(shown) != len(sums) || len(shown) < 5 {
		t.Fatalf("%d channels on the overview, %d in the ledger", len(shown), len(sums))
	}
	for _, row := range shown {
		channel, variance := row["Channel"].(string), 0.
		p := sums[channel] / total
		for _, weights := range units {
			of := 0.
			for _, w := range weights {
				of += w
			}
			deviation := weights[channel] - p*of
			variance += deviation * deviation
		}
		half := 1.959964 * math.Sqrt(variance) / total
		if !near(float(row["Share"]), p) || !near(float(row["from"]), max(0, p-half)) || !near(float(row["to"]), min(1, p+half)) {
			t.Errorf("%s: %v from %v to %v, want %v ± %v", channel, row["Share"], row["from"], row["to"], p, half)
		}
	}
}

// The fixture's second three months against its first.
func TestChangeHasTheIntervalOfARatioOfPoissonCounts(t *testing.T) {
	query, scope := loaded(t)
	scope.From = scope.To.Add(-scope.To.Sub(scope.From) / 2).Truncate(time.Second)
	for _, row := range run(t, query, scope, "overview/change") {
		now, before := float(row["This period"]), float(row["Period before"])
		if row["Measure"] == "amount" || now == 0 || before == 0 {
			continue
		}
		half := 1.959964 * math.Sqrt(1/now+1/before)
		from, to := now/before*math.Exp(-half)-1, now/before*math.Exp(half)-1
		reading := "within chance"
		if from > 0 || to < 0 {
			reading = "real"
		}
		if !near(float(row["from"]), from) || !near(float(row["to"]), to) || row["Reading"] != reading {
			t.Errorf("%s: %v after %v changed by %v to %v, %v; want %v to %v, %s", row["Measure"], now, before, row["from"], row["to"], row["Reading"], from, to, reading)
		}
	}
}

// Every customer is in one route, and either there or gone; the retained share lies within its interval.
func TestCustomersAreCountedOnce(t *testing.T) {
	query, scope := loaded(t)
	totals := run(t, query, scope, "afterwin/totals")[0]
	won, churned := float(totals["Customers won"]), float(totals["Churned"])
	if won < 20 || churned == 0 || won != float(totals["Still there"])+churned {
		t.Errorf("of %v customers %v are there and %v gone", won, totals["Still there"], churned)
	}
	customers, left := 0., 0.
	for _, row := range run(t, query, scope, "afterwin/routes") {
		customers += float(row["Customers"])
		left += float(row["Churned"])
		if p := float(row["Retained"]); p < float(row["from"]) || p > float(row["to"]) {
			t.Errorf("%v: %v lies outside %v to %v", row["First qualified by"], p, row["from"], row["to"])
		}
	}
	if !near(customers, won) || !near(left, churned) {
		t.Errorf("routes hold %v customers of whom %v left, want %v and %v", customers, left, won, churned)
	}
}

// Wilson's interval of 81 of 263 is 0.2553 to 0.3662: the example of Newcombe (1998), table I.
func TestRetentionHasWilsonsInterval(t *testing.T) {
	query, scope := loaded(t)
	for _, row := range run(t, query, scope, "afterwin/routes") {
		n, of := float(row["Old enough"]), float(row["stayed"])
		if n == 0 {
			continue
		}
		from, to := wilson(of, n)
		if !near(float(row["from"]), from) || !near(float(row["to"]), to) {
			t.Errorf("%v of %v: %v to %v, want %v to %v", of, n, row["from"], row["to"], from, to)
		}
	}
	if from, to := wilson(81, 263); math.Abs(from-.2553) > 5e-5 || math.Abs(to-.3662) > 5e-5 {
		t.Errorf("the reference gives %v to %v", from, to)
	}
}

func wilson(of, n float64) (from, to float64) {
	const z = 1.959964
	p := of / n
	middle, half := p+z*z/(2*n), z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return (middle - half) / (1 + z*z/n), (middle + half) / (1 + z*z/n)
}

// A cohort's share never rises with age as long as the same customers are judged, and is never above one.
func TestCohortsAreSharesInOrder(t *testing.T) {
	query, scope := loaded(t)
	rows := run(t, query, scope, "afterwin/cohorts")
	if len(rows) == 0 {
		t.Fatal("no cohort")
	}
	for i, row := range rows {
		if share := float(row["retained"]); share < 0 || share > 1 {
			t.Errorf("%v %v: %v", row["cohort"], row["age_name"], share)
		}
		if i > 0 && rows[i-1]["cohort"].(string) > row["cohort"].(string) {
			t.Errorf("%v comes before %v", rows[i-1]["cohort"], row["cohort"])
		}
	}
}

// The score on an account's page is the sum of the rows that explain it.
func TestAccountsScoreIsTheSumOfItsSignals(t *testing.T) {
	query, scope := loaded(t)
	sum := 0.
	for _, row := range run(t, query, scope, "accounts/scores") {
		sum += float(row["Left now"])
	}
	if score := float(run(t, query, scope, "accounts/account")[0]["Score now"]); math.Abs(score-sum) > 1e-6 || sum == 0 {
		t.Errorf("score %v, its signals add up to %v", score, sum)
	}
}

// Names are the customers' own: quotes, other scripts and emoji in an id must neither break a statement nor find another.
func TestHostileAccountIdsFindNobody(t *testing.T) {
	query, scope := loaded(t)
	panels, err := dashboards.Panels()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"'; DROP TABLE events; --", "שלום", "🚀", strings.Repeat("long ", 400), ""} {
		scope.Variables["account"] = []string{id}
		for _, p := range panels {
			if p.Dashboard != "funnelcloud-accounts" || p.ID == 12 {
				continue
			}
			_, rows, err := scope.Run(t.Context(), query, p.Queries[0].SQL)
			if err != nil || len(rows) > 0 {
				t.Errorf("%.20q, panel %d: %d rows, %v", id, p.ID, len(rows), err)
			}
		}
	}
}

// Of the requests that are old enough to say, those within 5 minutes are among those within 10, and those never followed up among
// the never answered; the waterfall says the same under the same names.
func TestFollowUpAgreesWithTheWaterfall(t *testing.T) {
	query, scope := loaded(t)
	f := run(t, query, scope, "overview/follow_up")[0]
	classes, all := map[string]float64{}, 0.
	for _, row := range run(t, query, scope, "waterfall/speed_to_lead") {
		classes[row["First reply"].(string)] = float(row["Requests"])
		all += float(row["Requests"])
	}
	judged := all - classes["still waiting"]
	for name, want := range map[string]float64{
		"Within 5 minutes": classes["within 5 minutes"] / judged, "Within 10 minutes": (classes["within 5 minutes"] + classes["within 10 minutes"]) / judged,
		"Never answered": classes["never"] / judged,
	} {
		if !near(float(f[name]), want) {
			t.Errorf("%s: %v, want %v", name, f[name], want)
		}
	}
	promised, never, wasted := 0., 0., 0.
	for _, row := range run(t, query, scope, "waterfall/promises") {
		promised += float(row["Requests"])
		never += float(row["Never answered"])
		wasted += float(row["Never followed up"])
	}
	if promised != all || never != classes["never"] || wasted >= never || wasted == 0 {
		t.Errorf("owners answer for %v requests of %v, %v of %v never answered, %v never followed up", promised, all, never, classes["never"], wasted)
	}
	tile := run(t, query, scope, "waterfall/totals")[0]["Never followed up"]
	if !near(float(f["Never followed up"]), wasted/judged) || tile != f["Never followed up"] {
		t.Errorf("never followed up: %v on the overview, %v on the waterfall, want %v", f["Never followed up"], tile, wasted/judged)
	}
}

// What customers pay at the end of a month is what they paid at its beginning and what moved it; the last month's end is what
// all subscriptions are worth.
func TestMovementsAddUp(t *testing.T) {
	query, scope := loaded(t)
	_, paid, err := query.Query(t.Context(), "SELECT toFloat64(sum(monthly_after - monthly_before)) FROM revenue_movements WHERE unit_kind = 'person'")
	if err != nil {
		t.Fatal(err)
	}
	months := run(t, query, scope, "afterwin/movements")
	if len(months) < 4 || !near(float(months[0]["At the end"]), paid[0][0].(float64)) {
		t.Fatalf("%d months, the last ends with %v; all pay %v", len(months), months[0]["At the end"], paid[0][0])
	}
	for i, m := range months {
		begin := float(m["At the beginning"])
		stayed := begin + float(m["Expansion"]) + float(m["Contraction"]) + float(m["Churn"])
		if !near(float(m["At the end"]), stayed+float(m["New"])+float(m["Came back"])+float(m["Not compared"])) {
			t.Errorf("%s: %v does not add up", m["Month"], m)
		}
		if i+1 < len(months) && !near(begin, float(months[i+1]["At the end"])) {
			t.Errorf("%s begins with %g, the month before ends with %v", m["Month"], begin, months[i+1]["At the end"])
		}
		if begin > 0 && !near(float(m["Net retention"]), stayed/begin) {
			t.Errorf("%s: kept %v, want %g", m["Month"], m["Net retention"], stayed/begin)
		}
	}
}

// Open deals of those who are customers now are listed, and no others.
func TestOpenDealsAreCustomers(t *testing.T) {
	query, scope := loaded(t)
	_, want, err := query.Query(t.Context(), `SELECT count(), toFloat64(sum(expected)) FROM deals WHERE unit_kind = 'person' AND outcome = 'open'
		AND unit_id IN (SELECT unit_id FROM stages WHERE unit_kind = 'person' AND stage IN ('won', 'retained', 'expanded') AND left_at IS NULL)`)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.
	shown := run(t, query, scope, "afterwin/open_deals")
	for _, row := range shown {
		if amount := float(row["Expected"]); !math.IsNaN(amount) {
			sum += amount
		}
	}
	if len(shown) == 0 || uint64(len(shown)) != want[0][0].(uint64) || !near(sum, want[0][1].(float64)) {
		t.Errorf("%d deals worth %g, want %v", len(shown), sum, want[0])
	}
}
