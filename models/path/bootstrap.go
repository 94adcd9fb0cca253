package path

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
	WinLost        Interval `json:"win_lost"`
	Bottleneck     Interval `json:"bottleneck"` // with the mean days as they were seen
}

// TransitionIntervals are the intervals of a row of Graph.
type TransitionIntervals struct {
	From           string   `json:"from_state"`
	To             string   `json:"to_state"`
	Share          Interval `json:"share"` // of the transitions that leave From
	ConversionRate Interval `json:"conversion_rate"`
}

// draws are the values of one figure, resample by resample.
type draws []float64

func (d *draws) add(x float64) { *d = append(*d, x) }

func (d draws) interval() Interval { return Interval{quantile(d, .025), quantile(d, .975), len(d)} }

// Bootstrap resamples units (each is drawn Poisson(1) times, with its whole trail), fits everything to each resample and
// takes percentiles. Units of one variant are drawn together, Poisson(count) times, which is the same. The same units
// and seed give the same intervals in whatever order the units came. Rows are those of States and Graph.
func (b *Builder) Bootstrap(resamples int, seed uint64) ([]StateIntervals, []TransitionIntervals, error) {
	states, edges := make([]stateDraws, len(b.states)), make([]edgeDraws, len(b.edges.list))
	stays := b.stays()
	err := b.eachResample(resamples, seed, func(c *counts) error {
		chain, err := b.chainOf(c)
		if err != nil {
			return err
		}
		entering := b.entering(c)
		for id := range b.states {
			if c.stateUnits[id] > 0 {
				states[id].add(b, chain, c, id, State{Entries: uint64(entering[id]), MeanDays: stays[id].mean() / 86400})
			}
		}
		leaving := b.leaving(c)
		for i := range b.edges.list {
			// An edge that a resample lacks has share 0 there, so long as somebody left its state.
			if from := b.edges.list[i].from; from < 0 || leaving[from] > 0 {
				edges[i].share.add(b.shareOfLeaving(c, leaving, i))
			}
			if c.edgeUnits[i] > 0 {
				edges[i].conversion.add(ratio(c.converted[i], c.edgeUnits[i]))
			}
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return b.stateIntervals(states), b.transitionIntervals(edges), nil
}

type stateDraws struct{ reEntry, visits, win, steps, lost, bottleneck draws }

type edgeDraws struct{ share, conversion draws }

// add takes a row that has the entries and the mean days.
func (d *stateDraws) add(b *Builder, chain *Chain, c *counts, id int, row State) {
	s := &b.states[id]
	row.State = s.name
	chain.fill(&row, chain.Steps) // of times only the seen ones are used
	if s.won {
		row.WinProbability = 1
	}
	d.reEntry.add(ratio(c.reentered[id], c.stateUnits[id]))
	d.visits.add(row.ExpectedVisits)
	d.win.add(row.WinProbability)
	d.steps.add(row.ExpectedSteps)
	d.lost.add(row.WinLost)
	d.bottleneck.add(row.Bottleneck)
}

// entering is the number of transitions into each state: its entries.
func (b *Builder) entering(c *counts) []int {
	entering := make([]int, len(b.states))
	for i := range b.edges.list {
		if to := b.edges.list[i].to; to >= 0 {
			entering[to] += c.transitions[i]
		}
	}
	return entering
}

func (b *Builder) stateIntervals(drawn []stateDraws) []StateIntervals {
	rows := make([]StateIntervals, 0, len(drawn))
	for _, id := range b.sortedIDs() {
		d := &drawn[id]
		rows = append(rows, StateIntervals{
			State: b.states[id].name, ReEntryRate: d.reEntry.interval(), ExpectedVisits: d.visits.interval(),
			WinProbability: d.win.interval(), ExpectedSteps: d.steps.interval(), WinLost: d.lost.interval(),
			Bottleneck: d.bottleneck.interval(),
		})
	}
	return rows
}

func (b *Builder) transitionIntervals(drawn []edgeDraws) []TransitionIntervals {
	rows := make([]TransitionIntervals, 0, len(drawn))
	for _, i := range b.sortedEdges() {
		e := &b.edges.list[i]
		rows = append(rows, TransitionIntervals{b.name(e.from), b.name(e.to), drawn[i].share.interval(), drawn[i].conversion.interval()})
	}
	return rows
}

// Figures are States and Graph with their intervals; with no resamples, without those that need them.
func (b *Builder) Figures(resamples int, seed uint64) ([]State, []Transition, error) {
	states, err := b.States()
	if err != nil {
		return nil, nil, err
	}
	graph := b.Graph()
	if resamples <= 0 {
		return states, graph, nil
	}
	ofStates, ofEdges, err := b.Bootstrap(resamples, seed)
	if err != nil {
		return nil, nil, err
	}
	for i, d := range ofStates {
		s := &states[i]
		s.VisitsLow, s.VisitsHigh = d.ExpectedVisits.Low, d.ExpectedVisits.High
		s.WinLow, s.WinHigh = d.WinProbability.Low, d.WinProbability.High
		s.StepsLow, s.StepsHigh = d.ExpectedSteps.Low, d.ExpectedSteps.High
		s.WinLostLow, s.WinLostHigh = d.WinLost.Low, d.WinLost.High
		s.BottleneckLow, s.BottleneckHigh = d.Bottleneck.Low, d.Bottleneck.High
	}
	for i, d := range ofEdges {
		graph[i].ShareLow, graph[i].ShareHigh = d.Share.Low, d.Share.High
	}
	return states, graph, nil
}

// BootstrapWhatIf is WhatIf with an interval of MoreWins. Resamples in which nobody makes the move are left out.
func (b *Builder) BootstrapWhatIf(s Shift, resamples int, seed uint64) (Effect, error) {
	e, err := b.WhatIf(s)
	if err != nil {
		return Effect{}, err
	}
	var more draws
	err = b.eachResample(resamples, seed, func(c *counts) error {
		chain, err := b.chainOf(c)
		if err != nil {
			return err
		}
		if resampled, err := chain.whatIf(s, c.units); err == nil { // else the resample lacks a state of the shift
			more.add(resampled.MoreWins / float64(c.units) * float64(b.units))
		}
		return nil
	})
	i := more.interval()
	e.MoreWinsLow, e.MoreWinsHigh, e.Resamples = i.Low, i.High, i.Resamples
	return e, err
}

// names are those of states by their ids.
func (b *Builder) names(ids []int32) []string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = b.states[id].name
	}
	return names
}
