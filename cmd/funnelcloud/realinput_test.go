package main

import (
	"os"
	"path/filepath"
	"testing"
)

// sharedData is a folder of real data beside the project. Where it is absent these tests say so and check nothing.
func sharedData(t *testing.T, elements ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{"..", "..", "..", "shared", "data"}, elements...)...)
	if _, err := os.Stat(path); err != nil {
		t.Logf("not tested on real data: %s is absent", path)
		return ""
	}
	return path
}

// Sepsis cases of a hospital: a log with heavy loops, whose counts process miners know.
func TestTheSepsisLog(t *testing.T) {
	log := sharedData(t, "datasets", "sepsis", "sepsis_events.csv.gz")
	if log == "" {
		return
	}
	ensured(t)
	s := up(t, t.TempDir())
	mustRun(t, "load", log, "--source", "eventlog", "--data", s.folder)
	mustRun(t, "ingest", "--drain", "--data", s.folder)
	s.want(t, "SELECT count(), uniqExact(user_id) FROM events_deduplicated", "15214 1050")
	s.want(t, `SELECT uniqExact(variant) FROM (SELECT groupArray(name) AS variant FROM
		(SELECT user_id, name FROM events_deduplicated ORDER BY user_id, JSONExtract(properties, 'seq', 'UInt32')) GROUP BY user_id)`, "846")
	mustRun(t, "run", "--data", s.folder)
	s.want(t, "SELECT count(), sum(events) FROM persons", "1050 15214")
}

// RavenStack's product usage repeats 21 ids; each counts once.
func TestTheRavenStackUsage(t *testing.T) {
	usage := sharedData(t, "datasets", "ravenstack", "ravenstack_feature_usage.csv")
	if usage == "" {
		return
	}
	ensured(t)
	s := up(t, t.TempDir())
	definition := filepath.Join("..", "..", "ingest", "source", "testdata", "ravenstack_feature_usage.yaml")
	mustRun(t, "load", usage, "--definition", definition, "--source", "ravenstack_feature_usage", "--data", s.folder)
	mustRun(t, "ingest", "--drain", "--source", definition, "--data", s.folder)
	s.want(t, "SELECT sum(messages), sum(events) FROM ingest_batches", "25000 25000")
	s.want(t, "SELECT count() FROM events_deduplicated", "24979")
	s.want(t, "SELECT count() FROM events_rejected FINAL", "0")
}
