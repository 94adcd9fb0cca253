package qualify

import "testing"

func TestMarkupIsNotSaid(t *testing.T) {
	for text, want := range map[string]string{
		"<p>What does it cost?</p>":                                               "What does it cost?",
		"<p>We&#39;d like to buy</p>\n<p>40&nbsp;seats<br/>soon</p>":              "We'd like to buy\n40 seats\nsoon",
		"<p>No, thanks.</p><blockquote>Do you want <b>40</b> seats?</blockquote>": "No, thanks.",
		`<div>Yes</div><div class="gmail_quote">Jess wrote: buy?</div>`:           "Yes",
		"<blockquote>nothing else</blockquote>":                                   "nothing else",
		`<div class="intercom-container"><img src="a"></div>`:                     "",
		"we are < 20 people and > 3 teams":                                        "we are < 20 people and > 3 teams",
		"plain":                                                                   "plain",
	} {
		if got := withoutMarkup(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	o := evaluate(t, mustDefault(t), 10, on(1, "message_from_prospect", `{"conversation_id":"c","text":"<p>How much is it for <b>40 users</b>?</p>"}`))
	if len(o.Leads) != 1 || o.Leads[0].Quote != "How much is it for 40 users ?" || o.Leads[0].Level != 2 {
		t.Errorf("%+v", o.Leads)
	}
}
