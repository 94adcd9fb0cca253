package path

import "slices"

// Linearity is the row of table path_linearity: how many wins followed the drawn funnel.
type Linearity struct {
	UnitKind       string  `ch:"unit_kind" json:"unit_kind"`
	Wins           uint64  `ch:"wins" json:"wins"`
	Linear         uint64  `ch:"linear" json:"linear"`
	LinearityIndex float64 `ch:"linearity_index" json:"linearity_index"`
	IndexLow       float64 `ch:"index_low" json:"index_low"` // Wilson's 95 % interval
	IndexHigh      float64 `ch:"index_high" json:"index_high"`
	Skipped        uint64  `ch:"skipped" json:"skipped"`
	Repeated       uint64  `ch:"repeated" json:"repeated"`
	WentBack       uint64  `ch:"went_back" json:"went_back"`
	EnteredLate    uint64  `ch:"entered_late" json:"entered_late"`
	Recovered      uint64  `ch:"recovered" json:"recovered"`
	LoopsPerWin    float64 `ch:"loops_per_win" json:"loops_per_win"`
}

// Linearity compares each win, up to its first entry into a won state (to its end where the win is no state), with
// the drawn order. Use LinearityOfSteps where a step can be taken in several ways.
func (b *Builder) Linearity(order []string) Linearity {
	steps := make([][]string, len(order))
	for i, state := range order {
		steps[i] = []string{state}
	}
	return b.LinearityOfSteps(steps)
}

// LinearityOfSteps compares wins with an order of steps; entering any state of a step takes it, as marketing-,
// product- and conversation-qualified are three routes to the same step. Steps behind the win don't count.
//
// A win can deviate in several ways at once: it skipped a step between its first and the win; it repeated a state; it
// went back, to an earlier step or to one of Options.SetBack; it entered after the first step. It recovered if it had
// been in one of SetBack. A state that is in no step makes a win not linear even where none of these holds.
func (b *Builder) LinearityOfSteps(steps [][]string) Linearity {
	row := Linearity{UnitKind: b.options.UnitKind}
	rank := b.ranks(steps)
	seen := make([]bool, len(b.states))
	loops := uint64(0)
	b.eachSequence(func(s *sequence) {
		units := uint64(s.won)
		if units == 0 {
			return
		}
		d := b.deviations(s.states, rank, len(steps), seen)
		row.Wins += units
		loops += units * d.loops
		for _, part := range []struct {
			holds bool
			count *uint64
		}{
			{d.linear(), &row.Linear}, {d.skipped, &row.Skipped}, {d.loops > 0, &row.Repeated},
			{d.wentBack, &row.WentBack}, {d.enteredLate, &row.EnteredLate}, {d.recovered, &row.Recovered},
		} {
			if part.holds {
				*part.count += units
			}
		}
	})
	if row.Wins > 0 {
		row.LinearityIndex = float64(row.Linear) / float64(row.Wins)
		row.LoopsPerWin = float64(loops) / float64(row.Wins)
	}
	row.IndexLow, row.IndexHigh = wilson(row.Linear, row.Wins)
	return row
}

// ranks is the step of each state, or -1.
func (b *Builder) ranks(steps [][]string) []int {
	rank := make([]int, len(b.states))
	for id, s := range b.states {
		rank[id] = slices.IndexFunc(steps, func(step []string) bool { return slices.Contains(step, s.name) })
	}
	return rank
}

type deviations struct {
	skipped, wentBack, enteredLate, recovered, offLine bool
	loops                                              uint64 // entries into states entered before
}

func (d deviations) linear() bool {
	return !d.skipped && !d.wentBack && !d.enteredLate && !d.offLine && d.loops == 0
}

// deviations takes seen, which is false for every state, and leaves it so.
func (b *Builder) deviations(states []int32, rank []int, steps int, seen []bool) deviations {
	var d deviations
	taken := make([]bool, steps)
	defer func() {
		for _, id := range states {
			seen[id] = false
		}
	}()
	first, highest, last := -1, -1, steps-1
	for _, id := range states {
		if seen[id] {
			d.loops++
		}
		seen[id] = true
		d.recovered = d.recovered || b.states[id].setBack
		switch r := rank[id]; {
		case r < 0:
			d.offLine = true
			d.wentBack = d.wentBack || b.states[id].setBack
		default:
			taken[r] = true
			d.wentBack = d.wentBack || r < highest
			highest = max(highest, r)
			if first < 0 {
				first = r
			}
		}
		if b.states[id].won {
			if rank[id] >= 0 {
				last = rank[id]
			}
			break
		}
	}
	d.enteredLate = first != 0
	for r := max(first, 0); r <= last; r++ {
		d.skipped = d.skipped || !taken[r]
	}
	return d
}
