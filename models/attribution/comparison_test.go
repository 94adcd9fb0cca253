package attribution

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCompare(t *testing.T) {
	got := Compare([]ModelShares{
		{Model: "last", Shares: map[string]float64{"Paid Search": .28, "Email": .49, "Social": .19, "Phone": .03, "Fax": .01}},
		// Half of this model's conversions come anyway; of the rest Paid Search has 12 %, Email half.
		{Model: "incremental", Shares: map[string]float64{"Paid Search": .05, "Email": .24, "Social": .19, "Phone": .02, Baseline: .5},
			Low: map[string]float64{"Paid Search": .03}, High: map[string]float64{"Paid Search": .10}},
		{Model: "nothing", Shares: map[string]float64{"Fax": .01, Baseline: .99}},
	})
	want := []struct {
		channel, words  string
		lowest, highest float64
	}{
		{"Email", "Email is credited 48–49 %: the models agree.", .48, .49},
		{"Social", "Social is credited 19–38 % depending on the model (least by last, most by incremental): don't cut on this", .19, .38},
		{"Paid Search", "Paid Search is credited 10–28 % depending on the model (least by incremental, most by last), 6–28 % with their 95 % intervals: don't cut on this", .1, .28},
		{"Phone", "Phone is credited 3–4 %: the models agree.", .03, .04},
		{"Fax", "next to nothing", 0, .01},
	}
	if len(got) != len(want) {
		t.Fatalf("got %+v", got)
	}
	for i, w := range want {
		g := got[i]
		if g.Channel != w.channel || !strings.Contains(g.Reading, w.words) || math.Abs(g.Lowest-w.lowest) > 1e-12 ||
			math.Abs(g.Highest-w.highest) > 1e-12 || math.Abs(g.Disagreement-(w.highest-w.lowest)) > 1e-12 {
			t.Errorf("got %+v, want %+v", g, w)
		}
	}
	if k := got[2].Kinds; len(k) != 2 || k[0].Kind != KindRule || math.Abs(k[1].Highest-.1) > 1e-12 {
		t.Errorf("kinds %+v", k)
	}
	if len(Compare(nil)) != 0 {
		t.Error("nothing compared is something")
	}
}

// What the 95 % intervals of the models at the ends share may be chance; and of many models the kinds are told apart.
func TestWhatADisputeIsAbout(t *testing.T) {
	shares := func(model string, a, wide float64) ModelShares {
		return ModelShares{Model: model, Shares: map[string]float64{"A": a, "B": 1 - a}, Low: map[string]float64{"A": a - wide, "B": 1 - a - wide}, High: map[string]float64{"A": a + wide, "B": 1 - a + wide}}
	}
	few := Compare([]ModelShares{shares("first", .35, .08), shares("last", .2, .08)})
	if c := few[1]; c.Channel != "A" || !c.ByChance || c.Disputed() || !strings.Contains(c.Reading, "20–35 % depending on the model, 12–43 % with their 95 % intervals, which overlap: chance may be all of it") {
		t.Errorf("within chance: %+v", c)
	}
	sure := []ModelShares{shares("first", .35, .01), shares("last", .2, .01), shares("markov_1", .26, .01), shares("shapley_rate", .27, .01)}
	if c := Compare(sure)[1]; !c.Disputed() || !strings.HasSuffix(c.Reading, "don't cut on this, test it. Rules say 20–35 %, models fitted to all journeys 26–27 %.") {
		t.Errorf("beyond chance: %+v", c)
	}
	if model, disputed, without := Dissenter(sure); model != "first" || disputed != 1 || without != 0 {
		t.Errorf("%s: %d, without it %d", model, disputed, without)
	}
	if model, disputed, _ := Dissenter(sure[:1]); model != "" || disputed != 0 {
		t.Errorf("one model disagrees with itself: %s", model)
	}
}

