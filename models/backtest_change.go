package models

import (
	"slices"
	"time"
)

// BacktestChange is who is gained and who is lost by going from the first side to the second.
type BacktestChange struct {
	Name           string   `json:"name"`
	Route          string   `json:"route"`
	Both           int      `json:"both"`
	Gained         int      `json:"gained"`
	Lost           int      `json:"lost"`
	Earlier        int      `json:"earlier"` // of both: sooner by the second
	Later          int      `json:"later"`
	GainedWon      int      `json:"gained_won"` // of the gained: won after they would have qualified
	LostWon        int      `json:"lost_won"`
	GainedExamples []string `json:"gained_examples"`
	LostExamples   []string `json:"lost_examples"`
}

// changes compares definitions of the same name, then all together.
func (b *backtest) changes(before, after BacktestSide) []BacktestChange {
	var names []string
	byName := [2]map[string]BacktestDefinition{{}, {}}
	for i, side := range []BacktestSide{before, after} {
		for _, d := range side.Definitions {
			if d.Name != anyDefinition && !slices.Contains(names, d.Name) {
				names = append(names, d.Name)
			}
			byName[i][d.Name] = d
		}
	}
	var changes []BacktestChange
	for _, name := range append(names, anyDefinition) {
		changes = append(changes, b.change(name, byName[0][name], byName[1][name]))
	}
	return changes
}

func (b *backtest) change(name string, before, after BacktestDefinition) BacktestChange {
	c := BacktestChange{Name: name, Route: after.Route, GainedExamples: []string{}, LostExamples: []string{}}
	if c.Route == "" {
		c.Route = before.Route
	}
	var gained, lost []string
	for id, at := range before.first {
		then, both := after.first[id]
		was, is := within(at, b.options), both && within(then, b.options)
		switch {
		case was && is:
			c.Both++
			count(&c.Earlier, then.Before(at))
			count(&c.Later, then.After(at))
		case was:
			lost = append(lost, id)
			count(&c.LostWon, wonAfter(b.sides[0].won, id, at))
		case is:
			gained = append(gained, id)
			count(&c.GainedWon, wonAfter(b.sides[1].won, id, then))
		}
	}
	for id, at := range after.first {
		if _, known := before.first[id]; !known && within(at, b.options) {
			gained = append(gained, id)
			count(&c.GainedWon, wonAfter(b.sides[1].won, id, at))
		}
	}
	c.Gained, c.Lost = len(gained), len(lost)
	c.GainedExamples, c.LostExamples = firstFew(gained, b.options.Examples), firstFew(lost, b.options.Examples)
	return c
}

func wonAfter(won map[string]time.Time, id string, at time.Time) bool {
	when, ok := won[id]
	return ok && !when.Before(at)
}

func count(n *int, yes bool) {
	if yes {
		*n++
	}
}

// firstFew are the first by id, so that the same backtest names the same examples.
func firstFew(ids []string, n int) []string {
	slices.Sort(ids)
	return append([]string{}, ids[:min(n, len(ids))]...)
}
