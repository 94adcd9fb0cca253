package simulate

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// bruteForce counts conversions under a set of switched-off channels by running every company in full.
func bruteForce(c Config) (t tally) {
	w := newWorld(c)
	var life company
	for _, e := range w.entries() {
		w.live(&life, e)
		t.add(w.tally(&life), 1)
	}
	return t
}

func TestTruthEqualsReRunningEveryCompany(t *testing.T) {
	c := small()
	truth, err := TrueCredit(c)
	if err != nil {
		t.Fatal(err)
	}
	all := bruteForce(c)
	check := func(channel string, off []string) {
		c.SwitchedOff = off
		without := bruteForce(c)
		for i, conversion := range ConversionTypes {
			for unit, counts := range map[string][2]float64{
				unitPerson: {all.persons[i], without.persons[i]}, unitAccount: {all.accounts[i], without.accounts[i]},
			} {
				row, ok := truth.Find(unit, conversion, channel)
				if !ok || row.Conversions != counts[0] || row.LostWhenOff != counts[0]-counts[1] {
					t.Errorf("%s %s %s: %+v, but %v with and %v without", unit, conversion, channel, row, counts[0], counts[1])
				}
			}
		}
	}
	for _, channel := range Channels() {
		check(channel, []string{channel})
	}
	check(baselineName, Channels())
}

func TestWithNothingOffTheReRunIsTheSame(t *testing.T) {
	w := newWorld(small())
	var first, again company
	for _, e := range w.entries() {
		w.live(&first, e)
		w.live(&again, e)
		if diff := cmp.Diff(lifeOf(&first), lifeOf(&again)); diff != "" {
			t.Fatalf("company %d lived two lives:\n%s", e.company, diff)
		}
	}
}

// lifeOf is a company's decided life in comparable form.
func lifeOf(c *company) (out [][]float64) {
	for i := range c.people {
		p := &c.people[i]
		out = append(out, []float64{finite(p.signUp), finite(p.inquiry), finite(p.activated), float64(p.qualified), finite(p.purchase), float64(len(p.sessions))})
	}
	for _, s := range c.steps {
		out = append(out, []float64{float64(s.at), float64(s.action), float64(s.cents), float64(s.detail)})
	}
	return append(out, []float64{finite(c.won), finite(c.ready), finite(c.deal)})
}

func finite(m moment) float64 { return math.Min(float64(m), 1e9) }

// Retargeting and coupon sites cause nothing: without them everybody does the same at the same moment, for every type
// of conversion.
func TestChannelsWithoutEffectChangeNobody(t *testing.T) {
	c := small()
	with := newWorld(c)
	c.SwitchedOff = []string{"Display", "Affiliates"}
	without := newWorld(c)
	var a, b company
	visits := 0
	for _, e := range with.entries() {
		with.live(&a, e)
		without.live(&b, e)
		for i := range a.people {
			p, q := &a.people[i], &b.people[i]
			visits += len(p.sessions) - len(q.sessions)
			if p.signUp != q.signUp || p.inquiry != q.inquiry || p.activated != q.activated || p.qualified != q.qualified || p.purchase != q.purchase {
				t.Fatalf("company %d, person %d: another life without display and affiliates", e.company, i)
			}
		}
		if a.won != b.won || a.ready != b.ready || a.deal != b.deal {
			t.Fatalf("company %d: another outcome without display and affiliates", e.company)
		}
	}
	if visits == 0 {
		t.Error("the channels brought no visits in the first place")
	}
}

// Taking something away that helps makes nobody sign up earlier.
func TestNobodySignsUpEarlierWithoutAChannel(t *testing.T) {
	c := small()
	for _, channel := range append(Channels(), "") {
		off := []string{channel}
		if channel == "" {
			off = Channels()
		}
		with := newWorld(c)
		less := c
		less.SwitchedOff = off
		without := newWorld(less)
		var a, b company
		for _, e := range with.entries() {
			with.live(&a, e)
			without.live(&b, e)
			for i := range a.people {
				if b.people[i].signUp < a.people[i].signUp {
					t.Fatalf("without %v, person %d of company %d signs up earlier", off, i, e.company)
				}
			}
		}
	}
}

