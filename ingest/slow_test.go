package ingest

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// through is a connection to the stack's ClickHouse by another address.
func (s *stack) through(address string) *warehouse.DB {
	s.t.Helper()
	config := s.db.Config()
	config.Addr = address
	db, err := warehouse.Open(s.t.Context(), config)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { db.Close() })
	return db
}

// An insert that takes longer than the session costs neither the partitions nor the order of the steps: heartbeats go on
// meanwhile, nothing is repeated, and no more is read than two batches hold.
func TestClickHouseSlowerThanTheSession(t *testing.T) {
	t.Parallel()
	s := newStack(t, sourceNamed(t, "segment"))
	s.produce("segment", calls(crashMessages)...)
	link := newWeakLink(t, s.db.Config().Addr)
	link.stall = 1500 * time.Millisecond
	defer link.close()
	db := s.through(link.l.Addr().String())
	link.mode.Store(linkStalls)
	o := s.options()
	o.Conn, o.MaxRows, o.FetchBytes, o.SessionTimeout = db.Conn(), 300, 20_000, time.Second
	var fetched atomic.Int64
	o.step = func(at step) {
		switch at {
		case stepFetched:
			fetched.Add(1)
		case stepInserted:
			if n := fetched.Load(); n > 10 { // of about a hundred messages each
				t.Errorf("%d chunks were fetched during one insert; memory is not bounded", n)
			}
			link.mode.Store(linkWorks) // one batch is enough
			fetched.Store(-1 << 40)
		}
	}
	stats := s.run(o)
	if link.faults.Load() == 0 {
		t.Error("nothing was slow: the test has tested nothing")
	}
	if stats.Messages != crashMessages {
		t.Errorf("%d messages, want each of %d once: the session must outlive a slow insert", stats.Messages, crashMessages)
	}
	db.Close()
	s.expectOnce(crashMessages)
}

// fullDisk answers as ClickHouse does when its disk is full: after having read the rows, at any of a batch's inserts.
func fullDisk(t *testing.T, target string, full *atomic.Bool, refused *atomic.Int64, statement string) string {
	t.Helper()
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: target})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		if full.Load() && strings.Contains(r.URL.RawQuery+string(body[:min(len(body), 300)]), statement) {
			refused.Add(1)
			w.Header().Set("X-ClickHouse-Exception-Code", "243")
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = io.WriteString(w, "Code: 243. DB::Exception: Cannot reserve 1.00 MiB, not enough space. (NOT_ENOUGH_SPACE)\n")
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		r.ContentLength, r.TransferEncoding = int64(len(body)), nil
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// The disk is full at the events, at the rejects, or at the log: the batch waits whole, and is counted once when there
// is room again.
func TestClickHouseOutOfDisk(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"events", "events_rejected", "ingest_batches"} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			s := newStack(t, sourceNamed(t, "segment"))
			s.produce("segment", calls(crashMessages)...)
			var full atomic.Bool
			var refused atomic.Int64
			statement := url.QueryEscape("INSERT INTO " + table + " ")
			db := s.through(fullDisk(t, s.db.Config().Addr, &full, &refused, statement))
			full.Store(true)
			o := s.options()
			o.Conn, o.MaxRows, o.FetchBytes = db.Conn(), 300, 20_000
			if table == "events_rejected" { // one batch, for one that has no rejects needs no room for them
				o.MaxRows, o.MaxAge = crashMessages, time.Minute
			}
			o.Logger = slog.New(logged{slog.DiscardHandler, func(string) {
				if refused.Load() < 3 || !full.Load() { // or there is room again, and another warning
					return
				}
				for at, offset := range s.committed() {
					if offset > 0 {
						t.Errorf("partition %d: offset %d committed while the disk was full", at.partition, offset)
					}
				}
				full.Store(false)
			}})
			s.run(o)
			if refused.Load() < 3 {
				t.Errorf("%d inserts were refused: the test has tested nothing", refused.Load())
			}
			db.Close()
			s.expectOnce(crashMessages)
		})
	}
}
