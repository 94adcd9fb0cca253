package path

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Action is a row of table path_actions: how much more often units that won entered a state than units that did not.
// It is an association: the state may be a sign of what wins and not its cause.
type Action struct {
	UnitKind   string  `ch:"unit_kind" json:"unit_kind"`
	StateKind  string  `ch:"state_kind" json:"state_kind"`
	State      string  `ch:"state" json:"state"`
	First      bool    `ch:"first" json:"first"` // as their very first; else at any time before the win or the end
	Winners    uint64  `ch:"winners" json:"winners"`
	Won        uint64  `ch:"won" json:"won"`
	Losers     uint64  `ch:"losers" json:"losers"`
	NotWon     uint64  `ch:"not_won" json:"not_won"`
	Difference float64 `ch:"difference" json:"difference"` // Winners/Won − Losers/NotWon
	Low        float64 `ch:"difference_low" json:"difference_low"`
	High       float64 `ch:"difference_high" json:"difference_high"`
	P          float64 `ch:"p_value" json:"p_value"` // of no difference, two-sided
	Q          float64 `ch:"q_value" json:"q_value"` // after Benjamini and Hochberg, over all rows
}

// Actions compare the units that won with those that lost, or where none are lost, with all others. States that end the
// chain are left out. The interval of the difference is Newcombe's (Statistics in Medicine 17, 1998, method 10), the
// p-value Fisher's exact one, or Pearson's χ² where more than 10,000 units make that the same. With hundreds of states
// some differ by chance: Q is the share of such false findings among rows whose Q is no larger (Benjamini and Hochberg,
// JRSS B 57, 1995). Rows come by Q, then by the size of the difference.
func (b *Builder) Actions() []Action {
	t := b.tally()
	if t.won == 0 || t.notWon == 0 {
		return nil
	}
	var rows []Action
	for _, id := range b.sortedIDs() {
		if b.states[id].absorbing() {
			continue
		}
		for k, first := range []bool{true, false} {
			c := t.states[id][k]
			if c.won+c.notWon == 0 {
				continue
			}
			rows = append(rows, b.action(id, first, c, t))
		}
	}
	adjust(rows)
	slices.SortStableFunc(rows, func(x, y Action) int {
		return cmp.Or(cmp.Compare(x.Q, y.Q), cmp.Compare(math.Abs(y.Difference), math.Abs(x.Difference)))
	})
	return rows
}

type outcomes struct{ won, notWon uint64 }

// tally is how many units did what: in states [0] counts the first state of a unit, [1] any before its end.
type tally struct {
	outcomes

	states [][2]outcomes
}

// tally compares winners with those that lost; where none did, with those that are open, since nobody knows better.
func (b *Builder) tally() tally {
	lost, open := tally{states: make([][2]outcomes, len(b.states))}, tally{states: make([][2]outcomes, len(b.states))}
	seen := make([]bool, len(b.states))
	b.eachSequence(func(s *sequence) {
		won, losing, opened := b.outcomes(s)
		lost.count(b, s.states, outcomes{uint64(won), uint64(losing)}, seen)
		open.count(b, s.states, outcomes{uint64(won), uint64(opened)}, seen)
	})
	if lost.notWon == 0 {
		return open
	}
	return lost
}

// count adds the units of a sequence. It takes seen, which is false for every state, and leaves it so.
func (t *tally) count(b *Builder, states []int32, n outcomes, seen []bool) {
	if n == (outcomes{}) {
		return
	}
	t.add(n)
	t.states[states[0]][0].add(n)
	for _, id := range states {
		if b.states[id].won {
			break
		}
		if !seen[id] {
			t.states[id][1].add(n)
		}
		seen[id] = true
	}
	for _, id := range states {
		seen[id] = false
	}
}

// outcomes are the units of a sequence that won, that lost (by their end, or by a last state among Options.Lost), and that
// are open.
func (b *Builder) outcomes(q *sequence) (won, lost, open int) {
	lost = q.end(lostID)
	if b.states[q.states[len(q.states)-1]].lost {
		lost += q.end(noEnd)
	}
	if q.won == q.units {
		lost = 0 // it won before
	}
	return q.won, lost, q.units - q.won - lost
}

func (o *outcomes) add(n outcomes) { o.won, o.notWon = o.won+n.won, o.notWon+n.notWon }

func (b *Builder) action(id int32, first bool, c outcomes, t tally) Action {
	row := Action{
		UnitKind: b.options.UnitKind, StateKind: b.options.StateKind, State: b.states[id].name, First: first,
		Winners: c.won, Won: t.won, Losers: c.notWon, NotWon: t.notWon,
	}
	p1, p2 := share(c.won, t.won), share(c.notWon, t.notWon)
	low1, high1 := wilson(c.won, t.won)
	low2, high2 := wilson(c.notWon, t.notWon)
	row.Difference = p1 - p2
	row.Low = row.Difference - math.Hypot(p1-low1, high2-p2)
	row.High = row.Difference + math.Hypot(high1-p1, p2-low2)
	row.P = independence(c.won, t.won, c.notWon, t.notWon)
	return row
}

// independence is the two-sided p-value that a of n1 and b of n2 have one rate.
func independence(a, n1, b, n2 uint64) float64 {
	n, k := float64(n1+n2), float64(a+b)
	smallest := min(k, n-k) * float64(min(n1, n2)) / n
	if n > 10_000 && smallest >= 5 {
		d := float64(a) - k*float64(n1)/n
		chi := d * d * n * n * n / (k * (n - k) * float64(n1) * float64(n2))
		return distuv.ChiSquared{K: 1}.Survival(chi)
	}
	return fisher(a, n1, b, n2)
}

// fisher sums the hypergeometric probabilities of all tables as rare as the one seen.
func fisher(a, n1, b, n2 uint64) float64 {
	k := a + b
	low, high := uint64(0), min(k, n1)
	if k > n2 {
		low = k - n2
	}
	seen := logHypergeometric(a, n1, n2, k)
	p := 0.0
	for x := low; x <= high; x++ {
		if l := logHypergeometric(x, n1, n2, k); l <= seen+1e-7 { // the tables at the mirrored place are as rare but for rounding
			p += math.Exp(l)
		}
	}
	return min(p, 1)
}

func logHypergeometric(x, n1, n2, k uint64) float64 {
	return logChoose(n1, x) + logChoose(n2, k-x) - logChoose(n1+n2, k)
}

func logChoose(n, k uint64) float64 {
	log := func(x uint64) float64 { l, _ := math.Lgamma(float64(x) + 1); return l }
	return log(n) - log(k) - log(n-k)
}

// adjust fills in Q.
func adjust(rows []Action) {
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(rows[x].P, rows[y].P) })
	q := 1.0
	for rank := len(order); rank > 0; rank-- {
		row := &rows[order[rank-1]]
		q = min(q, row.P*float64(len(rows))/float64(rank))
		row.Q = q
	}
}
