package chdb

import (
	"net/http"
	"strings"
	"testing"
)

func TestErrorsAreClickHouses(t *testing.T) {
	s := start(t)
	ask(t, s, "CREATE TABLE t (a UInt64) ENGINE = Memory")
	for _, c := range []struct {
		query  string
		body   string
		params []string
		status int
		code   string
		name   string
	}{
		{query: "SELEC 1", status: 400, code: "62", name: "SYNTAX_ERROR"},
		{query: "SELECT 1; SELECT 2", status: 400, code: "62", name: "SYNTAX_ERROR"},
		{query: "", status: 400, code: "62", name: "SYNTAX_ERROR"},
		{query: "SELECT * FROM nope", status: 404, code: "60", name: "UNKNOWN_TABLE"},
		{query: "SELECT * FROM `main_test.go`", status: 404, code: "60", name: "UNKNOWN_TABLE"}, // a file of this folder
		{query: "SELECT nope()", status: 404, code: "46", name: "UNKNOWN_FUNCTION"},
		{query: "SELECT nope", status: 404, code: "47", name: "UNKNOWN_IDENTIFIER"},
		{query: "SELECT 1 FORMAT Nope", status: 404, code: "73", name: "UNKNOWN_FORMAT"},
		{query: "SELECT 1", params: []string{"database=nope"}, status: 404, code: "81", name: "UNKNOWN_DATABASE"},
		{query: "SELECT 1", params: []string{"role=nope"}, status: 404, code: "511", name: "UNKNOWN_ROLE"},
		{query: "SELECT 1", params: []string{"nope=1"}, status: 404, code: "115", name: "UNKNOWN_SETTING"},
		{query: "SELECT 1", params: []string{"a'; DROP=1"}, status: 404, code: "115", name: "UNKNOWN_SETTING"},
		{query: "SELECT {x:UInt8}", status: 400, code: "456", name: "UNKNOWN_QUERY_PARAMETER"},
		{query: "SELECT throwIf(1)", status: 500, code: "395", name: "FUNCTION_THROW_IF_VALUE_IS_NON_ZERO"},
		{query: "SELECT 1 INTO OUTFILE 'x'", status: 500, code: "358", name: "INTO_OUTFILE_NOT_ALLOWED"},
		{query: "SELECT sleep(3)", params: []string{"max_execution_time=0.1", "timeout_before_checking_execution_speed=0"}, status: 408, code: "159", name: "TIMEOUT_EXCEEDED"},
		{query: "CREATE TABLE t (a UInt8) ENGINE = Memory", status: 500, code: "57", name: "TABLE_ALREADY_EXISTS"},
		{query: "INSERT INTO t FORMAT JSONEachRow", body: `{"a": "x"}`, status: 400, code: "27", name: "CANNOT_PARSE_INPUT_ASSERTION_FAILED"},
		{query: "INSERT INTO nope FORMAT CSV", body: "1", status: 404, code: "60", name: "UNKNOWN_TABLE"},
		{query: "SELECT 1", params: []string{"Content-Encoding: nope"}, status: 500, code: "271", name: "CANNOT_DECOMPRESS"},
	} {
		r := send(t, s, http.MethodPost, c.query, strings.NewReader(c.body), c.params...)
		if c.name == "UNKNOWN_QUERY_PARAMETER" {
			c.status = 500
		}
		if r.status != c.status || r.header.Get("X-ClickHouse-Exception-Code") != c.code ||
			!strings.HasPrefix(r.body, "Code: "+c.code+". DB::Exception: ") || !strings.Contains(r.body, "("+c.name+") (version ") {
			t.Errorf("%s %v: status %d, code %s: %s", c.query, c.params, r.status, r.header.Get("X-ClickHouse-Exception-Code"), r.body)
		}
		if strings.Contains(r.body, "/dev/fd") {
			t.Errorf("%s: the message shows our pipe: %s", c.query, r.body)
		}
	}
}

