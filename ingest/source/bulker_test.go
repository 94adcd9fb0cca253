package source

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// outcome is what becomes of a file: events, how many of them are different ones, how many have a value, how many kept a
// value of the wrong type as text, and the reasons of what was refused.
type outcome struct {
	events, distinct, valued, kept int
	rejects                        string
}

// bulkerOutcomes states it for each file that a loader of tables is known to stumble over.
var bulkerOutcomes = map[string]outcome{
	"bulkerapp_badbatch":               {events: 30, distinct: 29}, // id 16 twice: the first stands
	"bulkerapp_goodbatch":              {events: 30, distinct: 30},
	"bulkerapp_single":                 {events: 1, distinct: 1},
	"bulkerlib_columns_added":          {events: 6, distinct: 6},
	"bulkerlib_columns_added2":         {events: 2, distinct: 2},
	"bulkerlib_columns_added_partial":  {events: 2, distinct: 2},
	"bulkerlib_columns_added_partial2": {events: 2, distinct: 2},
	"bulkerlib_data_types":             {events: 1, distinct: 1},
	"bulkerlib_date_mix":               {events: 3, distinct: 3},
	"bulkerlib_date_type":              {events: 3, distinct: 3},
	"bulkerlib_emoji":                  {events: 3, distinct: 3},
	"bulkerlib_empty":                  {rejects: "tombstone"},
	"bulkerlib_existing_table1":        {events: 3, distinct: 3},
	"bulkerlib_existing_table2":        {events: 1, distinct: 1},
	"bulkerlib_existing_table_num":     {events: 1, distinct: 1},
	"bulkerlib_existing_table_text":    {events: 1, distinct: 1},
	"bulkerlib_identifiers":            {events: 1, distinct: 1},
	"bulkerlib_merge_window1":          {events: 10, distinct: 10},
	"bulkerlib_merge_window2":          {events: 10, distinct: 10},
	"bulkerlib_merge_window3":          {events: 4, distinct: 4},
	"bulkerlib_merge_window4":          {events: 2, distinct: 2},
	"bulkerlib_multiline":              {events: 3, distinct: 3},
	"bulkerlib_nested":                 {events: 2, distinct: 1},
	"bulkerlib_no_repeated_ids":        {events: 4, distinct: 4},
	"bulkerlib_non_utc_timestamp":      {events: 3, distinct: 3},
	"bulkerlib_partition1":             {events: 5, distinct: 5},
	"bulkerlib_partition1_1":           {events: 5, distinct: 5},
	"bulkerlib_partition2":             {events: 10, distinct: 10},
	"bulkerlib_repeated_ids":           {events: 8, distinct: 4},
	"bulkerlib_repeated_ids2":          {events: 4, distinct: 3},
	"bulkerlib_repeated_ids_discr":     {events: 9, distinct: 3, valued: 9},
	"bulkerlib_repeated_ids_multi":     {events: 9, distinct: 4},
	"bulkerlib_repeated_ids_multi2":    {events: 5, distinct: 3},
	"bulkerlib_replace_table":          {events: 10, distinct: 10},
	"bulkerlib_schema_option":          {events: 2, distinct: 2},
	"bulkerlib_simple":                 {events: 3, distinct: 3},
	"bulkerlib_simple2":                {events: 9, distinct: 9},
	"bulkerlib_type_hints":             {events: 1, distinct: 1, valued: 1},
	"bulkerlib_type_hints_bq":          {events: 1, distinct: 1, valued: 1},
	"bulkerlib_types":                  {events: 3, distinct: 3, valued: 3},
	"bulkerlib_types2":                 {events: 3, distinct: 3, valued: 3},
	"bulkerlib_types_coalesce":         {events: 8, distinct: 8, valued: 5, kept: 3},
	"bulkerlib_types_collision":        {events: 2, distinct: 2, valued: 1, kept: 1},
	"bulkerlib_types_collision2":       {events: 3, distinct: 3},
	"bulkerlib_types_json":             {events: 3, distinct: 3},
	"bulkerlib_types_json_noarr_part1": {events: 2, distinct: 2},
	"bulkerlib_types_json_noarr_part2": {events: 2, distinct: 2},
	"bulkerlib_types_json_part1":       {events: 2, distinct: 2},
	"bulkerlib_types_json_part2":       {events: 2, distinct: 2},
	"bulkerlib_types_json_part3":       {events: 1, distinct: 1},
}

func TestBulkerFilesAllGoThrough(t *testing.T) {
	folder := sharedData(t, "ingest", "bulker")
	if folder == "" {
		return
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.ndjson"))
	if err != nil || len(files) != len(bulkerOutcomes) {
		t.Errorf("%d files and %d outcomes (%v)", len(files), len(bulkerOutcomes), err)
	}
	s := parseFile(t, "testdata/bulker.yaml")
	strict := strictBulker(t)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".ndjson")
		events, rejects := s.Try(text, noon)
		got := outcome{events: len(events)}
		ids := map[string]bool{}
		for _, e := range events {
			ids[e["event_id"]] = true
			if e["value"] != "" {
				got.valued++
			}
			if strings.Contains(e["properties"], `,"value":"`) {
				got.kept++
			}
		}
		got.distinct = len(ids)
		var reasons []string
		for _, r := range rejects {
			reasons = append(reasons, r.Reason)
		}
		got.rejects = strings.Join(reasons, " ")
		if want, stated := bulkerOutcomes[name]; !stated || got != want {
			t.Errorf("%q: %#v,", name, got)
		}
		// What the one policy keeps the other refuses, and nothing else.
		events, rejects = strict.Try(text, noon)
		if len(events) != got.events-got.kept || len(rejects) != got.kept+strings.Count(got.rejects, "tombstone") {
			t.Errorf("%s, without the policy: %d events, %d rejects", name, len(events), len(rejects))
		}
	}
}

func strictBulker(t *testing.T) *Source {
	t.Helper()
	text, err := os.ReadFile("testdata/bulker.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := Parse("strict.yaml", []byte(strings.Replace(string(text), "{value: keep}", "reject", 1)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}
