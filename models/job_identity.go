package models

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/funnelcloud/funnelcloud/models/identity"
	"github.com/funnelcloud/funnelcloud/models/touch"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// resolveIdentities finds out which identifiers are the same person.
func resolveIdentities(ctx context.Context, r *run) (in, out uint64, err error) {
	resolved, err := resolve(ctx, r, r.o.Identity)
	if err != nil {
		return 0, 0, err
	}
	if err := warehouse.Insert(ctx, r.db, "identity_quarantine_by_run", r.row.RunID, resolved.Quarantined); err != nil {
		return 0, 0, err
	}
	if err := r.recordIdentities(ctx, resolved); err != nil {
		return 0, 0, err
	}
	out, err = writeIdentities(ctx, r, resolved)
	return uint64(resolved.Identifiers + resolved.Claims), out, err
}

func writeIdentities(ctx context.Context, r *run, resolved *identity.Result) (out uint64, err error) {
	w, err := warehouse.NewWriter[identity.Identity](r.db, "person_identities_by_run", r.row.RunID)
	if err != nil {
		return 0, err
	}
	for i := range resolved.Identities() {
		if err := w.Append(ctx, i); err != nil {
			return w.Written(), err
		}
	}
	err = w.Flush(ctx)
	return w.Written(), err
}

// resolve reads identifiers and claims, and decides who is who.
func resolve(ctx context.Context, r *run, o identity.Options) (*identity.Result, error) {
	return identity.Resolve(
		warehouse.Select[identity.Node](ctx, r.db, "staging/identity_nodes.sql", r.params()),
		warehouse.Select[identity.Edge](ctx, r.db, "staging/identity_edges.sql", r.params()), o)
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
