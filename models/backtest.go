package models

import (
	"context"
	"errors"
	"fmt"
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
