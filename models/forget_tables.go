package models

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/funnelcloud/funnelcloud/queries"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// chunkOfDigests is how many digests one statement takes: parameters travel in the address of a request.
const chunkOfDigests = 1000

// tableRows says how a table's rows about somebody are found.
type tableRows struct {
	table string
	by    string // unit, person, account or identifiers: forget_<by>_rows.sql
	// columns of that statement
	kind, id, kind2, id2 string
	texts                []string // columns with people's words, which may name others
}

// Tables that hold nobody's name: aggregates, logs of work, and those that Forget treats on their own.
var tablesOfNobody = map[string]bool{
	"events": true, "events_rejected": true, "forgotten": true, "forgotten_salt": true, "schema_migrations": true,
	"runs": true, "run_steps": true, "ingest_batches": true, "check_results": true, "simulation_truth": true, "definitions_by_run": true,
	"spend_by_run": true, "attribution_effects_by_run": true, "attribution_figures": true, "restatements_by_run": true,
	"known_events_by_run": true, "history_by_run": true, "arrived_identifiers_by_run": true,
}

// rowsAboutSomebody finds out from its columns how a table says whom a row is about; ok is false when it doesn't.
//
// Tables are known by their columns and not by a list, so that a table that is added later is not overlooked.
func rowsAboutSomebody(table string, columns []string) (t tableRows, ok bool) {
	has := func(names ...string) bool {
		return !slices.ContainsFunc(names, func(name string) bool { return !slices.Contains(columns, name) })
	}
	switch {
	case tablesOfNobody[table]:
		return t, false
	case has("unit_kind", "unit_id"):
		return tableRows{table: table, by: "unit", kind: "unit_kind", id: "unit_id"}, true
	case has("a_kind", "a_value", "b_kind", "b_value"):
		return tableRows{table: table, by: "identifiers", kind: "a_kind", id: "a_value", kind2: "b_kind", id2: "b_value"}, true
	case has("person_id"):
		return tableRows{table: table, by: "person", id: "person_id"}, true
	case has("account_id"):
		return tableRows{table: table, by: "account", id: "account_id"}, true
	default:
		return t, false
	}
}

func (t tableRows) params(salt string, digests []string) warehouse.Params {
	p := warehouse.Params{"table": t.table, "salt": salt, "digests": digests, "id": t.id}
	if t.kind != "" {
		p["kind"] = t.kind
	}
	if t.kind2 != "" {
		p["kind2"], p["id2"] = t.kind2, t.id2
	}
	return p
}

func tablesAboutSomebody(ctx context.Context, db *warehouse.DB) ([]tableRows, error) {
	tables, err := warehouse.SelectAll[struct {
		Table   string   `ch:"table"`
		Columns []string `ch:"columns"`
		Texts   []string `ch:"texts"`
	}](ctx, db, "staging/forget_tables.sql", nil)
	if err != nil {
		return nil, err
	}
	var found []tableRows
	for _, t := range tables {
		if rows, ok := rowsAboutSomebody(strings.Clone(t.Table), t.Columns); ok {
			rows.texts = t.Texts
			found = append(found, rows)
		}
	}
	return found, nil
}

type rowCount struct {
	Rows uint64 `ch:"rows"`
}

// count counts what there is to remove.
func (f *Forgotten) count(ctx context.Context, db *warehouse.DB, digests []storedDigest) error {
	owned := only(digests, "user", "anonymous", "email")
	if err := f.countRows(ctx, db, "events", "events of the person", "staging/forget_events_count.sql", owned, nil); err != nil {
		return err
	}
	if emails := only(digests, "email"); len(emails) > 0 {
		err := f.countRows(ctx, db, "events", "addresses in events of others", "staging/forget_mentions_count.sql", owned, warehouse.Params{"emails": emails})
		if err != nil {
			return err
		}
	}
	if n := len(f.letterPlaces); n > 0 {
		f.Tables = append(f.Tables, ForgottenRow{"events_rejected", "messages that mention the person", uint64(n)})
	}
	tables, err := tablesAboutSomebody(ctx, db)
	if err != nil {
		return err
	}
	units := only(digests, "user", "anonymous", "email", "person", "account")
	for _, t := range tables {
		err := f.countRows(ctx, db, t.table, "rows by "+t.by, "staging/forget_"+t.by+"_rows_count.sql", units, t.params(f.salt, nil))
		if err != nil {
			return err
		}
	}
	return nil
}

func (f *Forgotten) countRows(ctx context.Context, db *warehouse.DB, table, what, file string, digests []string, params warehouse.Params) error {
	row := ForgottenRow{Table: table, What: what}
	for some := range slices.Chunk(digests, chunkOfDigests) {
		p := warehouse.Params{"salt": f.salt, "digests": some}
		for name, value := range params {
			if name != "digests" {
				p[name] = value
			}
		}
		counted, err := warehouse.SelectAll[rowCount](ctx, db, file, p)
		if err != nil {
			return fmt.Errorf("count rows of table %s: %w", table, err)
		}
		row.Rows += counted[0].Rows
	}
	if row.Rows > 0 {
		f.Tables = append(f.Tables, row)
	}
	return nil
}

