package models_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/queries/queriestest"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// A run after little that is new keeps the resamples of the run before and says so; what it says beside them is what a run says
// that computes everything. After much it draws anew, and then all is the same.
func TestResamplesAreCarriedOn(t *testing.T) {
	events := crowd(440).events
	slices.SortStableFunc(events, func(a, b event) int { return a.At.Compare(b.At) })
	of := func(from, until int, at time.Time) (some []event) {
		for _, e := range events {
			number := 0
			if _, err := fmt.Sscanf(e.AnonymousID+e.UserID, "a%d", &number); err != nil {
				_, _ = fmt.Sscanf(e.UserID, "u%d", &number)
			}
			if from <= number && number < until {
				e.IngestedAt = at
				some = append(some, e)
			}
		}
		return some
	}
	carrying, all := queriestest.New(t), queriestest.New(t)
	year := monday.AddDate(1, 0, 0)
	for i, step := range []struct {
		events    []event
		resampled string // run
	}{
		{of(0, 380, year), "1"}, {of(380, 388, year.AddDate(0, 0, 1)), "1"}, {of(388, 440, year.AddDate(0, 0, 2)), "3"},
	} {
		for db, o := range map[*warehouse.DB]models.Options{carrying: {}, all: {FullRefresh: true}} {
			if err := warehouse.Insert(t.Context(), db, "events", 0, step.events); err != nil {
				t.Fatal(err)
			}
			o.Bootstrap, o.ConversionTypes = 40, []string{"won"}
			if _, err := models.Run(t.Context(), db, o); err != nil {
				t.Fatal(err)
			}
		}
		wantRows(t, carrying, "SELECT if(full_because = '', 'changed units', 'all') FROM runs FINAL ORDER BY run_id DESC LIMIT 1", []string{"all", "changed units", "changed units"}[i])
		wantRows(t, carrying, "SELECT DISTINCT resampled_run_id FROM attribution_effects WHERE unit_kind = 'person'", step.resampled)
		wantRows(t, carrying, "SELECT DISTINCT resampled_run_id FROM path_segments WHERE unit_kind = 'person' AND segment_by = ''", step.resampled)
		for _, figures := range []string{
			"SELECT unit_kind, conversion_type, model, channel, journeys, converted, removal_effect, share, rank FROM attribution_effects ORDER BY ALL",
			"SELECT unit_kind, conversion_type, model, channel, credited_whole, credited_rest FROM attribution_effects_by_run WHERE run_id = (SELECT run_id FROM published_run) ORDER BY ALL",
			"SELECT * FROM attribution_ledger ORDER BY ALL",
			"SELECT * EXCEPT run_id FROM fitted_credit ORDER BY ALL",
			"SELECT * EXCEPT (run_id, resampled_run_id, moved) FROM path_segments ORDER BY ALL",
			"SELECT unit_kind, state_kind, state, entries, expected_visits, win_probability, win_lost, bottleneck FROM path_states ORDER BY ALL",
			"SELECT unit_kind, state_kind, from_state, to_state, transitions, share FROM path_transitions ORDER BY ALL",
		} {
			if diff := cmp.Diff(rows(t, all, figures), rows(t, carrying, figures)); diff != "" {
				t.Fatalf("run %d: %s (-all +carrying):\n%s", i+1, figures, diff)
			}
		}
		for _, intervals := range []string{
			"SELECT unit_kind, conversion_type, model, channel, low, high, lead_low, lead_high, rank_low, rank_high, same_rank, not_distinguishable_from FROM attribution_effects ORDER BY ALL",
			"SELECT unit_kind, state_kind, state, win_low, win_high, visits_low, visits_high, steps_low, steps_high, bottleneck_low, bottleneck_high FROM path_states WHERE unit_kind = 'person' ORDER BY ALL",
			"SELECT unit_kind, state_kind, from_state, to_state, share_low, share_high FROM path_transitions WHERE unit_kind = 'person' ORDER BY ALL",
		} {
			if diff := cmp.Diff(rows(t, all, intervals), rows(t, carrying, intervals)); (diff == "") != (step.resampled == fmt.Sprint(i+1)) {
				t.Errorf("run %d rests on resamples of run %s: %s (-all +carrying):\n%s", i+1, step.resampled, intervals, diff)
			}
		}
	}
}
