package qualify

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/funnelcloud/funnelcloud/queries/vocabulary"
)

var someProperties = []string{
	"", "{}", `{"outcome":"ready"}`, `{"outcome":"nurture","budget":"yes"}`, `{"outcome":"suspect"}`, `{"outcome":"disqualified"}`,
	`{"budget":"yes","authority":"yes","need":"yes"}`, `{"budget":"no","need":"no","authority":"yes","timeline":"no"}`,
	`{"reason":"student"}`, `{"reason":"later"}`, `{"conversation_id":"c","text":"We want to buy"}`,
	`{"conversation_id":"c","text":"how much is it for 5 users?","outcome":"left"}`, `{"text":"I am a student"}`,
	`{"employees":200,"title":"CTO"}`, `{"employees":3,"title":"clerk"}`, `{"plan":"trial"}`, "not json",
}

// randomHistory has every meaning, ties in time, long silences and bursts of use.
func randomHistory(r *rand.Rand, n int) []Signal {
	at := day0
	var signals []Signal
	for i := range n {
		pause := []time.Duration{0, time.Second, time.Hour, 20 * time.Hour, 9 * 24 * time.Hour, 70 * 24 * time.Hour}[min(r.IntN(14), 5)]
		at = at.Add(pause + time.Duration(r.IntN(1000))*time.Millisecond*time.Duration(r.IntN(2)))
		s := Signal{
			PersonID: "p", Source: "s", EventID: fmt.Sprintf("e%04d", i), Kind: vocabulary.Track, At: at,
			Meaning: vocabulary.Meanings[r.IntN(len(vocabulary.Meanings))], Properties: someProperties[r.IntN(len(someProperties))],
			Value: int64(r.IntN(2)) * 10000,
		}
		switch r.IntN(6) {
		case 0, 1:
			s.Meaning = vocabulary.FeatureUsed
		case 2:
			s.Meaning, s.Kind = "", vocabulary.Identify
		}
		signals = append(signals, s)
	}
	return signals
}

func forRandomHistories(t *testing.T, check func(t *testing.T, r *rand.Rand, u Unit, signals []Signal)) {
	t.Helper()
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 5))
		u := Unit{Kind: []string{Person, Account}[seed%2], ID: "u", BusinessDomain: []string{"", "acme.io"}[r.IntN(2)]}
		check(t, r, u, randomHistory(r, 1+r.IntN(120)))
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// TestInvariants: what must hold of every outcome.
func TestInvariants(t *testing.T) {
	d := mustDefault(t)
	entries := 0
	forRandomHistories(t, func(t *testing.T, _ *rand.Rand, u Unit, signals []Signal) {
		until := signals[len(signals)-1].At.Add(80 * 24 * time.Hour)
		o, err := d.Evaluate(u, signals, until)
		if err != nil {
			t.Fatal(err)
		}
		entries += len(o.Stages)
		checkStages(t, d, o, signals, until)
		checkScore(t, d.Score.thresholds(u.Kind), o)
	})
	if entries < 2000 {
		t.Errorf("only %d entries: the histories test nothing", entries)
	}
}

