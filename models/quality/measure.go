package quality

import (
	"math"
	"slices"
	"time"
)

// Measures of one definition over one population or cohort.
type Measures struct {
	Units     int // population
	Converted int // ever, within the observation
	Flagged   int // before converting
	Censored  int // of those, flagged too recently to judge
	Late      int // met the definition only at or after the conversion: no merit
	Leaked    int // flags whose evidence is later than themselves: no merit, and a defect to look into

	Precision    Rate // of those flagged and judged, converted within the horizon
	Recall       Rate // of all conversions, flagged at most a horizon before
	FlaggedShare Rate // flagged, of the units old enough to have had a whole horizon since their start
	BaseRate     Rate // converted within a horizon of their start, of the same units
	Lift         Rate // precision over the base rate, which is taken as known
	MedianLead   float64
	P90Lead      float64 // days from flag to conversion, of the conversions caught

	Brier          float64 // mean squared error of the forecast on the later half of the judged; see Reliability
	BrierReference float64 // the same of a forecast that gives everybody the base rate
	BrierUnits     int
}

// Scored are the measures with the score of a forecast.
func (m Measures) Scored(r Reliability) Measures {
	m.Brier, m.BrierReference, m.BrierUnits = r.Brier, r.Reference, r.Units
	return m
}

// counts add up fates: whole numbers, from which a unit can be taken out again.
type counts struct {
	units, converted, flagged, censored, late, leaked int

	judged, hits, caught                   int // of those flagged
	mature, matureFlagged, matureConverted int
	leads                                  []float64 // days, of those caught
}

// add counts a unit n times; -1 takes one out that was not flagged.
func (c *counts) add(f *fate, o Options, n int) {
	c.units += n
	add(&c.converted, f.ever, n)
	add(&c.flagged, f.flagged, n)
	add(&c.late, f.late, n)
	add(&c.leaked, f.leaked, n)
	add(&c.censored, f.flagged && !f.judged, n)
	add(&c.judged, f.flagged && f.judged, n)
	add(&c.hits, f.flagged && f.judged && f.converted, n)
	if f.flagged && f.converted {
		c.caught += n
		c.leads = append(c.leads, f.lead.Hours()/24)
	}
	if !f.start.Add(o.Horizon).After(o.Until) {
		c.mature += n
		add(&c.matureFlagged, f.flagged, n)
		add(&c.matureConverted, f.convertedSinceStart(o.Horizon), n)
	}
}

func add(to *int, yes bool, n int) {
	if yes {
		*to += n
	}
}

func count(n *int, yes bool) { add(n, yes, 1) }

func (c *counts) measures() Measures {
	m := Measures{Units: c.units, Converted: c.converted, Flagged: c.flagged, Censored: c.censored, Late: c.late, Leaked: c.leaked}
	m.Precision, m.Recall = NewRate(c.hits, c.judged), NewRate(c.caught, c.converted)
	m.FlaggedShare, m.BaseRate = NewRate(c.matureFlagged, c.mature), NewRate(c.matureConverted, c.mature)
	m.Lift = m.Precision.over(m.BaseRate.Value)
	slices.Sort(c.leads)
	m.MedianLead, m.P90Lead = quantile(c.leads, 0.5), quantile(c.leads, 0.9)
	return m
}

// Measures of the definition over the population; the score of its forecast comes by Scored.
func (j *Judged) Measures() Measures {
	all := j.all
	j.each(func(was, is *fate) {
		all.add(was, j.o, -1)
		all.add(is, j.o, 1)
	})
	return all.measures()
}

// convertedSinceStart: whatever a definition says, a unit's base is its own start.
func (f *fate) convertedSinceStart(horizon time.Duration) bool {
	if !f.ever {
		return false
	}
	if !f.flagged {
		return f.converted
	}
	return f.clock.Sub(f.start)+f.lead <= horizon
}

// quantile of sorted values, interpolated between neighbours (Hyndman and Fan's type 7); 0 of none.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	at := q * float64(len(sorted)-1)
	low := int(math.Floor(at))
	high := min(low+1, len(sorted)-1)
	return sorted[low] + (at-float64(low))*(sorted[high]-sorted[low])
}

// Cohort is the measures of the units that became leads in one calendar month (UTC): a definition that decays shows it.
type Cohort struct {
	Month time.Time
	Measures
}

// Cohorts measure month by month, in order. A Brier score is left to the whole: months are too small to train on.
func (j *Judged) Cohorts() []Cohort {
	months := make(map[time.Time]*counts, len(j.months))
	for month, all := range j.months {
		copied := *all
		months[month] = &copied
	}
	j.each(func(was, is *fate) {
		month := months[monthOf(is.start)]
		month.add(was, j.o, -1)
		month.add(is, j.o, 1)
	})
	cohorts := make([]Cohort, 0, len(months))
	for month, all := range months {
		cohorts = append(cohorts, Cohort{month, all.measures()})
	}
	slices.SortFunc(cohorts, func(a, b Cohort) int { return a.Month.Compare(b.Month) })
	return cohorts
}