func TestTruthIsSensible(t *testing.T) {
	truth, err := TrueCredit(Default())
	if err != nil {
		t.Fatal(err)
	}
	rows := len(ConversionTypes) * 2 * (int(channelCount) + 1)
	if len(truth.Rows) != rows {
		t.Fatalf("%d rows, want %d", len(truth.Rows), rows)
	}
	for _, conversion := range ConversionTypes {
		var sum, most float64
		for _, channel := range append(Channels(), "Direct") {
			row, _ := truth.Find(unitPerson, conversion, channel)
			sum += row.TrueShare
			most = max(most, row.LostWhenOff)
			if row.Conversions <= 0 || row.TrueShare < 0 || row.LostWhenOff > row.Conversions {
				t.Errorf("%+v", row)
			}
		}
		if math.Abs(sum-1) > 1e-9 {
			t.Errorf("%s: shares sum to %v", conversion, sum)
		}
		baseline, _ := truth.Find(unitPerson, conversion, baselineName)
		if baseline.LostWhenOff < most || baseline.TrueShare < 0 || baseline.TrueShare > 1 {
			t.Errorf("%s: with all channels off fewer are lost than with one: %+v", conversion, baseline)
		}
	}
	share := func(conversion, channel string) float64 {
		row, _ := truth.Find(unitPerson, conversion, channel)
		return row.TrueShare
	}
	for _, strong := range []string{"Organic Social", "Referral", "Organic Search"} {
		if share("signed_up", strong) < .1 {
			t.Errorf("%s causes %.3f of sign-ups", strong, share("signed_up", strong))
		}
	}
	for _, none := range []string{"Direct", "Display", "Affiliates", "Call", "Chat"} {
		if share("signed_up", none) != 0 {
			t.Errorf("%s causes %.3f of sign-ups", none, share("signed_up", none))
		}
	}
	if brand := share("signed_up", "Paid Search"); brand <= 0 || brand > .04 {
		t.Errorf("paid search, mostly brand, causes %.3f of sign-ups", brand)
	}
}

// The default company fools the last click: what meets people who have decided already collects their sign-ups.
func TestLastTouchIsWrongInTheKnownDirection(t *testing.T) {
	c := Default()
	w := newWorld(c)
	var life company
	credit := map[string]float64{}
	total := 0.0
	for _, e := range w.entries() {
		w.live(&life, e)
		for i := range life.people {
			if p := &life.people[i]; p.signUp < never && p.settled && !p.junk() {
				credit[lastTouch(p)]++
				total++
			}
		}
	}
	truth, err := TrueCredit(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, channel := range []string{"Paid Search", "Display", "Affiliates"} {
		row, _ := truth.Find(unitPerson, "signed_up", channel)
		if credit[channel]/total < row.TrueShare+.05 {
			t.Errorf("%s: last touch gives %.3f, truth is %.3f: no bias to find", channel, credit[channel]/total, row.TrueShare)
		}
	}
	for _, channel := range []string{"Organic Social", "Referral", "Email"} {
		row, _ := truth.Find(unitPerson, "signed_up", channel)
		if credit[channel]/total > row.TrueShare-.03 {
			t.Errorf("%s: last touch gives %.3f, truth is %.3f: no bias to find", channel, credit[channel]/total, row.TrueShare)
		}
	}
}

// lastTouch is the channel of the last visit that was not direct, up to the sign-up.
func lastTouch(p *person) string {
	slices.SortStableFunc(p.sessions, func(a, b session) int { return int(math.Copysign(1, float64(a.at-b.at))) })
	name := channelNames[direct]
	for _, s := range p.sessions {
		if s.at <= p.signUp && s.reason < activating && entrances[s.entrance].channel != direct {
			name = channelNames[entrances[s.entrance].channel]
		}
	}
	return name
}

func TestConfoundingAndBaselineAreKnobs(t *testing.T) {
	share := func(change func(*Config)) float64 {
		c := small()
		change(&c)
		truth, err := TrueCredit(c)
		if err != nil {
			t.Fatal(err)
		}
		row, _ := truth.Find(unitPerson, "signed_up", baselineName)
		return row.TrueShare
	}
	usual := share(func(*Config) {})
	if none := share(func(c *Config) { c.Baseline = 0 }); none != 0 {
		t.Errorf("no baseline, yet %.3f sign up with every channel off", none)
	}
	if more := share(func(c *Config) { c.Baseline = 4 }); more < usual+.1 {
		t.Errorf("four times the baseline: share %.3f, usually %.3f", more, usual)
	}
	// Intent draws people to the brand keyword only as far as confounding goes.
	corr := func(confounding float64) float64 {
		c := small()
		c.Confounding = confounding
		w := newWorld(c)
		var life company
		var brand, other, brandN, otherN float64
		for _, e := range w.entries() {
			w.live(&life, e)
			for i := range life.people {
				p := &life.people[i]
				for _, s := range p.sessions {
					if s.reason != browsing {
						continue
					}
					if entrances[s.entrance].campaign == "brand" {
						brand, brandN = brand+p.logIntent, brandN+1
					} else {
						other, otherN = other+p.logIntent, otherN+1
					}
				}
			}
		}
		return brand/brandN - other/otherN
	}
	if gap := corr(1); gap < .3 {
		t.Errorf("brand visitors have %.3f more log intent than others", gap)
	}
	if gap := corr(0); math.Abs(gap) > .2 {
		t.Errorf("without confounding brand visitors still have %.3f more log intent", gap)
	}
}

// Find returns the row of a channel.
func (t Truth) Find(unitKind, conversionType, channel string) (TruthRow, bool) {
	for _, row := range t.Rows {
		if row.UnitKind == unitKind && row.ConversionType == conversionType && row.Channel == channel {
			return row, true
		}
	}
	return TruthRow{}, false
}
