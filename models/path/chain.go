package path

import (
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// Chain is the absorbing Markov chain fitted to the trails (Kemeny and Snell, Finite Markov Chains, 1960). It assumes
// that what comes next depends on the state alone, not on how a unit got there or how long ago.
//
// Units whose end is open are censored: their transitions count, the one they have not made yet does not. Only where
// nothing else ever ends (NoExit) do their ends count, as the absorbing state Open; otherwise the chain would circle
// for ever.
type Chain struct {
	States    []string // transient, sorted
	Absorbing []string // Options.Won and Lost that were entered, sorted, then Converted, Lost and Open where they occur
	NoExit    []string // states from which no unit was ever seen to reach an absorbing state

	Start        []float64  // share of units that begin in each transient state
	Transitions  *mat.Dense // Q: transient × transient
	Absorptions  *mat.Dense // R: transient × absorbing
	Visits       *mat.Dense // N = (I−Q)⁻¹: expected visits to a state from a state, the first one included
	Absorption   *mat.Dense // B = N R: probability to end in an absorbing state
	Steps        []float64  // t = N 1: expected steps to the end
	StepVariance []float64  // (2N − I) t − t∘t

	noExit        []bool    // of States
	startAbsorbed []float64 // share of units that begin in an absorbing state
	won           []bool    // of Absorbing
}

// Chain fits the chain. Without transient states it has no matrices.
func (b *Builder) Chain() (*Chain, error) { return b.chainOf(b.counts()) }

// chainOf fits the chain to counts. States that they never enter are not in it.
func (b *Builder) chainOf(counts *counts) (*Chain, error) {
	c := &Chain{}
	transient, absorbing := b.columns(c, counts)
	n, m := len(c.States), len(c.Absorbing)
	c.Start, c.startAbsorbed = make([]float64, n), make([]float64, m)
	for id, i := range transient {
		c.Start[i] = b.startShare(counts, id)
	}
	for id, i := range absorbing {
		c.startAbsorbed[i] = b.startShare(counts, id)
	}
	if n == 0 {
		return c, nil
	}
	c.Transitions, c.Absorptions = mat.NewDense(n, n, nil), mat.NewDense(n, m, nil)
	for i := range b.edges.list {
		e, times := &b.edges.list[i], float64(counts.transitions[i])
		from, leaves := transient[e.from]
		if !leaves || times == 0 {
			continue
		}
		if to, inside := transient[e.to]; inside {
			c.Transitions.Set(from, to, times)
		} else if to, known := absorbing[e.to]; known && e.to != openID {
			c.Absorptions.Set(from, to, times)
		} else if e.to == openID && c.noExit[from] {
			c.Absorptions.Set(from, absorbing[openID], times)
		}
	}
	return c, c.solve()
}

func (b *Builder) startShare(c *counts, id int32) float64 {
	if i := b.edges.find(edgeKey{startID, id}); i >= 0 {
		return ratio(c.transitions[i], c.units)
	}
	return 0
}

// columns names the states of the chain and gives each an index, in sorted order so that figures don't depend on the
// order of arrival.
func (b *Builder) columns(c *Chain, counts *counts) (transient, absorbing map[int32]int) {
	transient, absorbing = map[int32]int{}, map[int32]int{}
	exits := b.reachingAnEnd(counts)
	for _, id := range b.sortedIDs() {
		s := &b.states[id]
		switch {
		case counts.stateUnits[id] == 0:
		case s.absorbing():
			absorbing[id] = len(c.Absorbing)
			c.Absorbing, c.won = append(c.Absorbing, s.name), append(c.won, s.won)
		default:
			transient[id] = len(c.States)
			c.States, c.noExit = append(c.States, s.name), append(c.noExit, !exits[id])
			if !exits[id] {
				c.NoExit = append(c.NoExit, s.name)
			}
		}
	}
	ends := map[int32]bool{openID: len(c.NoExit) > 0}
	for i := range b.edges.list {
		if to := b.edges.list[i].to; counts.transitions[i] > 0 && (to == convertedID || to == lostID) {
			ends[to] = true
		}
	}
	for _, id := range []int32{convertedID, lostID, openID} {
		if ends[id] {
			absorbing[id] = len(c.Absorbing)
			c.Absorbing, c.won = append(c.Absorbing, endNames[id]), append(c.won, id == convertedID)
		}
	}
	return transient, absorbing
}

// sortedIDs are the states by name.
func (b *Builder) sortedIDs() []int32 {
	ids := make([]int32, len(b.states))
	for i := range ids {
		ids[i] = int32(i)
	}
	slices.SortFunc(ids, func(x, y int32) int { return strings.Compare(b.states[x].name, b.states[y].name) })
	return ids
}

// reachingAnEnd is the transient states from which some absorbing state can be reached along edges of the graph.
func (b *Builder) reachingAnEnd(counts *counts) []bool {
	into := make([][]int32, len(b.states))
	var queue []int32
	reached := make([]bool, len(b.states))
	visit := func(id int32) {
		if id >= 0 && !reached[id] && !b.states[id].absorbing() {
			reached[id] = true
			queue = append(queue, id)
		}
	}
	for i := range b.edges.list {
		e := &b.edges.list[i]
		switch {
		case counts.transitions[i] == 0:
		case e.to == convertedID || e.to == lostID || (e.to >= 0 && b.states[e.to].absorbing()):
			visit(e.from)
		case e.to >= 0:
			into[e.to] = append(into[e.to], e.from)
		}
	}
	for len(queue) > 0 {
		id := queue[0]
		queue = queue[1:]
		for _, from := range into[id] {
			visit(from)
		}
	}
	return reached
}

// solve turns counts into probabilities and inverts I−Q.
func (c *Chain) solve() error {
	n, m := len(c.States), len(c.Absorbing)
	identityMinusQ := mat.NewDense(n, n, nil)
	for i := range n {
		q, r := c.Transitions.RawRowView(i), c.Absorptions.RawRowView(i)
		sum := mat.Sum(mat.NewVecDense(n, q)) + mat.Sum(mat.NewVecDense(m, r))
		for k := range r {
			r[k] /= sum
		}
		for j := range q {
			q[j] /= sum
			identityMinusQ.Set(i, j, -q[j])
		}
		identityMinusQ.Set(i, i, 1-q[i])
	}
	c.Visits, c.Absorption = &mat.Dense{}, &mat.Dense{}
	if err := c.Visits.Inverse(identityMinusQ); err != nil {
		return fmt.Errorf("solve the chain of %d states: %w: some states are left too rarely to tell where they lead", n, err)
	}
	c.Absorption.Mul(c.Visits, c.Absorptions)
	c.Steps, c.StepVariance = make([]float64, n), make([]float64, n)
	for i := range n {
		c.Steps[i] = mat.Sum(c.Visits.RowView(i))
	}
	for i := range n {
		c.StepVariance[i] = -c.Steps[i] - c.Steps[i]*c.Steps[i]
		for j := range n {
			c.StepVariance[i] += 2 * c.Visits.At(i, j) * c.Steps[j]
		}
	}
	return nil
}

// Reach is the probability ever to be in state j after state i, both by index: N_ij / N_jj, or for i = j that of a
// return.
func (c *Chain) Reach(i, j int) float64 {
	if i == j {
		return 1 - 1/c.Visits.At(i, i)
	}
	return c.Visits.At(i, j) / c.Visits.At(j, j)
}

// Win is the probability to be won from transient state i.
func (c *Chain) Win(i int) float64 {
	p := 0.0
	for k, won := range c.won {
		if won {
			p += c.Absorption.At(i, k)
		}
	}
	return p
}

// Time is the expected time to the end from each state, in the unit of stays, the mean stay in each state: N m.
func (c *Chain) Time(stays []float64) []float64 {
	times := make([]float64, len(c.States))
	for i := range times {
		times[i] = mat.Dot(c.Visits.RowView(i), mat.NewVecDense(len(stays), stays))
	}
	return times
}

// visitsFromStart is the expected visits of a unit from its start to transient state j.
func (c *Chain) visitsFromStart(j int) float64 {
	visits := 0.0
	for i, p := range c.Start {
		visits += p * c.Visits.At(i, j)
	}
	return visits
}

// absorbedFromStart is the probability of a unit to end in absorbing state k.
func (c *Chain) absorbedFromStart(k int) float64 {
	p := c.startAbsorbed[k]
	for i, share := range c.Start {
		p += share * c.Absorption.At(i, k)
	}
	return p
}

// reachFromStart is the probability of a unit ever to be in transient state j.
func (c *Chain) reachFromStart(j int) float64 { return c.visitsFromStart(j) / c.Visits.At(j, j) }

// winLost is how much of the chance to win a unit is expected to lose as it leaves transient state i: the probability of
// each move times the fall of the chance that it brings. Moves that raise the chance make up for the falls in the mean,
// so that the whole difference is 0; the falls alone are what could be prevented.
func (c *Chain) winLost(i int) float64 {
	from, lost := c.Win(i), 0.0
	for j := range c.States {
		lost += c.Transitions.At(i, j) * max(from-c.Win(j), 0)
	}
	for k, won := range c.won {
		if !won {
			lost += c.Absorptions.At(i, k) * from
		}
	}
	return lost
}

// Expectation is a row of table path_expectations: what the chain expects between two states.
type Expectation struct {
	UnitKind       string  `ch:"unit_kind" json:"unit_kind"`
	StateKind      string  `ch:"state_kind" json:"state_kind"`
	From           string  `ch:"from_state" json:"from_state"`
	To             string  `ch:"to_state" json:"to_state"`
	Absorbing      bool    `ch:"absorbing" json:"absorbing"`             // To ends the chain
	ExpectedVisits float64 `ch:"expected_visits" json:"expected_visits"` // to To, of a unit in From; the present one included
	Probability    float64 `ch:"probability" json:"probability"`         // ever to be in To after From; to end there where it is absorbing
}

// Expectations are those between all states, by name; From is Start for a unit at its beginning.
func (b *Builder) Expectations() ([]Expectation, error) {
	c, err := b.Chain()
	if err != nil {
		return nil, err
	}
	var rows []Expectation
	add := func(from, to string, absorbing bool, visits, probability float64) {
		rows = append(rows, Expectation{b.options.UnitKind, b.options.StateKind, from, to, absorbing, visits, probability})
	}
	for j, to := range c.States {
		add(Start, to, false, c.visitsFromStart(j), c.reachFromStart(j))
	}
	for k, to := range c.Absorbing {
		add(Start, to, true, c.absorbedFromStart(k), c.absorbedFromStart(k))
	}
	for i, from := range c.States {
		for j, to := range c.States {
			add(from, to, false, c.Visits.At(i, j), c.Reach(i, j))
		}
		for k, to := range c.Absorbing {
			add(from, to, true, c.Absorption.At(i, k), c.Absorption.At(i, k))
		}
	}
	return rows, nil
}
