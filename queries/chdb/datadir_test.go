package chdb

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// address stands in for the listener of a server in another process.
type address string

func (a address) Accept() (net.Conn, error) { return nil, net.ErrClosed }
func (a address) Close() error              { return nil }
func (a address) Addr() net.Addr            { return a }
func (a address) Network() string           { return "tcp" }
func (a address) String() string            { return string(a) }

// What was acknowledged is there after kill −9, and the folder opens again.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	p := startProcess(t, dir)
	ask(t, p.Server, "CREATE TABLE t (a UInt64, b String) ENGINE = ReplacingMergeTree ORDER BY a")
	const batches = 20
	for i := range batches {
		ask(t, p.Server, fmt.Sprintf("INSERT INTO t SELECT %d + number, 'x' FROM numbers(1000)", 1000*i))
	}
	// The process dies while it inserts and merges.
	done := make(chan error, 1)
	go func() {
		done <- post(context.WithoutCancel(t.Context()), p.Server, "INSERT INTO t SELECT 1000000 + number, 'y' FROM numbers(1000000000)", "")
	}()
	waitRunning(t, p.Server, "numbers(1000000000)", "1")
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait() // "signal: killed"
	if <-done == nil {
		t.Error("the insert was acknowledged by a dead process")
	}
	s := start(t, func(o *Options) { o.DataDir = dir })
	if got := ask(t, s, "SELECT uniqExact(a) FROM t FINAL WHERE a < 1000000"); got != fmt.Sprint(1000*batches)+"\n" {
		t.Errorf("%s rows of %d are left", got, 1000*batches)
	}
	ask(t, s, "OPTIMIZE TABLE t FINAL")
	ask(t, s, "INSERT INTO t VALUES (1, 'z')")
}

// A restart of the server within the process, on the same folder and another.
func TestRestart(t *testing.T) {
	dir := t.TempDir()
	in := func(dir string, do func(s *Server)) {
		s, err := Start(t.Context(), Options{DataDir: dir})
		if err != nil {
			t.Fatal(err)
		}
		do(s)
		if err := s.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	in(dir, func(s *Server) {
		ask(t, s, "CREATE DATABASE d")
		ask(t, s, "CREATE TABLE d.t (a UInt64) ENGINE = MergeTree ORDER BY a")
		ask(t, s, "INSERT INTO d.t VALUES (42)")
	})
	in(t.TempDir(), func(s *Server) {
		if r := send(t, s, http.MethodPost, "SELECT * FROM d.t", nil); r.status != 404 {
			t.Errorf("%d %s", r.status, r.body)
		}
	})
	in(dir, func(s *Server) {
		if got := ask(t, s, "SELECT a FROM d.t"); got != "42\n" {
			t.Error(got)
		}
	})
}

func TestFolderIsHeld(t *testing.T) {
	dir := t.TempDir()
	p := startProcess(t, dir)
	_, err := Start(t.Context(), Options{DataDir: dir})
	var held *HeldError
	if !errors.As(err, &held) || held.PID != p.cmd.Process.Pid || held.URL != p.URL() || !strings.Contains(err.Error(), dir) {
		t.Errorf("%v", err)
	}
	if err := p.stop.Close(); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Error("child:", err)
	}
	start(t, func(o *Options) { o.DataDir = dir }) // free again
}

// What can't start says why and what to do, and leaves nothing behind.
func TestStartRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	for name, c := range map[string]struct {
		o    Options
		want []string
	}{
		"port in use":       {Options{Addr: taken.Addr().String()}, []string{taken.Addr().String(), "address already in use", "choose another"}},
		"folder is a file":  {Options{DataDir: file}, []string{file, "not a directory", "choose"}},
		"no such library":   {Options{Library: file + "x"}, []string{file, LibraryEnv}},
		"not a library":     {Options{Library: file}, []string{file, LibraryEnv}},
		"damaged catalogue": {Options{DataDir: damaged(t)}, []string{"open clickhouse on"}},
	} {
		s, err := Start(t.Context(), c.o)
		if err == nil {
			t.Errorf("%s: started", name)
			_ = s.Close(t.Context())
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %q is not in: %v", name, w, err)
			}
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: more than one line: %v", name, err)
		}
	}
	first := start(t)
	if _, err := Start(t.Context(), Options{}); err == nil || !strings.Contains(err.Error(), first.DataDir()) {
		t.Errorf("a second server in one process: %v", err)
	}
}

// damaged is a data folder whose catalogue of databases can't be read.
func damaged(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "metadata"), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "metadata", "d.sql"), []byte("garbage"), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// A killed process's temporary folder goes; one in use stays.
func TestTempFoldersAreSwept(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	dead, err := makeTempDir()
	if err != nil {
		t.Fatal(err)
	}
	f, err := lockDataDir(dead)
	if err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-2 * time.Hour)
	if err := os.Chtimes(dead, old, old); err != nil {
		t.Fatal(err)
	}
	if _, err := makeTempDir(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dead); err != nil {
		t.Error("a folder in use was swept")
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := makeTempDir(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dead); err == nil {
		t.Error("a dead process's folder is still there")
	}
}
