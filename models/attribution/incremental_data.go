package attribution

import (
	"math"
	"slices"
)

// staged is a journey as Incremental looks at it: touches before the sign-up and touches after it.
type staged struct {
	channel   []int32
	age       []float64 // days to the end
	first     int32     // channel of the first contact; −1: nobody's
	entered   float64   // days from the sign-up to the end; 0: none before the end
	converted bool
	repeated  float64 // days from the unit's conversion before to the end; 0: it had not converted
}

// aVisit, in days, is how near a touch must be to be part of the same visit.
const aVisit = 30. / 24 / 60

// role is what a touch can have done.
type role int8

const (
	opening role = iota // the first contact
	later               // a further one before the sign-up, or before the end without one
	closing             // the visit in which people sign up, or convert without: they have decided by then
	after               // the sign-up
	noRole
)

// enters reports whether the journey shows how the sign-up came about, or the conversion without one.
func (j *staged) enters() bool { return j.age[0] > j.entered || j.entered == 0 }

// fresh reports whether the journey is one to fit to: the first of its unit, with a touch by a known channel.
func (j *staged) fresh() bool { return j.repeated == 0 && len(j.age) > 0 }

// closed reports whether the first stage came to its end.
func (j *staged) closed() bool { return j.converted || j.entered > 0 }

// role of touch i, and its age at the end of its stage.
func (j *staged) role(i int) (role, float64) {
	age := j.age[i] - j.entered
	switch {
	case j.channel[i] < 0:
		return noRole, 0
	case j.entered > 0 && age <= 0:
		if -age < aVisit || j.converted && j.age[i] < aVisit {
			return noRole, 0
		}
		return after, j.age[i]
	case i == 0 && j.first >= 0:
		return opening, age
	case j.closed() && age < aVisit:
		return closing, age
	}
	return later, age
}

// Rates a day of what comes by itself and of what a touch adds: at the start, and their bounds. Who converts within a
// quarter of an hour came to convert. A look-back of some weeks says nothing of slower rates.
const (
	slowRate = iota
	fastRate
	visitRate
	laterRate
)

var (
	stageRates  = []float64{1. / 15, 1. / 4, 96, 1. / 4}
	stageBounds = [][2]float64{{1. / 60, 1. / 10}, {1. / 7, 1. / 2}, {96, 96}, {1. / 7, 1. / 2}}
	afterRates  = []float64{1. / 4}
	afterBounds = [][2]float64{{1. / 14, 1}}
)

// sinceEntry are the days since the sign-up between which the hazard that comes by itself is taken for constant.
var sinceEntry = []float64{0, .05, .25, .5, 1, 1.5, 2, 3, 4, 5, 6, 8, 10, 13, 17, 22, 30, 45, 64, 90, math.Inf(1)}

func entryBin(days float64) int {
	at, _ := slices.BinarySearch(sinceEntry, days)
	return max(at-1, 0)
}

// incrementalData is journeys in the form that Incremental is fitted to.
type incrementalData struct {
	channels, direct int32
	journeys         []staged

	entry, outcome           additive // the two stages
	entryOf, outcomeOf       []int32  // journeys of their events
	followed                 bool     // all sign-ups are by the conversion
	slow, visit, fast, later int32    // first parameters of the first stage: by channel of the first contact, of a further one
	anyway, added            int32    // of the second: by time since the sign-up, by channel
	horizon                  float64  // days since the first contact after which no conversion could have been seen

	met   [][]int32 // of each journey: series and age bin of what it met, series·ageBins + bin
	pairs [][]int32 // of each journey: for each touch, how often which channels came before; see gates
}

// ageSeries is where the counts of ages begin, each with one for every channel: of first contacts, with one more for nobody; of
// later touches, where no sign-up came and where one did; of the visits in which they signed up; and of touches after it. Then one of
// first contacts, by whatever channel, that a sign-up followed.
type ageSeries struct{ first, open, ended, closers, used, until, all int32 }

func (d *incrementalData) series() ageSeries {
	n := d.channels
	return ageSeries{0, n + 1, 2*n + 1, 3*n + 1, 4*n + 1, 5*n + 1, 5*n + 2}
}

