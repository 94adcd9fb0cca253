package quality

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
)

// Behaviour is what a unit did early: how often one thing within each of the windows of a search after its start, and
// before converting.
type Behaviour struct {
	UnitID string
	Name   string
	Counts []uint64 // by AhaOptions.Days
}

// Aha is a rule "did Behaviour at least Count times within Days of the start", held against conversion.
type Aha struct {
	Behaviour string
	Count     uint64
	Days      uint32
	Training  Contingency
	HoldOut   Contingency
	// Adjusted is the hold-out's p value after Holm's correction for all behaviours that were put to the test.
	Adjusted float64
}

// Holds reports that the rule separates converted from others in the later cohort too, at a family-wise error of 5 %.
func (a *Aha) Holds() bool { return a.HoldOut.Phi > 0 && a.Adjusted < 0.05 }

// Contingency is a two-by-two table with its measures.
type Contingency struct {
	DidConverted, DidNot, DidntConverted, DidntNot int

	Phi, Low, High float64 // φ = Matthews' correlation; 95 % interval by Fisher's z
	P              float64 // two-sided, of φ = 0
	PPV, NPV       Rate
}

// N is the number of units.
func (c *Contingency) N() int { return c.DidConverted + c.DidNot + c.DidntConverted + c.DidntNot }

// NewContingency fills in the measures. A table with an empty row or column separates nothing: φ is 0 and P is 1.
func NewContingency(didConverted, didNot, didntConverted, didntNot int) Contingency {
	c := Contingency{DidConverted: didConverted, DidNot: didNot, DidntConverted: didntConverted, DidntNot: didntNot, P: 1}
	c.PPV, c.NPV = NewRate(didConverted, didConverted+didNot), NewRate(didntNot, didntConverted+didntNot)
	a, b, cc, d := float64(didConverted), float64(didNot), float64(didntConverted), float64(didntNot)
	root := math.Sqrt((a + b) * (cc + d) * (a + cc) * (b + d))
	if root == 0 {
		return c
	}
	c.Phi = (a*d - b*cc) / root
	n := float64(c.N())
	if n <= 3 {
		c.Low, c.High = -1, 1
		return c
	}
	// Fisher's z of ±1 is infinite: a hair less keeps the interval finite.
	z := math.Atanh(min(max(c.Phi, -1+1e-12), 1-1e-12))
	error95 := z95 / math.Sqrt(n-3)
	c.Low, c.High = math.Tanh(z-error95), math.Tanh(z+error95)
	c.P = math.Erfc(math.Abs(z) * math.Sqrt(n-3) / math.Sqrt2)
	return c
}

// AhaOptions say what to try. Zero values mean the defaults.
type AhaOptions struct {
	Options
	Counts []uint64 // 1, 2, 3, 5, 10
	Days   []uint32 // 1, 3, 7, 14
	// Least is how many converted units a training table needs on both sides for the rule to be tried; 5.
	Least int
}

func (o AhaOptions) withDefaults() AhaOptions {
	if len(o.Counts) == 0 {
		o.Counts = []uint64{1, 2, 3, 5, 10}
	}
	if len(o.Days) == 0 {
		o.Days = []uint32{1, 3, 7, 14}
	}
	o.Least = cmp.Or(o.Least, 5)
	return o
}

// landmark says who is compared at so many days after the start: those observed for a horizon more and not converted yet.
// Whoever converted earlier has decided before the behaviour could be complete.
type landmark struct {
	cells  []int8 // of each unit: its place in table, or notCompared
	totals table  // of those compared
}

// table counts units by whether they are in the hold-out and whether they converted within the horizon after the landmark:
// twice the one and once the other is the place.
type table [4]int

const notCompared = -1

func newLandmark(units []Unit, days uint32, o Options) *landmark {
	l := &landmark{cells: make([]int8, len(units))}
	var starts []time.Time
	for i := range units {
		at := units[i].StartedAt.Add(time.Duration(days) * 24 * time.Hour)
		early := !units[i].ConvertedAt.IsZero() && !units[i].ConvertedAt.After(at)
		if early || at.Add(o.Horizon).After(o.Until) {
			l.cells[i] = notCompared
			continue
		}
		starts = append(starts, units[i].StartedAt)
		if !units[i].ConvertedAt.IsZero() && units[i].ConvertedAt.Sub(at) <= o.Horizon {
			l.cells[i] = 1
		}
	}
	if len(starts) == 0 {
		return l
	}
	slices.SortFunc(starts, time.Time.Compare)
	cut := starts[len(starts)/2]
	for i := range units {
		if l.cells[i] == notCompared {
			continue
		}
		if !units[i].StartedAt.Before(cut) {
			l.cells[i] += 2
		}
		l.totals[l.cells[i]]++
	}
	return l
}

