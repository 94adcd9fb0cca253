package path

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestLinearityAndItsParts(t *testing.T) {
	order := []string{"suspect", "inquiry", "sql", "won"}
	for text, want := range map[string]Linearity{
		"suspect inquiry sql won":                      {Wins: 1, Linear: 1, LinearityIndex: 1},
		"suspect inquiry sql won retained suspect":     {Wins: 1, Linear: 1, LinearityIndex: 1},
		"suspect sql won":                              {Wins: 1, Skipped: 1},
		"inquiry sql won":                              {Wins: 1, EnteredLate: 1},
		"suspect inquiry inquiry sql won":              {Wins: 1, Repeated: 1, LoopsPerWin: 1},
		"suspect inquiry sql inquiry sql won":          {Wins: 1, Repeated: 1, WentBack: 1, LoopsPerWin: 2},
		"suspect inquiry nurture sql won":              {Wins: 1, WentBack: 1, Recovered: 1},
		"suspect inquiry disqualified inquiry sql won": {Wins: 1, WentBack: 1, Recovered: 1, Repeated: 1, LoopsPerWin: 1},
		"suspect pql inquiry sql won":                  {Wins: 1},
		"suspect inquiry sql":                          {},
	} {
		want.UnitKind = "person"
		if diff := cmp.Diff(want, build(stages(), text).Linearity(order), cmpopts.IgnoreFields(Linearity{}, "IndexLow", "IndexHigh")); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

func TestLinearityOfParallelRoutes(t *testing.T) {
	b := build(stages(), "suspect mql won", "suspect pql won", "suspect pql mql won", "suspect won")
	got := b.LinearityOfSteps([][]string{{"suspect"}, {"mql", "pql", "cql"}, {"won"}})
	if got.Linear != 3 || got.Skipped != 1 {
		t.Errorf("got %+v", got)
	}
}
