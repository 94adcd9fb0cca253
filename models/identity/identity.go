// Package identity ties identifiers — device ids, user ids, e-mail addresses — to the people behind them.
//
// It promises three things. The order of the input never matters. A person id does not change when events of other
// people arrive. And a crowd is never merged by what it merely shares: a device, a mailbox, or an identifier such as
// "null" ties nobody together; the claim is kept in quarantine with its reason instead.
//
// The package is pure: no clock, no database. The caller reads nodes and edges, and writes the result.
package identity

import "time"

// Kinds of identifier.
const (
	Anonymous = "anonymous" // a device or browser
	User      = "user"      // an id the product gave the person
	Email     = "email"     // an address, lower case
)

// Rules that tie two identifiers, the values of Edge.Rule and Identity.Rule.
const (
	RuleSelf      = "self"       // the identifier stands for itself
	RuleSameEvent = "same_event" // both were on one event
	RuleAlias     = "alias"      // the product said that they are the same
	RuleEmail     = "email"      // an address was given for the other identifier
)

// Node is one identifier with the time of the first event that carried it.
type Node struct {
	IDKind      string    `ch:"id_kind"`
	IDValue     string    `ch:"id_value"`
	FirstSeenAt time.Time `ch:"first_seen_at"`
}

// Edge claims that two identifiers belong to one person. Its direction means nothing.
type Edge struct {
	AKind  string    `ch:"a_kind"`
	AValue string    `ch:"a_value"`
	BKind  string    `ch:"b_kind"`
	BValue string    `ch:"b_value"`
	Rule   string    `ch:"rule"`
	At     time.Time `ch:"at"`
}

// Identity is a row of person_identities: the identifier and its person.
type Identity struct {
	IDKind      string    `ch:"id_kind"`
	IDValue     string    `ch:"id_value"`
	PersonID    string    `ch:"person_id"`
	FirstSeenAt time.Time `ch:"first_seen_at"`
	Rule        string    `ch:"rule"`
}

// Reasons for which an edge is quarantined.
const (
	SharedDevice      = "shared_device"       // the device already belongs to somebody else
	SharedMailbox     = "shared_mailbox"      // a role address, or one on the deny list, that already belongs to somebody else
	ComponentTooLarge = "component_too_large" // merging would exceed Options.MaxComponent
	JunkIdentifier    = "junk_identifier"     // "null", "undefined", zeros, …: a bug of the sender, not a person
)

// Quarantined is an edge that was not believed, and why.
type Quarantined struct {
	Edge
	Reason string `ch:"reason"`
}

// Options bound what may be merged. The zero value means the defaults.
type Options struct {
	// MaxComponent is the largest number of user ids one person may have; default 50. A claim that would exceed it is
	// quarantined: so many accounts are an import gone wrong or a shared mailbox, not one person.
	MaxComponent int `json:"max_component,omitempty"`
	// DenyEmails are addresses that several people share, in addition to role addresses such as info@ and sales@.
	DenyEmails []string `json:"deny_emails,omitempty"`
	// AllowEmails are role-like addresses that are known to be one person's.
	AllowEmails []string `json:"allow_emails,omitempty"`
	// DenyIDs are device or user ids that stand for nobody, in addition to "null", "undefined" and the like.
	DenyIDs []string `json:"deny_ids,omitempty"`
}

// Result of a resolution. Identities are sorted by (kind, value); Quarantined by time, then by value.
type Result struct {
	Identities  []Identity
	Quarantined []Quarantined
	// Persons is the number of distinct person ids.
	Persons int
}
