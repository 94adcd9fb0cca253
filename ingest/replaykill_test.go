package ingest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/funnelcloud/funnelcloud/ingest/source"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// A replay in a process of its own, which is killed −9 at what it sends to ClickHouse: the proxy between them sees each
// statement before and after ClickHouse has done it.

func (v victim) replay(ctx context.Context) error {
	definition, err := source.Parse("shop.yaml", []byte(v.Replay))
	if err != nil {
		return err
	}
	db, err := warehouse.Open(ctx, v.Warehouse)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = Replay(ctx, ReplayOptions{DB: db, Sources: []*source.Source{definition}})
	return err
}

// assassin is a proxy in front of ClickHouse that kills the process it serves at a statement.
type assassin struct {
	address   string
	statement string           // at which
	after     bool             // once ClickHouse has done it, before the process hears so; else before ClickHouse hears of it
	nth       int64            // which time it comes
	seen      atomic.Int64     // times it came
	victim    chan *os.Process // once it runs
	struck    chan struct{}
}

func newAssassin(t *testing.T, target, statement string, after bool, nth int64) *assassin {
	t.Helper()
	a := &assassin{statement: statement, after: after, nth: nth, victim: make(chan *os.Process, 1), struck: make(chan struct{})}
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: target})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r.Body, r.ContentLength, r.TransferEncoding = io.NopCloser(bytes.NewReader(body)), int64(len(body)), nil
		mine := strings.Contains(r.URL.Query().Get("query")+string(body[:min(len(body), 300)]), a.statement) && a.seen.Add(1) == a.nth
		if mine && !a.after {
			a.strike(r.Context())
			return
		}
		if !mine {
			proxy.ServeHTTP(w, r)
			return
		}
		proxy.ServeHTTP(httptest.NewRecorder(), r)
		a.strike(r.Context())
	}))
	t.Cleanup(server.Close)
	a.address = server.Listener.Addr().String()
	return a
}

// strike kills and lets nothing out until the process is gone.
func (a *assassin) strike(ctx context.Context) {
	victim := <-a.victim
	_ = victim.Kill()
	close(a.struck)
	<-ctx.Done() // its connections end with it
}

// letters makes n dead letters that the mended definition takes.
func letters(t *testing.T, n int) *stack {
	t.Helper()
	s := newStack(t, parsed(t, strictSource))
	values := make([]string, n)
	for i := range values {
		values[i] = fmt.Sprintf(`[{"order":"o%d","what":"Bought","client":"2","at":"2026-01-02T00:00:00Z"}]`, i)
	}
	s.produce("shop", values...)
	s.drain()
	s.expect("dead letters", "SELECT count() FROM dead_letters", uint64(n))
	s.sources = []*source.Source{parsed(t, mendedSource())}
	return s
}

func (s *stack) replayed(n int) {
	s.t.Helper()
	s.expect("events", "SELECT count() FROM events_deduplicated", uint64(n))
	s.expect("dead letters left", "SELECT count() FROM dead_letters", 0)
	s.expect("letters", "SELECT count() FROM events_rejected FINAL", uint64(n))
}

// A replay stores events, then marks their letters, batch by batch. Killed anywhere in between and run again, it has
// brought in each once.
func TestReplayIsKilledBetweenItsSteps(t *testing.T) {
	t.Parallel()
	const n = 2*replayRows + 500
	for name, at := range map[string]struct {
		statement string
		after     bool
	}{
		"before the events":                  {"INSERT INTO events ", false},
		"after the events, unacknowledged":   {"INSERT INTO events ", true},
		"between the events and the marks":   {"INSERT INTO events_rejected ", false},
		"after the marks, unacknowledged":    {"INSERT INTO events_rejected ", true},
		"while it reads the letters":         {"FROM dead_letters", false},
		"while it reads letters, unanswered": {"FROM dead_letters", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := letters(t, n)
			for _, nth := range []int64{1, 2} {
				a := newAssassin(t, s.db.Config().Addr, at.statement, at.after, nth)
				cmd := s.startReplay(a.address)
				a.victim <- cmd.Process
				err := cmd.Wait()
				if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
					t.Fatalf("the replay was to be killed, but: %v", err)
				}
				<-a.struck
			}
			s.replay(ReplayOptions{})
			s.replayed(n)
		})
	}
}

func TestReplayIsKilledAtRandomPoints(t *testing.T) {
	t.Parallel()
	const n, rounds = 3 * replayRows, 6
	s := letters(t, n)
	for round := range rounds {
		cmd := s.startReplay(s.db.Config().Addr)
		after := time.Duration(rand.Int64N(int64(600 * time.Millisecond)))
		kill := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait() // killed, or done before
		kill.Stop()
		t.Logf("round %d: killed after %s, %d events stored, %d letters left", round, after,
			s.count("SELECT count() FROM events_deduplicated"), s.count("SELECT count() FROM dead_letters"))
	}
	s.replay(ReplayOptions{})
	s.replayed(n)
}

// startReplay runs the replay in a process of its own, with ClickHouse at an address.
func (s *stack) startReplay(address string) *exec.Cmd {
	s.t.Helper()
	config := s.db.Config()
	config.Addr = address
	cmd := s.command(victim{Replay: mendedSource(), Warehouse: config})
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	return cmd
}
