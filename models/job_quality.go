package models

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/funnelcloud/funnelcloud/models/quality"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// Horizons over which definitions are judged, in days. 90 is the one that is quoted; the shorter one says something of a
// company that has not been observed for long.
var qualityHorizons = []uint32{30, 90}

// Steps of the scores' thresholds.
const (
	leadScore        = "lead_score"
	leadScoreStep    = 5
	leadScoreHighest = 200
	bantScore        = "bant"
)

// judgeDefinitions says how good the definitions of qualification are, for people and accounts.
func judgeDefinitions(ctx context.Context, r *run) (in, out uint64, err error) {
	for _, kind := range []string{unitPerson, unitAccount} {
		j := &judge{run: r, kind: kind}
		err := j.judge(ctx)
		in, out = in+j.read, out+j.written
		if err != nil {
			return in, out, fmt.Errorf("quality of definitions for %ss: %w", kind, err)
		}
	}
	return in, out, nil
}

// judge holds what is known of one kind of unit: a few dozen bytes for each that became a lead.
type judge struct {
	run           *run
	kind          string
	lives         []quality.Life
	units         []quality.Unit
	flags         quality.Flags
	sales         []quality.Flag
	crossings     map[string][]quality.Crossing // by score
	team          []teamAnswer
	read, written uint64
}

func (j *judge) judge(ctx context.Context) error {
	if err := j.writePeaks(ctx); err != nil {
		return err
	}
	if err := j.load(ctx); err != nil || len(j.units) == 0 {
		return err // nobody became a lead: there is nothing to judge
	}
	for _, days := range qualityHorizons {
		o := j.options(days)
		for _, write := range []func(context.Context, uint32, quality.Options) error{
			j.writeDefinitions, j.writeThresholds, j.writeOutcomes, j.writeSides,
		} {
			if err := write(ctx, days, o); err != nil {
				return err
			}
		}
	}
	return j.writeAha(ctx)
}

func (j *judge) options(days uint32) quality.Options {
	return quality.Options{Horizon: time.Duration(days) * 24 * time.Hour, Until: j.run.marks.ObservedUntil}
}

func (j *judge) params(more ...any) warehouse.Params {
	return j.run.params(append([]any{"unit_kind", j.kind, "until", j.run.marks.ObservedUntil.UTC().Format("2006-01-02 15:04:05.000")}, more...)...)
}

// collect reads all rows of a statement. The strings are cloned: rows share the memory of whole batches.
func collect[Row any](ctx context.Context, j *judge, file string, params warehouse.Params, keep func(Row)) error {
	for row, err := range warehouse.Select[Row](ctx, j.run.db, "staging/quality_"+file+".sql", params) {
		if err != nil {
			return err
		}
		j.read++
		keep(row)
	}
	return nil
}

type salesRow struct {
	UnitID string    `ch:"unit_id"`
	At     time.Time `ch:"met_at"`
}

type teamAnswer struct {
	Team    string  `ch:"team"`
	ESAT    float64 `ch:"esat"`
	Answers uint64  `ch:"answers"`
}

