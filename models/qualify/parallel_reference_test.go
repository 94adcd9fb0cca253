package qualify

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// stageReference says what stage rules mean over deals and subscriptions, as plainly as it can be said: at every event it
// looks at the whole history anew. All events name what they are about.
type stageReference struct {
	d         *Definitions
	signals   []Signal
	positions []string // after each signal so far
	known     map[string]thing
}

// thing is a subscription or a deal after the first n signals.
type thing struct {
	open   bool
	ending bool // its end was told, and another begins soon
	worth  int64
	sort   string
	later  bool // it began when the unit was a customer
}

func (r *stageReference) position(n int) string {
	if n == 0 {
		return ""
	}
	return r.positions[n-1]
}

func (r *stageReference) about(i int) (what, key string) {
	v := viewOf(&r.signals[i])
	for _, p := range r.d.program.parallels {
		if p.opens.holds(v) || p.closes.holds(v) {
			key, _, _ := p.key.read(v, false)
			return p.What, key
		}
	}
	return "", ""
}

// thing follows one through the first n signals.
func (r *stageReference) thing(what, key string, n int) (now thing) {
	memory := fmt.Sprint(what, key, n)
	if known, ok := r.known[memory]; ok {
		return known
	}
	for i := range n {
		w, k := r.about(i)
		s := &r.signals[i]
		switch {
		case w != what:
		case k != key:
			if s.Meaning == "subscription_started" && now.open && (now.ending || r.takesThePlaceOf(key, i)) {
				now.open, now.ending = false, false
			}
		case s.Meaning == "subscription_cancelled" && now.open && r.startsWithinADay(i):
			now.ending = true
		case s.Meaning == "subscription_cancelled", s.Meaning == "opportunity_won", s.Meaning == "opportunity_lost":
			now.open = false
		default:
			now = r.goesOn(now, i)
		}
	}
	r.known[memory] = now
	return now
}

func (r *stageReference) goesOn(now thing, i int) thing {
	s := &r.signals[i]
	if !now.open {
		now = thing{open: true, later: isCustomer(r.position(i))}
	}
	if now.sort == "" {
		now.sort = strings.ToLower(viewOf(s).reader.text("deal_type"))
	}
	switch {
	case s.Meaning == "subscription_started":
		now.worth, now.ending = s.Value, false
	case s.Meaning == "subscription_renewed" && now.worth == 0:
		now.worth = s.Value
	case s.Meaning == "subscription_upgraded" && now.worth > 0:
		now.worth += s.Value
	case s.Meaning == "subscription_downgraded":
		now.worth = max(now.worth-s.Value, 0) // nothing left: not known
	}
	return now
}

// takesThePlaceOf reports whether the subscription that starts with a signal, if it isn't running, says that it replaces
// another, or that other ends within a month while the new one runs.
func (r *stageReference) takesThePlaceOf(other string, i int) bool {
	_, key := r.about(i)
	if r.thing("subscription", key, i).open {
		return false
	}
	if viewOf(&r.signals[i]).reader.text("replaces") == other {
		return true
	}
	for j := i + 1; j < len(r.signals) && !r.signals[j].At.After(r.signals[i].At.AddDate(0, 0, 31)); j++ {
		if r.signals[j].Meaning == "subscription_cancelled" {
			if _, ends := r.about(j); ends == other || ends == key {
				return ends == other
			}
		}
	}
	return false
}

func (r *stageReference) startsWithinADay(i int) bool {
	for j := i + 1; j < len(r.signals) && !r.signals[j].At.After(r.signals[i].At.AddDate(0, 0, 1)); j++ {
		if r.signals[j].Meaning == "subscription_started" {
			return true
		}
	}
	return false
}

// replaces reports whether a signal puts a subscription in the place of another, or of itself.
func (r *stageReference) replaces(i int) bool {
	what, key := r.about(i)
	return what == "subscription" && r.signals[i].Meaning == "subscription_started" && slices.ContainsFunc(keysOf(what), func(k string) bool {
		before := r.thing(what, k, i)
		return before.open && (k == key && before.ending || k != key && !r.thing(what, k, i+1).open)
	})
}

// worth of all open ones; false where that of one isn't known, or where none is open.
func (r *stageReference) worth(what string, n int) (sum int64, known bool) {
	for _, key := range keysOf(what) {
		if one := r.thing(what, key, n); one.open {
			if one.worth == 0 {
				return 0, false
			}
			sum, known = sum+one.worth, true
		}
	}
	return sum, known
}

func keysOf(what string) []string {
	if what == "deal" {
		return []string{"x", "y", "z"}
	}
	return []string{"a", "b", "c"}
}

// enteredBy is the signal by which the unit came to where it is before the signal i, and the one that made it a customer.
func (r *stageReference) enteredBy(i int) (position, customer int) {
	position, customer = -1, -1
	for j := range i {
		if r.position(j+1) != r.position(j) {
			position = j
			if isCustomer(r.position(j+1)) && !isCustomer(r.position(j)) {
				customer = j
			}
		}
	}
	return position, customer
}

