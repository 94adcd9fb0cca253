package models

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/funnelcloud/funnelcloud/models/identity"
	"github.com/funnelcloud/funnelcloud/models/qualify"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// unitRow is a person or an account to evaluate.
type unitRow struct {
	UnitID     string `ch:"unit_id"`
	AccountID  string `ch:"account_id"`
	Email      string `ch:"email"`
	JunkReason string `ch:"junk_reason"`
}

// Kinds of unit, the values of the columns unit_kind.
const (
	unitPerson  = "person"
	unitAccount = "account"
)

// unitHistory is a unit with the signals that can matter to definitions, in order.
type unitHistory struct {
	unit    qualify.Unit
	signals []qualify.Signal
}

// signalRow is a row of staging/signals.sql.
type signalRow struct {
	qualify.Signal
	Admitted   uint8 `ch:"admitted"`    // 1: the definitions may look at it
	SurelyKept uint8 `ch:"surely_kept"` // 1: no exclusion can leave it out
}

// signalsThatMatter puts a unit's signals in order and leaves out what can't matter: of those that the definitions don't look at,
// only the first that no exclusion leaves out does, which makes a suspect of the unit.
func signalsThatMatter(rows []signalRow) []qualify.Signal {
	slices.SortFunc(rows, func(a, b signalRow) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Source, b.Source), cmp.Compare(a.EventID, b.EventID))
	})
	signals := make([]qualify.Signal, 0, len(rows))
	begun := false
	for i := range rows {
		if rows[i].Admitted == 1 || !begun {
			signals = append(signals, rows[i].Signal)
		}
		begun = begun || rows[i].SurelyKept == 1
	}
	return signals
}

// unitHistories yields the units of a kind that have signals, by id: one unit's history is in memory at a time.
func unitHistories(ctx context.Context, db *warehouse.DB, kind string, people identity.Options, params warehouse.Params) iter.Seq2[unitHistory, error] {
	key := func(s signalRow) string { return s.PersonID }
	if kind == unitAccount {
		key = func(s signalRow) string { return s.AccountID }
	}
	params = maps.Clone(params)
	params["unit"], params["unit_kind"] = kind+"_id", kind
	params["own_rows"] = kind == unitPerson && params["every_version"] == false
	return func(yield func(unitHistory, error) bool) {
		units, stop := iter.Pull2(warehouse.Select[unitRow](ctx, db, "staging/units_of_"+kind+"s.sql", params))
		defer stop()
		signals := warehouse.Select[signalRow](ctx, db, "staging/signals.sql", params)
		for own, err := range grouped(signals, key) {
			if err != nil {
				yield(unitHistory{}, err)
				return
			}
			row, err := advance(units, key(own[0]))
			h := unitHistory{signals: signalsThatMatter(own), unit: qualify.Unit{
				Kind: kind, ID: row.UnitID, AccountID: row.AccountID, JunkReason: row.JunkReason,
				BusinessDomain: people.AccountDomain(row.Email),
			}}
			if !yield(h, err) || err != nil {
				return
			}
		}
	}
}

// advance moves to the unit with an id; both sequences are sorted by it.
func advance(next func() (unitRow, error, bool), id string) (unitRow, error) {
	for {
		unit, err, ok := next()
		switch {
		case err != nil:
			return unit, err
		case !ok:
			return unit, fmt.Errorf("unit %s has signals but is not listed among the units", id)
		case unit.UnitID == id:
			return unit, nil
		}
	}
}

// historiesOfRun reads the units that the run under way computes.
var historiesOfRun = []any{
	"every_version", false, "persons", "persons_by_run", "accounts", "accounts_by_run",
}

// historiesSeen reads all units as readers of the published run see them.
func historiesSeen(published uint64) []any {
	return []any{
		"run_id", published, "previous_run", uint64(0), "every_version", true, "persons", "persons", "accounts", "accounts",
	}
}

// historyParams are the parameters of the statements: where to read, and by what ClickHouse leaves out events that cannot
// matter to any of the definitions.
func historyParams(from []any, definitions ...*qualify.Definitions) []any {
	admit, exclude, columns := qualify.Prefilter{}, qualify.Prefilter{}, []string{}
	for _, d := range definitions {
		admit, exclude = admit.Union(d.Prefilter()), exclude.Union(d.Excludes())
		columns = append(columns, d.Columns()...)
	}
	params := append([]any{"columns", columns}, from...)
	for _, f := range []struct {
		prefix string
		filter qualify.Prefilter
	}{{"admit_", admit}, {"exclude_", exclude}} {
		params = append(params,
			f.prefix+"everything", f.filter.Everything,
			f.prefix+"meanings", nonNil(f.filter.Meanings), f.prefix+"names", nonNil(f.filter.Names),
			f.prefix+"kinds", nonNil(f.filter.Kinds), f.prefix+"sources", nonNil(f.filter.Sources),
			f.prefix+"url_parts", nonNil(f.filter.URLParts), f.prefix+"agent_parts", nonNil(f.filter.AgentParts))
	}
	return params
}
