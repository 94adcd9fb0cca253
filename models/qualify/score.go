package qualify

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"time"
)

// ScoreDefinition is the lead score: the sum of fit, which lasts, and engagement, which decays (definitions.md §2).
// A unit enters mql at the event that lifts its score from below Enter to Enter or more, and leaves it at the
// millisecond at which decay takes the score below Leave.
type ScoreDefinition struct {
	Named      `yaml:",inline"`
	Thresholds `yaml:",inline"`
	// Account replaces the thresholds for accounts, whose score adds up many members.
	Account    *Thresholds          `yaml:"account"`
	Fit        []FitAttribute       `yaml:"fit"`
	Engagement EngagementDefinition `yaml:"engagement"`
}

// Thresholds of a score; Leave ≤ Enter keeps a score near the threshold from flapping.
type Thresholds struct {
	Enter float64 `yaml:"enter"`
	Leave float64 `yaml:"leave"`
}

// FitAttribute gives points while an attribute matches: BusinessEmail, or a property of an identify, group, sign-up or
// form event that is at least a number or matches an expression. Points may be negative. Fit is clipped to 0–100.
type FitAttribute struct {
	Signal        string   `yaml:"signal"`
	Points        float64  `yaml:"points"`
	BusinessEmail bool     `yaml:"business_email"`
	Property      string   `yaml:"property"`
	AtLeast       *float64 `yaml:"at_least"`
	Matches       string   `yaml:"matches"`
}

// EngagementDefinition gives points for what a unit does.
type EngagementDefinition struct {
	HalfLifeDays float64            `yaml:"half_life_days"` // 0: no decay
	CapPerDay    float64            `yaml:"cap_per_day"`    // over all signals, per UTC day; 0: none
	Signals      []EngagementSignal `yaml:"signals"`
}

// EngagementSignal gives points for an event of one of the meanings On.
type EngagementSignal struct {
	Signal       string   `yaml:"signal"`
	On           words    `yaml:"on"`
	Points       float64  `yaml:"points"`
	CapPerDay    float64  `yaml:"cap_per_day"`
	HalfLifeDays *float64 `yaml:"half_life_days"` // instead of the definition's
}

const maxFit = 100

func (s ScoreDefinition) validate() error {
	var faults []error
	for _, t := range []*Thresholds{&s.Thresholds, s.Account} {
		if t != nil && (t.Enter <= 0 || t.Leave <= 0 || t.Leave > t.Enter) {
			faults = append(faults, fmt.Errorf("score %s: enter %g and leave %g must satisfy 0 < leave ≤ enter", s.Name, t.Enter, t.Leave))
		}
	}
	for _, f := range s.Fit {
		if err := f.validate(); err != nil {
			faults = append(faults, fmt.Errorf("score %s: fit %q: %w", s.Name, f.Signal, err))
		}
	}
	for _, e := range s.Engagement.Signals {
		if err := e.validate(); err != nil {
			faults = append(faults, fmt.Errorf("score %s: signal %q: %w", s.Name, e.Signal, err))
		}
	}
	return errors.Join(faults...)
}

func (f FitAttribute) validate() error {
	ways := 0
	for _, used := range []bool{f.BusinessEmail, f.AtLeast != nil, f.Matches != ""} {
		if used {
			ways++
		}
	}
	if ways != 1 || f.BusinessEmail == (f.Property != "") {
		return errors.New("needs either business_email, or a property with one of at_least and matches")
	}
	_, err := regexp.Compile(f.Matches)
	return err
}

func (e EngagementSignal) validate() error {
	if e.Points <= 0 {
		return fmt.Errorf("points %g: engagement must be positive, else decay could raise a score; use fit for negative points", e.Points)
	}
	if e.HalfLifeDays != nil && *e.HalfLifeDays < 0 || e.CapPerDay < 0 {
		return errors.New("half_life_days and cap_per_day must not be negative")
	}
	return unknownWords("meaning", e.On, knownMeanings)
}

const dayMS = int64(24 * time.Hour / time.Millisecond)

// score is the running score of one unit.
type score struct {
	fit     float64 // before clipping
	has     []bool  // by fit attribute: matches now
	classes []decaying
	today   []spent // by engagement signal, then one for all
}

// decaying sums the points of one half life: Σ p·2^(−(at−t)/h) is a single number for all events.
type decaying struct {
	halfLifeMS float64 // 0: no decay
	value      float64
	at         int64
}

type spent struct {
	day    int64
	points float64
}

func (c *decaying) valueAt(t int64) float64 {
	if c.halfLifeMS == 0 || c.value == 0 {
		return c.value
	}
	return c.value * math.Exp2(-float64(t-c.at)/c.halfLifeMS)
}

func (c *decaying) add(points float64, t int64) {
	c.value, c.at = c.valueAt(t)+points, t
}

func (s *score) valueAt(t int64) float64 {
	sum := clipFit(s.fit)
	for i := range s.classes {
		sum += s.classes[i].valueAt(t)
	}
	return sum
}

func clipFit(fit float64) float64 { return min(max(fit, 0), maxFit) }

// earn returns the points that the caps leave of p on the day of t.
func (s *score) earn(signal int, p, signalCap, totalCap float64, t int64) float64 {
	day := t / dayMS
	own, all := &s.today[signal], &s.today[len(s.today)-1]
	for _, x := range []*spent{own, all} {
		if x.day != day {
			*x = spent{day: day}
		}
	}
	if signalCap > 0 {
		p = min(p, signalCap-own.points)
	}
	if totalCap > 0 {
		p = min(p, totalCap-all.points)
	}
	p = max(p, 0)
	own.points += p
	all.points += p
	return p
}

const never = int64(math.MaxInt64)

// fallsBelow is the first millisecond from t on, and not after until, at which the score is below a threshold if nothing
// more happens; never if there is none. Between events a score only falls, so bisection finds it exactly.
func (s *score) fallsBelow(threshold float64, t, until int64) int64 {
	if s.valueAt(t) < threshold {
		return t // a fit attribute was lost
	}
	if until <= t || s.valueAt(until) >= threshold {
		return never
	}
	above, below := t, until
	for below-above > 1 {
		middle := above + (below-above)/2
		if s.valueAt(middle) < threshold {
			below = middle
		} else {
			above = middle
		}
	}
	return below
}

// thresholds of a kind of unit.
func (s ScoreDefinition) thresholds(unitKind string) Thresholds {
	if unitKind == Account && s.Account != nil {
		return *s.Account
	}
	return s.Thresholds
}

// halfLife of a signal in days.
func (e EngagementDefinition) halfLife(s EngagementSignal) float64 {
	if s.HalfLifeDays != nil {
		return *s.HalfLifeDays
	}
	return e.HalfLifeDays
}
