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

// Measure judges a definition. units and flags are sorted by unit id, with at most one flag a unit.
func Measure(units []Unit, flags []Flag, o Options) Measures {
	all := fates(units, flags, o)
	m := measure(all, o)
	r := reliability(all, DefaultBands)
	m.Brier, m.BrierReference, m.BrierUnits = r.Brier, r.Reference, r.Units
	return m
}

func measure(all []fate, o Options) Measures {
	m := Measures{Units: len(all)}
	var judged, hits, caught, mature, matureFlagged, matureConverted int
	var leads []float64
	for i := range all {
		f := &all[i]
		count(&m.Converted, f.ever)
		count(&m.Flagged, f.flagged)
		count(&m.Late, f.late)
		count(&m.Leaked, f.leaked)
		count(&m.Censored, f.flagged && !f.judged)
		count(&judged, f.flagged && f.judged)
		count(&hits, f.flagged && f.judged && f.converted)
		if f.flagged && f.converted {
			caught++
			leads = append(leads, f.lead.Hours()/24)
		}
		if !f.start.Add(o.Horizon).After(o.Until) {
			mature++
			count(&matureFlagged, f.flagged)
			count(&matureConverted, f.convertedSinceStart(o.Horizon))
		}
	}
	m.Precision, m.Recall = NewRate(hits, judged), NewRate(caught, m.Converted)
	m.FlaggedShare, m.BaseRate = NewRate(matureFlagged, mature), NewRate(matureConverted, mature)
	m.Lift = m.Precision.over(m.BaseRate.Value)
	slices.Sort(leads)
	m.MedianLead, m.P90Lead = quantile(leads, 0.5), quantile(leads, 0.9)
	return m
}

func count(n *int, yes bool) {
	if yes {
		*n++
	}
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

// ByCohort measures month by month, in order. A Brier score is left to the whole: months are too small to train on.
func ByCohort(units []Unit, flags []Flag, o Options) []Cohort {
	months := map[time.Time][]fate{}
	for _, f := range fates(units, flags, o) {
		month := time.Date(f.start.UTC().Year(), f.start.UTC().Month(), 1, 0, 0, 0, 0, time.UTC)
		months[month] = append(months[month], f)
	}
	cohorts := make([]Cohort, 0, len(months))
	for month, all := range months {
		cohorts = append(cohorts, Cohort{month, measure(all, o)})
	}
	slices.SortFunc(cohorts, func(a, b Cohort) int { return a.Month.Compare(b.Month) })
	return cohorts
}