func checkStages(t *testing.T, d *Definitions, o Outcome, signals []Signal, until time.Time) {
	t.Helper()
	when := map[string]time.Time{}
	for _, s := range signals {
		when[s.EventID] = s.At
	}
	count, last := map[string]uint32{}, map[string]StageEntry{}
	previous := time.Time{}
	for _, s := range o.Stages {
		count[s.Stage]++
		if s.EntryNo != count[s.Stage] {
			t.Errorf("%s: entry %d is numbered %d", s.Stage, count[s.Stage], s.EntryNo)
		}
		if s.EnteredAt.Before(previous) || s.EnteredAt.After(until) || !s.LeftAt.IsZero() && (s.LeftAt.Before(s.EnteredAt) || s.LeftAt.After(until)) {
			t.Errorf("%s: entered %s, left %s, the one before entered %s", s.Stage, s.EnteredAt, s.LeftAt, previous)
		}
		previous = s.EnteredAt
		// One position at a time, and no route twice at once.
		group := s.Stage
		if routeOf(s.Stage) < 0 {
			group = "position"
		}
		if before, ok := last[group]; ok && (before.LeftAt.IsZero() || before.LeftAt.After(s.EnteredAt)) {
			t.Errorf("%s entered at %s while in %s", s.Stage, s.EnteredAt, before.Stage)
		}
		last[group] = s
		for _, id := range s.EvidenceEventIDs {
			if at, ok := when[id]; !ok || at.After(s.EnteredAt) {
				t.Errorf("%s at %s: evidence %s is of %s", s.Stage, s.EnteredAt, id, at)
			}
		}
		if s.Reason == "" || s.DefinitionHash == "" || s.DefinitionHash != d.Names()[s.ViaDefinition] || s.Owner == "" || s.Origin == "" || s.OriginReason == "" {
			t.Errorf("%+v does not say why", s)
		}
	}
	if len(signals) > 0 && !slices.ContainsFunc(o.Stages, func(s StageEntry) bool { return s.LeftAt.IsZero() }) {
		t.Error("the unit is nowhere in the end")
	}
}

// checkScore: the ledger alone explains every crossing, to the millisecond.
func checkScore(t *testing.T, thresholds Thresholds, o Outcome) {
	t.Helper()
	const tolerance = 1e-9
	for _, s := range o.Stages {
		if s.ViaDefinition == "lead_score" {
			before := ScoreAt(slices.DeleteFunc(slices.Clone(o.Scores), func(r ScoreRow) bool { return !r.EventTS.Before(s.EnteredAt) }), s.EnteredAt)
			if now := ScoreAt(o.Scores, s.EnteredAt); now < thresholds.Enter-tolerance {
				t.Errorf("mql entered with a score of %g (before %g)", now, before)
			}
		}
		if s.Stage == "nurture" && s.ViaDefinition == "stage_rules" && s.Reason == fmt.Sprintf("score fell below %g", thresholds.Leave) {
			if now := ScoreAt(o.Scores, s.EnteredAt); now >= thresholds.Leave+tolerance {
				t.Errorf("score fell to %g", now)
			}
			if earlier := ScoreAt(o.Scores, s.EnteredAt.Add(-time.Millisecond)); earlier < thresholds.Leave-tolerance {
				t.Errorf("a millisecond before it fell, the score was %g already", earlier)
			}
		}
	}
	for _, r := range o.Scores {
		if r.Points == 0 || r.Score != "fit" && r.Score != "engagement" {
			t.Errorf("ledger row %+v", r)
		}
	}
}

