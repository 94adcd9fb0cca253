// Package identity ties identifiers — device ids, user ids, e-mail addresses, records of a CRM — to the people behind
// them.
//
// It promises three things. The order of the input never matters. A person id does not change when events of other
// people arrive. And a crowd is never merged by what it merely shares: a device, a mailbox, or an identifier such as
// "null" ties nobody together; the claim is kept in quarantine with its reason instead.
//
// The package is pure: no clock, no database. The caller streams nodes and edges in, and writes the result.
package identity

import "time"

// Kinds of identifier.
const (
	Anonymous = "anonymous" // a device or browser, or a record in another system
	User      = "user"      // an id the product gave the person
	Email     = "email"     // an address, lower case
)

// Rules that tie two identifiers, the values of Edge.Rule and Identity.Rule.
const (
	RuleSelf       = "self"       // the identifier stands for itself
	RuleDeclared   = "declared"   // our own people said so: Options.Same
	RuleAlias      = "alias"      // the product said that they are the same
	RuleConversion = "conversion" // a CRM made one record of the other: a lead became a contact, two contacts were merged
	RuleRecord     = "record"     // a record in another system named the other identifier
	RuleEmail      = "email"      // an address was given for the other identifier
	RuleSameEvent  = "same_event" // both were on one event
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
	Claims      uint32    `ch:"claims"` // that it and another identifier are one person's; each is counted at one of the two
	Junk        uint8     `ch:"junk"`   // 1: it stands for nobody
}

// Reasons for which an edge is quarantined.
const (
	SharedDevice      = "shared_device"       // the device already belongs to somebody else
	SharedMailbox     = "shared_mailbox"      // a role address, or one on the deny list, that already belongs to somebody else
	ComponentTooLarge = "component_too_large" // merging would exceed Options.MaxComponent
	JunkIdentifier    = "junk_identifier"     // "null", "undefined", zeros, …: a bug of the sender, not a person
	Separated         = "separated"           // it would merge people whom Options.Separate keeps apart
)

// Quarantined is an edge that was not believed, and why.
type Quarantined struct {
	Edge
	Reason    string `ch:"reason"`
	APersonID string `ch:"a_person_id"` // to whom the first identifier belongs
	BPersonID string `ch:"b_person_id"`
}

// Options bound what may be merged. The zero value means the defaults.
type Options struct {
	// MaxComponent is the largest number of user ids, and of addresses, that one person may have; default 50. A claim that
	// would exceed it is quarantined: so many are an import gone wrong or a shared mailbox, not one person.
	MaxComponent int `json:"max_component,omitempty"`
	// EmailsApart: an equal address makes nobody one person; it belongs to whoever gave it first.
	EmailsApart bool `json:"emails_apart,omitempty"`
	// DenyEmails are addresses that several people share, in addition to role addresses such as info@ and sales@; @acme.io
	// is every address of a domain.
	DenyEmails []string `json:"deny_emails,omitempty"`
	// AllowEmails are role-like addresses that are known to be one person's.
	AllowEmails []string `json:"allow_emails,omitempty"`
	// DenyIDs are device or user ids that stand for nobody, in addition to "null", "undefined" and the like.
	DenyIDs []string `json:"deny_ids,omitempty"`
	// Same are identifiers known to be one person's. They come before every claim and every bound.
	Same []Pair `json:"same,omitempty"`
	// Separate are identifiers known to be two people's: whatever would merge the two is quarantined.
	Separate []Pair `json:"separate,omitempty"`
	// FreeMail are further domains that say nothing of an employer; CompanyMail are such domains that do after all.
	FreeMail    []string `json:"free_mail,omitempty"`
	CompanyMail []string `json:"company_mail,omitempty"`
	// Accounts names, for an account id, the account that it is another name of: a CRM's id, a second workspace, an e-mail
	// domain.
	Accounts map[string]string `json:"accounts,omitempty"`
}

// ID is an identifier with its kind.
type ID struct {
	Kind  string `json:"kind"`
	Value string `json:"value"`
}

func (i ID) String() string { return i.Kind + ":" + i.Value }

// Pair is two identifiers.
type Pair struct {
	A ID `json:"a"`
	B ID `json:"b"`
}
