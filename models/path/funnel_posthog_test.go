package path

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

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