func (r *stageReference) allows(rule *StageRule, i int) bool {
	what, key := r.about(i)
	entered, bought := r.enteredBy(i)
	open := func(what string, except string) int {
		n := 0
		for _, k := range keysOf(what) {
			if k != except && r.thing(what, k, i+1).open {
				n++
			}
		}
		return n
	}
	if rule.IfLast != "" && open(rule.IfLast, "") > 0 || rule.IfAnother != "" && (what != rule.IfAnother || r.replaces(i) || open(what, key) == 0) {
		return false
	}
	if rule.IfSame != "" && what == rule.IfSame && entered >= 0 {
		if w, k := r.about(entered); w == what && k != key {
			return false
		}
	}
	if rule.IfMore != "" {
		now, known := r.worth(rule.IfMore, i+1)
		before, knew := r.worth(rule.IfMore, i)
		if what != rule.IfMore || !known || !knew || now <= before {
			return false
		}
	}
	if rule.IfNoMore != "" {
		now, known := r.worth(rule.IfNoMore, i+1)
		before, knew := r.worth(rule.IfNoMore, max(entered, 0))
		if !known || !knew || now > before {
			return false
		}
	}
	if rule.IfLater == "" {
		return true
	}
	one := r.thing(what, key, i)
	later := one.later
	if bought >= 0 {
		w, k := r.about(bought)
		later = later || w == what && k != key
	}
	return what == rule.IfLater && one.open && later && !slices.Contains(rule.UnlessSort, one.sort) &&
		(len(rule.OnlySort) == 0 || slices.Contains(rule.OnlySort, one.sort))
}

// run is the positions entered, in order.
func (r *stageReference) run() (entered []string) {
	for i := range r.signals {
		position := r.position(i)
		for _, rule := range r.d.program.stageRules {
			unless, only := rule.UnlessIn, rule.OnlyIn
			if !rule.filter.holds(viewOf(&r.signals[i])) || slices.Contains(unless, position) || len(only) > 0 && !slices.Contains(only, position) || !r.allows(rule.StageRule, i) {
				continue
			}
			position = rule.Stage
			break
		}
		if position == "" {
			position = stageSuspect
		}
		if position != r.position(i) {
			entered = append(entered, position+" "+r.signals[i].EventID)
		}
		r.positions = append(r.positions, position)
	}
	return entered
}

// TestStageRulesAgreeWithTheReference on random histories of deals and subscriptions side by side, by the built-in rules.
func TestStageRulesAgreeWithTheReference(t *testing.T) {
	d := mustDefault(t)
	reasons := map[string]int{}
	for seed := range uint64(400) {
		random := rand.New(rand.NewPCG(seed, 5))
		ref := &stageReference{d: d, known: map[string]thing{}}
		at := day0
		for i := range 4 + random.IntN(26) {
			at = at.Add([]time.Duration{0, 12 * time.Hour, 10 * 24 * time.Hour, 50 * 24 * time.Hour}[random.IntN(4)])
			ref.signals = append(ref.signals, randomDealing(random, i, at, 7*int(seed%4/3)))
		}
		o, err := d.Evaluate(Unit{Kind: Account, ID: "u"}, ref.signals, ref.signals[len(ref.signals)-1].At)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range o.Stages {
			got = append(got, s.Stage+" "+s.EvidenceEventIDs[0])
			reasons[s.Reason]++
		}
		if diff := cmp.Diff(ref.run(), got); diff != "" {
			t.Fatalf("seed %d: the reference (-) and the evaluator (+) differ:\n%s", seed, diff)
		}
	}
	for _, must := range []string{"another subscription", "a larger plan", "pays no more than before", "another deal won", "renewal won", "renewal lost", "cancelled", "renewed", "opportunity lost"} {
		if reasons[must] < 5 {
			t.Errorf("only %d entries by the rule %q: the histories test nothing of it", reasons[must], must)
		}
	}
}

// randomDealing is an event of a deal or, where from is 0, a subscription.
func randomDealing(r *rand.Rand, number int, at time.Time, from int) Signal {
	meaning := []string{"subscription_started", "subscription_started", "subscription_renewed", "subscription_upgraded", "subscription_downgraded", "subscription_cancelled", "subscription_cancelled",
		"opportunity_created", "opportunity_created", "opportunity_won", "opportunity_lost"}[from+r.IntN(11-from)]
	keys := keysOf("subscription")
	told := []string{"", "", fmt.Sprintf(`,"replaces":%q`, keys[r.IntN(3)])}[r.IntN(3)]
	properties := fmt.Sprintf(`{"subscription_id":%q%s}`, keys[r.IntN(3)], told)
	if strings.HasPrefix(meaning, "opportunity") {
		sort := []string{"", `,"deal_type":"Renewal"`, `,"deal_type":"newbusiness"`}[r.IntN(3)]
		properties = fmt.Sprintf(`{"deal_id":%q%s}`, keysOf("deal")[r.IntN(3)], sort)
	}
	s := paid(on(0, meaning, properties), []int64{5, 10, 20}[r.IntN(3)])
	s.At, s.EventID = at, fmt.Sprintf("e%03d", number)
	return s
}
