package attribution

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// near fails unless got and want agree within tolerance, element by element.
func near(t *testing.T, what string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: got %d figures, want %d", what, len(got), len(want))
	}
	for i := range got {
		if math.IsNaN(got[i]) || math.Abs(got[i]-want[i]) > tolerance {
			t.Errorf("%s: got %.12g, want %.12g", what, got, want)
			return
		}
	}
}

func counted(path string, conversions, nulls float64) Path {
	return Path{Channels: strings.Split(path, ""), Conversions: conversions, Nulls: nulls}
}

// Examples worked by hand.
var (
	exampleOne = []Path{counted("ABC", 1, 0), counted("A", 0, 1), counted("BC", 0, 1)}
	exampleTwo = []Path{
		counted("AAB", 10, 30), counted("ABAC", 8, 12), counted("B", 5, 95), counted("CB", 4, 16),
		counted("ACCB", 6, 10), counted("A", 1, 60), counted("BCB", 3, 9),
	}
	ninePaths = []Path{
		counted("A", 3, 0), counted("AB", 3, 0), counted("ABC", 3, 0), counted("B", 3, 0), counted("BA", 3, 0),
		counted("BCA", 3, 0), counted("C", 3, 0), counted("CA", 3, 0), counted("CBA", 3, 0),
	}
)

func credit(t *testing.T, m Model, s *Sample) Credit {
	t.Helper()
	c, err := m.Credit(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestMarkovExampleOne(t *testing.T) {
	s := NewSampleOfPaths(exampleOne)
	chain, err := fitOrderOne(s, s.conv, s.null)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "probability", []float64{chain.conversion}, []float64{1. / 3}, 1e-15)
	c := credit(t, Markov{}, s)
	near(t, "removal effects", c.RemovalEffects, []float64{.5, 1, 1}, 1e-14)
	near(t, "own", c.Own, []float64{.2, .4, .4}, 1e-14)
	near(t, "shares of the ledger", c.Shares(), []float64{.2, .4, .4}, 1e-12)
}

func TestMarkovExampleTwo(t *testing.T) {
	s := NewSampleOfPaths(exampleTwo)
	chain, err := fitOrderOne(s, s.conv, s.null)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "probability", []float64{chain.conversion}, []float64{37. / 269}, 1e-15)
	c := credit(t, Markov{}, s)
	near(t, "removal effects", c.RemovalEffects, []float64{.462466, .812937, .388048}, 5e-7)
	near(t, "shares", shares(c.Own), []float64{.278016, .488705, .233279}, 5e-7)
	near(t, "shares of the ledger", c.Shares(), shares(c.Own), 1e-11)
}

func TestRulesOnExampleTwo(t *testing.T) {
	s := NewSampleOfPaths(exampleTwo)
	near(t, "linear", credit(t, Linear(), s).Conversions, []float64{13.166667, 15.833333, 8}, 5e-7)
	near(t, "u_shaped", credit(t, UShaped(), s).Conversions, []float64{13.4, 16.6, 7}, 1e-12)
	near(t, "linear_unique", credit(t, LinearUnique(), s).Conversions, []float64{32. / 3, 109. / 6, 49. / 6}, 1e-12)
}

func TestMarkovNinePaths(t *testing.T) {
	c := credit(t, Markov{}, NewSampleOfPaths(ninePaths))
	near(t, "removal effects", c.RemovalEffects, []float64{.6666666666666667, .5333333333333333, .4912280701754387}, 1e-14)
	near(t, "own", c.Own, []float64{10.643153526970952, 8.514522821576762, 7.842323651452281}, 1e-12)
}

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func days(n float64) time.Time { return start.Add(time.Duration(n * 24 * float64(time.Hour))) }

// journey is a converted journey of the given channels, touched at the given days, converting at the last argument.
func journey(id string, channels []string, at []float64, converted float64, value int64) Journey {
	touches := make([]Touch, len(channels))
	for i := range touches {
		touches[i] = Touch{UnitID: id, PersonID: id, ID: id + string(rune('0'+i%10)), Channel: channels[i], At: days(at[i])}
	}
	unit := Unit{Kind: "person", ID: id}
	conversion := Conversion{ID: "person:won:" + id + ":1", UnitKind: "person", UnitID: id, Type: "won", CycleNo: 1, At: days(converted), Value: value}
	js := Journeys(unit, touches, []Conversion{conversion}, Options{ConversionType: "won", Direct: KeepDirect, LookBack: 20000 * time.Hour})
	return js[0]
}

// ledgerOf collects the rows of one model.
func ledgerOf(t *testing.T, m Model, js []Journey) []LedgerRow {
	t.Helper()
	var rows []LedgerRow
	if err := Ledger(m, js, credit(t, m, NewSample(js)), func(r LedgerRow) error { rows = append(rows, r); return nil }); err != nil {
		t.Fatal(err)
	}
	return rows
}

// Adobe's published example: touches 9 and 6 days before the conversion and two on its day, $50, half-life 7 days.
func TestTimeDecayAdobe(t *testing.T) {
	js := []Journey{journey("u", []string{"A", "B", "C", "D"}, []float64{1, 4, 10, 10}, 10, 50*valueUnit)}
	var values []float64
	for _, r := range ledgerOf(t, TimeDecay{7 * 24 * time.Hour}, js) {
		values = append(values, float64(r.CreditedValue)/valueUnit)
	}
	near(t, "values", values, []float64{6.92, 9.32, 16.88, 16.88}, .005)
}

func TestTwoTouchConventions(t *testing.T) {
	s := NewSampleOfPaths([]Path{counted("AB", 1, 0)})
	for _, c := range []struct {
		two  TwoTouches
		want []float64
	}{{Split, []float64{.3, .7}}, {Renormalise, []float64{.25, .75}}, {"", []float64{.3, .7}}} {
		m, err := NewPositional("custom", .2, .2, .6, c.two)
		if err != nil {
			t.Fatal(err)
		}
		near(t, string(c.two), credit(t, m, s).Conversions, c.want, 1e-15)
	}
}

func TestPositionalRefusesWrongParts(t *testing.T) {
	for _, parts := range [][3]float64{{.5, .5, .5}, {-.1, .1, 1}, {math.NaN(), 0, 1}} {
		if _, err := NewPositional("x", parts[0], parts[1], parts[2], Split); err == nil {
			t.Errorf("%v was accepted", parts)
		}
	}
	if _, err := NewPositional("x", 0, 1, 0, Renormalise); err == nil {
		t.Error("renormalise without ends was accepted")
	}
}

func TestParticipationSumsAboveOne(t *testing.T) {
	c := credit(t, Participation(), NewSampleOfPaths(ninePaths))
	near(t, "participation", c.Conversions, []float64{21, 18, 15}, 1e-12)
	if slices.ContainsFunc(Models(), func(m Model) bool { return m.Name() == "participation" }) {
		t.Error("participation is in the ledger")
	}
}
