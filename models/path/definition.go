package path

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Units of a report.
const (
	UnitPerson   = "person"
	UnitAccount  = "account"
	UnitSession  = "session"  // of a person, ended by silence or by a new campaign
	UnitProperty = "property" // whatever shares a value of the property Key: an order, a conversation
)

// Other is the state that holds what StateRule.Top leaves out.
const Other = "(other)"

// byMonth splits by the month in which a trail begins, beside properties.
const byMonth = "month"

// StateRule makes states of events. Of several rules the first that matches an event names its state.
type StateRule struct {
	Match `yaml:",inline"`

	As    string `json:"as,omitempty"    yaml:"as"`    // one state for all; else each goes by its own name
	Top   int    `json:"top,omitempty"   yaml:"top"`   // the most visited names; the others are the state Other. 0: all
	Until Match  `json:"until,omitzero"  yaml:"until"` // holds before the unit's first such event
	After Match  `json:"after,omitzero"  yaml:"after"` // holds from the unit's first such event on, that event included
}

// Definition says what a path report shows: whose ways, through which states, when, from where to where.
type Definition struct {
	Name       string      `json:"name"                  yaml:"name"`
	Title      string      `json:"title,omitempty"       yaml:"title"`
	Unit       string      `json:"unit"                  yaml:"unit"` // UnitPerson if empty
	Key        string      `json:"key,omitempty"         yaml:"key"`  // with UnitProperty
	SessionGap Span        `json:"session_gap,omitempty" yaml:"session_gap"`
	States     []StateRule `json:"states"                yaml:"states"`
	Exclude    Match       `json:"exclude,omitzero"      yaml:"exclude"`
	Since      Date        `json:"since,omitzero"        yaml:"since"`
	Until      Date        `json:"until,omitzero"        yaml:"until"` // the instant itself is out
	Only       Match       `json:"only,omitzero"         yaml:"only"`  // units that have such an event in the period
	// Conversion is what wins, at its first occurrence, which ends the trail. Without it a trail is won by entering one
	// of Won; where neither is given, by the stage won.
	Conversion Match `json:"conversion,omitzero" yaml:"conversion"`
	Loss       Match `json:"loss,omitzero"       yaml:"loss"` // ends a trail as lost, at its first occurrence
	// Silence before the end of observation makes an open trail lost; the younger ones stay open, and so are censored.
	// Where nothing else loses it is 90d, for a session the gap that ends it; else a trail may stay open for ever.
	Silence Span     `json:"silence,omitempty"   yaml:"silence"`
	Won     []string `json:"won,omitempty"       yaml:"won"`
	Lost    []string `json:"lost,omitempty"      yaml:"lost"`
	SetBack []string `json:"set_back,omitempty"  yaml:"set_back"`
	Start   Match    `json:"start,omitzero"      yaml:"start"` // trails begin at the first such event; units without one have none
	End     Match    `json:"end,omitzero"        yaml:"end"`   // trails end at the first such event after Start, that event included
	Hold    []string `json:"hold,omitempty"      yaml:"hold"`  // properties constant in a trail: each combination of values has a trail
	By      []string `json:"by,omitempty"        yaml:"by"`    // properties to split by, or month: that of the trail's beginning
	Order   []string `json:"order,omitempty"     yaml:"order"` // the drawn funnel; a|b is a step that either takes
	Top     int      `json:"top,omitempty"       yaml:"top"`   // variants to keep; 1000
}

// Span is a length of time; d stands for 24 hours.
type Span time.Duration

// UnmarshalText reads 30m, 36h or 14d.
func (s *Span) UnmarshalText(text []byte) error {
	d, err := ParseSpan(string(text))
	*s = Span(d)
	return err
}

// MarshalText writes it in the same form.
func (s Span) MarshalText() ([]byte, error) { return []byte(time.Duration(s).String()), nil }

// ParseSpan reads a positive length of time such as 30m, 36h or 14d; empty is 0.
func ParseSpan(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	number, inDays := strings.CutSuffix(text, "d")
	if days, err := strconv.ParseFloat(number, 64); inDays && err == nil && days > 0 && days < 1e5 {
		return time.Duration(days * 24 * float64(time.Hour)), nil
	}
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return d, nil
	}
	return 0, fmt.Errorf("%q: not a length of time such as 30m, 36h or 14d", text)
}

// Date is an instant, or a day in UTC.
type Date struct{ time.Time }

// UnmarshalText reads 2026-01-31, or a time with its zone as RFC 3339 writes it.
func (d *Date) UnmarshalText(text []byte) error {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, string(text)); err == nil {
			d.Time = t.UTC()
			return nil
		}
	}
	return fmt.Errorf("%q: not a date such as 2026-01-31 or 2026-01-31T12:00:00Z", text)
}

