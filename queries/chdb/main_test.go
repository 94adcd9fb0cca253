package chdb

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		child()
		return
	}
	goleak.VerifyTestMain(m)
}

// start runs a server for one test. Without an engine the test fails; Ensure's
// error has the command that installs it.
func start(t testing.TB, change ...func(*Options)) *Server {
	t.Helper()
	o := Options{}
	for _, c := range change {
		c(&o)
	}
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return s
}

// open connects clickhouse-go.
func open(t testing.TB, s *Server, change ...func(*clickhouse.Options)) clickhouse.Conn {
	t.Helper()
	o := &clickhouse.Options{
		Protocol: clickhouse.HTTP, Addr: []string{s.Addr()},
		Auth: clickhouse.Auth{Username: s.User(), Password: s.Password()},
	}
	for _, c := range change {
		c(o)
	}
	db, err := clickhouse.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// reply is a response that has been read to its end.
type reply struct {
	status int
	header http.Header
	body   string
	err    error // reading the body broke off
}

// send makes one request with its own connection. params are NAME=VALUE; a
// NAME that ends in a colon is a header.
func send(t testing.TB, s *Server, method, query string, body io.Reader, params ...string) reply {
	t.Helper()
	v := url.Values{}
	if query != "" {
		v.Set("query", query)
	}
	header := http.Header{"X-Clickhouse-User": {s.User()}, "X-Clickhouse-Key": {s.Password()}}
	for _, p := range params {
		if name, value, ok := strings.Cut(p, ": "); ok {
			header.Set(name, value)
			continue
		}
		name, value, _ := strings.Cut(p, "=")
		v.Set(name, value)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL()+"/?"+v.Encode(), body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header, req.Close = header, true
	resp, err := (&http.Transport{DisableCompression: true}).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, string(b), err}
}

// ask posts a statement that must succeed.
func ask(t testing.TB, s *Server, query string, params ...string) string {
	t.Helper()
	return insert(t, s, query, nil, params...)
}

// insert posts a statement with a body that must succeed.
func insert(t testing.TB, s *Server, query string, body []byte, params ...string) string {
	t.Helper()
	r := send(t, s, http.MethodPost, query, bytes.NewReader(body), params...)
	if r.status != http.StatusOK || r.err != nil {
		t.Fatalf("%.200s: status %d, %v: %.500s", query, r.status, r.err, r.body)
	}
	return r.body
}
