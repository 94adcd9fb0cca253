package touch

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"
)

// Example is an entry whose channel, or exclusion, the writer of a file of rules expects. What Contact names is a meaning,
// such as email_clicked; without it the entry is a visit. Campaign parameters are read from the query of
// URL where the example gives none, click ids from there in any case.
type Example struct {
	URL         string `yaml:"url"`
	Referrer    string `yaml:"referrer"`
	UTMSource   string `yaml:"utm_source"`
	UTMMedium   string `yaml:"utm_medium"`
	UTMCampaign string `yaml:"utm_campaign"`
	ClickID     string `yaml:"click_id"` // its kind: gclid
	Contact     string `yaml:"contact"`
	UserAgent   string `yaml:"user_agent"`
	Channel     string `yaml:"channel"`  // expected; may be left out where Excluded is given
	Excluded    string `yaml:"excluded"` // bot or internal; empty: not excluded
	line        int
}

// Outcome is what the rules make of an example.
type Outcome struct{ Channel, Source, Medium, Excluded string }

// Try applies the rules to an example; its expectations play no part.
func (r Rules) Try(e Example) Outcome {
	e = e.withQuery()
	out := Outcome{Excluded: r.Excluded(e.URL, e.UserAgent)}
	var t Touchpoint
	if e.Contact != "" {
		t = FromContact(Contact{Meaning: e.Contact, URL: e.URL, UTMSource: e.UTMSource, UTMMedium: e.UTMMedium,
			UTMCampaign: e.UTMCampaign, ClickIDKind: e.ClickID}, r)
	} else {
		t = FromSession(Session{URL: e.URL, Referrer: e.Referrer, UTMSource: e.UTMSource, UTMMedium: e.UTMMedium,
			UTMCampaign: e.UTMCampaign, ClickIDKind: e.ClickID}, r)
	}
	out.Channel, out.Source, out.Medium = t.Channel, t.UTMSource, t.UTMMedium
	return out
}

// Test returns the examples of the file last read that do not come out as it says, in its order; nil when all do.
func (r Rules) Test() []FileError {
	var faults []FileError
	for _, e := range r.examples {
		if text := r.contradiction(e); text != "" {
			faults = append(faults, FileError{File: r.file, Line: e.line, Text: text})
		}
	}
	return faults
}

// Examples is how many examples the file last read has.
func (r Rules) Examples() int { return len(r.examples) }

func (r Rules) contradiction(e Example) string {
	got := r.Try(e)
	switch {
	case e.Channel == "" && e.Excluded == "":
		return "the example expects nothing: give it a channel, or excluded: bot or internal"
	case e.Excluded != "" && e.Excluded != ReasonBot && e.Excluded != ReasonInternal:
		return fmt.Sprintf("excluded: %q is neither %s nor %s", e.Excluded, ReasonBot, ReasonInternal)
	case e.Excluded != got.Excluded:
		return fmt.Sprintf("excluded is %q, want %q", got.Excluded, e.Excluded)
	case e.Channel != "" && e.Channel != got.Channel:
		return fmt.Sprintf("channel is %s, want %s (source %s, medium %s)", got.Channel, e.Channel, got.Source, got.Medium)
	default:
		return ""
	}
}

// withQuery takes from the address the campaign that the example itself leaves out, as ingest does with events.
func (e Example) withQuery() Example {
	_, query, _ := strings.Cut(e.URL, "?")
	query, _, _ = strings.Cut(query, "#")
	values, _ := url.ParseQuery(query) // of a faulty query what can be read is read
	e.UTMSource = cmp.Or(e.UTMSource, values.Get("utm_source"))
	e.UTMMedium = cmp.Or(e.UTMMedium, values.Get("utm_medium"))
	e.UTMCampaign = cmp.Or(e.UTMCampaign, values.Get("utm_campaign"))
	return e
}