func (d Definition) withDefaults() Definition {
	if d.Unit == "" {
		d.Unit = UnitPerson
	}
	if d.SessionGap == 0 {
		d.SessionGap = Span(30 * time.Minute)
	}
	if d.Top == 0 {
		d.Top = 1000
	}
	stages := slices.ContainsFunc(d.States, func(r StateRule) bool { return len(r.Stages) > 0 })
	if d.Conversion.IsZero() && d.End.IsZero() && d.Won == nil {
		if stages {
			d.Won = []string{"won"}
		} else {
			d.Conversion.Stages = []string{"won"}
		}
	}
	if stages && d.Lost == nil {
		d.Lost = []string{"disqualified"}
	}
	if d.Silence == 0 && d.Loss.IsZero() && len(d.Lost) == 0 {
		d.Silence = Span(90 * 24 * time.Hour)
		if d.Unit == UnitSession {
			d.Silence = d.SessionGap
		}
	}
	if stages && d.SetBack == nil {
		d.SetBack = []string{"nurture", "disqualified"}
	}
	return d
}

// fault is what is wrong with a definition, and where: a path of keys and positions below the definition.
type fault struct {
	at  string
	err error
}

func (f fault) Error() string { return f.at + ": " + f.err.Error() }

// Validate tells all faults of the definition.
func (d Definition) Validate() error { return joined(d.faults()) }

func joined(faults []fault) error {
	all := make([]error, len(faults))
	for i, f := range faults {
		all[i] = f
	}
	return errors.Join(all...)
}

func (d Definition) faults() []fault {
	var all []fault
	add := func(at, format string, args ...any) { all = append(all, fault{at, fmt.Errorf(format, args...)}) }
	if !slices.Contains([]string{"", UnitPerson, UnitAccount, UnitSession, UnitProperty}, d.Unit) {
		add("unit", "%q: must be person, account, session or property", d.Unit)
	}
	if (d.Unit == UnitProperty) != (d.Key != "") {
		add("unit", "key names the property that makes a unit: it goes with unit: property, and only with it")
	}
	if len(d.States) == 0 {
		add("name", "no states: say what the ways lead through, such as stages: [\"*\"]")
	}
	for i, rule := range d.States {
		at := fmt.Sprintf("states[%d]", i)
		if !rule.any() {
			add(at, "matches nothing: name events, meanings, pages, stages or channels")
		}
		if rule.Top < 0 {
			add(at, "top %d: must be positive, or 0 for all", rule.Top)
		}
		if rule.Top > 0 && rule.As != "" {
			add(at, "top and as: one name for all has no top")
		}
		all = append(all, matchFaults(map[string]Match{at: rule.Match, at + ".until": rule.Until, at + ".after": rule.After})...)
	}
	if !d.Since.IsZero() && !d.Until.IsZero() && !d.Since.Before(d.Until.Time) {
		add("until", "%s is not after since, %s", d.Until.Format(time.RFC3339), d.Since.Format(time.RFC3339))
	}
	for _, list := range [][]string{d.Hold, d.By} {
		if slices.Contains(list, "") {
			add("name", "hold and by: an empty property")
		}
	}
	if d.Top < 0 {
		add("top", "%d: must be positive", d.Top)
	}
	return append(all, matchFaults(map[string]Match{
		"exclude": d.Exclude, "only": d.Only, "conversion": d.Conversion, "loss": d.Loss, "start": d.Start, "end": d.End,
	})...)
}

// matchFaults are those of matches by their places.
func matchFaults(matches map[string]Match) []fault {
	var all []fault
	for at, m := range matches {
		if err := m.validate(); err != nil {
			all = append(all, fault{at, err})
		}
	}
	slices.SortFunc(all, func(a, b fault) int { return strings.Compare(a.at, b.at) })
	return all
}

// Needs are what must be read to draw the ways.
func (d Definition) Needs() Needs {
	d = d.withDefaults()
	matches := []Match{d.Only, d.Conversion, d.Loss, d.Start, d.End}
	for _, rule := range d.States {
		matches = append(matches, rule.Match, rule.Until, rule.After)
	}
	matches = append(matches, Match{Where: d.Exclude.Where}) // what is excluded need not be read, but for its properties
	properties := slices.Clone(d.Hold)
	for _, by := range d.By {
		if by != byMonth {
			properties = append(properties, by)
		}
	}
	if d.Unit == UnitProperty {
		properties = append(properties, d.Key)
	}
	n := needs(matches, properties...)
	n.Campaigns = d.Unit == UnitSession
	return n
}

// Steps is Order with the alternatives of each step apart.
func (d Definition) Steps() [][]string { return StepsOf(d.Order) }

// StepsOf parts the alternatives of steps: a|b is a step that either takes.
func StepsOf(order []string) [][]string {
	steps := make([][]string, len(order))
	for i, step := range order {
		steps[i] = strings.Split(step, "|")
	}
	return steps
}
