package quality

import (
	"math"
	"time"
)

// Life is what happened to a unit, as far as money and satisfaction go. Money is in the currency it came in.
type Life struct {
	UnitID      string    `ch:"unit_id"`
	StartedAt   time.Time `ch:"started_at"`
	Route       string    `ch:"first_route"`       // which of pql, mql, cql came first, before the win; empty: none
	QualifiedAt time.Time `ch:"qualified_at,null"` // then; zero: never
	ConvertedAt time.Time `ch:"converted_at,null"`
	ChurnedAt   time.Time `ch:"churned_at,null"` // first after the win
	Revenue     float64   `ch:"revenue"`
	PaidMonths  float64   `ch:"paid_months"` // that the revenue pays for
	Cost        float64   `ch:"cost"`        // of acquisition: advertising of the unit's touches
	CSATScore   float64   `ch:"csat_score"`  // sum of answers
	CSATAnswers uint64    `ch:"csat_answers"`
	Promoters   uint64    `ch:"promoters"` // NPS answers of 9 and 10
	Detractors  uint64    `ch:"detractors"`
	NPSAnswers  uint64    `ch:"nps_answers"`
	Expected    float64   `ch:"expected"` // of opportunities that are decided
	Closed      float64   `ch:"closed"`   // of the same, won
	Missed      float64   `ch:"missed"`   // Σ |expected − closed| over the same
}

// Outcome compares what becomes of the units of one route or definition: a definition that raises closing but lowers
// satisfaction and retention is a bad one.
type Outcome struct {
	Units     int
	Won       Rate // within the horizon of qualifying (of the start, where they never qualified), of those observed so long
	Customers int
	Retained  Rate // not churned within the horizon of the win, of customers observed so long

	MonthlyRevenue float64 // of a customer
	CostPerWin     float64 // advertising for all units, won or not, by customer
	GrossMargin    float64 // assumed: share of revenue left after serving the customer
	PaybackMonths  float64 // cost a win / (monthly revenue × gross margin); 0 where either is unknown
	LifetimeMonths float64 // months customers were observed / customers who left; 0 while nobody has left
	LifetimeValue  float64 // monthly revenue × gross margin × lifetime; 0 where either is unknown

	CSAT        float64 // mean answer
	CSATAnswers int
	NPS         float64 // % promoters − % detractors, −100 to 100
	NPSAnswers  int

	Expected, Closed float64 // of decided opportunities
	ForecastAccuracy float64 // 1 − Σ|expected − closed| / Σ expected: 1 is perfect, below 0 worse than expecting nothing
}

// daysOfMonth is the mean of four years.
const daysOfMonth = 30.4375

// OutcomeOptions of an outcome.
type OutcomeOptions struct {
	Options
	GrossMargin float64 // share of revenue left after serving the customer; 0 means 0.8
}

// Summary adds up lives.
type Summary struct {
	o                                     OutcomeOptions
	out                                   Outcome
	judged, won, old, stayed, left        int
	stay                                  time.Duration // of all customers
	revenue, months, cost, csat, missed   float64
	csatAnswers, promoters, detractors, n uint64
}

// NewSummary starts an empty one.
func NewSummary(o OutcomeOptions) *Summary {
	if o.GrossMargin == 0 {
		o.GrossMargin = 0.8
	}
	return &Summary{o: o}
}

// Add takes a unit, with the instant from which its horizon runs: that of the flag, else its start.
func (s *Summary) Add(l *Life, clock time.Time) {
	s.out.Units++
	ever := !l.ConvertedAt.IsZero()
	if !clock.Add(s.o.Horizon).After(s.o.Until) {
		s.judged++
		count(&s.won, ever && l.ConvertedAt.Sub(clock) <= s.o.Horizon)
	}
	s.cost += l.Cost
	s.csat, s.csatAnswers = s.csat+l.CSATScore, s.csatAnswers+l.CSATAnswers
	s.promoters, s.detractors, s.n = s.promoters+l.Promoters, s.detractors+l.Detractors, s.n+l.NPSAnswers
	s.out.Expected, s.out.Closed, s.missed = s.out.Expected+l.Expected, s.out.Closed+l.Closed, s.missed+l.Missed
	if !ever {
		return
	}
	s.out.Customers++
	s.revenue, s.months = s.revenue+l.Revenue, s.months+l.PaidMonths
	end := s.o.Until
	if !l.ChurnedAt.IsZero() {
		end = l.ChurnedAt
		s.left++
	}
	s.stay += max(0, end.Sub(l.ConvertedAt))
	if !l.ConvertedAt.Add(s.o.Horizon).After(s.o.Until) {
		s.old++
		count(&s.stayed, l.ChurnedAt.IsZero() || l.ChurnedAt.Sub(l.ConvertedAt) > s.o.Horizon)
	}
}

// Outcome of all added.
func (s *Summary) Outcome() Outcome {
	o := s.out
	o.Won, o.Retained = NewRate(s.won, s.judged), NewRate(s.stayed, s.old)
	o.MonthlyRevenue, o.CostPerWin = ratio(s.revenue, s.months), ratio(s.cost, float64(o.Customers))
	o.GrossMargin = s.o.GrossMargin
	o.PaybackMonths = Payback(o.CostPerWin, o.MonthlyRevenue, s.o.GrossMargin)
	o.LifetimeMonths = ratio(s.stay.Hours()/24/daysOfMonth, float64(s.left))
	o.LifetimeValue = o.MonthlyRevenue * o.GrossMargin * o.LifetimeMonths
	o.CSAT, o.CSATAnswers = ratio(s.csat, float64(s.csatAnswers)), int(s.csatAnswers)
	o.NPS, o.NPSAnswers = 100*ratio(float64(s.promoters)-float64(s.detractors), float64(s.n)), int(s.n)
	if o.Expected > 0 {
		o.ForecastAccuracy = 1 - s.missed/o.Expected
	}
	return o
}

// Payback is acquisition cost / (monthly revenue × gross margin) in months; 0 where it can't be told.
func Payback(cost, monthlyRevenue, grossMargin float64) float64 {
	months := cost / (monthlyRevenue * grossMargin)
	if cost <= 0 || math.IsInf(months, 0) || math.IsNaN(months) {
		return 0
	}
	return months
}

// ByRoute compares the routes by which units first qualified, and those who never did under "".
func ByRoute(lives []Life, o OutcomeOptions) map[string]Outcome {
	summaries := map[string]*Summary{}
	for i := range lives {
		l := &lives[i]
		s := summaries[l.Route]
		if s == nil {
			s = NewSummary(o)
			summaries[l.Route] = s
		}
		clock := l.StartedAt
		if l.Route != "" {
			clock = l.QualifiedAt
		}
		s.Add(l, clock)
	}
	outcomes := map[string]Outcome{}
	for route, s := range summaries {
		outcomes[route] = s.Outcome()
	}
	return outcomes
}

// ByFlags is the outcome of the units that a definition flagged before they converted. Both are sorted by unit.
func ByFlags(lives []Life, flags []Flag, o OutcomeOptions) Outcome {
	s := NewSummary(o)
	next := 0
	for i := range lives {
		l := &lives[i]
		for next < len(flags) && flags[next].UnitID < l.UnitID {
			next++
		}
		if next == len(flags) {
			break
		}
		f := &flags[next]
		if f.UnitID == l.UnitID && !f.Leaked && (l.ConvertedAt.IsZero() || f.At.Before(l.ConvertedAt)) {
			s.Add(l, f.At)
		}
	}
	return s.Outcome()
}
