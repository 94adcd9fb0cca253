package identity

import (
	order "cmp"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// flat is a Result with its identities in a slice.
type flat struct {
	Identities  []Identity
	Quarantined []Quarantined
	Persons     int
}

func resolve(nodes []Node, edges []Edge, o Options) (flat, error) {
	r, err := Resolve(Rows(nodes), Rows(edges), o)
	if err != nil {
		return flat{}, err
	}
	return flat{slices.Collect(r.Identities()), r.Quarantined, r.Persons}, nil
}

func minute(n int) time.Time {
	return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Minute)
}

// claim reads "a:laptop u:ann same_event 5": two identifiers, the rule and the minute.
func claim(text string) Edge {
	var a, b, rule string
	var at int
	if _, err := fmt.Sscan(text, &a, &b, &rule, &at); err != nil {
		panic(err)
	}
	e := Edge{Rule: rule, At: minute(at)}
	e.AKind, e.AValue = split(a)
	e.BKind, e.BValue = split(b)
	return e
}

func split(text string) (kind, value string) {
	letter, value, _ := strings.Cut(text, ":")
	return map[string]string{"a": Anonymous, "u": User, "e": Email}[letter], value
}

func nodesOf(edges []Edge) []Node {
	seen := map[Node]time.Time{}
	for _, e := range edges {
		for _, n := range []Node{{IDKind: e.AKind, IDValue: e.AValue}, {IDKind: e.BKind, IDValue: e.BValue}} {
			if at, ok := seen[n]; !ok || e.At.Before(at) {
				seen[n] = e.At
			}
		}
	}
	var nodes []Node
	for n, at := range seen {
		n.FirstSeenAt = at
		nodes = append(nodes, n)
	}
	return nodes
}

// people writes each person as "u:ann a:laptop", identifiers sorted, people sorted.
func people(r flat) []string {
	members := map[string][]string{}
	for _, i := range r.Identities {
		members[i.PersonID] = append(members[i.PersonID], i.IDKind[:1]+":"+i.IDValue)
	}
	var out []string
	for _, m := range members {
		slices.Sort(m)
		out = append(out, strings.Join(m, " "))
	}
	slices.Sort(out)
	return out
}

func refusals(r flat) []string {
	var out []string
	for _, q := range r.Quarantined {
		out = append(out, fmt.Sprintf("%s %s %s", q.AValue, q.BValue, q.Reason))
	}
	return out
}

