package chdb

import (
	"strings"
	"testing"
)

// What one format writes, the same format reads back, many blocks long.
func TestFormatsRoundTrip(t *testing.T) {
	s := start(t)
	ask(t, s, `CREATE TABLE a (id UInt64, name String, at DateTime64(3,'UTC'), tags Array(String), n Nullable(Int32)) ENGINE = MergeTree ORDER BY id`)
	ask(t, s, `INSERT INTO a SELECT number, toString(number), fromUnixTimestamp64Milli(1700000000000 + number, 'UTC'), [toString(number % 3)], if(number % 2, NULL, number) FROM numbers(200000)`)
	want := ask(t, s, "SELECT count(), sum(cityHash64(*)) FROM a")
	for _, f := range []string{
		"Native", "ArrowStream", "Arrow", "Parquet", "JSONEachRow", "JSON", "JSONCompactEachRowWithNamesAndTypes", "JSONColumns",
		"CSVWithNames", "TSVWithNamesAndTypes", "TSKV", "RowBinary", "RowBinaryWithNamesAndTypes", "Values", "ORC", "Avro", "MsgPack", "BSONEachRow",
	} {
		out := ask(t, s, "SELECT * FROM a ORDER BY id FORMAT "+f)
		ask(t, s, "CREATE OR REPLACE TABLE b AS a")
		insert(t, s, "INSERT INTO b FORMAT "+f, []byte(out))
		if got := ask(t, s, "SELECT count(), sum(cityHash64(*)) FROM b"); got != want {
			t.Errorf("%s: %q, want %q", f, got, want)
		}
	}
}

// A result is one document, however many blocks the engine makes of it.
func TestOneDocument(t *testing.T) {
	s := start(t)
	out := ask(t, s, "SELECT number FROM numbers(300000) FORMAT JSON")
	if n := strings.Count(out, `"meta"`); n != 1 || !strings.Contains(out, `"rows": 300000`) {
		t.Errorf("%d headers; end is %s", n, out[len(out)-200:])
	}
}

// Every way to say where an INSERT's rows are.
func TestInsertShapes(t *testing.T) {
	s := start(t)
	ask(t, s, "CREATE TABLE t (a UInt64, b String) ENGINE = Memory")
	for _, c := range []struct{ query, body string }{
		{"", "INSERT INTO t VALUES (1, 'x')"},
		{"", "INSERT INTO t VALUES (1, 'x');"},
		{"", "insert into `t` (a, b) values (1, 'x')"},
		{"", "INSERT INTO t (b, a) FORMAT CSV\nx,1\n"},
		{"INSERT INTO t FORMAT JSONEachRow", `{"a": 1, "b": "x"}`},
		{"INSERT INTO t", "FORMAT TSV\n1\tx\n"},
		{"INSERT INTO default.t SETTINGS max_insert_block_size = 1 VALUES", "(1, 'x')"},
		{"INSERT INTO TABLE t /* FORMAT CSV */ FORMAT CSV", "1,x"},
		{"INSERT INTO FUNCTION remote('127.0.0.1', default, t) SELECT 1, 'x' WHERE 0", ""},
		{"", "INSERT INTO t SELECT 1, 'x'"},
		{"INSERT INTO t SELECT a - 1, upper(b) FROM input('a UInt64, b String') FORMAT CSV", "2,x\n"},
		{"", "INSERT INTO t WITH 1 AS one SELECT one, c FROM input('c String') FORMAT JSONEachRow {\"c\": \"x\"}"},
		{"INSERT INTO t SELECT {n:UInt64}, {s:String}", ""},
	} {
		ask(t, s, "TRUNCATE TABLE t")
		insert(t, s, c.query, []byte(c.body), "param_n=1", "param_s=x")
		got := ask(t, s, "SELECT a, lower(b) FROM t")
		if want := "1\tx\n"; got != want && !strings.Contains(c.query, "WHERE 0") {
			t.Errorf("%s | %s: %q, want %q", c.query, c.body, got, want)
		}
	}
}
