package main

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/funnelcloud/funnelcloud/models/path"
)

// show writes the report in the form that is asked for.
func (r *pathsReport) show(s *screen, o *pathsOptions) error {
	switch o.output {
	case outputJSON:
		return writeJSON(s, r)
	case outputCSV:
		return r.writeCSV(s)
	}
	s.title("What there is")
	facts := [][]string{
		{r.unit, thousands(int64(r.Cases))}, {"steps", thousands(int64(r.Steps))},
		{"different ways", thousands(int64(r.Variants))}, {"ways that 80 % of the " + r.unit + " went", thousands(int64(r.Covering))},
		{"steps repeated at once", thousands(int64(r.SelfLoops))},
	}
	if r.Empty > 0 {
		facts = append(facts, []string{r.unit + " without any state", thousands(int64(r.Empty))})
	}
	s.facts(facts)
	r.showTransitions(s, o.top)
	r.showStates(s, o.top)
	r.showBottlenecks(s, o.top)
	r.showWays(s, o)
	r.showActions(s, o.top)
	r.showSegments(s)
	r.showHeadlines(s, o)
	return nil
}

// rest is the last row of a table: how many others there are.
func rest(others, columns int) []string {
	row := make([]string, columns)
	row[0], row[1] = path.Remaining, thousands(int64(others))+" others"
	return row
}

// showTransitions writes the commonest edges and, in a last row, what the others hold.
func (r *pathsReport) showTransitions(s *screen, top int) {
	s.title("What follows what")
	var rows [][]string
	for _, edge := range path.TopTransitions(r.Transitions, top) {
		if edge.From == path.Remaining && edge.Units == 0 {
			row := rest(len(r.Transitions)-top, 7)
			row[2] = thousands(int64(edge.Transitions))
			rows = append(rows, row)
			continue
		}
		rows = append(rows, []string{brief(edge.From, 18), brief(edge.To, 18), thousands(int64(edge.Transitions)),
			percent(edge.Share), timeOf(edge, edge.MedianSeconds), timeOf(edge, edge.P90Seconds), percent(edge.ConversionRate)})
	}
	s.table([]string{"from", "to", "times>", "leaving>", "median>", "p90>", "won>"}, rows)
}

// timeOf writes the time of a transition; nothing where nobody knows when the way began or ended.
func timeOf(edge path.Transition, seconds float64) string {
	if edge.From == path.Start || edge.P90Seconds == 0 && slices.Contains([]string{path.Open, path.Lost, path.Converted}, edge.To) {
		return ""
	}
	return span(seconds)
}

func (r *pathsReport) showStates(s *screen, top int) {
	s.title("What to expect of each state")
	var rows [][]string
	for i, state := range r.States {
		if top > 0 && i >= top {
			rows = append(rows, rest(len(r.States)-top, 7))
			break
		}
		rows = append(rows, []string{brief(state.State, 18), thousands(int64(state.Units)), percent(state.ReEntryRate),
			strconv.FormatFloat(state.ExpectedVisits, 'f', 2, 64), percent(state.WinProbability), between(state.WinLow, state.WinHigh),
			strconv.FormatFloat(state.ExpectedSteps, 'f', 1, 64) + " ± " + strconv.FormatFloat(state.StepsDeviation, 'f', 1, 64)})
	}
	s.table([]string{"state", r.unit + ">", "came back>", "visits>", "wins>", "95 %>", "steps left>"}, rows)
	if len(r.NoExit) > 0 && len(r.NoExit) < len(r.States) {
		sayf(s, "Nobody who came to %s was seen to win or lose afterwards: their chance to win counts as 0.", strings.Join(r.NoExit, ", "))
	}
	if len(r.WentOn) > 0 {
		ends := make([]string, len(r.WentOn))
		for i, end := range r.WentOn {
			ends[i] = fmt.Sprintf("%s (%s times)", brief(end.State, 24), thousands(int64(end.Times)))
		}
		sayf(s, "Some went on after %s. The chance to win is reckoned up to there; what came then counts among the transitions.", strings.Join(ends, ", "))
	}
}

// sayf writes a sentence, as wide as a screen.
func sayf(s *screen, format string, args ...any) {
	fmt.Fprintln(s.out, text.WrapSoft(fmt.Sprintf(format, args...), columns))
}

// between writes an interval of shares; nothing where none was computed.
func between(low, high float64) string {
	if low == 0 && high == 0 {
		return ""
	}
	if high < .1 {
		return fmt.Sprintf("%.1f–%.1f%%", 100*low, 100*high)
	}
	return fmt.Sprintf("%.0f–%.0f%%", 100*low, 100*high)
}

// showBottlenecks writes where time, volume and lost wins meet.
func (r *pathsReport) showBottlenecks(s *screen, top int) {
	worst := path.Bottlenecks(path.Segment{}, r.States)
	var rows [][]string
	for i, b := range worst {
		if b.Rank == 0 || top > 0 && i >= top {
			break
		}
		rows = append(rows, []string{brief(b.State, 24), span(b.MeanDays * 86400), thousands(int64(b.Entries)), percent(b.WinLost),
			strconv.FormatFloat(b.Score, 'f', 0, 64), span(b.MedianDays * 86400)})
	}
	if len(rows) == 0 {
		return
	}
	s.title("Bottlenecks: mean time × entries × chance to win that is lost on leaving")
	s.table([]string{"state", "mean stay>", "entries>", "win lost>", "score>", "median stay>"}, rows)
}

