package models

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// ForgetOptions say who is to be forgotten.
type ForgetOptions struct {
	Who    []string // one person's identifier as somebody wrote it: an address, a user, device or person id, in all its spellings
	DryRun bool     // count, and change nothing
}

// Forgotten is what was removed, or would be.
type Forgotten struct {
	Request      string         `json:"request"`     // under which table forgotten has the digests; empty after a dry run
	People       []string       `json:"people"`      // person ids
	Identifiers  []identifier   `json:"identifiers"` // of the person, sorted
	Accounts     []string       `json:"accounts"`    // whose rows go too, until the next run computes them anew without the person
	Tables       []ForgottenRow `json:"tables"`      // with rows to remove, in the order of their removal
	TooShort     []string       `json:"too_short"`   // identifiers that dead letters were not searched for: they would be found everywhere
	Before       time.Time      `json:"forgotten_before,omitzero"`
	DryRun       bool           `json:"dry_run"`
	salt         string
	letterPlaces []string
}

// ForgottenRow is how many rows of a table went.
type ForgottenRow struct {
	Table string `json:"table"`
	What  string `json:"what"`
	Rows  uint64 `json:"rows"`
}

type identifier struct {
	Kind  string `ch:"id_kind" json:"kind"`
	Value string `ch:"id_value" json:"value"`
}

// ErrUnknownPerson says that nobody is called so.
var ErrUnknownPerson = errors.New("nobody is called so")

// Forget removes a person: their events, the dead letters that mention them, what others' events say of their address,
// and their rows in every kept run. What is left of them are digests in table forgotten, by which each run removes what a
// replay or a topic read anew brings back.
//
// Rows of the accounts they belonged to go as well, since each may rest on them; the next run computes those anew. Digests
// are stored before anything is removed, so an interrupted Forget is finished by repeating it; one that has nothing left to
// do removes nothing. While a run is under way it returns ErrBusy: the run would write the person's rows again.
//
// It returns ErrUnknownPerson when there is nobody to forget.
func Forget(ctx context.Context, db *warehouse.DB, o ForgetOptions) (Forgotten, error) {
	if err := (&run{db: db}).others(ctx, ""); err != nil && !o.DryRun {
		return Forgotten{}, fmt.Errorf("forget: %w", err)
	}
	for _, name := range slices.Clone(o.Who) {
		o.Who = append(o.Who, strings.ToLower(name)) // as events write addresses
	}
	f, digests, err := findForgotten(ctx, db, o)
	if err != nil {
		return f, fmt.Errorf("forget: %w", err)
	}
	if err := f.count(ctx, db, digests); err != nil {
		return f, fmt.Errorf("forget: %w", err)
	}
	if o.DryRun {
		return f, nil
	}
	if err := f.remember(ctx, db, digests); err != nil {
		return f, fmt.Errorf("forget: %w", err)
	}
	if err := f.remove(ctx, db, digests); err != nil {
		return f, fmt.Errorf("forget: %w; repeat the command to finish", err)
	}
	return f, nil
}

// digest is a row of table forgotten.
type digest struct {
	Kind    string    `ch:"id_kind"`
	Digest  string    `ch:"digest"`
	Request string    `ch:"request"`
	At      time.Time `ch:"forgotten_at"`
}

type storedDigest struct {
	Kind   string `ch:"id_kind"`
	Digest string `ch:"digest"`
}

// digestOf is what forget_*.sql compute as well.
func digestOf(salt, kind, value string) string {
	sum := sha256.Sum256([]byte(salt + "\x00" + kind + "\x00" + value))
	return hex.EncodeToString(sum[:16])
}

// findForgotten finds who is meant and all their digests.
func findForgotten(ctx context.Context, db *warehouse.DB, o ForgetOptions) (Forgotten, []storedDigest, error) {
	f := Forgotten{DryRun: o.DryRun}
	salt, err := forgottenSalt(ctx, db)
	if err != nil {
		return f, nil, err
	}
	f.salt = salt
	before, earlier, err := f.before(ctx, db, o.Who)
	if err != nil {
		return f, nil, err
	}
	if err := f.identify(ctx, db, o.Who); err != nil {
		return f, nil, err
	}
	if err := f.findLetters(ctx, db, o.Who); err != nil {
		return f, nil, err
	}
	if len(f.People) == 0 && len(f.letterPlaces) == 0 && before.Request == "" {
		return f, nil, fmt.Errorf("%w: %q: give an e-mail address, or a user, device or person id", ErrUnknownPerson, o.Who[0])
	}
	f.Before = before.At
	return f, append(f.digests(), earlier...), nil
}

func forgottenSalt(ctx context.Context, db *warehouse.DB) (string, error) {
	salts, err := warehouse.SelectAll[struct {
		Salt string `ch:"salt"`
	}](ctx, db, "staging/forget_salt.sql", nil)
	if err != nil {
		return "", err
	}
	if len(salts) != 1 || len(salts[0].Salt) < 32 {
		return "", errors.New("table forgotten_salt holds no salt: restore it from a backup, since with another salt the forgotten would come back")
	}
	return salts[0].Salt, nil
}

// digests are those of everything found, without repeats.
func (f *Forgotten) digests() []storedDigest {
	var all []storedDigest
	add := func(kind, value string) {
		all = append(all, storedDigest{kind, digestOf(f.salt, kind, value)})
	}
	for _, id := range f.Identifiers {
		add(id.Kind, id.Value)
	}
	for _, id := range f.People {
		add("person", id)
	}
	for _, id := range f.Accounts {
		add("account", id)
	}
	for _, place := range f.letterPlaces {
		add("letter", place)
	}
	return all
}

// before finds the request that forgot somebody of this name earlier, with all its digests: an interrupted one is finished
// even though the person can't be found any more.
func (f *Forgotten) before(ctx context.Context, db *warehouse.DB, who []string) (digest, []storedDigest, error) {
	var names []string
	for _, name := range who {
		for _, kind := range []string{"user", "email", "anonymous", "person"} {
			names = append(names, digestOf(f.salt, kind, name))
		}
	}
	requests, err := warehouse.SelectAll[struct {
		Request string    `ch:"request"`
		At      time.Time `ch:"forgotten_at"`
	}](ctx, db, "staging/forgotten_request.sql", warehouse.Params{"digests": names})
	if err != nil || len(requests) == 0 {
		return digest{}, nil, err
	}
	stored, err := warehouse.SelectAll[storedDigest](ctx, db, "staging/forgotten_digests.sql", warehouse.Params{"request": requests[0].Request})
	// The accounts were computed anew since; they are not to lose their rows each time.
	stored = slices.DeleteFunc(stored, func(d storedDigest) bool { return d.Kind == "account" })
	return digest{Request: requests[0].Request, At: requests[0].At}, stored, err
}

// remember stores the digests before anything is removed.
func (f *Forgotten) remember(ctx context.Context, db *warehouse.DB, digests []storedDigest) error {
	f.Request = strings.ToLower(rand.Text())
	now := time.Now().UTC()
	rows := make([]digest, 0, len(digests))
	for _, d := range digests {
		rows = append(rows, digest{Kind: d.Kind, Digest: d.Digest, Request: f.Request, At: now})
	}
	return warehouse.Insert(ctx, db, "forgotten", 0, rows)
}
