package models

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/funnelcloud/funnelcloud/models/identity"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

const (
	// settle is how long after its stamp a batch of events may take to become readable. One that takes longer is noticed,
	// and makes the next run compute everything.
	settle = time.Minute
	// maxRunsOnBase is how many runs may build on one that computed everything: each leaves rows that no longer hold.
	maxRunsOnBase = 50
	// maxChangedShare is the share of people above which computing everything is cheaper than finding what changed.
	maxChangedShare = 0.4
)

// previousRun is the published run, which this one may bring up to date.
type previousRun struct {
	RunID          uint64    `ch:"run_id"`
	BaseRunID      uint64    `ch:"base_run_id"`
	Parameters     string    `ch:"parameters"`
	DefinitionHash string    `ch:"definition_hash"`
	Version        string    `ch:"version"`
	ObservedFrom   time.Time `ch:"observed_from"`
	ObservedUntil  time.Time `ch:"observed_until"`
	SettledUntil   time.Time `ch:"settled_until"`
	SettledEvents  uint64    `ch:"settled_events"`
	ForgottenSince uint8     `ch:"forgotten_since"` // 1: somebody was forgotten since it began
	MigratedSince  uint8     `ch:"migrated_since"`  // 1: the tables changed since it began, and its rows lack what new columns say
	RunsSinceBase  uint64    `ch:"runs_since_base"`
}

// findPrevious reads the published run; when there is none, r.previous stays zero.
func (r *run) findPrevious(ctx context.Context) error {
	published, err := warehouse.SelectAll[previousRun](ctx, r.db, "staging/previous_run.sql", nil)
	if err != nil || len(published) == 0 {
		return err
	}
	r.previous = published[0]
	return nil
}

// fullBecause says why this run must compute every unit; it is empty when the run may build on the previous one: the
// same program, settings and definitions, and an observation that went on.
func (r *run) fullBecause() string {
	p := r.previous
	switch {
	case p.RunID == 0:
		return "first run"
	case r.o.FullRefresh:
		return "asked for"
	case r.forgot:
		return "somebody was forgotten"
	case p.Version != r.row.Version:
		return "another version of funnelcloud"
	case p.MigratedSince == 1:
		return "the tables were migrated"
	case p.Parameters != r.row.Parameters:
		return "other settings"
	case p.DefinitionHash != r.row.DefinitionHash:
		return "other definitions"
	case r.marks.ObservedUntil.Before(p.ObservedUntil):
		return "observation ends earlier"
	case r.o.Credit.ObservedFrom.IsZero() && r.marks.ObservedFrom.Before(p.ObservedFrom):
		return "observation begins earlier"
	case p.ForgottenSince == 1:
		return "somebody was forgotten"
	case p.RunsSinceBase >= maxRunsOnBase:
		return fmt.Sprintf("%d runs since the last full one", p.RunsSinceBase)
	}
	return ""
}

// plan decides between computing everything and recomputing what changed.
func (r *run) plan() {
	r.writing.Lock()
	defer r.writing.Unlock()
	m := r.marks
	r.row.EventsUntil, r.row.ObservedFrom, r.row.ObservedUntil, r.row.Events = m.EventsUntil, m.ObservedFrom, m.ObservedUntil, m.Events
	r.row.SettledUntil, r.row.SettledEvents = m.SettledUntil, m.SettledEvents
	r.row.FullBecause = r.fullBecause()
	r.row.BaseRunID, r.row.PreviousRunID = r.previous.BaseRunID, r.previous.RunID
	if r.row.FullBecause != "" {
		r.row.BaseRunID, r.row.PreviousRunID = r.row.RunID, 0
	}
}

type replacedEvents struct {
	Events uint64 `ch:"events"`
}

type changedUnits struct {
	Persons    uint64 `ch:"persons"`
	Accounts   uint64 `ch:"accounts"`
	AllPersons uint64 `ch:"all_persons"`
}

// findChanges names the people whom this run must recompute. When the past is not as it was, or most people changed, the
// run computes everything instead.
func findChanges(ctx context.Context, r *run) (in, out uint64, err error) {
	if r.row.PreviousRunID == 0 {
		return 0, 0, nil
	}
	for _, file := range []string{"staging/known_events.sql", "staging/arrived_events.sql"} {
		if err := r.db.Exec(ctx, file, r.params()); err != nil {
			return 0, 0, err
		}
	}
	if in, err = r.count(ctx, "history_by_run"); err != nil {
		return 0, 0, err
	}
	replaced, err := warehouse.SelectAll[replacedEvents](ctx, r.db, "staging/replaced_events.sql", r.params())
	if err != nil {
		return in, 0, err
	}
	if r.previous.SettledEvents != r.marks.WasSettledEvents+replaced[0].Events {
		return in, 0, r.computeAll(ctx, "events of the past came or went")
	}
	if err := r.findChangedPersons(ctx); err != nil {
		return in, 0, err
	}
	changed, err := r.countChanged(ctx)
	if err != nil {
		return in, 0, err
	}
	if float64(changed.Persons) > maxChangedShare*float64(changed.AllPersons) {
		return in, changed.Persons, r.computeAll(ctx, "most people changed")
	}
	return in, changed.Persons, r.db.Exec(ctx, "staging/changed_history.sql", r.params())
}

