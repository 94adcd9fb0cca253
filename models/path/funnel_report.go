package path

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Cohort is the length of the periods of entry that a trend shows.
type Cohort string

// Cohorts, in UTC. Weeks begin on Monday.
const (
	NoCohort Cohort = ""
	Daily    Cohort = "day"
	Weekly   Cohort = "week"
	Monthly  Cohort = "month"
)

// start is the beginning of the period that holds t.
func (c Cohort) start(t time.Time) time.Time {
	year, month, day := t.UTC().Date()
	switch c {
	case Weekly:
		day -= (int(t.UTC().Weekday()) + 6) % 7
	case Monthly:
		day = 1
	}
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// Funnel adds up what units did in a funnel. Of times it keeps a histogram once there are many, and of units the names
// it is asked for: memory grows with the steps, the values of the breakdown and the cohorts, not with the units.
// Figures don't depend on the order in which units come.
type Funnel struct {
	plan    *plan
	options FunnelOptions
	groups  map[string]*funnelGroup
	units   int
}

// FunnelOptions say what a Funnel keeps beside counts and times.
type FunnelOptions struct {
	Cohort  Cohort
	Dropped int // names of units to keep for each step after which they dropped out: the first ones by name
}

// FunnelRow is a step of a funnel, under a value of its breakdown. In any order it is the number of steps taken.
type FunnelRow struct {
	Breakdown []string `json:"breakdown,omitempty"`
	Step      string   `json:"step"`
	Optional  bool     `json:"optional,omitempty"`
	Units     uint64   `json:"units"` // that took it; attempts, where every entry counts
	OfFirst   float64  `json:"of_first"`
	// OfPrevious is the share of those that took the required step before.
	OfPrevious float64 `json:"of_previous"`
	// Times from the step taken before it, in seconds; 0 for the first step and where no unit took it. Quantiles of more
	// than 10,000 units are within 1 %.
	MeanSeconds   float64 `json:"mean_seconds"`
	MedianSeconds float64 `json:"median_seconds"`
	P90Seconds    float64 `json:"p90_seconds"`
	// Times from the first step.
	TotalMedianSeconds float64  `json:"total_median_seconds"`
	TotalP90Seconds    float64  `json:"total_p90_seconds"`
	Dropped            uint64   `json:"dropped"` // units whose last step it is, with required ones to come
	DroppedUnits       []string `json:"dropped_units,omitempty"`
}

// FunnelCohort is what became of those who entered in one period.
type FunnelCohort struct {
	Breakdown []string  `json:"breakdown,omitempty"`
	Start     time.Time `json:"start"`
	Units     []uint64  `json:"units"` // by row of the funnel
}

type funnelGroup struct {
	values  []string
	steps   []funnelStep
	cohorts map[time.Time][]uint64
}

type funnelStep struct {
	units, dropped  uint64
	previous, total durations
	names           []string
}

// NewFunnel makes a Funnel without units.
func NewFunnel(d FunnelDefinition, o FunnelOptions) (*Funnel, error) {
	p, err := d.plan()
	if err != nil {
		return nil, err
	}
	if err := o.Cohort.validate(); err != nil {
		return nil, fmt.Errorf("funnel: %w", err)
	}
	return &Funnel{plan: p, options: o, groups: map[string]*funnelGroup{}}, nil
}

func (c Cohort) validate() error {
	if c != NoCohort && c != Daily && c != Weekly && c != Monthly {
		return fmt.Errorf("cohort %q: must be day, week, month or empty", c)
	}
	return nil
}

// Units is the number of units added, whether they entered the funnel or not.
func (f *Funnel) Units() int { return f.units }

// Add counts what a unit did. Give each unit one history.
func (f *Funnel) Add(h History) {
	f.units++
	for _, v := range f.plan.byValue(h) {
		for _, attempt := range v.attempts {
			f.group(v.values).add(h.UnitID, attempt, f)
		}
	}
}

func (f *Funnel) group(values []string) *funnelGroup {
	key := keyOf(values)
	g := f.groups[key]
	if g == nil {
		g = &funnelGroup{values: values, steps: make([]funnelStep, len(f.plan.Steps)), cohorts: map[time.Time][]uint64{}}
		f.groups[key] = g
	}
	return g
}

func (g *funnelGroup) add(unit string, a Attempt, f *Funnel) {
	var cohort []uint64
	if f.options.Cohort != NoCohort {
		start := f.options.Cohort.start(a.At[0])
		if cohort = g.cohorts[start]; cohort == nil {
			cohort = make([]uint64, len(g.steps))
			g.cohorts[start] = cohort
		}
	}
	last := 0
	for i, step := range a.Steps {
		last = step
		if f.plan.Order == AnyOrder {
			last = i
		}
		s := &g.steps[last]
		s.units++
		if cohort != nil {
			cohort[last]++
		}
		if i > 0 {
			s.previous.add(a.At[i].Sub(a.At[i-1]))
			s.total.add(a.At[i].Sub(a.At[0]))
		}
	}
	if !a.Complete {
		g.steps[last].drop(unit, f.options.Dropped)
	}
}

// drop counts a unit and keeps its name if it is among the first.
func (s *funnelStep) drop(unit string, keep int) {
	s.dropped++
	s.names = keepFirst(s.names, unit, keep)
}

// Rows are the steps under each value of the breakdown: values by number of units that entered, then by name.
func (f *Funnel) Rows() []FunnelRow {
	var rows []FunnelRow
	for _, g := range f.sorted() {
		required := g.steps[0].units
		for i := range g.steps {
			row := f.row(g, i, required)
			if rows = append(rows, row); !row.Optional {
				required = row.Units
			}
		}
	}
	return rows
}

func (f *Funnel) sorted() []*funnelGroup {
	groups := make([]*funnelGroup, 0, len(f.groups))
	for _, g := range f.groups {
		groups = append(groups, g)
	}
	if len(f.groups) == 0 && len(f.plan.Breakdown.Properties) == 0 && f.plan.Breakdown.Attribution == "" {
		groups = append(groups, &funnelGroup{steps: make([]funnelStep, len(f.plan.Steps))})
	}
	slices.SortFunc(groups, func(a, b *funnelGroup) int {
		return cmp.Or(cmp.Compare(b.steps[0].units, a.steps[0].units), slices.Compare(a.values, b.values))
	})
	return groups
}

func (f *Funnel) row(g *funnelGroup, i int, required uint64) FunnelRow {
	s, step := &g.steps[i], f.plan.Steps[i]
	row := FunnelRow{
		Breakdown: g.values, Step: step.Name, Optional: step.Optional, Units: s.units, Dropped: s.dropped,
		OfFirst: share(s.units, g.steps[0].units), OfPrevious: share(s.units, required),
		MeanSeconds: s.previous.mean(), MedianSeconds: s.previous.quantile(.5), P90Seconds: s.previous.quantile(.9),
		TotalMedianSeconds: s.total.quantile(.5), TotalP90Seconds: s.total.quantile(.9), DroppedUnits: slices.Clone(s.names),
	}
	if f.plan.Order == AnyOrder {
		row.Step = fmt.Sprintf("any %d of %d", i+1, len(f.plan.Steps))
	}
	return row
}

func share(part, whole uint64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// Cohorts are the trends by period of entry, oldest first under each value of the breakdown. Periods that nobody entered
// in have no row.
func (f *Funnel) Cohorts() []FunnelCohort {
	var all []FunnelCohort
	for _, g := range f.sorted() {
		of := make([]FunnelCohort, 0, len(g.cohorts))
		for start, units := range g.cohorts {
			of = append(of, FunnelCohort{Breakdown: g.values, Start: start, Units: slices.Clone(units)})
		}
		slices.SortFunc(of, func(a, b FunnelCohort) int { return a.Start.Compare(b.Start) })
		all = append(all, of...)
	}
	return all
}
