package qualify

import (
	"slices"
	"time"
)

// RequestDefinition says which events ask for a reply and which are one: speed to lead. A newsletter form asks for none.
type RequestDefinition struct {
	Named          `yaml:",inline"`
	Requests       []RequestRule       `yaml:"requests"`
	Replies        []ReplyRule         `yaml:"replies"`
	WithinMinutes  float64             `yaml:"within_minutes"`   // the promise; counted in hours of the calendar, if there is one
	NeverAfterDays float64             `yaml:"never_after_days"` // then it counts as never answered
	Calendar       *CalendarDefinition `yaml:"calendar"`
}

// RequestRule is a kind of request. Messages of one conversation are one request, the first; of anything else, what
// comes while a request of its kind waits belongs to that one.
type RequestRule struct {
	Request string `yaml:"request"` // what people read: demo form
	Filter  `yaml:",inline"`
}

// ReplyRule is a kind of reply. One that names a conversation answers the request of that conversation, and what waits
// outside of conversations; one that names none answers all that waits.
type ReplyRule struct {
	Filter `yaml:",inline"`
	By     string `yaml:"by"` // human or bot; where it says none, what the event's property agent says, else human
}

// RequestRow is a row of table requests.
type RequestRow struct {
	UnitKind       string    `ch:"unit_kind"`
	UnitID         string    `ch:"unit_id"`
	AccountID      string    `ch:"account_id"`
	Request        string    `ch:"request"`
	EventID        string    `ch:"event_id"`
	ConversationID string    `ch:"conversation_id"`
	RequestedAt    time.Time `ch:"requested_at"`
	Owner          string    `ch:"owner"`           // of the unit's stage at that instant
	RepliedAt      time.Time `ch:"replied_at,null"` // zero: not within NeverAfterDays
	ReplyEventID   string    `ch:"reply_event_id"`
	RepliedBy      string    `ch:"replied_by"`    // human or bot
	HumanAt        time.Time `ch:"human_at,null"` // first reply by a human
	WaitSeconds    float64   `ch:"wait_seconds"`  // wall time to the reply, else until it counted as never; 0 while it waits
	OpenSeconds    float64   `ch:"open_seconds"`  // the part of it within business hours
	InTime         bool      `ch:"in_time"`       // within the promise
	Status         string    `ch:"status"`        // answered, waiting or never
	MovedOn        bool      `ch:"moved_on"`      // somebody moved the unit to another stage within NeverAfterDays
	Definition     string    `ch:"definition"`
	DefinitionHash string    `ch:"definition_hash"`
	JunkReason     string    `ch:"junk_reason"`
}

// What became of a request.
const (
	requestAnswered = "answered"
	requestWaiting  = "waiting"
	requestNever    = "never"
)

// Who replied.
const (
	byHuman = "human"
	byBot   = "bot"
)

func (d *RequestDefinition) check(p place) {
	d.Named.check(p)
	if !positive(d.WithinMinutes) || !positive(d.NeverAfterDays) {
		p.key("within_minutes").faultf("needs within_minutes and never_after_days above 0")
	}
	if d.NeverAfterDays > 366 {
		p.key("never_after_days").faultf("never_after_days %g: a year is the most", d.NeverAfterDays)
	}
	for i, r := range d.Requests {
		if r.Request == "" {
			p.key("requests").item(i).faultf("needs a request: what people call it")
		}
	}
	for i, r := range d.Replies {
		if r.By != "" && r.By != byHuman && r.By != byBot {
			p.key("replies").item(i).key("by").faultf("by %q: must be human or bot", r.By)
		}
	}
}

// request is one that has been made.
type request struct {
	row  RequestRow
	at   int64
	rule int
}

// ask opens a request by the first rule that holds.
func (e *evaluation) ask(rules []int) {
	for _, i := range rules {
		if !e.program.requests[i].holds(e.view) {
			continue
		}
		id := e.text("conversation_id")
		if _, asked := e.asked[id]; asked && id != "" || id == "" && e.waits(i) {
			return
		}
		if e.asked == nil {
			e.asked = map[string]int{}
		}
		e.asked[id] = len(e.requests)
		e.requests = append(e.requests, request{at: e.at, rule: i, row: RequestRow{
			UnitKind: e.unit.Kind, UnitID: e.unit.ID, AccountID: e.unit.AccountID, Request: e.Requests.Requests[i].Request,
			EventID: e.signal.EventID, ConversationID: id, RequestedAt: instant(e.at), Owner: e.owner(),
			Definition: e.Requests.Name, DefinitionHash: e.byName[e.Requests.Name], JunkReason: e.unit.JunkReason,
		}})
		return
	}
}

