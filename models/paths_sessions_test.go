package models_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	compare "github.com/google/go-cmp/cmp"

	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/models/path"
	"github.com/funnelcloud/funnelcloud/models/touch"
)

// visitors go between site and product by links from outside and from within, with campaigns, bots and pauses of all kinds.
func visitors(random *rand.Rand, people int) []event {
	pages := []string{"https://www.acme.test/pricing", "https://acme.test/blog", "https://app.acme.test/home", "https://app.acme.test/board?x=1"}
	referrers := []string{"", "", "https://www.google.com/", "https://acme.test/", "https://app.acme.test/home", "https://other.test/list"}
	campaigns := []string{"", "", "", "spring", "autumn"}
	pauses := []float64{0, 1. / 24 / 60, 20. / 24 / 60, 45. / 24 / 60, 100. / 24 / 60, 1.3} // in days; 30 minutes end a session
	s := &story{}
	for p := range people {
		day := random.Float64() * 20
		for range 2 + random.IntN(12) {
			day += pauses[random.IntN(len(pauses))]
			e := event{Kind: "page", UserID: fmt.Sprintf("user-%02d", p), URL: pages[random.IntN(len(pages))],
				Referrer: referrers[random.IntN(len(referrers))], UTMCampaign: campaigns[random.IntN(len(campaigns))]}
			if random.IntN(6) == 0 {
				e.UserAgent = "Googlebot/2.1" // the session is excluded from the touchpoints, and is one all the same
			}
			s.add(day, e)
		}
	}
	ids := random.Perm(len(s.events))
	for i := range s.events {
		s.events[i].EventID = fmt.Sprintf("e%05d", ids[i])
	}
	return s.events
}

// sessionsByHand are the pages of each session by the batch's three rules, as often as they occur.
func sessionsByHand(events []event, gap time.Duration) map[string]uint64 {
	var visits []touch.Event
	for _, e := range events {
		visits = append(visits, touch.Event{PersonID: e.UserID, At: e.At.Truncate(time.Millisecond), Source: e.Source, EventID: e.EventID,
			URL: e.URL, Referrer: e.Referrer, UTMCampaign: e.UTMCampaign})
	}
	begins := map[string]bool{}
	for _, session := range touch.Sessionize(visits, touch.Options{Gap: gap}) {
		begins[session.TouchID] = true
	}
	count := map[string]uint64{}
	byUnit := map[string][]event{}
	for _, e := range events {
		byUnit[e.UserID] = append(byUnit[e.UserID], e)
	}
	for _, unit := range byUnit {
		slices.SortFunc(unit, func(a, b event) int {
			if order := a.At.Truncate(time.Millisecond).Compare(b.At.Truncate(time.Millisecond)); order != 0 {
				return order
			}
			return strings.Compare(a.Source+a.EventID, b.Source+b.EventID)
		})
		var pages []string
		for i, e := range unit {
			// Sessionize leaves out what begins in the product, which is use and no touch: it begins after silence alone.
			silent := i > 0 && e.At.Truncate(time.Millisecond).Sub(unit[i-1].At.Truncate(time.Millisecond)) > gap
			if i > 0 && (silent || begins[e.EventID]) {
				count[strings.Join(pages, " > ")]++
				pages = nil
			}
			pages = append(pages, path.PageOf(e.URL))
		}
		count[strings.Join(pages, " > ")]++
	}
	return count
}

// Where another campaign ends no session of the touchpoints, it ends none of the paths.
func TestSessionsGoOnOverCampaignsWhereTheyMay(t *testing.T) {
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	visit := func(minutes int, id, url, campaign string) event {
		return event{Source: "web", EventID: id, Kind: "page", At: at.Add(time.Duration(minutes) * time.Minute), AnonymousID: "a", URL: url, UTMCampaign: campaign}
	}
	db := load(t, []event{visit(0, "1", "https://acme.example/a", "june"), visit(5, "2", "https://acme.example/b", "july")})
	for over, want := range map[bool]map[string]uint64{false: {"acme.example/a": 1, "acme.example/b": 1}, true: {"acme.example/a > acme.example/b": 1}} {
		if _, err := models.Run(t.Context(), db, models.Options{Bootstrap: -1, SessionOverCampaigns: over}); err != nil {
			t.Fatal(err)
		}
		d := path.Definition{Name: "sessions", Unit: path.UnitSession, SessionGap: path.Span(30 * time.Minute), States: []path.StateRule{{Match: path.Match{Pages: []string{"*"}}}}}
		study, err := models.DrawPaths(t.Context(), db, d, 0)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]uint64{}
		for _, v := range study.Whole.Variants(0) {
			got[v.Variant] = v.Units
		}
		if diff := compare.Diff(want, got); diff != "" {
			t.Errorf("over campaigns %v: %s", over, diff)
		}
	}
}

// Sessions as units are those of the touchpoints, returns from the product included, and with a shorter gap those that the
// same rules make of it.
func TestSessionsAsUnitsAreThoseOfTheTouchpoints(t *testing.T) {
	events := visitors(rand.New(rand.NewPCG(9, 4)), 80)
	db := load(t, events)
	if _, err := models.Run(t.Context(), db, models.Options{Bootstrap: 5}); err != nil {
		t.Fatal(err)
	}
	for _, gap := range []time.Duration{10 * time.Minute, 30 * time.Minute} {
		d := path.Definition{Name: "sessions", Unit: path.UnitSession, SessionGap: path.Span(gap), States: []path.StateRule{{Match: path.Match{Pages: []string{"*"}}}}}
		study, err := models.DrawPaths(t.Context(), db, d, 0)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]uint64{}
		for _, v := range study.Whole.Variants(0) {
			got[v.Variant] = v.Units
		}
		if diff := compare.Diff(sessionsByHand(events, gap), got); diff != "" {
			t.Errorf("gap %s: %s", gap, diff)
		}
	}
}
