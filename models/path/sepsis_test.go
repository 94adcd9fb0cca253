package path

import (
	"compress/gzip"
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

const sepsis = "../../../shared/data/datasets/sepsis"

type sepsisReference struct {
	Cases, Variants, Activities int
	SelfLoopTransitions         int               `json:"self_loop_transitions"`
	CasesWithRepeatedActivity   int               `json:"cases_with_repeated_activity"`
	TopVariants                 [][2]any          `json:"top_variants"`
	Start, End                  map[string]uint64 //
	Graph                       [][3]any          `json:"dfg_top"`
}

// A real log with heavy loops: process miners should recognise their numbers.
func TestSepsisLog(t *testing.T) {
	var want sepsisReference
	text, err := os.ReadFile(filepath.Join(sepsis, "reference.json"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Log("the Sepsis log is not here: nothing compared")
		return
	}
	if err == nil {
		err = json.Unmarshal(text, &want)
	}
	if err != nil {
		t.Fatal(err)
	}
	b := NewBuilder(Options{StateKind: "activity"})
	for _, trail := range sepsisTrails(t) {
		b.Add(trail)
	}
	edges := map[[2]string]uint64{}
	var selfLoops, ends uint64
	for _, e := range b.Graph() {
		edges[[2]string{e.From, e.To}] = e.Transitions
		if e.From == e.To {
			selfLoops += e.Transitions
		}
		if e.To == Converted {
			ends += e.Transitions
			if e.Transitions != want.End[e.From] {
				t.Errorf("end %s: got %d, want %d", e.From, e.Transitions, want.End[e.From])
			}
		}
	}
	for activity, count := range want.Start {
		if got := edges[[2]string{Start, activity}]; got != count {
			t.Errorf("start %s: got %d, want %d", activity, got, count)
		}
	}
	for _, e := range want.Graph {
		if got := edges[[2]string{e[0].(string), e[1].(string)}]; got != uint64(e[2].(float64)) {
			t.Errorf("%v: got %d", e, got)
		}
	}
	variants := b.Variants(0)
	var repeated int
	for _, v := range variants {
		states := strings.Split(v.Variant, " > ")
		if slices.Sort(states); len(slices.Compact(states)) < int(v.Length) {
			repeated += int(v.Units)
		}
	}
	states, err := b.States()
	if err != nil {
		t.Fatal(err)
	}
	got := []int{b.Units(), len(variants), len(states), int(selfLoops), repeated, int(ends)}
	if !slices.Equal(got, []int{want.Cases, want.Variants, want.Activities, want.SelfLoopTransitions, want.CasesWithRepeatedActivity, want.Cases}) {
		t.Errorf("cases, variants, activities, self-loops, cases with repeats, ends: got %v, want %+v", got, want)
	}
	for _, top := range want.TopVariants {
		var names []string
		for _, name := range top[0].([]any) {
			names = append(names, name.(string))
		}
		text := strings.Join(names, " > ")
		if !slices.ContainsFunc(variants[:8], func(v Variant) bool { return v.Variant == text && float64(v.Units) == top[1].(float64) }) {
			t.Errorf("variant %s of %v cases is not among the first", text, top[1])
		}
	}
}

// sepsisTrails are the cases of the log; every case is over.
func sepsisTrails(t *testing.T) map[string]Trail {
	file, err := os.Open(filepath.Join(sepsis, "sepsis_events.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(unzipped).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	records = records[1:]
	slices.SortStableFunc(records, func(a, b []string) int {
		x, _ := strconv.Atoi(a[4])
		y, _ := strconv.Atoi(b[4])
		return x - y
	})
	trails := map[string]Trail{}
	for _, r := range records {
		at, err := time.Parse(time.DateTime, r[2])
		if err != nil {
			t.Fatal(err)
		}
		trail := trails[r[0]]
		trail.UnitID, trail.Outcome = r[0], OutcomeWon
		trail.Visits = append(trail.Visits, Visit{r[1], at})
		trails[r[0]] = trail
	}
	return trails
}