func TestResolve(t *testing.T) {
	cases := []struct {
		name    string
		options Options
		claims  []string
		people  []string
		refused []string
	}{
		{name: "several devices of one user", claims: []string{"a:laptop u:ann same_event 1", "a:phone u:ann same_event 2"},
			people: []string{"a:laptop a:phone u:ann"}},
		{name: "shared device belongs to whoever identified first",
			claims: []string{"a:kiosk u:bob same_event 2", "a:kiosk u:ann same_event 1"},
			people: []string{"a:kiosk u:ann", "u:bob"}, refused: []string{"kiosk bob shared_device"}},
		{name: "a shared device of one person after all is no quarantine",
			claims: []string{"a:pc u:ann same_event 1", "a:pc u:ann2 same_event 2", "u:ann u:ann2 alias 3"},
			people: []string{"a:pc u:ann u:ann2"}},
		{name: "equal address merges users", claims: []string{"u:1 e:x@acme.io email 1", "u:2 e:x@acme.io email 2"},
			people: []string{"e:x@acme.io u:1 u:2"}},
		{name: "a form before the sign-up", claims: []string{"a:pc e:x@acme.io same_event 1", "u:1 e:x@acme.io email 9"},
			people: []string{"a:pc e:x@acme.io u:1"}},
		{name: "two addresses on one device are two people",
			claims: []string{"a:pc e:x@acme.io same_event 1", "a:pc e:y@acme.io same_event 2"},
			people: []string{"a:pc e:x@acme.io", "e:y@acme.io"}, refused: []string{"pc y@acme.io shared_device"}},
		{name: "role mailbox", claims: []string{"u:1 e:info@acme.io email 1", "u:2 e:info@acme.io email 2"},
			people: []string{"e:info@acme.io u:1", "u:2"}, refused: []string{"info@acme.io 2 shared_mailbox"}},
		{name: "allowed role mailbox", options: Options{AllowEmails: []string{"Info@acme.io"}},
			claims: []string{"u:1 e:info@acme.io email 1", "u:2 e:info@acme.io email 2"},
			people: []string{"e:info@acme.io u:1 u:2"}},
		{name: "denied address", options: Options{DenyEmails: []string{"x@acme.io"}},
			claims: []string{"u:1 e:x@acme.io email 1", "u:2 e:x@acme.io email 2"},
			people: []string{"e:x@acme.io u:1", "u:2"}, refused: []string{"x@acme.io 2 shared_mailbox"}},
		{name: "null is nobody", claims: []string{"a:1f u:null same_event 1", "a:2f u:NULL same_event 2", "a:2f u:null same_event 3"},
			people:  []string{"a:1f", "a:2f", "u:NULL", "u:null"},
			refused: []string{"1f null junk_identifier", "2f NULL junk_identifier", "2f null junk_identifier"}},
		{name: "a crowd is capped", options: Options{MaxComponent: 2},
			claims: []string{"u:1 e:x@acme.io email 1", "u:2 e:x@acme.io email 2", "u:3 e:x@acme.io email 3"},
			people: []string{"e:x@acme.io u:1 u:2", "u:3"}, refused: []string{"x@acme.io 3 component_too_large"}},
		{name: "a device joins two others' person only through its owner",
			claims: []string{"a:p a:q alias 1", "a:p u:ann same_event 2", "a:q u:bob same_event 3"},
			people: []string{"a:p a:q u:ann", "u:bob"}, refused: []string{"q bob shared_device"}},
		{name: "a lead that became a contact, with another address",
			claims: []string{"a:crm:lead e:x@acme.io record 1", "a:crm:contact e:y@acme.io record 2", "a:crm:lead a:crm:contact conversion 3"},
			people: []string{"a:crm:contact a:crm:lead e:x@acme.io e:y@acme.io"}},
		{name: "a record keeps its person when the address changes",
			claims: []string{"a:crm:1 e:x@acme.io record 1", "a:crm:1 e:y@acme.io record 2", "u:1 e:y@acme.io email 3"},
			people: []string{"a:crm:1 e:x@acme.io e:y@acme.io u:1"}},
		{name: "aliases in a circle", claims: []string{"u:1 u:2 alias 1", "u:2 u:3 alias 2", "u:3 u:1 alias 3"}, people: []string{"u:1 u:2 u:3"}},
		{name: "too many addresses", options: Options{MaxComponent: 2},
			claims: []string{"u:1 e:x@acme.io email 1", "u:1 e:y@acme.io email 2", "u:1 e:z@acme.io email 3"},
			people: []string{"e:x@acme.io e:y@acme.io u:1", "e:z@acme.io"}, refused: []string{"z@acme.io 1 component_too_large"}},
		{name: "declared to be the same", options: Options{MaxComponent: 1, Same: []Pair{{ID{User, "1"}, ID{User, "2"}}, {ID{User, "1"}, ID{User, "unseen"}}}},
			claims: []string{"a:pc u:1 same_event 1", "a:pc u:2 same_event 2"}, people: []string{"a:pc u:1 u:2"}},
		{name: "kept apart although the address is equal", options: Options{Separate: []Pair{{ID{User, "1"}, ID{User, "2"}}}},
			claims: []string{"u:1 e:x@acme.io email 1", "u:2 e:x@acme.io email 2", "u:2 a:pc same_event 3"},
			people: []string{"a:pc u:2", "e:x@acme.io u:1"}, refused: []string{"x@acme.io 2 separated"}},
		{name: "kept apart across several claims", options: Options{Separate: []Pair{{ID{User, "1"}, ID{User, "3"}}}},
			claims: []string{"u:1 u:2 alias 1", "u:2 u:3 alias 2"}, people: []string{"u:1 u:2", "u:3"}, refused: []string{"2 3 separated"}},
		{name: "addresses merge nobody where that is not wanted", options: Options{EmailsApart: true},
			claims: []string{"u:1 e:x@acme.io email 1", "u:2 e:x@acme.io email 2"},
			people: []string{"e:x@acme.io u:1", "u:2"}, refused: []string{"x@acme.io 2 shared_mailbox"}},
		{name: "a denied domain", options: Options{DenyEmails: []string{"@acme.io"}, AllowEmails: []string{"ann@acme.io"}},
			claims: []string{"u:1 e:x@acme.io email 1", "u:2 e:x@acme.io email 2", "u:3 e:ann@acme.io email 3", "u:4 e:ann@acme.io email 4"},
			people: []string{"e:ann@acme.io u:3 u:4", "e:x@acme.io u:1", "u:2"}, refused: []string{"x@acme.io 2 shared_mailbox"}},
		{name: "a zero byte stands for nobody", claims: []string{"a:pc u:\x00 same_event 1", "a:pc u:1 same_event 2"},
			people: []string{"a:pc u:1", "u:\x00"}, refused: []string{"pc \x00 junk_identifier"}},
		{name: "a claim about oneself", claims: []string{"u:1 u:1 alias 1"}, people: []string{"u:1"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var edges []Edge
			for _, text := range c.claims {
				edges = append(edges, claim(text))
			}
			r, err := resolve(nodesOf(edges), edges, c.options)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.people, people(r)); diff != "" {
				t.Error("people:", diff)
			}
			if diff := cmp.Diff(c.refused, refusals(r)); diff != "" {
				t.Error("quarantine:", diff)
			}
			if r.Persons != len(c.people) {
				t.Errorf("Persons = %d, want %d", r.Persons, len(c.people))
			}
		})
	}
}

