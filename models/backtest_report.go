package models

import (
	"slices"
	"strings"
	"time"

	"github.com/funnelcloud/funnelcloud/models/qualify"
	"github.com/funnelcloud/funnelcloud/models/quality"
)

// Backtest is what definitions would have done to all the history that the published run knows. Junk units are left out.
type Backtest struct {
	Kind    string           `json:"unit_kind"`
	From    time.Time        `json:"from"`
	To      time.Time        `json:"to"`
	Until   time.Time        `json:"observed_until"`
	Units   int              `json:"units"`
	Signals uint64           `json:"signals"`
	Sides   []BacktestSide   `json:"sides"`
	Changes []BacktestChange `json:"changes,omitempty"`
}

// BacktestSide is one set of definitions.
type BacktestSide struct {
	Hash        string               `json:"hash"`
	Definitions []BacktestDefinition `json:"definitions"`
}

// BacktestDefinition is what one definition did; of route and definition "(any)", all of them together.
type BacktestDefinition struct {
	Name    string           `json:"name"`
	Version uint32           `json:"version"`
	Hash    string           `json:"hash"`
	Route   string           `json:"route"`
	Units   int              `json:"units"` // that met it, for the first time within the period
	Times   int              `json:"times"` // that it was met, within the period
	Weeks   []BacktestWeek   `json:"weeks"`
	Quality quality.Measures `json:"quality"` // of the units that became leads within the period

	first map[string]time.Time // by unit
}

// BacktestWeek is a week from Monday on (UTC).
type BacktestWeek struct {
	Monday time.Time `json:"monday"`
	Units  int       `json:"units"`
}

func (b *backtest) report() Backtest {
	r := Backtest{Kind: b.options.Kind, From: b.options.From, To: b.options.To, Until: b.until, Units: b.units, Signals: b.signals}
	for i, definitions := range b.options.Sides {
		r.Sides = append(r.Sides, b.sides[i].report(definitions, b.options, b.until))
	}
	if len(r.Sides) == 2 {
		r.Changes = b.changes(r.Sides[0], r.Sides[1])
	}
	return r
}

// report lists what the definitions did, those that nobody met included.
func (s *backtestSide) report(definitions *qualify.Definitions, o BacktestOptions, until time.Time) BacktestSide {
	side := BacktestSide{Hash: definitions.Hash()}
	quality.SortUnits(s.leads)
	for _, l := range definitions.List() {
		if !qualifies(l.Kind) {
			continue
		}
		d := s.definitions[l.Name]
		if d == nil {
			d = &BacktestDefinition{Name: l.Name, Version: l.Version, Hash: l.Hash, Route: routeOf(l.Kind)}
		}
		side.Definitions = append(side.Definitions, d.finish(s.leads, o, until))
	}
	if all := s.definitions[anyDefinition]; all != nil {
		side.Definitions = append(side.Definitions, all.finish(s.leads, o, until))
	}
	return side
}

// qualifies: definitions of the other kinds (stages, requests, …) put nobody on a route.
func qualifies(kind string) bool {
	return slices.Contains([]string{"score", "bant", "pql", "mql", "cql"}, kind)
}

func routeOf(kind string) string {
	if kind == "score" || kind == "bant" {
		return "mql"
	}
	return kind
}

func (d *BacktestDefinition) finish(leads []quality.Unit, o BacktestOptions, until time.Time) BacktestDefinition {
	var flags []quality.Flag
	weeks := map[time.Time]int{}
	for id, at := range d.first {
		flags = append(flags, quality.Flag{UnitID: id, At: at})
		if within(at, o) {
			d.Units++
			weeks[monday(at)]++
		}
	}
	slices.SortFunc(flags, func(a, b quality.Flag) int { return strings.Compare(a.UnitID, b.UnitID) })
	d.Quality = quality.NewPopulation(leads, quality.Options{Horizon: o.Horizon, Until: until}).Measure(flags)
	for week, units := range weeks {
		d.Weeks = append(d.Weeks, BacktestWeek{week, units})
	}
	slices.SortFunc(d.Weeks, func(a, b BacktestWeek) int { return a.Monday.Compare(b.Monday) })
	return *d
}

func monday(at time.Time) time.Time {
	day := at.UTC().Truncate(24 * time.Hour)
	return day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
}
