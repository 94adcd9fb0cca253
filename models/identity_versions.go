package models

import (
	"context"
	"iter"
	"slices"
	"strings"

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

// countedIdentities are the figures of a version that those of the next can be counted on from.
type countedIdentities struct {
	Version     string `ch:"identity_version"`
	Identifiers uint64 `ch:"identifiers"`
	Junk        uint64 `ch:"junk_identifiers"`
	Claims      uint64 `ch:"claims"`
	People      uint64 `ch:"people"`
}

// recordIdentities compares identities with the published ones and records the version and what it restates.
func (r *run) recordIdentities(ctx context.Context, now resolution, quarantined uint64) error {
	known, err := r.knownIdentities(ctx)
	if err != nil {
		return err
	}
	peopleBefore := known.People
	var before []identity.Identity // of a part: a run that computes all must not hold them all
	published := warehouse.Select[identity.Identity](ctx, r.db, "staging/previous_identities.sql", r.params())
	if r.changed != nil {
		if before, err = identitiesOf(published); err != nil {
			return err
		}
		known.Remove(slices.Values(before))
		published = identity.Rows(before)
	}
	known.Add(now.identities())
	restated, err := identity.Compare(published, now.identities())
	if err != nil {
		return err
	}
	forgotten := uint64(0)
	if r.changed == nil {
		if forgotten, err = r.forgottenPeople(ctx, uint64(restated.Before)); err != nil {
			return err
		}
		peopleBefore = uint64(restated.Before) + forgotten
	}
	options, err := r.o.Identity.Hash()
	if err != nil {
		return err
	}
	for _, id := range now.Unseen {
		r.o.Log.Warn("no event carries an identifier that identity.yaml names", "identifier", id.String())
	}
	v := IdentityVersion{
		Version: known.Version(), OptionsHash: options,
		Identifiers: known.Identifiers, Junk: known.Junk, Unseen: uint64(len(now.Unseen)),
		Claims: known.Claims, Quarantined: quarantined,
		People: known.People, PeopleBefore: peopleBefore, Appeared: uint64(restated.New),
		Merged: uint64(restated.Count(identity.Merged)), Split: uint64(restated.Count(identity.Split)),
		Renamed: uint64(restated.Count(identity.Renamed)), Gone: uint64(restated.Count(identity.Gone)) + forgotten,
	}
	r.report.Identity = v
	if err := warehouse.Insert(ctx, r.db, "identity_versions_by_run", r.row.RunID, []IdentityVersion{v}); err != nil {
		return err
	}
	return warehouse.Insert(ctx, r.db, "identity_changes_by_run", r.row.RunID, restated.Changes)
}

// knownIdentities are counted in the run that this one builds on; a run that computes all starts from none.
func (r *run) knownIdentities(ctx context.Context) (identity.Tally, error) {
	if r.changed == nil {
		return identity.Tally{}, nil
	}
	v, err := r.countedIdentities(ctx)
	if err != nil || v.Version == "" {
		return identity.Tally{}, err
	}
	return identity.NewTally(v.Version, v.Identifiers, v.Junk, v.Claims, v.People)
}

// countedIdentities are the figures of the published run; zero where there is none.
func (r *run) countedIdentities(ctx context.Context) (countedIdentities, error) {
	versions, err := warehouse.SelectAll[countedIdentities](ctx, r.db, "staging/previous_identity_version.sql", r.params("published", r.previous.RunID))
	if err != nil || len(versions) == 0 {
		return countedIdentities{}, err
	}
	return versions[0], nil
}

// forgottenPeople are those whom the published run had counted and of whom no row is left: they were forgotten.
func (r *run) forgottenPeople(ctx context.Context, left uint64) (uint64, error) {
	counted, err := r.countedIdentities(ctx)
	return counted.People - min(left, counted.People), err
}

func identitiesOf(rows iter.Seq2[identity.Identity, error]) (all []identity.Identity, err error) {
	for i, err := range rows {
		if err != nil {
			return nil, err
		}
		i.IDValue, i.PersonID, i.IDKind, i.Rule = strings.Clone(i.IDValue), strings.Clone(i.PersonID), strings.Clone(i.IDKind), strings.Clone(i.Rule)
		all = append(all, i)
	}
	return all, nil
}
