package attribution

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// peers is where the data of other projects lies, if it does.
const peers = "../../../shared/data"

// peerFile reads a file of another project's data; found is false, with a log line, where the data isn't there.
func peerFile(t *testing.T, path ...string) (text []byte, found bool) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(append([]string{peers}, path...)...))
	if errors.Is(err, fs.ErrNotExist) {
		t.Logf("%s is not here: nothing compared", filepath.Join(path...))
		return nil, false
	}
	if err != nil {
		t.Fatal(err)
	}
	return text, true
}

// peerRows reads a CSV file as one map a row.
func peerRows(t *testing.T, path ...string) (rows []map[string]string, found bool) {
	t.Helper()
	if _, found = peerFile(t, path...); !found {
		return nil, false
	}
	file, err := os.Open(filepath.Join(append([]string{peers}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = record[i]
		}
		rows = append(rows, row)
	}
	return rows, true
}

func number(t *testing.T, text string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestDP6NinePaths(t *testing.T) {
	rows, found := peerRows(t, "attribution", "dp6", "ref_nine_paths_all_models.csv")
	if !found {
		return
	}
	split, err := NewPositional("position_based", .4, .2, .4, Split)
	if err != nil {
		t.Fatal(err)
	}
	s := NewSampleOfPaths(ninePaths)
	for column, m := range map[string]Model{
		"attribution_first_click_heuristic":                First(),
		"attribution_last_click_heuristic":                 Last(),
		"attribution_linear_heuristic":                     Linear(),
		"attribution_position_based_0.4_0.2_0.4_heuristic": split,
		"attribution_shapley_size4_conv_rate_algorithmic":  ShapleyRate{Shrinkage: 0},
		"attribution_markov_algorithmic":                   Markov{},
	} {
		var want []float64
		for _, row := range rows {
			want = append(want, number(t, row[column]))
		}
		c := credit(t, m, s)
		got := c.Own
		if got == nil {
			got = c.Conversions
		}
		near(t, m.Name(), got, want, 1e-12)
	}
}

// DP6's removal effects, transition matrix (without loops, for no path repeats a channel), last click that is not A, and time
// decay by half each hour where touches stand a day apart, which takes journeys.
func TestDP6BeyondTheModels(t *testing.T) {
	rows, found := peerRows(t, "attribution", "dp6", "ref_nine_paths_transition_matrix.csv")
	if !found {
		return
	}
	s := NewSampleOfPaths(ninePaths)
	got := map[string]float64{}
	for _, transition := range Transitions(s, false) {
		got[transition.From+transition.To] = transition.Probability
	}
	ours := strings.NewReplacer("(inicio)", Start, "(conversion)", Converting, "(null)", NoConversion)
	for _, row := range rows {
		from := row[""]
		for to, probability := range row {
			if to != "" && from != "(null)" && from != "(conversion)" {
				near(t, from+" to "+to, []float64{got[ours.Replace(from)+ours.Replace(to)]}, []float64{number(t, probability)}, 1e-12)
			}
		}
	}
	effects, _ := peerRows(t, "attribution", "dp6", "ref_nine_paths_removal_effect.csv")
	removal := credit(t, Markov{}, s).RemovalEffects
	for id, row := range effects {
		near(t, "removal of "+row[""], removal[id:id+1], []float64{number(t, row["removal_effect"])}, 1e-12)
	}
	var direct []Path
	var js []Journey
	for i, p := range ninePaths {
		direct = append(direct, Path{Channels: slices.Clone(p.Channels), Conversions: p.Conversions})
		at := make([]float64, len(p.Channels))
		for k, channel := range p.Channels {
			at[k] = float64(k)
			if channel == "A" {
				direct[i].Channels[k] = Direct
			}
		}
		for n := range int(p.Conversions) {
			js = append(js, journey(string(rune('a'+i))+string(rune('a'+n)), p.Channels, at, 5, 1))
		}
	}
	models, _ := peerRows(t, "attribution", "dp6", "ref_nine_paths_all_models.csv")
	column := func(name string) (want []float64) {
		for _, row := range models {
			want = append(want, number(t, row[name]))
		}
		return want
	}
	notA := credit(t, LastNonDirect(), NewSampleOfPaths(direct)).Conversions // in the order B, C, Direct
	near(t, "last click that is not A", []float64{notA[2], notA[0], notA[1]}, column("attribution_last_click_non_A_heuristic"), 1e-12)
	near(t, "time decay", credit(t, TimeDecay{time.Hour}, NewSample(js)).Conversions, column("attribution_time_decay0.5_freq1_heuristic"), 1e-12)
}

func TestWorkedExample(t *testing.T) {
	text, found := peerFile(t, "attribution", "worked_example_12000.json")
	if !found {
		return
	}
	var example struct {
		Value     int64                `json:"deal_value"`
		Touches   [][3]any             `json:"touches"`
		Converted float64              `json:"conversion_day"`
		HalfLife  int                  `json:"time_decay_half_life_days"`
		Exact     []float64            `json:"exact_time_decay"`
		Published map[string][]float64 `json:"published"`
	}
	if err := json.Unmarshal(text, &example); err != nil {
		t.Fatal(err)
	}
	var channels []string
	var at []float64
	for _, touch := range example.Touches {
		channels, at = append(channels, touch[2].(string)), append(at, touch[1].(float64))
	}
	js := []Journey{journey("deal", channels, at, example.Converted, example.Value*valueUnit)}
	example.Published["exact"] = example.Exact
	for name, m := range map[string]Model{
		"first_touch": First(), "last_touch": Last(), "last_non_direct": LastNonDirect(), "linear": Linear(),
		"position_U_40_20_40": UShaped(), "exact": TimeDecay{time.Duration(example.HalfLife) * 24 * time.Hour},
	} {
		got := make([]float64, len(at))
		for _, row := range ledgerOf(t, m, js) {
			got[row.Position-1] = float64(row.CreditedValue) / valueUnit
		}
		near(t, name, got, example.Published[name], 1.0/valueUnit)
	}
}

// Google's fractribution: the credit of 1,983 customers under four transforms of their paths.
func TestGoogleFractribution(t *testing.T) {
	summary, found := peerRows(t, "attribution", "google_fractribution", "example_path_summary.csv")
	if !found {
		return
	}
	var paths []Path
	for _, row := range summary {
		paths = append(paths, Path{splitPath(row["path"]), number(t, row["total_conversions"]), number(t, row["total_non_conversions"]), 0})
	}
	customers, _ := peerRows(t, "attribution", "google_fractribution", "customers.csv")
	for _, transform := range []Transform{Unique, Exposure, FirstOf, Frequency} {
		t.Run(string(transform), func(t *testing.T) {
			s := NewSampleOfPaths(paths)
			c := credit(t, LeaveOneOut{Transform: transform}, s)
			expected, _ := peerRows(t, "attribution", "google_fractribution", "expected_"+string(transform)+"_fit.csv")
			want := map[string]map[string]string{}
			for _, row := range expected {
				want[row["customer_id"]] = row
			}
			if len(want) != len(customers) || len(want) == 0 {
				t.Fatalf("%d customers, expected credit of %d", len(customers), len(want))
			}
			index := map[string]int{}
			for p, path := range s.Paths() {
				index[joinPath(path.Channels)] = p
			}
			for _, customer := range customers {
				p := index[customer["path"]]
				got := make([]float64, len(s.channels))
				for i, id := range s.paths.at(p) {
					got[id] += c.Weights(p)[i]
				}
				figures := make([]float64, len(got))
				for id, channel := range s.channels {
					figures[id] = number(t, want[customer["customer_id"]][lower(channel)])
				}
				near(t, customer["path"], got, figures, 1e-12)
			}
		})
	}
}

// Snowplow's package credits the same way, value too: paths already transformed, revenue by the credit of the path.
func TestSnowplowFractribution(t *testing.T) {
	folder := []string{"attribution", "snowplow_fractribution", "expected"}
	summary, found := peerRows(t, append(folder, "snowplow_fractribution_path_summary_expected.csv")...)
	if !found {
		return
	}
	var paths []Path
	for _, row := range summary {
		paths = append(paths, Path{splitPath(row["transformed_path"]), number(t, row["conversions"]), number(t, row["non_conversions"]), number(t, cmp.Or(row["revenue"], "0"))})
	}
	s := NewSampleOfPaths(paths)
	models := map[string]Model{"shapley": LeaveOneOut{Transform: Unique}, "last_touch": Last()}
	compared := 0
	expected, _ := peerRows(t, append(folder, "snowplow_fractribution_channel_attribution_expected.csv")...)
	for _, row := range expected {
		m := models[row["ATTRIBUTION_TYPE"]]
		if m == nil {
			t.Fatalf("no model for %s", row["ATTRIBUTION_TYPE"])
		}
		c := credit(t, m, s)
		compared++
		conversions, revenue := 0.0, 0.0
		if id := s.channelID(row["CHANNEL"]); id >= 0 {
			conversions, revenue = c.Conversions[id], c.Values[id]
		}
		near(t, row["CHANNEL"], []float64{conversions, revenue}, []float64{number(t, row["CONVERSIONS"]), number(t, row["REVENUE"])}, 1e-8)
	}
	if compared == 0 {
		t.Error("nothing compared")
	}
}