// changedUnit is a row of table recomputed_units.
type changedUnit struct {
	UnitKind      string `ch:"unit_kind"`
	UnitID        string `ch:"unit_id"`
	ReplacedRunID uint64 `ch:"replaced_run_id"` // the run that had computed it last
	Reason        string `ch:"reason"`
}

type arrivedIdentifier struct {
	Value string `ch:"id_value"`
}

type changedPerson struct {
	PersonID string `ch:"person_id"`
}

// findChangedPersons names the people that what arrived may change: those who hold an identifier that it names, and all
// whom claims of identity tie to them, believed or not. Nobody else's identity can become another.
func (r *run) findChangedPersons(ctx context.Context) error {
	if err := r.recordArrivedIdentifiers(ctx); err != nil {
		return err
	}
	if err := r.db.Exec(ctx, "staging/changed_persons.sql", r.params()); err != nil {
		return err
	}
	r.changed = map[string]bool{}
	for p, err := range warehouse.Select[changedPerson](ctx, r.db, "staging/changed_person_ids.sql", r.params()) {
		if err != nil {
			return err
		}
		r.changed[strings.Clone(p.PersonID)] = true
	}
	return r.addDisputed(ctx)
}

// recordArrivedIdentifiers writes the identifiers that arrived events tie to another, in whatever field they name them, and
// those of identity.yaml.
func (r *run) recordArrivedIdentifiers(ctx context.Context) error {
	w, err := warehouse.NewWriter[arrivedIdentifier](r.db, "arrived_identifiers_by_run", r.row.RunID)
	if err != nil {
		return err
	}
	for e, err := range warehouse.Select[identity.Edge](ctx, r.db, "staging/identity_edges.sql", r.params()) {
		if err := cmp.Or(err, w.Append(ctx, arrivedIdentifier{e.AValue}), w.Append(ctx, arrivedIdentifier{e.BValue})); err != nil {
			return err
		}
	}
	for _, p := range slices.Concat(r.o.Identity.Same, r.o.Identity.Separate) {
		if err := cmp.Or(w.Append(ctx, arrivedIdentifier{p.A.Value}), w.Append(ctx, arrivedIdentifier{p.B.Value})); err != nil {
			return err
		}
	}
	return w.Flush(ctx)
}

type computed struct {
	UnitID string `ch:"unit_id"`
	RunID  uint64 `ch:"replaced_run_id"`
}

type disputed struct {
	A string `ch:"a_person_id"`
	B string `ch:"b_person_id"`
}

// addDisputed adds to the changed people those whom a claim that was not believed ties to one of them: whether it is
// believed may hang on what arrived.
func (r *run) addDisputed(ctx context.Context) error {
	others := map[string][]string{}
	for d, err := range warehouse.Select[disputed](ctx, r.db, "staging/disputed_people.sql", r.params()) {
		if err != nil {
			return err
		}
		a, b := strings.Clone(d.A), strings.Clone(d.B)
		others[a], others[b] = append(others[a], b), append(others[b], a)
	}
	var found []string
	reached := slices.Collect(maps.Keys(r.changed))
	for len(reached) > 0 {
		last := len(reached) - 1
		near := others[reached[last]]
		reached = reached[:last]
		for _, person := range near {
			if !r.changed[person] {
				r.changed[person] = true
				reached = append(reached, person)
				found = append(found, person)
			}
		}
	}
	return r.nameDisputed(ctx, found)
}

func (r *run) nameDisputed(ctx context.Context, people []string) error {
	if len(people) == 0 {
		return nil
	}
	last := map[string]uint64{}
	for c, err := range warehouse.Select[computed](ctx, r.db, "staging/last_computed.sql", r.params()) {
		if err != nil {
			return err
		}
		last[strings.Clone(c.UnitID)] = c.RunID
	}
	changed := make([]changedUnit, len(people))
	for i, person := range people {
		changed[i] = changedUnit{unitPerson, person, cmp.Or(last[person], r.previous.BaseRunID), "disputed_identity"}
	}
	return warehouse.Insert(ctx, r.db, "recomputed_units_by_run", r.row.RunID, changed)
}

// computeAll turns a run that set out to recompute what changed into one that computes everything.
func (r *run) computeAll(ctx context.Context, because string) error {
	for _, table := range append(slices.Clone(tablesOfWork), "recomputed_units_by_run") {
		params := warehouse.Params{"table": table, "run_id": r.row.RunID}
		if err := r.db.Exec(ctx, "staging/drop_run.sql", params); err != nil {
			return err
		}
	}
	r.changed = nil
	r.writing.Lock()
	r.row.FullBecause, r.row.BaseRunID, r.row.PreviousRunID = because, r.row.RunID, 0
	r.writing.Unlock()
	return r.record(ctx, statusRunning, "")
}

// findChangedAccounts names the accounts of the people that changed.
func (r *run) findChangedAccounts(ctx context.Context) error {
	if r.row.PreviousRunID == 0 {
		return nil
	}
	if err := r.db.Exec(ctx, "staging/changed_accounts.sql", r.params()); err != nil {
		return err
	}
	changed, err := r.countChanged(ctx)
	r.report.ChangedPersons, r.report.ChangedAccounts = changed.Persons, changed.Accounts
	return err
}

func (r *run) countChanged(ctx context.Context) (changedUnits, error) {
	counts, err := warehouse.SelectAll[changedUnits](ctx, r.db, "staging/changed_units_count.sql", r.params())
	if err != nil {
		return changedUnits{}, err
	}
	return counts[0], nil
}
