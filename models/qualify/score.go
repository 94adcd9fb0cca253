package qualify

import (
	"math"
	"regexp"
	"time"
)

// ScoreDefinition is the lead score: the sum of fit, which lasts, and engagement, which decays (docs/definitions.md, "The lead score").
// A unit enters mql at the event that lifts its score from below Enter to Enter or more, and leaves it at the
// millisecond at which decay takes the score below Leave.
type ScoreDefinition struct {
	Named      `yaml:",inline"`
	Thresholds `yaml:",inline"`
	// Account replaces the thresholds for accounts, whose score adds up many members.
	Account    *Thresholds          `yaml:"account"`
	Fit        []FitAttribute       `yaml:"fit"`
	Engagement EngagementDefinition `yaml:"engagement"`
	Grade      *GradeDefinition     `yaml:"grade"`
	// UnlessIn are stages in which reaching the threshold makes no MQL: pages that a competitor reads are no interest.
	UnlessIn words `yaml:"unless_in"`
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
	Decay     DecayDefinition    `yaml:"decay"`
	CapPerDay float64            `yaml:"cap_per_day"` // over all signals, per UTC day; 0: none
	Signals   []EngagementSignal `yaml:"signals"`
}

// EngagementSignal gives points for each event that a filter chooses.
type EngagementSignal struct {
	Signal    string `yaml:"signal"`
	Filter    `yaml:",inline"`
	Points    float64          `yaml:"points"`
	CapPerDay float64          `yaml:"cap_per_day"`
	Decay     *DecayDefinition `yaml:"decay"` // instead of the definition's
}

const maxFit = 100

func (s *ScoreDefinition) check(p place) {
	s.Named.check(p)
	s.Thresholds.check(p)
	if s.Account != nil {
		s.Account.check(p.key("account"))
	}
	for i, f := range s.Fit {
		f.check(p.key("fit").item(i))
	}
	checkWords(p.key("unless_in"), "stage", s.UnlessIn, knownStages)
	engagement := p.key("engagement")
	s.Engagement.Decay.check(engagement.key("decay"))
	if !(s.Engagement.CapPerDay >= 0) {
		engagement.key("cap_per_day").faultf("cap_per_day must be 0 (none) or more")
	}
	for i, e := range s.Engagement.Signals {
		e.check(engagement.key("signals").item(i))
	}
	if s.Grade != nil {
		s.Grade.check(p.key("grade"))
	}
}

func (t Thresholds) check(p place) {
	if !positive(t.Enter) || !positive(t.Leave) || t.Leave > t.Enter {
		p.key("enter").faultf("enter %g and leave %g must satisfy 0 < leave ≤ enter", t.Enter, t.Leave)
	}
}

func (f FitAttribute) check(p place) {
	ways := 0
	for _, used := range []bool{f.BusinessEmail, f.AtLeast != nil, f.Matches != ""} {
		if used {
			ways++
		}
	}
	if ways != 1 || f.BusinessEmail == (f.Property != "") {
		p.faultf("fit %q: needs either business_email, or a property with one of at_least and matches", f.Signal)
	}
	if f.Signal == "" || math.IsNaN(f.Points) || math.Abs(f.Points) > maxFit || f.Points == 0 {
		p.faultf("fit %q: needs a signal to name it by, and points from −%d to %d, not 0", f.Signal, maxFit, maxFit)
	}
	if _, err := regexp.Compile(f.Matches); err != nil {
		p.key("matches").faultf("%w", err)
	}
}

func (e EngagementSignal) check(p place) {
	if e.Signal == "" {
		p.faultf("needs a signal to name it by")
	}
	if !positive(e.Points) {
		p.key("points").faultf("points %g: engagement must be positive, else decay could raise a score; use fit for negative points", e.Points)
	}
	if !(e.CapPerDay >= 0) {
		p.key("cap_per_day").faultf("cap_per_day must be 0 (none) or more")
	}
	if e.Decay != nil {
		e.Decay.check(p.key("decay"))
	}
	if len(e.On) == 0 && e.Where == "" {
		p.faultf("signal %q: needs on, where or both: which events earn points?", e.Signal)
	}
}

const dayMS = int64(24 * time.Hour / time.Millisecond)

// score is the running score of one unit.
type score struct {
	fit     float64 // before clipping
	has     []bool  // by fit attribute: matches now
	fadings []fading
	steps   []stepping
	today   []spent // by engagement signal, then one for all
}

type spent struct {
	day    int64
	points float64
}

func newScore(d *Definitions) score {
	s := score{
		has:   make([]bool, len(d.Score.Fit)),
		today: make([]spent, len(d.Score.Engagement.Signals)+1),
	}
	for i := range s.today {
		s.today[i].day = -1
	}
	return s
}

// earn adds points with a decay.
func (s *score) earn(decay DecayDefinition, points float64, x stake) {
	if !decay.stepped() {
		s.fading(decay.halfLifeDays()).add(points, x.at)
		return
	}
	for i := range s.steps {
		if s.steps[i].decay == decay {
			s.steps[i].add(x)
			return
		}
	}
	s.steps = append(s.steps, stepping{decay: decay, stepMS: days(decay.Days)})
	s.steps[len(s.steps)-1].add(x)
}

func (s *score) fading(halfLifeDays float64) *fading {
	ms := halfLifeDays * float64(dayMS)
	for i := range s.fadings {
		if s.fadings[i].halfLifeMS == ms {
			return &s.fadings[i]
		}
	}
	s.fadings = append(s.fadings, fading{halfLifeMS: ms})
	return &s.fadings[len(s.fadings)-1]
}

// engagementAt is the engagement at a time before which nothing more happens.
func (s *score) engagementAt(t int64) float64 {
	sum := 0.0
	for i := range s.fadings {
		sum += s.fadings[i].valueAt(t)
	}
	for i := range s.steps {
		sum += float64(s.steps[i].sum) / micro
	}
	return sum
}

func (s *score) valueAt(t int64) float64 { return clipFit(s.fit) + s.engagementAt(t) }

// nextStep is when points next take a step.
func (s *score) nextStep() int64 {
	at := never
	for i := range s.steps {
		at = min(at, s.steps[i].next())
	}
	return at
}

func clipFit(fit float64) float64 { return min(max(fit, 0), maxFit) }

// allow returns the points that the caps leave of p on the day of t.
func (s *score) allow(signal int, p, signalCap, totalCap float64, t int64) float64 {
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

// fallsBelow is the first millisecond from t on, and not after until, at which a value is below a threshold if nothing
// more happens; never if there is none. The value only falls, so bisection finds it exactly.
func fallsBelow(value func(int64) float64, threshold float64, t, until int64) int64 {
	if value(t) < threshold {
		return t // a fit attribute was lost, or points took a step
	}
	if until <= t || value(until) >= threshold {
		return never
	}
	above, below := t, until
	for below-above > 1 {
		middle := above + (below-above)/2
		if value(middle) < threshold {
			below = middle
		} else {
			above = middle
		}
	}
	return below
}

// thresholds of a kind of unit.
func (s *ScoreDefinition) thresholds(unitKind string) Thresholds {
	if unitKind == Account && s.Account != nil {
		return *s.Account
	}
	return s.Thresholds
}

// decay of a signal.
func (e EngagementDefinition) decay(s EngagementSignal) DecayDefinition {
	if s.Decay != nil {
		return *s.Decay
	}
	return e.Decay
}
