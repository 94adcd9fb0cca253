package attribution

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
)

// setIndex numbers distinct sets of channels in the order in which they come. Up to 64 channels a set is the bits of one
// integer, in a hash table of its own: a million paths have hundreds of thousands of sets, and Go's maps take several
// times as long.
type setIndex struct {
	sets  paths
	slots []setSlot // a power of two of them; nil where there are more than 64 channels
	shift int
	byKey map[string]int32
	set   []int32
	key   []byte
}

type setSlot struct {
	mask  uint64 // never 0: every path has a channel
	index int32
}

func newSetIndex(channels int) *setIndex {
	x := &setIndex{sets: paths{start: []int{0}}}
	if channels > 64 {
		x.byKey = map[string]int32{}
	} else {
		x.resize(1 << 10)
	}
	return x
}

// add is the number of the set of the channels of a path.
func (x *setIndex) add(path []int32) int32 {
	if x.byKey != nil {
		return x.addKey(path)
	}
	mask := uint64(0)
	for _, id := range path {
		mask |= 1 << id
	}
	slot := x.find(mask)
	if slot.mask == 0 {
		slot.mask, slot.index = mask, int32(x.sets.len())
		for left := mask; left != 0; left &= left - 1 {
			x.sets.ids = append(x.sets.ids, int32(bits.TrailingZeros64(left)))
		}
		x.sets.start = append(x.sets.start, len(x.sets.ids))
		if index := slot.index; 2*x.sets.len() > len(x.slots) {
			x.resize(2 * len(x.slots))
			return index
		}
	}
	return slot.index
}

// find is the slot of a set, or the free one where it belongs.
func (x *setIndex) find(mask uint64) *setSlot {
	const golden = 0x9e3779b97f4a7c15 // spreads the bits (Knuth, The Art of Computer Programming 3, 6.4)
	at := mask * golden >> x.shift
	for x.slots[at].mask != 0 && x.slots[at].mask != mask {
		at = (at + 1) & uint64(len(x.slots)-1)
	}
	return &x.slots[at]
}

func (x *setIndex) resize(size int) {
	old := x.slots
	x.slots, x.shift = make([]setSlot, size), 64-bits.Len(uint(size-1))
	for _, slot := range old {
		if slot.mask != 0 {
			*x.find(slot.mask) = slot
		}
	}
}

func (x *setIndex) addKey(path []int32) int32 {
	x.set = distinct(path, x.set[:0])
	x.key = x.key[:0]
	for _, id := range x.set {
		x.key = binary.LittleEndian.AppendUint32(x.key, uint32(id))
	}
	index, seen := x.byKey[string(x.key)]
	if !seen {
		index = int32(x.sets.len())
		x.byKey[string(x.key)] = index
		x.sets.add(x.set)
	}
	return index
}

// order is the sets in an order that doesn't depend on how they came.
func (x *setIndex) order() []int32 {
	if x.byKey != nil {
		order := make([]int32, x.sets.len())
		for i := range order {
			order[i] = int32(i)
		}
		slices.SortFunc(order, func(a, b int32) int { return slices.Compare(x.sets.at(int(a)), x.sets.at(int(b))) })
		return order
	}
	used := make([]setSlot, 0, x.sets.len())
	for _, slot := range x.slots {
		if slot.mask != 0 {
			used = append(used, slot)
		}
	}
	slices.SortFunc(used, func(a, b setSlot) int { return cmp.Compare(a.mask, b.mask) })
	order := make([]int32, len(used))
	for i, slot := range used {
		order[i] = slot.index
	}
	return order
}
