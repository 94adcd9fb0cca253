package models

import (
	"context"

	"github.com/funnelcloud/funnelcloud/models/identity"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// IdentityVersion is how a run resolved identities, and what it restated of the run before: a row of table
// identity_versions.
type IdentityVersion struct {
	Version      string `ch:"identity_version" json:"version"`
	OptionsHash  string `ch:"options_hash" json:"options_hash"`
	Identifiers  uint64 `ch:"identifiers" json:"identifiers"`
	Junk         uint64 `ch:"junk_identifiers" json:"junk_identifiers"`
	Unseen       uint64 `ch:"unseen_identifiers" json:"unseen_identifiers"`
	Claims       uint64 `ch:"claims" json:"claims"`
	Quarantined  uint64 `ch:"quarantined" json:"quarantined"`
	People       uint64 `ch:"people" json:"people"`
	PeopleBefore uint64 `ch:"people_before" json:"people_before"`
	Appeared     uint64 `ch:"appeared" json:"appeared"`
	Merged       uint64 `ch:"merged" json:"merged"`
	Split        uint64 `ch:"split" json:"split"`
	Renamed      uint64 `ch:"renamed" json:"renamed"`
	Gone         uint64 `ch:"gone" json:"gone"`
}

// recordIdentities compares a resolution with the published one and records the version and what it restates.
func (r *run) recordIdentities(ctx context.Context, resolved *identity.Result) error {
	before := warehouse.Select[identity.Identity](ctx, r.db, "staging/previous_identities.sql", nil)
	restated, err := identity.Compare(before, resolved)
	if err != nil {
		return err
	}
	options, err := r.o.Identity.Hash()
	if err != nil {
		return err
	}
	for _, id := range resolved.Unseen {
		r.o.Log.Warn("no event carries an identifier that identity.yaml names", "identifier", id.String())
	}
	v := IdentityVersion{
		Version: resolved.Version(), OptionsHash: options,
		Identifiers: uint64(resolved.Identifiers), Junk: uint64(resolved.Junk), Unseen: uint64(len(resolved.Unseen)),
		Claims: uint64(resolved.Claims), Quarantined: uint64(len(resolved.Quarantined)),
		People: uint64(resolved.Persons), PeopleBefore: uint64(restated.Before), Appeared: uint64(restated.New),
		Merged: uint64(restated.Count(identity.Merged)), Split: uint64(restated.Count(identity.Split)),
		Renamed: uint64(restated.Count(identity.Renamed)), Gone: uint64(restated.Count(identity.Gone)),
	}
	r.report.Identity = v
	if err := warehouse.Insert(ctx, r.db, "identity_versions_by_run", r.row.RunID, []IdentityVersion{v}); err != nil {
		return err
	}
	return warehouse.Insert(ctx, r.db, "identity_changes_by_run", r.row.RunID, restated.Changes)
}
