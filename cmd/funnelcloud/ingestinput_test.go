package main

import (
	"strings"
	"testing"

	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

const failingSample = `name: shop
topics: [shop]
fields: {event_id: item.id, kind: "'track'", name: item.what, user_id: item.who, event_ts: item.at}
samples:
  - name: an order
    input: {id: "1", what: Bought, who: u, at: "2026-01-01T00:00:00Z"}
    events:
      - {name: Sold}
`

func TestIngestRefusesSourcesThatCannotBeRight(t *testing.T) {
	ensured(t)
	s := up(t, t.TempDir())
	failing := writeFile(t, "shop.yaml", failingSample)
	wantFailure(t, exitFailed, []string{"shop.yaml", "an order", "Bought", "--force"}, "ingest", "--drain", "--source", failing, "--data", s.folder)
	mustRun(t, "ingest", "--drain", "--force", "--source", failing, "--data", s.folder)

	other := writeFile(t, "other.yaml", strings.Replace(strings.Replace(failingSample, "name: shop", "name: other", 1), "{name: Sold}", "{name: Bought}", 1))
	wantFailure(t, exitFailed, []string{"topic shop", "shop.yaml", "other.yaml"}, "ingest", "--drain", "--source", failing, "--source", other, "--data", s.folder)
}

func TestIngestSaysWhichTopicsAreMissing(t *testing.T) {
	ensured(t)
	s := up(t, t.TempDir())
	r := mustRun(t, "ingest", "--drain", "--topic", "segmnet,segment", "--data", s.folder)
	if !strings.Contains(r.err, "segmnet") || strings.Contains(r.err, "segmnet, segment") {
		t.Errorf("a topic that is missing: %s", r.err)
	}
	wantFailure(t, exitFailed, []string{"segmnet", "create"}, "ingest", "--drain", "--require-topics", "--topic", "segmnet", "--data", s.folder)
}

// ClickHouse may be new, or served by another version of this program.
func TestIngestAndTheTables(t *testing.T) {
	ensured(t)
	s := up(t, t.TempDir())
	a, err := readAddress(s.folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("FUNNELCLOUD_CLICKHOUSE_PASSWORD", a.Password)
	fresh := []string{"--clickhouse", a.ClickHouse, "--user", a.User, "--database", "fresh", "--data", s.folder}
	wantFailure(t, exitFailed, []string{"no database fresh", "funnelcloud migrate"}, append([]string{"status"}, fresh...)...)
	s.want(t, "SELECT count() FROM system.databases WHERE name = 'fresh'", "0")
	mustRun(t, append([]string{"ingest", "--drain"}, fresh...)...)
	mustRun(t, append([]string{"status"}, fresh...)...)

	second := []string{"--clickhouse", a.ClickHouse, "--user", a.User, "--database", "second"}
	if r := mustRun(t, append([]string{"migrate"}, second...)...); !strings.Contains(r.out, "applied 0013_dead_letters.sql") {
		t.Errorf("the first migration says:\n%s", r.out)
	}
	if r := mustRun(t, append([]string{"migrate"}, second...)...); !strings.Contains(r.out, "0 schema files") {
		t.Errorf("the second migration says:\n%s", r.out)
	}
	for _, c := range [][2]string{{"30", "now kept for 30 days"}, {"30d", "are kept for 30 days"}, {"forever", "now kept for ever"}} {
		if r := mustRun(t, append([]string{"migrate", "--keep-rejected", c[0]}, second...)...); !strings.Contains(r.out, c[1]) {
			t.Errorf("--keep-rejected %s, want %q:\n%s", c[0], c[1], r.out)
		}
	}
	wantFailure(t, exitUsage, []string{"--keep-rejected", "number of days"}, append([]string{"migrate", "--keep-rejected", "soon"}, second...)...)
	db, err := warehouse.Open(t.Context(), warehouse.Config{Addr: a.ClickHouse, User: a.User, Password: a.Password, Database: "fresh"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.Statement(t.Context(), "INSERT INTO schema_migrations (name, checksum) VALUES ('9999_future.sql', 'x')", nil); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ingest", "run", "migrate", "replay"} {
		wantFailure(t, exitFailed, []string{"newer than this program", "9999_future.sql", "use the version"}, append([]string{name}, fresh...)...)
	}
}
