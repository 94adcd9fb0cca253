// Package models is the batch: it turns events into people, touchpoints, stages, conversions, credit and paths. Its
// sub-packages decide and know no database; this package moves rows between them and ClickHouse.
//
// A run writes every table under its own run number, and readers see only the published run: they see the last finished
// run or the new one, never half of one. A run that fails leaves the last one in place.
//
// A run recomputes the units that changed since the published run, each over its whole history, and builds on that run
// for the others; the result is what computing everything would give. Totals are computed anew by every run.
package models

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/funnelcloud/funnelcloud/models/identity"
	"github.com/funnelcloud/funnelcloud/models/path"
	"github.com/funnelcloud/funnelcloud/models/qualify"
	"github.com/funnelcloud/funnelcloud/models/touch"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// Options of a run. The zero value of each field means its default.
type Options struct {
	LookBack   time.Duration `json:"look_back"`   // how long before a conversion a touch may earn credit; 90 days
	SessionGap time.Duration `json:"session_gap"` // silence that ends a session; 30 minutes
	// SessionOverCampaigns lets a session go on when another campaign brings somebody back within it; the first has the touch.
	SessionOverCampaigns bool `json:"session_over_campaigns,omitempty"`

	Cycle           string               `json:"cycle"`             // reset or look_through; reset
	Direct          string               `json:"direct"`            // keep, drop_unless_only or drop_last; drop_unless_only
	ConversionTypes []string             `json:"conversion_types"`  // stages, and event:NAME, that count as conversions beside signed_up
	Bootstrap       int                  `json:"bootstrap"`         // replicates for the intervals; 200, negative for none
	Keep            int                  `json:"-"`                 // published runs to keep; 3
	Version         string               `json:"-"`                 // of funnelcloud, recorded with the run
	OwnDomains      []string             `json:"own_domains"`       // of the company: they refer nobody, and their e-mail addresses are staff
	ProductPages    []string             `json:"product_pages"`     // prefixes of host/path of the product itself, whose use is no touch; "app."
	Definitions     *qualify.Definitions `json:"-"`                 // who is qualified; the built-in ones. Recorded by their hash
	Reports         *path.Reports        `json:"reports,omitempty"` // saved path reports and funnels; those of models/path/reports.yaml
	FullRefresh     bool                 `json:"-"`                 // compute every unit, changed or not
	Progress        func(Step)           `json:"-"`                 // called as a step begins and again when it ends, by one step at a time
	Log             *slog.Logger         `json:"-"`

	Channels     *touch.Rules     `json:"-"`             // who sent a visit, and what is none; touch.DefaultRules
	ChannelsHash string           `json:"channels_hash"` // of Channels, set by Run
	Identity     identity.Options `json:"identity"`      // what may be one person
	Credit       CreditOptions    `json:"credit"`        // what is credited, and by which models
}

