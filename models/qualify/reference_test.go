package qualify

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/funnelcloud/funnelcloud/queries/vocabulary"
)

// reference says what definitions mean, as plainly as it can be said: at every instant it looks at the whole history anew.
// The evaluator keeps windows, sums and queues instead; both must agree.
type reference struct {
	d       *Definitions
	u       Unit
	signals []Signal // in order, no two at one instant
	until   time.Time
}

// value of a measure after the signals before an index, as seen at a time.
func (r reference) value(m *measure, before int, at time.Time) (number float64, text string) {
	var chosen []use
	for i := range r.signals[:before] {
		s := &r.signals[i]
		old := m.WindowDays > 0 && at.Sub(s.At) >= time.Duration(m.WindowDays*24*float64(time.Hour))
		if text, number, counts := m.take(viewOf(s)); counts && !old {
			chosen = append(chosen, use{at: s.At.UnixMilli(), eventID: s.EventID, value: text, number: number})
		}
	}
	days, values, sum := map[int64]bool{}, map[string]bool{}, 0.0
	for _, x := range chosen {
		days[x.at/dayMS] = true
		values[x.value] = true
		sum += x.number
	}
	switch m.Measure.Measure {
	case measureDays:
		return float64(len(days)), ""
	case measureValues:
		return float64(len(values)), ""
	case measureSum:
		return sum, ""
	case measureLast:
		if len(chosen) == 0 {
			return math.NaN(), ""
		}
		return chosen[len(chosen)-1].number, chosen[len(chosen)-1].value
	default:
		return float64(len(chosen)), ""
	}
}

func viewOf(s *Signal) *view {
	v := &view{reader: &propertyReader{}}
	v.show(s)
	return v
}

func (r reference) holds(c *condition, before int, at time.Time) bool {
	for _, part := range c.all {
		if !r.holds(part, before, at) {
			return false
		}
	}
	if len(c.any) > 0 && !slices.ContainsFunc(c.any, func(part *condition) bool { return r.holds(part, before, at) }) {
		return false
	}
	if c.not != nil && r.holds(c.not, before, at) {
		return false
	}
	if c.measure < 0 {
		return true
	}
	number, text := r.value(r.d.program.measures[c.measure], before, at)
	if len(c.is) > 0 && !slices.Contains(c.is, text) {
		return false
	}
	unbounded := math.IsInf(c.atLeast, -1) && math.IsInf(c.atMost, 1)
	return unbounded || number >= c.atLeast-1e-9 && number <= c.atMost+1e-9
}

// plan after the signals before an index.
func (r reference) plan(before int) string {
	plan := ""
	for _, s := range r.signals[:before] {
		switch {
		case s.Meaning == vocabulary.SignedUp && plan == "":
			plan = "free"
		case s.Meaning == vocabulary.TrialStarted && plan != "paid":
			plan = "trial"
		case s.Meaning == vocabulary.TrialEnded && plan != "paid":
			plan = "free"
		}
	}
	return plan
}

// met are the instants at which a definition is met: the first at which its condition holds, plan and fit allow it and
// something has counted since it last lapsed. It lapses so long after the last event that counted.
func (r reference) met(q *qualification) []time.Time {
	var met []time.Time
	live, counted, lastAt := false, false, time.Time{}
	for _, m := range r.moments(q) {
		lapse := lastAt.Add(time.Duration(q.LapseDays * 24 * float64(time.Hour)))
		if live && !lapse.After(m.at) {
			live, counted = false, false
		}
		if m.counts {
			counted, lastAt = true, m.at
		}
		if !live && counted && slices.Contains(q.Plans, r.plan(m.before)) && r.fit(m.before) >= q.FitFloor && r.holds(q.when, m.before, m.at) {
			live, met = true, append(met, m.at)
		}
	}
	return met
}

// moment is an instant at which something may change.
type moment struct {
	at     time.Time
	before int // signals that have happened
	counts bool
}

