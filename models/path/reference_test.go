package path

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	compare "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// plainEdge is what the reference says of an edge, and plainState of a state.
type plainEdge struct {
	transitions, units, won uint64
	median                  float64
}

type plainState struct {
	entries, units, again uint64
	median                float64
}

// plainly counts trails in the plainest way: all steps of all units as a list, then one question after the other.
func plainly(trails []Trail, won string) (map[[2]string]plainEdge, map[string]plainState) {
	type step struct {
		unit    int
		from    string
		to      string
		seconds float64
		known   bool
		wins    bool // the unit won at the end of this step or later
	}
	var steps []step
	stays, entries := map[string][]float64{}, map[string]map[int]uint64{}
	for u, t := range trails {
		states := []string{Start}
		lastWin := 0
		for i, v := range t.Visits {
			states = append(states, v.State)
			if v.State == won {
				lastWin = i + 1
			}
			if entries[v.State] == nil {
				entries[v.State] = map[int]uint64{}
			}
			entries[v.State][u]++
		}
		if last := states[len(states)-1]; last != won {
			end := map[string]string{OutcomeWon: Converted, OutcomeLost: Lost, OutcomeOpen: Open}[t.Outcome]
			if end == Converted && lastWin > 0 {
				end = Open // it won before, and went on
			}
			if states = append(states, end); end == Converted {
				lastWin = len(states) - 1
			}
		}
		for i := 1; i < len(states); i++ {
			s := step{unit: u, from: states[i-1], to: states[i], wins: i <= lastWin}
			if i > 1 {
				until := t.EndedAt
				if i <= len(t.Visits) {
					until = t.Visits[i-1].At
				}
				s.seconds, s.known = until.Sub(t.Visits[i-2].At).Seconds(), true
				if s.to != Open {
					stays[s.from] = append(stays[s.from], s.seconds)
				}
			}
			steps = append(steps, s)
		}
	}
	edges := map[[2]string]plainEdge{}
	for _, s := range steps {
		key := [2]string{s.from, s.to}
		if _, done := edges[key]; done {
			continue
		}
		var e plainEdge
		var seconds []float64
		units := map[int]bool{}
		for _, other := range steps {
			if other.from != s.from || other.to != s.to {
				continue
			}
			e.transitions++
			if other.known {
				seconds = append(seconds, other.seconds)
			}
			if !units[other.unit] {
				e.units++
				if other.wins {
					e.won++
				}
			}
			units[other.unit] = true
		}
		e.median = middle(seconds)
		edges[key] = e
	}
	states := map[string]plainState{}
	for name, byUnit := range entries {
		s := plainState{units: uint64(len(byUnit)), median: middle(stays[name])}
		for _, n := range byUnit {
			s.entries += n
			if n > 1 {
				s.again++
			}
		}
		states[name] = s
	}
	return edges, states
}

func middle(xs []float64) float64 {
	if len(xs) == 0 {
		return 0
	}
	slices.SortFunc(xs, cmp.Compare)
	return (xs[(len(xs)-1)/2] + xs[len(xs)/2]) / 2
}

// The counting that is made for speed says what the plain one says, of trails with ties, loops and returns.
func TestCountsEqualThePlainOnes(t *testing.T) {
	random := rand.New(rand.NewPCG(12, 34))
	for range 20 {
		trails := randomTrails(random, 1+random.IntN(80), 2+random.IntN(5))
		b := NewBuilder(Options{Won: []string{"b"}})
		for _, trail := range trails {
			b.Add(trail)
		}
		rows, err := b.States()
		if err != nil {
			t.Fatal(err)
		}
		gotEdges, gotStates := map[[2]string]plainEdge{}, map[string]plainState{}
		for _, e := range b.Graph() {
			won := uint64(e.ConversionRate*float64(e.Units) + .5)
			gotEdges[[2]string{e.From, e.To}] = plainEdge{e.Transitions, e.Units, won, e.MedianSeconds}
		}
		for _, s := range rows {
			again := uint64(s.ReEntryRate*float64(s.Units) + .5)
			gotStates[s.State] = plainState{s.Entries, s.Units, again, s.MedianDays * 86_400}
		}
		edges, states := plainly(trails, "b")
		same := []compare.Option{compare.AllowUnexported(plainEdge{}, plainState{}), cmpopts.EquateApprox(1e-9, 1e-9)}
		if diff := compare.Diff(edges, gotEdges, same...); diff != "" {
			t.Fatal(diff)
		}
		if diff := compare.Diff(states, gotStates, same...); diff != "" {
			t.Fatal(diff)
		}
	}
}
