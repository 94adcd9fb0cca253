package attribution

import (
	"encoding/binary"
	"slices"
)

// Walk is what a Sampler needs of a journey: one that converted or certainly did not, with at least one touch.
type Walk struct {
	Channels  []string // of its touches in order
	Converted bool
	Value     int64 // of the conversion, in 1/10000
}

// Sampler makes a Sample of journeys that come unit by unit and are not kept: each is counted on its path, and units
// that took the same paths are counted together. Memory grows with the number of different paths, not with journeys.
type Sampler struct {
	c       *collector
	alone   []float64          // units of a single journey, by member (see groups)
	several map[string]float64 // units of more, by their members in the order in which they came
	members []int32
	key     []byte
}

// NewSampler begins with nothing.
func NewSampler() *Sampler {
	return &Sampler{c: newCollector(0), several: map[string]float64{}}
}

// Unit adds all journeys of one unit.
func (s *Sampler) Unit(walks []Walk) {
	s.members = s.members[:0]
	for i := range walks {
		if member := s.walk(&walks[i]); member >= 0 {
			s.members = append(s.members, member)
		}
	}
	switch len(s.members) {
	case 0:
	case 1:
		s.single(s.members[0])
	default:
		s.key = memberKey(s.members, s.key)
		s.several[string(s.key)]++
	}
}

func (s *Sampler) single(member int32) {
	if missing := int(member) + 1 - len(s.alone); missing > 0 {
		s.alone = append(s.alone, make([]float64, missing)...)
	}
	s.alone[member]++
}

// Path adds counted journeys of the same channels, of units that have no other: their resamples are too narrow.
func (s *Sampler) Path(channels []string, conversions, nulls uint64, value int64) {
	if len(channels) == 0 || conversions+nulls == 0 {
		return
	}
	p := s.path(channels)
	s.c.conv[p] += float64(conversions)
	s.c.null[p] += float64(nulls)
	s.c.value[p] += float64(value)
}

// walk counts a journey and returns its member, or -1 when it has no touch.
func (s *Sampler) walk(w *Walk) int32 {
	if len(w.Channels) == 0 {
		return -1
	}
	c, p := s.c, s.path(w.Channels)
	if !w.Converted {
		c.null[p]++
		return 2*p + 1
	}
	c.conv[p]++
	c.value[p] += float64(w.Value)
	return 2 * p
}

func (s *Sampler) path(channels []string) int32 {
	c := s.c
	c.buffer = c.buffer[:0]
	last, id := "", int32(-1)
	for _, name := range channels {
		if id < 0 || name != last {
			last, id = name, c.channel(name)
		}
		c.append(id)
	}
	return c.path()
}

// Sample is what was counted. The sampler must not be used again.
func (s *Sampler) Sample() *Sample {
	sample, position := s.c.sorted()
	renumber := func(member int32) int32 { return position[member>>1]<<1 | member&1 }
	alone := make([]float64, 2*sample.paths.len())
	for member, units := range s.alone {
		if units > 0 {
			alone[renumber(int32(member))] = units
		}
	}
	several := make(map[string]float64, len(s.several))
	for key, units := range s.several {
		s.members = membersOf(key, s.members[:0])
		for i, member := range s.members {
			s.members[i] = renumber(member)
		}
		slices.Sort(s.members)
		s.key = memberKey(s.members, s.key)
		several[string(s.key)] += units
	}
	sample.unitDraws = newDraws(sample.paths.len(), alone, several)
	return sample
}

// memberKey is members as a map key, whose order is that of the members.
func memberKey(members []int32, key []byte) []byte {
	key = key[:0]
	for _, m := range members {
		key = binary.BigEndian.AppendUint32(key, uint32(m))
	}
	return key
}

func membersOf(key string, members []int32) []int32 {
	for b := []byte(key); len(b) > 0; b = b[4:] {
		members = append(members, int32(binary.BigEndian.Uint32(b)))
	}
	return members
}

// PathKey is a hash of channels in order, the value of credited_touches.path_key; never 0, which stands for no path.
func PathKey(channels []string) uint64 {
	const offset, prime = 14695981039346656037, 1099511628211 // FNV-1a; hash/fnv would copy each name
	h := uint64(offset)
	for _, channel := range channels {
		for i := range len(channel) {
			h = (h ^ uint64(channel[i])) * prime
		}
		h *= prime // a zero ends each name
	}
	return max(1, h)
}

// JourneyKey is a hash of a conversion's id, the value of credited_touches.journey_key; never 0.
func JourneyKey(conversionID string) uint64 { return PathKey([]string{"", conversionID}) }
