package qualify

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var day0 = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// on builds a signal n days after the start.
func on(days float64, meaning, properties string) Signal {
	at := day0.Add(time.Duration(days * 24 * float64(time.Hour))).Truncate(time.Millisecond)
	return Signal{
		PersonID: "p", Source: "test", EventID: fmt.Sprintf("%s@%g", meaning, days), Kind: "track", Meaning: meaning, At: at,
		Properties: properties,
	}
}

func paid(s Signal, amount int64) Signal {
	s.Value, s.Currency = amount*10000, "EUR"
	return s
}

// uses are n uses of a feature, so many a day.
func uses(from float64, n, perDay int) []Signal {
	var out []Signal
	for i := range n {
		out = append(out, on(from+float64(i/perDay)+float64(i%perDay)/100, "feature_used", `{"feature":"board"}`))
	}
	return out
}

func mustDefault(t testing.TB) *Definitions {
	t.Helper()
	d, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func evaluate(t testing.TB, d *Definitions, until float64, signals ...Signal) Outcome {
	t.Helper()
	o, err := d.Evaluate(Unit{Kind: Person, ID: "p"}, signals, on(until, "", "").At)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// stagesOf writes entries as "stage#entry entered–left" in days, "…" while held.
func stagesOf(o Outcome) []string {
	var out []string
	for _, s := range o.Stages {
		left := "…"
		if !s.LeftAt.IsZero() {
			left = fmt.Sprintf("%.4g", s.LeftAt.Sub(day0).Hours()/24)
		}
		out = append(out, fmt.Sprintf("%s#%d %.4g–%s", s.Stage, s.EntryNo, s.EnteredAt.Sub(day0).Hours()/24, left))
	}
	return out
}

func TestStages(t *testing.T) {
	cases := []struct {
		name    string
		until   float64
		signals []Signal
		want    []string
	}{
		{"nobody", 10, nil, nil},
		{"a visitor", 200, []Signal{on(0, "", ""), on(3, "", "")}, []string{"suspect#1 0–…"}},
		{"whoever signs up first was never a suspect", 10, []Signal{on(1, "signed_up", "")}, []string{"inquiry#1 1–…"}},
		{"silence sends an inquiry to nurture", 100, []Signal{on(0, "", ""), on(1, "signed_up", "")},
			[]string{"suspect#1 0–1", "inquiry#1 1–61", "nurture#1 61–…"}},
		{"an agent's message is no sign of life", 100, []Signal{on(1, "signed_up", ""), on(30, "message_from_agent", "")},
			[]string{"inquiry#1 1–61", "nurture#1 61–…"}},
		{"silence after the end of observation is not yet", 60, []Signal{on(1, "signed_up", "")}, []string{"inquiry#1 1–…"}},
		{"the whole way, and back in again", 400, []Signal{
			on(0, "", ""), on(1, "form_submitted", ""), on(2, "lead_accepted", ""), on(3, "meeting_booked", ""),
			on(4, "opportunity_created", ""), paid(on(9, "opportunity_won", ""), 10), paid(on(9.5, "subscription_started", ""), 10),
			on(100, "subscription_renewed", ""), on(150, "subscription_upgraded", ""), on(200, "subscription_cancelled", ""),
			paid(on(300, "subscription_started", ""), 10)},
			[]string{"suspect#1 0–1", "inquiry#1 1–2", "sal#1 2–3", "sql#1 3–4", "opportunity#1 4–9", "won#1 9–100",
				"retained#1 100–150", "expanded#1 150–200", "churned#1 200–300", "won#2 300–…"}},
		{"a free plan is no win", 10, []Signal{on(1, "signed_up", ""), on(2, "subscription_started", "")}, []string{"inquiry#1 1–…"}},
		{"cancelling what was never bought is no churn", 10, []Signal{on(1, "signed_up", ""), on(2, "subscription_cancelled", "")},
			[]string{"inquiry#1 1–…"}},
		{"disqualified and requalified", 30, []Signal{
			on(1, "form_submitted", ""), on(2, "lead_rejected", `{"reason":"student"}`), on(20, "form_submitted", ""),
			on(21, "lead_accepted", "")},
			[]string{"inquiry#1 1–2", "disqualified#1 2–20", "inquiry#2 20–21", "sal#1 21–…"}},
		{"lost is nurture unless the reason is final", 30, []Signal{
			on(1, "opportunity_created", ""), on(2, "opportunity_lost", `{"reason":"no_budget"}`),
			on(3, "opportunity_created", ""), on(4, "opportunity_lost", `{"reason":"competitor"}`)},
			[]string{"opportunity#1 1–2", "nurture#1 2–3", "opportunity#2 3–4", "disqualified#1 4–…"}},
		{"call outcomes", 10, []Signal{
			on(1, "call_completed", `{"outcome":"suspect"}`), on(2, "call_completed", `{"outcome":"nurture"}`),
			on(3, "call_completed", `{"outcome":"ready"}`), on(4, "call_completed", `{"outcome":"disqualified"}`)},
			[]string{"suspect#1 1–2", "nurture#1 2–3", "sql#1 3–4", "disqualified#1 4–…"}},
		{"ten uses on three days of a free plan, then silence", 100,
			slices.Concat([]Signal{on(1, "signed_up", `{"plan":"free"}`)}, uses(2, 12, 4)),
			[]string{"inquiry#1 1–4.01", "pql#1 4.01–34.03", "nurture#1 34.03–…"}},
		{"use on two days is no PQL", 9, slices.Concat([]Signal{on(1, "signed_up", "")}, uses(3, 20, 10)), []string{"inquiry#1 1–…"}},
		{"use without a plan is no PQL", 9, uses(2, 12, 4), []string{"suspect#1 2–…"}},
		{"a paying customer is no PQL", 20, slices.Concat(
			[]Signal{on(1, "signed_up", ""), paid(on(1.5, "subscription_started", ""), 9)}, uses(2, 12, 4)),
			[]string{"inquiry#1 1–1.5", "won#1 1.5–…"}},
		{"a team invited", 9, []Signal{
			on(1, "trial_started", ""), on(2, "feature_used", ""), on(2.1, "feature_used", ""), on(2.2, "feature_used", ""),
			on(3, "teammate_invited", ""), on(4, "teammate_invited", "")},
			[]string{"suspect#1 1–4", "pql#1 4–…"}},
		{"wants to buy, and buys", 9, []Signal{
			on(1, "message_from_prospect", `{"conversation_id":"c","text":"We want to buy 20 seats"}`),
			on(1.1, "conversation_closed", `{"conversation_id":"c","outcome":"handed_to_rep"}`), paid(on(2, "subscription_started", ""), 1)},
			[]string{"inquiry#1 1–1", "cql#1 1–2", "won#1 2–…"}},
		{"talking on lifts no disqualification, a form does", 9, []Signal{
			on(1, "lead_rejected", `{"reason":"spam"}`), on(2, "message_from_prospect", `{"text":"hello?"}`), on(3, "form_submitted", "")},
			[]string{"disqualified#1 1–3", "inquiry#1 3–…"}},
		{"poor answers: a form's count when complete and before sales, a call's always (the third form lifts the score to 55)", 9, []Signal{
			on(1, "form_submitted", `{"budget":"no"}`), on(2, "form_submitted", `{"need":"no","authority":"no","timeline":"yes"}`),
			on(3, "lead_accepted", ""), on(4, "form_submitted", `{"timeline":"no"}`), on(5, "call_completed", `{"timeline":"no"}`)},
			[]string{"inquiry#1 1–2", "nurture#1 2–3", "sal#1 3–5", "mql#1 4–5", "nurture#2 5–…"}},
		{"good answers qualify for marketing before sales, for sales with them", 9, []Signal{
			on(1, "form_submitted", `{"budget":"yes","authority":"yes","need":"yes"}`), on(2, "lead_accepted", ""),
			on(3, "call_completed", `{"timeline":"yes"}`)},
			[]string{"inquiry#1 1–1", "mql#1 1–…", "sal#1 2–3", "sql#1 3–…"}},
		{"a student who writes", 9, []Signal{on(1, "message_from_prospect", `{"conversation_id":"c","text":"I'm a student, is it free?"}`)},
			[]string{"inquiry#1 1–1", "disqualified#1 1–…"}},
		{"routes are held at once", 30, slices.Concat([]Signal{on(1, "signed_up", "")}, uses(2, 12, 4), []Signal{
			on(6, "form_submitted", ""), on(6.1, "pricing_viewed", ""), on(6.2, "trial_started", ""),
			on(6.3, "message_from_prospect", `{"text":"How much does it cost for 10 users?"}`)}),
			[]string{"inquiry#1 1–4.01", "pql#1 4.01–…", "mql#1 6.2–17.06", "cql#1 6.3–…"}},
	}
	d := mustDefault(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			o := evaluate(t, d, c.until, c.signals...)
			if diff := cmp.Diff(c.want, stagesOf(o)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestRowsSayWhy: definition, hash, owner, origin, reason and evidence are on the rows.
func TestRowsSayWhy(t *testing.T) {
	d := mustDefault(t)
	u := Unit{Kind: Person, ID: "p", AccountID: "acme.io", JunkReason: "test"}
	signals := slices.Concat([]Signal{on(1, "signed_up", "")}, uses(2, 12, 4),
		[]Signal{on(8, "lead_rejected", `{"reason":"no time"}`)})
	o, err := d.Evaluate(u, signals, on(9, "", "").At)
	if err != nil {
		t.Fatal(err)
	}
	want := []StageEntry{
		{Stage: "inquiry", Owner: "marketing", ViaDefinition: "stage_rules", Reason: "asked for something", EvidenceEventIDs: []string{"signed_up@1"}},
		{Stage: "pql", Owner: "product", ViaDefinition: "pql_depth", Reason: "used features ten times on three days within two weeks"},
		{Stage: "nurture", Owner: "marketing", ViaDefinition: "stage_rules", Reason: "rejected by sales: no time", EvidenceEventIDs: []string{"lead_rejected@8"}},
	}
	for _, s := range signals[1:11] {
		want[1].EvidenceEventIDs = append(want[1].EvidenceEventIDs, s.EventID)
	}
	for i := range want {
		want[i].UnitKind, want[i].UnitID, want[i].AccountID, want[i].JunkReason = Person, "p", "acme.io", "test"
		want[i].OriginReason, want[i].OriginEventID = "signed up by themselves", "signed_up@1"
		want[i].Origin, want[i].EntryNo, want[i].DefinitionHash = "product", 1, d.Names()[want[i].ViaDefinition]
		want[i].EnteredAt, want[i].LeftAt = o.Stages[i].EnteredAt, o.Stages[i].LeftAt
	}
	if diff := cmp.Diff(want, o.Stages); diff != "" {
		t.Error(diff)
	}
	if len(want[0].DefinitionHash) != 12 {
		t.Errorf("hash %q", want[0].DefinitionHash)
	}
}

// TestOriginsSayWhy: in the rule's words, with what the event says; in words of its own where a rule has none.
func TestOriginsSayWhy(t *testing.T) {
	plain, err := Load(File{Name: "own.yaml", Text: []byte(`stages:
  name: s
  version: 1
  rules: [{stage: sal, on: lead_accepted, reason: accepted}]
  origins: [{origin: outbound, on: [lead_created, call_completed], where: 'properties.x == 1'}]
  dormant: {after_days: 9}
`)})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		d                *Definitions
		first            Signal
		origin, why, tag string
	}{
		{mustDefault(t), on(1, "lead_created", `{"LeadSource":"Purchased List"}`), "outbound", "we went to them: Purchased List", "lead_created@1"},
		{mustDefault(t), on(1, "lead_accepted", `{"origin":"tgl"}`), "tgl", "the event says so", "lead_accepted@1"},
		{plain, on(1, "lead_created", `{"x":1}`), "outbound", "lead created or call completed where properties.x == 1", "lead_created@1"},
		{plain, on(1, "lead_created", ""), "inbound", "no event told", "lead_accepted@2"},
	} {
		o := evaluate(t, c.d, 4, on(0, "", ""), c.first, on(2, "lead_accepted", ""))
		for _, s := range o.Stages {
			if s.Origin != c.origin || s.OriginReason != c.why || s.OriginEventID != c.tag {
				t.Errorf("%s: origin %s, %s, by %s; want %s, %s, by %s", s.Stage, s.Origin, s.OriginReason, s.OriginEventID, c.origin, c.why, c.tag)
			}
		}
	}
}

func TestOrigins(t *testing.T) {
	d := mustDefault(t)
	inCRM := on(1, "meeting_booked", "")
	inCRM.Kind = "stage"
	for _, c := range []struct {
		want  string
		first Signal
	}{
		{"product", on(1, "signed_up", "")}, {"inbound", on(1, "form_submitted", "")}, {"tgl", on(1, "call_completed", `{"outcome":"ready"}`)},
		{"inbound", on(1, "call_completed", `{"outcome":"ready","direction":"inbound"}`)}, {"sgl", on(1, "lead_accepted", "")},
		{"outbound", on(1, "lead_accepted", `{"origin":"outbound"}`)}, {"inbound", on(1, "lead_accepted", `{"origin":"inbound"}`)},
		{"outbound", on(1, "lead_created", `{"LeadSource":"Purchased List"}`)}, {"sgl", on(1, "lead_created", `{"changeSource":"CRM_UI"}`)},
		{"inbound", on(1, "lead_created", `{"LeadSource":"Web"}`)}, {"sgl", on(1, "lead_created", `{"LeadSource":"Other"}`)}, // sales then opened a deal
		{"outbound", on(1, "message_from_agent", `{"text":"Hi, I saw your talk"}`)}, {"sgl", on(1, "message_from_agent", `{"agent":"bot"}`)},
		{"sgl", inCRM}, {"inbound", on(1, "meeting_booked", "")},
	} {
		o := evaluate(t, d, 4, on(0, "", ""), c.first, on(2, "opportunity_created", ""), on(3, "form_submitted", ""))
		for _, s := range o.Stages {
			if s.Origin != c.want {
				t.Errorf("after %s %s: %s is %s, want %s", c.first.Meaning, c.first.Properties, s.Stage, s.Origin, c.want)
			}
		}
	}
}

func TestConversationLeads(t *testing.T) {
	d := mustDefault(t)
	say := func(at float64, conversation, text string) Signal {
		return on(at, "message_from_prospect", fmt.Sprintf(`{"conversation_id":%q,"text":%q}`, conversation, text))
	}
	o := evaluate(t, d, 9,
		say(1, "c", "Hi, we need to track our warehouse shifts."), say(1.1, "c", "How much does it cost for 9 people?"),
		say(1.2, "c", "How much is the annual plan?"), say(1.3, "c", "Can you send me a quote?"),
		on(1.4, "message_from_agent", `{"conversation_id":"c","text":"Do you want to buy?"}`),
		on(1.5, "conversation_closed", `{"conversation_id":"c","outcome":"handed_to_rep"}`),
		say(2, "d", "How do I reset my password?"), on(2.1, "conversation_closed", `{"conversation_id":"d","outcome":"thanked_and_closed"}`),
		say(3, "e", "Talk to sales"), say(3.1, "e", "because our team loses tickets in a shared mailbox"))
	var got []string
	for _, l := range o.Leads {
		got = append(got, fmt.Sprintf("%s %d %s %s|%s|%s %s", l.ConversationID, l.Level, l.Rule, l.NegativeReason, l.Quote, l.Why, l.Outcome))
	}
	want := []string{
		"c 2 asks_for_price |How much does it cost for 9 people?|track our warehouse shifts handed_to_rep",
		"c 3 asks_for_quote |Can you send me a quote?|track our warehouse shifts handed_to_rep",
		"d -1 support support|How do I reset my password?| thanked_and_closed",
		"e 3 asks_for_sales |Talk to sales|our team loses tickets in a shared mailbox ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSignalsMustBeInOrder(t *testing.T) {
	d := mustDefault(t)
	signals := []Signal{on(2, "", ""), on(1, "", "")}
	if _, err := d.Evaluate(Unit{Kind: Person, ID: "p"}, signals, signals[0].At); !errors.Is(err, ErrOrder) {
		t.Errorf("out of order: %v", err)
	}
	same := []Signal{on(1, "", ""), on(1, "", "")}
	same[0].EventID, same[1].EventID = "b", "a"
	if _, err := d.Evaluate(Unit{Kind: Person, ID: "p"}, same, same[0].At); !errors.Is(err, ErrOrder) {
		t.Errorf("ties out of order: %v", err)
	}
}

// TestBrokenPropertiesAreEmpty: what is not a JSON object has no properties; nothing panics.
func TestBrokenPropertiesAreEmpty(t *testing.T) {
	d := mustDefault(t)
	for _, p := range []string{"", "null", "[]", "{", `{"outcome":{"a":1}}`, `{"outcome":["ready"]}`, "\xff", `"ready"`} {
		o := evaluate(t, d, 9, on(1, "call_completed", p), on(2, "message_from_prospect", p), on(3, "signed_up", p), on(4, "lead_rejected", p))
		if len(entriesOf(o, "sql")) != 0 {
			t.Errorf("properties %q: %v", p, stagesOf(o))
		}
	}
}

func TestParseNamesFaults(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"unknown field":     {"threshold: 75", "treshold: 75", "treshold"},
		"unknown meaning":   {"on: form_submitted, points: 60", "on: form_sent, points: 60", `"form_sent"`},
		"weights":           {"budget: 10", "budget: 20", "110"},
		"leave above enter": {"leave: 30", "leave: 60", "leave"},
		"negative points":   {"points: 60", "points: -60", "decay"},
		"route as a rule":   {"stage: inquiry, on", "stage: mql, on", "mql, pql and cql"},
		"unknown stage":     {"stage: nurture, on", "stage: nuture, on", `"nuture"`},
		"expression":        {"(?i)intern", "(intern", "missing closing"},
		"same name twice":   {"name: cql,", "name: bant,", `"bant"`},
		"dormant nurture":   {"in: [inquiry]", "in: [nurture]", "dormant"},
	} {
		text := strings.Replace(formsOnly, c.old, c.new, 1)
		if text == formsOnly {
			t.Fatalf("%s: nothing replaced", name)
		}
		if _, err := parse([]byte(text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v does not name %s", name, err, c.want)
		}
	}
}

// TestHashIsOfContent: layout and comments don't count, anything else does.
func TestHashIsOfContent(t *testing.T) {
	base := mustParse(t, formsOnly)
	if same := mustParse(t, "# a comment\n"+strings.ReplaceAll(formsOnly, "points: 60", "points:   60.0")); same.Hash() != base.Hash() {
		t.Error("a comment changed the hash")
	}
	changed := mustParse(t, strings.Replace(formsOnly, "points: 60", "points: 61", 1))
	if changed.Hash() == base.Hash() || changed.Names()["lead_score"] == base.Names()["lead_score"] {
		t.Error("other points have the same hash")
	}
	if changed.Names()["bant"] != base.Names()["bant"] {
		t.Error("a definition that did not change has another hash")
	}
}

// parse reads definitions that stand for themselves, with nothing built in.
func parse(text []byte) (*Definitions, error) {
	return assemble(nil, []File{{Name: "definitions.yaml", Text: text}})
}

// Names lists the definitions with their hashes.
func (d *Definitions) Names() map[string]string {
	names := make(map[string]string, len(d.byName))
	for name, hash := range d.byName {
		names[name] = hash
	}
	return names
}