// showWays writes the commonest ways in full, each below its figures.
func (r *pathsReport) showWays(s *screen, o *pathsOptions) {
	s.title("Whole ways (repeats folded for the eye)")
	for i, v := range r.Top {
		figures := fmt.Sprintf("%s %s (%s), %s won, took %s", thousands(int64(v.Units)), r.unit, percent(share(v.Units, uint64(r.Cases))),
			percent(share(v.Won, v.Units)), span(v.MedianDays*86400))
		if v.Length == 0 {
			fmt.Fprintf(s.out, "    %s: %s\n", v.Compressed, figures)
			continue
		}
		fmt.Fprintf(s.out, "%3d %s; group %d\n", i+1, figures, v.Group)
		for line := range strings.SplitSeq(text.WrapSoft(shorten(strings.Join(strings.Fields(v.Compressed), " "), 600), 74), "\n") {
			fmt.Fprintf(s.out, "      %s\n", strings.TrimRight(line, " "))
		}
	}
	if o.way > 0 {
		sayf(s, "Way %d was gone by %s", o.way, strings.Join(r.UnitsOfTheWay, ", "))
	}
}

func share(part, whole uint64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// showActions writes what winners do and others don't, as far as that is no chance finding.
func (r *pathsReport) showActions(s *screen, top int) {
	var rows [][]string
	for _, a := range r.Actions {
		if a.Q > .05 || top > 0 && len(rows) == top {
			continue
		}
		when := "ever"
		if a.First {
			when = "first"
		}
		rows = append(rows, []string{brief(a.State, 24), when, percent(share(a.Winners, a.Won)), percent(share(a.Losers, a.NotWon)),
			fmt.Sprintf("%+.0f to %+.0f", 100*a.Low, 100*a.High), fmt.Sprintf("%.2g", a.Q)})
	}
	if len(rows) == 0 {
		return
	}
	s.title("What winners do and others don't (an association; at most 5 % by chance)")
	s.table([]string{"state", "", "winners>", "others>", "points>", "q>"}, rows)
}

func (r *pathsReport) showSegments(s *screen) {
	by := ""
	var rows [][]string
	flush := func() {
		if len(rows) > 0 {
			s.title("By " + by)
			s.table([]string{by, r.unit + ">", "won>", "95 %>", "linear>", "95 %>", "rework>"}, rows)
		}
		rows = nil
	}
	for _, row := range r.Segments {
		if row.By != by {
			flush()
			by = row.By
		}
		linear, interval := "", ""
		if r.Linearity != nil && row.Wins > 0 {
			linear, interval = percent(row.LinearityIndex), between(row.IndexLow, row.IndexHigh)
		}
		name := row.Segment
		if name == "" {
			name = "(none)"
		}
		rows = append(rows, []string{brief(name, 24), thousands(int64(row.Units)), percent(row.WinRate),
			between(row.WinRateLow, row.WinRateHigh), linear, interval, percent(row.ReworkShare)})
	}
	flush()
}

// showHeadlines writes what a sentence says best.
func (r *pathsReport) showHeadlines(s *screen, o *pathsOptions) {
	if l := r.Linearity; l != nil && l.Wins > 0 {
		fmt.Fprintln(s.out)
		sayf(s, "Of %s wins %s followed the drawn order (95 %%: %s); %s skipped a step, %s repeated one, %s went back, %s entered late.",
			thousands(int64(l.Wins)), percent(l.LinearityIndex), between(l.IndexLow, l.IndexHigh), thousands(int64(l.Skipped)),
			thousands(int64(l.Repeated)), thousands(int64(l.WentBack)), thousands(int64(l.EnteredLate)))
	}
	if q := r.Requalified; q != nil {
		within := ""
		if q.Requalified > 0 {
			within = ", half of them within " + span(q.MedianDays*86400)
		}
		fmt.Fprintln(s.out)
		sayf(s, "Of %s that were lost %s came back (95 %%: %s)%s.", thousands(int64(q.Disqualified)), percent(q.Rate), between(q.RateLow, q.RateHigh), within)
	}
	if e := r.Effect; e != nil {
		interval := ""
		if e.Resamples > 0 {
			interval = fmt.Sprintf(" (95 %%: %+.1f to %+.1f)", e.MoreWinsLow, e.MoreWinsHigh)
		}
		fmt.Fprintln(s.out)
		sayf(s, "If %s fewer went from %s to %s: %+.1f wins%s of %.1f that the chain expects of %s %s. An association, no promise: it takes those who are kept to fare as others there have fared.",
			percent(o.shift.Less), o.shift.From, o.shift.To, e.MoreWins, interval, e.WinsBefore, thousands(int64(e.Units)), r.unit)
	}
}

func (r *pathsReport) writeCSV(s *screen) error {
	w := csv.NewWriter(s.out)
	rows := [][]string{{"from", "to", "transitions", "units", "median_seconds", "p90_seconds", "conversion_rate",
		"conversion_low", "conversion_high", "share", "share_low", "share_high", "unit_share"}}
	for _, e := range r.Transitions {
		row := []string{e.From, e.To, strconv.FormatUint(e.Transitions, 10), strconv.FormatUint(e.Units, 10)}
		for _, x := range []float64{e.MedianSeconds, e.P90Seconds, e.ConversionRate, e.ConversionLow, e.ConversionHigh, e.Share, e.ShareLow, e.ShareHigh, e.UnitShare} {
			row = append(row, number(x))
		}
		rows = append(rows, row)
	}
	return w.WriteAll(rows)
}