func TestHeaders(t *testing.T) {
	s := start(t)
	r := send(t, s, http.MethodPost, "SELECT number FROM numbers(10) FORMAT JSON", nil, "query_id=abc")
	for name, want := range map[string]string{
		"X-ClickHouse-Query-Id": "abc", "X-ClickHouse-Format": "JSON", "Content-Type": "application/json; charset=UTF-8",
		"X-ClickHouse-Timezone": s.zone, "X-ClickHouse-Server-Display-Name": "funnelcloud",
	} {
		if got := r.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if got := r.header.Get("X-ClickHouse-Summary"); !strings.Contains(got, `"read_rows":"10"`) || !strings.Contains(got, `"result_rows":"10"`) {
		t.Error(got)
	}
	ask(t, s, "CREATE TABLE t (a UInt64) ENGINE = Memory")
	r = send(t, s, http.MethodPost, "INSERT INTO t VALUES (1), (2)", nil)
	if got := r.header.Get("X-ClickHouse-Summary"); !strings.Contains(got, `"written_rows":"2"`) {
		t.Error(got)
	}
}

func TestRequestParts(t *testing.T) {
	s := start(t)
	ask(t, s, "CREATE DATABASE d")
	ask(t, s, "CREATE TABLE d.t (a UInt64) ENGINE = MergeTree ORDER BY a")
	for _, c := range []struct {
		method, query, body, want string
		params                    []string
	}{
		{"GET", "SELECT 1", "", "1\n", nil},
		{"POST", "", "SELECT 1", "1\n", nil},
		{"POST", "SELECT", "1 + 1", "2\n", nil},
		{"POST", "SELECT 1;", "", "1\n", nil},
		{"POST", "SELECT 1 -- FORMAT JSON", "", "1\n", nil},
		{"POST", "SELECT ';' AS format", "", ";\n", nil},
		{"POST", "SELECT 1 AS x FORMAT JSONEachRow", "", `{"x":1}` + "\n", nil},
		{"POST", "SELECT 1 AS x FORMAT JSONEachRow SETTINGS max_threads = 1", "", `{"x":1}` + "\n", nil},
		{"POST", "SELECT 1 AS x", "", `{"x":1}` + "\n", []string{"default_format=JSONEachRow"}},
		{"POST", "SELECT 1 AS x", "", `{"x":1}` + "\n", []string{"X-ClickHouse-Format: JSONEachRow"}},
		{"POST", "SELECT currentDatabase()", "", "d\n", []string{"database=d"}},
		{"POST", "SELECT currentDatabase()", "", "d\n", []string{"X-ClickHouse-Database: d"}},
		{"POST", "SELECT getSetting('max_block_size')", "", "7\n", []string{"max_block_size=7"}},
		{"POST", "SELECT {s:String}, {a:Array(UInt8)}", "", "it\\'s\t[1,2]\n", []string{"param_s=it's", "param_a=[1,2]"}},
		{"POST", "SELECT count() FROM {t:Identifier}", "", "0\n", []string{"param_t=t", "database=d"}},
		{"POST", "EXISTS d.t", "", "1\n", nil},
		{"POST", "SHOW TABLES FROM d", "", "t\n", nil},
		{"POST", "SHOW TABLES FROM d FORMAT JSONEachRow", "", `{"name":"t"}` + "\n", nil},
		{"POST", "DESCRIBE d.t FORMAT CSV", "", `"a","UInt64","","","","",""` + "\n", nil},
		{"POST", "SHOW CREATE DATABASE d", "", "CREATE DATABASE d\\nENGINE = Atomic\n", nil},
		{"POST", "SELECT name, engine FROM system.databases WHERE name IN ('default', 'd') ORDER BY name", "", "d\tAtomic\ndefault\tAtomic\n", nil},
		{"POST", "(SELECT 1) UNION ALL (SELECT 1)", "", "1\n1\n", nil},
		{"POST", "WITH 1 AS x SELECT x", "", "1\n", nil},
		{"POST", "SELECT $tag$it's$tag$", "", "it\\'s\n", nil},
		{"POST", "SELECT 1 FORMAT Null", "", "", nil},
		{"HEAD", "SELECT 1", "", "", nil},
	} {
		r := send(t, s, c.method, c.query, strings.NewReader(c.body), c.params...)
		if r.status != 200 || r.body != c.want {
			t.Errorf("%s %q %q %v: %d %q, want %q", c.method, c.query, c.body, c.params, r.status, r.body, c.want)
		}
	}
}

func TestReadonly(t *testing.T) {
	s := start(t)
	ask(t, s, "CREATE TABLE t (a UInt64) ENGINE = Memory")
	for _, c := range []struct {
		method, query string
		params        []string
		code          string
	}{
		{"GET", "INSERT INTO t VALUES (1)", nil, "164"},
		{"GET", "DROP TABLE t", nil, "164"},
		{"GET", "SELECT count() FROM t", nil, ""},
		{"GET", "SELECT count() FROM t", []string{"max_threads=1"}, ""},
		{"GET", "SELECT count() FROM t", []string{"readonly=0"}, "164"},
		{"GET", "DROP TABLE t", []string{"session_id=r"}, "164"},
		{"GET", "INSERT INTO t VALUES (1)", []string{"session_id=r"}, "164"},
		{"POST", "DROP TABLE t", []string{"readonly=1"}, "164"},
		{"POST", "SELECT 1 SETTINGS max_threads = 1", []string{"readonly=1"}, "164"},
		{"POST", "SELECT 1 SETTINGS max_threads = 1", []string{"readonly=2"}, ""},
		{"POST", "INSERT INTO t VALUES (1)", []string{"session_id=r"}, ""},
	} {
		r := send(t, s, c.method, c.query, nil, c.params...)
		if got := r.header.Get("X-ClickHouse-Exception-Code"); got != c.code {
			t.Errorf("%s %s %v: code %q, want %q: %s", c.method, c.query, c.params, got, c.code, r.body)
		}
	}
}

func TestAuthentication(t *testing.T) {
	s := start(t, func(o *Options) { o.User, o.Password = "grower", "secret" })
	get := func(path string, user, password string, h map[string]string) int {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if user != "" {
			req.SetBasicAuth(user, password)
		}
		for k, v := range h {
			req.Header.Set(k, v)
		}
		req.Close = true
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	const q = "/?query=SELECT+1"
	for _, c := range []struct {
		want int
		path string
		user string
		pass string
		h    map[string]string
	}{
		{200, q, "grower", "secret", nil},
		{403, q, "grower", "wrong", nil},
		{403, q, "default", "secret", nil},
		{403, q, "", "", nil},
		{200, q + "&user=grower&password=secret", "", "", nil},
		{403, q + "&user=grower&password=", "", "", nil},
		{200, q, "", "", map[string]string{"X-ClickHouse-User": "grower", "X-ClickHouse-Key": "secret"}},
		{403, q + "&user=grower&password=secret", "grower", "secret", nil},
		{200, "/ping", "", "", nil},
		{200, "/replicas_status", "", "", nil},
		{200, "/", "", "", nil},
		{404, "/nope", "", "", nil},
	} {
		if got := get(c.path, c.user, c.pass, c.h); got != c.want {
			t.Errorf("%s %s %s %v: %d, want %d", c.path, c.user, c.pass, c.h, got, c.want)
		}
	}
}

// An error behind the first megabyte can't change the status any more: it
// comes at the end, marked, and the response breaks off.
func TestExceptionInMidStream(t *testing.T) {
	s := start(t)
	const q = "SELECT throwIf(number = 3000000), number FROM numbers(4000000) SETTINGS max_threads = 1"
	r := send(t, s, http.MethodPost, q, nil)
	tag := r.header.Get("X-ClickHouse-Exception-Tag")
	if r.status != 200 || r.err == nil || !strings.Contains(r.body, "\r\n__exception__\r\n"+tag+"\r\nCode: 395. DB::Exception: ") || !strings.HasSuffix(r.body, tag+"\r\n__exception__\r\n") {
		t.Errorf("%d %v %q", r.status, r.err, r.body[max(0, len(r.body)-500):])
	}
	r = send(t, s, http.MethodPost, q, nil, "wait_end_of_query=1")
	if r.status != 500 || r.header.Get("X-ClickHouse-Exception-Code") != "395" {
		t.Errorf("wait_end_of_query: %d %q", r.status, r.body[:min(500, len(r.body))])
	}
	if out := ask(t, s, "SELECT number FROM numbers(1000000)", "wait_end_of_query=1"); len(out) != 6888890 {
		t.Errorf("wait_end_of_query: %d bytes", len(out))
	}
}
