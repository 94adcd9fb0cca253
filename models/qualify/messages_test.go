package qualify

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A bot asks and the prospect says yes: that is said by the prospect. A yes to anything else, a no, and a yes that comes after
// something else was said, are not.
func TestYesToWhatABotAsked(t *testing.T) {
	for _, c := range []struct{ asked, between, answered, want string }{
		{"Would you like to talk to sales?", "", "Yes, please!", "3 yes to asks_for_sales|Yes, please! (asked: “Would you like to talk to sales?”)"},
		{"<p>¿Quiere agendar una demo?</p>", "", "sí 👍", "3 yes to asks_for_sales|sí 👍 (asked: “¿Quiere agendar una demo?”)"},
		{"Do you want to buy the annual plan?", "", "Sure", "3 yes to wants_to_buy|Sure (asked: “Do you want to buy the annual plan?”)"},
		{"Would you like to talk to sales?", "", "no", ""},
		{"Would you like to talk to sales?", "", "yes, but I was never asked before", ""},
		{"Would you like to talk to sales?", "Who is this?", "yes", ""},
		{"Did that answer your question?", "", "yes", ""},
		{"You can talk to sales any time.", "", "ok", ""},
	} {
		say := func(at float64, meaning, text string) Signal {
			return on(at, meaning, fmt.Sprintf(`{"conversation_id":"c","agent":"bot","text":%q}`, text))
		}
		signals := []Signal{say(1, "message_from_agent", c.asked)}
		if c.between != "" {
			signals = append(signals, say(1.5, "message_from_prospect", c.between))
		}
		signals = append(signals, say(2, "message_from_prospect", c.answered))
		got := ""
		for _, l := range evaluate(t, mustDefault(t), 10, signals...).Leads {
			if l.Level > 0 {
				got += fmt.Sprintf("%d %s|%s", l.Level, l.Rule, l.Quote)
			}
			if l.Level > 0 && l.MessageID != signals[len(signals)-1].EventID {
				t.Errorf("%q: quotes %s", c.answered, l.MessageID)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%q, %q: %s", c.asked, c.answered, diff)
		}
	}
}

// How a conversation ended is what its closing says, else the meeting that was booked in it.
func TestHowConversationsEnd(t *testing.T) {
	said := on(1, "message_from_prospect", `{"conversation_id":"c","text":"We want to buy 20 seats"}`)
	for want, signals := range map[string][]Signal{
		"meeting_booked":     {said, on(2, "meeting_booked", `{"conversation_id":"c"}`), on(3, "conversation_closed", `{"conversation_id":"c"}`)},
		"thanked_and_closed": {said, on(2, "meeting_booked", `{"conversation_id":"c"}`), on(3, "conversation_closed", `{"conversation_id":"c","outcome":"thanked_and_closed"}`)},
		"":                   {said, on(2, "meeting_booked", `{}`), on(3, "conversation_closed", `{"conversation_id":"other","outcome":"left"}`)},
	} {
		o := evaluate(t, mustDefault(t), 10, signals...)
		if len(o.Leads) != 1 || o.Leads[0].Outcome != want {
			t.Errorf("want %q: %+v", want, o.Leads)
		}
	}
}
