package path

import (
	"cmp"
	"math"
	"slices"
)

// State is a row of table path_states: what was seen of a state, and what the absorbing chain expects of it. Bounds are
// those of 95 % bootstrap intervals; they are 0 to 0 where none were asked for.
type State struct {
	UnitKind         string  `ch:"unit_kind" json:"unit_kind"`
	StateKind        string  `ch:"state_kind" json:"state_kind"`
	State            string  `ch:"state" json:"state"`
	Entries          uint64  `ch:"entries" json:"entries"`
	Units            uint64  `ch:"units" json:"units"`
	ReEntryRate      float64 `ch:"re_entry_rate" json:"re_entry_rate"`
	ExpectedVisits   float64 `ch:"expected_visits" json:"expected_visits"` // of a unit from its start; for absorbing states, the probability to end there
	VisitsLow        float64 `ch:"visits_low" json:"visits_low"`
	VisitsHigh       float64 `ch:"visits_high" json:"visits_high"`
	ExpectedReturns  float64 `ch:"expected_returns" json:"expected_returns"`   // once there
	ReachProbability float64 `ch:"reach_probability" json:"reach_probability"` // of a unit ever to be there
	WinProbability   float64 `ch:"win_probability" json:"win_probability"`
	WinLow           float64 `ch:"win_low" json:"win_low"`
	WinHigh          float64 `ch:"win_high" json:"win_high"`
	ExpectedSteps    float64 `ch:"expected_steps" json:"expected_steps"`
	StepsLow         float64 `ch:"steps_low" json:"steps_low"`
	StepsHigh        float64 `ch:"steps_high" json:"steps_high"`
	StepsDeviation   float64 `ch:"steps_deviation" json:"steps_deviation"` // standard deviation of the steps
	ExpectedDays     float64 `ch:"expected_days" json:"expected_days"`     // to the end
	MeanDays         float64 `ch:"mean_days" json:"mean_days"`             // over visits whose end is known; 0 when there is none
	MedianDays       float64 `ch:"median_days" json:"median_days"`
	P90Days          float64 `ch:"p90_days" json:"p90_days"`
	// WinLost is the chance to win that a departure is expected to lose. Bottleneck is mean days × entries × WinLost.
	WinLost        float64 `ch:"win_lost" json:"win_lost"`
	WinLostLow     float64 `ch:"win_lost_low" json:"win_lost_low"`
	WinLostHigh    float64 `ch:"win_lost_high" json:"win_lost_high"`
	Bottleneck     float64 `ch:"bottleneck" json:"bottleneck"`
	BottleneckLow  float64 `ch:"bottleneck_low" json:"bottleneck_low"` // with the days as they were seen
	BottleneckHigh float64 `ch:"bottleneck_high" json:"bottleneck_high"`
	BottleneckRank uint32  `ch:"bottleneck_rank" json:"bottleneck_rank"` // 1 is the worst; 0 where nothing is lost
}

// States are all states, by name.
func (b *Builder) States() ([]State, error) {
	chain, err := b.Chain()
	if err != nil {
		return nil, err
	}
	rows := make([]State, 0, len(b.states))
	stays := b.stays()
	times := chain.Time(b.meanDays(chain, stays))
	for _, id := range b.sortedIDs() {
		s, stay := &b.states[id], &stays[id]
		row := State{
			UnitKind: b.options.UnitKind, StateKind: b.options.StateKind, State: s.name,
			Entries: uint64(s.entries), Units: uint64(s.units), ReEntryRate: ratio(s.reentered, s.units),
			MeanDays: stay.mean() / 86400, MedianDays: stay.quantile(.5) / 86400, P90Days: stay.quantile(.9) / 86400,
		}
		chain.fill(&row, times)
		if s.won {
			row.WinProbability = 1
		}
		rows = append(rows, row)
	}
	rankBottlenecks(rows)
	return rows, nil
}

// meanDays are the mean stays in the states of the chain.
func (b *Builder) meanDays(c *Chain, stays []durations) []float64 {
	days := make([]float64, len(c.States))
	for id := range b.states {
		if i, transient := slices.BinarySearch(c.States, b.states[id].name); transient {
			days[i] = stays[id].mean() / 86400
		}
	}
	return days
}

