package identity

import (
	"errors"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func resolution(t *testing.T, o Options, claims ...string) *Result {
	t.Helper()
	var edges []Edge
	for _, text := range claims {
		edges = append(edges, claim(text))
	}
	r, err := Resolve(Rows(nodesOf(edges)), Rows(edges), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func earlier(r *Result) iter.Seq2[Identity, error] { return Rows(slices.Collect(r.Identities())) }

func compare(t *testing.T, then, now *Result) Restatement {
	t.Helper()
	r, err := Compare(earlier(then), now.Identities())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func version(r *Result) string {
	var t Tally
	t.Add(r.Identities())
	return t.Version()
}

func TestCompare(t *testing.T) {
	user := func(name string) string { return PersonID(User, name) }
	device := func(name string) string { return PersonID(Anonymous, name) }
	visitor, other := "a:pc a:pc alias 1", "a:phone a:phone alias 1"
	ann, bob := "a:pc u:ann same_event 1", "a:phone u:bob same_event 2"
	both := "u:ann u:bob alias 3"
	for _, c := range []struct {
		name      string
		then, now []string
		options   Options
		want      []Change
		appeared  int
	}{
		{name: "nothing", then: []string{ann}, now: []string{ann}},
		{name: "from nothing", now: []string{ann, bob}, appeared: 2},
		{name: "a further device", then: []string{ann}, now: []string{ann, "a:new u:ann same_event 5"}},
		{name: "a visitor is identified", then: []string{visitor}, now: []string{ann}, want: []Change{{device("pc"), user("ann"), Renamed, 1}}},
		{name: "two people are one", then: []string{ann, bob}, now: []string{ann, bob, both}, want: []Change{{user("bob"), user("ann"), Merged, 2}}},
		{name: "two visitors are one, identified", then: []string{visitor, other}, now: []string{ann, "a:phone u:ann same_event 2"},
			want: []Change{{device("pc"), user("ann"), Merged, 1}, {device("phone"), user("ann"), Merged, 1}}},
		{name: "one was two", then: []string{ann, bob, both}, now: []string{ann, bob, both}, options: Options{Separate: []Pair{{ID{User, "ann"}, ID{User, "bob"}}}},
			want: []Change{{user("ann"), user("bob"), Split, 2}}},
		{name: "forgotten", then: []string{ann, bob}, now: []string{bob}, want: []Change{{user("ann"), "", Gone, 0}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			then, now := resolution(t, Options{}, c.then...), resolution(t, c.options, c.now...)
			got := compare(t, then, now)
			slices.SortFunc(c.want, func(a, b Change) int { return strings.Compare(a.PersonID, b.PersonID) })
			if diff := cmp.Diff(c.want, got.Changes); diff != "" {
				t.Error(diff)
			}
			if got.New != c.appeared || got.Before != then.Persons {
				t.Errorf("new %d, want %d; before %d, want %d", got.New, c.appeared, got.Before, then.Persons)
			}
			if same := version(then) == version(now); same != (len(c.want) == 0 && slices.Equal(c.then, c.now)) {
				t.Errorf("version %s, then %s", version(then), version(now))
			}
		})
	}
	broken := errors.New("broken")
	_, err := Compare(func(yield func(Identity, error) bool) { yield(Identity{}, broken) }, resolution(t, Options{}, ann).Identities())
	if !errors.Is(err, broken) {
		t.Errorf("an error of the input: %v", err)
	}
}

// TestCompareBalances: people of then are unchanged, or in a change; people of now come from somebody, or are new.
func TestCompareBalances(t *testing.T) {
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 4))
		edges := randomClaims(r, 60)
		cut := edges[:20+r.IntN(40)]
		then, err := Resolve(Rows(nodesOf(cut)), Rows(cut), Options{})
		if err != nil {
			t.Fatal(err)
		}
		now, err := Resolve(Rows(nodesOf(edges)), Rows(edges), Options{MaxComponent: 3})
		if err != nil {
			t.Fatal(err)
		}
		got := compare(t, then, now)
		from, to := map[string]bool{}, map[string]bool{}
		for _, c := range got.Changes {
			from[c.PersonID], to[c.NewPersonID] = true, true
		}
		before := map[string]map[string]bool{}
		for i := range then.Identities() {
			if before[i.PersonID] == nil {
				before[i.PersonID] = map[string]bool{}
			}
			before[i.PersonID][i.IDKind+i.IDValue] = true
		}
		fresh := map[string]bool{}
		for i := range now.Identities() {
			fresh[i.PersonID] = true
		}
		unchanged := 0
		for i := range now.Identities() {
			for person, ids := range before {
				if ids[i.IDKind+i.IDValue] {
					delete(fresh, i.PersonID)
					if person != i.PersonID && (!from[person] || !to[i.PersonID]) {
						t.Fatalf("seed %d: %s went from %s to %s, of which nothing is said", seed, i.IDValue, person, i.PersonID)
					}
				}
			}
		}
		for person := range before {
			if !from[person] {
				unchanged++
			}
		}
		if len(fresh) != got.New || unchanged+len(from) != got.Before {
			t.Fatalf("seed %d: new %d, said %d; %d unchanged and %d changed of %d", seed, len(fresh), got.New, unchanged, len(from), got.Before)
		}
	}
}