func newIncrementalData(s *Sample) *incrementalData {
	d := &incrementalData{channels: int32(len(s.channels)), direct: s.channelID(Direct), journeys: s.timeline().staged(), followed: true}
	of := d.series()
	n := int(d.channels)
	d.horizon = horizon(d.journeys)
	d.entry = additive{bounds: stageBounds, start: []int32{0}}
	d.slow = d.entry.addParameters(n+1, slowRate, of.first, -1)
	d.visit = d.entry.addParameters(n+1, visitRate, of.first, -1)
	d.fast = d.entry.addParameters(n+1, fastRate, of.first, -1)
	d.later = d.entry.addParameters(n, laterRate, of.open, of.ended)
	d.outcome = additive{bounds: afterBounds, start: []int32{0}}
	d.anyway = d.outcome.addParameters(len(sinceEntry)-1, steady, -1, -1)
	d.added = d.outcome.addParameters(n, 0, of.used, -1)
	d.met, d.pairs = make([][]int32, len(d.journeys)), make([][]int32, len(d.journeys))
	for i := range d.journeys {
		j := &d.journeys[i]
		if d.pairs[i] = d.comes(j); !j.fresh() {
			continue
		}
		d.met[i], d.pairs[i] = d.meets(j), append(d.pairs[i], d.precedes(j)...)
		if j.enters() && j.closed() {
			d.terms(j, func(_ int, param int32, age float64) { d.entry.term(param, age) }, nil)
			d.entry.endEvent()
			d.entryOf = append(d.entryOf, int32(i))
			d.followed = d.followed && j.converted
		}
		if j.converted && j.entered > 0 {
			d.terms(j, nil, func(_ int, param int32, age float64) { d.outcome.term(param, age) })
			d.outcome.endEvent()
			d.outcomeOf = append(d.outcomeOf, int32(i))
		}
	}
	return d
}

// staged are the journeys of a timeline. Those that began after the unit had converted are credited as others are, but not
// fitted to: to count them as failures would say that what customers get doesn't work.
func (t *timeline) staged() []staged {
	all := make([]staged, len(t.converted))
	for i := range all {
		from, until := t.start[i], t.start[i+1]
		all[i] = staged{t.channel[from:until], t.age[from:until], t.first[i], t.entered[i], t.converted[i], t.repeated[i]}
	}
	return all
}

// horizon is the age of the oldest touch of a conversion: the look-back, as far as it shows. Those who don't convert are watched for
// longer, but a conversion then would have been another journey's.
func horizon(journeys []staged) (days float64) {
	for i := range journeys {
		if j := &journeys[i]; j.converted && len(j.age) > 0 {
			days = math.Max(days, j.age[0])
		}
	}
	return days
}

// opener is the index of the first contact's channel; the last is nobody's.
func (d *incrementalData) opener(j *staged) int32 {
	if j.first < 0 {
		return d.channels
	}
	return j.first
}

// terms calls entry and outcome, which may be nil, for each term of the hazards at the ends of the two stages: with the
// touch, −1 for what comes by itself. A visit that nobody sent adds nothing.
func (d *incrementalData) terms(j *staged, entry, outcome func(touch int, param int32, age float64)) {
	if entry != nil && j.enters() {
		whole := j.age[0] - j.entered
		entry(-1, d.slow+d.opener(j), whole)
		entry(-1, d.visit+d.opener(j), whole)
	}
	if outcome != nil && j.entered > 0 {
		outcome(-1, d.anyway+int32(entryBin(j.entered)), 0)
	}
	for i, channel := range j.channel {
		if channel == d.direct {
			continue
		}
		switch role, age := j.role(i); {
		case role == opening && entry != nil:
			entry(i, d.fast+channel, age)
		case role == later && entry != nil:
			entry(i, d.later+channel, age)
		case role == after && outcome != nil:
			outcome(i, d.added+channel, age)
		}
	}
}

// meets is what a journey adds to the counts of ages.
func (d *incrementalData) meets(j *staged) (cells []int32) {
	of := d.series()
	add := func(series int32, age float64) {
		cells = append(cells, series*ageBins+int32(ageBin(math.Min(age, d.horizon))))
	}
	if j.enters() {
		add(of.first+d.opener(j), j.age[0]-j.entered)
		if j.closed() {
			add(of.until, j.age[0]-j.entered)
		}
	}
	for i, channel := range j.channel {
		switch role, age := j.role(i); role {
		case later:
			if j.closed() {
				add(of.ended+channel, age)
			} else {
				add(of.open+channel, age)
			}
		case closing:
			add(of.closers+channel, age)
		case after:
			add(of.used+channel, age)
		}
	}
	return cells
}

// lasted adds the days from one time since the sign-up to another, n times, by interval of sinceEntry.
func lasted(days []float64, from, until, n float64) {
	from = math.Max(0, from)
	for b := entryBin(from); b < len(sinceEntry)-1 && sinceEntry[b] < until; b++ {
		days[b] += n * (math.Min(sinceEntry[b+1], until) - math.Max(sinceEntry[b], from))
	}
}
