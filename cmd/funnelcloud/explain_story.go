package main

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// unitHead is who a unit is and where it stands.
type unitHead struct {
	Name      string    `ch:"name" json:"name"`
	Account   string    `ch:"account" json:"account"`          // of a person its id, of an account the number of members
	Known     string    `ch:"known" json:"known_by,omitempty"` // a person: by how many identifiers
	Junk      string    `ch:"junk" json:"junk_reason,omitempty"`
	FirstSeen time.Time `ch:"first_seen" json:"first_seen"`
	LastSeen  time.Time `ch:"last_seen" json:"last_seen"`
	Stages    string    `ch:"stages" json:"stages"`
	Score     float64   `ch:"score" json:"score"`

	Origin       string `ch:"origin" json:"origin,omitempty"` // inbound, outbound, sgl, tgl or product; empty: in no stage
	OriginReason string `ch:"origin_reason" json:"origin_reason,omitempty"`
	OriginEvent  string `ch:"origin_event" json:"origin_event_id,omitempty"` // that told it
}

// originNames are what people call the codes.
var originNames = map[string]string{"sgl": "sales-generated", "tgl": "tele-generated"}

// cameBy is where the unit comes from, and what told it.
func (h *unitHead) cameBy() string {
	if h.Origin == "" {
		return ""
	}
	text := "origin: " + cmp.Or(originNames[h.Origin], h.Origin)
	if h.OriginReason != "" {
		text += ", " + h.OriginReason
	}
	if h.OriginEvent != "" {
		text += " " + proof(h.OriginEvent)
	}
	return text
}

type storyLine struct {
	At       time.Time `ch:"at" json:"at"`
	What     string    `ch:"what" json:"what"`
	Detail   string    `ch:"detail" json:"detail"`
	Evidence string    `ch:"evidence" json:"evidence_event_id"` // the last of the events that prove it
	Events   uint32    `ch:"events" json:"evidence_events"`     // how many they are
	Who      string    `ch:"who" json:"who,omitempty"`          // of an account: whose event it was
	// Conversion is what explain tells the credit of.
	Conversion string `ch:"conversion_id" json:"conversion_id,omitempty"`
}

// why is the reason, who did it, and the event that proves it, a line each.
func (l *storyLine) why() string {
	var lines []string
	if l.Detail != "" {
		lines = append(lines, wrap(l.Detail, whyWidth))
	}
	if l.Conversion != "" {
		lines = append(lines, "who gets credit: explain", l.Conversion)
	}
	if l.Who != "" {
		lines = append(lines, shorten("by "+l.Who, whyWidth))
	}
	last := proof(l.Evidence)
	if l.Events > 1 {
		last += fmt.Sprintf(" +%d", l.Events-1)
	}
	return strings.Join(append(lines, last), "\n")
}

// saidLine is a message of a conversation, or its end.
type saidLine struct {
	At           time.Time `ch:"at" json:"at"`
	Conversation string    `ch:"conversation" json:"conversation_id"`
	By           string    `ch:"by" json:"by"` // prospect, agent, bot or closed
	Text         string    `ch:"text" json:"text"`
	Heard        string    `ch:"heard" json:"heard_as,omitempty"`
	PersonID     string    `ch:"person_id" json:"person_id"`
	Source       string    `ch:"source" json:"source"`
	Evidence     string    `ch:"evidence" json:"event_id"`
}

// showHead names the unit and says where it stands.
func (e explainer) showHead(s explanation) {
	e.screen.title(fmt.Sprintf("%s %s", s.UnitKind, s.UnitID))
	h := s.Head
	if h == nil {
		return
	}
	var facts []string
	for _, f := range []string{h.Name, h.Account, h.Known, "seen " + h.FirstSeen.Format(time.DateOnly) + " to " + h.LastSeen.Format(time.DateOnly)} {
		if f != "" {
			facts = append(facts, f)
		}
	}
	if h.Junk != "" {
		facts = append(facts, "junk: "+h.Junk)
	}
	_, _ = fmt.Fprintln(e.screen.out, wrap(strings.Join(facts, " · "), storyWidth))
	if came := h.cameBy(); came != "" {
		_, _ = fmt.Fprintln(e.screen.out, wrap(came, storyWidth))
	}
	_, _ = fmt.Fprintln(e.screen.out, wrap(fmt.Sprintf("now: %s · lead score %.1f", cmp.Or(h.Stages, "in no stage"), h.Score), storyWidth))
}

// A story is laid out for a terminal of 80 columns.
const (
	storyWidth = 78
	whyWidth   = 40
)

func (e explainer) showStory(s explanation) {
	rows := make([][]string, 0, len(s.Story))
	for i, line := range s.Story {
		if uint32(i) == e.top {
			rows = append(rows, []string{"", "…", "more follows: --top"})
			break
		}
		rows = append(rows, []string{line.At.Format("2006-01-02 15:04"), wrap(line.What, 18), line.why()})
	}
	e.screen.table([]string{"when (UTC)", "what", "why, and the event that proves it (+ more)"}, rows)
}

func (e explainer) showConversations(s explanation) {
	if len(s.Conversations) == 0 {
		_, _ = fmt.Fprintln(e.screen.out, "No conversation.")
		return
	}
	rows := make([][]string, 0, len(s.Conversations))
	last := ""
	for i, line := range s.Conversations {
		if uint32(i) == e.top {
			rows = append(rows, []string{"", "…", "more follows: --top"})
			break
		}
		if line.Conversation != last {
			last = line.Conversation
			rows = append(rows, []string{"", "", "· " + line.Source + " " + line.Conversation})
		}
		text := wrap(line.Text, whyWidth+6)
		if line.Heard != "" {
			text += "\n[" + line.Heard + "]"
		}
		rows = append(rows, []string{line.At.Format("2006-01-02 15:04"), line.By, text + "\n" + proof(line.Evidence)})
	}
	e.screen.table([]string{"when (UTC)", "who", "words, and the event"}, rows)
}

// proof points to the event behind a line; what time alone did has none.
func proof(event string) string {
	if event == "" {
		return "← time passed"
	}
	return "← " + event
}
