// Package touch turns histories into touchpoints: the entries of sessions, and the contacts that happened elsewhere.
//
// It promises that every touchpoint has exactly one channel, decided by rules that are data (channels.yaml): the user's
// own first, then GA4's default channel grouping in its published order. The package is pure: no clock, no database.
//
// In production queries/staging/sessions.sql finds the sessions; Sessionize is the same in readable Go, and a test
// holds the two together.
package touch

import "time"

// Session is a row of queries/staging/sessions.sql: one visit of one person, seen from its entry.
type Session struct {
	PersonID    string    `ch:"person_id"`
	AccountID   string    `ch:"account_id"` // of the first event
	TouchID     string    `ch:"touch_id"`   // event id of the first event
	TouchTS     time.Time `ch:"touch_ts"`
	EndedAt     time.Time `ch:"ended_at"` // last event
	URL         string    `ch:"url"`      // of the first event, as are the next seven
	Referrer    string    `ch:"referrer"`
	UTMSource   string    `ch:"utm_source"`
	UTMMedium   string    `ch:"utm_medium"`
	UTMCampaign string    `ch:"utm_campaign"`
	ClickIDKind string    `ch:"click_id_kind"`
	Source      string    `ch:"source"`
	UserAgent   string    `ch:"user_agent"`
	Events      uint32    `ch:"events"`
}

// Contact is a row of queries/staging/contacts.sql: a touch that was not a visit.
type Contact struct {
	PersonID    string    `ch:"person_id"`
	AccountID   string    `ch:"account_id"`
	TouchID     string    `ch:"touch_id"` // event id
	TouchTS     time.Time `ch:"touch_ts"`
	Meaning     string    `ch:"meaning"`
	URL         string    `ch:"url"`
	Referrer    string    `ch:"referrer"`
	UTMSource   string    `ch:"utm_source"`
	UTMMedium   string    `ch:"utm_medium"`
	UTMCampaign string    `ch:"utm_campaign"`
	ClickIDKind string    `ch:"click_id_kind"`
	Source      string    `ch:"source"`
	UserAgent   string    `ch:"user_agent"`

	Prompt         string `ch:"prompt"` // what the event says of itself, as are the next two; empty where it says nothing
	ConversationID string `ch:"conversation_id"`
	SalesPerson    string `ch:"sales_person"` // its property with, sales_person, owner or agent
}

// Touchpoint is a row of table touchpoints.
type Touchpoint struct {
	TouchID      string    `ch:"touch_id"`
	PersonID     string    `ch:"person_id"`
	AccountID    string    `ch:"account_id"`
	TouchTS      time.Time `ch:"touch_ts"`
	TouchKind    string    `ch:"touch_kind"`
	Channel      string    `ch:"channel"`
	UTMSource    string    `ch:"utm_source"` // as resolved: from utm, else click id, else referrer, else "(direct)"
	UTMMedium    string    `ch:"utm_medium"` // likewise, else "(none)"
	UTMCampaign  string    `ch:"utm_campaign"`
	LandingPage  string    `ch:"landing_page"`  // path, without query and fragment
	ReferrerHost string    `ch:"referrer_host"` // without www.; empty for own pages
	ClickIDKind  string    `ch:"click_id_kind"`
	SourceRank   uint32    `ch:"source_rank"`
	Cost         int64     `ch:"cost,decimal4"` // 0: costs are joined to campaigns later
	Events       uint32    `ch:"events"`
	EndedAt      time.Time `ch:"ended_at"`

	Prompt         string `ch:"prompt"` // of contacts, as are the next two
	ConversationID string `ch:"conversation_id"`
	SalesPerson    string `ch:"sales_person"`
}

// Kinds of touch.
const (
	Web            = "web"
	EmailKind      = "email"
	Message        = "message"
	Call           = "call"
	Meeting        = "meeting"
	Ad             = "ad"
	ImpressionKind = "impression" // an advertisement seen, not clicked
	InProduct      = "in_product"
)

// Left is the kind of contacts that are to be no touches.
const Left = "none"

// kinds are those that a contact may have.
var kinds = []string{EmailKind, Message, Call, Meeting, Ad, ImpressionKind, InProduct, Left}

// sourceRank orders touches of one instant: what causes a visit comes before it, what follows from it comes after.
func sourceRank(kind string) uint32 {
	switch kind {
	case ImpressionKind:
		return 0
	case Ad:
		return 1
	case EmailKind:
		return 2
	case InProduct:
		return 3
	case Web:
		return 4
	case Message:
		return 5
	case Call:
		return 6
	case Meeting:
		return 7
	default:
		return 99
	}
}

// FromSession is the touchpoint of a session's entry.
func FromSession(s Session, rules Rules) Touchpoint {
	in := rules.input(origin{s.URL, s.Referrer, s.UTMSource, s.UTMMedium, s.UTMCampaign, s.ClickIDKind})
	in.Kind = Web
	return Touchpoint{
		TouchID: s.TouchID, PersonID: s.PersonID, AccountID: s.AccountID, TouchTS: s.TouchTS, TouchKind: Web,
		Channel: rules.Channel(in), UTMSource: in.Source, UTMMedium: in.Medium, UTMCampaign: in.Campaign,
		LandingPage: in.LandingPage, ReferrerHost: in.ReferrerHost, ClickIDKind: s.ClickIDKind,
		SourceRank: sourceRank(Web), Events: s.Events, EndedAt: s.EndedAt,
	}
}

// FromContact is the touchpoint of a contact. Its kind, and its source and medium where it carries no utm of its own,
// come from the rules' contacts; a meaning that is not listed there is a contact of kind "other".
func FromContact(c Contact, rules Rules) Touchpoint {
	form, ok := rules.contacts[c.Meaning]
	if !ok {
		form = ContactRule{Kind: "other", Source: c.Meaning, Medium: "other"}
	}
	in := rules.input(origin{c.URL, "", c.UTMSource, c.UTMMedium, c.UTMCampaign, c.ClickIDKind})
	if in.Source == directSource || in.Source == notSet {
		in.Source = form.Source
	}
	if in.Medium == directMedium || in.Medium == notSet {
		in.Medium = form.Medium
	}
	in.Kind = form.Kind
	return Touchpoint{
		TouchID: c.TouchID, PersonID: c.PersonID, AccountID: c.AccountID, TouchTS: c.TouchTS, TouchKind: form.Kind,
		Channel: rules.Channel(in), UTMSource: in.Source, UTMMedium: in.Medium, UTMCampaign: in.Campaign,
		LandingPage: in.LandingPage, ClickIDKind: c.ClickIDKind,
		SourceRank: sourceRank(form.Kind), Events: 1, EndedAt: c.TouchTS,
		Prompt: c.Prompt, ConversationID: c.ConversationID, SalesPerson: c.SalesPerson,
	}
}
