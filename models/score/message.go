package score

import (
	"encoding/json"
	"math"
	"strings"
	"time"

	"github.com/funnelcloud/funnelcloud/models/simulate"
	"github.com/funnelcloud/funnelcloud/models/touch"
	"github.com/funnelcloud/funnelcloud/queries/vocabulary"
)

// event is what attribution needs of a message: the columns of table events by their names there.
type event struct {
	source, id, kind, name, meaning   string
	anonymousID, userID, accountID    string
	email, url, referrer              string
	utmSource, utmMedium, utmCampaign string
	clickIDKind, currency, properties string
	at                                time.Time
	value                             int64 // in 1/10000
	personID                          string
}

// wire is both topics' messages: Segment's calls and canonical events share no key that means two things.
type wire struct {
	Type        string          `json:"type"`
	MessageID   string          `json:"messageId"`
	AnonymousID string          `json:"anonymousId"`
	UserID      string          `json:"userId"`
	PreviousID  string          `json:"previousId"`
	GroupID     string          `json:"groupId"`
	Event       string          `json:"event"`
	Name        string          `json:"name"`
	Timestamp   string          `json:"timestamp"`
	SentAt      string          `json:"sentAt"`
	Properties  json.RawMessage `json:"properties"`
	Traits      json.RawMessage `json:"traits"`
	Context     struct {
		Page struct {
			URL      string `json:"url"`
			Referrer string `json:"referrer"`
		} `json:"page"`
		Campaign struct {
			Source string `json:"source"`
			Medium string `json:"medium"`
			Name   string `json:"name"`
		} `json:"campaign"`
	} `json:"context"`

	EventID       string  `json:"event_id"`
	Kind          string  `json:"kind"`
	Meaning       string  `json:"meaning"`
	EventTS       string  `json:"event_ts"`
	CanonicalSent string  `json:"sent_at"`
	Anonymous     string  `json:"anonymous_id"`
	User          string  `json:"user_id"`
	Account       string  `json:"account_id"`
	Email         string  `json:"email"`
	UTMSource     string  `json:"utm_source"`
	UTMMedium     string  `json:"utm_medium"`
	UTMCampaign   string  `json:"utm_campaign"`
	Value         float64 `json:"value"`
	Currency      string  `json:"currency"`
}

// meanings of the names that the simulator's product sends, as the source definition of Segment has them.
var meanings = map[string]string{
	"Form Submitted": vocabulary.FormSubmitted, "Signed Up": vocabulary.SignedUp, "Trial Started": vocabulary.TrialStarted,
	"Trial Ended": vocabulary.TrialEnded, "Activated": vocabulary.Activated, "Feature Used": vocabulary.FeatureUsed,
	"Invite Sent": vocabulary.TeammateInvited, "Limit Reached": vocabulary.LimitHit, "Pricing Viewed": vocabulary.PricingViewed,
	"Prompt Clicked": vocabulary.PromptClicked, "Subscription Started": vocabulary.SubscriptionStarted,
	"Subscription Renewed": vocabulary.SubscriptionRenewed, "Subscription Upgraded": vocabulary.SubscriptionUpgraded,
	"Subscription Cancelled": vocabulary.SubscriptionCancelled,
}

// parse reads a message as the ingest of the product does; false for one that it rejects.
func parse(m simulate.Message) (event, bool) {
	var w wire
	if json.Unmarshal(m.Value, &w) != nil {
		return event{}, false
	}
	if m.Topic == simulate.TopicSegment {
		return w.segment(m.Time)
	}
	return w.canonical(m.Time)
}

func (w *wire) segment(received time.Time) (event, bool) {
	e := event{
		source: "segment", id: w.MessageID, kind: w.Type, name: w.Event, meaning: meanings[w.Event],
		anonymousID: w.AnonymousID, userID: w.UserID, accountID: w.GroupID,
		url: w.Context.Page.URL, referrer: w.Context.Page.Referrer,
		utmSource: w.Context.Campaign.Source, utmMedium: w.Context.Campaign.Medium, utmCampaign: w.Context.Campaign.Name,
	}
	if e.name == "" {
		e.name = w.Name
	}
	if w.Type == vocabulary.Alias && w.PreviousID != "" {
		e.anonymousID = w.PreviousID
	}
	e.clickIDKind = clickIDKind(e.url)
	if text := w.Properties; len(text) > 0 {
		e.properties = string(text)
	} else {
		e.properties = string(w.Traits)
	}
	var inside struct {
		Email    string  `json:"email"`
		Revenue  float64 `json:"revenue"`
		Currency string  `json:"currency"`
	}
	if e.properties != "" && json.Unmarshal([]byte(e.properties), &inside) != nil {
		return e, false
	}
	e.email, e.value, e.currency = strings.ToLower(inside.Email), tenThousandths(inside.Revenue), inside.Currency
	return e, e.stamp(w.Timestamp, w.SentAt, received) && e.userID+e.anonymousID != ""
}

func (w *wire) canonical(received time.Time) (event, bool) {
	e := event{
		source: "funnelcloud", id: w.EventID, kind: w.Kind, name: w.Name, meaning: w.Meaning,
		anonymousID: w.Anonymous, userID: w.User, accountID: w.Account, email: strings.ToLower(w.Email),
		utmSource: w.UTMSource, utmMedium: w.UTMMedium, utmCampaign: w.UTMCampaign,
		value: tenThousandths(w.Value), currency: w.Currency, properties: string(w.Properties),
	}
	known := false
	for _, kind := range vocabulary.Kinds {
		known = known || kind == e.kind
	}
	return e, known && e.stamp(w.EventTS, w.CanonicalSent, received)
}

func tenThousandths(x float64) int64 { return int64(math.Round(x * 10000)) }

// stamp corrects the sender's clock as the ingest does: received − (sent − event).
func (e *event) stamp(at, sent string, received time.Time) bool {
	happened, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return false
	}
	if left, err := time.Parse(time.RFC3339, sent); err == nil {
		happened = happened.Add(received.Sub(left))
	}
	if happened.After(received.Add(time.Minute)) {
		happened = received
	}
	e.at = happened
	return true
}

// clickIDKind is the name of the advertising click id in an address of the simulator's.
func clickIDKind(address string) string {
	for _, kind := range []string{"gclid", "msclkid", "li_fat_id", "fbclid"} {
		if strings.Contains(address, "&"+kind+"=") {
			return kind
		}
	}
	return ""
}

func (e *event) touchEvent() touch.Event {
	return touch.Event{
		PersonID: e.personID, At: e.at, Source: e.source, EventID: e.id, URL: e.url, Referrer: e.referrer,
		UTMSource: e.utmSource, UTMMedium: e.utmMedium, UTMCampaign: e.utmCampaign, ClickIDKind: e.clickIDKind,
	}
}

func (e *event) contact() touch.Contact {
	return touch.Contact{
		PersonID: e.personID, TouchID: e.id, TouchTS: e.at, Meaning: e.meaning, URL: e.url, Referrer: e.referrer,
		UTMSource: e.utmSource, UTMMedium: e.utmMedium, UTMCampaign: e.utmCampaign, ClickIDKind: e.clickIDKind,
	}
}