func (o Options) withDefaults() Options {
	o.LookBack = cmp.Or(o.LookBack, 90*24*time.Hour)
	o.SessionGap = cmp.Or(o.SessionGap, 30*time.Minute)
	o.Cycle = cmp.Or(o.Cycle, "reset")
	o.Direct = cmp.Or(o.Direct, "drop_unless_only")
	o.Bootstrap = cmp.Or(o.Bootstrap, 200)
	o.Keep = cmp.Or(o.Keep, 3)
	o.Version = cmp.Or(o.Version, "dev")
	if len(o.ConversionTypes) == 0 {
		o.ConversionTypes = []string{"mql", "pql", "cql", "sql", "opportunity", "won"}
	}
	if len(o.ProductPages) == 0 {
		o.ProductPages = []string{"app."}
	}
	if o.OwnDomains == nil {
		o.OwnDomains = []string{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Step is what one step of a run did; while it is under way, Seconds is 0 and Done false.
type Step struct {
	Position   uint32    `ch:"position" json:"position"`
	Of         int       `json:"of"`
	Name       string    `ch:"step" json:"step"`
	RowsIn     uint64    `ch:"rows_in" json:"rows_in"`
	RowsOut    uint64    `ch:"rows_out" json:"rows_out"`
	Seconds    float64   `ch:"seconds" json:"seconds"`
	FinishedAt time.Time `ch:"finished_at" json:"-"`
	Done       bool      `json:"-"`
}

// Report is what a run did.
type Report struct {
	RunID   uint64  `json:"run_id"`
	Events  uint64  `json:"events"` // deduplicated events there are
	Steps   []Step  `json:"steps"`
	Checks  []Check `json:"checks"`
	Seconds float64 `json:"seconds"`

	FullBecause     string     `json:"full_because,omitempty"` // why every unit was computed; empty: only those that changed
	PreviousRunID   uint64     `json:"previous_run_id"`        // then: the run whose other units still stand; else 0
	ChangedPersons  uint64     `json:"changed_persons"`
	ChangedAccounts uint64     `json:"changed_accounts"`
	Restated        []Restated `json:"restated,omitempty"` // figures of closed months that the run before gave otherwise

	Identity IdentityVersion `json:"identity"`
	LeftOut  []LeftOut       `json:"left_out"` // as ReadLeftOut gives it; Run leaves it to the caller, as it does Checks
}

// ErrBusy says that another run is under way on the same database.
var ErrBusy = errors.New("another run is under way")

// run is one run while it works.
type run struct {
	db       *warehouse.DB
	o        Options
	previous previousRun
	forgot   bool            // somebody, since the previous run
	changed  map[string]bool // people, of a run that recomputes what changed
	marks    watermarks
	report   Report

	telling sync.Mutex // holds back others while Progress is called
	writing sync.Mutex // guards row, which the heartbeat reads
	row     runRow
}

type watermarks struct {
	EventsUntil      time.Time `ch:"events_until"`
	ObservedFrom     time.Time `ch:"observed_from"`
	ObservedUntil    time.Time `ch:"observed_until"`
	Events           uint64    `ch:"events"`
	SettledUntil     time.Time `ch:"settled_until"`
	SettledEvents    uint64    `ch:"settled_events"`
	WasSettledEvents uint64    `ch:"was_settled_events"` // now, of what the previous run took for settled
}

// Run computes everything from the events ingested so far and publishes it. On an empty table it publishes an empty run.
// It returns ErrBusy when another run is under way.
func Run(ctx context.Context, db *warehouse.DB, o Options) (Report, error) {
	r := &run{db: db, o: o.withDefaults()}
	if err := r.o.validate(); err != nil {
		return Report{}, err
	}
	rules, err := r.o.channels()
	if err != nil {
		return Report{}, err
	}
	r.o.Channels, r.o.ChannelsHash = &rules, rules.Hash()
	parameters, err := json.Marshal(r.o)
	if err != nil {
		return Report{}, fmt.Errorf("encode the run's parameters: %w", err)
	}
	if err := r.claim(ctx, string(parameters)); err != nil {
		return Report{}, err
	}
	stop := r.heartbeat(ctx)
	err = errors.Join(r.prepare(ctx), ctx.Err())
	if err == nil {
		err = r.steps(ctx)
	}
	stop()
	if err != nil {
		return r.report, r.fail(ctx, err)
	}
	if err := r.record(ctx, statusPublished, ""); err != nil {
		return r.report, r.fail(ctx, err)
	}
	r.report.Seconds, r.report.FullBecause, r.report.PreviousRunID = r.row.Seconds, r.row.FullBecause, r.row.PreviousRunID
	return r.report, r.prune(ctx)
}

// prepare finds what there is to read, and the published run that this one may bring up to date. It works after the
// claim: no other run can publish any more.
func (r *run) prepare(ctx context.Context) error {
	if err := r.dropUnpublished(ctx); err != nil {
		return err
	}
	if err := r.findPrevious(ctx); err != nil {
		return err
	}
	back, err := dropReturned(ctx, r.db)
	if err != nil {
		return err
	}
	r.forgot = back.Forgot
	marks, err := warehouse.SelectAll[watermarks](ctx, r.db, "staging/watermarks.sql", warehouse.Params{
		"settle_seconds": uint32(settle.Seconds()), "was_settled_until": warehouse.Timestamp(r.previous.SettledUntil)})
	if err != nil {
		return err
	}
	r.marks = marks[0]
	r.plan()
	return r.record(ctx, statusRunning, "")
}

// params are the parameters that most statements of the batch take; each takes those it names.
func (r *run) params(more ...any) warehouse.Params {
	p := warehouse.Params{
		"run_id": r.row.RunID, "previous_run": r.row.PreviousRunID, "events_until": warehouse.Timestamp(r.marks.EventsUntil),
		"was_settled_until": warehouse.Timestamp(r.previous.SettledUntil), "observed_until": warehouse.Timestamp(r.marks.ObservedUntil),
	}
	for i := 0; i+1 < len(more); i += 2 {
		p[more[i].(string)] = more[i+1]
	}
	return p
}
