package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/models/path"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// results are what the demo shows, as rows of the statements under queries/screens.
type results struct {
	Ingest    ingestResult      `json:"ingest"`
	Rejects   []rejectResult    `json:"rejects"`
	Run       models.Report     `json:"run"`
	Waterfall []waterfallResult `json:"waterfall"`
	Credit    []creditResult    `json:"credit"`
	Paths     []pathResult      `json:"paths"`
	Linearity []path.Linearity  `json:"linearity"`
	Report    string            `json:"report"`
	Dashboard string            `json:"dashboards"`
	Data      string            `json:"data"`
}

type ingestResult struct {
	Messages   uint64  `ch:"messages" json:"messages"`
	Events     uint64  `ch:"events" json:"events"`
	Duplicates int64   `ch:"duplicates" json:"duplicates"`
	Rejects    uint64  `ch:"rejects" json:"rejects"`
	Skewed     uint64  `ch:"skewed" json:"skewed"`
	Seconds    float64 `json:"seconds"`
}

type rejectResult struct {
	Reason   string `ch:"reason" json:"reason"`
	Messages uint64 `ch:"messages" json:"messages"`
	Example  string `ch:"example" json:"example"`
}

type waterfallResult struct {
	Stage       string  `ch:"stage" json:"stage"`
	Units       uint64  `ch:"units" json:"units"`
	Entries     uint64  `ch:"entries" json:"entries"`
	Returned    uint64  `ch:"returned" json:"returned"`
	OfInquiries float64 `ch:"of_inquiries" json:"of_inquiries"`
}

type creditResult struct {
	Channel       string  `ch:"channel" json:"channel"`
	First         float64 `ch:"first" json:"first"`
	Last          float64 `ch:"last" json:"last"`
	LastNonDirect float64 `ch:"last_non_direct" json:"last_non_direct"`
	Linear        float64 `ch:"linear" json:"linear"`
	TimeDecay     float64 `ch:"time_decay" json:"time_decay"`
	UShaped       float64 `ch:"u_shaped" json:"u_shaped"`
	Markov        float64 `ch:"markov" json:"markov"`
	Truth         float64 `ch:"truth" json:"truth"`
}

type pathResult struct {
	Path       string  `ch:"path" json:"path"`
	Units      uint64  `ch:"units" json:"units"`
	Won        uint64  `ch:"won" json:"won"`
	MedianDays float64 `ch:"median_days" json:"median_days"`
}

// The conversion whose credit the demo shows.
const (
	shownUnit       = "person"
	shownConversion = "won"
)

// readResults fills everything that the published run and the ingest tables know.
func readResults(ctx context.Context, db *warehouse.DB, r *results) error {
	unit := warehouse.Params{"unit_kind": shownUnit}
	ingested, err := warehouse.SelectAll[ingestResult](ctx, db, "screens/ingest.sql", nil)
	if err != nil {
		return err
	}
	seconds := r.Ingest.Seconds
	r.Ingest = ingested[0]
	r.Ingest.Seconds = seconds
	if r.Rejects, err = warehouse.SelectAll[rejectResult](ctx, db, "screens/rejects.sql", nil); err != nil {
		return err
	}
	if r.Waterfall, err = warehouse.SelectAll[waterfallResult](ctx, db, "screens/waterfall.sql", unit); err != nil {
		return err
	}
	if r.Credit, err = warehouse.SelectAll[creditResult](ctx, db, "screens/credit.sql",
		warehouse.Params{"unit_kind": shownUnit, "conversion_type": shownConversion}); err != nil {
		return err
	}
	if r.Paths, err = warehouse.SelectAll[pathResult](ctx, db, "screens/paths.sql",
		warehouse.Params{"unit_kind": shownUnit, "min_length": uint32(4), "top": uint32(8)}); err != nil {
		return err
	}
	r.Linearity, err = warehouse.SelectAll[path.Linearity](ctx, db, "screens/linearity.sql", unit)
	return err
}

// show writes the results as tables.
func (r *results) show(s *screen) {
	r.showIngest(s)
	r.showWaterfall(s)
	r.showCredit(s)
	r.showPaths(s)
	r.showSteps(s)
	s.title("Where it is")
	s.places([][]string{
		{"report", r.Report}, {"Grafana dashboards", r.Dashboard}, {"data", r.Data}})
}