// moments are those of the signals, and those at which one of them leaves a window.
func (r reference) moments(q *qualification) []moment {
	var all []moment
	for i := range r.signals {
		s := &r.signals[i]
		counts := false
		for _, index := range q.measures {
			m := r.d.program.measures[index]
			if _, _, chosen := m.take(viewOf(s)); !chosen {
				continue
			}
			counts = true
			leaves := s.At.Add(time.Duration(m.WindowDays * 24 * float64(time.Hour)))
			if m.WindowDays > 0 && !leaves.After(r.until) {
				before, _ := slices.BinarySearchFunc(r.signals, leaves, func(s Signal, at time.Time) int { return s.At.Compare(at) })
				all = append(all, moment{at: leaves, before: before})
			}
		}
		all = append(all, moment{s.At, i + 1, counts})
	}
	slices.SortStableFunc(all, func(a, b moment) int { return cmp.Or(a.at.Compare(b.at), a.before-b.before) })
	return all
}

// fit after the signals before an index: an attribute is what the latest signal that speaks of it says.
func (r reference) fit(before int) float64 {
	fit := 0.0
	for _, f := range r.d.Score.Fit {
		has := false
		for i := range r.signals[:before] {
			s := &r.signals[i]
			if s.Kind != vocabulary.Identify && s.Meaning != vocabulary.SignedUp {
				continue
			}
			if f.BusinessEmail {
				has = r.u.BusinessDomain != ""
			} else if n, ok := viewOf(s).Property(f.Property).(int); ok {
				has = float64(n) >= *f.AtLeast
			}
		}
		if has {
			fit += f.Points
		}
	}
	return min(max(fit, 0), 100)
}

// engagement at a time: Σ points · d(age), by the formulas of docs/definitions.md.
func (r reference) engagement(at time.Time) float64 {
	type spending struct {
		day    int64
		signal int
	}
	sum, spent := 0.0, map[spending]float64{}
	for i := range r.signals {
		s := &r.signals[i]
		if s.At.After(at) {
			break
		}
		day := s.At.UnixMilli() / dayMS
		for k, e := range r.d.Score.Engagement.Signals {
			if !r.d.program.engagement[k].holds(viewOf(s)) {
				continue
			}
			points := e.Points
			if e.CapPerDay > 0 {
				points = min(points, e.CapPerDay-spent[spending{day, k}])
			}
			if total := r.d.Score.Engagement.CapPerDay; total > 0 {
				points = min(points, total-spent[spending{day, -1}])
			}
			points = max(points, 0)
			spent[spending{day, k}] += points
			spent[spending{day, -1}] += points
			sum += points * decayed(r.d.Score.Engagement.decay(e), at.Sub(s.At))
		}
	}
	return sum
}

// entered are the instants at which the score alone makes an MQL, and whether it still does at the end. Between events a
// score only falls, so the value just before each event tells whether it fell below the threshold since the one before.
// sure is false where a value lies so near to a threshold that rounding decides.
func (r reference) entered() (at []time.Time, held, sure bool) {
	sure = true
	t, tolerance := r.d.Score.Thresholds, 1e-5+.001*float64(len(r.signals))
	look := func(value float64) float64 {
		sure = sure && math.Abs(value-t.Enter) > tolerance && math.Abs(value-t.Leave) > tolerance
		return value
	}
	for i := range r.signals {
		now := r.signals[i].At
		before := look(r.fit(i) + reference{r.d, r.u, r.signals[:i], r.until}.engagement(now))
		held = held && before >= t.Leave
		after := look(r.fit(i+1) + reference{r.d, r.u, r.signals[:i+1], r.until}.engagement(now))
		if !held && before < t.Enter && after >= t.Enter {
			held, at = true, append(at, now)
		}
		held = held && after >= t.Leave
	}
	return at, held && look(r.fit(len(r.signals))+r.engagement(r.until)) >= t.Leave, sure
}

