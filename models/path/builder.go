package path

import (
	"encoding/binary"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
)

// Builder takes trails, one at a time, and keeps counts, times and distinct sequences, not the trails: memory grows with
// the edges and with the distinct sequences (some 70 bytes each, up to Options.Room), not with the visits.
type Builder struct {
	options   Options
	ids       map[string]int32
	states    []state
	edges     edges
	sequences sequenceTable
	overflow  Overflow // nil while all sequences fit
	err       error    // of the overflow
	units     int      // trails added, also the stamp of the one at hand
	won       int
	empty     int
	returns   returns

	path   []int32 // the trail at hand
	key    []byte
	record []byte
}

// NewBuilder makes a Builder without trails.
func NewBuilder(o Options) *Builder {
	return &Builder{options: o.withDefaults(), ids: map[string]int32{}, edges: newEdges()}
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
	hash      uint64 // of the name
	won, lost bool
	setBack   bool
	entries   int
	units     int
	reentered int // units that entered more than once
	lastUnit  int // stamp of the last unit that entered, and its entries
	byUnit    int
}

func (s *state) absorbing() bool { return s.won || s.lost }

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
	ids, hash := b.intern(visits)
	lastWin := b.lastWin(ids)
	end := b.end(ids, t.Outcome, lastWin >= 0)
	if end == convertedID {
		lastWin = len(ids)
	}
	if lastWin >= 0 {
		b.won++
	}
	b.edges.at(edgeKey{startID, ids[0]}).take(b.units, unknownTime, 0 <= lastWin)
	for i, id := range ids {
		b.states[id].enter(b.units)
		if i+1 < len(ids) {
			b.edges.at(edgeKey{id, ids[i+1]}).take(b.units, visits[i+1].At.Sub(visits[i].At), i+1 <= lastWin)
		}
	}
	last := len(ids) - 1
	if end != noEnd {
		took := unknownTime
		if !t.EndedAt.IsZero() {
			took = max(t.EndedAt.Sub(visits[last].At), 0)
		}
		b.edges.at(edgeKey{ids[last], end}).take(b.units, took, end == convertedID)
	}
	b.returns.add(b, ids, visits)
	b.count(taken{key: b.key, hash: hash, end: end, span: visits[last].At.Sub(visits[0].At).Milliseconds(), unit: t.UnitID})
}

// intern turns states into ids and, as varints, into a key, with a hash of their names. Ids and key are valid until the
// next call.
func (b *Builder) intern(visits []Visit) ([]int32, uint64) {
	b.path, b.key = b.path[:0], b.key[:0]
	hash := uint64(len(visits))
	for i := range visits {
		id := b.id(visits[i].State)
		b.path = append(b.path, id)
		if id < 0x80 {
			b.key = append(b.key, byte(id))
		} else {
			b.key = binary.AppendUvarint(b.key, uint64(id))
		}
		hash = mix(hash ^ b.states[id].hash)
	}
	return b.path, hash
}

// mix spreads the bits of a hash: the finalizer of MurmurHash3 (Appleby), shortened.
func mix(h uint64) uint64 {
	h *= 0xff51afd7ed558ccd
	return h ^ h>>32
}

func (b *Builder) id(name string) int32 {
	id, known := b.ids[name]
	if !known {
		id = int32(len(b.states))
		name = strings.Clone(name) // it outlives the batch of rows that it may be a piece of
		b.ids[name] = id
		b.states = append(b.states, state{
			name: shownName(name), hash: hashOf(name), won: slices.Contains(b.options.Won, name),
			lost: slices.Contains(b.options.Lost, name), setBack: slices.Contains(b.options.SetBack, name),
		})
	}
	return id
}

// shownName keeps states that are called like one of our own rows apart from it.
func shownName(name string) string {
	switch name {
	case Start, Converted, Lost, Open, Remaining:
		return strconv.Quote(name)
	}
	return name
}

func hashOf(name string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return h.Sum64()
}

// end is what follows the last state. A unit that went on after an absorbing state (a customer who was retained) has
// its outcome behind it: what comes next is open.
func (b *Builder) end(ids []int32, outcome string, won bool) int32 {
	switch {
	case b.states[ids[len(ids)-1]].absorbing():
		return noEnd
	case outcome == OutcomeWon && !won:
		return convertedID
	case outcome == OutcomeLost:
		return lostID
	}
	return openID
}

// lastWin is the index of the last win among the visits, or -1.
func (b *Builder) lastWin(ids []int32) int {
	for i := len(ids) - 1; i >= 0; i-- {
		if b.states[ids[i]].won {
			return i
		}
	}
	return -1
}

func (s *state) enter(unit int) {
	s.entries++
	if s.lastUnit != unit {
		s.lastUnit, s.byUnit = unit, 0
		s.units++
	}
	if s.byUnit++; s.byUnit == 2 {
		s.reentered++
	}
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