func personOf(t *testing.T, r flat, kind, value string) string {
	t.Helper()
	for _, i := range r.Identities {
		if i.IDKind == kind && i.IDValue == value {
			return i.PersonID
		}
	}
	t.Fatalf("%s %s is not in the result", kind, value)
	return ""
}

// TestPersonIDIsStable: once identified, further devices, addresses and other people change nothing.
func TestPersonIDIsStable(t *testing.T) {
	history := []Edge{claim("a:laptop u:ann same_event 10")}
	afterwards := func(extra ...string) string {
		edges := slices.Clone(history)
		for _, text := range extra {
			edges = append(edges, claim(text))
		}
		r, err := resolve(nodesOf(edges), edges, Options{})
		if err != nil {
			t.Fatal(err)
		}
		return personOf(t, r, User, "ann")
	}
	id := afterwards()
	// The hash of "user", a zero byte and "ann": an id in somebody's CRM must survive a new version of this program.
	if id != "p_udz3ltmmyrdjciti" {
		t.Errorf("person id of user ann = %s", id)
	}
	for _, extra := range [][]string{
		{"a:phone u:ann same_event 1"}, {"u:ann e:ann@acme.io email 2"}, {"a:laptop u:bob same_event 30", "u:bob e:b@acme.io email 1"},
		{"a:tablet u:eve same_event 1"}, {"u:ann u:ann-later alias 40"},
	} {
		if got := afterwards(extra...); got != id {
			t.Errorf("after %v the person is %s, before %s", extra, got, id)
		}
	}
}

