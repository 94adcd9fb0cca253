package path

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Interval is a 95 % percentile interval. Resamples is how many it rests on: those in which the figure exists; with none
// it is 0 to 0.
type Interval struct {
	Low       float64 `json:"low"`
	High      float64 `json:"high"`
	Resamples int     `json:"resamples"`
}

// StateIntervals are the intervals of a row of States.
type StateIntervals struct {
	State          string   `json:"state"`
	ReEntryRate    Interval `json:"re_entry_rate"`
	ExpectedVisits Interval `json:"expected_visits"`
	WinProbability Interval `json:"win_probability"`
	ExpectedSteps  Interval `json:"expected_steps"`
}

// TransitionIntervals are the intervals of a row of Graph.
type TransitionIntervals struct {
	From           string   `json:"from_state"`
	To             string   `json:"to_state"`
	Share          Interval `json:"share"` // of the transitions that leave From
	ConversionRate Interval `json:"conversion_rate"`
}

// Bootstrap resamples units (each is drawn Poisson(1) times, with its whole trail), fits everything to each resample and
// takes percentiles. Units of one variant are drawn together, Poisson(count) times, which is the same. The same units
// and seed give the same intervals in whatever order the units came. Rows are those of States and Graph.
func (b *Builder) Bootstrap(resamples int, seed uint64) ([]StateIntervals, []TransitionIntervals, error) {
	type figure struct{ kind, from, to string }
	drawn := map[figure][]float64{}
	err := b.eachResample(resamples, seed, func(r *Builder) error {
		states, err := r.States()
		if err != nil {
			return err
		}
		for _, s := range states {
			for kind, x := range map[string]float64{"re-entry": s.ReEntryRate, "visits": s.ExpectedVisits, "win": s.WinProbability, "steps": s.ExpectedSteps} {
				drawn[figure{kind, s.State, ""}] = append(drawn[figure{kind, s.State, ""}], x)
			}
		}
		leaving := map[string]float64{}
		graph := r.Graph()
		for _, e := range graph {
			leaving[e.From] += float64(e.Transitions)
		}
		seen := map[[2]string]bool{}
		for _, e := range graph {
			seen[[2]string{e.From, e.To}] = true
			drawn[figure{"conversion", e.From, e.To}] = append(drawn[figure{"conversion", e.From, e.To}], e.ConversionRate)
			drawn[figure{"share", e.From, e.To}] = append(drawn[figure{"share", e.From, e.To}], float64(e.Transitions)/leaving[e.From])
		}
		// An edge that a resample lacks has share 0 there, so long as somebody left its state.
		for key := range b.edges {
			from, to := b.name(key.from), b.name(key.to)
			if leaving[from] > 0 && !seen[[2]string{from, to}] {
				drawn[figure{"share", from, to}] = append(drawn[figure{"share", from, to}], 0)
			}
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	of := func(kind, from, to string) Interval { return interval(drawn[figure{kind, from, to}]) }
	var states []StateIntervals
	for _, id := range b.sortedIDs() {
		s := b.states[id].name
		states = append(states, StateIntervals{s, of("re-entry", s, ""), of("visits", s, ""), of("win", s, ""), of("steps", s, "")})
	}
	var edges []TransitionIntervals
	for _, e := range b.Graph() {
		edges = append(edges, TransitionIntervals{e.From, e.To, of("share", e.From, e.To), of("conversion", e.From, e.To)})
	}
	return states, edges, nil
}

// BootstrapWhatIf is WhatIf with an interval of MoreWins. Resamples in which nobody makes the move are left out.
func (b *Builder) BootstrapWhatIf(s Shift, resamples int, seed uint64) (Effect, error) {
	e, err := b.WhatIf(s)
	if err != nil {
		return Effect{}, err
	}
	var more []float64
	err = b.eachResample(resamples, seed, func(r *Builder) error {
		if resampled, err := r.WhatIf(s); err == nil { // else the resample lacks a state of the shift
			more = append(more, resampled.MoreWins/float64(r.units)*float64(b.units))
		}
		return nil
	})
	i := interval(more)
	e.MoreWinsLow, e.MoreWinsHigh, e.Resamples = i.Low, i.High, i.Resamples
	return e, err
}

func interval(xs []float64) Interval {
	return Interval{quantile(xs, .025), quantile(xs, .975), len(xs)}
}

// eachResample hands over Builders of resampled units. They know counts, not times.
func (b *Builder) eachResample(resamples int, seed uint64, use func(*Builder) error) error {
	variants := b.sortedVariants()
	for i := range resamples {
		random := rand.NewPCG(seed, uint64(i))
		r := NewBuilder(b.options)
		for _, v := range variants {
			if n := int(distuv.Poisson{Lambda: float64(v.units), Src: random}.Rand()); n > 0 {
				r.addVariant(b, v, n)
			}
		}
		if r.units == 0 {
			continue // nobody was drawn: no figure exists
		}
		if err := use(r); err != nil {
			return fmt.Errorf("resample %d: %w", i, err)
		}
	}
	return nil
}

// sortedVariants are the variants in an order that doesn't depend on that of arrival.
func (b *Builder) sortedVariants() []*variant {
	all := make([]*variant, 0, len(b.variants))
	for _, v := range b.variants {
		all = append(all, v)
	}
	slices.SortFunc(all, func(x, y *variant) int {
		return cmp.Or(slices.Compare(b.names(x.states), b.names(y.states)), cmp.Compare(x.end, y.end))
	})
	return all
}

// addVariant counts n units that took variant v of builder of.
func (b *Builder) addVariant(of *Builder, v *variant, n int) {
	visits := make([]Visit, len(v.states))
	for i, id := range v.states {
		visits[i].State = of.states[id].name
	}
	ids := b.intern(visits)
	lastWin := b.lastWin(ids, v.end)
	stamp := b.units + 1 // of these units, as a whole
	b.units += n
	count := func(key edgeKey, converts bool) {
		e := b.edges[key]
		if e == nil {
			e = &edge{}
			b.edges[key] = e
		}
		e.transitions += n
		if e.lastUnit == stamp {
			return
		}
		e.lastUnit = stamp
		e.units += n
		if converts {
			e.converted += n
		}
	}
	count(edgeKey{startID, ids[0]}, lastWin >= 0)
	for i, id := range ids {
		s := &b.states[id]
		if s.entries += n; s.lastUnit != stamp {
			s.lastUnit, s.byUnit = stamp, 0
			s.units += n
		}
		if s.byUnit++; s.byUnit == 2 {
			s.reentered += n
		}
		to := v.end
		if i+1 < len(ids) {
			to = ids[i+1]
		}
		if to != noEnd {
			count(edgeKey{id, to}, i+1 <= lastWin)
		}
	}
}
