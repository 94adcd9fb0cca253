package path

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// PostHog's paths name a state by its place in the session ("2_/about"), which makes a graph without loops of one with
// them. So named, our graph has their edges, no more and no fewer; it just doesn't need the names.
func TestPostHogPaths(t *testing.T) {
	var file struct {
		Cases []struct {
			ID      string
			Persons []struct {
				IDs []string `json:"distinct_ids"`
			}
			Events []struct {
				Event      string
				Person     string `json:"distinct_id"`
				Timestamp  *string
				Properties map[string]string
			}
			Queries []struct {
				Filter struct {
					PathType   string `json:"path_type"`
					Properties []posthogProperty
				}
			}
			Asserts []struct{ Args []json.RawMessage }
		}
	}
	if !readCases(t, "posthog/paths_recorded.json", &file) {
		return
	}
	for _, c := range file.Cases {
		t.Run(c.ID[strings.LastIndex(c.ID, ":")+1:], func(t *testing.T) {
			filter := c.Queries[0].Filter
			b := NewBuilder(Options{StateKind: "event"})
			for _, person := range c.Persons {
				var visits []Visit
				for i, e := range c.Events {
					state, of := pathState(e.Event, e.Properties, filter.PathType)
					if !slices.Contains(person.IDs, e.Person) || !of || slices.ContainsFunc(filter.Properties, func(p posthogProperty) bool {
						return !p.matches(Event{Properties: e.Properties})
					}) {
						continue
					}
					at := time.Unix(int64(i), 0)
					if e.Timestamp != nil {
						var err error
						if at, err = parseTime(*e.Timestamp); err != nil {
							t.Fatal(err)
						}
					}
					visits = append(visits, Visit{State: state, At: at})
				}
				for _, session := range sessions(visits) {
					b.Add(Trail{UnitID: person.IDs[0], Visits: session})
				}
			}
			got := map[string]float64{}
			for _, edge := range b.Graph() {
				if edge.From != Start && edge.To != Open {
					got[edge.From+" > "+edge.To] = float64(edge.Transitions)
				}
			}
			want := pathEdges(t, c.Asserts)
			if len(want) == 0 || !maps.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
	if len(file.Cases) != 4 {
		t.Errorf("%d cases", len(file.Cases))
	}
}

// pathState is what an event is called in paths of the type (pages where none is given), if it is in them.
func pathState(name string, properties map[string]string, pathType string) (state string, of bool) {
	switch pathType {
	case "custom_event":
		return name, !strings.HasPrefix(name, "$")
	case "$screen":
		return properties["$screen_name"], name == "$screen"
	}
	return properties["$current_url"], name == "$pageview"
}

// sessions cuts visits where nothing happened for half an hour, and puts their place before their names.
func sessions(visits []Visit) (all [][]Visit) {
	for i, v := range visits {
		if i == 0 || v.At.Sub(visits[i-1].At) > 30*time.Minute {
			all = append(all, nil)
		}
		last := len(all) - 1
		v.State = fmt.Sprintf("%d_%s", len(all[last])+1, v.State)
		all[last] = append(all[last], v)
	}
	return all
}

func pathEdges(t *testing.T, asserts []struct{ Args []json.RawMessage }) map[string]float64 {
	field := regexp.MustCompile(`^(q0\[\d+\])\.(source|target|value)$`)
	source, target, value := map[string]string{}, map[string]string{}, map[string]float64{}
	for _, assert := range asserts {
		subject, want := subjectOf(t, assert.Args)
		m := field.FindStringSubmatch(subject)
		if m == nil {
			t.Fatalf("unknown assertion on %s", subject)
		}
		var text string
		var number float64
		if json.Unmarshal(want, &text) != nil {
			if err := json.Unmarshal(want, &number); err != nil {
				t.Fatal(err)
			}
		}
		switch m[2] {
		case "source":
			source[m[1]] = text
		case "target":
			target[m[1]] = text
		default:
			value[m[1]] = number
		}
	}
	edges := map[string]float64{}
	for row, n := range value {
		edges[source[row]+" > "+target[row]] = n
	}
	return edges
}
