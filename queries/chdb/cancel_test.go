package chdb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

const endless = "SELECT max(sipHash64(number)) FROM numbers(10000000000000)"

// post runs a query until ctx ends.
func post(ctx context.Context, s *Server, query, body string, params ...string) error {
	v := url.Values{"query": {query}, "user": {s.User()}, "password": {s.Password()}}
	for _, p := range params {
		name, value, _ := strings.Cut(p, "=")
		v.Set(name, value)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL()+"/?"+v.Encode(), strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Close = true
	resp, err := (&http.Transport{}).RoundTrip(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	_, err = bytes.NewBuffer(nil).ReadFrom(resp.Body)
	return err
}

// running waits until the engine runs n statements whose text holds part.
func waitRunning(t *testing.T, s *Server, part, n string) {
	t.Helper()
	q := "SELECT count() FROM system.processes WHERE position(query, {part:String}) > 0 AND position(query, 'system.processes') = 0"
	for ask(t, s, q, "param_part="+part) != n+"\n" {
		if t.Context().Err() != nil {
			t.Fatal("never " + n + " statements with " + part)
		}
	}
}

func TestDisconnectCancels(t *testing.T) {
	s := start(t)
	ask(t, s, "CREATE TABLE sink (a UInt64) ENGINE = Null")
	for name, c := range map[string]struct{ query, body string }{
		"read":            {endless, ""},
		"read in stream":  {"SELECT number FROM numbers(10000000000000)", ""},
		"insert select":   {"INSERT INTO sink " + endless, ""},
		"own log_comment": {endless + " SETTINGS max_threads = 1", ""},
		"body":            {"", endless},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			var params []string
			if name == "own log_comment" {
				params = []string{"log_comment=mine"}
			}
			go func() { done <- post(ctx, s, c.query, c.body, params...) }()
			waitRunning(t, s, "numbers(1000", "1")
			cancel()
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Errorf("client got %v", err)
			}
			waitRunning(t, s, "numbers(1000", "0")
		})
	}
	ask(t, s, "SELECT 1")
}

// A body that breaks off leaves no rows: the client can send it again.
func TestBrokenInsertLeavesNothing(t *testing.T) {
	s := start(t)
	ask(t, s, "CREATE TABLE t (a UInt64) ENGINE = MergeTree ORDER BY a")
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(c, "POST /?query=INSERT+INTO+t+FORMAT+CSV HTTP/1.1\r\nHost: x\r\nX-ClickHouse-User: %s\r\nX-ClickHouse-Key: %s\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n",
		s.User(), s.Password(), 2000, strings.Repeat("1\n", 1000)); err != nil {
		t.Fatal(err)
	}
	waitRunning(t, s, "INSERT INTO t", "1")
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	waitRunning(t, s, "INSERT INTO t", "0")
	if got := ask(t, s, "SELECT count() FROM t"); got != "0\n" {
		t.Errorf("%s rows", got)
	}
}

// Close waits as long as it may, then cancels what still runs.
func TestCloseCancels(t *testing.T) {
	s := start(t)
	done := make(chan error, 1)
	go func() { done <- post(t.Context(), s, endless, "") }()
	waitRunning(t, s, "numbers(1000", "1")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Close(ctx); err != nil {
		t.Error(err)
	}
	if err := <-done; err == nil {
		t.Error("the statement ended well")
	}
	if err := s.Close(t.Context()); err != nil {
		t.Error("second close:", err)
	}
}
