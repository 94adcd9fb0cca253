package main

import (
	"fmt"
	"strings"
)

func (st *status) show(s *screen) {
	consumers := "consumers that Kafka does not count"
	if st.Consumers >= 0 {
		consumers = fmt.Sprintf("%d consumer(s)", st.Consumers)
	}
	s.title(fmt.Sprintf("Topics, read by group %s of %s", st.Group, consumers))
	rows, silent := [][]string{}, 0
	for _, t := range st.Topics {
		if t.Messages == 0 && t.Lag == 0 {
			silent++
			continue
		}
		rows = append(rows, []string{t.Topic, fmt.Sprint(t.Partitions), thousands(t.Lag), thousands(int64(t.Messages)),
			rate(t.PerSecond), ago(st.Now, t.LastBatch)})
	}
	s.table([]string{"topic", "parts>", "lag>", "stored>", "a second>", "last batch"}, rows)
	if silent > 0 {
		fmt.Fprintf(s.out, "%d topics without a message are left out.\n", silent)
	}
	if len(st.Missing) > 0 {
		fmt.Fprintf(s.out, "Not in Kafka, though a source reads them: %s.\n", strings.Join(st.Missing, ", "))
	}
	st.showRejects(s)
	s.title("Freshness")
	s.places([][]string{
		{"last batch stored", ago(st.Now, st.Fresh.LastBatch)},
		{"last run published", ago(st.Now, st.Fresh.LastPublished)},
		{"which read what was ingested", ago(st.Now, st.Fresh.EventsUntil)},
	})
	st.showRuns(s)
	showLeftOut(s, st.LeftOut)
}

func (st *status) showRejects(s *screen) {
	s.title("Still refused; 'funnelcloud replay' maps them again")
	if len(st.Rejects) == 0 {
		fmt.Fprintln(s.out, "Nothing.")
		return
	}
	rows := [][]string{}
	for _, r := range st.Rejects {
		rows = append(rows, []string{r.Source, r.Reason, thousands(int64(r.LastHour)), thousands(int64(r.LastDay)), thousands(int64(r.Total))})
	}
	s.table([]string{"source", "reason", "last hour>", "last day>", "in all>"}, rows)
}

func (st *status) showRuns(s *screen) {
	s.title("Last runs")
	if len(st.Runs) == 0 {
		fmt.Fprintln(s.out, "None yet; 'funnelcloud run' computes.")
		return
	}
	rows := [][]string{}
	for _, r := range st.Runs {
		rows = append(rows, []string{fmt.Sprint(r.ID), r.Status, ago(st.Now, r.Started), fmt.Sprintf("%.1f", r.Seconds), thousands(int64(r.Events)), shorten(r.extent(), 28)})
	}
	s.table([]string{"run>", "status", "started", "seconds>", "events>", "computed, or error"}, rows)
	held := 0
	for _, c := range st.Checks {
		if c.Violations > 0 {
			fmt.Fprintf(s.out, "Data check %s fails: %s violations.\n", c.Check, thousands(int64(c.Violations)))
		} else {
			held++
		}
	}
	fmt.Fprintf(s.out, "%d of %d data checks of the published run hold.\n", held, len(st.Checks))
}

// extent is what a run computed, or what kept it from that.
func (r runStatus) extent() string {
	switch {
	case r.Error != "":
		return r.Error
	case r.FullBecause != "":
		return "all: " + r.FullBecause
	}
	return thousands(int64(r.ChangedPersons)) + " people"
}

// rate writes messages a second; tenths count where there are few.
func rate(perSecond float64) string {
	if perSecond >= 1000 {
		return thousands(int64(perSecond))
	}
	return fmt.Sprintf("%.1f", perSecond)
}