func (j *judge) load(ctx context.Context) error {
	err := collect(ctx, j, "lives", j.params(), func(l quality.Life) {
		l.UnitID, l.Route = strings.Clone(l.UnitID), strings.Clone(l.Route)
		j.lives = append(j.lives, l)
		j.units = append(j.units, quality.Unit{ID: l.UnitID, StartedAt: l.StartedAt, ConvertedAt: l.ConvertedAt})
	})
	if err != nil {
		return err
	}
	err = collect(ctx, j, "met", j.params(), func(m quality.Met) {
		m.UnitID, m.Definition, m.Hash, m.Route = strings.Clone(m.UnitID), strings.Clone(m.Definition), strings.Clone(m.Hash), strings.Clone(m.Route)
		j.flags.Add(m)
	})
	if err != nil {
		return err
	}
	err = collect(ctx, j, "sales", j.params(), func(s salesRow) {
		j.sales = append(j.sales, quality.Flag{UnitID: strings.Clone(s.UnitID), At: s.At})
	})
	if err != nil {
		return err
	}
	if err := collect(ctx, j, "team", j.params(), func(t teamAnswer) { t.Team = strings.Clone(t.Team); j.team = append(j.team, t) }); err != nil {
		return err
	}
	j.crossings = map[string][]quality.Crossing{}
	for _, score := range []string{leadScore, bantScore} {
		err := collect(ctx, j, "crossings", j.params("score", score), func(c quality.Crossing) {
			c.UnitID = strings.Clone(c.UnitID)
			j.crossings[score] = append(j.crossings[score], c)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// pointRow is a row of the score ledger.
type pointRow struct {
	UnitID string `ch:"unit_id"`
	quality.Earned
}

// writePeaks writes when each unit's score first reached each step.
func (j *judge) writePeaks(ctx context.Context) error {
	w, err := warehouse.NewWriter[peakRow](j.run.db, "score_peaks_by_run", j.run.row.RunID)
	if err != nil {
		return err
	}
	var ledger []quality.Earned
	rows := warehouse.Select[pointRow](ctx, j.run.db, "staging/quality_ledger.sql", j.params())
	for unit, err := range grouped(rows, func(p pointRow) string { return p.UnitID }) {
		if err != nil {
			return err
		}
		j.read += uint64(len(unit))
		ledger = ledger[:0]
		for _, p := range unit {
			ledger = append(ledger, p.Earned)
		}
		for _, c := range quality.Peaks(ledger, leadScoreStep, leadScoreHighest) {
			if err := w.Append(ctx, peakRow{j.kind, unit[0].UnitID, leadScore, c.Threshold, c.At}); err != nil {
				return err
			}
		}
	}
	for c, err := range warehouse.Select[quality.Crossing](ctx, j.run.db, "staging/quality_bant.sql", j.params()) {
		if err != nil {
			return err
		}
		if err := w.Append(ctx, peakRow{j.kind, c.UnitID, bantScore, c.Threshold, c.At}); err != nil {
			return err
		}
	}
	err = w.Flush(ctx)
	j.written += w.Written()
	return err
}

// insertQuality writes rows of a small table.
func insertQuality[Row any](ctx context.Context, j *judge, table string, rows []Row) error {
	j.written += uint64(len(rows))
	return warehouse.Insert(ctx, j.run.db, table+"_by_run", j.run.row.RunID, rows)
}

// judged is a definition, or all of a route, with its flags.
type judged struct {
	quality.Definition
	flags []quality.Flag
}

const anyDefinition = "(any)"

// definitions are those that somebody met, then those of each route together, then all.
func (j *judge) definitions() []judged {
	var all []judged
	for _, d := range j.flags.Definitions() {
		all = append(all, judged{d, j.flags.Of(d)})
	}
	for _, route := range []string{"pql", "mql", "cql"} {
		all = append(all, judged{quality.Definition{Name: anyDefinition, Route: route}, j.flags.OfRoute(route)})
	}
	return append(all, judged{quality.Definition{Name: anyDefinition}, j.flags.OfRoute("")})
}

func (j *judge) writeDefinitions(ctx context.Context, days uint32, o quality.Options) error {
	var rows []definitionRow
	var bands []bandRow
	for _, d := range j.definitions() {
		s := subject{j.kind, days, d.Definition}
		all := quality.Measure(j.units, d.flags, o)
		rows = append(rows, describeMeasures(s, "", &all))
		for _, c := range quality.ByCohort(j.units, d.flags, o) {
			rows = append(rows, describeMeasures(s, c.Month.Format("2006-01"), &c.Measures))
		}
		for i, b := range quality.NewReliability(j.units, d.flags, quality.DefaultBands, o).Bands {
			bands = append(bands, describeBand(s, i, &b))
		}
	}
	if err := insertQuality(ctx, j, "quality_definitions", rows); err != nil {
		return err
	}
	return insertQuality(ctx, j, "quality_bands", bands)
}

func (j *judge) writeThresholds(ctx context.Context, days uint32, o quality.Options) error {
	var rows []thresholdRow
	for _, score := range []string{leadScore, bantScore} {
		inUse, err := j.thresholdInUse(score)
		if err != nil {
			return err
		}
		for _, p := range quality.TradeOff(j.units, j.crossings[score], o) {
			rows = append(rows, describePoint(subject{j.kind, days, quality.Definition{}}, score, math.Abs(p.Threshold-inUse) < 1e-9, &p))
		}
	}
	return insertQuality(ctx, j, "quality_thresholds", rows)
}

// thresholdInUse is the step at or below the threshold by which the score qualifies.
func (j *judge) thresholdInUse(score string) (float64, error) {
	definitions, err := j.run.definitions()
	if err != nil {
		return 0, err
	}
	if score == bantScore {
		return definitions.Bant.Threshold, nil
	}
	enter := definitions.Score.Enter
	if j.kind == unitAccount && definitions.Score.Account != nil {
		enter = definitions.Score.Account.Enter
	}
	return leadScoreStep * math.Floor(enter/leadScoreStep), nil
}

// Teams that own the routes, as in the stages' definition.
var routeTeams = map[string]string{"mql": "marketing", "pql": "product", "cql": "sdr"}

func (j *judge) writeOutcomes(ctx context.Context, days uint32, o quality.Options) error {
	options := quality.OutcomeOptions{Options: o}
	var rows []outcomeRow
	add := func(kind string, d quality.Definition, outcome quality.Outcome) {
		row := describeOutcome(subject{j.kind, days, d}, kind, &outcome)
		row.ESAT, row.ESATAnswers = j.teamSays(kind, d)
		rows = append(rows, row)
	}
	everybody := quality.NewSummary(options)
	for i := range j.lives {
		everybody.Add(&j.lives[i], j.lives[i].StartedAt)
	}
	add("all", quality.Definition{Name: "(all)"}, everybody.Outcome())
	routes := quality.ByRoute(j.lives, options)
	for _, route := range []string{"pql", "mql", "cql", ""} {
		name := route
		if route == "" {
			name = "(none)"
		}
		add("route", quality.Definition{Name: name, Route: route}, routes[route])
	}
	for _, d := range j.flags.Definitions() {
		add("definition", d, quality.ByFlags(j.lives, j.flags.Of(d), options))
	}
	return insertQuality(ctx, j, "quality_routes", rows)
}

// teamSays is the mean ESAT of the team that owns a route or definition, or of everybody.
func (j *judge) teamSays(kind string, d quality.Definition) (esat float64, answers uint64) {
	for _, t := range j.team {
		if kind == "all" || t.Team != "" && t.Team == routeTeams[d.Route] {
			esat += t.ESAT * float64(t.Answers)
			answers += t.Answers
		}
	}
	if answers > 0 {
		esat /= float64(answers)
	}
	return esat, answers
}

func (j *judge) writeSides(ctx context.Context, days uint32, o quality.Options) error {
	sides := []quality.Side{
		{Name: "marketing", Flags: j.flags.OfRoute("mql")}, {Name: "product", Flags: j.flags.OfRoute("pql")},
		{Name: "conversation", Flags: j.flags.OfRoute("cql")}, {Name: "sales", Flags: j.sales},
	}
	var rows []sideRow
	for i, a := range sides {
		for _, b := range sides[i+1:] {
			c := quality.Compare(j.units, a, b, o)
			rows = append(rows, describeSides(subject{j.kind, days, quality.Definition{}}, &c)...)
		}
	}
	return insertQuality(ctx, j, "quality_sides", rows)
}

// behaviourRow is what a unit did within each of the windows.
type behaviourRow struct {
	UnitID    string `ch:"unit_id"`
	Behaviour string `ch:"behaviour"`
	Times1    uint64 `ch:"times_1"`
	Times3    uint64 `ch:"times_3"`
	Times7    uint64 `ch:"times_7"`
	Times14   uint64 `ch:"times_14"`
}

// ahaDays are the windows of the search; the columns of behaviourRow are theirs.
var ahaDays = []uint32{1, 3, 7, 14}

// writeAha searches for all horizons in one pass over the behaviours.
func (j *judge) writeAha(ctx context.Context) error {
	searches := make([]*quality.Discovery, len(qualityHorizons))
	for i, days := range qualityHorizons {
		searches[i] = quality.NewDiscovery(j.units, quality.AhaOptions{Options: j.options(days), Days: ahaDays})
	}
	err := collect(ctx, j, "behaviours", j.params(), func(b behaviourRow) {
		for i, times := range []uint64{b.Times1, b.Times3, b.Times7, b.Times14} {
			for _, search := range searches {
				search.Add(quality.Behaviour{UnitID: b.UnitID, Name: b.Behaviour, Days: ahaDays[i], Count: times})
			}
		}
	})
	if err != nil {
		return err
	}
	var rows []ahaRow
	for i, days := range qualityHorizons {
		for position, a := range searches[i].Found() {
			rows = append(rows, describeAha(subject{j.kind, days, quality.Definition{}}, position+1, &a))
		}
	}
	return insertQuality(ctx, j, "aha", rows)
}
