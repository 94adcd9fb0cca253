package simulate

import (
	"flag"
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the truth table of docs/simulator.md anew")

const (
	documentFile = "../../docs/simulator.md"
	tableBegins  = "<!-- truth -->\n"
	tableEnds    = "<!-- /truth -->"
)

// The figures may differ in the last person between processor architectures, hence a tolerance of half a hundredth.
func TestTheDocumentedTruthIsTrue(t *testing.T) {
	text, err := os.ReadFile(documentFile)
	if err != nil {
		t.Fatal(err)
	}
	truth, err := TrueCredit(Default())
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(text), tableBegins)
	table, after, found := strings.Cut(rest, tableEnds)
	if !found {
		t.Fatalf("%s has no %s … %s", documentFile, tableBegins, tableEnds)
	}
	want := truthTable(truth)
	if *update {
		if err := os.WriteFile(documentFile, []byte(before+tableBegins+want+tableEnds+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, wanted := shares(table), shares(want)
	if len(got) != len(wanted) || len(got) == 0 {
		t.Fatalf("the table has %d shares, want %d; run go test ./models/simulate -update", len(got), len(wanted))
	}
	for i := range got {
		if math.Abs(got[i]-wanted[i]) > .005 {
			t.Fatalf("the documented table has drifted (%.3f, now %.3f); run go test ./models/simulate -update", got[i], wanted[i])
		}
	}
}

func truthTable(truth Truth) string {
	var b strings.Builder
	b.WriteString("| channel | " + strings.Join(ConversionTypes, " | ") + " |\n| --- " + strings.Repeat("| ---: ", len(ConversionTypes)) + "|\n")
	for _, channel := range append(append([]string{"Direct"}, Channels()...), baselineName) {
		b.WriteString("| " + channel + " |")
		for _, conversion := range ConversionTypes {
			row, _ := truth.Find(unitPerson, conversion, channel)
			fmt.Fprintf(&b, " %.3f (%.0f) |", row.TrueShare, row.LostWhenOff)
		}
		b.WriteString("\n")
	}
	b.WriteString("| conversions |")
	for _, conversion := range ConversionTypes {
		row, _ := truth.Find(unitPerson, conversion, baselineName)
		fmt.Fprintf(&b, " %.0f |", row.Conversions)
	}
	return b.String() + "\n"
}

func shares(table string) (all []float64) {
	for _, match := range regexp.MustCompile(`([01]\.\d{3}) \(`).FindAllStringSubmatch(table, -1) {
		share, err := strconv.ParseFloat(match[1], 64)
		if err == nil {
			all = append(all, share)
		}
	}
	return all
}