// waits: a request of the rule, outside of conversations, has no reply yet. The latest of the rule tells.
func (e *evaluation) waits(rule int) bool {
	open := e.openRequests()
	for i := len(open) - 1; i >= 0; i-- {
		if r := open[i]; r.rule == rule && r.row.ConversationID == "" {
			return r.row.RepliedAt.IsZero()
		}
	}
	return false
}

// openRequests are those that a reply may still answer; older ones are never looked at again.
func (e *evaluation) openRequests() []request {
	for e.oldestRequest < len(e.requests) && e.at > e.neverAt(e.requests[e.oldestRequest]) {
		e.oldestRequest++
	}
	return e.requests[e.oldestRequest:]
}

func (e *evaluation) neverAt(r request) int64 { return r.at + days(e.Requests.NeverAfterDays) }

// owner of the stage that the unit is in: of its latest entry that it has not left.
func (e *evaluation) owner() string {
	for i := len(e.history.rows) - 1; i >= 0; i-- {
		if e.history.rows[i].LeftAt.IsZero() {
			return e.history.rows[i].Owner
		}
	}
	return e.Stages.Owners[stageSuspect]
}

// reply answers what waits, by the first rule that holds.
func (e *evaluation) reply(rules []int) {
	for _, i := range rules {
		if !e.program.replies[i].holds(e.view) {
			continue
		}
		by := e.Requests.Replies[i].By
		if by == "" {
			by = byHuman
			if e.text("agent") == byBot {
				by = byBot
			}
		}
		e.answerRequests(e.text("conversation_id"), by)
		return
	}
}

func (e *evaluation) answerRequests(conversation, by string) {
	open := e.openRequests()
	for i := range open {
		r := &open[i]
		if !r.row.HumanAt.IsZero() && !r.row.RepliedAt.IsZero() {
			continue
		}
		if conversation != "" && r.row.ConversationID != "" && r.row.ConversationID != conversation {
			continue
		}
		if by == byHuman && r.row.HumanAt.IsZero() {
			r.row.HumanAt = instant(e.at)
		}
		if r.row.RepliedAt.IsZero() {
			r.row.RepliedAt, r.row.ReplyEventID, r.row.RepliedBy = instant(e.at), e.signal.EventID, by
		}
	}
}

// closeRequests works out what became of each, as seen at the end of observation.
func (e *evaluation) closeRequests() []RequestRow {
	if len(e.requests) == 0 {
		return nil
	}
	rows := make([]RequestRow, len(e.requests))
	for i, r := range e.requests {
		row, end := r.row, r.at
		row.Status = requestWaiting // how long so far is left open: the row would be another every day
		switch {
		case !row.RepliedAt.IsZero():
			row.Status, end = requestAnswered, row.RepliedAt.UnixMilli()
		case e.until >= e.neverAt(r):
			row.Status, end = requestNever, e.neverAt(r)
		}
		open := e.program.calendar.between(r.at, end)
		row.WaitSeconds, row.OpenSeconds = float64(end-r.at)/1000, float64(open)/1000
		row.InTime = row.Status == requestAnswered && row.OpenSeconds <= e.Requests.WithinMinutes*60
		row.MovedOn = e.movedOn(r)
		rows[i] = row
	}
	return rows
}

// movedOn: an event, not silence or decay, took the unit to another stage.
func (e *evaluation) movedOn(r request) bool {
	first, _ := slices.BinarySearchFunc(e.history.rows, r.at+1, func(s StageEntry, at int64) int {
		return int(min(max(s.EnteredAt.UnixMilli()-at, -1), 1))
	})
	for _, s := range e.history.rows[first:] {
		if s.EnteredAt.UnixMilli() > e.neverAt(r) {
			return false
		}
		if len(s.EvidenceEventIDs) > 0 {
			return true
		}
	}
	return false
}
