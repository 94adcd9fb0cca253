package models

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/funnelcloud/funnelcloud/models/path"
	"github.com/funnelcloud/funnelcloud/queries/vocabulary"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// DrawPaths draws the ways of a definition from the published run. Of each variant it names as many units as examples
// says. It returns an error if nothing was published yet.
func DrawPaths(ctx context.Context, db *warehouse.DB, d path.Definition, examples int) (*path.Study, error) {
	reader, err := publishedPaths(ctx, db)
	if err != nil {
		return nil, err
	}
	observed, err := warehouse.SelectAll[observation](ctx, db, "staging/observed_until.sql", warehouse.Params{"run_id": reader.run})
	if err != nil {
		return nil, err
	}
	study, _, err := reader.study(ctx, d, observed[0].Until, examples)
	return study, err
}

// CountFunnel counts a funnel from the published run. It returns an error if nothing was published yet.
func CountFunnel(ctx context.Context, db *warehouse.DB, f path.SavedFunnel) (*path.Funnel, error) {
	reader, err := publishedPaths(ctx, db)
	if err != nil {
		return nil, err
	}
	funnel, _, err := reader.funnel(ctx, f)
	return funnel, err
}

type observation struct {
	Until time.Time `ch:"observed_until"`
}

func published(ctx context.Context, db *warehouse.DB) (uint64, error) {
	runs, err := warehouse.SelectAll[runNumber](ctx, db, "staging/published_runs.sql", nil)
	if err != nil {
		return 0, err
	}
	if len(runs) == 0 {
		return 0, fmt.Errorf("no run was published yet; start one with: funnelcloud run")
	}
	return runs[0].RunID, nil
}

// DrawPathsOf draws the ways of a definition from steps that a statement of the caller's yields, in the columns and the
// order of staging/path_steps.sql, as far as it has them: unit_id, name and at it must have.
func DrawPathsOf(ctx context.Context, db *warehouse.DB, statement string, d path.Definition, observedUntil time.Time, examples int) (*path.Study, error) {
	ways, err := path.NewWays(d, observedUntil)
	if err != nil {
		return nil, err
	}
	study, _, err := drawSteps(ways, examples, func() iter.Seq2[path.History, error] {
		return historiesOf(warehouse.SelectBatches(ctx, db, statement, nil), nil, 0)
	})
	return study, err
}

// pathReader reads what reports are made of from one run.
type pathReader struct {
	db            *warehouse.DB
	run           uint64
	sessionGap    time.Duration // of its touchpoints
	overCampaigns bool          // their sessions go on when another campaign comes
	keep          keepHistories // nil: nothing is kept
}

// publishedPaths reads from the published run.
func publishedPaths(ctx context.Context, db *warehouse.DB) (pathReader, error) {
	run, err := published(ctx, db)
	if err != nil {
		return pathReader{}, err
	}
	last, err := warehouse.SelectAll[struct {
		Parameters string `ch:"parameters"`
	}](ctx, db, "staging/last_parameters.sql", nil)
	if err != nil || len(last) == 0 {
		return pathReader{}, err
	}
	var o Options
	if err := json.Unmarshal([]byte(last[0].Parameters), &o); err != nil {
		return pathReader{}, fmt.Errorf("read the last run's parameters: %w", err)
	}
	return pathReader{db: db, run: run, sessionGap: o.withDefaults().SessionGap, overCampaigns: o.SessionOverCampaigns}, nil
}

func (r pathReader) study(ctx context.Context, d path.Definition, observedUntil time.Time, examples int) (*path.Study, uint64, error) {
	ways, err := path.NewWays(d, observedUntil)
	if err != nil {
		return nil, 0, err
	}
	d = ways.Definition()
	scope := pathScope{report: "paths " + d.Name, unit: d.Unit, key: d.Key, since: d.Since.Time, until: d.Until.Time, needs: d.Needs()}
	if err := r.keepAside(ctx, scope); err != nil {
		return nil, 0, err
	}
	return drawSteps(ways, examples, func() iter.Seq2[path.History, error] { return r.histories(ctx, scope) })
}

// drawSteps reads the units once, and once more before that if states are to be the most visited ones.
func drawSteps(ways *path.Ways, examples int, read func() iter.Seq2[path.History, error]) (study *path.Study, events uint64, err error) {
	if ways.Counting() {
		for h, err := range read() {
			if err != nil {
				return nil, 0, err
			}
			ways.Count(h)
		}
		ways.Settle()
	}
	options := ways.Options(examples)
	options.Overflow = openOverflow
	study = path.NewStudy(options)
	for h, err := range read() {
		if err != nil {
			return nil, events, err
		}
		events += uint64(len(h.Events))
		for _, trail := range ways.Trails(h) {
			study.Add(trail)
		}
	}
	return study, events, study.Err()
}

func (r pathReader) funnel(ctx context.Context, f path.SavedFunnel) (*path.Funnel, uint64, error) {
	funnel, cut, err := f.Compile()
	if err != nil {
		return nil, 0, err
	}
	scope := pathScope{report: "funnel " + f.Name, unit: f.Unit, key: f.Key, since: f.Since.Time, until: f.Until.Time, needs: f.Needs()}
	if err := r.keepAside(ctx, scope); err != nil {
		return nil, 0, err
	}
	var read uint64
	for h, err := range r.histories(ctx, scope) {
		if err != nil {
			return nil, read, err
		}
		read += uint64(len(h.Events))
		for _, part := range cut.Histories(h) {
			funnel.Add(part)
		}
	}
	return funnel, read, nil
}

// pathScope says what to read: whose events, when, and which.
type pathScope struct {
	report       string
	unit, key    string
	since, until time.Time
	needs        path.Needs
}

// The bounds of DateTime64(3), for a period that has none.
var (
	beginningOfTime = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
	endOfTime       = time.Date(2299, 12, 31, 0, 0, 0, 0, time.UTC)
)

// unitKind is whose steps are read: a session's are its person's.
func (s pathScope) unitKind() string {
	if s.unit == "" || s.unit == path.UnitSession {
		return path.UnitPerson
	}
	return s.unit
}

// params of staging/path_steps.sql.
func (s pathScope) params(run uint64) warehouse.Params {
	bound := func(t, otherwise time.Time) string {
		if t.IsZero() {
			t = otherwise
		}
		return warehouse.Timestamp(t)
	}
	return warehouse.Params{
		"run_id": run, "report": s.report, "unit_kind": s.unitKind(), "unit_index": uint8(max(slices.Index(s.needs.Properties, s.key), 0) + 1),
		"names": s.needs.Names, "meanings": s.needs.Meanings, "properties": nonNil(s.needs.Properties),
		"pages": bit(s.needs.Pages), "stages": bit(s.needs.Stages), "channels": bit(s.needs.Channels), "all_events": bit(s.needs.Campaigns),
		"stage_order": vocabulary.Stages, "since": bound(s.since, beginningOfTime), "until": bound(s.until, endOfTime),
	}
}

func bit(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}

// nonNil is the list: the driver has no form for a nil one.
func nonNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
