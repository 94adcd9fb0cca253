package qualify

import (
	"math"
	"slices"
)

// Condition is true or false of a unit at an instant: all, any or not of others, or a signal compared with a threshold.
// The signal is one that has a name, or is written in place.
type Condition struct {
	All []Condition `yaml:"all"`
	Any []Condition `yaml:"any"`
	Not *Condition  `yaml:"not"`

	Signal  string `yaml:"signal"`
	Measure `yaml:",inline"`
	AtLeast *float64 `yaml:"at_least"`
	AtMost  *float64 `yaml:"at_most"`
	Is      words    `yaml:"is"` // texts that measure last may be
}

// condition is a Condition, compiled.
type condition struct {
	all, any []*condition
	not      *condition

	measure int // index among the measures of the definitions
	atLeast float64
	atMost  float64
	is      []string
}

// conditionCompiler compiles conditions, and gives equal measures one index.
type conditionCompiler struct {
	named   map[string]int // by name of signal
	indexes map[string]int // by content
	all     []*measure
}

func (c *conditionCompiler) index(m *measure) int {
	key, err := contentHash(m.Measure)
	if err != nil {
		key = m.Where
	}
	if i, known := c.indexes[key]; known {
		return i
	}
	c.indexes[key] = len(c.all)
	c.all = append(c.all, m)
	return len(c.all) - 1
}

// compile reports faults at their place. windowDays is that of the definition, for signals written in place.
func (c *conditionCompiler) compile(p place, from *Condition, windowDays float64) *condition {
	out := &condition{measure: -1, atLeast: math.Inf(-1), atMost: math.Inf(1), is: from.Is}
	forms := 0
	for _, used := range []bool{from.All != nil, from.Any != nil, from.Not != nil, from.isComparison()} {
		if used {
			forms++
		}
	}
	if forms != 1 {
		p.faultf("a condition is either all, any, not, or a signal with a threshold")
		return out
	}
	for i := range from.All {
		out.all = append(out.all, c.compile(p.key("all").item(i), &from.All[i], windowDays))
	}
	for i := range from.Any {
		out.any = append(out.any, c.compile(p.key("any").item(i), &from.Any[i], windowDays))
	}
	if from.Not != nil {
		out.not = c.compile(p.key("not"), from.Not, windowDays)
	}
	if from.isComparison() {
		c.compare(p, from, out, windowDays)
	}
	return out
}

func (c *Condition) isComparison() bool {
	return c.Signal != "" || len(c.On) > 0 || c.Where != ""
}

func (c *conditionCompiler) compare(p place, from *Condition, out *condition, windowDays float64) {
	out.measure = c.measureOf(p, from, windowDays)
	for _, bound := range []struct {
		key   string
		given *float64
		to    *float64
	}{{"at_least", from.AtLeast, &out.atLeast}, {"at_most", from.AtMost, &out.atMost}} {
		if bound.given != nil {
			*bound.to = *bound.given
			if math.IsNaN(*bound.given) || math.IsInf(*bound.given, 0) {
				p.key(bound.key).faultf("%s must be a finite number", bound.key)
			}
		}
	}
	switch {
	case from.AtLeast == nil && from.AtMost == nil && len(from.Is) == 0:
		p.faultf("a signal needs a threshold: at_least, at_most or is")
	case out.atLeast > out.atMost:
		p.faultf("at_least %g is above at_most %g: this never holds", out.atLeast, out.atMost)
	case len(from.Is) > 0 && out.measure >= 0 && c.all[out.measure].Measure.Measure != measureLast:
		p.key("is").faultf("is compares texts: it is for measure last")
	}
}

func (c *conditionCompiler) measureOf(p place, from *Condition, windowDays float64) int {
	inPlace := from.Measure
	if from.Signal == "" {
		if inPlace.WindowDays == 0 {
			inPlace.WindowDays = windowDays
		}
		return c.index(inPlace.compile(p))
	}
	if len(inPlace.On) > 0 || inPlace.Where != "" || inPlace.Measure != "" || inPlace.Of != "" || inPlace.WindowDays != 0 {
		p.faultf("signal %q has its own events, measure and window; name it, or write another in place", from.Signal)
	}
	i, known := c.named[from.Signal]
	if !known {
		p.key("signal").faultf("unknown signal %q", from.Signal)
		return -1
	}
	return i
}

// holds judges the windows as they stand.
func (c *condition) holds(windows []window, all []*measure) bool {
	for _, part := range c.all {
		if !part.holds(windows, all) {
			return false
		}
	}
	if len(c.any) > 0 && !slices.ContainsFunc(c.any, func(part *condition) bool { return part.holds(windows, all) }) {
		return false
	}
	if c.not != nil && c.not.holds(windows, all) {
		return false
	}
	if c.measure < 0 {
		return true
	}
	m, w := all[c.measure], &windows[c.measure]
	if len(c.is) > 0 && !slices.Contains(c.is, w.text(m)) {
		return false
	}
	if math.IsInf(c.atLeast, -1) && math.IsInf(c.atMost, 1) {
		return true
	}
	number := w.number(m)
	return number >= c.atLeast && number <= c.atMost
}

// walk visits every comparison; negated says that it stands under an odd number of nots.
func (c *condition) walk(negated bool, visit func(c *condition, negated bool)) {
	for _, part := range c.all {
		part.walk(negated, visit)
	}
	for _, part := range c.any {
		part.walk(negated, visit)
	}
	if c.not != nil {
		c.not.walk(!negated, visit)
	}
	if c.measure >= 0 {
		visit(c, negated)
	}
}

// ripens reports whether time alone can make the condition true: where less is better, an event that leaves its window
// may be the one that counts. Counts that only have to be high need no such look.
func (c *condition) ripens(all []*measure) bool {
	found := false
	c.walk(false, func(part *condition, negated bool) {
		m := all[part.measure]
		falls := m.Measure.Measure == measureSum || m.Measure.Measure == measureLast
		low := !math.IsInf(part.atMost, 1)
		high := !math.IsInf(part.atLeast, -1) || len(part.is) > 0
		if m.windowMS > 0 && (falls || low && !negated || high && negated) {
			found = true
		}
	})
	return found
}
