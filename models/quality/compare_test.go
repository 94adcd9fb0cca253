package quality

import (
	"testing"
)

func TestSidesByHand(t *testing.T) {
	units := []Unit{
		lead("a", 0, 30), lead("b", 0, -1), // both
		lead("c", 0, 40), lead("d", 0, 50), // marketing alone, right twice
		lead("e", 0, -1),                   // sales alone, wrong
		lead("f", 0, 20), lead("g", 0, -1), // neither
		lead("h", 290, -1), // sales alone, too young to say
	}
	marketing := Side{"marketing", []Flag{flag("a", 1), flag("b", 1), flag("c", 1), flag("d", 1)}}
	sales := Side{"sales", []Flag{flag("a", 5), flag("b", 5), flag("e", 5), flag("f", 25), flag("h", 291)}} // f: after it had bought
	c := NewPopulation(units, ninety).Compare(marketing, sales)
	want := []struct {
		cell              string
		units, won, total int
	}{{Both, 2, 1, 2}, {OnlyA, 2, 2, 2}, {OnlyB, 2, 0, 1}, {Neither, 2, 1, 2}}
	for i, w := range want {
		got := c.Cells[i]
		if got.Cell != w.cell || got.Units != w.units || got.Rate.Of != w.won || got.Rate.Total != w.total {
			t.Errorf("%s: %+v, want %+v", got.Cell, got, w)
		}
	}
}

// Cohen's own kind of example: 50 items, 20 yes by both, 15 no by both, 5 and 10 split: κ = (.7 − .5)/.5.
func TestKappaByHand(t *testing.T) {
	var all []Judgement
	add := func(n int, said, predicted string) {
		for range n {
			all = append(all, Judgement{said, predicted})
		}
	}
	add(20, "yes", "yes")
	add(5, "yes", "no")
	add(10, "no", "yes")
	add(15, "no", "no")
	a := Agree(all)
	near(t, "κ", a.Kappa, 0.4)
	near(t, "accuracy", a.Accuracy.Value, 0.7)
	near(t, "precision of yes", a.Of("yes").Precision.Value, 20./30)
	near(t, "recall of yes", a.Of("yes").Recall.Value, 20./25)
	if a.Of("nonesuch").Recall.Total != 0 || Agree(nil).Kappa != 0 || Agree(all[:20]).Kappa != 0 {
		t.Error("nothing said must be no agreement")
	}
}

func TestOutcomesByHand(t *testing.T) {
	lives := []Life{
		{UnitID: "a", StartedAt: at(0), Route: "pql", QualifiedAt: at(10), ConvertedAt: at(20), Revenue: 300, PaidMonths: 3, Cost: 30,
			Promoters: 1, NPSAnswers: 1, CSATScore: 9, CSATAnswers: 2, Expected: 100, Closed: 80, Missed: 20},
		{UnitID: "b", StartedAt: at(0), Route: "pql", QualifiedAt: at(10), ConvertedAt: at(30), ChurnedAt: at(60), Revenue: 100, PaidMonths: 1,
			Cost: 50, Detractors: 1, NPSAnswers: 1},
		{UnitID: "c", StartedAt: at(0), Route: "pql", QualifiedAt: at(10), Cost: 80, Expected: 100, Missed: 100},
		{UnitID: "d", StartedAt: at(0), Route: "pql", QualifiedAt: at(280), Cost: 0}, // too young to judge
		{UnitID: "e", StartedAt: at(0), ConvertedAt: at(299)},                        // never qualified, won too late and too lately
	}
	o := OutcomeOptions{Options: ninety, GrossMargin: 0.8}
	pql := ByRoute(lives, o)["pql"]
	wantRate(t, "won", pql.Won, 2, 3)
	wantRate(t, "retained", pql.Retained, 1, 2)
	near(t, "monthly revenue", pql.MonthlyRevenue, 100)
	near(t, "cost a win", pql.CostPerWin, 80)
	near(t, "payback", pql.PaybackMonths, 1)                  // 80 / (100 × 0.8)
	near(t, "lifetime", pql.LifetimeMonths, (280+30)/30.4375) // one of two left in 310 days
	near(t, "lifetime value", pql.LifetimeValue, 100*0.8*310/30.4375)
	near(t, "CSAT", pql.CSAT, 4.5)
	near(t, "NPS", pql.NPS, 0)
	near(t, "forecast accuracy", pql.ForecastAccuracy, 1-120./200)
	none := ByRoute(lives, o)[""]
	wantRate(t, "won without", none.Won, 0, 1)
	if none.Customers != 1 || none.Retained.Total != 0 || none.PaybackMonths != 0 || none.LifetimeValue != 0 {
		t.Errorf("never qualified: %+v", none)
	}
	flagged := ByFlags(lives, []Flag{flag("a", 10), flag("b", 35), {UnitID: "c", At: at(10), Leaked: true}, flag("e", 1)}, o)
	if flagged.Units != 2 || flagged.Customers != 2 {
		t.Errorf("b was flagged after it bought and c's flag leaks: %+v", flagged)
	}
	if Payback(0, 100, 0.8) != 0 || Payback(100, 0, 0.8) != 0 {
		t.Error("a payback of the unknown")
	}
}
