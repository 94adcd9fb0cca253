package path

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// doing makes a history of words an hour apart: stage:x and channel:x are such, page:x a page, the rest events. Behind a
// comma stand properties.
func doing(text string) History {
	h := History{UnitID: "u"}
	for i, word := range strings.Fields(text) {
		name, properties, _ := strings.Cut(word, ",")
		e := Event{Name: name, At: start.Add(time.Duration(i) * time.Hour), Properties: map[string]string{}}
		if kind, rest, found := strings.Cut(name, ":"); found {
			e.Kind, e.Name = kind, rest
			if kind == "page" {
				e.Kind, e.Name, e.Page = KindEvent, "", PageOf(rest)
			}
		}
		for pair := range strings.SplitSeq(properties, ",") {
			key, value, _ := strings.Cut(pair, "=")
			e.Properties[key] = value
		}
		h.Events = append(h.Events, e)
	}
	return h
}

// shown writes trails as the tests want them: states, outcome, hours until the end.
func shown(trails []Trail) []string {
	lines := []string{}
	for _, t := range trails {
		var words []string
		for _, v := range t.Visits {
			words = append(words, v.State)
		}
		line := strings.Join(words, " ") + " /" + t.Outcome
		if !t.EndedAt.IsZero() {
			line += fmt.Sprint(" ", t.EndedAt.Sub(start).Hours())
		}
		for _, s := range t.Segments {
			line += " " + s.By + "=" + s.Value
		}
		lines = append(lines, line)
	}
	return lines
}

func rules(list ...StateRule) []StateRule { return list }

