package path

import (
	"slices"
	"time"
)

// Attempt is one way of a unit into a funnel.
type Attempt struct {
	Steps    []int       // taken, counted from 0, in order of time
	Events   []int       // that took them, counted from 0 in order of time
	At       []time.Time // when
	Complete bool        // all required steps are taken
}

func (p *plan) attempt(moments []moment, f *foothold) Attempt {
	a := Attempt{Complete: true}
	for step := range p.Steps {
		a.Complete = a.Complete && (p.Steps[step].Optional || p.stands[f.stand].taken&(1<<step) != 0)
	}
	for ; f != nil; f = f.before {
		m := moments[f.moment]
		a.Steps, a.Events, a.At = append(a.Steps, f.step), append(a.Events, m.event), append(a.At, m.at)
	}
	slices.Reverse(a.Steps)
	slices.Reverse(a.Events)
	slices.Reverse(a.At)
	return a
}

// attempts are at most one, the deepest, unless every entry counts; with values held constant, of each combination of them.
func (p *plan) attempts(events []Event, moments []moment) []Attempt {
	groups := [][]moment{moments}
	if len(p.HoldConstant) > 0 {
		groups = groups[:0]
		for _, g := range partition(events, moments, p.HoldConstant) {
			if !slices.Contains(g.values, "") {
				groups = append(groups, g.moments)
			}
		}
	}
	var all []Attempt
	for _, group := range groups {
		for from := 0; from < len(group); {
			best, resume := p.walk(group, from)
			if best != nil {
				all = append(all, p.attempt(group, best))
			}
			if from = resume; p.Entry != EveryEntry {
				break
			}
		}
	}
	if p.Entry != EveryEntry && len(all) > 1 {
		all = []Attempt{slices.MinFunc(all, p.compare)}
	}
	return all
}

// compare orders attempts of different held values as better orders those of one; of equals the first to enter counts
// with FirstEntry. That policy takes the first entry of all, however deep.
func (p *plan) compare(a, b Attempt) int {
	if p.Entry == FirstEntry {
		return a.Events[0] - b.Events[0]
	}
	for _, optional := range []bool{false, true} {
		if x, y := p.count(a, optional), p.count(b, optional); x != y {
			return y - x
		}
	}
	if x, y := a.Events[len(a.Events)-1], b.Events[len(b.Events)-1]; x != y {
		return x - y
	}
	return b.Events[0] - a.Events[0]
}

func (p *plan) count(a Attempt, optional bool) (n int) {
	for _, step := range a.Steps {
		if p.Steps[step].Optional == optional {
			n++
		}
	}
	return n
}

func (p *plan) moments(events []Event) []moment {
	moments := make([]moment, len(events))
	for i, e := range events {
		m := moment{event: i, at: e.At}
		for step := range p.Steps {
			if p.Steps[step].Matches(e) {
				m.steps |= 1 << step
			}
		}
		for x := range p.Exclusions {
			if p.Exclusions[x].Matches(e) {
				m.excludes |= 1 << x
			}
		}
		moments[i] = m
	}
	return moments
}

func sortedEvents(events []Event) []Event {
	return inOrder(events, func(a, b Event) int { return a.At.Compare(b.At) })
}
