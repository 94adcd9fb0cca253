package attribution

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// nameTable numbers names in the order in which they come.
type nameTable struct {
	names []string
	slots []nameSlot // a power of two of them
}

type nameSlot struct {
	name       string // empty: free
	head, tail uint64 // the first and the last eight bytes; all there is of a short name
	id         uint16
}

// mostNames is how many names ids can tell apart.
const mostNames = 1<<16 - 1

func newNameTable() *nameTable { return &nameTable{slots: make([]nameSlot, 1<<8)} }

// id is the number of a name, which is not empty and has eight bytes more in its memory.
func (t *nameTable) id(name []byte) (uint16, error) {
	head, tail := ends(name)
	at := t.home(head, tail, len(name))
	for {
		slot := &t.slots[at]
		if slot.head == head && slot.tail == tail && len(slot.name) == len(name) && (len(name) <= 16 || slot.name == string(name)) {
			return slot.id, nil
		}
		if slot.name == "" {
			return t.add(slot, nameSlot{name: string(name), head: head, tail: tail})
		}
		at = (at + 1) & uint64(len(t.slots)-1)
	}
}

// ends are the first and the last eight bytes of a name; the second is 0 where the first holds it all.
func ends(name []byte) (head, tail uint64) {
	n := len(name)
	padded := name[:n+8]
	if head = binary.LittleEndian.Uint64(padded); n <= 8 {
		return head & (1<<(8*n) - 1), 0
	}
	return head, binary.LittleEndian.Uint64(padded[n-8:])
}

// home is where the search for a name begins. Names that differ only in the middle share one, which costs comparisons.
func (t *nameTable) home(head, tail uint64, length int) uint64 {
	const one, two = 0x9e3779b97f4a7c15, 0xd6e8feb86659fd93 // odd and without a pattern
	hash := (head ^ bits.RotateLeft64(tail*two, 29) + uint64(length)) * one
	return (hash ^ hash>>32) & uint64(len(t.slots)-1)
}

func (t *nameTable) add(slot *nameSlot, filled nameSlot) (uint16, error) {
	if len(t.names) == mostNames {
		return 0, fmt.Errorf("more than %d different channels: credit something coarser, such as channels instead of pages", mostNames)
	}
	filled.id = uint16(len(t.names))
	*slot = filled
	if t.names = append(t.names, filled.name); 2*len(t.names) > len(t.slots) {
		t.grow()
	}
	return filled.id, nil
}

func (t *nameTable) grow() {
	old := t.slots
	t.slots = make([]nameSlot, 4*len(old))
	for _, slot := range old {
		if slot.name == "" {
			continue
		}
		at := t.home(slot.head, slot.tail, len(slot.name))
		for t.slots[at].name != "" {
			at = (at + 1) & uint64(len(t.slots)-1)
		}
		t.slots[at] = slot
	}
}
