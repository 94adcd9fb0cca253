package attribution

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var updateExamples = flag.Bool("update-examples", false, "write the worked examples of docs/attribution.md")

const (
	manual        = "../../docs/attribution.md"
	examplesBegin = "<!-- examples: go test ./models/attribution -run ManualsExamples -update-examples -->\n"
	examplesEnd   = "<!-- end of examples -->"
)

// The worked examples of the manual are what the models say.
func TestTheManualsExamples(t *testing.T) {
	text, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), examplesBegin)
	was, after, ended := strings.Cut(rest, examplesEnd)
	if !found || !ended {
		t.Fatalf("%s has no place for the examples, between %q and %q", manual, examplesBegin, examplesEnd)
	}
	is := "\n" + exampleOfRules(t) + "\n" + exampleOfFits(t) + "\n"
	if *updateExamples {
		if err := os.WriteFile(manual, []byte(before+examplesBegin+is+examplesEnd+after), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if is != was {
		t.Errorf("the examples of %s are not what the models say; write them with -update-examples", manual)
	}
}

// exampleOfRules is what each rule gives the touches of one journey.
func exampleOfRules(t *testing.T) string {
	t.Helper()
	unit := Unit{Kind: "person", ID: "u", Milestones: []Milestone{{LeadCreated, days(5)}, {OpportunityCreated, days(8)}}}
	js := Journeys(unit, touchesAt("Search@0 Email@4 Email@7 Chat@10"), conversionsAt(11), Options{ConversionType: "won"})
	var b strings.Builder
	b.WriteString("| rule | Search, day 0 | Email, day 4 | Email, day 7 | Chat, day 10 | as the ledger says |\n| --- | ---: | ---: | ---: | ---: | --- |\n")
	for _, m := range Models() {
		if DependsOnOthers(m) {
			continue
		}
		weights := make([]float64, 4)
		rule := ""
		for _, r := range ledgerOf(t, m, js) {
			weights[r.Position-1], rule = r.Weight, r.Rule
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", m.Name(), strings.Join(figures(weights, 3), " | "), rule)
	}
	return b.String()
}

// exampleOfFits is what each model that is fitted to paths gives the channels of the second worked example.
func exampleOfFits(t *testing.T) string {
	t.Helper()
	s := NewSampleOfPaths(exampleTwo)
	var b strings.Builder
	b.WriteString("| model | A | B | C | anyway | removal effects |\n| --- | ---: | ---: | ---: | ---: | --- |\n")
	all, err := Named(Names()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		c, err := m.Credit(s)
		if errors.Is(err, ErrNeedsJourneys) || !DependsOnOthers(m) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		anyway := ""
		if c.HasBaseline() {
			anyway = fmt.Sprintf("%.2f", c.Baseline)
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", m.Name(), strings.Join(figures(c.Conversions, 2), " | "), anyway, strings.Join(figures(c.RemovalEffects, 3), ", "))
	}
	return b.String()
}

func figures(xs []float64, digits int) []string {
	texts := make([]string, len(xs))
	for i, x := range xs {
		if texts[i] = fmt.Sprintf("%.*f", digits, x); x == 0 {
			texts[i] = "0"
		}
	}
	return texts
}
