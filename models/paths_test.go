package models_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	compare "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/models/path"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// wanderers are events of people who go round in circles, do several things in one instant, and pause for days. Their
// names try what separators and quotes can do.
func wanderers(random *rand.Rand, people int) []event {
	names := []string{"Opened", "Opened > Report", `Said "hi"`, "New\nLine", "Zapped 👍", "Paid"}
	meanings := map[string]string{"Opened": "feature_used", "Paid": "activated"}
	pages := []string{"https://www.acme.test/pricing?x=1", "https://acme.test/blog/one", "https://app.acme.test/home#top"}
	s := &story{}
	for p := range people {
		day := float64(random.IntN(20))
		user := fmt.Sprintf("user-%02d", p)
		s.add(day, event{Kind: "track", Name: "Signed Up", Meaning: "signed_up", UserID: user, AccountID: fmt.Sprintf("acc-%d", p%7)})
		for range random.IntN(14) {
			switch random.IntN(4) { // gaps within a session, between sessions, and none
			case 0:
				day += random.Float64() * 5
			case 1:
				day += 10. / 24 / 60
			}
			e := event{Kind: "track", Name: names[random.IntN(len(names))], UserID: user, AccountID: fmt.Sprintf("acc-%d", p%7)}
			e.Meaning = meanings[e.Name]
			e.Properties = fmt.Sprintf(`{"plan":"%s","order":%d,"note":null}`, []string{"free", "pro"}[random.IntN(2)], random.IntN(9))
			if random.IntN(3) == 0 {
				e.Kind, e.Name, e.Meaning, e.URL = "page", "", "", pages[random.IntN(len(pages))]
			}
			s.add(day, e)
		}
	}
	// Ids that don't follow the order of writing, so that ties in time are broken by them and not by chance.
	ids := random.Perm(len(s.events))
	for i := range s.events {
		s.events[i].EventID = fmt.Sprintf("e%05d", ids[i])
	}
	return s.events
}

// histories are the same events as the pure package takes them, by the key given.
func histories(events []event, properties []string, key func(event) string) []path.History {
	events = slices.Clone(events)
	slices.SortFunc(events, func(a, b event) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Source, b.Source), cmp.Compare(a.EventID, b.EventID))
	})
	byUnit := map[string]*path.History{}
	var all []*path.History
	for _, e := range events {
		unit := key(e)
		if unit == "" {
			continue
		}
		h := byUnit[unit]
		if h == nil {
			h = &path.History{UnitID: unit}
			byUnit[unit] = h
			all = append(all, h)
		}
		h.Events = append(h.Events, path.Event{
			Name: e.Name, At: e.At.Truncate(time.Millisecond), Meaning: e.Meaning, Page: path.PageOf(e.URL), Properties: propertiesOf(e.Properties, properties),
		})
	}
	list := make([]path.History, len(all))
	for i, h := range all {
		list[i] = *h
	}
	return list
}

// propertiesOf reads the few properties that wanderers have, plainly.
func propertiesOf(text string, wanted []string) map[string]string {
	values := map[string]string{}
	for _, property := range wanted {
		_, rest, found := strings.Cut(text, `"`+property+`":`)
		if value, _, _ := strings.Cut(strings.TrimSuffix(rest, "}"), ","); found && value != "null" {
			values[property] = strings.Trim(value, `"`)
		}
	}
	return values
}

func byUser(e event) string { return e.UserID }

func byOrder(e event) string { return propertiesOf(e.Properties, []string{"order"})["order"] }

var anything = path.Match{Events: []string{"*"}}

