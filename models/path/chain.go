package path

import (
	"fmt"
	"slices"

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

	startAbsorbed []float64 // share of units that begin in an absorbing state
	won           []bool    // of Absorbing
}

// Chain fits the chain. Without transient states it has no matrices.
func (b *Builder) Chain() (*Chain, error) {
	c := &Chain{}
	transient, absorbing := b.columns(c)
	n, m := len(c.States), len(c.Absorbing)
	c.Start, c.startAbsorbed = make([]float64, n), make([]float64, m)
	for id, i := range transient {
		c.Start[i] = b.startShare(id)
	}
	for id, i := range absorbing {
		c.startAbsorbed[i] = b.startShare(id)
	}
	if n == 0 {
		return c, nil
	}
	c.Transitions, c.Absorptions = mat.NewDense(n, n, nil), mat.NewDense(n, m, nil)
	for key, e := range b.edges {
		from, leaves := transient[key.from]
		if !leaves {
			continue
		}
		if to, inside := transient[key.to]; inside {
			c.Transitions.Set(from, to, float64(e.transitions))
		} else if to, known := absorbing[key.to]; known && key.to != openID {
			c.Absorptions.Set(from, to, float64(e.transitions))
		} else if key.to == openID && slices.Contains(c.NoExit, c.States[from]) {
			c.Absorptions.Set(from, absorbing[openID], float64(e.transitions))
		}
	}
	return c, c.solve()
}

func (b *Builder) startShare(id int32) float64 {
	if e := b.edges[edgeKey{startID, id}]; e != nil {
		return float64(e.transitions) / float64(b.units)
	}
	return 0
}

// columns names the states of the chain and gives each an index, in sorted order so that figures don't depend on the
// order of arrival.
func (b *Builder) columns(c *Chain) (transient, absorbing map[int32]int) {
	transient, absorbing = map[int32]int{}, map[int32]int{}
	for _, id := range b.sortedIDs() {
		if s := &b.states[id]; s.absorbing() {
			absorbing[id] = len(c.Absorbing)
			c.Absorbing, c.won = append(c.Absorbing, s.name), append(c.won, s.won)
		} else {
			transient[id] = len(c.States)
			c.States = append(c.States, s.name)
		}
	}
	exits := b.reachingAnEnd()
	for _, id := range b.sortedIDs() {
		if !b.states[id].absorbing() && !exits[id] {
			c.NoExit = append(c.NoExit, b.states[id].name)
		}
	}
	ends := map[int32]bool{openID: len(c.NoExit) > 0}
	for key := range b.edges {
		if key.to == convertedID || key.to == lostID {
			ends[key.to] = true
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

func (b *Builder) sortedIDs() []int32 {
	ids := make([]int32, len(b.states))
	for i := range ids {
		ids[i] = int32(i)
	}
	slices.SortFunc(ids, func(x, y int32) int {
		if b.states[x].name < b.states[y].name {
			return -1
		}
		return 1
	})
	return ids
}

// reachingAnEnd is the transient states from which some absorbing state can be reached along edges of the graph.
func (b *Builder) reachingAnEnd() map[int32]bool {
	into := map[int32][]int32{}
	var queue []int32
	reached := map[int32]bool{}
	visit := func(id int32) {
		if id >= 0 && !reached[id] && !b.states[id].absorbing() {
			reached[id] = true
			queue = append(queue, id)
		}
	}
	for key := range b.edges {
		if key.to == convertedID || key.to == lostID || (key.to >= 0 && b.states[key.to].absorbing()) {
			visit(key.from)
		} else if key.to >= 0 {
			into[key.to] = append(into[key.to], key.from)
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

// expected visits of a unit from its start to transient state j.
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