func decayed(d DecayDefinition, age time.Duration) float64 {
	days := age.Hours() / 24
	steps := math.Floor(float64(age) / (d.Days * 24 * float64(time.Hour)))
	switch d.Kind {
	case decayHalfLife:
		return math.Exp2(-days / d.Days)
	case decayWindow:
		if steps > 0 {
			return 0
		}
		return 1
	case decayStepLinear:
		return max(0, 1-d.Rate*steps)
	case decayStepCompound:
		return math.Pow(1-d.Rate, steps)
	default:
		return 1
	}
}

// randomDefinitions have conditions of every form and decays of every kind. Nothing ends a route but decay and lapse.
func randomDefinitions(r *rand.Rand) string {
	var b strings.Builder
	decay := func() string {
		return []string{
			"{kind: none}", fmt.Sprintf("{kind: half_life, days: %d}", 1+r.IntN(20)), fmt.Sprintf("{kind: window, days: %d}", 1+r.IntN(20)),
			fmt.Sprintf("{kind: step_linear, days: %d, rate: 0.3}", 1+r.IntN(9)), fmt.Sprintf("{kind: step_compound, days: %d, rate: 0.4}", 1+r.IntN(9)),
		}[r.IntN(5)]
	}
	fmt.Fprintf(&b, "score:\n  name: lead_score\n  version: 1\n  enter: %d\n  leave: %d\n", 12+r.IntN(20), 4+r.IntN(8))
	b.WriteString("  fit:\n    - {signal: mail, points: 10, business_email: true}\n    - {signal: size, points: 8, property: seats, at_least: 5}\n")
	fmt.Fprintf(&b, "  engagement:\n    decay: %s\n    cap_per_day: %d\n    signals:\n", decay(), 15*r.IntN(2))
	for i, meaning := range []string{"pricing_viewed", "feature_used", "email_clicked"} {
		fmt.Fprintf(&b, "      - {signal: s%d, on: %s, points: %d, cap_per_day: %d, decay: %s}\n", i, meaning, 2+r.IntN(9), 10*r.IntN(2), decay())
	}
	b.WriteString("      - {signal: pages, where: 'kind == \"page\" && url contains \"/pricing\"', points: 3}\n")
	b.WriteString("  grade:\n    fit: [{band: A, at_least: 10}, {band: B, at_least: 0}]\n    engagement: [{band: x, at_least: 20, leave: 12}, {band: y, at_least: 9, leave: 4}, {band: z, at_least: 0}]\n    matrix: {A: [A1, A2, A3], B: [B1, B2, B3]}\n")
	b.WriteString("qualifications:\n")
	for i := range 4 {
		fmt.Fprintf(&b, "  - name: q%d\n    version: 1\n    plans: [free, trial]\n    lapse_days: %d\n    fit_floor: %d\n    window_days: %d\n    reason: r\n    when: %s\n",
			i, 1+r.IntN(30), 8*r.IntN(2), 1+r.IntN(20), randomCondition(r, 2))
	}
	b.WriteString(`
bant: {name: bant, version: 1, weights: {budget: 25, authority: 25, need: 25, timeline: 25}, threshold: 75, revisit_days: 21}
conversation: {name: cql, version: 1, min_level: 2, lapse_days: 45}
stages:
  name: stage_rules
  version: 1
  rules: [{stage: sal, on: lead_accepted, reason: accepted}]
  dormant: {after_days: 100000}
`)
	return b.String()
}

