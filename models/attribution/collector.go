package attribution

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
)

// collector interns channels and paths in the order in which they come.
type collector struct {
	ids    map[string]int32
	names  []string
	byKey  map[string]int32 // path by its ids, a byte each where they are small
	paths  paths
	pathOf []int32
	conv   []float64
	null   []float64
	value  []float64
	buffer []byte
}

func newCollector(journeys int) *collector {
	return &collector{
		ids: map[string]int32{}, byKey: map[string]int32{},
		pathOf: make([]int32, 0, journeys), paths: paths{start: []int{0}},
	}
}

func (c *collector) channel(name string) int32 {
	id, known := c.ids[name]
	if !known {
		name = strings.Clone(name) // it may be part of something large
		id = int32(len(c.names))
		c.ids[name] = id
		c.names = append(c.names, name)
	}
	return id
}

// journey counts a journey on its path.
func (c *collector) journey(j *Journey, dimension func(*Touch) string) {
	if j.Outcome == Censored || len(j.Touches) == 0 {
		c.pathOf = append(c.pathOf, -1)
		return
	}
	c.buffer = c.buffer[:0]
	last, id := "", int32(-1)
	for i := range j.Touches {
		if name := dimension(&j.Touches[i]); id < 0 || name != last {
			last, id = name, c.channel(name)
		}
		c.append(id)
	}
	p := c.path()
	c.pathOf = append(c.pathOf, p)
	if j.Outcome == Converted {
		c.conv[p]++
		c.value[p] += float64(j.Conversion.Value)
	} else {
		c.null[p]++
	}
}

// append adds a channel to the path in the buffer.
func (c *collector) append(id int32) { c.buffer = binary.AppendUvarint(c.buffer, uint64(id)) }

// path is the index of the path in the buffer.
func (c *collector) path() int32 {
	p, known := c.byKey[string(c.buffer)]
	if known {
		return p
	}
	p = int32(c.paths.len())
	c.byKey[string(c.buffer)] = p
	for b := c.buffer; len(b) > 0; {
		id, size := binary.Uvarint(b)
		c.paths.ids, b = append(c.paths.ids, int32(id)), b[size:]
	}
	c.paths.start = append(c.paths.start, len(c.paths.ids))
	c.conv, c.null, c.value = append(c.conv, 0), append(c.null, 0), append(c.value, 0)
	return p
}

func (c *collector) sample() *Sample {
	s, position := c.sorted()
	for i, p := range c.pathOf {
		if p >= 0 {
			c.pathOf[i] = position[p]
		}
	}
	s.pathOf = c.pathOf
	return s
}

// sorted renumbers channels and paths in sorted order, so that sums of floats don't depend on the order of arrival.
// position is where each path went.
func (c *collector) sorted() (s *Sample, position []int32) {
	c.byKey = nil // it is the largest of all, and of no use any more
	s = &Sample{channels: slices.Sorted(slices.Values(c.names))}
	rank := make([]int32, len(c.names))
	for i, name := range c.names {
		rank[i] = s.channelID(name)
	}
	for i, id := range c.paths.ids {
		c.paths.ids[i] = rank[id]
	}
	order := c.order()
	n := len(order)
	s.paths = paths{ids: make([]int32, 0, len(c.paths.ids)), start: append(make([]int, 0, n+1), 0)}
	s.conv, s.null, s.value = make([]float64, n), make([]float64, n), make([]float64, n)
	position = make([]int32, n)
	for to, from := range order {
		position[from] = int32(to)
		s.paths.add(c.paths.at(int(from)))
		s.conv[to], s.null[to], s.value[to] = c.conv[from], c.null[from], c.value[from]
	}
	s.groupSets()
	return s, position
}

// order is the paths in lexicographic order. Most comparisons end within the first few ids, packed in one integer.
func (c *collector) order() []int32 {
	type entry struct {
		prefix uint64
		path   int32
	}
	entries := make([]entry, c.paths.len())
	for i := range entries {
		entries[i] = entry{prefix(c.paths.at(i)), int32(i)}
	}
	slices.SortFunc(entries, func(a, b entry) int {
		if order := cmp.Compare(a.prefix, b.prefix); order != 0 {
			return order
		}
		return slices.Compare(c.paths.at(int(a.path)), c.paths.at(int(b.path)))
	})
	order := make([]int32, len(entries))
	for i, e := range entries {
		order[i] = e.path
	}
	return order
}

// prefix packs the first four ids, in an order that agrees with the lexicographic one. Larger ids saturate, which
// leaves the decision to the full comparison.
func prefix(ids []int32) uint64 {
	var packed uint64
	saturated := false
	for i := range 4 {
		packed <<= 16
		switch {
		case saturated:
		case i < len(ids) && ids[i] < 0xfffe:
			packed |= uint64(ids[i] + 1)
		case i < len(ids):
			packed |= 0xffff
			saturated = true
		}
	}
	return packed
}
