package path

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// posthogCase is a recorded test of PostHog: events, funnel queries on them and what they answer.
type posthogCase struct {
	ID      string
	Persons []struct {
		IDs        []string `json:"distinct_ids"`
		Properties map[string]any
	}
	Events []struct {
		Event      string
		Person     string `json:"distinct_id"`
		Timestamp  *string
		Properties map[string]any
	}
	Queries []struct {
		ID, Class string
		Filter    posthogFilter
	}
	Asserts []struct {
		Op   string
		Args []json.RawMessage
	}
	Actions []struct {
		Name  string
		Match struct {
			Event      string
			Properties []posthogProperty
		}
	}
}

type posthogProperty struct {
	Key, Operator string
	Value         any
}

type posthogStep struct {
	ID         json.RawMessage
	Order      int
	Properties []posthogProperty
}

type posthogFilter struct {
	Events, Actions  []posthogStep
	From             string          `json:"date_from"`
	To               string          `json:"date_to"`
	Days             int             `json:"funnel_window_days"`
	Interval         int             `json:"funnel_window_interval"`
	IntervalUnit     string          `json:"funnel_window_interval_unit"`
	Breakdown        json.RawMessage `json:"breakdown"`
	BreakdownType    string          `json:"breakdown_type"`
	Attribution      string          `json:"breakdown_attribution_type"`
	AttributionValue any             `json:"breakdown_attribution_value"`
	Step             int             `json:"funnel_step"`
}

func readCases(t *testing.T, file string, into any) (found bool) {
	t.Helper()
	text, err := os.ReadFile("../../../shared/data/" + file)
	if errors.Is(err, fs.ErrNotExist) {
		t.Logf("%s is not here: nothing compared", file)
		return false
	}
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		t.Fatal(err)
	}
	return true
}

func (p posthogProperty) matches(e Event) bool {
	value := e.Properties[p.Key]
	if p.Operator == "icontains" {
		return strings.Contains(strings.ToLower(value), strings.ToLower(fmt.Sprint(p.Value)))
	}
	wanted, list := p.Value.([]any)
	if !list {
		wanted = []any{p.Value}
	}
	return slices.ContainsFunc(wanted, func(w any) bool { return fmt.Sprint(w) == value })
}

func (c posthogCase) step(s posthogStep) Step {
	var name string
	properties := s.Properties
	if json.Unmarshal(s.ID, &name) != nil {
		name = "user signed up" // the action of the one case that keeps no name for it
	}
	for _, action := range c.Actions {
		if name == "action:"+action.Name {
			name, properties = action.Match.Event, action.Match.Properties
		}
	}
	return Step{Name: name, Matches: func(e Event) bool {
		return e.Name == name && !slices.ContainsFunc(properties, func(p posthogProperty) bool { return !p.matches(e) })
	}}
}

func (c posthogCase) definition(t *testing.T, class string, f posthogFilter) FunnelDefinition {
	d := FunnelDefinition{Window: time.Duration(cmp.Or(f.Days, 14)) * 24 * time.Hour}
	if f.Interval > 0 {
		d.Window = time.Duration(f.Interval) * map[string]time.Duration{"day": 24 * time.Hour, "minute": time.Minute}[f.IntervalUnit]
	}
	if strings.HasPrefix(class, "ClickhouseFunnelStrict") {
		d.Order = Strict
	}
	steps := slices.Concat(f.Events, f.Actions)
	slices.SortFunc(steps, func(a, b posthogStep) int { return a.Order - b.Order })
	for _, s := range steps {
		d.Steps = append(d.Steps, c.step(s))
	}
	d.Breakdown.Properties = c.breakdown(f)
	d.Breakdown.Attribution = Attribution(f.Attribution)
	if f.BreakdownType == "person" || f.BreakdownType == "cohort" {
		d.Breakdown.Attribution = AttributeUnit
	}
	if d.Breakdown.Attribution == AttributeStep {
		step, err := strconv.Atoi(fmt.Sprint(f.AttributionValue))
		if err != nil {
			t.Fatal(err)
		}
		d.Breakdown.Step = step
	}
	return d
}

func (c posthogCase) breakdown(f posthogFilter) (properties []string) {
	var one string
	switch {
	case f.BreakdownType == "cohort" || len(f.Breakdown) == 0:
	case json.Unmarshal(f.Breakdown, &one) == nil:
		properties = []string{one}
	default:
		_ = json.Unmarshal(f.Breakdown, &properties)
	}
	return properties
}

// histories are those of the persons in the range of the query.
func (c posthogCase) histories(t *testing.T, f posthogFilter) []History {
	var all []History
	for _, person := range c.Persons {
		h := History{UnitID: person.IDs[0]}
		switch f.BreakdownType {
		case "person":
			h.Segments = []string{fmt.Sprint(person.Properties[c.breakdown(f)[0]])}
		case "cohort": // the one cohort holds persons with key = value
			if strings.HasPrefix(string(f.Breakdown), "[") {
				h.Segments = []string{"all users"}
			}
			if person.Properties["key"] == "value" {
				h.Segments = append(h.Segments, "test_cohort")
			}
		}
		for i, e := range c.Events {
			if !slices.Contains(person.IDs, e.Person) {
				continue
			}
			at := time.Unix(int64(i), 0)
			if e.Timestamp != nil {
				var err error
				if at, err = parseTime(*e.Timestamp); err != nil {
					t.Fatal(err)
				}
				if from, err := parseTime(f.From); err == nil && at.Before(from) {
					continue
				}
				if to, err := parseTime(f.To); err == nil && !at.Before(to.Add(24*time.Hour)) {
					continue
				}
			}
			event := Event{Name: e.Event, At: at, Properties: map[string]string{}}
			for key, value := range e.Properties {
				event.Properties[key] = fmt.Sprint(value)
			}
			h.Events = append(h.Events, event)
		}
		all = append(all, h)
	}
	return all
}
