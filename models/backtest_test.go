package models_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/models/qualify"
)

// TestBacktestComparesTwoSetsOfDefinitions: what the built-in ones did in the run is what their backtest finds, and a
// stricter one loses people, each of whom it can name.
func TestBacktestComparesTwoSetsOfDefinitions(t *testing.T) {
	db := load(t, market().events)
	builtin, err := qualify.Default()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := models.RunBacktest(t.Context(), db, models.BacktestOptions{Sides: []*qualify.Definitions{builtin}}); !errors.Is(err, models.ErrNothingToBacktest) {
		t.Errorf("before the first run: %v", err)
	}
	batch(t, db)
	strict, err := qualify.Load(qualify.File{Name: "own.yaml", Text: []byte(`qualifications:
  - {name: pql_depth, version: 9, plans: [free], lapse_days: 30, reason: r, when: {on: feature_used, at_least: 11}}
  - {name: pql_pages, version: 1, lapse_days: 30, reason: r, when: {where: 'url endsWith "/blog"', at_least: 1}}
`)})
	if err != nil {
		t.Fatal(err)
	}
	b, err := models.RunBacktest(t.Context(), db, models.BacktestOptions{Sides: []*qualify.Definitions{builtin, strict}, Horizon: 30 * 24 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	if b.Units != 44 || len(b.Sides) != 2 || b.Sides[0].Hash != builtin.Hash() || b.Sides[1].Hash != strict.Hash() {
		t.Fatalf("backtest of %d units: %+v", b.Units, b.Sides)
	}
	for _, d := range b.Sides[0].Definitions {
		if d.Name != "(any)" {
			wantRows(t, db, "SELECT uniqExact(unit_id), count() FROM qualifications WHERE unit_kind = 'person' AND definition = '"+d.Name+"'", twoFigures(d.Units, d.Times))
		}
	}
	changes := map[string]models.BacktestChange{}
	for _, c := range b.Changes {
		changes[c.Name] = c
	}
	if c := changes["pql_depth"]; c.Lost != 3 || c.Gained != 0 || c.LostWon != 3 || len(c.LostExamples) != 3 {
		t.Errorf("ten uses are not eleven: %+v", c)
	}
	if c := changes["pql_pages"]; c.Gained != 40 || c.GainedWon != 0 || len(c.GainedExamples) != 5 {
		t.Errorf("the passers-by read the blog: %+v", c)
	}
	for _, d := range b.Sides[0].Definitions {
		if d.Name == "pql_depth" && (d.Quality.Precision.Of != 3 || d.Quality.Recall.Of != 3 || len(d.Weeks) != 1 || d.Weeks[0].Units != 3) {
			t.Errorf("the three who used it bought it: %+v", d)
		}
	}
}

// TestBacktestWithinAPeriod counts first qualifications of that time only.
func TestBacktestWithinAPeriod(t *testing.T) {
	db := load(t, market().events)
	batch(t, db)
	builtin, err := qualify.Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		from, to time.Time
		want     int
	}{{monday, monday.AddDate(0, 0, 5), 0}, {monday, monday.AddDate(0, 0, 20), 3}, {monday.AddDate(0, 0, 20), time.Time{}, 0}} {
		b, err := models.RunBacktest(t.Context(), db, models.BacktestOptions{Sides: []*qualify.Definitions{builtin}, Kind: "account", From: c.from, To: c.to})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range b.Sides[0].Definitions {
			if d.Name == "pql_depth" && d.Units != c.want {
				t.Errorf("from %s to %s: %d accounts, want %d", c.from, c.to, d.Units, c.want)
			}
		}
	}
}

func twoFigures(a, b int) string { return fmt.Sprintf("%d %d", a, b) }
