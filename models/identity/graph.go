package identity

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
)

// kind is in the order of the kinds' names, which is the order of table person_identities: nodes mostly arrive sorted,
// and sorting what is sorted costs little.
type kind uint8

const (
	anonymousKind kind = iota
	emailKind
	userKind
)

func parseKind(s string) (kind, error) {
	switch s {
	case Anonymous:
		return anonymousKind, nil
	case User:
		return userKind, nil
	case Email:
		return emailKind, nil
	default:
		return 0, fmt.Errorf("unknown kind of identifier %q: use %s, %s or %s", s, Anonymous, User, Email)
	}
}

func (k kind) String() string { return [...]string{Anonymous, Email, User}[k] }

// identifier is a node after interning. Millions of them are alive at once, hence no pointers beyond the value.
type identifier struct {
	value     string
	firstSeen int64 // ms since 1970
	kind      kind
	rule      uint8 // position in ruleNames
	// shared identifiers (role mailboxes) are treated as devices: they belong to whoever used them first.
	shared bool
	// junk identifiers belong to nobody and tie nothing.
	junk bool
	// record: no device but somebody's record in another system, hence as much their own as a user id.
	record bool
}

// link is an edge after interning, lower end first.
type link struct {
	at   int64
	a, b int32
	rule uint8
}

// ruleNames in the order in which rules are told when several claim the same at the same time.
var ruleNames = []string{RuleSelf, RuleDeclared, RuleAlias, RuleConversion, RuleRecord, RuleEmail, RuleSameEvent}

const (
	selfRule uint8 = iota
	declaredRule
	_
	conversionRule
	recordRule
)

type graph struct {
	nodes   []identifier
	links   []link
	numbers [3]map[string]int32 // by kind: interning without gluing kind and value into a new string
}

// Rows yields what a slice holds, for those who have nodes or edges in memory.
func Rows[Row any](rows []Row) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// newGraph reads nodes, then edges. Strings are copied: those that come in may be parts of large batches.
func newGraph(nodes iter.Seq2[Node, error], edges iter.Seq2[Edge, error]) (*graph, error) {
	g := &graph{}
	for k := range g.numbers {
		g.numbers[k] = map[string]int32{}
	}
	for n, err := range nodes {
		if err == nil {
			_, err = g.intern(n.IDKind, n.IDValue, n.FirstSeenAt)
		}
		if err != nil {
			return nil, fmt.Errorf("resolve identities: node %d: %w", len(g.nodes), err)
		}
	}
	for e, err := range edges {
		if err == nil {
			err = g.addEdge(e)
		}
		if err != nil {
			return nil, fmt.Errorf("resolve identities: edge %d: %w", len(g.links), err)
		}
	}
	return g, nil
}

func (g *graph) intern(kindName, value string, seen time.Time) (int32, error) {
	k, err := parseKind(kindName)
	if err != nil {
		return 0, err
	}
	if value == "" {
		return 0, fmt.Errorf("an identifier of kind %s is empty", kindName)
	}
	ms := seen.UnixMilli()
	if number, ok := g.numbers[k][value]; ok {
		g.nodes[number].firstSeen = min(g.nodes[number].firstSeen, ms)
		return number, nil
	}
	number := int32(len(g.nodes))
	value = strings.Clone(value)
	g.numbers[k][value] = number
	g.nodes = append(g.nodes, identifier{value: value, kind: k, firstSeen: ms})
	return number, nil
}

// number finds an identifier that was seen; ok is false for others.
func (g *graph) number(id ID) (number int32, ok bool) {
	k, err := parseKind(id.Kind)
	if err != nil {
		return 0, false
	}
	number, ok = g.numbers[k][id.Value]
	return number, ok
}

func (g *graph) addEdge(e Edge) error {
	rule := slices.Index(ruleNames, e.Rule)
	if rule <= int(declaredRule) {
		return fmt.Errorf("unknown rule %q: use %s", e.Rule, strings.Join(ruleNames[declaredRule+1:], ", "))
	}
	a, err := g.intern(e.AKind, e.AValue, e.At)
	if err != nil {
		return err
	}
	b, err := g.intern(e.BKind, e.BValue, e.At)
	if err != nil {
		return err
	}
	if uint8(rule) == recordRule || uint8(rule) == conversionRule {
		g.markRecord(a)
		g.markRecord(b)
	}
	if a != b {
		g.links = append(g.links, g.link(a, b, uint8(rule), e.At.UnixMilli()))
	}
	return nil
}

func (g *graph) markRecord(i int32) {
	if g.nodes[i].kind == anonymousKind {
		g.nodes[i].record = true
	}
}

func (g *graph) link(a, b int32, rule uint8, at int64) link {
	if g.compareNodes(a, b) > 0 {
		a, b = b, a
	}
	return link{at: at, a: a, b: b, rule: rule}
}

func (g *graph) compareNodes(a, b int32) int {
	x, y := &g.nodes[a], &g.nodes[b]
	return cmp.Or(cmp.Compare(x.kind, y.kind), strings.Compare(x.value, y.value))
}

// sortLinks puts claims in the order in which they were made. Node numbers depend on the order of the input, so ties are
// broken by values.
func (g *graph) sortLinks() {
	slices.SortFunc(g.links, func(x, y link) int {
		if c := cmp.Compare(x.at, y.at); c != 0 {
			return c
		}
		return cmp.Or(cmp.Compare(x.rule, y.rule), g.compareNodes(x.a, y.a), g.compareNodes(x.b, y.b))
	})
}
