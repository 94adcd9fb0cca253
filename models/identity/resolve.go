package identity

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"slices"
	"time"
)

// DefaultMaxComponent is the number of user ids one person may have unless Options says otherwise.
const DefaultMaxComponent = 50

// Resolve groups identifiers into people.
//
// Claims between user ids and addresses (an alias, the same e-mail address) are believed first: they alone may make two
// user ids one person. Claims about devices follow in the order of time: a device, or a shared mailbox, belongs to the
// first person who identified on it, with all that was done on it before; a later, different person on it is
// quarantined as shared_device (shared_mailbox). Claims that turn out to be true by another way are not quarantined.
//
// The person id is "p_" and a hash of the canonical member: the user id seen first; without one the address seen first;
// without one the device seen first; ties go to the smaller value. Hence it depends on nothing outside the component,
// and once somebody is identified, further devices, late events and addresses don't change it. It does change when an
// anonymous visitor is identified, and when two known people prove to be one.
//
// Nodes that only edges mention are added, first seen when the edge was. An unknown kind or rule or an empty value is an
// error. Time is O(E log E); memory about 100 bytes a node beside the input.
func Resolve(nodes []Node, edges []Edge, o Options) (Result, error) {
	g, err := newGraph(nodes, edges)
	if err != nil {
		return Result{}, err
	}
	newFilter(o).mark(g.nodes)
	g.sortLinks()
	m := merger{graph: g, forest: g.seed(), limit: int32(cmp.Or(o.MaxComponent, DefaultMaxComponent))}
	m.merge(func(l link) bool { return g.strong(l) })
	m.merge(func(l link) bool { return !g.strong(l) })
	return m.result(), nil
}

func (g *graph) seed() *forest {
	f := newForest(len(g.nodes))
	for i, n := range g.nodes {
		if n.junk {
			continue
		}
		if n.kind == userKind {
			f.users[i] = 1
		}
		f.identified[i] = n.kind == userKind || n.kind == emailKind && !n.shared
	}
	return f
}

// strong links have a person's own identifier at both ends; the others have a device, or what is treated as one.
func (g *graph) strong(l link) bool {
	a, b := &g.nodes[l.a], &g.nodes[l.b]
	return a.kind != anonymousKind && b.kind != anonymousKind && !a.shared && !b.shared
}

type merger struct {
	*graph
	*forest
	limit   int32
	refused []refusal
}

type refusal struct {
	link
	reason string
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
	if a.junk || b.junk {
		return JunkIdentifier
	}
	x, y := m.find(l.a), m.find(l.b)
	if x == y {
		return ""
	}
	if !m.strong(l) && m.identified[x] && m.identified[y] {
		if a.shared || b.shared {
			return SharedMailbox
		}
		return SharedDevice
	}
	if m.users[x]+m.users[y] > m.limit {
		return ComponentTooLarge
	}
	m.union(x, y)
	a.rule = cmp.Or(a.rule, l.rule)
	b.rule = cmp.Or(b.rule, l.rule)
	return ""
}

func (m *merger) result() Result {
	canonical := m.canonical()
	ids := make(map[int32]string, len(canonical)/2)
	order := make([]int32, len(m.nodes))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, m.compareNodes)
	r := Result{Identities: make([]Identity, 0, len(order))}
	for _, i := range order {
		n, root := &m.nodes[i], m.find(i)
		c := canonical[root]
		id, ok := ids[root]
		if !ok {
			id = PersonID(m.nodes[c].kind.String(), m.nodes[c].value)
			ids[root] = id
		}
		rule := ruleNames[n.rule]
		if i == c {
			rule = RuleSelf
		}
		r.Identities = append(r.Identities, Identity{
			IDKind: n.kind.String(), IDValue: n.value, PersonID: id, FirstSeenAt: time.UnixMilli(n.firstSeen).UTC(), Rule: rule,
		})
	}
	r.Persons = len(ids)
	r.Quarantined = m.quarantined()
	return r
}

// canonical returns, for each root, the member that names the person.
func (m *merger) canonical() []int32 {
	best := make([]int32, len(m.nodes))
	for i := range best {
		best[i] = -1
	}
	for i := range m.nodes {
		root := m.find(int32(i))
		if best[root] < 0 || m.moreCanonical(int32(i), best[root]) {
			best[root] = int32(i)
		}
	}
	return best
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

func (m *merger) quarantined() []Quarantined {
	slices.SortStableFunc(m.refused, func(x, y refusal) int {
		return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.rule, y.rule), m.compareNodes(x.a, y.a), m.compareNodes(x.b, y.b))
	})
	var out []Quarantined
	for _, q := range m.refused {
		if m.find(q.a) == m.find(q.b) {
			continue
		}
		a, b := &m.nodes[q.a], &m.nodes[q.b]
		out = append(out, Quarantined{Reason: q.reason, Edge: Edge{
			AKind: a.kind.String(), AValue: a.value, BKind: b.kind.String(), BValue: b.value,
			Rule: ruleNames[q.rule], At: time.UnixMilli(q.at).UTC(),
		}})
	}
	return out
}

var lowerBase32 = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// PersonID is 80 bits of a hash, among a billion people two share one with a chance of one in two million: the id of the
// person whose canonical identifier this is; see Resolve. A person's id is that of one of their
// identifiers at any time, whichever was canonical then.
func PersonID(idKind, value string) string {
	sum := sha256.Sum256([]byte(idKind + "\x00" + value))
	return "p_" + lowerBase32.EncodeToString(sum[:10])
}
