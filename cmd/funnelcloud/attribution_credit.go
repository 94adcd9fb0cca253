package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/funnelcloud/funnelcloud/models/attribution"
)

// settleCurrency chooses the currency of the values, since amounts of several are not added up, and says which are left out.
// Costs may be in a currency that no value is in.
func (r *creditReport) settleCurrency(cells []creditCell, wanted string) error {
	seen := map[string]bool{}
	for _, c := range cells {
		if c.Value != 0 {
			seen[c.Currency] = true
		}
	}
	nameless := seen[""]
	delete(seen, "")
	known := slices.Sorted(maps.Keys(seen))
	switch r.Currency = strings.ToUpper(wanted); {
	case wanted != "" && len(known) > 0 && !seen[r.Currency]:
		return usageError{fmt.Errorf("--currency %s: values are in %s", r.Currency, strings.Join(known, ", "))}
	case wanted == "" && len(known) > 1:
		return usageError{fmt.Errorf("values are in %s, which can't be added up: choose with --currency", strings.Join(known, ", "))}
	case wanted == "" && len(known) == 1:
		r.Currency = known[0]
	}
	left := slices.DeleteFunc(known, func(c string) bool { return c == r.Currency })
	if nameless && r.Currency != "" {
		left = append(left, "no currency")
	}
	if len(left) > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("Values in %s are left out; conversions count whatever they are worth.", strings.Join(left, ", ")))
	}
	return nil
}

// group makes other(n) of all names but the largest by the mean of all models, or without a number of them, of those that
// the run did not tell apart.
func (s *slice) group(cells []creditCell, effects []effectRow) {
	credit := map[string]float64{}
	for _, c := range cells {
		if c.Name != attribution.Unattributed && c.Name != attribution.Baseline {
			credit[c.Name] += c.Conversions
		}
	}
	keep, other := map[string]bool{}, ""
	if s.top > 0 {
		keep, other = attribution.Largest(credit, s.top)
	} else {
		for _, e := range effects {
			keep[e.Channel] = true
			if strings.HasPrefix(e.Channel, "other(") && credit[e.Channel] == 0 {
				other = e.Channel
			}
		}
	}
	s.alias = map[string]string{}
	for name := range credit {
		if other != "" && !keep[name] {
			s.alias[name] = other
		}
	}
	for i := range cells {
		cells[i].Name = s.shown(cells[i].Name)
	}
}

// shown is what a name is shown by.
func (s *slice) shown(name string) string { return cmp.Or(s.alias[name], name) }

// tallies are the credit of one model.
type tallies struct{ conversions, value *attribution.Tally }

// fill adds the credit of the cells, with what a conversion cost where that is known.
func (r *creditReport) fill(cells []creditCell, draws attribution.Resamples, costs map[string]float64) {
	ofModel := map[string]*tallies{}
	first := cells[0].Model
	for _, c := range cells {
		t := ofModel[c.Model]
		if t == nil {
			t = &tallies{attribution.NewTally(), attribution.NewTally()}
			ofModel[c.Model] = t
		}
		if c.Name == attribution.Unattributed {
			if c.Model == first {
				r.Unattributed += c.Conversions
			}
			continue
		}
		if c.Model == first {
			r.Conversions += c.Conversions
		}
		t.conversions.Add(c.Name, int(c.Bucket), c.Conversions)
		t.value.Add(c.Name, int(c.Bucket), 0) // the same names in both
		if c.Currency == r.Currency {
			t.value.Add(c.Name, int(c.Bucket), c.Value)
		}
	}
	for _, name := range modelOrder(ofModel) {
		r.addTally(name, ofModel[name], draws, costs)
	}
}

// refine puts what the run found of the whole history in place of what takes its fit as given: intervals, ranks and what
// can't be told apart, and removal effects.
func (r *creditReport) refine(effects []effectRow) {
	byName := map[[2]string]effectRow{}
	for _, e := range effects {
		byName[[2]string{e.Model, e.Channel}] = e
	}
	for i := range r.Credits {
		row := &r.Credits[i]
		e, found := byName[[2]string{row.Model, row.Channel}]
		if !found {
			continue
		}
		row.RemovalEffect = e.Removal
		if e.RankHigh == 0 && e.High == 0 { // the run took no resamples
			continue
		}
		row.Interval = newInterval(e.Low, e.High)
		row.Rank, row.RankLow, row.RankHigh, row.SameRank = int(e.Rank), int(e.RankLow), int(e.RankHigh), e.SameRank
		row.Lead, row.Like = &ratio{e.Lead, newInterval(e.LeadLow, e.LeadHigh)}, e.Like
	}
	if since := carriedFrom(effects); since != 0 && since != r.Run {
		r.Notes = append(r.Notes, fmt.Sprintf("Intervals rest on the resamples of run %d: less than a tenth of the journeys came or went since. Shares are fitted to all.", since))
	}
}

// carriedFrom is the run whose resamples the intervals rest on.
func carriedFrom(effects []effectRow) (run uint64) {
	for _, e := range effects {
		run = max(run, e.Resampled)
	}
	return run
}
