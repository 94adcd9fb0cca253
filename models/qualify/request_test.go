package qualify

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// requestsOf writes requests as "kind status by after wait/open seconds".
func requestsOf(o Outcome) string {
	var out []string
	for _, r := range o.Requests {
		text := fmt.Sprintf("%s %s", r.Request, r.Status)
		if r.Status == requestAnswered {
			text += fmt.Sprintf(" by %s after %.0f/%.0f", r.RepliedBy, r.WaitSeconds, r.OpenSeconds)
		}
		if r.InTime {
			text += " in time"
		}
		if r.MovedOn {
			text += ", moved on"
		}
		out = append(out, text)
	}
	return strings.Join(out, "; ")
}

func chat(days float64, meaning, conversation, agent string) Signal {
	return on(days, meaning, fmt.Sprintf(`{"conversation_id":"%s","agent":"%s","text":"hello"}`, conversation, agent))
}

const minute = 1.0 / 24 / 60

func TestRequests(t *testing.T) {
	d := mustDefault(t)
	for _, c := range []struct {
		name    string
		until   float64
		signals []Signal
		want    string
	}{
		{"a newsletter asks for no reply", 40, []Signal{on(0, "form_submitted", `{"form":"Newsletter"}`)}, ""},
		{"a form without a name does", 40, []Signal{on(0, "form_submitted", "")}, "form never"},
		{"too young to say never", 20, []Signal{on(0, "form_submitted", `{"form":"demo"}`)}, "form waiting"},
		{"a bot at once, a human later", 40, []Signal{
			chat(0, "message_from_prospect", "c", ""), chat(minute, "message_from_agent", "c", "bot"), chat(1, "message_from_agent", "c", "human")},
			"chat message answered by bot after 60/60 in time"},
		{"all messages of a conversation are one request, also after the reply", 40, []Signal{
			chat(0, "message_from_prospect", "c", ""), chat(minute, "message_from_prospect", "c", ""),
			chat(10*minute, "message_from_agent", "c", "human"), chat(1, "message_from_prospect", "c", "")},
			"chat message answered by human after 600/600"},
		{"a reply in one conversation answers no other, but a form that waits", 40, []Signal{
			on(0, "form_submitted", ""), chat(minute, "message_from_prospect", "c", ""), chat(2*minute, "message_from_prospect", "d", ""),
			chat(3*minute, "message_from_agent", "d", "human")},
			"form answered by human after 180/180 in time; chat message never; chat message answered by human after 60/60 in time"},
		{"a call answers all that waits, and a second form is the first one's", 40, []Signal{
			on(0, "form_submitted", ""), chat(minute, "message_from_prospect", "c", ""), on(2*minute, "form_submitted", ""),
			on(1, "call_completed", `{"outcome":"ready"}`), on(2, "form_submitted", "")},
			"form answered by human after 86400/86400, moved on; chat message answered by human after 86340/86340, moved on; form never"},
		{"a reply after thirty days is none", 90, []Signal{
			on(0, "form_submitted", ""), on(31, "call_completed", ""), on(32, "form_submitted", "")}, "form never; form never"},
		{"silence moves nobody on, an event does", 70, []Signal{on(0, "form_submitted", ""), on(5, "lead_rejected", "")}, "form never, moved on"},
	} {
		o := evaluate(t, d, c.until, c.signals...)
		if got := requestsOf(o); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestBusinessHours: the clock runs while somebody is there to answer.
func TestBusinessHours(t *testing.T) {
	d, err := Load(File{Name: "own.yaml", Text: []byte(`requests:
  name: r
  version: 1
  within_minutes: 60
  never_after_days: 30
  requests: [{request: form, on: form_submitted}]
  replies: [{on: call_completed, by: human}]
  calendar:
    time_zone: Europe/Madrid
    hours: {mon: 09:00-17:00, tue: ["09:00-13:00", "14:00-24:00"], fri: 09:00-17:00}
    holidays: [2026-01-06]
`)})
	if err != nil {
		t.Fatal(err)
	}
	// 2 January 2026 is a Friday; Madrid is an hour ahead of UTC in winter, two in summer.
	for _, c := range []struct {
		asked, replied string
		open           time.Duration
		inTime         bool
	}{
		{"2026-01-02T09:00:00Z", "2026-01-02T09:30:00Z", 30 * time.Minute, true},
		{"2026-01-02T15:30:00Z", "2026-01-05T08:20:00Z", 50 * time.Minute, true}, // half an hour on Friday, twenty minutes on Monday
		{"2026-01-03T10:00:00Z", "2026-01-04T10:00:00Z", 0, true},                // a weekend
		{"2026-01-05T15:30:00Z", "2026-01-09T07:00:00Z", 30 * time.Minute, true}, // Tuesday is a holiday, the other days are closed
		{"2026-01-13T11:00:00Z", "2026-01-13T14:00:00Z", 2 * time.Hour, false},   // over lunch
		{"2026-01-13T22:00:00Z", "2026-01-14T10:00:00Z", time.Hour, true},        // until midnight
		{"2026-07-06T07:00:00Z", "2026-07-06T07:10:00Z", 10 * time.Minute, true}, // summer time
	} {
		asked, err := time.Parse(time.RFC3339, c.asked)
		if err != nil {
			t.Fatal(err)
		}
		replied, err := time.Parse(time.RFC3339, c.replied)
		if err != nil {
			t.Fatal(err)
		}
		o, err := d.Evaluate(Unit{Kind: Person, ID: "p"}, []Signal{
			{EventID: "a", Meaning: "form_submitted", At: asked}, {EventID: "b", Meaning: "call_completed", At: replied},
		}, replied)
		if err != nil {
			t.Fatal(err)
		}
		r := o.Requests[0]
		if time.Duration(r.OpenSeconds*float64(time.Second)) != c.open || r.InTime != c.inTime || r.WaitSeconds != replied.Sub(asked).Seconds() {
			t.Errorf("%s to %s: %g open of %g seconds, in time %v; want %s, %v", c.asked, c.replied, r.OpenSeconds, r.WaitSeconds, r.InTime, c.open, c.inTime)
		}
	}
}

// TestExclusions: what is left out counts for nothing, and is counted; a unit of which nothing is left says so.
func TestExclusions(t *testing.T) {
	d, err := Load(File{Name: "own.yaml", Text: []byte(`exclusions:
  name: e
  version: 1
  events:
    - {reason: robot, where: 'user_agent contains "bot"'}
    - {reason: staging, where: 'source == "staging"'}
`)})
	if err != nil {
		t.Fatal(err)
	}
	robot, staged := on(1, "form_submitted", ""), on(2, "signed_up", "")
	robot.UserAgent, staged.Source = "Googlebot", "staging"
	o := evaluate(t, d, 9, robot, staged, on(3, "signed_up", ""))
	if got := stagesOf(o); len(got) != 1 || got[0] != "inquiry#1 3–…" {
		t.Errorf("stages %v", got)
	}
	if len(o.Exclusions) != 2 || o.Exclusions[0].Reason != "robot" || o.Exclusions[0].Events != 1 || o.Exclusions[1].NoneLeft || len(o.Requests) != 0 {
		t.Errorf("exclusions %+v, requests %+v", o.Exclusions, o.Requests)
	}
	page := on(1, "", "")
	page.UserAgent = "Googlebot"
	o = evaluate(t, d, 9, page, staged)
	if len(o.Stages) != 0 || len(o.Exclusions) != 2 || !o.Exclusions[0].NoneLeft || o.Exclusions[0].Events != 0 || o.Exclusions[1].Events != 1 {
		t.Errorf("nothing is left: stages %v, exclusions %+v", stagesOf(o), o.Exclusions)
	}
}
