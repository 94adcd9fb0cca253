package path

import "slices"

// State is a row of table path_states: what was seen of a state, and what the absorbing chain expects of it.
type State struct {
	UnitKind        string  `ch:"unit_kind" json:"unit_kind"`
	StateKind       string  `ch:"state_kind" json:"state_kind"`
	State           string  `ch:"state" json:"state"`
	Entries         uint64  `ch:"entries" json:"entries"`
	Units           uint64  `ch:"units" json:"units"`
	ReEntryRate     float64 `ch:"re_entry_rate" json:"re_entry_rate"`
	ExpectedVisits  float64 `ch:"expected_visits" json:"expected_visits"`   // of a unit from its start; for absorbing states, the probability to end there
	ExpectedReturns float64 `ch:"expected_returns" json:"expected_returns"` // once there
	WinProbability  float64 `ch:"win_probability" json:"win_probability"`
	ExpectedSteps   float64 `ch:"expected_steps" json:"expected_steps"`
	MeanDays        float64 `ch:"mean_days" json:"mean_days"` // over visits whose end is known; 0 when there is none
}

// States are all states, by name.
func (b *Builder) States() ([]State, error) {
	chain, err := b.Chain()
	if err != nil {
		return nil, err
	}
	rows := make([]State, 0, len(b.states))
	for _, id := range b.sortedIDs() {
		s := &b.states[id]
		row := State{
			UnitKind: b.options.UnitKind, StateKind: b.options.StateKind, State: s.name,
			Entries: uint64(s.entries), Units: uint64(s.units), ReEntryRate: float64(s.reentered) / float64(s.units),
		}
		if s.stays > 0 {
			row.MeanDays = s.stayed.Hours() / 24 / float64(s.stays)
		}
		chain.fill(&row)
		if s.won {
			row.WinProbability = 1
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// fill adds what the chain says of the state.
func (c *Chain) fill(row *State) {
	if i, found := slices.BinarySearch(c.States, row.State); found {
		row.ExpectedVisits = c.visitsFromStart(i)
		row.ExpectedReturns = c.Visits.At(i, i) - 1
		row.WinProbability = c.Win(i)
		row.ExpectedSteps = c.Steps[i]
		return
	}
	row.ExpectedVisits = c.absorbedFromStart(slices.Index(c.Absorbing, row.State))
}
