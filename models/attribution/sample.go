package attribution

import (
	"cmp"
	"iter"
	"slices"
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
	if js == nil {
		js = []Journey{} // none, which is not the same as not to know any
	}
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
			c.append(c.channel(channel))
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

// Credited yields the index and the channels of each path that converted, in the order of Paths. The slice is the receiver's
// until the next.
func (s *Sample) Credited() iter.Seq2[int, []string] {
	return func(yield func(int, []string) bool) {
		var channels []string
		for i, count := range s.conv {
			if count == 0 {
				continue
			}
			channels = channels[:0]
			for _, id := range s.paths.at(i) {
				channels = append(channels, s.channels[id])
			}
			if !yield(i, channels) {
				return
			}
		}
	}
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
