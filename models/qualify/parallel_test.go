package qualify

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSubscriptionsSideBySide: an account that has two products churns with the last of them, and a stage after the win
// changes by what happened to the product it was entered by.
func TestSubscriptionsSideBySide(t *testing.T) {
	sub := func(day float64, meaning, id string) Signal {
		properties := ""
		if id != "" {
			properties = fmt.Sprintf(`{"subscription_id":%q}`, id)
		}
		return paid(on(day, "subscription_"+meaning, properties), 10)
	}
	d := mustDefault(t)
	for _, c := range []struct {
		name    string
		signals []Signal
		want    []string
	}{
		{"the end of one of two is no churn", []Signal{sub(1, "started", "a"), sub(2, "started", "b"), sub(31, "renewed", "a"),
			sub(40, "cancelled", "a"), sub(62, "renewed", "b"), sub(70, "cancelled", "b")},
			[]string{"won#1 1–2", "expanded#1 2–40", "retained#1 40–70", "churned#1 70–…"}},
		{"the renewal of one says nothing of the other's growth", []Signal{sub(1, "started", "a"), sub(5, "upgraded", "a"),
			sub(6, "renewed", "b"), sub(7, "renewed", "b"), sub(35, "renewed", "a"), sub(36, "renewed", "b")},
			[]string{"won#1 1–5", "expanded#1 5–35", "retained#1 35–…"}},
		{"a plan that replaces another at the same price", []Signal{sub(1, "started", "a"), sub(20, "started", "b"), sub(21, "cancelled", "a")},
			[]string{"won#1 1–…"}},
		{"a larger one", []Signal{sub(1, "started", "a"), paid(sub(20, "started", "b"), 11), sub(21, "cancelled", "a")},
			[]string{"won#1 1–20", "expanded#1 20–…"}},
		{"a smaller one, after an upgrade", []Signal{sub(1, "started", "a"), sub(5, "upgraded", "a"), sub(20, "started", "b"), sub(21, "cancelled", "a")},
			[]string{"won#1 1–5", "expanded#1 5–20", "retained#1 20–…"}},
		{"one that costs as much as both, after an upgrade", []Signal{sub(1, "started", "a"), sub(5, "upgraded", "a"), paid(sub(20, "started", "b"), 20), sub(21, "cancelled", "a")},
			[]string{"won#1 1–5", "expanded#1 5–…"}},
		{"a yearly one for the price of the monthly ones", []Signal{sub(1, "started", "a"),
			paid(on(20, "subscription_started", `{"subscription_id":"b","interval":"year"}`), 120), sub(21, "cancelled", "a")},
			[]string{"won#1 1–…"}},
		{"a quarterly and a weekly one for less than the monthly one", []Signal{sub(1, "started", "a"),
			paid(on(20, "subscription_started", `{"subscription_id":"b","billing_period":"Quarterly"}`), 29), sub(20.5, "cancelled", "a"),
			paid(on(40, "subscription_started", `{"subscription_id":"c","interval":"week"}`), 2), sub(40.5, "cancelled", "b")},
			[]string{"won#1 1–…"}},
		{"a renewal that bills arrears makes a plan no larger", []Signal{sub(1, "started", "a"), paid(sub(9, "renewed", "a"), 90), paid(sub(20, "started", "b"), 40), sub(21, "cancelled", "a")},
			[]string{"won#1 1–9", "retained#1 9–20", "expanded#1 20–…"}},
		{"one that can't be compared is not known to be growth", []Signal{sub(1, "started", "a"), in("USD", sub(20, "started", "b")), sub(21, "cancelled", "a")},
			[]string{"won#1 1–…"}},
		{"back after churn", []Signal{sub(1, "started", "a"), sub(2, "cancelled", "a"), sub(9, "started", "b"), sub(10, "cancelled", "b")},
			[]string{"won#1 1–2", "churned#1 2–9", "won#2 9–10", "churned#2 10–…"}},
		{"who doesn't name subscriptions has one", []Signal{sub(1, "started", ""), sub(2, "started", ""), sub(3, "renewed", ""), sub(4, "cancelled", "")},
			[]string{"won#1 1–3", "retained#1 3–4", "churned#1 4–…"}},
		{"a name that comes later is that of the one there is", []Signal{sub(1, "started", ""), sub(3, "renewed", "a"), sub(4, "cancelled", "a")},
			[]string{"won#1 1–3", "retained#1 3–4", "churned#1 4–…"}},
		{"an end without a name is the end of all", []Signal{sub(1, "started", "a"), sub(2, "started", "b"), sub(3, "cancelled", "")},
			[]string{"won#1 1–2", "expanded#1 2–3", "churned#1 3–…"}},
		{"a free one beside a paid one keeps nobody", []Signal{sub(1, "started", "a"), on(2, "subscription_started", `{"subscription_id":"free"}`), sub(3, "cancelled", "a")},
			[]string{"won#1 1–3", "churned#1 3–…"}},
		{"the deal's win and the subscription that follows are one purchase", []Signal{on(0, "opportunity_created", `{"objectId":7}`),
			paid(on(1, "opportunity_won", `{"objectId":7}`), 10), sub(1.5, "started", "a")},
			[]string{"opportunity#1 0–1", "won#1 1–…"}},
	} {
		o := evaluate(t, d, 90, c.signals...)
		if diff := cmp.Diff(c.want, stagesOf(o)); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
}

// TestAChangeOfPlanIsAChangeOfWorth at the instant at which the new plan begins, whenever the old one's end is told.
func TestAChangeOfPlanIsAChangeOfWorth(t *testing.T) {
	d := mustDefault(t)
	start := func(day float64, id string, amount int64, more string) Signal {
		return paid(on(day, "subscription_started", fmt.Sprintf(`{"subscription_id":%q%s}`, id, more)), amount)
	}
	end := func(day float64, id string) Signal {
		return on(day, "subscription_cancelled", fmt.Sprintf(`{"subscription_id":%q}`, id))
	}
	beyond := start(20, "b", 10, "")
	for _, c := range []struct {
		name      string
		signals   []Signal
		stages    string
		movements string
	}{
		{"larger, the old one ends in the same instant, before it", []Signal{start(1, "a", 10, ""), end(20, "a"), start(20, "b", 15, "")},
			"won#1 1–20, expanded#1 20–…", "1 new 0→10, 20 expansion 10→15"},
		{"smaller, the old one ends in the same instant, after it", []Signal{start(1, "a", 10, ""), start(20, "b", 5, ""), end(20, "a")},
			"won#1 1–…", "1 new 0→10, 20 contraction 10→5"},
		{"the same, the old one ended half a day ago", []Signal{start(1, "a", 10, ""), end(19.5, "a"), start(20, "b", 10, "")},
			"won#1 1–…", "1 new 0→10, 20 switch 10→10"},
		{"the same, it ended two days ago: left and came back", []Signal{start(1, "a", 10, ""), end(18, "a"), start(20, "b", 10, "")},
			"won#1 1–18, churned#1 18–20, won#2 20–…", "1 new 0→10, 18 churn 10→0, 20 reactivation 0→10"},
		{"larger, the old one ends a month later", []Signal{start(1, "a", 10, ""), start(20, "b", 15, ""), end(51, "a")},
			"won#1 1–20, expanded#1 20–…", "1 new 0→10, 20 expansion 10→15"},
		{"smaller, the old one ends a month later", []Signal{start(1, "a", 10, ""), start(20, "b", 5, ""), end(51, "a")},
			"won#1 1–…", "1 new 0→10, 20 contraction 10→5"},
		{"beside it for longer than a month", []Signal{start(1, "a", 10, ""), start(20, "b", 5, ""), end(52, "a")},
			"won#1 1–20, expanded#1 20–52, retained#1 52–…", "1 new 0→10, 20 expansion 10→15, 52 contraction 15→5"},
		{"smaller, says what it replaces, whose end nobody tells", []Signal{start(1, "a", 10, ""), start(20, "b", 5, `,"replaces":"a"`)},
			"won#1 1–…", "1 new 0→10, 20 contraction 10→5"},
		{"another plan of the same product, never ended", []Signal{start(1, "a", 10, `,"product":"p","plan":"large"`), start(20, "b", 5, `,"product":"p","plan":"small"`)},
			"won#1 1–…", "1 new 0→10, 20 contraction 10→5"},
		{"the same plan of the same product once more is one beside it", []Signal{start(1, "a", 10, `,"product":"p","plan":"large"`), start(20, "b", 10, `,"product":"p","plan":"large"`)},
			"won#1 1–20, expanded#1 20–…", "1 new 0→10, 20 expansion 10→20"},
		{"another product", []Signal{start(1, "a", 10, `,"product":"p","plan":"large"`), start(20, "b", 5, `,"product":"q","plan":"small"`)},
			"won#1 1–20, expanded#1 20–…", "1 new 0→10, 20 expansion 10→15"},
		{"the last of what replaced what", []Signal{start(1, "a", 10, ""), start(20, "b", 15, `,"replaces":"a"`), end(40, "b"), end(45, "a")},
			"won#1 1–20, expanded#1 20–40, churned#1 40–…", "1 new 0→10, 20 expansion 10→15, 40 churn 15→0"},
		{"the new one is given up first, the old one goes on", []Signal{start(1, "a", 10, ""), start(20, "b", 15, ""), end(25, "b"), end(30, "a")},
			"won#1 1–20, expanded#1 20–25, retained#1 25–30, churned#1 30–…", "1 new 0→10, 20 expansion 10→25, 25 contraction 25→10, 30 churn 10→0"},
		{"one plan in place of two", []Signal{start(1, "a", 10, ""), start(2, "b", 10, ""), start(40, "c", 15, ""), end(40, "a"), end(41, "b")},
			"won#1 1–2, expanded#1 2–…", "1 new 0→10, 2 expansion 10→20, 40 contraction 20→15"},
		{"ended by mistake, and on again", []Signal{start(1, "a", 10, ""), end(20, "a"), start(20.1, "a", 10, "")},
			"won#1 1–…", "1 new 0→10, 20.1 switch 10→10"},
		{"who doesn't name subscriptions changes the one there is", []Signal{paid(on(1, "subscription_started", `{"plan":"small"}`), 10), paid(on(20, "subscription_started", `{"plan":"large"}`), 15)},
			"won#1 1–20, expanded#1 20–…", "1 new 0→10, 20 expansion 10→15"},
		{"down and up again within one subscription", []Signal{start(1, "a", 10, ""), paid(on(5, "subscription_upgraded", `{"subscription_id":"a"}`), 5),
			paid(on(9, "subscription_downgraded", `{"subscription_id":"a"}`), 5), paid(on(12, "subscription_downgraded", `{"subscription_id":"a"}`), -4)},
			"won#1 1–5, expanded#1 5–9, retained#1 9–…", "1 new 0→10, 5 expansion 10→15, 9 contraction 15→10, 12 contraction 10→6"},
		{"an upgrade that takes money away is none", []Signal{start(1, "a", 10, ""), paid(on(5, "subscription_upgraded", `{"subscription_id":"a"}`), -5)},
			"won#1 1–…", "1 new 0→10"},
		{"a free plan in place of a paid one is an end", []Signal{start(1, "a", 10, ""), end(20, "a"), start(20, "b", 0, "")},
			"won#1 1–20, churned#1 20–…", "1 new 0→10, 20 churn 10→0"},
		{"money of two currencies", []Signal{start(1, "a", 10, ""), in("USD", beyond), end(20, "a")},
			"won#1 1–…", "1 new 0→10, 20 switch 10→0 ?, 20 switch 0→10 ?"},
		{"one that had begun before the events do", []Signal{paid(on(1, "subscription_renewed", `{"subscription_id":"a"}`), 10)},
			"retained#1 1–…", "1 found 0→10"},
	} {
		slices.SortFunc(c.signals, func(a, b Signal) int { return a.At.Compare(b.At) })
		for i := range c.signals {
			c.signals[i].EventID = fmt.Sprintf("e%d", i) // in the order written
		}
		o := evaluate(t, d, 90, c.signals...)
		if got := strings.Join(stagesOf(o), ", "); got != c.stages {
			t.Errorf("%s: stages\n%s, want\n%s", c.name, got, c.stages)
		}
		if got := movementsOf(o); got != c.movements {
			t.Errorf("%s: movements\n%s, want\n%s", c.name, got, c.movements)
		}
	}
}

// movementsOf writes them as "day movement before→after", with a question mark where the amounts can't be compared.
func movementsOf(o Outcome) string {
	var all []string
	for _, m := range o.Movements {
		text := fmt.Sprintf("%.4g %s %d→%d", m.MovedAt.Sub(day0).Hours()/24, m.Movement, m.Before/decimalUnits, m.After/decimalUnits)
		if !m.Known {
			text += " ?"
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}

// TestWhatIsLeftOutReplacesNothing: a plan begun by a robot or a test is none.
func TestWhatIsLeftOutReplacesNothing(t *testing.T) {
	d, err := Load(File{Name: "own.yaml", Text: []byte(exclusion(`source == "staging"`))})
	if err != nil {
		t.Fatal(err)
	}
	staged := paid(on(3.1, "subscription_started", `{"subscription_id":"b"}`), 10)
	staged.Source = "staging"
	o := evaluate(t, d, 90, paid(on(1, "subscription_started", `{"subscription_id":"a"}`), 10), on(3, "subscription_cancelled", `{"subscription_id":"a"}`), staged)
	if got, want := strings.Join(stagesOf(o), ", "), "won#1 1–3, churned#1 3–…"; got != want {
		t.Errorf("stages %s, want %s", got, want)
	}
}

// TestDealsSideBySide: one of two deals is lost; the unit stays in opportunity until the other ends.
func TestDealsSideBySide(t *testing.T) {
	deal := func(day float64, meaning, id string) Signal {
		return on(day, "opportunity_"+meaning, fmt.Sprintf(`{"ChangeEventHeader":{"recordIds":[%q]}}`, id))
	}
	d := mustDefault(t)
	o := evaluate(t, d, 9, deal(1, "created", "a"), deal(2, "created", "b"), deal(3, "lost", "a"), deal(4, "lost", "b"))
	if diff := cmp.Diff([]string{"opportunity#1 1–4", "nurture#1 4–…"}, stagesOf(o)); diff != "" {
		t.Error(diff)
	}
	o = evaluate(t, d, 9, deal(1, "created", "a"), deal(2, "created", "b"), deal(3, "lost", "a"), deal(4, "won", "b"))
	if diff := cmp.Diff([]string{"opportunity#1 1–4", "won#1 4–…"}, stagesOf(o)); diff != "" {
		t.Error(diff)
	}
}

// TestDealsOfCustomers: what is won later than the purchase that made the customer is an expansion, or what it says it is.
func TestDealsOfCustomers(t *testing.T) {
	deal := func(day float64, meaning, id, properties string) Signal {
		return on(day, "opportunity_"+meaning, fmt.Sprintf(`{"deal_id":%q%s}`, id, properties))
	}
	sub := func(day float64, meaning, id string) Signal {
		return paid(on(day, "subscription_"+meaning, fmt.Sprintf(`{"subscription_id":%q}`, id)), 10)
	}
	d := mustDefault(t)
	for _, c := range []struct {
		name    string
		signals []Signal
		want    []string
	}{
		{"said of what sort when it began", []Signal{sub(1, "started", "a"), deal(300, "created", "d", `,"Type":"Renewal"`), deal(360, "won", "d", "")},
			[]string{"won#1 1–360", "retained#1 360–…"}},
		{"sales takes over who bought without it", []Signal{sub(1, "started", "a"), deal(2, "created", "d", ""), deal(3, "won", "d", "")},
			[]string{"won#1 1–3", "expanded#1 3–…"}},
		{"the purchase itself, booked afterwards", []Signal{sub(1, "started", "a"), deal(2, "created", "d", `,"dealtype":"newbusiness"`), deal(3, "won", "d", "")},
			[]string{"won#1 1–…"}},
		{"the purchase itself, billed before sales closed it", []Signal{deal(0, "created", "d", ""), sub(1, "started", "a"), deal(3, "won", "d", "")},
			[]string{"opportunity#1 0–1", "won#1 1–…"}},
		{"two deals from the beginning", []Signal{deal(0, "created", "c", ""), deal(0.5, "created", "d", ""), deal(1, "won", "c", ""), deal(3, "won", "d", "")},
			[]string{"opportunity#1 0–1", "won#1 1–3", "expanded#1 3–…"}},
		{"told twice", []Signal{deal(0, "created", "c", ""), deal(1, "won", "c", ""), deal(2, "won", "c", "")}, []string{"opportunity#1 0–1", "won#1 1–…"}},
		{"an expansion told twice, renewed in between", []Signal{sub(1, "started", "a"), deal(2, "created", "d", ""), deal(3, "won", "d", ""),
			deal(4, "created", "e", `,"deal_type":"renewal"`), deal(5, "won", "e", ""), deal(6, "won", "d", "")},
			[]string{"won#1 1–3", "expanded#1 3–5", "retained#1 5–…"}},
		{"one whose beginning nobody saw", []Signal{sub(1, "started", "a"), deal(3, "won", "d", "")}, []string{"won#1 1–…"}},
		{"an open one, and one lost", []Signal{sub(1, "started", "a"), deal(2, "created", "d", ""), deal(3, "created", "e", ""), deal(4, "lost", "d", "")},
			[]string{"won#1 1–…"}},
		{"a lost renewal ends what billing doesn't tell of", []Signal{deal(0, "created", "c", ""), deal(1, "won", "c", ""), deal(300, "created", "d", `,"Type":"Renewal"`), deal(360, "lost", "d", "")},
			[]string{"opportunity#1 0–1", "won#1 1–360", "churned#1 360–…"}},
		{"a lost renewal leaves to billing what billing tells of", []Signal{sub(1, "started", "a"), deal(300, "created", "d", `,"Type":"Renewal"`), deal(360, "lost", "d", "")},
			[]string{"won#1 1–…"}},
		{"back after churn, by the deal that was open", []Signal{sub(1, "started", "a"), deal(2, "created", "d", ""), sub(3, "cancelled", "a"), deal(4, "won", "d", "")},
			[]string{"won#1 1–3", "churned#1 3–4", "won#2 4–…"}},
	} {
		if diff := cmp.Diff(c.want, stagesOf(evaluate(t, d, 400, c.signals...))); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
}

// TestThePlanEndsWithTheLastSubscription: who still pays for another product is no product-qualified lead.
func TestThePlanEndsWithTheLastSubscription(t *testing.T) {
	d := qualifications(t, `- {name: q, version: 1, plans: [free], lapse_days: 30, window_days: 30, reason: r, when: {on: feature_used, at_least: 1}}`)
	end := func(id string) Signal {
		return on(4, "subscription_cancelled", fmt.Sprintf(`{"subscription_id":%q}`, id))
	}
	start := func(day float64, id string) Signal {
		return paid(on(day, "subscription_started", fmt.Sprintf(`{"subscription_id":%q}`, id)), 9)
	}
	if o := evaluate(t, d, 9, start(1, "a"), start(2, "b"), end("a"), on(5, "feature_used", "")); metOf(o) != "" {
		t.Errorf("met %s while a subscription runs", metOf(o))
	}
	if o := evaluate(t, d, 9, start(1, "a"), end("a"), on(5, "feature_used", "")); metOf(o) == "" {
		t.Error("not met after the last subscription ended")
	}
}

// TestFaultsOfParallels name their place.
func TestFaultsOfParallels(t *testing.T) {
	got := strings.Join(faultsOf(t, `stages:
  name: s
  version: 1
  parallel:
    - {what: seat, key: 'properties.seat +', opens: {on: feature_used}, closes: {on: limit_hit}}
    - {what: seat, key: properties.seat, opens: {on: feature_usd}}
  origins:
    - {origin: outbond, on: lead_created}
    - {origin: outbound}
  rules:
    - {stage: churned, on: limit_hit, if_last: chair, reason: r}
    - {stage: churned, on: limit_hit, only_sort: renewal, if_no_more: stool, reason: r}
  dormant: {after_days: 9}
`), "\n")
	for _, want := range []string{
		"own.yaml:5:25: unexpected token", `own.yaml:6:14: parallel names "seat" twice`, "own.yaml:6:8: what there may be several of needs",
		`own.yaml:6:54: unknown meaning "feature_usd"`, `own.yaml:8:16: unknown origin "outbond"`, "own.yaml:9:8: origin outbound: needs on, where or both",
		`own.yaml:11:48: "chair" is nothing there may be several of; parallel names seat`,
		`own.yaml:12:8: only_sort and unless_sort say`, `own.yaml:12:71: "stool" is nothing`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("faults are\n%s\nand don't name %q", got, want)
		}
	}
}

// in is a signal whose money is in another currency.
func in(currency string, s Signal) Signal {
	s.Currency = currency
	return s
}
