package identity

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"iter"
	"slices"
	"time"
)

// DefaultMaxComponent is the number of user ids and of addresses one person may have unless Options says otherwise.
const DefaultMaxComponent = 50

// Resolve groups identifiers into people.
//
// What Options.Same declares comes first. Claims between people's own identifiers follow in the order of time: user ids,
// addresses, and records of other systems (an alias, an equal address, a lead that became a contact); they alone may make
// two user ids one person. Claims about devices come last, in the order of time too: a device, or a shared mailbox,
// belongs to the first person who identified on it, with all that was done on it before; a later, different person on it
// is quarantined as shared_device (shared_mailbox). Claims that turn out to be true by another way are not quarantined.
//
// The person id is "p_" and a hash of the canonical member: the user id seen first; without one the address seen first;
// without one the device seen first; ties go to the smaller value. Hence it depends on nothing outside the component,
// and once somebody is identified, further devices, late events and addresses don't change it. It does change when an
// anonymous visitor is identified, and when two known people prove to be one.
//
// Nodes that only edges mention are added, first seen when the edge was. An error of the input, an unknown kind or rule
// and an empty value end the resolution. Time is O(E log E); memory some 200 bytes a node and 24 an edge while it works and
// 100 a node afterwards; nothing of the input is kept.
func Resolve(nodes iter.Seq2[Node, error], edges iter.Seq2[Edge, error], o Options) (*Result, error) {
	g, err := newGraph(nodes, edges)
	if err != nil {
		return nil, err
	}
	newFilter(o).mark(g.nodes)
	g.sortLinks()
	m := merger{graph: g, forest: g.seed(), limit: int32(cmp.Or(o.MaxComponent, DefaultMaxComponent))}
	unseen := m.separate(o.Separate)
	unseen = append(unseen, m.declare(o.Same)...)
	m.merge(func(l link) bool { return g.strong(l) })
	m.merge(func(l link) bool { return !g.strong(l) })
	return m.result(unseen), nil
}

func (g *graph) seed() *forest {
	f := newForest(len(g.nodes))
	for i, n := range g.nodes {
		if n.junk {
			continue
		}
		h := &f.held[i]
		switch {
		case n.kind == userKind:
			h.users, h.identified = 1, true
		case n.kind == emailKind && !n.shared:
			h.emails, h.identified = 1, true
		}
	}
	return f
}

// strong links have a person's own identifier at both ends; the others have a device, or what is treated as one.
func (g *graph) strong(l link) bool { return g.nodes[l.a].personal() && g.nodes[l.b].personal() }

func (n *identifier) personal() bool { return (n.kind != anonymousKind || n.record) && !n.shared }

type merger struct {
	*graph
	*forest
	limit   int32
	apart   [][2]int32
	refused []refusal
}

type refusal struct {
	link
	reason string
}

// separate notes the pairs that are to stay apart, and returns the identifiers that were never seen.
func (m *merger) separate(pairs []Pair) (unseen []ID) {
	for _, p := range pairs {
		a, b, missing := m.both(p)
		if unseen = append(unseen, missing...); len(missing) > 0 || a == b {
			continue
		}
		m.apart = append(m.apart, [2]int32{a, b})
		m.held[a].apart, m.held[b].apart = true, true
	}
	return unseen
}

// declare joins what is said to be the same, whatever bounds there are, and returns the identifiers that were never seen.
func (m *merger) declare(pairs []Pair) (unseen []ID) {
	for _, p := range pairs {
		a, b, missing := m.both(p)
		if unseen = append(unseen, missing...); len(missing) > 0 {
			continue
		}
		l := m.link(a, b, declaredRule, min(m.nodes[a].firstSeen, m.nodes[b].firstSeen))
		x, y := m.find(a), m.find(b)
		switch {
		case x == y:
		case m.keptApart(x, y):
			m.refused = append(m.refused, refusal{l, Separated})
		default:
			m.believe(l, x, y)
		}
	}
	return unseen
}

func (m *merger) both(p Pair) (a, b int32, missing []ID) {
	a, okA := m.number(p.A)
	b, okB := m.number(p.B)
	if !okA {
		missing = append(missing, p.A)
	}
	if !okB {
		missing = append(missing, p.B)
	}
	return a, b, missing
}