func (r *results) showIngest(s *screen) {
	i := r.Ingest
	s.title("Streamed through Kafka into ClickHouse")
	s.facts([][]string{
		{"messages", thousands(int64(i.Messages))},
		{"messages a second, simulating at the same time", thousands(int64(float64(i.Messages) / max(i.Seconds, 1e-3)))},
		{"events, each counted once", thousands(int64(i.Events))},
		{"duplicates that collapsed", thousands(i.Duplicates)},
		{"clocks corrected by more than a minute", thousands(int64(i.Skewed))},
		{"refused, kept with the reason", thousands(int64(i.Rejects))},
	})
	rows := make([][]string, 0, len(r.Rejects))
	for _, reject := range r.Rejects {
		rows = append(rows, []string{reject.Reason, thousands(int64(reject.Messages)), shorten(reject.Example, 50)})
	}
	if len(rows) > 0 {
		s.title("Refused")
		s.table([]string{"reason", "messages>", "example"}, rows)
	}
}

func (r *results) showWaterfall(s *screen) {
	s.title("The waterfall: people by stage (junk left out)")
	rows := make([][]string, 0, len(r.Waterfall))
	for _, w := range r.Waterfall {
		rows = append(rows, []string{w.Stage, thousands(int64(w.Units)), thousands(int64(w.Entries)),
			thousands(int64(w.Returned)), percent(w.OfInquiries)})
	}
	s.table([]string{"stage", "people>", "entries>", "came back>", "of inquiries>"}, rows)
}

func (r *results) showCredit(s *screen) {
	s.title(fmt.Sprintf("Who gets credit for customers won (%.0f days' look-back), beside the truth", demoLookBack.Hours()/24))
	rows := make([][]string, 0, len(r.Credit))
	for _, c := range r.Credit {
		row := []string{shorten(c.Channel, 16)}
		for _, share := range []float64{c.First, c.Last, c.LastNonDirect, c.Linear, c.TimeDecay, c.UShaped, c.Markov, c.Truth} {
			row = append(row, percent(share))
		}
		rows = append(rows, row)
	}
	s.table([]string{"channel", "first>", "last>", "last nd>", "linear>", "decay>", "U>", "Markov>", "truth>"}, rows)
}

func (r *results) showSteps(s *screen) {
	steps := make([][]string, 0, len(r.Run.Steps))
	for _, step := range r.Run.Steps {
		steps = append(steps, []string{step.Name, thousands(int64(step.RowsIn)), thousands(int64(step.RowsOut)), fmt.Sprintf("%.1f", step.Seconds)})
	}
	held, checks := 0, 0
	for _, check := range r.Run.Checks {
		if check.Notice {
			continue
		}
		checks++
		if check.Violations == 0 {
			held++
		}
	}
	s.title(fmt.Sprintf("The batch; %d of %d data checks hold", held, checks))
	s.table([]string{"step", "rows read>", "rows written>", "seconds>"}, steps)
}

func (r *results) showPaths(s *screen) {
	s.title("Paths people really take (loops folded)")
	rows := make([][]string, 0, len(r.Paths))
	for _, p := range r.Paths {
		rows = append(rows, []string{shorten(p.Path, 50), thousands(int64(p.Units)), thousands(int64(p.Won)),
			strconv.FormatFloat(p.MedianDays, 'f', 1, 64)})
	}
	s.table([]string{"path", "people>", "won>", "days>"}, rows)
	for _, l := range r.Linearity {
		fmt.Fprintf(s.out, "\nOf %s wins %s followed the drawn funnel: %s skipped a stage,\n"+
			"%s repeated one, %s went back, %s entered late,\n%s came back from nurture or disqualified.\n",
			thousands(int64(l.Wins)), percent(l.LinearityIndex), thousands(int64(l.Skipped)), thousands(int64(l.Repeated)),
			thousands(int64(l.WentBack)), thousands(int64(l.EnteredLate)), thousands(int64(l.Recovered)))
	}
}
