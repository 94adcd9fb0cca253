package qualify

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
)

// assembly puts the definitions of several files together and remembers where each stands.
type assembly struct {
	*Definitions
	sheets []*sheet
	places map[string]place // by kind, by kind and number where there are several
	whole  bool             // no built-in definitions: all that is needed must be there
}

func assemble(builtin, own []File) (*Definitions, error) {
	a := &assembly{Definitions: &Definitions{}, places: map[string]place{}, whole: len(builtin) == 0}
	a.take(builtin)
	if len(own) > 0 {
		a.samples = nil // those of the built-in definitions say nothing of other ones
	}
	a.take(own)
	a.check()
	if faults := a.faults(); faults != nil {
		return nil, fmt.Errorf("read the definitions:\n%w", faults)
	}
	if err := a.sign(); err != nil {
		return nil, err
	}
	a.list()
	return a.Definitions, nil
}

func (a *assembly) faults() error {
	var all FileErrors
	for _, s := range a.sheets {
		all = append(all, s.faults...)
	}
	return all.asError()
}

// take adds the definitions of one set of files, which replace those before of the same kind. A kind that stands in two
// of the files is a fault: which of them would count?
func (a *assembly) take(files []File) {
	here := map[string]place{}
	first := true
	for _, file := range files {
		s, d := readSheet(file)
		a.sheets = append(a.sheets, s)
		if s.body == nil || s.unread {
			continue
		}
		top := place{sheet: s}
		takeOne(a, here, top, "score", d.Score, &a.Score)
		takeOne(a, here, top, "bant", d.Bant, &a.Bant)
		takeOne(a, here, top, "conversation", d.Conversation, &a.Conversation)
		takeOne(a, here, top, "stages", d.Stages, &a.Stages)
		takeOne(a, here, top, "requests", d.Requests, &a.Requests)
		takeOne(a, here, top, "exclusions", d.Exclusions, &a.Exclusions)
		if d.Qualifications != nil && first {
			a.Qualifications, first = nil, false
		}
		for i, q := range d.Qualifications {
			a.places[numbered("qualifications", len(a.Qualifications))] = top.key("qualifications").item(i)
			a.Qualifications = append(a.Qualifications, q)
		}
		for i, signal := range d.Signals {
			a.takeSignal(here, top.key("signals").item(i), signal)
		}
		a.takeSamples(top, d.Samples)
	}
}

func takeOne[T any](a *assembly, here map[string]place, top place, kind string, from, to *T) {
	if from == nil {
		return
	}
	if other, twice := here[kind]; twice {
		line, _ := other.position()
		top.key(kind).faultf("%s stands in %s:%d already; one folder has one", kind, other.sheet.file, line)
	}
	here[kind] = top.key(kind)
	*to, a.places[kind] = *from, top.key(kind)
}

func (a *assembly) takeSignal(here map[string]place, p place, signal SignalDefinition) {
	key := "signal " + signal.Name
	if other, twice := here[key]; twice {
		line, _ := other.position()
		p.key("name").faultf("signal %q stands in %s:%d already", signal.Name, other.sheet.file, line)
		return
	}
	here[key] = p
	for i := range a.Signals {
		if a.Signals[i].Name == signal.Name {
			a.Signals[i], a.places[numbered("signals", i)] = signal, p
			return
		}
	}
	a.places[numbered("signals", len(a.Signals))] = p
	a.Signals = append(a.Signals, signal)
}

func numbered(kind string, i int) string { return fmt.Sprintf("%s %d", kind, i) }

// place is where a definition stands; at the top of the first file for one that is missing.
func (a *assembly) place(kind string) place {
	if p, ok := a.places[kind]; ok {
		return p
	}
	return place{sheet: a.sheets[0]}
}

// check validates and compiles everything.
func (a *assembly) check() {
	if slices.ContainsFunc(a.sheets, func(s *sheet) bool { return s.unread }) {
		return // what was not read would be missed everywhere
	}
	a.optional()
	a.Score.check(a.place("score"))
	a.Bant.check(a.place("bant"))
	a.Conversation.check(a.place("conversation"))
	a.Stages.check(a.place("stages"))
	a.Requests.check(a.place("requests"))
	a.Exclusions.check(a.place("exclusions"))
	a.patterns = a.Conversation.compile(a.place("conversation"))
	a.program = a.compile()
	a.names()
}

// optional fills in what definitions that stand for themselves may leave out.
func (a *assembly) optional() {
	if _, given := a.places["requests"]; !given && a.whole {
		a.Requests = RequestDefinition{Named: Named{"speed_to_lead", 1}, WithinMinutes: 5, NeverAfterDays: 30}
	}
	if _, given := a.places["exclusions"]; !given && a.whole {
		a.Exclusions = ExclusionDefinition{Named: Named{"exclusions", 1}}
	}
}

// names must be distinct: rows carry them.
func (a *assembly) names() {
	seen := map[string]bool{}
	for _, h := range a.heads() {
		if seen[h.Name] && h.Name != "" {
			h.place.key("name").faultf("two definitions are called %q", h.Name)
		}
		seen[h.Name] = true
	}
}

// head is a definition as lists show it.
type head struct {
	Named
	kind    string
	what    string
	content any
	place   place
}

func (a *assembly) heads() []head {
	heads := []head{
		{a.Score.Named, "score", a.Score.what(), a.Score, a.place("score")},
		{a.Bant.Named, "bant", a.Bant.what(), a.Bant, a.place("bant")},
	}
	for i := range a.Qualifications {
		q := &a.Qualifications[i]
		heads = append(heads, head{q.Named, cmp.Or(q.Route, stagePQL), q.Reason, []any{q, a.signalsOf(&q.When)}, a.place(numbered("qualifications", i))})
	}
	return append(heads,
		head{a.Conversation.Named, "cql", a.Conversation.what(), a.Conversation, a.place("conversation")},
		head{a.Stages.Named, "stages", a.Stages.what(), a.Stages, a.place("stages")},
		head{a.Requests.Named, "requests", a.Requests.what(), a.Requests, a.place("requests")},
		head{a.Exclusions.Named, "exclusions", a.Exclusions.what(), a.Exclusions, a.place("exclusions")})
}

// signalsOf are the named signals that a condition looks at: they are part of what a definition says, so its hash covers
// them.
func (a *assembly) signalsOf(c *Condition) []SignalDefinition {
	var found []SignalDefinition
	for i := range c.All {
		found = append(found, a.signalsOf(&c.All[i])...)
	}
	for i := range c.Any {
		found = append(found, a.signalsOf(&c.Any[i])...)
	}
	if c.Not != nil {
		found = append(found, a.signalsOf(c.Not)...)
	}
	for _, s := range a.Signals {
		if c.Signal != "" && s.Name == c.Signal {
			found = append(found, s)
		}
	}
	return found
}

func (a *assembly) sign() error {
	a.byName, a.versions = map[string]string{}, map[string]uint32{}
	var faults []error
	for _, h := range a.heads() {
		hash, err := contentHash(h.content)
		a.byName[h.Name], a.versions[h.Name] = hash, uint32(h.Version)
		faults = append(faults, err)
	}
	var err error
	a.hash, err = contentHash([]any{a.Signals, slices.Sorted(maps.Values(a.byName))})
	return errors.Join(append(faults, err)...)
}

// finite refuses what YAML calls .nan and .inf.
func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
