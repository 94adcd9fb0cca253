package simulate

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

func TestRatesAreThoseOfAFreemiumCompany(t *testing.T) {
	s := Summarise(Default())
	people := float64(s.People)
	within := func(name string, got, low, high float64) {
		if got < low || got > high {
			t.Errorf("%s: %.4f, want %v to %v", name, got, low, high)
		}
	}
	signUps := float64(s.Names["Signed Up"])
	within("events a person", float64(s.Events)/people, 8, 15)
	within("visitors who sign up", signUps/people, .12, .2)
	within("sign-ups who activate", float64(s.Names["Activated"])/signUps, .3, .6)
	within("sign-ups who buy by themselves", float64(s.Names["Subscription Started"])/signUps, .03, .06)
	within("deals won by sales, of deals", float64(s.Names["Opportunity Won"])/float64(s.Names["Opportunity Created"]), .3, .6)
	within("visitors of the market", people/float64(Default().People), .85, 1)
	for a, w := range actionWords {
		name := w.name
		if name == "" {
			name = w.kind
		}
		if s.Names[name] == 0 && action(a) != billedCancelled && action(a) != billedRenewed {
			t.Errorf("nobody ever does %q", name)
		}
	}
}

// Loops: lives are no ladder.
func TestLivesGoBackAndReturn(t *testing.T) {
	w := newWorld(Default())
	var life company
	found := map[string]int{}
	for _, e := range w.entries() {
		w.live(&life, e)
		var calls, lost, disqualified, cancelled int
		for _, s := range life.steps {
			if s.at.calendar(life.offset) >= w.end {
				continue
			}
			switch s.action {
			case callCompleted:
				calls++
				if s.detail>>outcomeShift&15 == callDisqualified {
					disqualified++
				}
			case opportunityLost:
				lost++
			case subscriptionCancelled:
				cancelled++
			case opportunityWon:
				if disqualified > 0 {
					found["won after disqualification"]++
				}
				if calls > 1 {
					found["won after nurture"]++
				}
			case opportunityCreated:
				if lost > 0 {
					found["returned after a lost deal"]++
				}
			case subscriptionStarted:
				if cancelled > 0 {
					found["returned after churn"]++
				}
			}
		}
		for i := range life.people {
			if life.people[i].invited && life.people[i].settled {
				found["joined by invitation"]++
			}
		}
	}
	for _, loop := range []string{"won after nurture", "returned after a lost deal", "returned after churn", "joined by invitation", "won after disqualification"} {
		if found[loop] == 0 {
			t.Errorf("nobody %s", loop)
		}
	}
	t.Logf("%v", found)
}

// What a person does follows what makes it possible.
func TestEffectsFollowCauses(t *testing.T) {
	w := newWorld(small())
	var life company
	for _, e := range w.entries() {
		w.live(&life, e)
		for i := range life.people {
			p := &life.people[i]
			if p.first < life.first || p.signUp <= p.first && !p.invited || p.inquiry <= p.first {
				t.Fatalf("company %d, person %d: decides before being met", e.company, i)
			}
			if p.activated < never && p.activated <= p.signUp || p.purchase < never && p.purchase <= p.activated {
				t.Fatalf("company %d, person %d: uses or buys before signing up", e.company, i)
			}
			for _, s := range p.sessions {
				if s.at < life.first || s.reason >= activating && s.reason != clickingEmail && s.at < p.signUp {
					t.Fatalf("company %d, person %d: session %+v too early", e.company, i, s)
				}
			}
		}
	}
}

func TestIdentityOnTheWire(t *testing.T) {
	c := small()
	c.People, c.Broken = 8000, 0
	users := map[string]map[string]bool{} // user → anonymous ids
	owners := map[string]map[string]bool{}
	signedUp := map[string]bool{}
	for m := range Events(c) {
		if m.Topic != TopicSegment {
			continue
		}
		var e envelope
		if err := json.Unmarshal(m.Value, &e); err != nil {
			t.Fatal(err)
		}
		if e.Event == "Signed Up" {
			signedUp[e.UserID] = true
		}
		if e.UserID == "" || e.AnonymousID == "" {
			continue
		}
		if users[e.UserID] == nil {
			users[e.UserID] = map[string]bool{}
		}
		if owners[e.AnonymousID] == nil {
			owners[e.AnonymousID] = map[string]bool{}
		}
		users[e.UserID][e.AnonymousID], owners[e.AnonymousID][e.UserID] = true, true
	}
	several, shared := 0, 0
	for user, devices := range users {
		if !signedUp[user] {
			t.Errorf("user %s never signed up", user)
		}
		if len(devices) > 1 {
			several++
		}
	}
	for _, people := range owners {
		if len(people) > 1 {
			shared++
		}
	}
	if several < len(users)/20 || shared == 0 || shared > len(owners)/20 {
		t.Errorf("%d of %d users have several devices, %d of %d devices are shared", several, len(users), shared, len(owners))
	}
}

