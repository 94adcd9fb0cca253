package path

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// FunnelStep is a step of a saved funnel.
type FunnelStep struct {
	Match `yaml:",inline"`

	As       string `json:"as,omitempty"       yaml:"as"` // what it is called; the first name it matches if empty
	Optional bool   `json:"optional,omitempty" yaml:"optional"`
}

// FunnelExclusion is an event that ends an attempt between two steps, counted from 1; between any where From and To are 0.
type FunnelExclusion struct {
	Match `yaml:",inline"`

	From int `json:"from,omitempty" yaml:"from"`
	To   int `json:"to,omitempty"   yaml:"to"`
}

// SavedFunnel is a funnel as it is written down. FunnelDefinition says what its parts mean.
type SavedFunnel struct {
	Name          string            `json:"name"                     yaml:"name"`
	Title         string            `json:"title,omitempty"          yaml:"title"`
	Unit          string            `json:"unit"                     yaml:"unit"`
	Key           string            `json:"key,omitempty"            yaml:"key"`
	SessionGap    Span              `json:"session_gap,omitempty"    yaml:"session_gap"`
	Since         Date              `json:"since,omitzero"           yaml:"since"`
	Until         Date              `json:"until,omitzero"           yaml:"until"`
	Only          Match             `json:"only,omitzero"            yaml:"only"`
	Steps         []FunnelStep      `json:"steps"                    yaml:"steps"`
	Order         string            `json:"order,omitempty"          yaml:"order"` // ordered, strict or any
	Window        Span              `json:"window,omitempty"         yaml:"window"`
	Entry         string            `json:"entry,omitempty"          yaml:"entry"` // any, first or every
	Repeats       string            `json:"repeats,omitempty"        yaml:"repeats"`
	StrictlyLater bool              `json:"strictly_later,omitempty" yaml:"strictly_later"`
	Exclude       []FunnelExclusion `json:"exclude,omitempty"        yaml:"exclude"`
	Hold          []string          `json:"hold,omitempty"           yaml:"hold"`
	By            []string          `json:"by,omitempty"             yaml:"by"`
	Attribution   string            `json:"attribution,omitempty"    yaml:"attribution"`
	Step          int               `json:"step,omitempty"           yaml:"step"`   // with attribution: step, counted from 1
	Cohort        string            `json:"cohort,omitempty"         yaml:"cohort"` // day, week or month
	Dropped       int               `json:"dropped,omitempty"        yaml:"dropped"`
}

// Validate tells all faults of the funnel.
func (f SavedFunnel) Validate() error { return joined(f.faults()) }

func (f SavedFunnel) faults() []fault {
	// Units, periods and segments are those of a path report.
	shared := Definition{
		Name: f.Name, Unit: f.Unit, Key: f.Key, Since: f.Since, Until: f.Until, Only: f.Only, Hold: f.Hold, By: f.By,
		States: []StateRule{{Match: Match{Events: []string{"*"}}}},
	}
	all := shared.faults()
	add := func(at, format string, args ...any) { all = append(all, fault{at, fmt.Errorf(format, args...)}) }
	for i, step := range f.Steps {
		if at := fmt.Sprintf("steps[%d]", i); !step.any() {
			add(at, "matches nothing: name events, meanings, pages, stages or channels")
		} else if err := step.validate(); err != nil {
			add(at, "%w", err)
		}
	}
	for i, x := range f.Exclude {
		if at := fmt.Sprintf("exclude[%d]", i); !x.any() {
			add(at, "matches nothing: name events, meanings, pages, stages or channels")
		} else if err := x.validate(); err != nil {
			add(at, "%w", err)
		}
	}
	if f.Dropped < 0 {
		add("dropped", "%d: must be positive", f.Dropped)
	}
	if slices.Contains(f.By, byMonth) {
		add("by", "month: a funnel's trend is cohort: month")
	}
	if len(all) > 0 {
		return all
	}
	definition, options := f.compiled()
	if all = definition.faults(); len(all) > 0 {
		return all
	}
	if err := options.Cohort.validate(); err != nil {
		add("cohort", "%w", err)
	} else if _, err := definition.plan(); err != nil {
		add("steps", "%w", err)
	}
	return all
}

