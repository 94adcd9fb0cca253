package path

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
)

// sequence is a distinct sequence of states and what became of the units that took it. It is valid while it is looked at.
type sequence struct {
	states   []int32
	hash     uint64       // of the states' names and not of their ids, which depend on arrival
	ends     [ends]uint32 // units by what followed the last state
	units    int
	won      int
	spans    spans
	examples []string // the first units by name
}

// ends is the number of ids from convertedID to noEnd.
const ends = 4

func (s *sequence) end(id int32) int { return int(s.ends[convertedID-id]) }

// spans are the times from the first state to the last: of one unit, as most sequences of a long tail have, a number.
type spans struct {
	first int64 // milliseconds
	all   *durations
}

func (s spans) medianDays() float64 {
	if s.all == nil {
		return float64(s.first) / 86_400_000
	}
	return s.all.quantile(.5) / 86_400
}

func (s spans) addTo(d *durations) {
	if s.all == nil {
		d.addMilliseconds(s.first)
		return
	}
	d.merge(s.all)
}

// sequenceTable holds distinct sequences in few large pieces, since there may be as many as units: some 70 bytes each.
// It finds them by open addressing.
type sequenceTable struct {
	keys     []byte // states as varints, one sequence after the other
	entries  []sequenceEntry
	slots    []uint32    // by hash: the place in entries, counted from 1
	spreads  []durations // of sequences that several units took
	examples [][]string  // by entry, where they are kept
}

type sequenceEntry struct {
	hash   uint64
	key    int   // where it begins in keys; it ends where the next begins
	first  int64 // the span of the first unit, while there is one
	ends   [ends]uint32
	spread uint32 // place in spreads, counted from 1; 0 for a single unit
}

// taken is a sequence that a unit took.
type taken struct {
	key  []byte
	hash uint64
	end  int32
	span int64
	unit string
}

func (t *sequenceTable) key(i int) []byte {
	if i+1 < len(t.entries) {
		return t.keys[t.entries[i].key:t.entries[i+1].key]
	}
	return t.keys[t.entries[i].key:]
}

// find is the place of a sequence in entries, or -1, and the slot where it is or would be.
func (t *sequenceTable) find(hash uint64, key []byte) (place, slot int) {
	if len(t.slots) == 0 {
		return -1, 0
	}
	mask := len(t.slots) - 1
	for slot = int(hash) & mask; t.slots[slot] != 0; slot = (slot + 1) & mask {
		if i := int(t.slots[slot] - 1); t.entries[i].hash == hash && bytes.Equal(t.key(i), key) {
			return i, slot
		}
	}
	return -1, slot
}

// bytes that the table takes, but for examples and spreads.
func (t *sequenceTable) bytes() int { return len(t.keys) + 48*len(t.entries) + 4*len(t.slots) }

// add counts a unit. Examples is how many units a sequence names.
func (t *sequenceTable) add(u taken, examples int) {
	i, slot := t.find(u.hash, u.key)
	if i < 0 {
		if 4*(len(t.entries)+1) > 3*len(t.slots) {
			t.grow()
			_, slot = t.find(u.hash, u.key)
		}
		i = len(t.entries)
		t.entries = append(t.entries, sequenceEntry{hash: u.hash, key: len(t.keys), first: u.span})
		t.keys = append(t.keys, u.key...)
		t.slots[slot] = uint32(i + 1)
		if examples > 0 {
			t.examples = append(t.examples, nil)
		}
	} else {
		t.spread(&t.entries[i]).addMilliseconds(u.span)
	}
	t.entries[i].ends[convertedID-u.end]++
	if examples > 0 {
		t.examples[i] = keepFirst(t.examples[i], u.unit, examples)
	}
}

func (t *sequenceTable) spread(e *sequenceEntry) *durations {
	if e.spread == 0 {
		t.spreads = append(t.spreads, durations{})
		e.spread = uint32(len(t.spreads))
		t.spreads[e.spread-1].addMilliseconds(e.first)
	}
	return &t.spreads[e.spread-1]
}

func (t *sequenceTable) grow() {
	t.slots = make([]uint32, max(64, 2*len(t.slots)))
	mask := len(t.slots) - 1
	for i := range t.entries {
		slot := int(t.entries[i].hash) & mask
		for t.slots[slot] != 0 {
			slot = (slot + 1) & mask
		}
		t.slots[slot] = uint32(i + 1)
	}
}

// each shows all sequences, in the order of their arrival, until it is told to stop; one is valid until the next is shown.
func (t *sequenceTable) each(b *Builder, show func(*sequence)) {
	var s sequence
	for i := range t.entries {
		e := &t.entries[i]
		s = sequence{states: statesOf(s.states[:0], t.key(i)), hash: e.hash, ends: e.ends, spans: spans{first: e.first}}
		if e.spread > 0 {
			s.spans.all = &t.spreads[e.spread-1]
		}
		if len(t.examples) > 0 {
			s.examples = t.examples[i]
		}
		for _, units := range s.ends {
			s.units += int(units)
		}
		if s.won = s.end(convertedID); slices.ContainsFunc(s.states, func(id int32) bool { return b.states[id].won }) {
			s.won = s.units
		}
		show(&s)
	}
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

// statesOf appends the states of a sequence, which its key has as varints.
func statesOf(states []int32, key []byte) []int32 {
	for i := 0; i < len(key); {
		if key[i] < 0x80 { // nearly always: a hundred states and more fit
			states = append(states, int32(key[i]))
			i++
			continue
		}
		id, n := binary.Uvarint(key[i:])
		states = append(states, int32(id))
		i += n
	}
	return states
}
