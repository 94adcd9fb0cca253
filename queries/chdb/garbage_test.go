package chdb

import (
	"bytes"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
)

// Whatever a client sends, it gets an error and the next one is served.
func TestGarbage(t *testing.T) {
	s := start(t)
	ask(t, s, "CREATE TABLE t (a UInt64, j JSON) ENGINE = Memory")
	const deep = 100_000
	for name, c := range map[string]struct{ query, body string }{
		"bytes":             {"", noise(1000)},
		"many bytes":        {"", noise(5 << 20)},
		"zeros":             {"", strings.Repeat("\x00", 1000)},
		"brackets":          {"", "SELECT " + strings.Repeat("(", deep) + "1" + strings.Repeat(")", deep)},
		"arrays":            {"", "SELECT " + strings.Repeat("[", deep) + "1" + strings.Repeat("]", deep)},
		"functions":         {"", "SELECT " + strings.Repeat("f(", 60_000) + "1" + strings.Repeat(")", 60_000)},
		"sub-selects":       {"", strings.Repeat("SELECT * FROM (", 15_000) + "SELECT 1" + strings.Repeat(")", 15_000)},
		"sum":               {"", "SELECT 1" + strings.Repeat("+1", 100_000)},
		"negations":         {"", "SELECT " + strings.Repeat("NOT ", 60_000) + "1"},
		"lambdas":           {"", "SELECT " + strings.Repeat("x->", 60_000) + "1"},
		"types":             {"", "SELECT CAST(1 AS " + strings.Repeat("Array(", 30_000) + "UInt8" + strings.Repeat(")", 30_000) + ")"},
		"huge":              {"", "SELECT '" + strings.Repeat("x", 20<<20) + "'"},
		"open string":       {"", "SELECT '"},
		"open comment":      {"", "SELECT 1 /*"},
		"open heredoc":      {"", "SELECT $x$"},
		"insert no rows":    {"", "INSERT INTO t FORMAT"},
		"insert no table":   {"", "INSERT"},
		"json rows":         {"INSERT INTO t FORMAT JSONEachRow", strings.Repeat(`{"a":`, deep)},
		"deep json":         {"INSERT INTO t (j) FORMAT JSONEachRow", `{"j":` + strings.Repeat(`{"a":`, deep) + "1" + strings.Repeat("}", deep) + "}"},
		"deep json array":   {"INSERT INTO t (j) FORMAT JSONEachRow", `{"j":{"a":` + strings.Repeat(`[`, deep) + "1" + strings.Repeat("]", deep) + "}}"},
		"values expression": {"INSERT INTO t (a) VALUES", "(" + strings.Repeat("(", deep) + "1" + strings.Repeat(")", deep) + ")"},
		"native":            {"INSERT INTO t FORMAT Native", noise(100_000)},
		"native sizes":      {"INSERT INTO t FORMAT Native", "\x01\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x01a\x06UInt64"},
		"arrow":             {"INSERT INTO t FORMAT ArrowStream", noise(100_000)},
		"arrow sizes":       {"INSERT INTO t FORMAT ArrowStream", "\xff\xff\xff\xff\xff\xff\xff\x7f" + noise(1000)},
		"parquet":           {"INSERT INTO t FORMAT Parquet", "PAR1" + noise(1000) + "\xff\xff\xff\x7fPAR1"},
		"orc":               {"INSERT INTO t FORMAT ORC", "ORC" + noise(1000)},
		"avro":              {"INSERT INTO t FORMAT Avro", "Obj\x01" + noise(1000)},
		"row binary":        {"INSERT INTO t FORMAT RowBinary", noise(1000)},
		"json parse":        {"", "SELECT CAST(repeat('[', 1000000) AS JSON)"},
		"regexp":            {"", "SELECT match('a', repeat('(', 100000))"},
		"memory":            {"", "SELECT groupArray(repeat('x', 100000)) FROM numbers(1000000) SETTINGS max_memory_usage = 100000000"},
		"format":            {"", "SELECT 1 FORMAT " + strings.Repeat("x", 10_000)},
		"abs stack":         {"", "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r"},
	} {
		r := send(t, s, http.MethodPost, c.query, strings.NewReader(c.body), "max_execution_time=20")
		if r.status < 400 || r.header.Get("X-ClickHouse-Exception-Code") == "" {
			t.Errorf("%s: status %d: %.300s", name, r.status, r.body)
		}
		if got := ask(t, s, "SELECT 1"); got != "1\n" {
			t.Fatalf("after %s: %q", name, got)
		}
	}
}

// noise is the same bytes on each run.
func noise(n int) string {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{7})
	_, _ = r.Read(b)
	return string(b)
}

// The lexer and the walk over Native must end for any bytes, and never beyond them.
func FuzzParse(f *testing.F) {
	f.Add("INSERT INTO t (a) SETTINGS x = 1 FORMAT CSV\n1")
	f.Add("SELECT 'a' /* b */ FORMAT JSON SETTINGS a = 1;")
	f.Add("INSERT INTO t SELECT * FROM input('a Int8') FORMAT TSV\n1")
	f.Fuzz(func(t *testing.T, sql string) {
		st := parse(sql)
		if st.dataFrom > len(sql) || st.headEnd > len(sql) || st.formatStart > st.end || st.end > len(sql) {
			t.Errorf("%+v", st)
		}
		_ = st.into("p", "TSV")
	})
}

func FuzzNative(f *testing.F) {
	f.Add([]byte("\x01\x02\x01a\x05Int32abcdefgh"))
	f.Add([]byte("\x01\x01\x01a\x16LowCardinality(String)abcdefgh"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1000 {
			return
		}
		n := newNative(bytes.NewReader(b), 54460, func() ([]string, error) { return nil, nil })
		if err := n.block(); err == nil && n.pos > len(b) {
			t.Errorf("ends at %d of %d", n.pos, len(b))
		}
	})
}
