package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/funnelcloud/funnelcloud/queries/chdb"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// The tests run the program itself, as a person would: the test binary stands in for it when this variable is set.
const asProgram = "FUNNELCLOUD_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(run(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// command is the program with arguments, not yet started.
func command(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, os.Args[0], args...)
	c.Env = append(os.Environ(), asProgram+"=1")
	return c
}

// result is what one run of the program left.
type result struct {
	out, err string
	code     int
}

func funnelcloud(t *testing.T, args ...string) result {
	t.Helper()
	c := command(t.Context(), args...)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	if err != nil && c.ProcessState == nil {
		t.Fatal(err)
	}
	return result{out.String(), errs.String(), c.ProcessState.ExitCode()}
}

// mustRun runs the program and fails the test unless it succeeds.
func mustRun(t *testing.T, args ...string) result {
	t.Helper()
	r := funnelcloud(t, args...)
	if r.code != exitOK {
		t.Fatalf("funnelcloud %s: exit %d\n%s%s", strings.Join(args, " "), r.code, r.out, r.err)
	}
	return r
}

// wantFailure runs the program and wants an exit code and every one of some words on standard error.
func wantFailure(t *testing.T, code int, words []string, args ...string) {
	t.Helper()
	r := funnelcloud(t, args...)
	if r.code != code {
		t.Errorf("funnelcloud %s: exit %d, want %d\n%s", strings.Join(args, " "), r.code, code, r.err)
	}
	for _, word := range words {
		if !strings.Contains(r.err, word) {
			t.Errorf("funnelcloud %s: the message lacks %q:\n%s", strings.Join(args, " "), word, r.err)
		}
	}
}

// localStack is 'funnelcloud up' on a folder of its own.
type localStack struct {
	folder string
	c      *exec.Cmd
	errs   *bytes.Buffer
}

// up starts the local stack and waits until it says that it is up. It is stopped at the end of the test.
func up(t *testing.T, folder string) *localStack {
	t.Helper()
	// The context of the test ends before its cleanups: the stack must live until then.
	c := command(context.WithoutCancel(t.Context()), "up", "--data", folder)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s := &localStack{folder: folder, c: c, errs: &bytes.Buffer{}}
	c.Stderr = s.errs
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.stop(t) })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "Kafka") {
			go func() {
				for lines.Scan() { // the pipe must not fill
				}
			}()
			return s
		}
	}
	t.Fatalf("the stack did not come up:\n%s", s.errs)
	return nil
}

// stop ends the stack softly and wants it to leave cleanly. It may be called twice.
func (s *localStack) stop(t *testing.T) {
	t.Helper()
	if s.c == nil {
		return
	}
	c := s.c
	s.c = nil
	_ = c.Process.Signal(syscall.SIGTERM)
	if err := c.Wait(); err != nil {
		t.Errorf("the stack stopped with %v:\n%s", err, s.errs)
	}
}

// kill ends the stack as a power cut would.
func (s *localStack) kill(t *testing.T) {
	t.Helper()
	c := s.c
	s.c = nil
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait()
}

// rows asks the stack's ClickHouse.
func (s *localStack) rows(t *testing.T, statement string) []string {
	t.Helper()
	a, err := readAddress(s.folder)
	if err != nil {
		t.Fatal(err)
	}
	db, err := warehouse.Open(t.Context(), warehouse.Config{Addr: a.ClickHouse, User: a.User, Password: a.Password})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	_, rows, err := db.TableText(t.Context(), statement, nil)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	lines := make([]string, len(rows))
	for i, row := range rows {
		lines[i] = strings.TrimSuffix(fmt.Sprintln(row...), "\n")
	}
	return lines
}

func (s *localStack) want(t *testing.T, statement string, want ...string) {
	t.Helper()
	if got := s.rows(t, statement); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s\ngot  %q\nwant %q", statement, got, want)
	}
}

// ensured installs the engine once, before several processes want it.
func ensured(t *testing.T) {
	t.Helper()
	if _, err := chdb.Ensure(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
}

func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

func decode[T any](t *testing.T, text string) T {
	t.Helper()
	var value T
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("not JSON: %v\n%s", err, text)
	}
	return value
}

// takenPort is a loopback port that somebody else listens on until the test ends.
func takenPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}
