package models

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/funnelcloud/funnelcloud/models/identity"
	"github.com/funnelcloud/funnelcloud/models/touch"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// resolveIdentities finds out which identifiers are the same person: all of them, or those of the people that changed.
func resolveIdentities(ctx context.Context, r *run) (in, out uint64, err error) {
	now, err := r.resolve(ctx)
	if err != nil {
		return 0, 0, err
	}
	in = uint64(now.Identifiers + now.Claims)
	if out, err = r.writeIdentities(ctx, now); err != nil {
		return in, out, err
	}
	quarantined, err := r.writeQuarantine(ctx, now)
	if err != nil {
		return in, out, err
	}
	return in, out, r.recordIdentities(ctx, now, quarantined)
}

// resolution is what a run found out: of everybody, or of a part of them.
type resolution struct {
	*identity.Result
	// elsewhere are identifiers that the part mentions, and to whom they belong: people outside of it. Only junk ties them
	// to the part, such as an event that names somebody's address and the device "null".
	elsewhere map[identity.ID]string
}

type seenNode struct {
	identity.Node
	Was string `ch:"was"` // its person in the run that this one builds on; empty when it is new
}

// resolve reads identifiers and claims, and decides who is who.
func (r *run) resolve(ctx context.Context) (resolution, error) {
	now := resolution{elsewhere: map[identity.ID]string{}}
	nodes := func(yield func(identity.Node, error) bool) {
		for n, err := range warehouse.Select[seenNode](ctx, r.db, "staging/identity_nodes.sql", r.params()) {
			if err == nil && n.Was != "" && !r.changed[n.Was] {
				now.elsewhere[identity.ID{Kind: n.IDKind, Value: strings.Clone(n.IDValue)}] = strings.Clone(n.Was)
			}
			if !yield(n.Node, err) {
				return
			}
		}
	}
	var err error
	now.Result, err = identity.Resolve(nodes, warehouse.Select[identity.Edge](ctx, r.db, "staging/identity_edges.sql", r.params()), r.o.Identity)
	return now, err
}

// identities are those of the part, sorted.
func (n resolution) identities() iter.Seq[identity.Identity] {
	return func(yield func(identity.Identity) bool) {
		for i := range n.Identities() {
			if n.elsewhere[identity.ID{Kind: i.IDKind, Value: i.IDValue}] == "" && !yield(i) {
				return
			}
		}
	}
}

// writeIdentities writes who is who. People whom nobody knew before join those that changed.
func (r *run) writeIdentities(ctx context.Context, now resolution) (out uint64, err error) {
	w, err := warehouse.NewWriter[identity.Identity](r.db, "person_identities_by_run", r.row.RunID)
	if err != nil {
		return 0, err
	}
	var appeared []changedUnit
	for i := range now.identities() {
		if err := w.Append(ctx, i); err != nil {
			return w.Written(), err
		}
		if r.changed != nil && !r.changed[i.PersonID] {
			r.changed[i.PersonID] = true
			appeared = append(appeared, changedUnit{unitPerson, i.PersonID, r.previous.RunID, "new_events"})
		}
	}
	if err := w.Flush(ctx); err != nil {
		return w.Written(), err
	}
	return w.Written(), warehouse.Insert(ctx, r.db, "recomputed_units_by_run", r.row.RunID, appeared)
}

// writeQuarantine writes the claims that were not believed, with those of the run before that nothing touches.
func (r *run) writeQuarantine(ctx context.Context, now resolution) (rows uint64, err error) {
	for i := range now.Quarantined {
		q := &now.Quarantined[i]
		q.APersonID = cmp.Or(now.elsewhere[identity.ID{Kind: q.AKind, Value: q.AValue}], q.APersonID)
		q.BPersonID = cmp.Or(now.elsewhere[identity.ID{Kind: q.BKind, Value: q.BValue}], q.BPersonID)
	}
	if err := warehouse.Insert(ctx, r.db, "identity_quarantine_by_run", r.row.RunID, now.Quarantined); err != nil {
		return 0, err
	}
	if r.changed == nil {
		return uint64(len(now.Quarantined)), nil
	}
	if err := r.db.Exec(ctx, "staging/kept_quarantine.sql", r.params()); err != nil {
		return 0, err
	}
	return r.count(ctx, "identity_quarantine_by_run")
}

// personFacts is what the events say about a person.
type personFacts struct {
	PersonID    string    `ch:"person_id"`
	AccountID   string    `ch:"account_id"`
	UserID      string    `ch:"user_id"`
	Email       string    `ch:"email"`
	Country     string    `ch:"country"`
	Name        string    `ch:"name"`
	FirstSeenAt time.Time `ch:"first_seen_at"`
	LastSeenAt  time.Time `ch:"last_seen_at"`
	Events      uint64    `ch:"events"`
	Identifiers uint32    `ch:"identifiers"`

	GroupAccount string   `ch:"group_account_id"` // named by a group call
	CRMAccount   string   `ch:"crm_account_id"`   // named by a CRM
	WebEvents    uint64   `ch:"web_events"`       // with a page
	UserAgents   []string `ch:"user_agents"`      // of those, some
	Hosts        []string `ch:"hosts"`            // of those, some
	Records      []string `ch:"records"`          // where nothing else is known: some of a CRM's records
}

