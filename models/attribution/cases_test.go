package attribution

import (
	"encoding/csv"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Each folder testdata/<model>/<case> holds in.csv, the touches and conversions of some units (unit, day, channel or
// "(conversion)", value), and want.csv, the sums of the ledger by channel, worked out by hand.
func TestCases(t *testing.T) {
	folders, err := filepath.Glob("testdata/*/*")
	if err != nil || len(folders) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, folder := range folders {
		name := filepath.Base(filepath.Dir(folder))
		t.Run(name+"/"+filepath.Base(folder), func(t *testing.T) {
			m, err := Named(name)
			if err != nil {
				t.Fatal(err)
			}
			weight, value := map[string]float64{}, map[string]float64{}
			for _, row := range ledgerOf(t, m[0], readCase(t, filepath.Join(folder, "in.csv"))) {
				weight[row.Channel] += row.Weight
				value[row.Channel] += float64(row.CreditedValue) / valueUnit
			}
			want := readCSV(t, filepath.Join(folder, "want.csv"))
			if len(want) != len(weight) {
				t.Errorf("got %v, want %d channels", weight, len(want))
			}
			for _, row := range want {
				if math.Abs(weight[row[0]]-number(t, row[1])) > 1e-9 || math.Abs(value[row[0]]-number(t, row[2])) > 1e-9 {
					t.Errorf("%s: got weight %g, value %g, want %v", row[0], weight[row[0]], value[row[0]], row[1:])
				}
			}
		})
	}
}

func readCSV(t *testing.T, path string) [][]string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

// readCase is the journeys of a case, with every option at its default.
func readCase(t *testing.T, path string) []Journey {
	t.Helper()
	histories := map[string]*history{}
	for i, row := range readCSV(t, path) {
		h := histories[row[0]]
		if h == nil {
			h = &history{unit: Unit{Kind: "person", ID: row[0]}}
			histories[row[0]] = h
		}
		id, at := string(rune('a'+i)), days(number(t, row[1]))
		if row[2] != "(conversion)" {
			h.touches = append(h.touches, Touch{UnitID: row[0], PersonID: row[0], ID: id, At: at, Channel: row[2]})
			continue
		}
		h.conversions = append(h.conversions, Conversion{
			ID: id, UnitKind: "person", UnitID: row[0], Type: "won", CycleNo: uint32(len(h.conversions) + 1), At: at,
			Value: int64(math.Round(number(t, row[3]) * valueUnit)),
		})
	}
	var js []Journey
	for _, unit := range slices.Sorted(maps.Keys(histories)) {
		h := histories[unit]
		js = append(js, Journeys(h.unit, h.touches, h.conversions, Options{ConversionType: "won"})...)
	}
	return js
}
