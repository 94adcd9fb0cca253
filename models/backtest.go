package models

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/funnelcloud/funnelcloud/models/identity"
	"github.com/funnelcloud/funnelcloud/models/qualify"
	"github.com/funnelcloud/funnelcloud/models/quality"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// BacktestOptions say what to try. Sides are one set of definitions, or two to compare: what is, and what might be.
type BacktestOptions struct {
	Kind     string // person or account; person
	Sides    []*qualify.Definitions
	From, To time.Time        // first qualifications within; zero: all
	Horizon  time.Duration    // for a conversion to be a definition's merit; 90 days
	Examples int              // unit ids of each change; 5
	Identity identity.Options // as the runs': it says which e-mail domains are companies'
}

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

// ErrNothingToBacktest says that no run was published yet.
var ErrNothingToBacktest = errors.New("no run was published yet, so there is no history; start one with: funnelcloud run")

type publishedMarks struct {
	RunID         uint64    `ch:"run_id"`
	ObservedUntil time.Time `ch:"observed_until"`
	ObservedFrom  time.Time `ch:"observed_from"`
}

// RunBacktest tries definitions on the history of the published run and writes nothing.
func RunBacktest(ctx context.Context, db *warehouse.DB, o BacktestOptions) (Backtest, error) {
	marks, err := warehouse.SelectAll[publishedMarks](ctx, db, "staging/published_marks.sql", nil)
	if err != nil {
		return Backtest{}, err
	}
	if len(marks) == 0 {
		return Backtest{}, ErrNothingToBacktest
	}
	b := &backtest{options: o.withDefaults(marks[0]), until: marks[0].ObservedUntil, sides: make([]backtestSide, len(o.Sides))}
	params := warehouse.Params{}
	all := historyParams(historiesSeen(marks[0].RunID), o.Sides...)
	for i := 0; i+1 < len(all); i += 2 {
		params[all[i].(string)] = all[i+1]
	}
	for h, err := range unitHistories(ctx, db, b.options.Kind, o.Identity, params) {
		if err != nil {
			return Backtest{}, err
		}
		if err := b.try(h); err != nil {
			return Backtest{}, err
		}
	}
	return b.report(), nil
}

func (o BacktestOptions) withDefaults(m publishedMarks) BacktestOptions {
	if o.Kind == "" {
		o.Kind = unitPerson
	}
	if o.From.IsZero() {
		o.From = m.ObservedFrom
	}
	if o.To.IsZero() {
		o.To = m.ObservedUntil.Add(time.Millisecond)
	}
	if o.Horizon == 0 {
		o.Horizon = 90 * 24 * time.Hour
	}
	if o.Examples == 0 {
		o.Examples = 5
	}
	return o
}

type backtest struct {
	options BacktestOptions
	until   time.Time
	units   int
	signals uint64
	sides   []backtestSide
}

type backtestSide struct {
	leads       []quality.Unit
	won         map[string]time.Time // first win by unit
	definitions map[string]*BacktestDefinition
}

// try evaluates one unit by each side.
func (b *backtest) try(h unitHistory) error {
	if h.unit.JunkReason != "" {
		return nil
	}
	h.unit.ID = strings.Clone(h.unit.ID) // rows share the memory of whole batches
	b.units++
	b.signals += uint64(len(h.signals))
	for i, definitions := range b.options.Sides {
		outcome, err := definitions.Evaluate(h.unit, h.signals, b.until)
		if err != nil {
			return fmt.Errorf("%s %s: %w", b.options.Kind, h.unit.ID, err)
		}
		b.sides[i].add(h.unit.ID, outcome, b.options)
	}
	return nil
}

func (s *backtestSide) add(id string, o qualify.Outcome, options BacktestOptions) {
	if s.won == nil {
		s.won, s.definitions = map[string]time.Time{}, map[string]*BacktestDefinition{}
	}
	lead := quality.Unit{ID: id}
	for _, entry := range o.Stages {
		if lead.StartedAt.IsZero() && entry.Stage != "suspect" {
			lead.StartedAt = entry.EnteredAt
		}
		if lead.ConvertedAt.IsZero() && entry.Stage == "won" {
			lead.ConvertedAt, s.won[id] = entry.EnteredAt, entry.EnteredAt
		}
	}
	if !lead.StartedAt.IsZero() && within(lead.StartedAt, options) {
		s.leads = append(s.leads, lead)
	}
	for _, q := range o.Met {
		s.met(id, q.Definition, q.Route, q, options)
		s.met(id, anyDefinition, anyDefinition, q, options)
	}
}

func (s *backtestSide) met(id, name, route string, q qualify.Qualification, options BacktestOptions) {
	d := s.definitions[name]
	if d == nil {
		d = &BacktestDefinition{Name: name, Route: route, first: map[string]time.Time{}}
		if name != anyDefinition {
			d.Version, d.Hash = q.Version, q.DefinitionHash
		}
		s.definitions[name] = d
	}
	if within(q.MetAt, options) {
		d.Times++
	}
	if _, before := d.first[id]; !before {
		d.first[id] = q.MetAt
	}
}

func within(at time.Time, o BacktestOptions) bool { return !at.Before(o.From) && at.Before(o.To) }

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
	d.Quality = quality.Measure(leads, flags, quality.Options{Horizon: o.Horizon, Until: until})
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