func TestWays(t *testing.T) {
	all, named := Match{Events: []string{"*"}}, func(names ...string) Match { return Match{Events: names} }
	for name, c := range map[string]struct {
		definition Definition
		history    string
		want       []string
	}{
		"all events":         {Definition{States: rules(StateRule{Match: all})}, "a b a stage:won c", []string{"a b a /won 3"}},
		"a list and a rest":  {Definition{States: rules(StateRule{Match: named("a", "b")}, StateRule{Match: all, As: "else"})}, "a x b y", []string{"a else b else /open"}},
		"patterns":           {Definition{States: rules(StateRule{Match: named("Report *", "*ed")})}, "x Opened y", []string{"Opened /open"}},
		"stages win by self": {Definition{States: rules(StateRule{Match: Match{Stages: []string{"*"}}})}, "stage:sql stage:won stage:retained", []string{"sql won retained /open"}},
		"pages": {Definition{States: rules(StateRule{Match: Match{Pages: []string{"/pricing*"}}, As: "pricing"}, StateRule{Match: Match{Pages: []string{"docs.acme.com/*"}}})},
			"page:https://www.acme.com/pricing/pro?x=1 page:https://docs.acme.com/api/ page:http://other.com/ a", []string{"pricing docs.acme.com/api /open"}},
		"channel until sign-up, product after": {Definition{States: rules(
			StateRule{Match: Match{Channels: []string{"*"}}, Until: named("signed_up")}, StateRule{Match: all, After: named("signed_up")},
		)}, "channel:Ads a channel:Mail signed_up b channel:Ads stage:won", []string{"Ads Mail signed_up b /won 6"}},
		"the phase ends with the first": {Definition{States: rules(StateRule{Match: all, Until: named("b")})}, "a b a b", []string{"a /open"}},
		"start":                         {Definition{States: rules(StateRule{Match: all}), Start: named("b")}, "a b c b", []string{"b c b /open"}},
		"no start":                      {Definition{States: rules(StateRule{Match: all}), Start: named("x")}, "a b c", []string{}},
		"end wins where nothing else does": {Definition{States: rules(StateRule{Match: all}), Start: named("a"), End: named("c")},
			"c a b c d", []string{"a b c /won 3"}},
		"end with a conversion":      {Definition{States: rules(StateRule{Match: all}), End: named("c"), Conversion: named("d")}, "a c d", []string{"a c /open"}},
		"never at the end":           {Definition{States: rules(StateRule{Match: all}), End: named("x")}, "a b", []string{"a b /open"}},
		"loss before conversion":     {Definition{States: rules(StateRule{Match: all}), Conversion: named("w"), Loss: named("l")}, "a l w", []string{"a /lost 1"}},
		"conversion before loss":     {Definition{States: rules(StateRule{Match: all}), Conversion: named("w"), Loss: named("l")}, "a w l", []string{"a /won 1"}},
		"converted at once":          {Definition{States: rules(StateRule{Match: all}), Conversion: named("a")}, "a b", []string{" /won 0"}},
		"excluded":                   {Definition{States: rules(StateRule{Match: all}), Exclude: named("b*")}, "a b bb c", []string{"a c /open"}},
		"excluded by a property":     {Definition{States: rules(StateRule{Match: all}), Exclude: Match{Events: []string{"*"}, Where: map[string]string{"bot": "yes"}}}, "a b,bot=yes c", []string{"a c /open"}},
		"only those who did":         {Definition{States: rules(StateRule{Match: all}), Only: Match{Events: []string{"*"}, Where: map[string]string{"plan": "pro"}}}, "a b,plan=pro c", []string{"a b c /open"}},
		"only those who did, not":    {Definition{States: rules(StateRule{Match: all}), Only: Match{Events: []string{"*"}, Where: map[string]string{"plan": "pro"}}}, "a b,plan=free c", []string{}},
		"period":                     {Definition{States: rules(StateRule{Match: all}), Since: Date{start.Add(time.Hour)}, Until: Date{start.Add(3 * time.Hour)}}, "a b c d", []string{"b c /open"}},
		"where":                      {Definition{States: rules(StateRule{Match: Match{Events: []string{"*"}, Where: map[string]string{"k": "1*"}}})}, "a,k=1 b,k=2 c,k=17 d", []string{"a c /open"}},
		"held constant":              {Definition{States: rules(StateRule{Match: all}), Hold: []string{"k"}}, "a,k=1 b,k=2 c,k=1 d", []string{"a c /open", "b /open"}},
		"split":                      {Definition{States: rules(StateRule{Match: all}), By: []string{"k", "month", "z"}}, "a b,k=1 c,k=2", []string{"a b c /open k=1 month=2026-01 z="}},
		"sessions":                   {Definition{Unit: UnitSession, SessionGap: Span(time.Hour), States: rules(StateRule{Match: all})}, "a b c", []string{"a b c /open"}},
		"sessions, an hour is long":  {Definition{Unit: UnitSession, States: rules(StateRule{Match: all})}, "a b c", []string{"a /open", "b /open", "c /open"}},
		"nothing that makes a state": {Definition{States: rules(StateRule{Match: named("x")})}, "a b", []string{" /open"}},
	} {
		t.Run(name, func(t *testing.T) {
			ways, err := NewWays(c.definition, time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, shown(ways.Trails(doing(c.history)))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Who was not heard of for long enough is lost, unless the states themselves say how it ended.
func TestSilence(t *testing.T) {
	all := rules(StateRule{Match: Match{Events: []string{"*"}}})
	stages := rules(StateRule{Match: Match{Stages: []string{"*"}}})
	for name, c := range map[string]struct {
		definition Definition
		hours      int
		history    string
		want       string
	}{
		"by default":               {Definition{States: all}, 90*24 + 2, "a b", "a b /lost"},
		"not yet":                  {Definition{States: all}, 90*24 + 1, "a b", "a b /open"},
		"as asked for":             {Definition{States: all, Silence: Span(time.Hour)}, 3, "a b", "a b /lost"},
		"won before":               {Definition{States: all, Conversion: Match{Events: []string{"b"}}}, 9999, "a b", "a /won 1"},
		"something else loses":     {Definition{States: all, Loss: Match{Events: []string{"x"}}}, 9999, "a b", "a b /open"},
		"stages stay open":         {Definition{States: stages}, 9999, "stage:inquiry", "inquiry /open"},
		"unless asked for":         {Definition{States: stages, Silence: Span(time.Hour)}, 9999, "stage:inquiry", "inquiry /lost"},
		"a win is no silence":      {Definition{States: stages, Silence: Span(time.Hour)}, 9999, "stage:won stage:retained", "won retained /open"},
		"a session ends by itself": {Definition{Unit: UnitSession, States: all}, 1, "a", "a /lost"},
		"a session under way":      {Definition{Unit: UnitSession, States: all}, 0, "a", "a /open"},
	} {
		ways, err := NewWays(c.definition, start.Add(time.Duration(c.hours)*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if got := shown(ways.Trails(doing(c.history))); len(got) != 1 || got[0] != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestTopStates(t *testing.T) {
	ways, err := NewWays(Definition{States: rules(StateRule{Match: Match{Events: []string{"*"}}, Top: 2}, StateRule{Match: Match{Stages: []string{"*"}}})}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"a a b stage:sql", "c b", "d"} { // c and d as often: neither is among the first two
		ways.Count(doing(text))
	}
	ways.Settle()
	got := slices.Concat(shown(ways.Trails(doing("a c b stage:sql"))), shown(ways.Trails(doing("d x"))))
	if diff := cmp.Diff([]string{"a (other) b sql /open", "(other) (other) /open"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestSessionsBeginWithANewCampaign(t *testing.T) {
	minute := func(n int, campaign string) Event {
		return Event{Name: "a", At: start.Add(time.Duration(n) * time.Minute), Campaign: campaign}
	}
	parts := sessionsOf([]Event{minute(0, "x"), minute(1, ""), minute(2, "x"), minute(3, "y"), minute(40, ""), minute(41, "y")}, 30*time.Minute)
	var lengths []int
	for _, part := range parts {
		lengths = append(lengths, len(part))
	}
	// After the silence the campaign y is new again, since it is not the last one since that silence.
	if diff := cmp.Diff([]int{3, 1, 1, 1}, lengths); diff != "" {
		t.Error(diff)
	}
}

func TestPageOf(t *testing.T) {
	for url, want := range map[string]string{
		"https://www.Acme.com/Pricing/?q=1#x": "acme.com/Pricing", "http://a.com": "a.com/", "http://u:p@a.com:80/x/y": "a.com/x/y", "": "", "/just/a/path": "", "https:///x": "",
	} {
		if got := PageOf(url); got != want {
			t.Errorf("%s: got %q, want %q", url, got, want)
		}
	}
}

func TestFits(t *testing.T) {
	for pattern, names := range map[string]map[string]bool{
		"*":       {"": true, "a": true},
		"a*":      {"a": true, "ab": true, "ba": false},
		"*a*b*":   {"ab": true, "xaybz": true, "ba": false},
		"aba*aba": {"aba": false, "abaaba": true},
		"a**b":    {"ab": true, "axb": true},
	} {
		for name, want := range names {
			if got := fits(name, strings.Split(pattern, "*")); got != want {
				t.Errorf("%s fits %s: %v", name, pattern, got)
			}
		}
	}
}

// Stars become ClickHouse's regular expression, and every property that matters is asked for once.
func TestNeeds(t *testing.T) {
	got := Definition{
		Unit: UnitProperty, Key: "order", States: rules(StateRule{Match: Match{Events: []string{"a.b", "Report *"}, Where: map[string]string{"k": "1"}}}),
		Conversion: Match{Meanings: []string{"signed_up"}}, By: []string{"plan", "month"}, Hold: []string{"shop"},
	}.Needs()
	want := Needs{Names: `^(?s:Report .*|a\.b)$`, Meanings: `^(?s:signed_up)$`, Properties: []string{"k", "order", "plan", "shop"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
