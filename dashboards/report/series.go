package report

import (
	"math"
	"slices"
	"time"
)

// series reads rows of time, label and number, ordered by time. A time without a row of the label counts 0, since these are
// counts; and a week or month without any row stands there as well, or the chart would close the gap.
func (f *Figure) series() *Chart {
	if len(f.Data.Rows) == 0 {
		return nil
	}
	c := f.chart("time")
	var times []time.Time
	var labels []string
	values := map[string]map[int64]any{}
	for _, row := range f.Data.Rows {
		at, _ := row[0].(time.Time)
		label, _ := row[1].(string)
		if len(times) == 0 || !times[len(times)-1].Equal(at) {
			times = append(times, at)
		}
		if values[label] == nil {
			values[label] = map[int64]any{}
			labels = append(labels, label)
		}
		values[label][at.Unix()] = row[2]
	}
	times = withoutGaps(times)
	layout := time.DateOnly
	if len(times) > 1 && times[1].Sub(times[0]) < 23*time.Hour {
		layout = "2006-01-02 15:04:05"
	}
	slices.Sort(labels)
	for _, label := range labels {
		s := ChartSeries{Name: label, Color: f.color(label)}
		for _, at := range times {
			v := values[label][at.Unix()]
			if v == nil {
				v = 0.
			}
			s.Data = append(s.Data, v)
		}
		c.Series = append(c.Series, s)
	}
	for _, at := range times {
		c.Categories = append(c.Categories, at.Format(layout))
	}
	c.limitSeries()
	return c
}

// mostTimes bounds a chart's steps: ten years of weeks and more. Beyond, a gap is closed.
const mostTimes = 1000

// withoutGaps adds the days, weeks or months that are missing between times in order. The step is the shortest between two of
// them, in days of the calendar: where clocks change, a week has an hour more or less.
func withoutGaps(times []time.Time) []time.Time {
	shortest := math.MaxInt
	for i := 1; i < len(times); i++ {
		shortest = min(shortest, int(math.Round(times[i].Sub(times[i-1]).Hours()/24)))
	}
	if len(times) < 2 || shortest == 0 {
		return times
	}
	next := func(t time.Time) time.Time { return t.AddDate(0, 0, shortest) }
	if shortest >= 28 {
		next = func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }
	}
	all := times[:1:1]
	for _, t := range times[1:] {
		for at := next(all[len(all)-1]); at.Before(t); at = next(at) {
			if all = append(all, at); len(all) > mostTimes {
				return times
			}
		}
		all = append(all, t)
	}
	return all
}
