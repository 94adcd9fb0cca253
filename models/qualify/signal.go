package qualify

import (
	"math"
	"strconv"
	"strings"

	"github.com/valyala/fastjson"
)

// SignalDefinition measures what a unit did: the events that a filter chooses, summed up over a window.
type SignalDefinition struct {
	Name    string `yaml:"name"`
	What    string `yaml:"what"` // for people
	Measure `yaml:",inline"`
}

// Measure sums up events. Measures are
//
//	count   how many events (the default)
//	days    on how many distinct UTC days
//	values  how many distinct values of the expression Of
//	sum     the sum of Of; exact to a millionth
//	last    Of at the last event: a number or a text
//
// Events for which Of is nil or "" (for sum: no number) don't count.
// WindowDays is how far back it looks: an event counts until it is that old; 0 is for ever.
type Measure struct {
	Filter     `yaml:",inline"`
	Measure    string  `yaml:"measure"`
	Of         string  `yaml:"of"`
	WindowDays float64 `yaml:"window_days"`
}

// Measures.
const (
	measureCount  = "count"
	measureDays   = "days"
	measureValues = "values"
	measureSum    = "sum"
	measureLast   = "last"
)

var measures = setOf([]string{measureCount, measureDays, measureValues, measureSum, measureLast})

// measure is a Measure, compiled. Definitions that measure the same share it.
type measure struct {
	Measure
	filter   *filter
	of       *expression // nil where nothing is asked
	windowMS int64       // 0: for ever
}

func (m Measure) compile(p place) *measure {
	out := &measure{Measure: m, filter: m.Filter.compile(p), windowMS: days(m.WindowDays)}
	if m.Measure == "" {
		out.Measure.Measure = measureCount
	}
	if !measures[out.Measure.Measure] {
		p.key("measure").faultf("unknown measure %q; there are count, days, values, sum and last", m.Measure)
	}
	if !(m.WindowDays >= 0) || math.IsInf(m.WindowDays, 0) {
		p.key("window_days").faultf("window_days must be 0 (for ever) or more")
	}
	if len(m.On) == 0 && m.Where == "" {
		p.faultf("a signal needs on, where or both: which events count?")
	}
	asks := out.Measure.Measure != measureCount && out.Measure.Measure != measureDays
	if asks != (m.Of != "") {
		p.faultf("measure %s: of is for values, sum and last, which need it", out.Measure.Measure)
		return out
	}
	if !asks {
		return out
	}
	compiled, err := compileExpression(m.Of, false)
	if err != nil {
		p.key("of").faultf("%w", err)
		return out
	}
	out.of = compiled
	out.filter.reads.columns = append(out.filter.reads.columns, compiled.reads.columns...)
	out.filter.reads.properties = append(out.filter.reads.properties, compiled.reads.properties...)
	return out
}

// micro is the unit that sums are exact to.
const micro = 1_000_000

// largestNumber is what a sum takes: beyond it, millionths overflow.
const largestNumber = float64(math.MaxInt64 / micro / 1000)

// take says what the event that v shows counts for; false where the filter does not choose it.
func (m *measure) take(v *view) (text string, number float64, counts bool) {
	if !m.filter.holds(v) {
		return "", 0, false
	}
	if m.of == nil {
		return "", 0, true
	}
	text, number, ok := m.of.read(v, m.Measure.Measure != measureValues)
	if m.Measure.Measure == measureSum {
		return text, number, ok && !math.IsNaN(number)
	}
	return text, number, ok && text != ""
}

// read computes the expression. A property is read without the virtual machine, and a text is taken for a number only where
// one is wanted: products send millions of events whose values are merely told apart.
func (x *expression) read(v *view, wantsNumber bool) (text string, number float64, ok bool) {
	if len(x.path) > 0 {
		property := v.reader.get(x.path...)
		if !wantsNumber && property != nil && property.Type() == fastjson.TypeString {
			return string(property.GetStringBytes()), math.NaN(), true
		}
		text, number = textAndNumber(anyOf(property))
		return text, number, true
	}
	out, err := v.run(x.program)
	if err != nil {
		return "", math.NaN(), false
	}
	text, number = textAndNumber(out)
	return text, number, true
}

