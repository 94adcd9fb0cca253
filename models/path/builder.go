package path

import (
	"encoding/binary"
	"slices"
	"strings"
	"time"
)

// Builder takes trails, one at a time, and keeps counts, times and distinct sequences, not the trails: memory grows with
// the edges and with the distinct sequences (some 150 bytes each), not with the visits.
type Builder struct {
	options   Options
	ids       map[string]int32
	states    []state
	edgeOf    map[edgeKey]int32
	edges     []edge
	variantOf map[string]int32
	variants  []variant
	key       []byte
	path      []int32
	units     int // trails added, also the stamp of the one at hand
	won       int
	empty     int
	returns   returns
}

// NewBuilder makes a Builder without trails.
func NewBuilder(o Options) *Builder {
	return &Builder{
		options: o.withDefaults(), ids: map[string]int32{}, edgeOf: map[edgeKey]int32{}, variantOf: map[string]int32{},
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
	reentered int       // units that entered more than once
	stays     durations // of visits whose end is known
	lastUnit  int       // stamp of the last unit that entered, and its entries
	byUnit    int
}

func (s *state) absorbing() bool { return s.won || s.lost }

type edgeKey struct{ from, to int32 }

type edge struct {
	edgeKey
	transitions int
	units       int
	converted   int
	times       durations
	lastUnit    int
}

// variant is a distinct sequence, which is its key.
type variant struct {
	ends     [ends]uint32 // units by what followed the last state
	won      int
	day      float64   // first to last state, of the first unit: most variants of a long tail have no other
	days     []float64 // of the others
	examples []string  // the first units by name
}

// ends is the number of ids from convertedID to noEnd.
const ends = 4

func (v *variant) end(id int32) *uint32 { return &v.ends[convertedID-id] }

func (v *variant) units() int {
	n := 0
	for _, units := range v.ends {
		n += int(units)
	}
	return n
}

// Empty is the number of trails added that had no visit. They are in no figure.
func (b *Builder) Empty() int { return b.empty }

// Units is the number of trails added that had a visit.
func (b *Builder) Units() int { return b.units }

// Wins is the number of trails that were won.
func (b *Builder) Wins() int { return b.won }

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
	if lastWin >= 0 {
		b.won++
	}
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
				b.states[id].stays.add(stay)
			}
		}
		b.edge(edgeKey{id, to}, stay, i+1 <= lastWin)
	}
	b.returns.add(b, ids, visits)
	b.variant(ids, end, lastWin >= 0, visits, t.UnitID)
}

// intern turns states into ids. They are valid until the next call.
func (b *Builder) intern(visits []Visit) []int32 {
	b.path = b.path[:0]
	for _, v := range visits {
		b.path = append(b.path, b.id(v.State))
	}
	return b.path
}

func (b *Builder) id(name string) int32 {
	id, known := b.ids[name]
	if !known {
		id = int32(len(b.states))
		name = strings.Clone(name) // it outlives the batch of rows that it may be a piece of
		b.ids[name] = id
		b.states = append(b.states, state{
			name: name, won: slices.Contains(b.options.Won, name),
			lost: slices.Contains(b.options.Lost, name), setBack: slices.Contains(b.options.SetBack, name),
		})
	}
	return id
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
func (b *Builder) edge(key edgeKey, took time.Duration, converts bool) {
	i, known := b.edgeOf[key]
	if !known {
		i = int32(len(b.edges))
		b.edgeOf[key] = i
		b.edges = append(b.edges, edge{edgeKey: key})
	}
	e := &b.edges[i]
	e.transitions++
	e.times.add(took)
	if e.lastUnit != b.units {
		e.lastUnit = b.units
		e.units++
		if converts {
			e.converted++
		}
	}
}

func (b *Builder) variant(ids []int32, end int32, won bool, visits []Visit, unit string) {
	b.key = b.key[:0]
	for _, id := range ids {
		b.key = binary.AppendUvarint(b.key, uint64(id))
	}
	i, known := b.variantOf[string(b.key)]
	if !known {
		i = int32(len(b.variants))
		b.variantOf[string(b.key)] = i
		b.variants = append(b.variants, variant{})
	}
	v := &b.variants[i]
	*v.end(end)++
	if won {
		v.won++
	}
	days := visits[len(visits)-1].At.Sub(visits[0].At).Hours() / 24
	if known {
		v.days = append(v.days, days)
	} else {
		v.day = days
	}
	v.examples = keepFirst(v.examples, unit, b.options.Examples)
}

// keepFirst keeps the first names in order of the alphabet, so that which they are doesn't depend on arrival.
func keepFirst(names []string, name string, keep int) []string {
	at, known := slices.BinarySearch(names, name)
	if known || at >= keep {
		return names
	}
	names = slices.Insert(names, at, strings.Clone(name))
	return names[:min(keep, len(names))]
}

// statesOf reads the states of a variant from its key, each a varint.
func statesOf(key string) []int32 {
	ids := make([]int32, 0, len(key))
	for i := 0; i < len(key); i++ {
		id, shift := int32(0), 0
		for ; key[i] >= 0x80; i++ {
			id |= int32(key[i]&0x7f) << shift
			shift += 7
		}
		ids = append(ids, id|int32(key[i])<<shift)
	}
	return ids
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
