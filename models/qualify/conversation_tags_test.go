package qualify

import (
	"slices"
	"strings"
	"testing"
)

// Who read the conversation and tagged it knows better than any pattern; the quote is what the prospect said last.
func TestTagsQualify(t *testing.T) {
	for name, tags := range map[string]string{
		"a text":        `"tag":"Hot Lead"`,
		"a list":        `"tags":["vip","hot-lead"]`,
		"named objects": `"tags":[{"id":"7","name":"Hot lead"}]`,
		"Intercom's":    `"tags":{"type":"tag.list","tags":[{"name":"hot lead"}]}`,
	} {
		said := on(1, "message_from_prospect", `{"conversation_id":"c","text":"Our board meets on Monday."}`)
		closed := on(2, "conversation_closed", `{"conversation_id":"c","outcome":"handed_to_rep",`+tags+`}`)
		o := evaluate(t, mustDefault(t), 10, said, closed)
		if len(o.Leads) != 1 || o.Leads[0].Level != 3 || o.Leads[0].Rule != "tag hot_lead" || o.Leads[0].MessageID != said.EventID ||
			o.Leads[0].Outcome != "handed_to_rep" || !strings.Contains(o.Leads[0].Quote, "Monday") {
			t.Errorf("%s: %+v", name, o.Leads)
		}
		i := slices.IndexFunc(o.Stages, func(s StageEntry) bool { return s.Stage == "cql" })
		if i < 0 || !o.Stages[i].EnteredAt.Equal(closed.At) || !slices.Contains(o.Stages[i].EvidenceEventIDs, closed.EventID) {
			t.Errorf("%s: stages %+v", name, o.Stages)
		}
	}
}

func TestTagsSayNoAndNothing(t *testing.T) {
	o := evaluate(t, mustDefault(t), 10, on(1, "message_from_prospect", `{"conversation_id":"c","text":"Hi"}`),
		on(1.1, "message_from_agent", `{"conversation_id":"c","text":"Hello","tag":"student"}`))
	if got := stagesOf(o); len(o.Leads) != 1 || o.Leads[0].NegativeReason != "student" || !slices.Contains(got, "disqualified#1 1.1–…") {
		t.Errorf("leads %+v, stages %q", o.Leads, got)
	}
	o = evaluate(t, mustDefault(t), 10, on(1, "message_from_prospect", `{"conversation_id":"c","text":"Hi","tags":["vip",7,null,{"name":5}]}`))
	if len(o.Leads) != 0 {
		t.Errorf("tags that mean nothing: %+v", o.Leads)
	}
	// A tag that says no more than the words did adds nothing.
	o = evaluate(t, mustDefault(t), 10, on(1, "message_from_prospect", `{"conversation_id":"c","text":"We want to buy it","tag":"hot"}`))
	if len(o.Leads) != 1 || o.Leads[0].Rule != "wants_to_buy" {
		t.Errorf("leads %+v", o.Leads)
	}
}

// Who writes is said once. What they ask for in later messages is no buyer's, until somebody at the company says otherwise.
func TestWhoWritesIsRemembered(t *testing.T) {
	student := on(1, "message_from_prospect", `{"conversation_id":"c","text":"Hi, I'm a student and writing my thesis"}`)
	price := on(2, "message_from_prospect", `{"conversation_id":"c","text":"How much is the pro plan for 3 users?"}`)
	o := evaluate(t, mustDefault(t), 10, student, price)
	if got := stagesOf(o); len(o.Leads) != 1 || o.Leads[0].NegativeReason != "student" || o.Leads[0].MessageID != student.EventID ||
		!strings.Contains(o.Leads[0].Quote, "student") || slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "cql") }) {
		t.Errorf("leads %+v, stages %q", o.Leads, got)
	}
	tagged := on(3, "conversation_closed", `{"conversation_id":"c","outcome":"handed_to_rep","tag":"hot"}`)
	o = evaluate(t, mustDefault(t), 10, student, price, tagged)
	if len(o.Leads) != 2 || o.Leads[1].Level != 3 || o.Leads[1].MessageID != price.EventID {
		t.Errorf("a tag: %+v", o.Leads)
	}
	trouble := on(1, "message_from_prospect", `{"conversation_id":"c","text":"I can't log in"}`)
	rival := on(2, "message_from_prospect", `{"conversation_id":"c","text":"We work for a competitor, what do you charge?"}`)
	if o = evaluate(t, mustDefault(t), 10, trouble, rival); len(o.Leads) != 2 || o.Leads[1].NegativeReason != "competitor" {
		t.Errorf("trouble, then who writes: %+v", o.Leads)
	}
}