// fill adds what the chain says of the state.
func (c *Chain) fill(row *State, times []float64) {
	i, found := slices.BinarySearch(c.States, row.State)
	if !found {
		row.ExpectedVisits = c.absorbedFromStart(slices.Index(c.Absorbing, row.State))
		row.ReachProbability = row.ExpectedVisits
		return
	}
	row.ExpectedVisits = c.visitsFromStart(i)
	row.ExpectedReturns = c.Visits.At(i, i) - 1
	row.ReachProbability = c.reachFromStart(i)
	row.WinProbability = c.Win(i)
	row.ExpectedSteps = c.Steps[i]
	row.StepsDeviation = math.Sqrt(max(c.StepVariance[i], 0))
	row.ExpectedDays = times[i]
	row.WinLost = c.winLost(i)
	row.Bottleneck = row.MeanDays * float64(row.Entries) * row.WinLost
}

// rankBottlenecks counts from the worst; of equals the first by name is worse.
func rankBottlenecks(rows []State) {
	var worst []int
	for i := range rows {
		if rows[i].Bottleneck > 0 {
			worst = append(worst, i)
		}
	}
	slices.SortStableFunc(worst, func(x, y int) int { return cmp.Compare(rows[y].Bottleneck, rows[x].Bottleneck) })
	for rank, i := range worst {
		rows[i].BottleneckRank = uint32(rank + 1)
	}
}

// Bottleneck is a row of table path_bottlenecks: what makes a state one, in a segment.
type Bottleneck struct {
	UnitKind       string  `ch:"unit_kind" json:"unit_kind"`
	StateKind      string  `ch:"state_kind" json:"state_kind"`
	By             string  `ch:"segment_by" json:"segment_by"`
	Segment        string  `ch:"segment" json:"segment"`
	State          string  `ch:"state" json:"state"`
	Rank           uint32  `ch:"bottleneck_rank" json:"bottleneck_rank"`
	Entries        uint64  `ch:"entries" json:"entries"`
	MeanDays       float64 `ch:"mean_days" json:"mean_days"`
	MedianDays     float64 `ch:"median_days" json:"median_days"`
	P90Days        float64 `ch:"p90_days" json:"p90_days"`
	WinProbability float64 `ch:"win_probability" json:"win_probability"`
	WinLow         float64 `ch:"win_low" json:"win_low"`
	WinHigh        float64 `ch:"win_high" json:"win_high"`
	WinLost        float64 `ch:"win_lost" json:"win_lost"`
	WinLostLow     float64 `ch:"win_lost_low" json:"win_lost_low"`
	WinLostHigh    float64 `ch:"win_lost_high" json:"win_lost_high"`
	Score          float64 `ch:"bottleneck" json:"bottleneck"`
	Low            float64 `ch:"bottleneck_low" json:"bottleneck_low"`
	High           float64 `ch:"bottleneck_high" json:"bottleneck_high"`
}

// Bottlenecks are the rows of a segment's states, the worst first and those where nothing is lost last.
func Bottlenecks(of Segment, states []State) []Bottleneck {
	rows := make([]Bottleneck, len(states))
	for i, s := range states {
		rows[i] = Bottleneck{
			UnitKind: s.UnitKind, StateKind: s.StateKind, By: of.By, Segment: of.Value, State: s.State, Rank: s.BottleneckRank,
			Entries: s.Entries, MeanDays: s.MeanDays, MedianDays: s.MedianDays, P90Days: s.P90Days,
			WinProbability: s.WinProbability, WinLow: s.WinLow, WinHigh: s.WinHigh,
			WinLost: s.WinLost, WinLostLow: s.WinLostLow, WinLostHigh: s.WinLostHigh,
			Score: s.Bottleneck, Low: s.BottleneckLow, High: s.BottleneckHigh,
		}
	}
	slices.SortStableFunc(rows, func(a, b Bottleneck) int { return cmp.Compare(b.Score, a.Score) })
	return rows
}
