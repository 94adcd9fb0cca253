package score

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/funnelcloud/funnelcloud/models/attribution"
	"github.com/funnelcloud/funnelcloud/models/identity"
	"github.com/funnelcloud/funnelcloud/models/qualify"
	"github.com/funnelcloud/funnelcloud/models/simulate"
	"github.com/funnelcloud/funnelcloud/models/touch"
	"github.com/funnelcloud/funnelcloud/queries/vocabulary"
)

// history is what attribution knows of one person.
type history struct {
	unit        attribution.Unit
	touches     []attribution.Touch
	conversions []attribution.Conversion
}

// observation is all persons that were touched or converted, by id, and the end of what was seen.
type observation struct {
	histories []history
	until     time.Time
}

// observe turns a simulated company's messages into histories of persons, in memory, as the batch does with its tables:
// events once each, identities, sessions and contacts, channels, stages. The same pure packages decide; only the SQL
// between them is done by hand here, and a test holds both to the same figures.
func observe(c simulate.Config) (observation, error) {
	events, until := collect(c)
	people, err := resolve(events)
	if err != nil {
		return observation{}, err
	}
	rules, err := touch.DefaultRules()
	if err != nil {
		return observation{}, err
	}
	definitions, err := qualify.Default()
	if err != nil {
		return observation{}, err
	}
	rules = rules.WithOwnDomains(simulate.OwnDomain)
	o := observation{until: until}
	for len(events) > 0 {
		n := 1
		for n < len(events) && events[n].personID == events[0].personID {
			n++
		}
		own, id := events[:n], events[0].personID
		events = events[n:]
		if p := people[id]; id != "" && p.junk == "" {
			h := history{unit: attribution.Unit{Kind: qualify.Person, ID: id}, touches: touches(own, rules)}
			if err := h.qualify(definitions, own, p, until); err != nil {
				return o, err
			}
			if len(h.touches)+len(h.conversions) > 0 {
				o.histories = append(o.histories, h)
			}
		}
	}
	return o, nil
}

// collect reads each event once, the first receipt of those that are repeated, and says until when was observed.
func collect(c simulate.Config) (events []event, until time.Time) {
	seen := map[[2]string]bool{}
	var received time.Time
	for m := range simulate.Events(c) {
		e, ok := parse(m)
		key := [2]string{e.source, e.id}
		if !ok || seen[key] {
			continue
		}
		seen[key] = true
		if e.at.After(until) {
			until = e.at
		}
		received = m.Time
		events = append(events, e)
	}
	if until.After(received) {
		until = received
	}
	return events, until
}

// face is what the events say about a person.
type face struct{ email, account, junk string }

// resolve gives each event its person and sorts by person and time.
func resolve(events []event) (map[string]face, error) {
	nodes, edges := map[[2]string]time.Time{}, map[identity.Edge]time.Time{}
	first := func(kind, value string, at time.Time) {
		if was, ok := nodes[[2]string{kind, value}]; value != "" && (!ok || at.Before(was)) {
			nodes[[2]string{kind, value}] = at
		}
	}
	tie := func(e identity.Edge, at time.Time) {
		if was, ok := edges[e]; e.AValue != "" && e.BValue != "" && (!ok || at.Before(was)) {
			edges[e] = at
		}
	}
	for i := range events {
		e := &events[i]
		first(identity.Anonymous, e.anonymousID, e.at)
		first(identity.User, e.userID, e.at)
		first(identity.Email, e.email, e.at)
		tie(identity.Edge{AKind: identity.Anonymous, AValue: e.anonymousID, BKind: identity.User, BValue: e.userID, Rule: identity.RuleSameEvent}, e.at)
		tie(identity.Edge{AKind: identity.User, AValue: e.userID, BKind: identity.Email, BValue: e.email, Rule: identity.RuleEmail}, e.at)
		if e.userID == "" {
			tie(identity.Edge{AKind: identity.Anonymous, AValue: e.anonymousID, BKind: identity.Email, BValue: e.email, Rule: identity.RuleSameEvent}, e.at)
		}
	}
	var nodeList []identity.Node
	for n, at := range nodes {
		nodeList = append(nodeList, identity.Node{IDKind: n[0], IDValue: n[1], FirstSeenAt: at})
	}
	var edgeList []identity.Edge
	for e, at := range edges {
		e.At = at
		edgeList = append(edgeList, e)
	}
	result, err := identity.Resolve(identity.Rows(nodeList), identity.Rows(edgeList), identity.Options{})
	if err != nil {
		return nil, err
	}
	person := make(map[[2]string]string, result.Identifiers)
	for i := range result.Identities() {
		person[[2]string{i.IDKind, i.IDValue}] = i.PersonID
	}
	for i := range events {
		events[i].personID = person[events[i].identifier()]
	}
	slices.SortFunc(events, func(a, b event) int {
		return cmp.Or(strings.Compare(a.personID, b.personID), a.at.Compare(b.at), strings.Compare(a.source, b.source), strings.Compare(a.id, b.id))
	})
	return describe(events), nil
}

// identifier is what an event is attached to its person by.
func (e *event) identifier() [2]string {
	switch {
	case e.userID != "":
		return [2]string{identity.User, e.userID}
	case e.anonymousID != "":
		return [2]string{identity.Anonymous, e.anonymousID}
	}
	return [2]string{identity.Email, e.email}
}

