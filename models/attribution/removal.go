package attribution

import (
	"fmt"
	"slices"
	"strings"
)

// Removal is what is lost when something is taken out of a fitted chain.
type Removal struct {
	Removed     string  `json:"removed"`     // the channel, the set a+b, or the sequence a>b
	Order       int     `json:"order"`       // of the chain that was asked
	Conversions float64 `json:"conversions"` // share of conversions lost
	Value       float64 `json:"value"`       // share of their value lost, by a chain of its own; 0 when no path has a value
}

// RemoveSet is the removal effect of several channels together: the share of conversions lost when every transition into
// any of them leads to no conversion. It is at most the sum of their own effects, and less where they share journeys.
func (m Markov) RemoveSet(s *Sample, channels ...string) (Removal, error) {
	ids, err := s.removed(channels)
	if err != nil {
		return Removal{}, err
	}
	return m.remove(s, strings.Join(channels, "+"), func(g *gramChain, state int32) bool {
		return slices.ContainsFunc(ids, func(id int32) bool { return slices.Contains(g.member[state], id) })
	})
}

// removed are the ids of channels that are to be taken out.
func (s *Sample) removed(channels []string) ([]int32, error) {
	ids := make([]int32, len(channels))
	for i, name := range channels {
		if ids[i] = s.channelID(name); ids[i] < 0 {
			return nil, fmt.Errorf("remove %s: no path holds it", name)
		}
	}
	return ids, nil
}

// RemoveSequence is the removal effect of channels one straight after the other: the share of conversions lost when a
// journey that has gone through them in this order leads to no conversion. The chain must remember that much: its order
// is raised to the length of the sequence. A sequence that no journey took loses nothing.
func (m Markov) RemoveSequence(s *Sample, channels ...string) (Removal, error) {
	ids, err := s.removed(channels)
	if err != nil {
		return Removal{}, err
	}
	m.Order = max(m.order(), len(ids))
	return m.remove(s, strings.Join(channels, ">"), func(g *gramChain, state int32) bool {
		gram := g.gram[state]
		return len(ids) > 0 && len(gram) >= len(ids) && slices.Equal(gram[len(gram)-len(ids):], ids)
	})
}

// remove solves the chain with and without the states that are barred: once for journeys, once weighed by their value.
func (m Markov) remove(s *Sample, name string, barred func(g *gramChain, state int32) bool) (Removal, error) {
	g := newGramChain(s, m.order())
	bars := make([]bool, len(g.member))
	for state := range bars {
		bars[state] = state > 0 && barred(g, int32(state))
	}
	r := Removal{Removed: name, Order: m.order()}
	var err error
	if r.Conversions, err = g.lost(s.conv, s.null, bars); err != nil {
		return r, fmt.Errorf("remove %s: %w", name, err)
	}
	if r.Value, err = g.lostValue(bars); err != nil {
		return r, fmt.Errorf("remove %s: %w", name, err)
	}
	return r, nil
}

// lost is the share of conversions lost when no barred state may be entered.
func (g *gramChain) lost(conv, null []float64, bars []bool) (float64, error) {
	if total(conv) == 0 {
		return 0, nil
	}
	return g.lostOf(g.count(conv, null), bars)
}

// lostValue is the share of value lost: journeys move as before, but what a state converts to is money. Paths with values
// below 0, refunds, count as 0.
func (g *gramChain) lostValue(bars []bool) (float64, error) {
	counts := g.count(g.s.conv, g.s.null)
	clear(counts.converted)
	worth := 0.0
	for p, value := range g.s.value {
		if value <= 0 {
			continue
		}
		edges := g.edge[g.s.paths.start[p]:g.s.paths.start[p+1]]
		counts.converted[g.to[edges[len(edges)-1]]] += value
		worth += value
	}
	if worth == 0 {
		return 0, nil
	}
	for state := range counts.converted {
		counts.converted[state] *= total(g.s.conv) / worth // of the size of conversions, as the solver expects
	}
	return g.lostOf(counts, bars)
}

// lostOf is the share of what the states convert to that is lost.
func (g *gramChain) lostOf(counts gramCounts, bars []bool) (float64, error) {
	whole, without := make([]float64, len(bars)), make([]float64, len(bars))
	if err := g.convert(counts, make([]bool, len(bars)), whole); err != nil {
		return 0, err
	}
	copy(without, whole)
	if err := g.convert(counts, bars, without); err != nil {
		return 0, err
	}
	return max(0, 1-without[0]/whole[0]), nil
}

// Transition is how often journeys go from one state to another.
type Transition struct {
	From        string  `json:"from"` // a channel, or Start
	To          string  `json:"to"`   // a channel, Converting or NoConversion
	Journeys    float64 `json:"journeys"`
	Probability float64 `json:"probability"` // of those that leave From
}

// Names of the ends of a chain in Transition.
const (
	Start        = "(start)"
	Converting   = "(conversion)"
	NoConversion = "(null)"
)

// Transitions is the transition matrix of order 1, without its zeros, in the order of the channels. Repeats of a channel
// are transitions to itself; with loops false they are left out, and the others of the row share the whole: removal
// effects are the same either way.
func Transitions(s *Sample, loops bool) []Transition {
	counts, columns := transitions(s, s.conv, s.null)
	name := func(i int) string {
		switch i {
		case 0:
			return Start
		case columns - 2:
			return Converting
		case columns - 1:
			return NoConversion
		}
		return s.channels[i-1]
	}
	var all []Transition
	for from := range len(s.channels) + 1 {
		row := counts[from*columns : (from+1)*columns]
		if !loops {
			row[from] = 0
		}
		sum := total(row)
		for to, n := range row {
			if n > 0 {
				all = append(all, Transition{name(from), name(to), n, n / sum})
			}
		}
	}
	return all
}
