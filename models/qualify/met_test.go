package qualify

import (
	"fmt"
	"slices"
	"testing"
)

// A stage shows only who came first; every definition that was met has a row of its own.
func TestEveryDefinitionThatWasMetHasARow(t *testing.T) {
	d := mustDefault(t)
	signals := slices.Concat(
		[]Signal{on(0, "signed_up", `{"plan":"free"}`)}, uses(1, 10, 4), // depth: the tenth use, on the third day
		[]Signal{on(5, "limit_hit", ""), on(6, "teammate_invited", ""), on(7, "teammate_invited", "")})
	o := evaluate(t, d, 30, signals...)
	var got []string
	for _, q := range o.Met {
		if q.DefinitionHash != d.Names()[q.Definition] || q.Version != 2 || len(q.EvidenceEventIDs) == 0 || q.Score <= 0 {
			t.Errorf("hash, version, evidence or score: %+v", q)
		}
		got = append(got, fmt.Sprintf("%s %s %.4g %v", q.Route, q.Definition, q.MetAt.Sub(day0).Hours()/24, q.Entered))
	}
	want := []string{"pql pql_depth 3.01 true", "pql pql_limit 5 false", "pql pql_team 7 false"}
	if !slices.Equal(got, want) {
		t.Errorf("met %q, want %q", got, want)
	}
}
