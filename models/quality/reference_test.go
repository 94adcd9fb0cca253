package quality

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What the measures mean, unit by unit: readable, and slow where many definitions flag few of many.

// fates joins units and flags.
func fates(units []Unit, flags []Flag, o Options) []fate {
	all := make([]fate, len(units))
	next := 0
	for i := range units {
		for next < len(flags) && flags[next].UnitID < units[i].ID {
			next++
		}
		var flag *Flag
		if next < len(flags) && flags[next].UnitID == units[i].ID {
			flag = &flags[next]
		}
		all[i] = judge(&units[i], flag, o)
	}
	return all
}

func measuredByUnit(all []fate, o Options) Measures {
	m := Measures{Units: len(all)}
	var judged, hits, caught, mature, matureFlagged, matureConverted int
	var leads []float64
	for i := range all {
		f := &all[i]
		count(&m.Converted, f.ever)
		count(&m.Flagged, f.flagged)
		count(&m.Late, f.late)
		count(&m.Leaked, f.leaked)
		count(&m.Censored, f.flagged && !f.judged)
		count(&judged, f.flagged && f.judged)
		count(&hits, f.flagged && f.judged && f.converted)
		if f.flagged && f.converted {
			caught++
			leads = append(leads, f.lead.Hours()/24)
		}
		if !f.start.Add(o.Horizon).After(o.Until) {
			mature++
			count(&matureFlagged, f.flagged)
			count(&matureConverted, f.convertedSinceStart(o.Horizon))
		}
	}
	m.Precision, m.Recall = NewRate(hits, judged), NewRate(caught, m.Converted)
	m.FlaggedShare, m.BaseRate = NewRate(matureFlagged, mature), NewRate(matureConverted, mature)
	m.Lift = m.Precision.over(m.BaseRate.Value)
	slices.Sort(leads)
	m.MedianLead, m.P90Lead = quantile(leads, 0.5), quantile(leads, 0.9)
	return m
}

func reliabilityByUnit(all []fate, ends []float64) Reliability {
	judged := make([]fate, 0, len(all))
	for _, f := range all {
		if f.judged {
			judged = append(judged, f)
		}
	}
	earlier, later := halvesByUnit(judged)
	trained, tested := tally(earlier, ends), tally(later, ends)
	total := cell{}
	for _, c := range trained {
		total.units, total.converted = total.units+c.units, total.converted+c.converted
	}
	base := ratio(float64(total.converted), float64(total.units))
	r := Reliability{Units: len(later)}
	var wrong, reference float64
	for i, c := range tested {
		b := Band{Flagged: i > 0, Trained: trained[i].units, Observed: NewRate(c.converted, c.units)}
		b.Forecast = (float64(trained[i].converted) + base) / float64(trained[i].units+1)
		if i > 0 {
			b.From, b.To = ends[i-1], math.Inf(1)
			if i < len(ends) {
				b.To = ends[i]
			}
		}
		wrong += c.squaredError(b.Forecast)
		reference += c.squaredError(base)
		if c.units+trained[i].units > 0 {
			r.Bands = append(r.Bands, b)
		}
	}
	r.Brier, r.Reference = ratio(wrong, float64(r.Units)), ratio(reference, float64(r.Units))
	return r
}

func halvesByUnit(judged []fate) (earlier, later []fate) {
	if len(judged) == 0 {
		return nil, nil
	}
	clocks := make([]time.Time, len(judged))
	for i := range judged {
		clocks[i] = judged[i].clock
	}
	slices.SortFunc(clocks, time.Time.Compare)
	cut := clocks[len(clocks)/2]
	for _, f := range judged {
		if f.clock.Before(cut) {
			earlier = append(earlier, f)
		} else {
			later = append(later, f)
		}
	}
	return earlier, later
}

// tally counts by band; the first is of those not flagged.
func tally(all []fate, ends []float64) []cell {
	cells := make([]cell, len(ends)+1)
	for _, f := range all {
		i := f.band(ends)
		cells[i].units++
		count(&cells[i].converted, f.converted)
	}
	return cells
}

func comparedByUnit(units []Unit, a, b Side, o Options) Comparison {
	first, second := fates(units, a.Flags, o), fates(units, b.Flags, o)
	names := []string{Both, OnlyA, OnlyB, Neither}
	var all, judged, converted [4]int
	for i := range units {
		x, y := &first[i], &second[i]
		cell := 3
		switch {
		case x.flagged && y.flagged:
			cell = 0
		case x.flagged:
			cell = 1
		case y.flagged:
			cell = 2
		}
		all[cell]++
		earlier := x
		if y.flagged && (!x.flagged || y.clock.Before(x.clock)) {
			earlier = y
		}
		count(&judged[cell], earlier.judged)
		count(&converted[cell], earlier.judged && earlier.converted)
	}
	c := Comparison{A: a.Name, B: b.Name}
	for i, name := range names {
		c.Cells = append(c.Cells, SideCell{Cell: name, Units: all[i], Rate: NewRate(converted[i], judged[i])})
	}
	return c
}

// flagsOf draws flags at any time around the lives of units, some of them leaks, some of units that nobody knows.
func flagsOf(random *rand.Rand, units []Unit) (flags []Flag) {
	for i, u := range units {
		if random.IntN(3) == 0 {
			flags = append(flags, Flag{UnitID: fmt.Sprintf("u%05d-", i)})
		}
		if random.IntN(2) == 0 {
			flags = append(flags, Flag{UnitID: u.ID, At: u.StartedAt.Add(time.Duration(random.IntN(60)-5) * 24 * time.Hour),
				Score: float64(random.IntN(120)), Leaked: random.IntN(10) == 0})
		}
	}
	slices.SortFunc(flags, func(a, b Flag) int { return strings.Compare(a.UnitID, b.UnitID) })
	return flags
}

// Counting all units once and then only those that a definition flags comes to what counting all of them each time does.
func TestAPopulationIsCountedAsUnitByUnit(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 8))
	for n := range 60 {
		var units []Unit
		for i := range n {
			u := lead(fmt.Sprintf("u%05d", i), float64(random.IntN(300)), -1)
			if random.IntN(2) == 0 {
				u.ConvertedAt = u.StartedAt.Add(time.Duration(random.IntN(120)) * 24 * time.Hour)
			}
			units = append(units, u)
		}
		a, b := flagsOf(random, units), flagsOf(random, units)
		p := NewPopulation(units, ninety)
		j, all := p.Judge(a), fates(units, a, ninety)
		for what, pair := range map[string][2]any{
			"measures":    {measuredByUnit(all, ninety), j.Measures()},
			"reliability": {reliabilityByUnit(all, DefaultBands), j.Reliability(DefaultBands)},
			"sides":       {comparedByUnit(units, Side{"a", a}, Side{"b", b}, ninety), p.Compare(Side{"a", a}, Side{"b", b})},
		} {
			if diff := cmp.Diff(pair[0], pair[1]); diff != "" {
				t.Fatalf("%s of %d units (-unit by unit +population):\n%s", what, n, diff)
			}
		}
		for _, c := range j.Cohorts() {
			month := slices.DeleteFunc(slices.Clone(all), func(f fate) bool { return !monthOf(f.start).Equal(c.Month) })
			if diff := cmp.Diff(measuredByUnit(month, ninety), c.Measures); diff != "" {
				t.Fatalf("cohort of %s (-unit by unit +population):\n%s", c.Month, diff)
			}
		}
	}
}