func TestBusyTimeIsAMonotoneMapOfTheCalendar(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	last := int64(math.MinInt64)
	for m := moment(2900); m < 2915; m += .003 {
		at := m.calendar(0)
		if at <= last {
			t.Fatalf("busy time %v goes back to %d", m, at)
		}
		last = at
	}
	for range 10_000 {
		at, offset := 1_500_000_000_000+r.Int64N(500_000_000_000), (r.Int64N(25)-12)*millisecondsPerHour
		back := momentOf(at, offset).calendar(offset)
		if diff := back - at; diff < -20 || diff > 20 {
			t.Fatalf("%d translates to %d", at, back)
		}
	}
}

func TestTheWeekHasARhythm(t *testing.T) {
	w := newWorld(small())
	var life company
	var teller teller
	var weekend, night, all float64
	for _, e := range w.entries() {
		w.live(&life, e)
		for _, p := range teller.tell(w, &life) {
			local := time.UnixMilli(p.at + life.offset).UTC()
			all++
			if day := local.Weekday(); day == time.Saturday || day == time.Sunday {
				weekend++
			}
			if local.Hour() < 6 {
				night++
			}
		}
	}
	if weekend/all > .19 || weekend/all < .08 || night/all > .1 {
		t.Errorf("%.3f of events on weekends, %.3f at night", weekend/all, night/all)
	}
}

// The writers agree with the standard library, on every text there is and on random ones.
func TestWritersAgreeWithTheStandardLibrary(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	check := func(text string) {
		var back string
		if err := json.Unmarshal(append(appendText([]byte(`"`), text), '"'), &back); err != nil || back != text {
			t.Errorf("%q is written as %s: %v", text, appendText([]byte(nil), text), err)
		}
	}
	for _, text := range texts {
		check(text)
	}
	for range 2000 {
		var b strings.Builder
		for range r.IntN(20) {
			b.WriteRune([]rune("aé\"\\\n\t\x00\x1f<>&🙂{}'ß\u2028")[r.IntN(17)])
		}
		check(b.String())
		at := r.Int64N(8_000_000_000_000) - 2_000_000_000_000
		want := time.UnixMilli(at).UTC().Format("2006-01-02T15:04:05.000Z")
		if got := string(appendTime(nil, at)); got != want {
			t.Errorf("%d is written as %s, want %s", at, got, want)
		}
	}
	for cents, want := range map[int32]string{0: "0", 5: "0.05", 4900: "49", 123456: "1234.56", 99: "0.99"} {
		if got := string(appendMoney(nil, cents)); got != want {
			t.Errorf("%d cents are written as %s, want %s", cents, got, want)
		}
	}
}

func TestProductQualification(t *testing.T) {
	const day = millisecondsPerDay
	for _, test := range []struct {
		name  string
		marks []mark
		want  int64
	}{
		{"nothing", nil, 0},
		{"ten uses on three days", []mark{{day, used, 4}, {2 * day, used, 4}, {3 * day, used, 2}}, 3 * day},
		{"ten uses on two days", []mark{{day, used, 5}, {2 * day, used, 5}}, 0},
		{"ten uses, the first forgotten", []mark{{day, used, 4}, {16 * day, used, 4}, {17 * day, used, 4}}, 0},
		{"limit after three uses", []mark{{day, used, 3}, {2 * day, hitLimit, 1}}, 2 * day},
		{"limit after two", []mark{{day, used, 2}, {2 * day, hitLimit, 1}}, 0},
		{"prices twice", []mark{{day, sawPrices, 1}, {2 * day, sawPrices, 1}, {3 * day, reachedValue, 1}, {4 * day, used, 3}}, 4 * day},
		{"team", []mark{{20 * day, invitedSomeone, 1}, {30 * day, invitedSomeone, 1}, {31 * day, used, 3}}, 31 * day},
	} {
		got, ever := qualifies(test.marks, day)
		if got != test.want || ever != (test.want > 0) {
			t.Errorf("%s: qualified at %d, %v; want %d", test.name, got, ever, test.want)
		}
	}
}