// textAndNumber reads what an expression gave; NaN where it is no number, or one too large to sum up.
func textAndNumber(out any) (text string, number float64) {
	number = math.NaN()
	switch out := out.(type) {
	case string:
		text = out
		if n, err := strconv.ParseFloat(strings.TrimSpace(out), 64); err == nil {
			number = n
		}
	case int:
		text, number = strconv.Itoa(out), float64(out)
	case float64:
		text, number = strconv.FormatFloat(out, 'g', -1, 64), out
	case bool:
		text = strconv.FormatBool(out)
	}
	if math.Abs(number) > largestNumber {
		number = math.NaN()
	}
	return text, number
}

// use is an event that counts.
type use struct {
	at      int64
	eventID string
	value   string  // of the expression Of, as text
	number  float64 // as number; NaN where it is none
}

// window is a measure of one unit while its events come and go. It is O(1) an event, however many there are.
type window struct {
	events []use
	oldest int // index of the first event still in the window
	days   int // distinct days in the window; the events are in order of time, so a day is one run
	values map[string]int
	sum    int64 // in millionths
}

func (w *window) push(m *measure, x use) {
	switch m.Measure.Measure {
	case measureLast:
		w.events, w.oldest = append(w.events[:0], x), 0 // only the last is ever asked for
		return
	case measureValues:
		if w.values == nil {
			w.values = map[string]int{}
		}
		w.values[x.value]++
	case measureSum:
		w.sum += int64(math.Round(x.number * micro))
	}
	if w.oldest == len(w.events) || w.events[len(w.events)-1].at/dayMS != x.at/dayMS {
		w.days++
	}
	w.events = append(w.events, x)
}

// expire forgets what is as old as the window at a time.
func (w *window) expire(m *measure, at int64) {
	if m.windowMS == 0 {
		return
	}
	horizon := at - m.windowMS
	for w.oldest < len(w.events) && w.events[w.oldest].at <= horizon {
		w.forgetOldest(m)
	}
	if w.oldest > 64 && w.oldest*2 > len(w.events) {
		w.events = append(w.events[:0], w.events[w.oldest:]...)
		w.oldest = 0
	}
}

func (w *window) forgetOldest(m *measure) {
	gone := w.events[w.oldest]
	w.oldest++
	if w.oldest == len(w.events) || w.events[w.oldest].at/dayMS != gone.at/dayMS {
		w.days--
	}
	switch m.Measure.Measure {
	case measureSum:
		w.sum -= int64(math.Round(gone.number * micro))
	case measureValues:
		if w.values[gone.value]--; w.values[gone.value] == 0 {
			delete(w.values, gone.value)
		}
	}
}

// expiresAt is when the oldest event leaves the window; never if nothing is in it or it lasts for ever.
func (w *window) expiresAt(m *measure) int64 {
	if m.windowMS == 0 || w.oldest == len(w.events) {
		return never
	}
	return w.events[w.oldest].at + m.windowMS
}

// spend forgets what was counted; a last value is known, not counted, and stays.
func (w *window) spend(m *measure) {
	if m.Measure.Measure != measureLast {
		*w = window{events: w.events[:0]}
	}
}

func (w *window) count() int { return len(w.events) - w.oldest }

// number is the measure; NaN for the last value where it is none.
func (w *window) number(m *measure) float64 {
	switch m.Measure.Measure {
	case measureDays:
		return float64(w.days)
	case measureValues:
		return float64(len(w.values))
	case measureSum:
		return float64(w.sum) / micro
	case measureLast:
		if w.count() == 0 {
			return math.NaN()
		}
		return w.events[len(w.events)-1].number
	default:
		return float64(w.count())
	}
}

// text is the last value as text; "" where there is none, and for all other measures.
func (w *window) text(m *measure) string {
	if m.Measure.Measure != measureLast || w.count() == 0 {
		return ""
	}
	return w.events[len(w.events)-1].value
}