func randomCondition(r *rand.Rand, depth int) string {
	if depth > 0 && r.IntN(3) > 0 {
		parts := []string{randomCondition(r, depth-1), randomCondition(r, depth-1)}
		switch r.IntN(3) {
		case 0:
			return "{all: [" + strings.Join(parts, ", ") + "]}"
		case 1:
			return "{any: [" + strings.Join(parts, ", ") + "]}"
		default:
			return "{all: [{not: " + parts[0] + "}, " + parts[1] + "]}"
		}
	}
	threshold := fmt.Sprintf("at_least: %d", 1+r.IntN(4))
	if r.IntN(4) == 0 {
		threshold = fmt.Sprintf("at_most: %d", r.IntN(3))
	}
	where := []string{"", ", where: 'properties.seats > 3'", ", where: 'value > 0 || properties.feature in [\"a\", \"b\"]'"}[r.IntN(3)]
	return []string{
		"{on: feature_used, " + threshold + where + "}",
		"{on: feature_used, measure: days, " + threshold + where + "}",
		"{on: [feature_used, limit_hit], measure: values, of: properties.feature, " + threshold + "}",
		"{on: feature_used, measure: sum, of: properties.seats, at_least: 9}",
		"{on: feature_used, measure: sum, of: value, at_most: 2}",
		"{on: limit_hit, measure: last, of: properties.feature, is: [a, c]}",
		"{where: 'name == \"Page\" || kind == \"page\"', " + threshold + "}",
	}[r.IntN(7)]
}

// randomUse is a history with no two events at one instant. Sales accepts the unit first: it stays there, so that no lapse
// sends it to nurture, where what was counted would be spent.
func randomUse(r *rand.Rand, n int) []Signal {
	at := day0
	var signals []Signal
	for i := range n {
		at = at.Add(time.Duration(1+r.IntN(1000)) * time.Millisecond)
		at = at.Add([]time.Duration{time.Minute, time.Hour, 7 * time.Hour, 26 * time.Hour, 24 * time.Hour, 12 * 24 * time.Hour}[r.IntN(6)])
		properties := fmt.Sprintf(`{"feature":"%s","seats":%d}`, []string{"", "a", "b", "c"}[r.IntN(4)], r.IntN(12))
		s := Signal{
			Source: "s", EventID: fmt.Sprintf("e%04d", i), Kind: "track", Name: "Use", At: at, Properties: []string{properties, properties, "{}"}[r.IntN(3)],
			Value:   int64(r.IntN(3)-1) * 10_000,
			Meaning: []string{"feature_used", "feature_used", "feature_used", "limit_hit", "pricing_viewed", "email_clicked", "trial_started", "trial_ended", "signed_up"}[r.IntN(9)],
		}
		if i == 0 {
			s.Meaning = "lead_accepted"
			signals = append(signals, s)
			continue
		}
		switch r.IntN(8) {
		case 0:
			s.Kind, s.Name, s.Meaning, s.URL = "page", "Page", "", "https://acme.example/pricing"
		case 1:
			s.Kind, s.Meaning = "identify", ""
		case 2:
			s.Meaning, s.Name = "", "Nothing"
		}
		signals = append(signals, s)
	}
	return signals
}

// TestEvaluatorAgreesWithTheReference on random definitions and histories: when each definition is met, and what score
// and grade are at any instant.
func TestEvaluatorAgreesWithTheReference(t *testing.T) {
	met, steps, entered, again := 0, 0, 0, 0
	for seed := range uint64(250) {
		r := rand.New(rand.NewPCG(seed, 11))
		text := randomDefinitions(r)
		d := mustParse(t, text)
		u := Unit{Kind: Person, ID: "u", BusinessDomain: []string{"", "acme.io"}[r.IntN(2)]}
		signals := randomUse(r, 1+r.IntN(60))
		until := signals[len(signals)-1].At.Add(time.Duration(r.IntN(40*24)) * time.Hour)
		o, err := d.Evaluate(u, signals, until)
		if err != nil {
			t.Fatal(err)
		}
		ref := reference{d, u, signals, until}
		for _, q := range d.program.qualifications {
			var got []time.Time
			for _, m := range o.Met {
				if m.Definition == q.Name {
					got = append(got, m.MetAt)
				}
			}
			want := ref.met(q)
			if !slices.EqualFunc(got, want, time.Time.Equal) {
				t.Fatalf("seed %d: %s met at %v, the reference says %v\n%s", seed, q.Name, got, want, text)
			}
			met += len(got)
		}
		steps += checkScores(t, r, ref, o, seed)
		n := checkEntries(t, ref, o, seed)
		entered, again = entered+n, again+max(0, n-1)
	}
	if met < 300 || steps < 1000 || entered < 100 || again < 10 {
		t.Errorf("only %d qualifications, %d steps of decay, %d MQLs and %d returns: the histories test nothing", met, steps, entered, again)
	}
}