func describe(events []event) map[string]face {
	people, names := map[string]face{}, map[string]string{}
	rules := identity.JunkRules{OwnDomains: []string{simulate.OwnDomain}}
	for i := range events {
		e := &events[i]
		f := people[e.personID]
		f.email, f.account = cmp.Or(e.email, f.email), cmp.Or(e.accountID, f.account)
		if e.kind == vocabulary.Identify {
			names[e.personID] = textOf(e.properties, "name")
		}
		people[e.personID] = f
	}
	for id, f := range people {
		if f.email != "" {
			f.junk = rules.Reason(f.email, names[id])
		}
		f.account = cmp.Or(f.account, identity.Options{}.AccountDomain(f.email))
		people[id] = f
	}
	return people
}

func textOf(object, key string) string {
	var members map[string]any
	if json.Unmarshal([]byte(object), &members) != nil {
		return ""
	}
	text, _ := members[key].(string)
	return text
}

// contactMeanings are those of contacts.sql: touches that are no visits.
var contactMeanings = map[string]bool{
	vocabulary.EmailClicked: true, vocabulary.AdClicked: true, vocabulary.PromptClicked: true,
	vocabulary.MessageFromProspect: true, vocabulary.CallCompleted: true, vocabulary.MeetingBooked: true,
}

// touches of one person: entries of sessions, and contacts; of a conversation the first message only.
func touches(events []event, rules touch.Rules) []attribution.Touch {
	var web []touch.Event
	var points []touch.Touchpoint
	said := map[string]bool{}
	for i := range events {
		e := &events[i]
		switch {
		case contactMeanings[e.meaning]:
			conversation := ""
			if e.meaning == vocabulary.MessageFromProspect {
				conversation = textOf(e.properties, "conversation_id")
			}
			if conversation == "" || !said[conversation] {
				points = append(points, touch.FromContact(e.contact(), rules))
			}
			said[conversation] = true
		case e.url != "" && webKinds[e.kind] && e.meaning != vocabulary.MessageFromAgent && e.meaning != vocabulary.ConversationClosed:
			web = append(web, e.touchEvent())
		}
	}
	for _, s := range touch.Sessionize(web, touch.Options{OwnDomains: rules.NotReferrers()}) {
		points = append(points, touch.FromSession(s, rules))
	}
	all := make([]attribution.Touch, 0, len(points))
	for _, p := range points {
		all = append(all, attribution.Touch{
			UnitID: p.PersonID, ID: p.TouchID, At: p.TouchTS, PersonID: p.PersonID, Channel: p.Channel, Source: p.UTMSource,
			Medium: p.UTMMedium, Campaign: p.UTMCampaign, LandingPage: p.LandingPage, SourceRank: p.SourceRank,
		})
	}
	return all
}

var webKinds = map[string]bool{vocabulary.Page: true, vocabulary.Screen: true, vocabulary.Track: true, vocabulary.Identify: true}

// qualify adds the sign-up, the entries into stages, and the milestones.
func (h *history) qualify(d *qualify.Definitions, events []event, f face, until time.Time) error {
	var signals []qualify.Signal
	for i := range events {
		e := &events[i]
		if e.meaning == "" && i > 0 && e.kind != vocabulary.Identify && e.kind != vocabulary.Group {
			continue
		}
		if e.meaning == vocabulary.SignedUp && len(h.conversions) == 0 {
			h.conversion(vocabulary.SignedUp, 1, e.at, e.id)
		}
		signals = append(signals, qualify.Signal{
			PersonID: e.personID, AccountID: cmp.Or(e.accountID, f.account), Source: e.source, EventID: e.id, Kind: e.kind, Name: e.name,
			Meaning: e.meaning, At: e.at, Value: e.value, Currency: e.currency, Properties: e.properties,
		})
	}
	outcome, err := d.Evaluate(qualify.Unit{
		Kind: qualify.Person, ID: h.unit.ID, AccountID: f.account, BusinessDomain: identity.Options{}.AccountDomain(f.email),
	}, signals, until)
	if err != nil {
		return fmt.Errorf("person %s: %w", h.unit.ID, err)
	}
	for _, s := range outcome.Stages {
		switch s.Stage {
		case "inquiry":
			h.unit.Milestones = append(h.unit.Milestones, attribution.Milestone{Kind: attribution.LeadCreated, At: s.EnteredAt})
		case "opportunity":
			h.unit.Milestones = append(h.unit.Milestones, attribution.Milestone{Kind: attribution.OpportunityCreated, At: s.EnteredAt})
		}
		evidence := ""
		if len(s.EvidenceEventIDs) > 0 {
			evidence = s.EvidenceEventIDs[0]
		}
		h.conversion(s.Stage, s.EntryNo, s.EnteredAt, evidence)
	}
	return nil
}

func (h *history) conversion(kind string, cycle uint32, at time.Time, event string) {
	h.conversions = append(h.conversions, attribution.Conversion{
		ID: fmt.Sprintf("person:%s:%s:%d", kind, h.unit.ID, cycle), UnitKind: qualify.Person, UnitID: h.unit.ID, Type: kind,
		CycleNo: cycle, At: at, EventID: event,
	})
}

// LookBack is the demo's: with 120 days observed, the default of 90 would leave the first month's people only.
const LookBack = 45 * 24 * time.Hour

// journeys cuts the histories for one type of conversion.
func (o observation) journeys(conversionType string) []attribution.Journey {
	options := attribution.Options{ConversionType: conversionType, LookBack: LookBack, ObservedUntil: o.until}
	var all []attribution.Journey
	for _, h := range o.histories {
		all = append(all, attribution.Journeys(h.unit, h.touches, h.conversions, options)...)
	}
	return all
}
