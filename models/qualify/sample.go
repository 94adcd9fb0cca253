package qualify

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/funnelcloud/funnelcloud/queries/vocabulary"
)

// SampleDefinition is a unit's history and what should become of it: an example that a change must not break.
type SampleDefinition struct {
	Name           string        `yaml:"name"`
	Unit           string        `yaml:"unit"`            // person (default) or account
	BusinessDomain string        `yaml:"business_domain"` // of the unit's e-mail address
	Start          string        `yaml:"start"`           // 2026-01-05 by default, a Monday
	Until          string        `yaml:"until"`           // end of observation; the last event by default
	Events         []SampleEvent `yaml:"events"`
	Expect         Expectation   `yaml:"expect"`
}

// SampleEvent is an event, or several alike.
type SampleEvent struct {
	At          string         `yaml:"at"` // since the start: 3d, 1d4h30m, 90s
	Times       int            `yaml:"times"`
	Every       string         `yaml:"every"`
	Kind        string         `yaml:"kind"` // track by default
	Name        string         `yaml:"name"`
	Meaning     string         `yaml:"meaning"`
	Source      string         `yaml:"source"`
	Value       float64        `yaml:"value"`
	Currency    string         `yaml:"currency"`
	URL         string         `yaml:"url"`
	Referrer    string         `yaml:"referrer"`
	UTMSource   string         `yaml:"utm_source"`
	UTMMedium   string         `yaml:"utm_medium"`
	UTMCampaign string         `yaml:"utm_campaign"`
	UserAgent   string         `yaml:"user_agent"`
	Properties  map[string]any `yaml:"properties"`
}

// Sample is a sample, ready to be tried.
type Sample struct {
	Name   string
	File   string
	Line   int
	unit   Unit
	start  time.Time
	until  time.Time
	events []Signal
	expect Expectation
}

func (a *assembly) takeSamples(top place, samples []SampleDefinition) {
	for i, definition := range samples {
		p := top.key("samples").item(i)
		s := definition.prepare(p)
		s.Line, _ = p.position()
		s.File = p.sheet.file
		a.samples = append(a.samples, s)
	}
}

// defaultStart is a Monday, so that business hours are what one expects.
var defaultStart = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

func (d SampleDefinition) prepare(p place) Sample {
	s := Sample{Name: d.Name, expect: d.Expect, start: defaultStart, unit: Unit{Kind: cmp.Or(d.Unit, Person), ID: "sample", BusinessDomain: d.BusinessDomain}}
	if d.Name == "" || len(d.Events) == 0 {
		p.faultf("a sample needs a name and events")
	}
	if s.unit.Kind != Person && s.unit.Kind != Account {
		p.key("unit").faultf("unit %q: must be person or account", d.Unit)
	}
	if d.Start != "" {
		start, err := time.Parse(time.RFC3339, d.Start)
		if err != nil {
			start, err = time.Parse(time.DateOnly, d.Start)
		}
		if err != nil {
			p.key("start").faultf("start %q: write 2026-01-05 or 2026-01-05T09:00:00Z", d.Start)
		}
		s.start = start
	}
	for i, e := range d.Events {
		s.events = append(s.events, e.signals(p.key("events").item(i), s.start, len(s.events))...)
	}
	slices.SortStableFunc(s.events, func(a, b Signal) int { return compareSignals(&a, &b) })
	if len(s.events) > 0 {
		s.until = s.events[len(s.events)-1].At
	}
	if d.Until != "" {
		s.until = s.start.Add(readOffset(p.key("until"), d.Until))
	}
	return s
}

func (e SampleEvent) signals(p place, start time.Time, before int) []Signal {
	checkWords(p.key("meaning"), "meaning", nonEmpty(e.Meaning), knownMeanings)
	checkWords(p.key("kind"), "kind", nonEmpty(e.Kind), setOf(vocabulary.Kinds))
	properties, err := json.Marshal(e.Properties)
	if err != nil {
		p.key("properties").faultf("properties: %w", err)
	}
	if e.Properties == nil {
		properties = []byte("{}")
	}
	at, every := start.Add(readOffset(p.key("at"), e.At)), time.Duration(0)
	if e.Every != "" {
		every = readOffset(p.key("every"), e.Every)
	}
	if e.Times > 1 && every <= 0 || e.Times < 0 || e.Times > 10_000 {
		p.key("times").faultf("times: from 1 to 10000, with every: how long between two of them?")
		return nil
	}
	var out []Signal
	for i := range max(e.Times, 1) {
		out = append(out, Signal{
			Source: cmp.Or(e.Source, "sample"), EventID: fmt.Sprintf("e%05d", before+i), Kind: cmp.Or(e.Kind, vocabulary.Track),
			Name: e.Name, Meaning: e.Meaning, At: at.Add(time.Duration(i) * every), Value: int64(e.Value * decimalUnits),
			Currency: e.Currency, URL: e.URL, Referrer: e.Referrer, UTMSource: e.UTMSource, UTMMedium: e.UTMMedium,
			UTMCampaign: e.UTMCampaign, UserAgent: e.UserAgent, Properties: string(properties),
		})
	}
	return out
}

func nonEmpty(word string) words {
	if word == "" {
		return nil
	}
	return words{word}
}

var offsetForm = regexp.MustCompile(`^(?:(\d+)d)?(.*)$`)

// readOffset reads 3d, 1d4h30m or 90s.
func readOffset(p place, text string) time.Duration {
	parts := offsetForm.FindStringSubmatch(text)
	whole, rest := time.Duration(0), time.Duration(0)
	var err error
	if parts[1] != "" {
		n, _ := strconv.Atoi(parts[1]) // digits by the expression
		whole = time.Duration(min(n, 100_000)) * 24 * time.Hour
	}
	if parts[2] != "" {
		rest, err = time.ParseDuration(parts[2])
	}
	if err != nil || text == "" {
		p.faultf("%q: write how long since the start as 3d, 1d4h30m or 90s", text)
	}
	return whole + rest
}

func writeOffset(d time.Duration) string {
	text := ""
	for _, unit := range []struct {
		name string
		size time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}, {"ms", time.Millisecond}} {
		if n := d / unit.size; n != 0 {
			text += strconv.Itoa(int(n)) + unit.name
			d %= unit.size
		}
	}
	return cmp.Or(text, "0d")
}
