package models

import (
	"context"
	"math"

	"github.com/funnelcloud/funnelcloud/models/quality"
)

// What the step quality writes, table by table.

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

func (j *judge) writeDefinitions(ctx context.Context, days uint32, population *quality.Population, definitions []judged) error {
	var rows []definitionRow
	var bands []bandRow
	for _, d := range definitions {
		s := subject{j.kind, days, d.Definition}
		judged := population.Judge(d.flags)
		reliability := judged.Reliability(quality.DefaultBands)
		all := judged.Measures().Scored(reliability)
		rows = append(rows, describeMeasures(s, "", &all))
		for _, c := range judged.Cohorts() {
			rows = append(rows, describeMeasures(s, c.Month.Format("2006-01"), &c.Measures))
		}
		for i, b := range reliability.Bands {
			bands = append(bands, describeBand(s, i, &b))
		}
	}
	if err := insertQuality(ctx, j, "quality_definitions", rows); err != nil {
		return err
	}
	return insertQuality(ctx, j, "quality_bands", bands)
}

func (j *judge) writeThresholds(ctx context.Context, days uint32, population *quality.Population) error {
	var rows []thresholdRow
	for _, score := range []string{leadScore, bantScore} {
		inUse, err := j.thresholdInUse(score)
		if err != nil {
			return err
		}
		for _, p := range population.TradeOff(j.crossings[score]) {
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

func (j *judge) writeOutcomes(ctx context.Context, days uint32) error {
	options := quality.OutcomeOptions{Options: j.options(days)}
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

// sides are the parties that each have a view of who is qualified.
func (j *judge) sides() []quality.Side {
	return []quality.Side{
		{Name: "marketing", Flags: j.flags.OfRoute("mql")}, {Name: "product", Flags: j.flags.OfRoute("pql")},
		{Name: "conversation", Flags: j.flags.OfRoute("cql")}, {Name: "sales", Flags: j.sales},
	}
}

func (j *judge) writeSides(ctx context.Context, days uint32, population *quality.Population, sides []quality.Side) error {
	var rows []sideRow
	for i, a := range sides {
		for _, b := range sides[i+1:] {
			c := population.Compare(a, b)
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
		counts := [...]uint64{b.Times1, b.Times3, b.Times7, b.Times14}
		for _, search := range searches {
			search.Add(quality.Behaviour{UnitID: b.UnitID, Name: b.Behaviour, Counts: counts[:]})
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
