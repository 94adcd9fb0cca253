package quality

import (
	"cmp"
	"slices"
	"time"
)

// Population is the units that definitions are judged on. All are counted once, as if nobody had flagged them; judging a
// definition then takes out those that it flags and puts them back in as flagged, so that it costs what it flags.
type Population struct {
	units  []Unit
	o      Options
	all    counts
	months map[time.Time]*counts // by the first day of the month of their start
	clocks []int64               // of those observed for a horizon from their start, sorted; microseconds
	wins   []int                 // how many of the first so many of them converted within it
}

// NewPopulation counts units, which are sorted by id.
func NewPopulation(units []Unit, o Options) *Population {
	p := &Population{units: units, o: o, months: map[time.Time]*counts{}}
	var judged []waiting
	for i := range units {
		f := judge(&units[i], nil, o)
		p.all.add(&f, o, 1)
		month := monthOf(f.start)
		if p.months[month] == nil {
			p.months[month] = &counts{}
		}
		p.months[month].add(&f, o, 1)
		if f.judged {
			judged = append(judged, waitingOf(&f))
		}
	}
	slices.SortFunc(judged, func(a, b waiting) int { return cmp.Compare(a.clock, b.clock) })
	p.wins = append(p.wins, 0)
	for i, w := range judged {
		p.clocks, p.wins = append(p.clocks, w.clock), append(p.wins, p.wins[i])
		count(&p.wins[i+1], w.converted)
	}
	return p
}

func monthOf(at time.Time) time.Time {
	at = at.UTC()
	return time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, time.UTC)
}

// waiting is since when a unit was judged, and whether it converted in time.
type waiting struct {
	clock     int64 // microseconds
	converted bool
}

func waitingOf(f *fate) waiting { return waiting{f.clock.UnixMicro(), f.converted} }

// Judged is a population under a definition.
type Judged struct {
	*Population

	flagged []flagged
}

// flagged is a unit with its flag, whatever that is worth.
type flagged struct {
	unit int
	flag *Flag
}

// Judge holds a definition's flags, sorted by unit, against the population. Flags of other units are passed over, and all
// but the first of a unit.
func (p *Population) Judge(flags []Flag) *Judged {
	j := &Judged{Population: p, flagged: make([]flagged, 0, len(flags))}
	unit := 0
	for i := range flags {
		for unit < len(p.units) && p.units[unit].ID < flags[i].UnitID {
			unit++
		}
		if unit < len(p.units) && p.units[unit].ID == flags[i].UnitID {
			j.flagged = append(j.flagged, flagged{unit, &flags[i]})
			unit++
		}
	}
	return j
}

// each shows what the definition makes of the units that it flags, and what they are without it.
func (j *Judged) each(show func(was, is *fate)) {
	for _, f := range j.flagged {
		was, is := judge(&j.units[f.unit], nil, j.o), judge(&j.units[f.unit], f.flag, j.o)
		show(&was, &is)
	}
}

// Measure judges a definition as a whole.
func (p *Population) Measure(flags []Flag) Measures {
	j := p.Judge(flags)
	return j.Measures().Scored(j.Reliability(DefaultBands))
}