// TestNothingLaterCounts: what is said of the time up to any instant is the same whether or not the rest is known. No
// feature of a qualification can therefore leak from its future. Two columns describe a whole and may be filled in
// later: the unit's origin and how a conversation ended. And a subscription that ended may go on in another for as long as
// the definitions say.
func TestNothingLaterCounts(t *testing.T) {
	d := mustDefault(t)
	forRandomHistories(t, func(t *testing.T, r *rand.Rand, u Unit, signals []Signal) {
		whole, err := d.Evaluate(u, signals, signals[len(signals)-1].At.Add(100*24*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		cut := signals[r.IntN(len(signals))].At.Add(time.Duration(r.IntN(40*24)) * time.Hour)
		cut = settled(signals, cut)
		known := slices.DeleteFunc(slices.Clone(signals), func(s Signal) bool { return s.At.After(cut) })
		part, err := d.Evaluate(u, known, cut)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(asOf(whole, cut), asOf(part, cut)); diff != "" {
			t.Errorf("as of %s: %.2000s", cut, diff)
		}
	})
}

// settled is an instant, from one on, at which the end of no subscription waits for what begins.
func settled(signals []Signal, from time.Time) time.Time {
	for _, s := range signals {
		if over := s.At.Add(24 * time.Hour); s.Meaning == vocabulary.SubscriptionCancelled && !s.At.After(from) && over.After(from) {
			from = over
		}
	}
	return from
}

// asOf is what an outcome says of the time up to an instant.
func asOf(o Outcome, cut time.Time) Outcome {
	var known Outcome
	for _, s := range o.Stages {
		if s.EnteredAt.After(cut) {
			continue
		}
		if s.LeftAt.After(cut) {
			s.LeftAt = time.Time{}
		}
		s.Origin, s.OriginReason, s.OriginEventID = "", "", ""
		known.Stages = append(known.Stages, s)
	}
	for _, s := range o.Scores {
		if !s.EventTS.After(cut) {
			known.Scores = append(known.Scores, s)
		}
	}
	for _, l := range o.Leads {
		if !l.MessageTS.After(cut) {
			l.Outcome = ""
			known.Leads = append(known.Leads, l)
		}
	}
	for _, b := range o.Bant {
		if !b.AnsweredAt.After(cut) {
			known.Bant = append(known.Bant, b)
		}
	}
	return known
}

// TestArrivalDoesNotMatter: however signals arrived, once sorted they give the same outcome, and so they do every time.
func TestArrivalDoesNotMatter(t *testing.T) {
	d := mustDefault(t)
	forRandomHistories(t, func(t *testing.T, r *rand.Rand, u Unit, signals []Signal) {
		until := signals[len(signals)-1].At
		want, err := d.Evaluate(u, signals, until)
		if err != nil {
			t.Fatal(err)
		}
		arrived := slices.Clone(signals)
		r.Shuffle(len(arrived), func(i, j int) { arrived[i], arrived[j] = arrived[j], arrived[i] })
		slices.SortFunc(arrived, func(a, b Signal) int { return compareSignals(&a, &b) })
		got, err := d.Evaluate(u, arrived, until)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%.2000s", diff)
		}
	})
}

// BenchmarkEvaluate replays a million signals of 20,000 people as a freemium company has them: mostly use.
func BenchmarkEvaluate(b *testing.B) {
	d := mustDefault(b)
	r := rand.New(rand.NewPCG(1, 1))
	const people, each = 20_000, 50
	histories := make([][]Signal, 200)
	for p := range histories {
		at := day0
		for i := range each {
			at = at.Add(time.Duration(r.IntN(40)) * time.Hour)
			s := Signal{PersonID: "p", Source: "s", EventID: fmt.Sprintf("e%03d", i), Kind: "track", Meaning: "feature_used", At: at, Properties: `{"feature":"board"}`}
			switch n := r.IntN(100); {
			case i == 0:
				s.Meaning, s.Properties = "signed_up", `{"plan":"free"}`
			case n < 20:
				s.Meaning = ""
			case n < 35:
				s.Meaning = []string{"pricing_viewed", "email_clicked", "form_submitted", "limit_hit", "teammate_invited"}[r.IntN(5)]
			case n < 37:
				s.Meaning, s.Properties = "message_from_prospect", `{"conversation_id":"c","text":"Hi, we are comparing tools for our team. How much does it cost for 20 users?"}`
			}
			histories[p] = append(histories[p], s)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		for p := range people {
			history := histories[p%len(histories)]
			if _, err := d.Evaluate(Unit{Kind: Person, ID: "p"}, history, history[each-1].At.Add(30*24*time.Hour)); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(people*each*b.N)/b.Elapsed().Seconds(), "signals/s")
}

// BenchmarkOnePerson: a million signals of one person cost no more each than those of many.
func BenchmarkOnePerson(b *testing.B) {
	d := mustDefault(b)
	const n = 1_000_000
	signals := make([]Signal, n)
	for i := range signals {
		signals[i] = Signal{Source: "s", EventID: fmt.Sprintf("e%07d", i), Kind: "track", Meaning: "feature_used", At: day0.Add(time.Duration(i) * time.Second)}
	}
	signals[0].Meaning = "signed_up"
	for b.Loop() {
		if _, err := d.Evaluate(Unit{Kind: Person, ID: "p"}, signals, signals[n-1].At); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "signals/s")
}
