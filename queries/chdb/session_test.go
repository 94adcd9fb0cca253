package chdb

import (
	"net/http"
	"strings"
	"testing"
)

func TestSessionKeepsTablesAndSettings(t *testing.T) {
	s := start(t)
	in := "session_id=one"
	ask(t, s, "CREATE TEMPORARY TABLE tt (a UInt8)", in)
	insert(t, s, "INSERT INTO tt VALUES", []byte("(1), (2)"), in)
	ask(t, s, "SET max_block_size = 77", in)
	if got := ask(t, s, "SELECT sum(a), getSetting('max_block_size') FROM tt", in); got != "3\t77\n" {
		t.Error(got)
	}
	// What the URL sets holds for its request only.
	if got := ask(t, s, "SELECT getSetting('max_block_size'), getSetting('max_threads')", in, "max_block_size=5", "max_threads=1"); got != "5\t1\n" {
		t.Error(got)
	}
	if got := ask(t, s, "SELECT getSetting('max_block_size'), name, changed FROM system.settings WHERE name = 'max_threads'", in); got != "77\tmax_threads\t0\n" {
		t.Error(got)
	}
	for _, other := range [][]string{{"session_id=two"}, nil} {
		if r := send(t, s, http.MethodPost, "SELECT * FROM tt", nil, other...); r.status != 404 {
			t.Errorf("another session sees the table: %d %s", r.status, r.body)
		}
	}
	ask(t, s, "SELECT 1", in, "close_session=1")
	if r := send(t, s, http.MethodPost, "SELECT 1", nil, in, "session_check=1"); r.header.Get("X-ClickHouse-Exception-Code") != "372" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := send(t, s, http.MethodPost, "SELECT 1", nil, in, "session_timeout=9999"); r.header.Get("X-ClickHouse-Exception-Code") != "374" {
		t.Errorf("%d %s", r.status, r.body)
	}
}

// A session runs one statement at a time; the second is refused, not queued.
func TestSessionIsLocked(t *testing.T) {
	s := start(t)
	body, feed := newGate()
	done := make(chan reply)
	go func() {
		done <- send(t, s, http.MethodPost, "", body, "session_id=s", "query_id=first")
	}()
	feed("CREATE TEMPORARY TABLE x (a String)") // its end is still to come
	for !s.sessions.busy("s") {
		ask(t, s, "SELECT 1")
	}
	if r := send(t, s, http.MethodPost, "SELECT 1", nil, "session_id=s"); r.header.Get("X-ClickHouse-Exception-Code") != "373" || !strings.Contains(r.body, "SESSION_IS_LOCKED") {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := send(t, s, http.MethodPost, "SELECT 1", nil, "query_id=first"); r.header.Get("X-ClickHouse-Exception-Code") != "216" {
		t.Errorf("%d %s", r.status, r.body)
	}
	feed("")
	if r := <-done; r.status != 200 {
		t.Errorf("%d %s", r.status, r.body)
	}
	ask(t, s, "SELECT * FROM x", "session_id=s")
}

func (m *sessions) busy(id string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.byID[id] != nil && m.byID[id].busy
}
