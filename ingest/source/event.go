package source

// Event is the canonical event: the columns of table events that a source can fill. Every source's messages end here,
// whoever sent them.
//
// The strings may point into the message and into memory that the Mapper uses again: they hold until the next call of
// Map. Copy what has to live longer.
type Event struct {
	Source      string
	ID          string
	Kind        string // one of vocabulary.Kinds
	Name        string
	Meaning     string // one of vocabulary.Meanings, or empty
	AnonymousID string
	UserID      string
	AccountID   string
	Email       string // lower case
	SessionHint string
	URL         string
	Referrer    string
	UTMSource   string
	UTMMedium   string
	UTMCampaign string
	UTMTerm     string
	UTMContent  string
	ClickID     string
	ClickIDKind string
	Country     string
	UserAgent   string
	Currency    string
	Properties  string // one JSON object as text

	EventTS    int64  // Unix milliseconds, corrected for clock skew
	ReceivedAt int64  // Unix milliseconds
	Value      int64  // in units of 1/10000
	Item       uint32 // position within the message, from 0
	Skewed     bool   // the clock was corrected by more than a minute
}

// Version orders the receipts of one event: the earlier it was received, the larger, so that ReplacingMergeTree keeps
// the first receipt however late a repeat arrives.
func (e *Event) Version() uint64 { return 1<<62 - uint64(e.ReceivedAt) }

// Record is a message as Kafka holds it.
type Record struct {
	Key, Value []byte
	Time       int64 // the record's timestamp in Unix milliseconds, taken for received_at where the message has none
	Backfill   bool  // loaded from a file: sent_at says nothing about this moment, so clocks are left as they are
}

// Reject says why a message, or one of its items, could not become an event.
type Reject struct {
	Item   uint32 `json:"item"`   // position within the message, from 0
	Reason string `json:"reason"` // one of the Reason constants
	Detail string `json:"detail"` // what was wrong, where
}

// Reasons of rejection, the values of events_rejected.reason.
const (
	ReasonTombstone        = "tombstone"         // a message without a value
	ReasonTooLarge         = "too_large"         // longer than the consumer allows
	ReasonInvalidUTF8      = "invalid_utf8"      //
	ReasonNUL              = "nul"               // a NUL character, escaped or not
	ReasonInvalidJSON      = "invalid_json"      //
	ReasonTooDeep          = "too_deep"          // nested deeper than MaxDepth
	ReasonWrongType        = "wrong_type"        // a field of the wrong type
	ReasonOutOfRange       = "out_of_range"      // a number or time that its column can't hold
	ReasonMissingField     = "missing_field"     // a field that the source requires
	ReasonUnknownKind      = "unknown_kind"      // kind is not in the vocabulary
	ReasonUnknownMeaning   = "unknown_meaning"   // an expression gave a meaning that is not in the vocabulary
	ReasonExpressionFailed = "expression_failed" // an expression could not be evaluated
	ReasonNoSource         = "no_source"         // no source claims the topic
	ReasonInvalidTSV       = "invalid_tsv"       // a row of an enriched stream with too few columns
	ReasonInvalidAvro      = "invalid_avro"      // could not be decoded by the schema that it names
	ReasonNoSalt           = "no_salt"           // the source hashes personal data and was given no salt: see Salted
)

// reasons are all of them.
var reasons = []string{
	ReasonTombstone, ReasonTooLarge, ReasonInvalidUTF8, ReasonNUL, ReasonInvalidJSON, ReasonTooDeep, ReasonWrongType,
	ReasonOutOfRange, ReasonMissingField, ReasonUnknownKind, ReasonUnknownMeaning, ReasonExpressionFailed, ReasonNoSource,
	ReasonInvalidTSV, ReasonInvalidAvro, ReasonNoSalt,
}

// columnKind says how a column's value is read.
type columnKind uint8

const (
	textColumn columnKind = iota
	timeColumn
	decimalColumn
	objectColumn
)

// column is a field that a source definition may fill.
type column struct {
	name string
	kind columnKind
	text func(*Event) *string // where a text column lives; nil for the others
}

// columns are the fields in the order of table events. sent_at is no column of the table: it corrects event_ts.
var columns = []column{
	{"event_id", textColumn, func(e *Event) *string { return &e.ID }},
	{"kind", textColumn, func(e *Event) *string { return &e.Kind }},
	{"name", textColumn, func(e *Event) *string { return &e.Name }},
	{"meaning", textColumn, func(e *Event) *string { return &e.Meaning }},
	{"event_ts", timeColumn, nil},
	{"sent_at", timeColumn, nil},
	{"received_at", timeColumn, nil},
	{"anonymous_id", textColumn, func(e *Event) *string { return &e.AnonymousID }},
	{"user_id", textColumn, func(e *Event) *string { return &e.UserID }},
	{"account_id", textColumn, func(e *Event) *string { return &e.AccountID }},
	{"email", textColumn, func(e *Event) *string { return &e.Email }},
	{"session_hint", textColumn, func(e *Event) *string { return &e.SessionHint }},
	{"url", textColumn, func(e *Event) *string { return &e.URL }},
	{"referrer", textColumn, func(e *Event) *string { return &e.Referrer }},
	{"utm_source", textColumn, func(e *Event) *string { return &e.UTMSource }},
	{"utm_medium", textColumn, func(e *Event) *string { return &e.UTMMedium }},
	{"utm_campaign", textColumn, func(e *Event) *string { return &e.UTMCampaign }},
	{"utm_term", textColumn, func(e *Event) *string { return &e.UTMTerm }},
	{"utm_content", textColumn, func(e *Event) *string { return &e.UTMContent }},
	{"click_id", textColumn, func(e *Event) *string { return &e.ClickID }},
	{"click_id_kind", textColumn, func(e *Event) *string { return &e.ClickIDKind }},
	{"country", textColumn, func(e *Event) *string { return &e.Country }},
	{"user_agent", textColumn, func(e *Event) *string { return &e.UserAgent }},
	{"value", decimalColumn, nil},
	{"currency", textColumn, func(e *Event) *string { return &e.Currency }},
	{"properties", objectColumn, nil},
}

func columnNamed(name string) (column, bool) {
	for _, c := range columns {
		if c.name == name {
			return c, true
		}
	}
	return column{}, false
}