// person is a row of table persons.
type person struct {
	PersonID    string    `ch:"person_id"`
	AccountID   string    `ch:"account_id"`
	UserID      string    `ch:"user_id"`
	Email       string    `ch:"email"`
	Country     string    `ch:"country"`
	JunkReason  string    `ch:"junk_reason"`
	FirstSeenAt time.Time `ch:"first_seen_at"`
	LastSeenAt  time.Time `ch:"last_seen_at"`
	Events      uint64    `ch:"events"`
	Identifiers uint32    `ch:"identifiers"`
	Record      string    `ch:"record"`
}

// describePersons decides each person's account and whether they are a real prospect.
func describePersons(ctx context.Context, r *run) (in, out uint64, err error) {
	w, err := warehouse.NewWriter[person](r.db, "persons_by_run", r.row.RunID)
	if err != nil {
		return 0, 0, err
	}
	for f, err := range warehouse.Select[personFacts](ctx, r.db, "staging/person_facts.sql", r.params()) {
		if err != nil {
			return in, w.Written(), err
		}
		in++
		if err := w.Append(ctx, person{
			PersonID: f.PersonID, AccountID: accountOf(r.o, f), UserID: f.UserID, Email: f.Email, Country: f.Country,
			JunkReason: junkReason(r.o, f), Record: identity.RecordOf(f.Records),
			FirstSeenAt: f.FirstSeenAt, LastSeenAt: f.LastSeenAt, Events: f.Events, Identifiers: f.Identifiers,
		}); err != nil {
			return in, w.Written(), err
		}
	}
	err = w.Flush(ctx)
	return in, w.Written(), err
}

// accountOf is the account of a person: what the product says comes first, a group call before other events, then what a
// CRM says, then the domain of their address.
func accountOf(o Options, f personFacts) string {
	return o.Identity.Account(cmp.Or(f.GroupAccount, f.AccountID, f.CRMAccount, o.Identity.AccountDomain(f.Email)))
}

// junkReason judges people who gave an address by that, and others by what their pages were read with.
func junkReason(o Options, f personFacts) string {
	if f.Email != "" {
		own := slices.Concat(o.OwnDomains, o.Channels.StaffDomains())
		if reason := (identity.JunkRules{OwnDomains: own}).Reason(f.Email, f.Name); reason != "" {
			return reason
		}
	}
	if f.WebEvents == 0 || f.WebEvents != f.Events {
		return ""
	}
	if few(f.Hosts) && !slices.ContainsFunc(f.Hosts, func(host string) bool { return !o.Channels.ExcludedHost(host) }) {
		return identity.JunkInternal
	}
	if !few(f.UserAgents) {
		return ""
	}
	reasons := map[string]bool{}
	for _, agent := range f.UserAgents {
		reasons[o.Channels.ExcludedUserAgent(agent)] = true
	}
	switch {
	case reasons[""]:
		return ""
	case reasons[touch.ReasonBot]:
		return identity.JunkBot
	default:
		return identity.JunkInternal
	}
}

// few says that a list of person_facts.sql is whole, and not empty.
func few(list []string) bool { return len(list) > 0 && len(list) < 9 }

// attachEvents gives every event its person and account.
func attachEvents(ctx context.Context, r *run) (in, out uint64, err error) {
	aliases, accounts := r.o.Identity.AccountAliases()
	if err := r.db.Exec(ctx, "marts/person_events.sql", r.params("account_aliases", aliases, "accounts", accounts)); err != nil {
		return 0, 0, err
	}
	out, err = r.count(ctx, "person_events_by_run")
	return r.marks.Events, out, err
}

func describeAccounts(ctx context.Context, r *run) (in, out uint64, err error) {
	if err := r.findChangedAccounts(ctx); err != nil {
		return 0, 0, err
	}
	if err := r.db.Exec(ctx, "marts/accounts.sql", r.params()); err != nil {
		return 0, 0, err
	}
	out, err = r.count(ctx, "accounts_by_run")
	return r.marks.Events, out, err
}

// count is how many rows of this run a table holds.
func (r *run) count(ctx context.Context, table string) (uint64, error) {
	_, rows, err := r.db.TableText(ctx, "SELECT count() FROM {table:Identifier} WHERE run_id = {run_id:UInt64}",
		warehouse.Params{"table": table, "run_id": r.row.RunID})
	if err != nil {
		return 0, err
	}
	return rows[0][0].(uint64), nil
}
