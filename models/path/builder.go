package path

import (
	"encoding/binary"
	"slices"
	"time"
)

// Builder takes trails, one at a time, and keeps counts, times and distinct sequences, not the trails.
type Builder struct {
	options  Options
	ids      map[string]int32
	states   []state
	edges    map[edgeKey]*edge
	variants map[string]*variant
	key      []byte
	units    int // trails added, also the stamp of the one at hand
	empty    int
}

// NewBuilder makes a Builder without trails.
func NewBuilder(o Options) *Builder {
	return &Builder{
		options: o.withDefaults(), ids: map[string]int32{}, edges: map[edgeKey]*edge{}, variants: map[string]*variant{},
	}
}

// Ids of the ends of the graph; states count from 0.
const (
	startID int32 = -1 - iota
	convertedID
	lostID
	openID
	noEnd // the trail ended in an absorbing state: nothing follows
)

var endNames = map[int32]string{startID: Start, convertedID: Converted, lostID: Lost, openID: Open}

type state struct {
	name      string
	won, lost bool
	setBack   bool
	entries   int
	units     int
	reentered int // units that entered more than once
	stays     int // visits whose end is known
	stayed    time.Duration
	lastUnit  int // stamp of the last unit that entered, and its entries
	byUnit    int
}

func (s *state) absorbing() bool { return s.won || s.lost }

type edgeKey struct{ from, to int32 }

type edge struct {
	transitions int
	units       int
	converted   int
	seconds     []float64
	lastUnit    int
}

// variant is a distinct sequence with its end.
type variant struct {
	states []int32
	end    int32
	units  int
	won    bool
	days   []float64 // first to last state, of each unit
}

// Empty is the number of trails added that had no visit. They are in no figure.
func (b *Builder) Empty() int { return b.empty }

// Units is the number of trails added that had a visit.
func (b *Builder) Units() int { return b.units }

// Add counts the trail of a unit. Give each unit one trail: units are counted by trail.
func (b *Builder) Add(t Trail) {
	if len(t.Visits) == 0 {
		b.empty++
		return
	}
	b.units++
	visits := sortedVisits(t.Visits)
	ids := b.intern(visits)
	end := b.end(ids, t.Outcome)
	lastWin := b.lastWin(ids, end)
	b.edge(edgeKey{startID, ids[0]}, 0, 0 <= lastWin)
	for i, id := range ids {
		b.enter(id)
		to, at := end, t.EndedAt
		if i+1 < len(ids) {
			to, at = ids[i+1], visits[i+1].At
		}
		if to == noEnd {
			break
		}
		stay := time.Duration(0)
		if !at.IsZero() {
			stay = max(at.Sub(visits[i].At), 0)
			if to != openID {
				b.states[id].stays++
				b.states[id].stayed += stay
			}
		}
		b.edge(edgeKey{id, to}, stay.Seconds(), i+1 <= lastWin)
	}
	b.variant(ids, end, lastWin >= 0, visits)
}

// intern turns states into ids.
func (b *Builder) intern(visits []Visit) []int32 {
	ids := make([]int32, len(visits))
	for i, v := range visits {
		id, known := b.ids[v.State]
		if !known {
			id = int32(len(b.states))
			b.ids[v.State] = id
			b.states = append(b.states, state{
				name: v.State, won: slices.Contains(b.options.Won, v.State),
				lost: slices.Contains(b.options.Lost, v.State), setBack: slices.Contains(b.options.SetBack, v.State),
			})
		}
		ids[i] = id
	}
	return ids
}

// end is what follows the last state. A unit that went on after an absorbing state (a customer who was retained) has
// its outcome behind it: what comes next is open.
func (b *Builder) end(ids []int32, outcome string) int32 {
	if b.states[ids[len(ids)-1]].absorbing() {
		return noEnd
	}
	won := slices.ContainsFunc(ids, func(id int32) bool { return b.states[id].won })
	switch {
	case outcome == OutcomeWon && !won:
		return convertedID
	case outcome == OutcomeLost:
		return lostID
	}
	return openID
}

// lastWin is the index of the last win among the visits, their number if the end is the win, or -1.
func (b *Builder) lastWin(ids []int32, end int32) int {
	if end == convertedID {
		return len(ids)
	}
	for i := len(ids) - 1; i >= 0; i-- {
		if b.states[ids[i]].won {
			return i
		}
	}
	return -1
}

func (b *Builder) enter(id int32) {
	s := &b.states[id]
	s.entries++
	if s.lastUnit != b.units {
		s.lastUnit, s.byUnit = b.units, 0
		s.units++
	}
	if s.byUnit++; s.byUnit == 2 {
		s.reentered++
	}
}

// edge counts a transition. A unit counts once an edge, and as converted if it won after the first time.
func (b *Builder) edge(key edgeKey, seconds float64, converts bool) {
	e := b.edges[key]
	if e == nil {
		e = &edge{}
		b.edges[key] = e
	}
	e.transitions++
	e.seconds = append(e.seconds, seconds)
	if e.lastUnit != b.units {
		e.lastUnit = b.units
		e.units++
		if converts {
			e.converted++
		}
	}
}

func (b *Builder) variant(ids []int32, end int32, won bool, visits []Visit) {
	b.key = binary.LittleEndian.AppendUint32(b.key[:0], uint32(end))
	for _, id := range ids {
		b.key = binary.LittleEndian.AppendUint32(b.key, uint32(id))
	}
	v := b.variants[string(b.key)]
	if v == nil {
		v = &variant{states: ids, end: end, won: won}
		b.variants[string(b.key)] = v
	}
	v.units++
	v.days = append(v.days, visits[len(visits)-1].At.Sub(visits[0].At).Hours()/24)
}

func (b *Builder) name(id int32) string {
	if id < 0 {
		return endNames[id]
	}
	return b.states[id].name
}

// quantile sorts xs and interpolates between its order statistics (type 7 of Hyndman and Fan 1996); 0 when empty.
func quantile(xs []float64, p float64) float64 {
	if len(xs) == 0 {
		return 0
	}
	if !slices.IsSorted(xs) {
		slices.Sort(xs)
	}
	at := p * float64(len(xs)-1)
	below := int(at)
	if below == len(xs)-1 {
		return xs[below]
	}
	return xs[below] + (at-float64(below))*(xs[below+1]-xs[below])
}
