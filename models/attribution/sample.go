package attribution

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
)

// Sample is the journeys of many units in columns: what models are fitted to. Journeys with the same channels in the
// same order are one path with counts, which is all that most models need; that makes fits and their bootstraps
// cheap.
//
// Censored journeys and converted ones without touches belong to no path and so to no model.
type Sample struct {
	channels []string  // sorted, so that ids don't depend on the order of arrival
	journeys []Journey // as given; nil in a sample made of paths
	channel  func(*Touch) string
	pathOf   []int32   // path of each journey, or -1
	paths    paths     // distinct, in lexicographic order of channel ids
	conv     []float64 // converted journeys of each path
	null     []float64 // journeys of each path that did not convert
	value    []float64 // value of the converted journeys of each path, in 1/10000

	sets  paths   // distinct sets of channels of the paths
	setOf []int32 // set of each path

	timed     *timeline // of a sample made by a TimedSampler, which has nothing else
	unitDraws *draws    // of a sample made by a Sampler, which knows units but has no journeys
}

// paths is a list of sequences of channel ids, laid end to end.
type paths struct {
	ids   []int32
	start []int // one longer than the list
}

func (p paths) len() int         { return len(p.start) - 1 }
func (p paths) at(i int) []int32 { return p.ids[p.start[i]:p.start[i+1]] }
func (p *paths) add(channels []int32) {
	p.ids = append(p.ids, channels...)
	p.start = append(p.start, len(p.ids))
}

// NewSample takes journeys whose channel is the name that a touch is credited by.
func NewSample(js []Journey) *Sample {
	return NewSampleBy(js, (*Touch).Credited)
}

// NewSampleBy takes journeys whose channel is any property of the touch, say its campaign.
func NewSampleBy(js []Journey, dimension func(*Touch) string) *Sample {
	c := newCollector(len(js))
	for i := range js {
		c.journey(&js[i], dimension)
	}
	s := c.sample()
	s.journeys, s.channel = js, dimension
	return s
}

// Path is journeys with the same channels in the same order, counted.
type Path struct {
	Channels    []string
	Conversions float64 // journeys that converted; Value is theirs together
	Nulls       float64 // journeys that did not
	Value       float64 // counts for nothing where there is no conversion
}

// NewSampleOfPaths takes counted paths. Paths may repeat. Models that need the times of touches don't work on such a
// sample and say so; weights are those of the paths of Sample.Paths instead of those of journeys.
func NewSampleOfPaths(counted []Path) *Sample {
	c := newCollector(0)
	for _, p := range counted {
		c.buffer = c.buffer[:0]
		for _, channel := range p.Channels {
			c.buffer = binary.LittleEndian.AppendUint32(c.buffer, uint32(c.channel(channel)))
		}
		if len(p.Channels) == 0 {
			continue
		}
		i := c.path()
		c.conv[i] += p.Conversions
		c.null[i] += p.Nulls
		if p.Conversions > 0 {
			c.value[i] += p.Value * valueUnit
		}
	}
	return c.sample()
}

// valueUnit is how many units of Conversion.Value make one of money.
const valueUnit = 10000

// Channels are the names of the channels, sorted. Slices per channel in this package are in this order.
func (s *Sample) Channels() []string { return s.channels }

// Conversions is the number of converted journeys with touches: the credit there is to give.
func (s *Sample) Conversions() float64 { return total(s.conv) }

// Value is the value of the converted journeys with touches, in money.
func (s *Sample) Value() float64 { return total(s.value) / valueUnit }

// Nulls is the number of journeys that did not convert, without the censored ones.
func (s *Sample) Nulls() float64 { return total(s.null) }

// Paths are the distinct paths of the sample, in a fixed order.
func (s *Sample) Paths() []Path {
	all := make([]Path, s.paths.len())
	for i := range all {
		for _, id := range s.paths.at(i) {
			all[i].Channels = append(all[i].Channels, s.channels[id])
		}
		all[i].Conversions, all[i].Nulls, all[i].Value = s.conv[i], s.null[i], s.value[i]/valueUnit
	}
	return all
}

// canonical is the indices of the converted journeys with touches, ordered by unit, time and id whatever the order
// they were given in.
func (s *Sample) canonical() []int32 {
	order := make([]int32, 0, len(s.journeys))
	for i, p := range s.pathOf {
		if p >= 0 && s.journeys[i].Outcome == Converted {
			order = append(order, int32(i))
		}
	}
	compare := func(a, b int32) int {
		x, y := &s.journeys[a], &s.journeys[b]
		return cmp.Or(cmp.Compare(x.UnitID, y.UnitID), cmp.Compare(x.UnitKind, y.UnitKind),
			x.Conversion.At.Compare(y.Conversion.At), cmp.Compare(x.ID, y.ID))
	}
	if !slices.IsSortedFunc(order, compare) {
		slices.SortFunc(order, compare)
	}
	return order
}

// channelID is the id of a channel, or -1 when no journey has it.
func (s *Sample) channelID(name string) int32 {
	if i, found := slices.BinarySearch(s.channels, name); found {
		return int32(i)
	}
	return -1
}

func total(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum
}

// collector interns channels and paths in the order in which they come.
type collector struct {
	ids    map[string]int32
	names  []string
	byKey  map[string]int32 // path by its ids, four bytes each
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
		c.buffer = binary.LittleEndian.AppendUint32(c.buffer, uint32(id))
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

// path is the index of the path in the buffer.
func (c *collector) path() int32 {
	p, known := c.byKey[string(c.buffer)]
	if known {
		return p
	}
	p = int32(c.paths.len())
	c.byKey[string(c.buffer)] = p
	for b := c.buffer; len(b) > 0; b = b[4:] {
		c.paths.ids = append(c.paths.ids, int32(binary.LittleEndian.Uint32(b)))
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

// groupSets finds the distinct sets of channels among the paths.
func (s *Sample) groupSets() {
	index := newSetIndex(len(s.channels))
	s.setOf = make([]int32, s.paths.len())
	for p := range s.setOf {
		s.setOf[p] = index.add(s.paths.at(p))
	}
	s.sets = index.sets
}

// distinct appends the distinct ids of a path to set, ascending.
func distinct(path []int32, set []int32) []int32 {
	set = append(set, path...)
	slices.Sort(set)
	return slices.Compact(set)
}

// perSet sums counts of paths by their set of channels.
func (s *Sample) perSet(counts []float64) []float64 {
	return s.sumSets(counts, make([]float64, s.sets.len()))
}

// sumSets is perSet into memory of the caller, which fits use again and again.
func (s *Sample) sumSets(counts, sums []float64) []float64 {
	clear(sums)
	for p, count := range counts {
		if count != 0 {
			sums[s.setOf[p]] += count
		}
	}
	return sums
}

// setCounter is memory for the counts per set of a resample.
type setCounter struct {
	s          *Sample
	conv, null []float64
}

func newSetCounter(s *Sample) *setCounter {
	return &setCounter{s, make([]float64, s.sets.len()), make([]float64, s.sets.len())}
}

func (c *setCounter) count(conv, null []float64) (convPerSet, nullPerSet []float64) {
	return c.s.sumSets(conv, c.conv), c.s.sumSets(null, c.null)
}