// reports through states of choice, each with the unit that the events are sorted by.
func reports() map[string]struct {
	definition path.Definition
	key        func(event) string
} {
	type report = struct {
		definition path.Definition
		key        func(event) string
	}
	named := func(names ...string) path.Match { return path.Match{Events: names} }
	return map[string]report{
		"events":      {path.Definition{States: []path.StateRule{{Match: anything}}, Conversion: named("Paid")}, byUser},
		"a list":      {path.Definition{States: []path.StateRule{{Match: named("Opened", "Zapped*")}}, Conversion: named("Paid")}, byUser},
		"top and all": {path.Definition{States: []path.StateRule{{Match: anything, Top: 2}}, Conversion: named("Paid")}, byUser},
		"pages": {path.Definition{States: []path.StateRule{
			{Match: path.Match{Pages: []string{"/pricing*"}}, As: "pricing"}, {Match: path.Match{Pages: []string{"app.*"}}},
		}, Conversion: named("Paid")}, byUser},
		"phases": {path.Definition{States: []path.StateRule{
			{Match: path.Match{Pages: []string{"*"}}, Until: named("Zapped*")}, {Match: anything, After: named("Zapped*")},
		}, Loss: named("New*"), Conversion: named("Paid")}, byUser},
		"accounts": {path.Definition{Unit: path.UnitAccount, States: []path.StateRule{{Match: anything}}, Conversion: named("Paid")},
			func(e event) string { return e.AccountID }},
		"sessions":            {path.Definition{Unit: path.UnitSession, States: []path.StateRule{{Match: anything}}, Conversion: named("Paid")}, byUser},
		"orders":              {path.Definition{Unit: path.UnitProperty, Key: "order", States: []path.StateRule{{Match: anything}}, Conversion: named("Paid")}, byOrder},
		"silent for two days": {path.Definition{States: []path.StateRule{{Match: anything}}, Conversion: named("Paid"), Silence: path.Span(48 * time.Hour)}, byUser},
		"held": {path.Definition{States: []path.StateRule{{Match: anything}}, Hold: []string{"plan"}, By: []string{"plan", "month"},
			Start: named("Opened"), End: named("Zapped*"), Exclude: named("Said*")}, byUser},
		"a segment in a period": {path.Definition{
			States: []path.StateRule{{Match: path.Match{Meanings: []string{"*"}, Events: []string{"*"}, Where: map[string]string{"plan": "pro"}}}},
			Only:   path.Match{Events: []string{"Opened"}, Where: map[string]string{"plan": "free"}}, Conversion: named("Paid"),
			Since: path.Date{Time: monday.AddDate(0, 0, 3)}, Until: path.Date{Time: monday.AddDate(0, 0, 18)},
		}, byUser},
	}
}

// What the database's paths say is what the pure package says of the same events, whatever the order of their arrival.
func TestPathsOfTheDatabaseEqualThePureOnes(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	events := wanderers(random, 60)
	shuffled := slices.Clone(events)
	random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	db := load(t, shuffled[:len(shuffled)/3])
	for part := range slices.Chunk(shuffled[len(shuffled)/3:], 100) {
		if err := warehouse.Insert(t.Context(), db, "events", 0, part); err != nil {
			t.Fatal(err)
		}
	}
	batch(t, db)
	for name, report := range reports() {
		t.Run(name, func(t *testing.T) {
			d := report.definition
			d.Name = name
			got, err := models.DrawPaths(t.Context(), db, d, 0)
			if err != nil {
				t.Fatal(err)
			}
			want := pureStudy(t, d, histories(events, d.Needs().Properties, report.key))
			if want.Whole.Units() < 5 {
				t.Fatalf("only %d units: nothing is compared", want.Whole.Units())
			}
			if diff := compare.Diff(figures(t, want), figures(t, got), cmpopts.EquateApprox(1e-9, 1e-9)); diff != "" {
				t.Error(diff)
			}
		})
	}
	agreesWithWindows(t, db)
	countsOfTheDatabase(t, db, events)
}

