package path

import (
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// Shift is a change of the chain: of those who go from From to To, the share Less goes elsewhere.
type Shift struct {
	From, To string
	Less     float64 // 0 to 1
	Into     string  // where they go instead; "" is wherever the others that leave From go, in proportion
}

// Effect is what a Shift does to the wins that the chain expects, of Units that start as they did.
type Effect struct {
	Units        int     `json:"units"`
	WinsBefore   float64 `json:"wins_before"`
	WinsAfter    float64 `json:"wins_after"`
	MoreWins     float64 `json:"more_wins"`
	StepsBefore  float64 `json:"steps_before"` // expected, of a unit
	StepsAfter   float64 `json:"steps_after"`
	MoreWinsLow  float64 `json:"more_wins_low"` // 95 % interval, where it was asked for
	MoreWinsHigh float64 `json:"more_wins_high"`
	Resamples    int     `json:"resamples"` // that the interval rests on: those with units that leave From
	Moved        float64 `json:"moved"`     // share of those who leave From
}

// WhatIf computes anew, from the whole chain, what a Shift would do: loops and returns count as often as they are
// expected. WinsBefore is the chain's expectation when all units have come to their end, and so more than were seen
// while some are open.
//
// It is an association, not a cause: those kept from To are taken to fare as others in the state they come to have
// fared, though they may differ from them in all that the states don't tell.
func (b *Builder) WhatIf(s Shift) (Effect, error) {
	before, err := b.Chain()
	if err != nil {
		return Effect{}, err
	}
	return before.whatIf(s, b.units)
}

func (c *Chain) whatIf(s Shift, units int) (Effect, error) {
	after, moving, err := c.shifted(s)
	if err != nil {
		return Effect{}, err
	}
	n := float64(units)
	e := Effect{
		Units: units, WinsBefore: n * c.WinFromStart(), WinsAfter: n * after.WinFromStart(),
		StepsBefore: c.stepsFromStart(), StepsAfter: after.stepsFromStart(), Moved: moving,
	}
	e.MoreWins = e.WinsAfter - e.WinsBefore
	return e, nil
}

// WinFromStart is the probability to win of a unit that starts as they did.
func (c *Chain) WinFromStart() float64 {
	p := 0.0
	for k, won := range c.won {
		if won {
			p += c.absorbedFromStart(k)
		}
	}
	return p
}

func (c *Chain) stepsFromStart() float64 {
	steps := 0.0
	for i, p := range c.Start {
		steps += p * c.Steps[i]
	}
	return steps
}

// reached are the names that a row gives any chance.
func reached(names []string, row []float64) []string {
	var list []string
	for i, p := range row {
		if p > 0 {
			list = append(list, names[i])
		}
	}
	return list
}

// shifted is the chain after the shift, and the share of those who leave From that it moves.
func (c *Chain) shifted(s Shift) (after *Chain, moving float64, err error) {
	from := slices.Index(c.States, s.From)
	if from < 0 {
		return nil, 0, fmt.Errorf("what if: no state %q that units leave; there are %s", s.From, strings.Join(c.States, ", "))
	}
	if !(s.Less >= 0 && s.Less <= 1) {
		return nil, 0, fmt.Errorf("what if: %g fewer: must be a share from 0 to 1", s.Less)
	}
	if s.To == s.Into {
		return nil, 0, fmt.Errorf("what if: from %q to %q instead of itself", s.To, s.Into)
	}
	n, m := len(c.States), len(c.Absorbing)
	names := slices.Concat(c.States, c.Absorbing)
	row := slices.Concat(c.Transitions.RawRowView(from), c.Absorptions.RawRowView(from))
	to, into := slices.Index(names, s.To), slices.Index(names, s.Into)
	if to < 0 || row[to] <= 0 {
		return nil, 0, fmt.Errorf("what if: nobody goes from %q to %q; they go to %s", s.From, s.To, strings.Join(reached(names, row), ", "))
	}
	if s.Into != "" && into < 0 {
		return nil, 0, fmt.Errorf("what if: no state %q to go to; there are %s", s.Into, strings.Join(names, ", "))
	}
	others := 1 - row[to]
	if into < 0 && others <= 1e-12 {
		return nil, 0, fmt.Errorf("what if: all go from %q to %q: say where they go instead", s.From, s.To)
	}
	moving = s.Less * row[to]
	for i := range row {
		switch {
		case i == to:
			row[i] -= moving
		case into < 0:
			row[i] *= 1 + moving/others
		case i == into:
			row[i] += moving
		}
	}
	shifted := *c
	shifted.Transitions, shifted.Absorptions = mat.DenseCopyOf(c.Transitions), mat.DenseCopyOf(c.Absorptions)
	shifted.Transitions.SetRow(from, row[:n])
	shifted.Absorptions.SetRow(from, row[n:n+m])
	if err := shifted.solve(); err != nil {
		return nil, 0, fmt.Errorf("what if %g of those who go from %q to %q went elsewhere: %w", s.Less, s.From, s.To, err)
	}
	return &shifted, moving, nil
}
