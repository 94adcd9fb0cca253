package path

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"regexp"
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

// posthogAnswer is what our funnel says of a query: its rows by breakdown, and who took each step.
type posthogAnswer struct {
	rows   map[string][]FunnelRow
	actors map[string]map[int][]string
}

func answer(t *testing.T, c posthogCase, class string, f posthogFilter) posthogAnswer {
	d := c.definition(t, class, f)
	funnel, err := NewFunnel(d, FunnelOptions{Dropped: 100})
	if err != nil {
		t.Fatal(err)
	}
	a := posthogAnswer{map[string][]FunnelRow{}, map[string]map[int][]string{}}
	for _, h := range c.histories(t, f) {
		funnel.Add(h)
		for _, v := range funnel.plan.byValue(h) {
			for _, attempt := range v.attempts {
				at := a.actors[keyOf(v.values)]
				if at == nil {
					at = map[int][]string{}
					a.actors[keyOf(v.values)] = at
				}
				for _, step := range attempt.Steps {
					at[step+1] = append(at[step+1], h.UnitID)
				}
			}
		}
	}
	for _, row := range funnel.Rows() {
		a.rows[keyOf(row.Breakdown)] = append(a.rows[keyOf(row.Breakdown)], row)
	}
	return a
}

var (
	queryOf   = regexp.MustCompile(`q(\d+)`)
	stepField = regexp.MustCompile(`^q\d+\[(\d+)\]\.(name|count|average_conversion_time|median_conversion_time)$`)
	actorsAt  = regexp.MustCompile(`^actors_at_step\(filter,(\d+),(.*)\)$`)
)

func TestPostHogStrictFunnels(t *testing.T) {
	var file struct{ Cases []posthogCase }
	if !readCases(t, "posthog/funnels_strict.json", &file) {
		return
	}
	for _, c := range file.Cases {
		t.Run(c.ID[strings.LastIndex(c.ID, ":")+1:], func(t *testing.T) {
			query := 0
			for _, assert := range c.Asserts {
				subject, want := subjectOf(t, assert.Args)
				if m := queryOf.FindStringSubmatch(subject); m != nil {
					query, _ = strconv.Atoi(m[1])
				}
				q := c.Queries[query]
				checkPostHog(t, answer(t, c, q.Class, q.Filter), q.Filter, assert.Op, subject, want)
			}
		})
	}
	if len(file.Cases) != 30 {
		t.Errorf("%d cases", len(file.Cases))
	}
}

func subjectOf(t *testing.T, args []json.RawMessage) (subject string, want json.RawMessage) {
	for i, arg := range args {
		var ref struct {
			Ref string `json:"$ref"`
		}
		if json.Unmarshal(arg, &ref) == nil && ref.Ref != "" {
			return ref.Ref, args[1-i]
		}
	}
	t.Fatalf("no subject in %s", args)
	return "", nil
}

func checkPostHog(t *testing.T, a posthogAnswer, f posthogFilter, op, subject string, want json.RawMessage) {
	t.Helper()
	var number *float64
	isNumber := json.Unmarshal(want, &number) == nil
	field, actors := stepField.FindStringSubmatch(subject), actorsAt.FindStringSubmatch(subject)
	switch {
	case op == "funnel_results_equal":
		checkRows(t, a, want)
	case actors != nil:
		step, _ := strconv.Atoi(actors[1])
		var people []struct {
			Person string `json:"$person"`
		}
		if err := json.Unmarshal(want, &people); err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, p := range people {
			names = append(names, p.Person)
		}
		got := slices.Sorted(slices.Values(a.actors[breakdownOf(actors[2])][step]))
		if slices.Sort(names); !slices.Equal(got, names) {
			t.Errorf("%s: got %v, want %v", subject, got, names)
		}
	case strings.HasSuffix(subject, ".serialized)"):
		row := a.rows[""][max(f.Step, -f.Step-1)-1]
		got := float64(row.Units)
		if f.Step < 0 { // -n: those who took the step before n and not n
			got = float64(row.Dropped)
		}
		equalNumber(t, subject, got, number)
	case regexp.MustCompile(`^len\((sorted\()?q\d+\)+$`).MatchString(subject):
		equalNumber(t, subject, float64(len(a.rows)), number)
	case strings.HasPrefix(subject, "len(q"):
		for _, rows := range a.rows {
			equalNumber(t, subject, float64(len(rows)), number)
		}
	case strings.Contains(subject, ".breakdown"):
		if strings.Contains(string(want), "$stub") {
			want = json.RawMessage(`"test_cohort"`)
		}
		if a.rows[breakdownOf(string(want))] == nil {
			t.Errorf("%s: no %s among %v", subject, want, a.rows)
		}
	case field != nil:
		step, _ := strconv.Atoi(field[1])
		row := a.rows[""][step]
		switch field[2] {
		case "name":
			if strconv.Quote(row.Step) != string(want) {
				t.Errorf("%s: got %s, want %s", subject, row.Step, want)
			}
		case "count":
			equalNumber(t, subject, float64(row.Units), number)
		case "average_conversion_time":
			equalNumber(t, subject, row.MeanSeconds, number)
		case "median_conversion_time":
			equalNumber(t, subject, row.MedianSeconds, number)
		}
	default:
		t.Errorf("unknown assertion %s %s (number %t)", op, subject, isNumber)
	}
}

// breakdownOf is the key of a value as the cases write it.
func breakdownOf(text string) string {
	var one string
	var several []string
	switch {
	case text == "null":
		return keyOf(nil)
	case strings.Contains(text, "$stub"):
		return keyOf([]string{"test_cohort"})
	case text == `"ALL_USERS_COHORT_ID"`:
		return keyOf([]string{"all users"})
	case json.Unmarshal([]byte(text), &one) == nil:
		return keyOf([]string{one})
	}
	_ = json.Unmarshal([]byte(text), &several)
	return keyOf(several)
}

func checkRows(t *testing.T, a posthogAnswer, want json.RawMessage) {
	t.Helper()
	var rows []struct {
		Name      string
		Count     float64
		Mean      *float64        `json:"average_conversion_time"`
		Median    *float64        `json:"median_conversion_time"`
		Breakdown json.RawMessage `json:"breakdown_value"`
	}
	if err := json.Unmarshal(want, &rows); err != nil {
		t.Fatal(err)
	}
	got := a.rows[breakdownOf(string(rows[0].Breakdown))]
	if len(got) != len(rows) {
		t.Fatalf("%s: %d rows, want %d", rows[0].Breakdown, len(got), len(rows))
	}
	for i, row := range rows {
		label := fmt.Sprintf("%s %s", row.Breakdown, row.Name)
		if got[i].Step != row.Name {
			t.Errorf("%s: step %s", label, got[i].Step)
		}
		equalNumber(t, label+" count", float64(got[i].Units), &row.Count)
		equalNumber(t, label+" mean", got[i].MeanSeconds, row.Mean)
		equalNumber(t, label+" median", got[i].MedianSeconds, row.Median)
	}
}

// equalNumber takes no time for PostHog's null.
func equalNumber(t *testing.T, label string, got float64, want *float64) {
	t.Helper()
	if want == nil {
		want = new(float64)
	}
	if math.Abs(got-*want) > 1e-9 {
		t.Errorf("%s: got %v, want %v", label, got, *want)
	}
}
