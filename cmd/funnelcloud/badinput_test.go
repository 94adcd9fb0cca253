package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestWrongUsage(t *testing.T) {
	for _, c := range []struct {
		words []string
		args  []string
	}{
		{[]string{"unknown command", "--help"}, []string{"dmeo"}},
		{[]string{"unknown flag: --peopel"}, []string{"demo", "--peopel", "3"}},
		{[]string{"people: 0"}, []string{"demo", "--people", "0"}},
		{[]string{"--output", "table or json"}, []string{"demo", "--output", "xml"}},
		{[]string{"accepts 1 arg"}, []string{"load", "--source", "segment"}},
	} {
		wantFailure(t, exitUsage, c.words, c.args...)
	}
}

func TestNoStackToTalkTo(t *testing.T) {
	wantFailure(t, exitFailed, []string{"funnelcloud up", "--clickhouse"}, "run", "--data", t.TempDir())
	wantFailure(t, exitFailed, []string{"reach ClickHouse", "127.0.0.1:1"}, "run", "--clickhouse", "127.0.0.1:1")
}

func TestTheLocalStackSaysWhoIsInTheWay(t *testing.T) {
	ensured(t)
	folder := t.TempDir()
	taken := takenPort(t)
	wantFailure(t, exitFailed, []string{taken, "in use"}, "up", "--data", t.TempDir(), "--kafka-port", taken)
	wantFailure(t, exitFailed, []string{taken, "in use"}, "up", "--data", t.TempDir(), "--clickhouse-port", taken)

	up(t, folder)
	wantFailure(t, exitFailed, []string{folder}, "up", "--data", folder)

	file := writeFile(t, "file", "")
	wantFailure(t, exitFailed, []string{file}, "up", "--data", filepath.Join(file, "below"))
}

func TestAnEngineThatIsNone(t *testing.T) {
	t.Setenv("FUNNELCLOUD_LIBCHDB", filepath.Join(t.TempDir(), "libchdb.so"))
	wantFailure(t, exitFailed, []string{"FUNNELCLOUD_LIBCHDB"}, "up", "--data", t.TempDir())
	t.Setenv("FUNNELCLOUD_LIBCHDB", writeFile(t, "libchdb.so", "no library"))
	wantFailure(t, exitFailed, []string{"libchdb.so"}, "up", "--data", t.TempDir())
}

func TestGarbageIsRefusedWithItsReasonAndTheRestCounts(t *testing.T) {
	ensured(t)
	s := up(t, t.TempDir())
	events := writeFile(t, "events.ndjson", `{"type":"track","messageId":"1","event":"Signed Up","userId":"u","timestamp":"2026-01-01T00:00:00Z"}
{"type":"track","messageId":"2","event":
null
{"type":"track","messageId":"1","event":"Signed Up","userId":"u","timestamp":"2026-01-01T00:00:00Z"}
{"type":"track","messageId":"3","event":"Feature Used","timestamp":"2026-01-01T00:00:00Z"}
`)
	mustRun(t, "load", events, "--source", "segment", "--data", s.folder)
	mustRun(t, "ingest", "--drain", "--data", s.folder)
	s.want(t, "SELECT count(), any(meaning) FROM events_deduplicated", "1 signed_up")
	s.want(t, "SELECT count() FROM events_rejected FINAL", "3")
	s.want(t, "SELECT count() FROM events_rejected FINAL WHERE reason = '' OR detail = ''", "0")

	// Nothing new: an empty topic is no fault, and a run follows.
	mustRun(t, "ingest", "--drain", "--data", s.folder)
	mustRun(t, "run", "--data", s.folder)
	s.want(t, "SELECT stage FROM stages WHERE unit_kind = 'person' ORDER BY entered_at, stage LIMIT 1", "inquiry")
}

func TestWhatIsStoredSurvivesAPowerCut(t *testing.T) {
	ensured(t)
	folder := t.TempDir()
	s := up(t, folder)
	events := writeFile(t, "events.ndjson", `{"type":"track","messageId":"1","event":"Signed Up","userId":"u","timestamp":"2026-01-01T00:00:00Z"}`)
	mustRun(t, "load", events, "--source", "segment", "--data", folder)
	mustRun(t, "ingest", "--drain", "--data", folder)
	s.kill(t)
	s = up(t, folder)
	s.want(t, "SELECT count() FROM events_deduplicated", "1")
	mustRun(t, "ingest", "--drain", "--data", folder)
	s.want(t, "SELECT count() FROM events_deduplicated", "1")
	s.stop(t)
	if _, err := os.Stat(filepath.Join(folder, "stack.json")); !os.IsNotExist(err) {
		t.Errorf("a stopped stack left its address: %v", err)
	}
}

func TestLoadNamesWhatItCannotRead(t *testing.T) {
	ensured(t)
	s := up(t, t.TempDir())
	wantFailure(t, exitFailed, []string{"nowhere.ndjson"}, "load", "nowhere.ndjson", "--source", "segment", "--data", s.folder)
	wantFailure(t, exitUsage, []string{"segmnet"}, "load", "-", "--source", "segmnet", "--data", s.folder)
}
