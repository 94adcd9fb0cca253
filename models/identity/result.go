package identity

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"
)

// Result of a resolution.
type Result struct {
	// Quarantined is sorted by time, then by value.
	Quarantined []Quarantined
	// Identifiers, Persons and Claims are how many there are; Claims are those that the input made.
	Identifiers, Persons, Claims int
	// Junk is how many of the identifiers stand for nobody.
	Junk int
	// Unseen are identifiers that Options names and no event carries.
	Unseen []ID

	graph  *graph
	forest *forest
	best   []int32  // by root: the canonical member
	order  []int32  // nodes by kind and value
	claims []uint32 // by node: those that are counted there
}

func (m *merger) result(unseen []ID) *Result {
	r := &Result{
		Identifiers: len(m.nodes), Claims: len(m.links), Unseen: unseen,
		graph: m.graph, forest: m.forest, order: make([]int32, len(m.nodes)), claims: make([]uint32, len(m.nodes)),
	}
	r.best, r.Persons = m.canonical()
	r.Quarantined = m.quarantined(r)
	for _, l := range m.links {
		r.claims[m.counted(l)]++
	}
	for i := range r.order {
		r.order[i] = int32(i)
		if m.nodes[i].junk {
			r.Junk++
		}
	}
	slices.SortFunc(r.order, m.compareNodes)
	// What is needed from here on are nodes and the forest.
	m.links, m.numbers = nil, [3]map[string]int32{}
	return r
}

// Identities yields every identifier with its person, sorted by kind, then by value. It may be ranged over again.
func (r *Result) Identities() iter.Seq[Identity] {
	return func(yield func(Identity) bool) {
		ids := make(map[int32]string, r.Persons)
		for _, i := range r.order {
			n, root := &r.graph.nodes[i], r.forest.find(i)
			id, ok := ids[root]
			if !ok {
				id = r.person(i)
				ids[root] = id
			}
			rule := ruleNames[n.rule]
			if i == r.best[root] {
				rule = RuleSelf
			}
			if !yield(Identity{
				IDKind: n.kind.String(), IDValue: n.value, PersonID: id, FirstSeenAt: time.UnixMilli(n.firstSeen).UTC(), Rule: rule,
				Claims: r.claims[i], Junk: flag(n.junk),
			}) {
				return
			}
		}
	}
}

// person is the id of the person that a node belongs to.
func (r *Result) person(node int32) string {
	canonical := &r.graph.nodes[r.best[r.forest.find(node)]]
	return PersonID(canonical.kind.String(), canonical.value)
}

// counted is the end of a link that its claim is counted at: not the junk, which is named with identifiers of many people.
func (g *graph) counted(l link) int32 {
	if g.nodes[l.a].junk {
		return l.b
	}
	return l.a
}

func flag(is bool) uint8 {
	if is {
		return 1
	}
	return 0
}

// Hash identifies the options: 16 hexadecimal digits.
func (o Options) Hash() (string, error) {
	text, err := json.Marshal(o)
	if err != nil {
		return "", fmt.Errorf("hash identity options: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8]), nil
}

// AccountDomain returns the domain of a company's address, and "" for an address of a free-mail or disposable provider
// or for no address at all: those say nothing of an employer.
func (o Options) AccountDomain(email string) string {
	_, domain, ok := SplitEmail(email)
	switch {
	case !ok, listed(disposable(), domain), slices.ContainsFunc(o.FreeMail, under(domain)):
		return ""
	case slices.ContainsFunc(o.CompanyMail, under(domain)):
		return domain
	case listed(freeMail(), domain):
		return ""
	default:
		return domain
	}
}

// under says of a domain whether it is another one or a part of it.
func under(domain string) func(parent string) bool {
	return func(parent string) bool { return domain == parent || strings.HasSuffix(domain, "."+parent) }
}

// Account is the account that an id means: the id itself, or the one that Options.Accounts says it is another name of.
func (o Options) Account(id string) string {
	if account, ok := o.Accounts[id]; ok {
		return account
	}
	return id
}

// AccountAliases are the ids that Options.Accounts says are other names, sorted, and the account of each.
func (o Options) AccountAliases() (aliases, accounts []string) {
	aliases, accounts = slices.Sorted(maps.Keys(o.Accounts)), []string{}
	for _, alias := range aliases {
		accounts = append(accounts, o.Accounts[alias])
	}
	return append([]string{}, aliases...), accounts
}
