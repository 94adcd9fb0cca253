package models_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	compare "github.com/google/go-cmp/cmp"

	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/models/path"
	"github.com/funnelcloud/funnelcloud/queries"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// The numbers of the path reports are those of the other tables.
func TestPathsAgreeWithOtherReports(t *testing.T) {
	db := load(t, market().events)
	batch(t, db)
	for _, c := range []struct{ ours, theirs string }{
		{`SELECT unit_kind, state, entries, units FROM path_states WHERE state_kind = 'stage' ORDER BY ALL`,
			`SELECT unit_kind, stage, count(), uniqExact(unit_id) FROM stages WHERE junk_reason = '' GROUP BY ALL ORDER BY ALL`},
		{`SELECT unit_kind, wins FROM path_segments WHERE state_kind = 'stage' AND segment_by = '' ORDER BY ALL`,
			`SELECT unit_kind, uniqExact(unit_id) FROM stages WHERE stage = 'won' AND junk_reason = '' GROUP BY ALL ORDER BY ALL`},
		{`SELECT unit_kind, wins, linear, linearity_index FROM path_segments WHERE state_kind = 'stage' AND segment_by = '' ORDER BY ALL`,
			`SELECT unit_kind, wins, linear, linearity_index FROM path_linearity ORDER BY ALL`},
		{`SELECT unit_kind, sum(units), sum(won) FROM path_variants WHERE state_kind = 'stage' GROUP BY ALL ORDER BY ALL`,
			`SELECT unit_kind, units, wins FROM path_segments WHERE state_kind = 'stage' AND segment_by = '' ORDER BY ALL`},
		{`SELECT unit_kind, sum(units), sum(wins) FROM path_segments WHERE state_kind = 'stage' AND segment_by = 'month' GROUP BY ALL ORDER BY ALL`,
			`SELECT unit_kind, units, wins FROM path_segments WHERE state_kind = 'stage' AND segment_by = '' ORDER BY ALL`},
		{`SELECT to_state, sum(transitions) FROM path_transitions WHERE state_kind = 'channel' AND unit_kind = 'person' AND to_state NOT LIKE '(%' GROUP BY ALL ORDER BY ALL`,
			`SELECT t.channel, count() FROM touchpoints AS t LEFT JOIN (SELECT unit_id, min(entered_at) AS won_at FROM stages WHERE unit_kind = 'person' AND stage = 'won' GROUP BY unit_id) AS w
			 ON w.unit_id = t.person_id WHERE w.unit_id = '' OR t.touch_ts < w.won_at GROUP BY ALL ORDER BY ALL`},
		{`SELECT step, units FROM funnel_steps WHERE position = 1 ORDER BY ALL`,
			`SELECT 'signed_up', uniqExact(person_id) FROM person_events WHERE meaning = 'signed_up'`},
		{`SELECT position, sum(units) FROM funnel_cohorts GROUP BY ALL ORDER BY ALL`, `SELECT position, units FROM funnel_steps ORDER BY ALL`},
	} {
		ours := rows(t, db, c.ours)
		if len(ours) == 0 {
			t.Errorf("no rows: %s", c.ours)
		}
		if diff := compare.Diff(rows(t, db, c.theirs), ours); diff != "" {
			t.Errorf("%s\n%s", c.ours, diff)
		}
	}
	agreesWithTheWaterfall(t, db)
}

// panel runs the SQL of a panel over all people that are no junk, whenever it was.
func panel(t *testing.T, db *warehouse.DB, file string) [][]any {
	t.Helper()
	text, err := queries.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, pair := range [][2]string{{`\$\{unit_kind:sqlstring\}`, "'person'"}, {`\$\{junk:sqlstring\}`, "'without'"}, {`\$__timeFilter_ms\([^)]*\)`, "1"}} {
		text = regexp.MustCompile(pair[0]).ReplaceAllString(text, pair[1])
	}
	_, values, err := db.TableText(t.Context(), text, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(values) == 0 {
		t.Fatalf("%s has no rows", file)
	}
	return values
}

// agreesWithTheWaterfall compares the graph with the panel of stages, and funnels of two steps with the panel of steps.
func agreesWithTheWaterfall(t *testing.T, db *warehouse.DB) {
	t.Helper()
	study, err := models.DrawPaths(t.Context(), db, path.Definition{Name: "stages", States: []path.StateRule{{Match: path.Match{Stages: []string{"*"}}}}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	states, err := study.Whole.States()
	if err != nil {
		t.Fatal(err)
	}
	entered := map[string]uint64{}
	for _, e := range study.Whole.Graph() {
		entered[e.To] += e.Transitions
	}
	var ours, theirs []string
	for _, s := range states {
		ours = append(ours, fmt.Sprintf("%s: %d units, %d entries, %.4f came back", s.State, s.Units, s.Entries, s.ReEntryRate))
		if entered[s.State] != s.Entries {
			t.Errorf("%s is entered %d times in the graph, %d times in the table of states", s.State, entered[s.State], s.Entries)
		}
	}
	for _, row := range panel(t, db, "panels/waterfall/stages.sql") { // stage, owner, units, entries, returns, came back, …
		theirs = append(theirs, fmt.Sprintf("%v: %v units, %v entries, %.4f came back", row[0], row[2], row[3], row[5]))
	}
	slices.Sort(theirs)
	if diff := compare.Diff(theirs, ours); diff != "" {
		t.Error(diff)
	}
	stagesOf := map[string][]string{"qualified": {"mql", "pql", "cql"}}
	for _, row := range panel(t, db, "panels/waterfall/steps.sql") { // step → next step, entered, went on, …
		from, to, _ := strings.Cut(row[0].(string), " → ")
		steps := make([]path.FunnelStep, 2)
		for i, step := range []string{from, to} {
			stages := stagesOf[step]
			if stages == nil {
				stages = []string{step}
			}
			steps[i] = path.FunnelStep{Match: path.Match{Stages: stages}}
		}
		funnel, err := models.CountFunnel(t.Context(), db, path.SavedFunnel{Name: row[0].(string), Steps: steps})
		if err != nil {
			t.Fatal(err)
		}
		got := funnel.Rows()
		if fmt.Sprint(got[0].Units, got[1].Units) != fmt.Sprint(row[1], row[2]) {
			t.Errorf("%s: the funnel has %d and %d units, the waterfall %v and %v", row[0], got[0].Units, got[1].Units, row[1], row[2])
		}
	}
}