func TestResolveRefusesNonsense(t *testing.T) {
	for name, in := range map[string]struct {
		node Node
		edge Edge
	}{
		"unknown kind": {Node{IDKind: "phone", IDValue: "1"}, claim("a:1 u:1 alias 1")},
		"empty value":  {Node{IDKind: User}, claim("a:1 u:1 alias 1")},
		"unknown rule": {Node{IDKind: User, IDValue: "1"}, claim("a:1 u:1 guess 1")},
		"self as rule": {Node{IDKind: User, IDValue: "1"}, claim("a:1 u:1 self 1")},
	} {
		if _, err := resolve([]Node{in.node}, []Edge{in.edge}, Options{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if r, err := resolve(nil, nil, Options{}); err != nil || len(r.Identities) != 0 {
		t.Errorf("nothing in: %v, %v", r, err)
	}
}

// randomClaims ties few identifiers in many ways, at few times.
func randomClaims(r *rand.Rand, n int) []Edge {
	devices, users := n/2+1, n/3+1
	var edges []Edge
	for range n {
		device, user, other := r.IntN(devices), r.IntN(users), r.IntN(users)
		mail := fmt.Sprintf("m%d@acme.io", r.IntN(users))
		if r.IntN(10) == 0 {
			mail = "info@acme.io"
		}
		text := []string{
			fmt.Sprintf("a:d%d u:u%d same_event %d", device, user, r.IntN(20)),
			fmt.Sprintf("u:u%d e:%s email %d", user, mail, r.IntN(20)),
			fmt.Sprintf("a:d%d e:%s same_event %d", device, mail, r.IntN(20)),
			fmt.Sprintf("u:u%d u:u%d alias %d", user, other, r.IntN(20)),
			fmt.Sprintf("a:d%d a:d%d alias %d", device, r.IntN(devices), r.IntN(20)),
			fmt.Sprintf("a:d%d u:null same_event %d", device, r.IntN(20)),
		}[min(r.IntN(12), 5)%6]
		edges = append(edges, claim(text))
	}
	return edges
}

// TestOrderOfInputDoesNotMatter: shuffled, turned round and repeated, the result is the same to the byte.
func TestOrderOfInputDoesNotMatter(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		edges := randomClaims(r, 80)
		nodes := nodesOf(edges)
		options := Options{MaxComponent: 4}
		want, err := resolve(nodes, edges, options)
		if err != nil {
			t.Fatal(err)
		}
		r.Shuffle(len(edges), func(i, j int) { edges[i], edges[j] = edges[j], edges[i] })
		r.Shuffle(len(nodes), func(i, j int) { nodes[i], nodes[j] = nodes[j], nodes[i] })
		for i := range edges {
			if r.IntN(2) == 0 {
				e := &edges[i]
				e.AKind, e.AValue, e.BKind, e.BValue = e.BKind, e.BValue, e.AKind, e.AValue
			}
		}
		got, err := resolve(append(nodes, nodes[:len(nodes)/2]...), edges, options)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("seed %d: %.2000s", seed, diff)
		}
	}
}

// TestResolveInvariants: what must hold whatever the claims.
func TestResolveInvariants(t *testing.T) {
	for seed := range uint64(60) {
		edges := randomClaims(rand.New(rand.NewPCG(seed, 2)), 120)
		const limit = 5
		r, err := resolve(nodesOf(edges), edges, Options{MaxComponent: limit})
		if err != nil {
			t.Fatal(err)
		}
		person, users := map[string]string{}, map[string]int{}
		for _, i := range r.Identities {
			person[i.IDKind+i.IDValue] = i.PersonID
			if i.IDKind == User {
				users[i.PersonID]++
			}
		}
		for id, n := range users {
			if n > limit {
				t.Fatalf("seed %d: person %s has %d user ids", seed, id, n)
			}
		}
		refused := map[Edge]bool{}
		for _, q := range r.Quarantined {
			refused[q.Edge] = true
			if person[q.AKind+q.AValue] == person[q.BKind+q.BValue] {
				t.Fatalf("seed %d: %v is quarantined, yet both ends are one person", seed, q)
			}
		}
		for _, e := range edges {
			if x, y := person[e.AKind+e.AValue], person[e.BKind+e.BValue]; x != y && !refused[sorted(e)] {
				t.Fatalf("seed %d: claim %v is neither believed nor quarantined", seed, e)
			}
		}
	}
}

func sorted(e Edge) Edge {
	if e.AKind > e.BKind || e.AKind == e.BKind && e.AValue > e.BValue {
		e.AKind, e.AValue, e.BKind, e.BValue = e.BKind, e.BValue, e.AKind, e.AValue
	}
	return e
}

// TestOthersDoNotMatter: a component is resolved alone exactly as among others.
func TestOthersDoNotMatter(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 3))
		mine := randomClaims(r, 40)
		others := randomClaims(r, 60)
		for i := range others {
			others[i].AValue, others[i].BValue = "o-"+others[i].AValue, "o-"+others[i].BValue
		}
		alone, err := resolve(nodesOf(mine), mine, Options{})
		if err != nil {
			t.Fatal(err)
		}
		both := slices.Concat(mine, others)
		together, err := resolve(nodesOf(both), both, Options{})
		if err != nil {
			t.Fatal(err)
		}
		kept := slices.DeleteFunc(together.Identities, func(i Identity) bool { return strings.HasPrefix(i.IDValue, "o-") })
		if diff := cmp.Diff(alone.Identities, kept); diff != "" {
			t.Fatalf("seed %d: %.2000s", seed, diff)
		}
	}
}

func BenchmarkResolve(b *testing.B) {
	const persons = 500_000
	var nodes []Node
	var edges []Edge
	r := rand.New(rand.NewPCG(1, 1))
	for p := range persons {
		user := fmt.Sprintf("user-%08d", p)
		nodes = append(nodes, Node{User, user, minute(p)})
		for d := range 1 + r.IntN(3) {
			device := fmt.Sprintf("%08x-aaaa-bbbb-cccc-%012d", p, d)
			nodes = append(nodes, Node{Anonymous, device, minute(p)})
			edges = append(edges, Edge{Anonymous, device, User, user, RuleSameEvent, minute(r.IntN(persons))})
		}
		mail := fmt.Sprintf("person%d@acme%d.io", p, p%1000)
		nodes = append(nodes, Node{Email, mail, minute(p)})
		edges = append(edges, Edge{User, user, Email, mail, RuleEmail, minute(p)})
	}
	slices.SortFunc(nodes, func(x, y Node) int {
		return order.Or(strings.Compare(x.IDKind, y.IDKind), strings.Compare(x.IDValue, y.IDValue))
	})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Resolve(Rows(nodes), Rows(edges), Options{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(nodes))*float64(b.N)/b.Elapsed().Seconds(), "nodes/s")
	b.ReportMetric(heldBytes(b, nodes, edges)/float64(len(nodes)), "held-B/node")
}

// heldBytes is what a resolution holds in memory at its end, beside the input.
func heldBytes(b *testing.B, nodes []Node, edges []Edge) float64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.GC() // the first leaves what it has yet to sweep
	runtime.ReadMemStats(&before)
	r, err := Resolve(Rows(nodes), Rows(edges), Options{})
	if err != nil {
		b.Fatal(err)
	}
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(r)
	runtime.KeepAlive(nodes)
	runtime.KeepAlive(edges)
	return float64(after.HeapAlloc) - float64(before.HeapAlloc)
}
