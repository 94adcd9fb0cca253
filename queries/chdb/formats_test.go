package chdb

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// post sends a query as curl would and returns status, headers and body.
func post(t *testing.T, s *Server, query string, body io.Reader, params ...string) (*http.Response, string) {
	t.Helper()
	v := url.Values{"query": {query}, "user": {s.User()}, "password": {s.Password()}}
	for _, p := range params {
		k, val, _ := strings.Cut(p, "=")
		v.Set(k, val)
	}
	resp, err := http.Post(s.URL()+"/?"+v.Encode(), "", body)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(query, err)
	}
	return resp, string(b)
}

func ask(t *testing.T, s *Server, query string, params ...string) string {
	t.Helper()
	resp, out := post(t, s, query, nil, params...)
	if resp.StatusCode != 200 {
		t.Fatalf("%s: %d %s", query, resp.StatusCode, out)
	}
	return out
}

// What one format writes, the same format reads back, many blocks long.
func TestFormatsRoundTrip(t *testing.T) {
	s := start(t)
	const rows = 200_000
	ask(t, s, `CREATE TABLE a (id UInt64, name String, at DateTime64(3,'UTC'), tags Array(String), n Nullable(Int32)) ENGINE = MergeTree ORDER BY id`)
	ask(t, s, fmt.Sprintf(`INSERT INTO a SELECT number, toString(number), fromUnixTimestamp64Milli(1700000000000 + number, 'UTC'), [toString(number %% 3)], if(number %% 2, NULL, number) FROM numbers(%d)`, rows))
	want := ask(t, s, "SELECT count(), sum(cityHash64(*)) FROM a")
	for _, f := range []string{"Native", "ArrowStream", "Arrow", "Parquet", "JSONEachRow", "JSON", "JSONCompactEachRowWithNamesAndTypes", "CSVWithNames", "TSVWithNamesAndTypes", "RowBinaryWithNamesAndTypes", "Values", "ORC", "Avro"} {
		out := ask(t, s, "SELECT * FROM a ORDER BY id FORMAT "+f)
		ask(t, s, "CREATE OR REPLACE TABLE b AS a")
		resp, msg := post(t, s, "INSERT INTO b FORMAT "+f, strings.NewReader(out))
		if resp.StatusCode != 200 {
			t.Errorf("%s: %s", f, msg)
			continue
		}
		if got := ask(t, s, "SELECT count(), sum(cityHash64(*)) FROM b"); got != want {
			t.Errorf("%s: %q, want %q", f, got, want)
		}
	}
}
