package attribution

import (
	"cmp"
	"hash/fnv"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

// timeline is the touches of journeys with their times, in columns: what the models of time are fitted to. Journeys of a
// unit stand together, censored ones too: nothing happened to them for as long as they were observed, which counts.
type timeline struct {
	channels  int
	start     []int // of each journey in channel and age
	channel   []int32
	age       []float64 // days to the end of the journey
	converted []bool
	exposure  []float64 // days from the first touch to the end
	first     []int32   // channel of the first contact; −1: nothing was discovered, or not by a channel of the sample
	entered   []float64 // days from the sign-up to the end; 0: none before the end
	repeated  []float64 // days from the unit's conversion before to the end; 0: it had not converted
	units     []int     // of each unit, where its journeys end
}

// timeline is that of the sample's journeys, in the order of touched.
func (s *Sample) timeline() *timeline {
	if s.timed != nil {
		return s.timed
	}
	t := &timeline{channels: len(s.channels), start: []int{0}}
	order := s.touched()
	for i, index := range order {
		j := &s.journeys[index]
		for k := range j.Touches {
			// A channel that only censored journeys have is in no sample: it has no conversion to be credited with.
			if id := s.channelID(s.channel(&j.Touches[k])); id >= 0 {
				t.channel, t.age = append(t.channel, id), append(t.age, days24(j, k))
			}
		}
		t.end(j.Outcome == Converted, days24(j, 0), s.discovered(j), j.daysFrom(j.EnteredAt), j.daysFrom(j.PreviousAt))
		if i+1 == len(order) || s.journeys[order[i+1]].UnitID != j.UnitID || s.journeys[order[i+1]].UnitKind != j.UnitKind {
			t.units = append(t.units, len(t.converted))
		}
	}
	return t
}

// end closes the journey whose touches were appended last.
func (t *timeline) end(converted bool, exposure float64, first int32, entered, repeated float64) {
	t.start = append(t.start, len(t.channel))
	t.converted, t.exposure, t.first = append(t.converted, converted), append(t.exposure, exposure), append(t.first, first)
	t.entered, t.repeated = append(t.entered, entered), append(t.repeated, repeated)
}

// draws keeps every unit apart, all its journeys counted as if converted.
func (t *timeline) draws() *draws {
	d := &draws{cells: len(t.converted)}
	var members []int32
	from := 0
	for _, until := range t.units {
		members = members[:0]
		for ; from < until; from++ {
			members = append(members, int32(from)*2)
		}
		d.group(members, 1)
	}
	return d
}

// days24 is the days from touch i to the end of the journey.
func days24(j *Journey, i int) float64 { return j.Until.Sub(j.Touches[i].At).Hours() / 24 }

// daysFrom is the days from an instant to the end of the journey; 0 from zero.
func (j *Journey) daysFrom(at time.Time) float64 {
	if at.IsZero() {
		return 0
	}
	return math.Max(0, j.Until.Sub(at).Hours()/24)
}

// discovered is the channel of a journey's first contact, or −1.
func (s *Sample) discovered(j *Journey) int32 {
	if j.Touches[0].At.After(j.FirstContact) && !j.FirstContact.IsZero() {
		return -1
	}
	return s.channelID(s.channel(&j.Touches[0]))
}

// touched is the indices of all journeys with touches, censored ones too, ordered by unit and id.
func (s *Sample) touched() []int32 {
	order := make([]int32, 0, len(s.journeys))
	for i := range s.journeys {
		if len(s.journeys[i].Touches) > 0 {
			order = append(order, int32(i))
		}
	}
	slices.SortFunc(order, func(a, b int32) int {
		x, y := &s.journeys[a], &s.journeys[b]
		return cmp.Or(cmp.Compare(x.UnitID, y.UnitID), cmp.Compare(x.UnitKind, y.UnitKind), cmp.Compare(x.ID, y.ID))
	})
	return order
}

// Timed is a journey with touches as the models of time look at it: what happened how many days before it converted, or
// before it was last known not to have.
type Timed struct {
	Channels   []string
	Ages       []float64 // of each touch, in days
	Discovered bool      // the first touch was the first contact: the direct policy dropped none before it
	Converted  bool
	Entered    float64 // days from the sign-up to the end; 0: none before the end
	Repeated   float64 // days from the unit's conversion before to the end; 0: it had not converted
}

// TimedSampler makes a sample with times of journeys that come unit by unit. It keeps a number of units at most: when
// there are more, those whose hash is even, then every fourth, and so on. Which ones doesn't depend on the order.
type TimedSampler struct {
	most  int
	every uint64
	held  map[string][]Timed
	names map[string]string // one copy of each channel's name: those given may be part of something large
}

// NewTimedSampler keeps at most so many units.
func NewTimedSampler(most int) *TimedSampler {
	return &TimedSampler{most: max(most, 1), every: 1, held: map[string][]Timed{}, names: map[string]string{}}
}

// Unit adds the journeys of a unit. Their slices are kept.
func (t *TimedSampler) Unit(id string, journeys []Timed) {
	if !t.wanted(id) {
		return
	}
	for _, j := range journeys {
		for i, name := range j.Channels {
			j.Channels[i] = t.name(name)
		}
	}
	t.held[strings.Clone(id)] = journeys
	for len(t.held) > t.most {
		t.every *= 2
		for id := range t.held {
			if !t.wanted(id) {
				delete(t.held, id)
			}
		}
	}
}

func (t *TimedSampler) name(name string) string {
	own, known := t.names[name]
	if !known {
		own = strings.Clone(name)
		t.names[own] = own
	}
	return own
}

func (t *TimedSampler) wanted(id string) bool {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id))
	return scramble(h.Sum64())%t.every == 0
}