func TestStandings(t *testing.T) {
	i := Intervals{Channels: []string{"a", "b", "c"}}
	for r := range 100 {
		wobble := .02 * float64(r%2*2-1) // a and b change places every other time; c is always last
		i.shares = append(i.shares, []float64{.4 + wobble, .4 - wobble, .2})
	}
	got := i.Standings([]float64{.41, .39, .2})
	want := []Standing{
		{Rank: 1, Low: 1, High: 2, Same: .5, Lead: .02, LeadLow: -.04, LeadHigh: .04, Like: []int{1}},
		{Rank: 2, Low: 1, High: 2, Same: .5, Lead: .19, LeadLow: .18, LeadHigh: .22, Like: []int{0}},
		{Rank: 3, Low: 3, High: 3, Same: 1},
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })); diff != "" {
		t.Error(diff)
	}
	// Without resamples nothing is known; and what would have happened anyway has no rank.
	unknown := Intervals{Channels: []string{"a", Baseline, "b"}}.Standings([]float64{.2, .7, .1})
	want = []Standing{{Rank: 1, Low: 1, High: 2, Lead: .1, LeadLow: -1, LeadHigh: 1}, {}, {Rank: 2, Low: 1, High: 2}}
	if diff := cmp.Diff(want, unknown, cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })); diff != "" {
		t.Errorf("without resamples: %s", diff)
	}
}

// A tally's intervals are as wide as those of the bootstrap over units, within what chance makes of 2·400 resamples.
func TestTallyIsAsWideAsTheBootstrapOverUnits(t *testing.T) {
	js := world{20_000, 6, 3, .3}.journeys(7, Options{ConversionType: "won", ObservedUntil: days(150)})
	s := NewSample(js)
	m := Linear()
	c := credit(t, m, s)
	want, err := Bootstrap(m, s, 400, 1)
	if err != nil {
		t.Fatal(err)
	}
	tally := NewTally()
	bucket := map[string]int{}
	for i := range js {
		id := js[i].UnitID
		if _, known := bucket[id]; !known {
			bucket[id] = len(bucket) % Buckets
		}
		for k, w := range c.Weights(i) {
			tally.Add(js[i].Touches[k].Channel, bucket[id], w)
		}
	}
	names, credited := tally.Totals()
	if diff := cmp.Diff(s.channels, names); diff != "" {
		t.Fatal(diff)
	}
	got := tally.Intervals(NewResamples(400, 2))
	for id := range names {
		if math.Abs(credited[id]-c.Conversions[id]) > 1e-6 {
			t.Errorf("%s: tallied %g, want %g", names[id], credited[id], c.Conversions[id])
		}
		if ratio := (got.High[id] - got.Low[id]) / (want.High[id] - want.Low[id]); ratio < .8 || ratio > 1.25 {
			t.Errorf("%s: %g times as wide", names[id], ratio)
		}
	}
}

// The sampler counts what NewSample counts, units of several journeys too: fits and intervals are the same.
func TestSamplerIsNewSample(t *testing.T) {
	js := world{3000, 6, 3, .4}.journeys(8, Options{ConversionType: "won", ObservedUntil: days(150)})
	want, sampler := NewSample(js), NewSampler()
	byUnit := map[string][]Walk{}
	var units []string
	for i := range js {
		j := &js[i]
		if j.Outcome == Censored || len(j.Touches) == 0 {
			continue
		}
		w := Walk{Converted: j.Outcome == Converted}
		if w.Converted {
			w.Value = j.Conversion.Value
		}
		for _, touch := range j.Touches {
			w.Channels = append(w.Channels, touch.Channel)
		}
		if byUnit[j.UnitID] == nil {
			units = append(units, j.UnitID)
		}
		byUnit[j.UnitID] = append(byUnit[j.UnitID], w)
	}
	for _, id := range units {
		sampler.Unit(byUnit[id])
	}
	got := sampler.Sample()
	if diff := cmp.Diff(want.Paths(), got.Paths()); diff != "" {
		t.Fatal(diff)
	}
	for _, m := range []Model{Markov{}, Markov{Order: 2}, ShapleyRate{10}, ShapleyInside{}, LeaveOneOut{}, ShapleyModel{}} {
		a, errA := Bootstrap(m, want, 30, 1)
		b, errB := Bootstrap(m, got, 30, 1)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if diff := cmp.Diff(a.shares, b.shares); diff != "" {
			t.Errorf("%s: %.300s", m.Name(), diff)
		}
	}
}