// Compile makes the funnel and what cuts histories for it.
func (f SavedFunnel) Compile() (*Funnel, *FunnelCut, error) {
	if err := f.Validate(); err != nil {
		return nil, nil, fmt.Errorf("funnel %q: %w", f.Name, err)
	}
	definition, options := f.compiled()
	funnel, err := NewFunnel(definition, options)
	if err != nil {
		return nil, nil, err
	}
	return funnel, &FunnelCut{
		since: f.Since.Time, until: f.Until.Time, only: given(f.Only), session: f.Unit == UnitSession,
		gap: time.Duration(cmp.Or(f.SessionGap, Span(30*time.Minute))),
	}, nil
}

func (f SavedFunnel) compiled() (FunnelDefinition, FunnelOptions) {
	d := FunnelDefinition{
		Order: Order(unless(f.Order, "ordered")), Window: time.Duration(f.Window), Entry: Entry(unless(f.Entry, "any")),
		Repeats: Repeats(f.Repeats), StrictlyLater: f.StrictlyLater, HoldConstant: f.Hold,
	}
	for _, step := range f.Steps {
		m := step.compile()
		d.Steps = append(d.Steps, Step{Name: step.name(), Optional: step.Optional, Matches: func(e Event) bool { return m.matches(&e) }})
	}
	for _, x := range f.Exclude {
		m := x.compile()
		from, to := x.From-1, x.To-1
		if x.From == 0 && x.To == 0 {
			from, to = 0, len(f.Steps)-1
		}
		d.Exclusions = append(d.Exclusions, Exclusion{From: from, To: to, Matches: func(e Event) bool { return m.matches(&e) }})
	}
	if len(f.By) > 0 {
		d.Breakdown = Breakdown{Properties: f.By, Attribution: Attribution(f.Attribution), Step: f.Step - 1}
	}
	return d, FunnelOptions{Cohort: Cohort(f.Cohort), Dropped: f.Dropped}
}

// unless is the word, or nothing where it is the default's name.
func unless(word, usual string) string {
	if word == usual {
		return ""
	}
	return word
}

func (s FunnelStep) name() string {
	if s.As != "" {
		return s.As
	}
	for _, list := range [][]string{s.Events, s.Meanings, s.Stages, s.Channels, s.Pages} {
		if len(list) > 0 {
			return list[0]
		}
	}
	return ""
}

// UnitKind is Unit, or what it is where none is given.
func (f SavedFunnel) UnitKind() string { return cmp.Or(f.Unit, UnitPerson) }

// Needs are what must be read to count the funnel. A strict funnel needs every event, since any in between breaks it.
func (f SavedFunnel) Needs() Needs {
	matches := []Match{f.Only}
	for _, step := range f.Steps {
		matches = append(matches, step.Match)
	}
	for _, x := range f.Exclude {
		matches = append(matches, x.Match)
	}
	properties := slices.Concat(f.Hold, f.By)
	if f.Unit == UnitProperty {
		properties = append(properties, f.Key)
	}
	n := needs(matches, properties...)
	n.Campaigns = f.Unit == UnitSession
	if f.Order == string(Strict) {
		n.Names = "^(?s:.*)$"
	}
	return n
}

// FunnelCut parts histories into those that a funnel counts: within the period, of the segment, by session.
type FunnelCut struct {
	since, until time.Time
	only         *matcher
	session      bool
	gap          time.Duration
}

// Histories of a unit.
func (c *FunnelCut) Histories(h History) []History {
	h.Events = within(sortedEvents(h.Events), c.since, c.until)
	if c.only != nil && first(h.Events, c.only) < 0 {
		return nil
	}
	if !c.session {
		return []History{h}
	}
	var all []History
	for i, events := range sessionsOf(h.Events, c.gap) {
		all = append(all, History{UnitID: fmt.Sprintf("%s#%d", h.UnitID, i+1), Events: events})
	}
	return all
}