func (m *merger) merge(which func(link) bool) {
	for _, l := range m.links {
		if !which(l) {
			continue
		}
		if reason := m.join(l); reason != "" {
			m.refused = append(m.refused, refusal{l, reason})
		}
	}
}

// join believes a link, or says why not.
func (m *merger) join(l link) string {
	a, b := &m.nodes[l.a], &m.nodes[l.b]
	x, y := m.find(l.a), m.find(l.b)
	if x == y {
		return ""
	}
	if a.junk || b.junk {
		return JunkIdentifier
	}
	p, q := &m.held[x], &m.held[y]
	switch {
	case m.keptApart(x, y):
		return Separated
	case !m.strong(l) && p.identified && q.identified && (a.shared || b.shared):
		return SharedMailbox
	case !m.strong(l) && p.identified && q.identified:
		return SharedDevice
	case min(p.users, q.users) > 0 && p.users+q.users > m.limit, min(p.emails, q.emails) > 0 && p.emails+q.emails > m.limit:
		return ComponentTooLarge
	}
	m.believe(l, x, y)
	return ""
}

// keptApart reports whether the union of two components would hold a pair that is to stay apart.
func (m *merger) keptApart(x, y int32) bool {
	if !m.held[x].apart || !m.held[y].apart {
		return false
	}
	return slices.ContainsFunc(m.apart, func(pair [2]int32) bool {
		a, b := m.find(pair[0]), m.find(pair[1])
		return a == x && b == y || a == y && b == x
	})
}

func (m *merger) believe(l link, x, y int32) {
	m.union(x, y)
	a, b := &m.nodes[l.a], &m.nodes[l.b]
	a.rule = cmp.Or(a.rule, l.rule)
	b.rule = cmp.Or(b.rule, l.rule)
}

// canonical returns, for each root, the member that names the person, and -1 for all others.
func (m *merger) canonical() (best []int32, people int) {
	best = make([]int32, len(m.nodes))
	for i := range best {
		best[i] = -1
	}
	for i := range m.nodes {
		root := m.find(int32(i))
		if best[root] < 0 {
			people++
		}
		if best[root] < 0 || m.moreCanonical(int32(i), best[root]) {
			best[root] = int32(i)
		}
	}
	return best, people
}

func (m *merger) moreCanonical(i, j int32) bool {
	x, y := &m.nodes[i], &m.nodes[j]
	return cmp.Or(
		cmp.Compare(x.rank(), y.rank()),
		cmp.Compare(x.firstSeen, y.firstSeen),
		m.compareNodes(i, j)) < 0
}

func (n *identifier) rank() int {
	switch {
	case n.kind == userKind:
		return 0
	case n.kind == emailKind && !n.shared:
		return 1
	case n.kind == anonymousKind:
		return 2
	default:
		return 3
	}
}

func (m *merger) quarantined(r *Result) []Quarantined {
	slices.SortStableFunc(m.refused, func(x, y refusal) int {
		return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.rule, y.rule), m.compareNodes(x.a, y.a), m.compareNodes(x.b, y.b))
	})
	var out []Quarantined
	for _, q := range m.refused {
		if m.find(q.a) == m.find(q.b) {
			continue
		}
		a, b := &m.nodes[q.a], &m.nodes[q.b]
		out = append(out, Quarantined{Reason: q.reason, APersonID: r.person(q.a), BPersonID: r.person(q.b), Edge: Edge{
			AKind: a.kind.String(), AValue: a.value, BKind: b.kind.String(), BValue: b.value,
			Rule: ruleNames[q.rule], At: time.UnixMilli(q.at).UTC(),
		}})
	}
	return out
}

var lowerBase32 = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// PersonID is 80 bits of a hash, among a billion people two share one with a chance of one in two million: the id of the
// person whose canonical identifier this is; see Resolve. A person's id is that of one of their identifiers at any time,
// whichever was canonical then.
func PersonID(idKind, value string) string {
	sum := sha256.Sum256([]byte(idKind + "\x00" + value))
	return "p_" + lowerBase32.EncodeToString(sum[:10])
}
