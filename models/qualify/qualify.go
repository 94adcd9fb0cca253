// Package qualify decides who is qualified, when, and why.
//
// Definitions (YAML) say what counts; Evaluate replays one unit's signals and returns every stage it entered, the points
// it scored, what it said when it wanted to buy, and its answers to BANT, each with the definition that made it so and
// the events that prove it. The instants are exact: upwards at an event, downwards by decay or silence between events.
//
// A person and an account are the same to this package: an account's signals are those of all its members, merged.
// The package is pure: no clock, no database; the end of observation is passed in. Nothing that happened after an
// instant can change what is said of that instant.
package qualify

import "time"

// Signal is one event of a unit.
type Signal struct {
	PersonID   string    `ch:"person_id"`
	AccountID  string    `ch:"account_id"`
	Source     string    `ch:"source"`
	EventID    string    `ch:"event_id"`
	Kind       string    `ch:"kind"`
	Name       string    `ch:"name"`
	Meaning    string    `ch:"meaning"`
	At         time.Time `ch:"event_ts"`
	Value      int64     `ch:"value,decimal4"` // in 1/10000 of the currency
	Currency   string    `ch:"currency"`
	Properties string    `ch:"properties"` // JSON text; read only when a rule asks

	// Read only where a filter asks for them, else empty.
	URL         string `ch:"url"`
	Referrer    string `ch:"referrer"`
	UTMSource   string `ch:"utm_source"`
	UTMMedium   string `ch:"utm_medium"`
	UTMCampaign string `ch:"utm_campaign"`
	UserAgent   string `ch:"user_agent"`
}

// Kinds of unit.
const (
	Person  = "person"
	Account = "account"
)

// Unit is whom the signals belong to.
type Unit struct {
	Kind      string // Person or Account
	ID        string // person_id or account_id
	AccountID string
	// BusinessDomain is the company domain of the unit's e-mail address, empty for free mail or none
	// (identity.AccountDomain); it counts from the first signal that identified the unit.
	BusinessDomain string
	JunkReason     string
}

// Outcome is what became of a unit. Stages are in the order of entering.
type Outcome struct {
	Stages []StageEntry
	Scores []ScoreRow
	Leads  []ConversationLead
	Bant   []BantAnswer
	Met    []Qualification
	Grades []GradeRow

	Requests   []RequestRow
	Exclusions []ExclusionRow

	Deals     []DealRow
	Movements []RevenueMovement

	// DueAt is the first instant after the end of observation at which the outcome would be another if nothing more
	// happened to the unit: until then a later end of observation changes nothing. Zero: never.
	DueAt time.Time
}

// StageEntry is a row of table stages.
type StageEntry struct {
	UnitKind         string    `ch:"unit_kind"`
	UnitID           string    `ch:"unit_id"`
	AccountID        string    `ch:"account_id"`
	Stage            string    `ch:"stage"`
	EntryNo          uint32    `ch:"entry_no"`
	EnteredAt        time.Time `ch:"entered_at"`
	LeftAt           time.Time `ch:"left_at,null"` // zero while in it
	Owner            string    `ch:"owner"`
	Origin           string    `ch:"origin"`
	OriginReason     string    `ch:"origin_reason"`
	OriginEventID    string    `ch:"origin_event_id"`
	ViaDefinition    string    `ch:"via_definition"`
	DefinitionHash   string    `ch:"definition_hash"`
	Reason           string    `ch:"reason"`
	EvidenceEventIDs []string  `ch:"evidence_event_ids"`
	JunkReason       string    `ch:"junk_reason"`
}

// Qualification is a row of table qualifications: a definition was met. A stage is entered once, by whichever definition
// came first; of the others this is the only trace.
type Qualification struct {
	UnitKind         string    `ch:"unit_kind"`
	UnitID           string    `ch:"unit_id"`
	AccountID        string    `ch:"account_id"`
	Route            string    `ch:"route"` // mql, pql or cql
	Definition       string    `ch:"definition"`
	Version          uint32    `ch:"version"`
	DefinitionHash   string    `ch:"definition_hash"`
	MetAt            time.Time `ch:"met_at"`
	Entered          bool      `ch:"entered"` // opened the route; false: the unit held it already
	Score            float64   `ch:"score"`   // lead score at that instant
	Reason           string    `ch:"reason"`
	EvidenceEventIDs []string  `ch:"evidence_event_ids"`
	JunkReason       string    `ch:"junk_reason"`
}

// ScoreRow is a row of table score_ledger. The score at t is the sum over rows up to t of
// points · 2^(−(t − event_ts) / half life), the power being 1 where the half life is 0. Points that decay takes away in
// steps are rows of their own, negative, at the instant of the step and with the event that had earned them.
type ScoreRow struct {
	UnitKind     string    `ch:"unit_kind"`
	UnitID       string    `ch:"unit_id"`
	Score        string    `ch:"score"` // fit or engagement
	Signal       string    `ch:"signal"`
	EventTS      time.Time `ch:"event_ts"`
	EventID      string    `ch:"event_id"`
	Points       float64   `ch:"points"` // after caps; negative where a step of decay took them
	HalfLifeDays float64   `ch:"half_life_days"`
}

// ConversationLead is a row of table conversation_leads.
type ConversationLead struct {
	UnitKind       string    `ch:"unit_kind"`
	UnitID         string    `ch:"unit_id"`
	ConversationID string    `ch:"conversation_id"`
	MessageID      string    `ch:"message_id"`
	MessageTS      time.Time `ch:"message_ts"`
	Quote          string    `ch:"quote"`
	Why            string    `ch:"why"`
	Level          int8      `ch:"level"` // -1 not qualified, 1, 2, 3
	Confidence     float64   `ch:"confidence"`
	Rule           string    `ch:"rule"`
	NegativeReason string    `ch:"negative_reason"`
	Outcome        string    `ch:"outcome"`
}

// BantAnswer is a row of table bant_answers: what was known after the call or form. 1 good, 0 bad, -1 unknown.
type BantAnswer struct {
	UnitKind   string    `ch:"unit_kind"`
	UnitID     string    `ch:"unit_id"`
	AnsweredAt time.Time `ch:"answered_at"`
	EventID    string    `ch:"event_id"`
	Budget     int8      `ch:"budget"`
	Authority  int8      `ch:"authority"`
	Need       int8      `ch:"need"`
	Timeline   int8      `ch:"timeline"`
	Score      float64   `ch:"score"`
	Outcome    string    `ch:"outcome"`
	RevisitAt  time.Time `ch:"revisit_at,null"` // zero unless sent to nurture
}
