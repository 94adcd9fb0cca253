package report

import (
	"slices"
	"testing"
	"time"

	"github.com/funnelcloud/funnelcloud/dashboards/internal/fixture"
)

func in(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// Weeks begin on Mondays of the reader's zone, whatever ClickHouse's is, also where clocks change in between.
func TestWeeksBeginInTheZone(t *testing.T) {
	db := fixture.Shared(t)
	_, rows, err := db.TableText(t.Context(), "SELECT converted_at, sum(weight) FROM attribution_ledger WHERE unit_kind = 'person' AND conversion_type = 'won' AND model = 'linear' GROUP BY converted_at", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"UTC", "Europe/Berlin", "Pacific/Auckland", "America/Los_Angeles"} {
		zone, want := in(t, name), map[string]float64{}
		for _, row := range newFrame(nil, rows, zone).Rows {
			day := row[0].(time.Time)
			monday := day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
			want[monday.Format("2006-01-02")] += row[1].(float64)
		}
		page, err := Build(t.Context(), QueryOf(db), Options{Zone: zone, Model: "linear", Only: []string{"credit"}})
		if err != nil {
			t.Fatal(err)
		}
		chart := page.figures["attribution-7"].Chart
		if len(chart.Categories) < len(want) || len(want) < 10 {
			t.Errorf("%s: %d weeks, want %d and those between", name, len(chart.Categories), len(want))
		}
		for i, week := range chart.Categories {
			sum := 0.
			for _, s := range chart.Series {
				sum += s.Data[i].(float64)
			}
			if d := sum - want[week]; d > 1e-6 || d < -1e-6 {
				t.Errorf("%s: week of %s has %v conversions, want %v", name, week, sum, want[week])
			}
		}
	}
}

// A chart of time has a place for each week and month, those without any row too.
func TestChartsOfTimeCloseNoGap(t *testing.T) {
	berlin := in(t, "Europe/Berlin")
	day := func(m time.Month, d int) time.Time { return time.Date(2026, m, d, 0, 0, 0, 0, berlin) }
	for name, c := range map[string]struct{ times, want []time.Time }{
		"weeks over a change of clocks": {
			[]time.Time{day(3, 16), day(3, 23), day(4, 6)}, []time.Time{day(3, 16), day(3, 23), day(3, 30), day(4, 6)}},
		"months":   {[]time.Time{day(1, 1), day(2, 1), day(5, 1)}, []time.Time{day(1, 1), day(2, 1), day(3, 1), day(4, 1), day(5, 1)}},
		"one":      {[]time.Time{day(1, 5)}, []time.Time{day(1, 5)}},
		"hours":    {[]time.Time{day(1, 5), day(1, 5).Add(time.Hour)}, []time.Time{day(1, 5), day(1, 5).Add(time.Hour)}},
		"too many": {[]time.Time{day(1, 5), day(1, 6), day(1, 5).AddDate(50, 0, 0)}, []time.Time{day(1, 5), day(1, 6), day(1, 5).AddDate(50, 0, 0)}},
	} {
		if got := withoutGaps(c.times); !slices.EqualFunc(got, c.want, time.Time.Equal) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