// Discovery looks for the early behaviour that separates later customers from others. Rules are chosen by φ on the units
// that started earlier, one for each behaviour, and reported on those that started later.
type Discovery struct {
	o         AhaOptions
	places    map[string]int     // of units
	landmarks []*landmark        // by day
	did       map[string][]table // of each behaviour, by day and count
	last      string             // unit, and its place
	place     int
}

// NewDiscovery starts a search among units; behaviours are then added one by one, in any order, those of one unit best
// together.
func NewDiscovery(units []Unit, o AhaOptions) *Discovery {
	d := &Discovery{o: o.withDefaults(), places: make(map[string]int, len(units)), did: map[string][]table{}, place: notCompared}
	for i := range units {
		d.places[units[i].ID] = i
	}
	for _, days := range d.o.Days {
		d.landmarks = append(d.landmarks, newLandmark(units, days, o.Options))
	}
	return d
}

// Add takes what one unit did.
func (d *Discovery) Add(b Behaviour) {
	if b.UnitID != d.last {
		place, known := d.places[b.UnitID]
		if !known {
			place = notCompared
		}
		d.last, d.place = strings.Clone(b.UnitID), place // rows share the memory of whole batches
	}
	if d.place == notCompared {
		return
	}
	tables := d.did[b.Name]
	if tables == nil {
		tables = make([]table, len(d.o.Days)*len(d.o.Counts))
		d.did[strings.Clone(b.Name)] = tables
	}
	for day, l := range d.landmarks {
		cell := l.cells[d.place]
		if cell == notCompared {
			continue
		}
		for i, count := range d.o.Counts {
			if b.Counts[day] >= count {
				tables[day*len(d.o.Counts)+i][cell]++
			}
		}
	}
}

// Found are the best rule of each behaviour, the one that separates best on the hold-out first. On equal φ the smaller
// count and then the shorter window wins: it is the easier to explain.
func (d *Discovery) Found() []Aha {
	best := map[string]Aha{}
	for behaviour, tables := range d.did {
		for i := range tables {
			day, count := i/len(d.o.Counts), i%len(d.o.Counts)
			a := Aha{Behaviour: behaviour, Count: d.o.Counts[count], Days: d.o.Days[day]}
			a.Training, a.HoldOut = tables[i].against(d.landmarks[day].totals)
			if a.Training.DidConverted < d.o.Least || a.Training.DidntConverted+a.Training.DidntNot == 0 {
				continue
			}
			if known, there := best[behaviour]; !there || a.before(&known) {
				best[behaviour] = a
			}
		}
	}
	found := make([]Aha, 0, len(best))
	for _, a := range best {
		found = append(found, a)
	}
	slices.SortFunc(found, func(a, b Aha) int {
		return cmp.Or(cmp.Compare(b.HoldOut.Phi, a.HoldOut.Phi), strings.Compare(a.Behaviour, b.Behaviour))
	})
	p := make([]float64, len(found))
	for i := range found {
		p[i] = found[i].HoldOut.P
	}
	for i, adjusted := range Holm(p) {
		found[i].Adjusted = adjusted
	}
	return found
}

func (a *Aha) before(b *Aha) bool {
	return cmp.Or(cmp.Compare(b.Training.Phi, a.Training.Phi), cmp.Compare(a.Count, b.Count), cmp.Compare(a.Days, b.Days)) < 0
}

// against completes the tables of training and hold-out from those who did and everybody.
func (t table) against(all table) (training, holdOut Contingency) {
	return NewContingency(t[1], t[0], all[1]-t[1], all[0]-t[0]), NewContingency(t[3], t[2], all[3]-t[3], all[2]-t[2])
}

// Holm adjusts p values so that the chance of any false claim among them stays at the level they are held against (Holm
// 1979). The order of the input is kept.
func Holm(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	adjusted, highest := make([]float64, len(p)), 0.0
	for rank, i := range order {
		highest = max(highest, min(1, p[i]*float64(len(p)-rank)))
		adjusted[i] = highest
	}
	return adjusted
}