// checkScores compares ledger, grades and crossings with the reference at random instants.
func checkScores(t *testing.T, r *rand.Rand, ref reference, o Outcome, seed uint64) (steps int) {
	t.Helper()
	tolerance := 1e-5 + .001*float64(len(ref.signals)) // points that fade by compounding end below a thousandth
	for range 30 {
		at := ref.signals[0].At.Add(time.Duration(r.Int64N(int64(ref.until.Sub(ref.signals[0].At)) + 1))).Truncate(time.Millisecond)
		before, _ := slices.BinarySearchFunc(ref.signals, at.Add(time.Millisecond), func(s Signal, at time.Time) int { return s.At.Compare(at) })
		engagement := ref.engagement(at)
		if want, got := ref.fit(before)+engagement, ScoreAt(o.Scores, at); math.Abs(want-got) > tolerance {
			t.Fatalf("seed %d: at %s the ledger sums to %g, the reference to %g", seed, at, got, want)
		}
		for _, g := range o.Grades {
			if g.EnteredAt.After(at) || !g.LeftAt.IsZero() && !g.LeftAt.After(at) {
				continue
			}
			low, high := map[string]float64{"x": 12, "y": 4, "z": 0}[g.EngagementBand], map[string]float64{"x": math.Inf(1), "y": 20, "z": 9}[g.EngagementBand]
			if engagement < low-tolerance || engagement >= high+tolerance || (ref.fit(before) >= 10) != (g.FitBand == "A") {
				t.Fatalf("seed %d: at %s grade %s with fit %g and engagement %g", seed, at, g.Grade, ref.fit(before), engagement)
			}
		}
	}
	for _, row := range o.Scores {
		if row.Score == "engagement" && row.Points < 0 {
			steps++
		}
	}
	checkCrossings(t, ref.d.Score.Thresholds, o, seed)
	return steps
}

// checkEntries compares when the score made an MQL, and whether it still does, where rounding does not decide.
func checkEntries(t *testing.T, ref reference, o Outcome, seed uint64) int {
	t.Helper()
	want, held, sure := ref.entered()
	if !sure {
		return 0
	}
	var got []time.Time
	for _, m := range o.Met {
		if m.Definition == ref.d.Score.Name {
			got = append(got, m.MetAt)
		}
	}
	if !slices.EqualFunc(got, want, time.Time.Equal) {
		t.Fatalf("seed %d: MQL by score at %v, the reference says %v", seed, got, want)
	}
	holds := slices.ContainsFunc(entriesOf(o, "mql"), func(s StageEntry) bool { return s.LeftAt.IsZero() })
	if holds != held {
		t.Fatalf("seed %d: MQL held at the end: %v, the reference says %v", seed, holds, held)
	}
	return len(want)
}

// checkCrossings: an MQL that only the score held is left at the first millisecond at which the ledger is below the
// threshold.
func checkCrossings(t *testing.T, thresholds Thresholds, o Outcome, seed uint64) {
	t.Helper()
	const tolerance = 1e-6
	for _, s := range o.Stages {
		if s.Stage != "mql" {
			continue
		}
		if now := ScoreAt(o.Scores, s.EnteredAt); now < thresholds.Enter-tolerance {
			t.Fatalf("seed %d: mql entered with %g of %g", seed, now, thresholds.Enter)
		}
		if s.LeftAt.IsZero() {
			continue
		}
		before, after := ScoreAt(o.Scores, s.LeftAt.Add(-time.Millisecond)), ScoreAt(o.Scores, s.LeftAt)
		if before < thresholds.Leave-tolerance || after >= thresholds.Leave+tolerance {
			t.Fatalf("seed %d: mql left at %s, where the score goes from %g to %g; the threshold is %g", seed, s.LeftAt, before, after, thresholds.Leave)
		}
	}
}