// scramble spreads what differs over all bits: the low ones of FNV depend on the last characters too much.
func scramble(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return x
}

// Sample is what was kept. Only models of time can be fitted to it, by FitTimed.
func (t *TimedSampler) Sample() *Sample {
	s := &Sample{channels: slices.Sorted(maps.Keys(t.names))}
	line := &timeline{channels: len(s.channels), start: []int{0}}
	for _, id := range slices.Sorted(maps.Keys(t.held)) {
		for _, j := range t.held[id] {
			line.add(s, j)
		}
		line.units = append(line.units, len(line.converted))
	}
	s.timed = line
	return s
}

func (t *timeline) add(s *Sample, j Timed) {
	if len(j.Channels) == 0 {
		return
	}
	for i, channel := range j.Channels {
		t.channel, t.age = append(t.channel, s.channelID(channel)), append(t.age, j.Ages[i])
	}
	first := int32(-1)
	if j.Discovered {
		first = t.channel[t.start[len(t.start)-1]]
	}
	t.end(j.Converted, j.Ages[0], first, j.Entered, j.Repeated)
}

// timedModel is a model of time.
type timedModel interface {
	Model
	// fitTimed finds the parameters and returns a credit that holds no weights, and the function that gives them.
	fitTimed(s *Sample) (Credit, weighing)
}

// weighing fills the weights of the touches of a converted journey, which are 0; channels are −1 where the sample doesn't
// know them.
type weighing func(j *staged, w []float64) (baseline float64, rule string)

// NeedsTimes reports whether a data-driven model is fitted to times, by FitTimed, instead of paths.
func NeedsTimes(m Model) bool {
	_, timed := m.(timedModel)
	return timed
}

// TimedFit is a model of time with its parameters, which can weigh journeys that it was not fitted to.
type TimedFit struct {
	Credit Credit // for BootstrapAll; it has no weights
	s      *Sample
	weigh  weighing
	ids    []int32
}

// FitTimed fits a model of time to the sample of a TimedSampler.
func FitTimed(m Model, s *Sample) (*TimedFit, error) {
	model, timed := m.(timedModel)
	if !timed || s.timed == nil {
		return nil, ErrNeedsJourneys
	}
	f := TimedFit{s: s}
	f.Credit, f.weigh = model.fitTimed(s)
	f.Credit.cells.baseline = []float64{}
	return &f, nil
}

// Weigh is the weights of the touches of a converted journey, and what is left to the baseline; they sum to 1.
func (f *TimedFit) Weigh(j Timed) (weights []float64, baseline float64, rule string) {
	f.ids = f.ids[:0]
	for _, channel := range j.Channels {
		f.ids = append(f.ids, f.s.channelID(channel))
	}
	first := int32(-1)
	if j.Discovered {
		first = f.ids[0]
	}
	weights = make([]float64, len(j.Channels))
	baseline, rule = f.weigh(&staged{f.ids, j.Ages, first, j.Entered, true, j.Repeated}, weights)
	return weights, baseline, rule
}