func pureStudy(t *testing.T, d path.Definition, all []path.History) *path.Study {
	ways, err := path.NewWays(d, lastOf(all))
	if err != nil {
		t.Fatal(err)
	}
	if ways.Counting() {
		for _, h := range all {
			ways.Count(h)
		}
		ways.Settle()
	}
	study := path.NewStudy(ways.Options(0))
	for _, h := range all {
		for _, trail := range ways.Trails(h) {
			study.Add(trail)
		}
	}
	return study
}

// lastOf is the end of observation.
func lastOf(all []path.History) time.Time {
	var last time.Time
	for _, h := range all {
		if at := h.Events[len(h.Events)-1].At; at.After(last) {
			last = at
		}
	}
	return last
}

// figures are all that a study says.
func figures(t *testing.T, s *path.Study) []any {
	parts, err := s.Parts()
	if err != nil {
		t.Fatal(err)
	}
	var all []any
	for _, part := range parts {
		states, graph, err := part.Builder.Figures(5, 1)
		if err != nil {
			t.Fatal(err)
		}
		variants := part.Builder.Variants(0)
		part.Builder.Group(variants, 3)
		all = append(all, part.Segment, states, graph, variants, part.Row([][]string{{"Opened"}, {path.Converted}}), part.Builder.Actions())
	}
	return all
}

// The transitions that ClickHouse's own window functions find are those of the graph.
func agreesWithWindows(t *testing.T, db *warehouse.DB) {
	t.Helper()
	study, err := models.DrawPaths(t.Context(), db, path.Definition{
		Name: "windows", States: []path.StateRule{{Match: anything}}, Won: []string{}, Conversion: path.Match{Events: []string{"never"}},
	}, 0)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range study.Whole.Graph() {
		got = append(got, fmt.Sprintln(e.From, "→", e.To, e.Transitions, e.Units))
	}
	slices.Sort(got)
	_, values, err := db.TableText(t.Context(), `
		SELECT from_state, to_state, count(), uniqExact(person_id) FROM
		(
			SELECT person_id, name AS from_state, leadInFrame(name, 1, '(open)') OVER w AS to_state
			FROM person_events WHERE name != ''
			WINDOW w AS (PARTITION BY person_id ORDER BY event_ts, source, event_id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
			UNION ALL
			SELECT person_id, '(start)', argMin(name, (event_ts, source, event_id)) FROM person_events WHERE name != '' GROUP BY person_id
		) GROUP BY from_state, to_state`, nil)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, row := range values {
		want = append(want, fmt.Sprintln(row[0], "→", row[1], row[2], row[3]))
	}
	slices.Sort(want)
	if diff := compare.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A funnel over the database counts as the pure one does.
func countsOfTheDatabase(t *testing.T, db *warehouse.DB, events []event) {
	t.Helper()
	saved := path.SavedFunnel{
		Name: "opened, then paid", Steps: []path.FunnelStep{
			{Match: path.Match{Meanings: []string{"signed_up"}}}, {Match: path.Match{Events: []string{"Zapped*"}}, Optional: true},
			{Match: path.Match{Events: []string{"Paid"}}},
		},
		Exclude: []path.FunnelExclusion{{Match: path.Match{Events: []string{"New*"}}, From: 1, To: 2}},
		Window:  path.Span(20 * 24 * time.Hour), By: []string{"plan"}, Cohort: "week",
	}
	got, err := models.CountFunnel(t.Context(), db, saved)
	if err != nil {
		t.Fatal(err)
	}
	want, cut, err := saved.Compile()
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range histories(events, []string{"plan"}, byUser) {
		for _, part := range cut.Histories(h) {
			want.Add(part)
		}
	}
	if len(want.Rows()) < 6 || want.Rows()[5].Units == 0 {
		t.Fatalf("nothing to compare: %+v", want.Rows())
	}
	if diff := compare.Diff(want.Rows(), got.Rows()); diff != "" {
		t.Error(diff)
	}
	if diff := compare.Diff(want.Cohorts(), got.Cohorts()); diff != "" {
		t.Error(diff)
	}
}
