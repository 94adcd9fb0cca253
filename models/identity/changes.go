package identity

import (
	"cmp"
	"iter"
	"slices"
	"strings"
)

// How a person changed between two resolutions, the values of Change.Change.
const (
	Merged  = "merged"  // became one with somebody else
	Split   = "split"   // identifiers went to other people
	Renamed = "renamed" // the same person under another id: a visitor was identified, or an earlier user id was found
	Gone    = "gone"    // no event names them any more
)

// Change says what became of a person of an earlier resolution: one row for each person who holds their identifiers now.
type Change struct {
	PersonID    string `ch:"person_id"`     // then
	NewPersonID string `ch:"new_person_id"` // now; empty for Gone
	Change      string `ch:"change"`
	Identifiers uint32 `ch:"identifiers"` // that went from the one to the other
}

// Restatement is what a resolution changed of an earlier one. People whose identifiers are the same, or more, changed
// nothing.
type Restatement struct {
	Before  int      // people then
	New     int      // people of now of whose identifiers none was known then
	Changes []Change // sorted
}

// Count is how many people of then changed in a way.
func (r Restatement) Count(change string) (people int) {
	last := ""
	for _, c := range r.Changes {
		if c.Change == change && c.PersonID != last {
			people, last = people+1, c.PersonID
		}
	}
	return people
}

// Compare compares identities with those of an earlier resolution. Both must be sorted by kind, then by value, as
// Result.Identities gives them and table person_identities is ordered. Memory is some 100 bytes a person.
func Compare(then iter.Seq2[Identity, error], now iter.Seq[Identity]) (Restatement, error) {
	c := comparison{was: map[string]*whereabouts{}, known: map[string]bool{}, people: map[string]bool{}}
	next, stop := iter.Pull2(then)
	defer stop()
	old, err, more := next()
	for i := range now {
		for more && err == nil && compareIdentities(old, i) < 0 {
			c.gone(old)
			old, err, more = next()
		}
		if more && err == nil && compareIdentities(old, i) == 0 {
			c.stayed(old, i)
			old, err, more = next()
		} else {
			c.people[i.PersonID] = true
		}
		if err != nil {
			return Restatement{}, err
		}
	}
	for ; more && err == nil; old, err, more = next() {
		c.gone(old)
	}
	return c.restatement(), err
}

func compareIdentities(a, b Identity) int {
	return cmp.Or(strings.Compare(a.IDKind, b.IDKind), strings.Compare(a.IDValue, b.IDValue))
}

// whereabouts are where a person's identifiers are now.
type whereabouts struct {
	kept  uint32
	moved map[string]uint32 // by the person of now; nil for the many who did not change
}

type comparison struct {
	was    map[string]*whereabouts // by the person of then
	known  map[string]bool         // people of now who have an identifier that was known then
	people map[string]bool         // people of now who have one that was not
}

func (c *comparison) person(id string) *whereabouts {
	w := c.was[id]
	if w == nil {
		w = &whereabouts{}
		c.was[strings.Clone(id)] = w
	}
	return w
}

func (c *comparison) gone(old Identity) { c.person(old.PersonID) }

func (c *comparison) stayed(old, now Identity) {
	w := c.person(old.PersonID)
	c.known[now.PersonID] = true
	if old.PersonID == now.PersonID {
		w.kept++
		return
	}
	if w.moved == nil {
		w.moved = map[string]uint32{}
	}
	w.moved[now.PersonID]++
}

func (c *comparison) restatement() Restatement {
	r := Restatement{Before: len(c.was)}
	for id := range c.people {
		if !c.known[id] {
			r.New++
		}
	}
	origins := map[string]int{} // people of then by the person of now who took identifiers over
	for _, w := range c.was {
		for id := range w.moved {
			origins[id]++
		}
	}
	for id, w := range c.was {
		for became, n := range w.moved {
			r.Changes = append(r.Changes, Change{PersonID: id, NewPersonID: became, Change: c.changeOf(w, became, origins[became]), Identifiers: n})
		}
		if len(w.moved) == 0 && w.kept == 0 {
			r.Changes = append(r.Changes, Change{PersonID: id, Change: Gone})
		}
	}
	slices.SortFunc(r.Changes, func(a, b Change) int {
		return cmp.Or(strings.Compare(a.PersonID, b.PersonID), strings.Compare(a.NewPersonID, b.NewPersonID))
	})
	return r
}

func (c *comparison) changeOf(w *whereabouts, became string, origins int) string {
	other := c.was[became]
	switch {
	case len(w.moved) > 1 || w.kept > 0:
		return Split
	case origins > 1 || other != nil && (other.kept > 0 || len(other.moved) > 0):
		return Merged
	default:
		return Renamed
	}
}
