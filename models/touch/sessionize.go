package touch

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Event is what Sessionize needs of an event with a page address.
type Event struct {
	PersonID, AccountID               string
	At                                time.Time
	Source, EventID                   string
	URL, Referrer                     string
	UTMSource, UTMMedium, UTMCampaign string
	ClickIDKind, UserAgent            string
}

// Options are the parameters of sessions.sql.
type Options struct {
	// Gap is the silence that ends a session; default 30 minutes.
	Gap time.Duration
	// OverCampaigns lets a session go on at an event with another campaign.
	OverCampaigns bool
	// ProductPages are prefixes of "host/path" of the product itself; default "app.", which is any host that begins so.
	ProductPages []string
	// OwnDomains are domains that refer nobody: the company's own, and those that a visitor passes through, such as
	// sign-in and payment pages. The host of the page itself is always one.
	OwnDomains []string
	// ClickIDs are parameters of addresses that count as click ids beside those that ingest knows, in lower case.
	ClickIDs []string
}

// DefaultGap is the silence that ends a session (GA4's and Snowplow's default too).
const DefaultGap = 30 * time.Minute

// DefaultProductPages are the addresses taken for the product when nothing is configured.
var DefaultProductPages = []string{"app."}

// Sessionize is the readable reference of sessions.sql.
//
// Events of one person are taken in the order (time, source, event id). A new session starts
//   - after a silence longer than the gap;
//   - at an event with a campaign (utm or click id) other than the last one since that silence, unless OverCampaigns;
//   - at a page outside the product that an outside page referred to, when the event before was inside the product:
//     whoever leaves the product, searches, and comes back to the site has been touched anew.
//
// A session that starts inside the product without a campaign is use, not a touch, and is left out: else every working
// day of a customer would be a Direct touch. Sessions are returned by person, then start.
func Sessionize(events []Event, o Options) []Session {
	o.Gap = cmp.Or(o.Gap, DefaultGap)
	if o.ProductPages == nil {
		o.ProductPages = DefaultProductPages
	}
	events = slices.Clone(events)
	slices.SortFunc(events, func(a, b Event) int {
		return cmp.Or(strings.Compare(a.PersonID, b.PersonID), a.At.Compare(b.At),
			strings.Compare(a.Source, b.Source), strings.Compare(a.EventID, b.EventID))
	})
	var all []Session
	var internal []bool
	lastCampaign := ""
	for i, e := range events {
		e.ClickIDKind = o.clickID(e)
		first := i == 0 || events[i-1].PersonID != e.PersonID
		silence := first || e.At.Sub(events[i-1].At) > o.Gap
		if silence {
			lastCampaign = ""
		}
		c := e.campaign()
		if silence || !o.OverCampaigns && c != "" && c != lastCampaign || o.returns(events[i-1], e) {
			all = append(all, e.session())
			internal = append(internal, o.inProduct(e.URL) && c == "")
		}
		s := &all[len(all)-1]
		s.Events++
		s.EndedAt = e.At
		lastCampaign = cmp.Or(c, lastCampaign)
	}
	kept := make([]Session, 0, len(all))
	for i, s := range all {
		if !internal[i] {
			kept = append(kept, s)
		}
	}
	return kept
}

func (e Event) session() Session {
	return Session{
		PersonID: e.PersonID, AccountID: e.AccountID, TouchID: e.EventID, TouchTS: e.At, URL: e.URL, Referrer: e.Referrer,
		UTMSource: e.UTMSource, UTMMedium: e.UTMMedium, UTMCampaign: e.UTMCampaign, ClickIDKind: e.ClickIDKind,
		Source: e.Source, UserAgent: e.UserAgent,
	}
}

// campaign is "" when the event carries none.
func (e Event) campaign() string {
	if e.UTMSource+e.UTMMedium+e.UTMCampaign+e.ClickIDKind == "" {
		return ""
	}
	return strings.Join([]string{e.UTMSource, e.UTMMedium, e.UTMCampaign, e.ClickIDKind}, "\x01")
}

// clickID is the kind of click id that an event has, by its address where ingest knew none.
func (o Options) clickID(e Event) string {
	if e.ClickIDKind != "" {
		return e.ClickIDKind
	}
	for _, kind := range o.ClickIDs {
		for name, content := range parameters(e.URL) {
			if content != "" && strings.ToLower(name) == kind {
				return kind
			}
		}
	}
	return ""
}

func (o Options) returns(before, e Event) bool {
	return o.inProduct(before.URL) && !o.inProduct(e.URL) && o.fromOutside(e)
}

func (o Options) inProduct(address string) bool {
	page := host(address) + path(address)
	return slices.ContainsFunc(o.ProductPages, func(prefix string) bool { return strings.HasPrefix(page, prefix) })
}

func (o Options) fromOutside(e Event) bool {
	from := host(e.Referrer)
	return from != "" && !sameSite(from, host(e.URL)) && !under(from, o.OwnDomains)
}
