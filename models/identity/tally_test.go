package identity

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// What is left after people were taken out and others put in is the tally of those that are there.
func TestTallyOfParts(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 9))
		edges := randomClaims(r, 60)
		resolved, err := Resolve(Rows(nodesOf(edges)), Rows(edges), Options{DenyIDs: []string{edges[0].AValue}})
		if err != nil {
			t.Fatal(err)
		}
		part := map[string]bool{}
		var some, others []Identity
		for i := range resolved.Identities() {
			if _, ok := part[i.PersonID]; !ok {
				part[i.PersonID] = r.IntN(2) == 0
			}
			if part[i.PersonID] {
				some = append(some, i)
			} else {
				others = append(others, i)
			}
		}
		var whole, rest Tally
		whole.Add(resolved.Identities())
		if int(whole.Identifiers) != resolved.Identifiers || int(whole.People) != resolved.Persons || int(whole.Claims) != resolved.Claims || int(whole.Junk) != resolved.Junk {
			t.Fatalf("the tally is %+v, the resolution has %d identifiers, %d people, %d claims, %d of junk",
				whole, resolved.Identifiers, resolved.Persons, resolved.Claims, resolved.Junk)
		}
		rest.Add(slices.Values(others))
		again, err := NewTally(whole.Version(), whole.Identifiers, whole.Junk, whole.Claims, whole.People)
		if err != nil {
			t.Fatal(err)
		}
		again.Remove(slices.Values(some))
		if diff := cmp.Diff(rest, again, cmpopts.EquateComparable(Tally{})); diff != "" {
			t.Fatalf("seed %d (-counted +left):\n%s", seed, diff)
		}
	}
	if _, err := NewTally("no version", 0, 0, 0, 0); err == nil {
		t.Error("a version of no hexadecimal digits was taken")
	}
}
