// Package attribution says which touches get credit for a conversion.
//
// It works in three steps, each a pure function of its input. Journeys cuts the history of one unit into the touches
// before each conversion and the touches that led to none. A Sample holds the journeys of many units in columns. A
// Model gives a weight to each touch of each converted journey of a sample, and Ledger writes these weights as rows
// that sum to 1, and to the value of the conversion exactly, in every conversion.
//
// The same input in any order gives the same output, bit for bit. The package knows no clock, network, logger or
// database.
package attribution

import (
	"cmp"
	"time"
)

// Direct is the channel of touches without a referrer, by the name that GA4's default channel grouping gives it.
const Direct = "Direct"

// directNames are what Direct goes by in the dimensions that touches are credited by; one dimension has one of them. A
// landing page doesn't tell.
var directNames = []string{Direct, "(Direct)", "(direct)", "(direct) / (none)"}

// Touch is one contact that can earn credit: the entry of a session, an e-mail click, a call, …
type Touch struct {
	UnitID      string    `ch:"unit_id"`      // person or account whose history the touch belongs to
	ID          string    `ch:"touch_id"`     // event id of the first event of the session or contact
	At          time.Time `ch:"touch_ts"`     // start
	PersonID    string    `ch:"person_id"`    // who was touched; differs from UnitID in journeys of accounts
	Channel     string    `ch:"channel"`      // decides what is direct
	Name        string    `ch:"name"`         // what the models credit; empty: the channel
	Source      string    `ch:"utm_source"`   //
	Medium      string    `ch:"utm_medium"`   //
	Campaign    string    `ch:"utm_campaign"` //
	LandingPage string    `ch:"landing_page"` //
	SourceRank  uint32    `ch:"source_rank"`  // breaks ties in time before the id does; lower is earlier
	Internal    bool      `ch:"internal"`     // our own staff's or a test's: it earns nothing and is in no journey
}

// Credited is the name that the touch is credited by.
func (t *Touch) Credited() string { return cmp.Or(t.Name, t.Channel) }

// Conversion is what credit is given for.
type Conversion struct {
	ID                 string    `ch:"conversion_id"`   // unit_kind:conversion_type:unit_id:cycle_no
	UnitKind           string    `ch:"unit_kind"`       // person or account
	UnitID             string    `ch:"unit_id"`         //
	Type               string    `ch:"conversion_type"` // stage or event converted to
	CycleNo            uint32    `ch:"cycle_no"`        // 1 for the unit's first conversion of this type
	At                 time.Time `ch:"converted_at"`    //
	Value              int64     `ch:"value,decimal4"`  // money in 1/10000; may be negative for a refund
	Currency           string    `ch:"currency"`        //
	EventID            string    `ch:"event_id"`        //
	UnattributedReason string    `ch:"unattributed_reason"`
}

// Reasons why no touch gets credit. Journeys finds them but for the last; a caller who knows it, or one of its own, sets it
// as Conversion.UnattributedReason before the call.
const (
	NoTouchInWindow    = "no_touch_in_window"  // the unit has no touch within the look-back
	DirectOnly         = "direct_only"         // the direct policy left none
	PreHistory         = "pre_history"         // no touch, and the look-back reaches behind Options.ObservedFrom
	IdentityUnresolved = "identity_unresolved" // nobody knows whose conversion it is
	ExcludedInternal   = "excluded_internal"   // the only touches are of our own staff, or tests
	LateEvent          = "late_event"          // arrived after the books were closed
)

// Milestone is an instant in the sales cycle of a unit that the milestone models (w_shaped, full_path) give credit to.
type Milestone struct {
	Kind string // LeadCreated or OpportunityCreated
	At   time.Time
}

// Kinds of Milestone. The third, the close, is the conversion itself.
const (
	LeadCreated        = "lead_created"
	OpportunityCreated = "opportunity_created"
)

// Unit is a person or an account.
type Unit struct {
	Kind       string // person or account
	ID         string // empty when the conversions could not be resolved to anyone
	Milestones []Milestone
}
