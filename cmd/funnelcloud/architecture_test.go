package main_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const module = "github.com/funnelcloud/funnelcloud"

// The rooms of the house and the rooms that each may import beside itself. docs/architecture.md has the picture.
// Tests may import what they like: a test of one room may need the data of another.
var mayImport = map[string][]string{
	"cmd":        {"ingest", "models", "dashboards", "queries"},
	"bench":      {"ingest", "models", "dashboards", "queries"},
	"ingest":     {"queries"},
	"models":     {"queries"},
	"dashboards": {"queries"},
	"queries":    {},
}

// Only the named rooms, beside cmd and bench, talk to the outside through these.
var ownedBy = map[string][]string{
	"github.com/segmentio/kafka-go":                {"ingest"},
	"github.com/twmb/franz-go":                     {"ingest"},
	"github.com/ClickHouse/clickhouse-go":          {"queries", "ingest"},
	"github.com/ClickHouse/ch-go":                  {"queries", "ingest"},
	"github.com/ebitengine/purego":                 {"queries"},
	"github.com/grafana/grafana-foundation-sdk/go": {"dashboards"},
}

// pure packages take data and return data: no clock, chance, network, file, logger or database.
var pure = []string{
	"ingest/source", "models/identity", "models/touch", "models/yamlfile", "models/qualify", "models/attribution", "models/path",
	"models/layered", "models/simulate", "models/score", "models/quality",
}

// What a pure package may not reach, even through others.
var impure = []string{
	"net", "net/http", "os/exec", "os/signal", "log", "log/slog", "database/sql", "crypto/rand", "syscall/js",
	"github.com/ClickHouse/clickhouse-go", "github.com/ClickHouse/ch-go", "github.com/segmentio/kafka-go",
	"github.com/twmb/franz-go", module + "/queries/warehouse", module + "/queries/chdb",
}

// What a pure package may not import itself; fmt and the YAML library need os, hence not through others.
var impureDirect = []string{"os", "syscall"}

// What reads the clock or waits for it.
var clock = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTicker", "NewTimer"}

// What math/rand and math/rand/v2 offer beside their shared, randomly seeded source: constructors and types.
var seeded = []string{
	"New", "NewSource", "NewPCG", "NewChaCha8", "NewZipf", "Rand", "Source", "Source64", "PCG", "ChaCha8", "Zipf",
}

func TestTheHouseKeepsItsRules(t *testing.T) {
	packages, err := list("../..")
	if err != nil {
		t.Fatal(err)
	}
	breaches, err := breachesOf(packages)
	if err != nil {
		t.Fatal(err)
	}
	for _, breach := range breaches {
		t.Error(breach)
	}
	paths := map[string]bool{}
	for _, p := range packages {
		paths[p.path()] = true
	}
	for _, path := range append([]string{"ingest", "models", "dashboards", "queries", "cmd/funnelcloud"}, pure...) {
		if !paths[path] {
			t.Errorf("the rules speak of %s, which is gone: has it another name now?", path)
		}
	}
}

// TestBreachesAreSeen looks at a small house in which each rule is broken once, testdata/broken_house.
func TestBreachesAreSeen(t *testing.T) {
	packages, err := list("testdata/broken_house")
	if err != nil {
		t.Fatal(err)
	}
	got, err := breachesOf(packages)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"dashboards imports ingest: dashboards may import [queries]",
		"helpers is a new room: say in architecture_test.go what it may import",
		"ingest/ingest_plan9.go:3: func init: the program starts nothing that main does not start",
		"models/models.go:3: func init: the program starts nothing that main does not start",
		"models/path imports queries/warehouse: a pure package may import only its own kind and queries/vocabulary",
		"models/path needs cgo: bind.go",
		"models/path reaches " + module + "/queries/warehouse: it is to be pure",
		"models/path reaches log/slog: it is to be pure",
		"models/path reaches log: it is to be pure",
		"models/touch imports os: it is to be pure",
		"models/touch/touch.go:13: rand.IntN: chance comes in as a seeded source",
		"models/touch/touch.go:14: chance.Intn: chance comes in as a seeded source",
		"models/touch/touch.go:15: time.Now: time comes in as data",
		"queries/vocabulary imports models: queries may import []",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("breaches (-want +got):\n%s", diff)
	}
}

func TestOnlyItsRoomTalksToAnOutsideSystem(t *testing.T) {
	for path, want := range map[string]int{"models": 1, "ingest": 0, "ingest/broker": 0, "cmd/funnelcloud": 0} {
		p := listed{ImportPath: module + "/" + path, Imports: []string{"github.com/segmentio/kafka-go/sasl"}}
		if got := len(importBreaches(p)); got != want {
			t.Errorf("%s imports kafka-go: %d breaches, want %d", path, got, want)
		}
	}
	versioned := listed{ImportPath: module + "/models", Imports: []string{"github.com/ClickHouse/clickhouse-go/v2"}}
	if len(importBreaches(versioned)) != 1 {
		t.Error("models imports clickhouse-go/v2 unseen")
	}
}