// only are the digests of these kinds, without repeats.
func only(digests []storedDigest, kinds ...string) []string {
	out := []string{}
	for _, d := range digests {
		if slices.Contains(kinds, d.Kind) {
			out = append(out, d.Digest)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// remove removes what was counted, the events first: a run that starts meanwhile must not read them.
func (f *Forgotten) remove(ctx context.Context, db *warehouse.DB, digests []storedDigest) error {
	if err := f.execSince(ctx, db, time.Unix(0, 0), "staging/forget_events.sql", "staging/forget_mentions.sql", "staging/forget_letters.sql"); err != nil {
		return err
	}
	if err := db.Exec(ctx, "staging/forget_leftovers.sql", nil); err != nil {
		return err
	}
	tables, err := tablesAboutSomebody(ctx, db)
	if err != nil {
		return err
	}
	units := only(digests, "user", "anonymous", "email", "person", "account")
	for _, t := range tables {
		if err := f.removeRows(ctx, db, t, units); err != nil {
			return fmt.Errorf("remove rows from table %s: %w", t.table, err)
		}
	}
	for some := range slices.Chunk(units, chunkOfDigests) {
		if err := db.Exec(ctx, "staging/forget_path_examples.sql", warehouse.Params{"salt": f.salt, "digests": some}); err != nil {
			return err
		}
	}
	return db.Exec(ctx, "staging/forget_examples.sql", nil)
}

func (f *Forgotten) removeRows(ctx context.Context, db *warehouse.DB, t tableRows, digests []string) error {
	if slices.ContainsFunc(f.Tables, func(row ForgottenRow) bool { return row.Table == t.table }) {
		for some := range slices.Chunk(digests, chunkOfDigests) {
			if err := db.Exec(ctx, "staging/forget_"+t.by+"_rows.sql", t.params(f.salt, some)); err != nil {
				return err
			}
		}
	}
	for _, column := range t.texts {
		if err := f.cleanText(ctx, db, t.table, column); err != nil {
			return err
		}
	}
	return nil
}

// cleanText takes the addresses of forgotten people out of a column of text.
func (f *Forgotten) cleanText(ctx context.Context, db *warehouse.DB, table, column string) error {
	text, err := queries.Read("staging/forget_text.sql")
	if err != nil {
		return err
	}
	for _, statement := range warehouse.Statements(text) {
		statement = strings.ReplaceAll(statement, "text_column", column)
		if err := db.Statement(ctx, statement, warehouse.Params{"table": table, "salt": f.salt}); err != nil {
			return err
		}
	}
	return nil
}

// execSince runs statements that take a salt and a time of ingest.
func (f *Forgotten) execSince(ctx context.Context, db *warehouse.DB, since time.Time, files ...string) error {
	for _, file := range files {
		if err := db.Exec(ctx, file, warehouse.Params{"salt": f.salt, "since_ms": since.UnixMilli()}); err != nil {
			return err
		}
	}
	return nil
}

// returned counts what has come back of forgotten people.
type returned struct {
	Events   uint64 `ch:"events"`
	Mentions uint64 `ch:"mentions"`
	Letters  uint64 `ch:"letters"`
	Forgot   bool   `ch:"-"` // somebody was forgotten since the published run: rows of their accounts are missing
}

// dropReturned removes what has come back of forgotten people since the last run, by a replay or a topic read anew. It is
// the first thing that a run does; where nobody was ever forgotten it asks one small table and is done.
func dropReturned(ctx context.Context, db *warehouse.DB) (returned, error) {
	asked, err := warehouse.SelectAll[struct {
		Digests uint64    `ch:"digests"`
		Forgot  uint8     `ch:"forgot"`
		Since   time.Time `ch:"since"`
	}](ctx, db, "staging/forgotten_since.sql", nil)
	if err != nil || asked[0].Digests == 0 {
		return returned{}, err
	}
	since := asked[0].Since
	var f Forgotten
	if f.salt, err = forgottenSalt(ctx, db); err != nil {
		return returned{}, err
	}
	found, err := warehouse.SelectAll[returned](ctx, db, "staging/forgotten_returned.sql",
		warehouse.Params{"salt": f.salt, "since_ms": since.UnixMilli()})
	if err != nil {
		return returned{}, err
	}
	back := found[0]
	back.Forgot = asked[0].Forgot == 1
	var files []string
	if back.Events > 0 {
		files = append(files, "staging/forget_events.sql")
	}
	if back.Mentions > 0 {
		files = append(files, "staging/forget_mentions.sql")
	}
	if back.Letters > 0 {
		files = append(files, "staging/forget_letters.sql")
	}
	return back, f.execSince(ctx, db, since, files...)
}
