package source

import "math/bits"

// fields is a trie of the members that expressions ask for.
type fields struct {
	key      string
	slots    []int // where a value found here is noted
	children []*fields
	embedded encoding // the text found here holds JSON
	rest     bool     // members of the object here that aren't taken are noted in scanner.rest
	taken    bool     // a column has the whole of it, or nobody wants it

	number     int       // of the node in its source
	head, tail uint64    // of the key
	table      []*fields // the children by the hash of their keys, without collisions; see lay
	seed       uint64
	shift      int
}

// at finds or makes the node of the member at path.
func (f *fields) at(path []string) *fields {
	if len(path) == 0 {
		return f
	}
	c := f.child(path[0])
	if c == nil {
		c = &fields{key: path[0]}
		f.children = append(f.children, c)
	}
	return c.at(path[1:])
}

func (f *fields) child(key string) *fields {
	for _, c := range f.children {
		if c.key == key {
			return c
		}
	}
	return nil
}

// A key is told from others by its first and last eight bytes, which are loaded at once and nearly always the whole of
// it, and by its length. Comparing keys one by one, or hashing them as Go's maps do, took a quarter of a scan.

// lay makes the tables of a finished trie: for each node the smallest table and a seed for which no two children meet.
func (f *fields) lay(count int) int {
	f.number = count
	count++
	for _, c := range f.children {
		count = c.lay(count)
		c.head, c.tail = keyWords(c.key, 0, len(c.key))
	}
	if len(f.children) == 0 {
		return count
	}
	const tries = 1000
	for width := bits.Len(uint(len(f.children))); width < 16; width++ {
		for try := range uint64(tries) {
			f.seed, f.shift = (2*try+1)*0x9e3779b97f4a7c15|1, 64-width
			if f.table = f.laid(make([]*fields, 1<<width)); f.table != nil {
				return count
			}
		}
	}
	return count
}

// laid is the table with the children in their places, nil where two meet.
func (f *fields) laid(table []*fields) []*fields {
	for _, c := range f.children {
		place := &table[f.place(c.head, c.tail, len(c.key))]
		if *place != nil {
			return nil
		}
		*place = c
	}
	return table
}

func (f *fields) place(head, tail uint64, n int) uint64 {
	return ((head ^ bits.RotateLeft64(tail, 29)) + uint64(n)) * f.seed >> f.shift
}

// member finds the child whose key is t[start:end].
func (f *fields) member(t string, start, end int) *fields {
	if f.table == nil { // has no children, or such as no seed could part
		return f.child(t[start:end])
	}
	head, tail := keyWords(t, start, end)
	c := f.table[f.place(head, tail, end-start)]
	if c == nil || c.head != head || c.tail != tail || len(c.key) != end-start || end-start > 16 && c.key != t[start:end] {
		return nil
	}
	return c
}

// keyWords are the first and the last eight bytes of t[start:end], and of a shorter one all of it with zeros behind.
func keyWords(t string, start, end int) (head, tail uint64) {
	n := end - start
	switch {
	case n >= 8:
		return load8(t, start), load8(t, end-8)
	case start+8 <= len(t):
		head = load8(t, start) & (1<<(8*n) - 1)
	default:
		for i := end - 1; i >= start; i-- {
			head = head<<8 | uint64(t[i])
		}
	}
	return head, head
}

// tries lays out which members the scanner has to note for a message and for an element of a split.
func (b *builder) tries() {
	s, d := b.source, b.definition
	s.paths = b.compiler.paths
	for slot, p := range s.paths {
		if p.root == elementRoot {
			b.checkElement(p)
			continue // no member of the message
		}
		b.eachTrie(p, func(f *fields) { f.slots, f.taken = append(f.slots, slot), f.taken || b.compiler.taken[slot] })
		if p.root == "item" {
			s.itemSlots = append(s.itemSlots, slot)
		}
	}
	for _, e := range d.Embedded {
		encoding, known := encodings[e.value.text]
		if !known {
			b.faultf(e.value.at, "embedded: %q is none of json, base64, json_or_text, base64_or_text", e.value.text)
		}
		if p, ok := b.path(e.key, "embedded"); ok {
			b.eachTrie(p, func(f *fields) { f.embedded = encoding })
		}
	}
	for _, l := range d.Rest {
		if p, ok := b.path(l, "rest"); ok {
			b.eachTrie(p, func(f *fields) { f.rest = true })
		}
	}
	for _, l := range d.Ignore {
		if p, ok := b.path(l, "ignore"); ok {
			b.eachTrie(p, func(f *fields) { f.taken = true })
		}
	}
	for _, l := range d.Keep {
		if p, ok := b.path(l, "keep"); ok {
			b.eachTrie(p, func(f *fields) { f.taken = false })
		}
	}
	s.nodes = s.item.lay(s.message.lay(0))
}

func (b *builder) checkElement(p memberPath) {
	if b.definition.Each.text == "" || len(p.keys) > 0 {
		b.faultf(b.definition.Name.at, "%s: an element is a text, and there is one only with each: the array that it is of", p)
	}
}

// eachTrie finds or makes the node of a path where it is to be met: a message that is its own item has both roots.
func (b *builder) eachTrie(p memberPath, f func(*fields)) {
	f(b.source.message.at(p.keys))
	if p.root == "item" {
		f(b.source.item.at(p.keys))
	}
}
