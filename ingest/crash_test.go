package ingest

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/funnelcloud/funnelcloud/ingest/source"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// The consumer runs in a process of its own, this test binary again, so that kill −9 and SIGSTOP are what they are in
// production. Broker and ClickHouse stay in the test's process.

const crashEnv = "FUNNELCLOUD_TEST_CONSUMER"

// victim is what the process is told.
type victim struct {
	Brokers   []string
	Warehouse warehouse.Config
	KillAt    step          // kill −9 at this step
	PauseAt   step          // say so on standard output at this step; the test stops the process there
	Nth       int           // which time it comes to the step
	KillAfter time.Duration // kill −9 this long after the first chunk was fetched, wherever it is then
	Topic     string        // of the Segment calls
	Group     string        // of consumers
	Session   time.Duration // after which the broker believes that it is dead
	Replay    string        // replay with this definition instead of consuming
}

func crashing() bool { return os.Getenv(crashEnv) != "" }

// crash is the process: it drains the topics unless it dies first.
func crash() int {
	var v victim
	err := json.Unmarshal([]byte(os.Getenv(crashEnv)), &v)
	if err == nil {
		err = v.run(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func (v victim) run(ctx context.Context) error {
	if v.Replay != "" {
		return v.replay(ctx)
	}
	sources, err := source.Builtin()
	if err != nil {
		return err
	}
	segment, err := source.Named(sources, "segment")
	if err != nil {
		return err
	}
	segment.Topics = []string{v.Topic}
	db, err := warehouse.Open(ctx, v.Warehouse)
	if err != nil {
		return err
	}
	defer db.Close()
	seen := map[step]int{}
	_, err = Run(ctx, Options{Brokers: v.Brokers, Group: v.Group, Sources: []*source.Source{segment}, Conn: db.Conn(), Drain: true,
		MaxRows: 300, FetchBytes: 20_000, MaxAge: 10 * time.Millisecond, SessionTimeout: v.Session,
		step: func(s step) {
			if seen[stepFetched] == 0 && s == stepFetched && v.KillAfter > 0 {
				seen[stepFetched]++
				time.AfterFunc(v.KillAfter, func() { _ = syscall.Kill(os.Getpid(), syscall.SIGKILL) })
			}
			if s != v.KillAt && s != v.PauseAt {
				return
			}
			if seen[s]++; seen[s] != v.Nth {
				return
			}
			if s == v.KillAt {
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {} // the signal needs a moment to arrive; no further step until then
			}
			fmt.Println("paused at", s)
			_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
		}})
	return err
}

// start prepares the process of a consumer.
func (s *stack) start(v victim) *exec.Cmd {
	s.t.Helper()
	v.Brokers, v.Warehouse = s.brokers(), s.db.Config()
	v.Topic, v.Session = cmp.Or(v.Topic, "segment"), cmp.Or(v.Session, time.Second)
	return s.command(v)
}

// command is the process, not yet started.
func (s *stack) command(v victim) *exec.Cmd {
	s.t.Helper()
	told, err := json.Marshal(v)
	if err != nil {
		s.t.Fatal(err)
	}
	cmd := exec.CommandContext(s.t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), crashEnv+"="+string(told))
	cmd.Stderr = os.Stderr
	return cmd
}

// kill runs the process until it has killed itself.
func (s *stack) kill(v victim) {
	s.t.Helper()
	cmd := s.start(v)
	err := cmd.Run()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
		s.t.Fatalf("the consumer was to be killed at %s%s, but: %v", v.KillAt, v.KillAfter, err)
	}
}

const crashMessages = 3000

// calls are good messages and, one in a hundred, a bad one.
func calls(n int) []string {
	values := make([]string, n)
	for i := range values {
		values[i] = fmt.Sprintf(`{"messageId":"m%d","type":"track","event":"Feature Used","userId":"u%d","properties":{"padding":"%s"}}`,
			i, i%17, strings.Repeat("x", 100))
		if i%100 == 99 {
			values[i] = fmt.Sprintf("bad message %d", i)
		}
	}
	return values
}

// expectOnce checks that every message counts exactly once.
func (s *stack) expectOnce(n int) {
	s.t.Helper()
	s.expect("events counted", "SELECT count() FROM events FINAL", uint64(n-n/100))
	s.expect("distinct events", "SELECT uniqExact(event_id) FROM events", uint64(n-n/100))
	s.expect("rejects counted", "SELECT count() FROM events_rejected FINAL", uint64(n/100))
}

func TestKillBetweenEachPairOfSteps(t *testing.T) {
	t.Parallel()
	for _, at := range []step{stepFetched, stepMapped, stepInserted, stepCommitted} {
		t.Run(string(at), func(t *testing.T) {
			t.Parallel()
			s := newStack(t, sourceNamed(t, "segment"))
			s.produce("segment", calls(crashMessages)...)
			for nth := range 2 {
				s.kill(victim{KillAt: at, Nth: nth + 1})
			}
			s.drain()
			s.expectOnce(crashMessages)
		})
	}
}

// A consumer whose process is stopped for longer than its session must not commit what somebody else owns by then.
func TestAPausedConsumerCommitsNothingItNoLongerOwns(t *testing.T) {
	t.Parallel()
	s := newStack(t, sourceNamed(t, "segment"))
	s.produce("segment", calls(crashMessages)...)
	cmd := s.start(victim{PauseAt: stepInserted, Nth: 2})
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(stdout).ReadString('\n'); !strings.HasPrefix(line, "paused") {
		t.Fatalf("%q, %v", line, err)
	}
	signal := func(sig os.Signal) {
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
	}
	signal(syscall.SIGSTOP)
	s.drain() // which gets the partitions once the session has ended
	s.expectOnce(crashMessages)
	before := s.committed()
	if _, err := stdin.Write([]byte("\n")); err != nil {
		t.Fatal(err)
	}
	signal(syscall.SIGCONT)
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	for at, offset := range s.committed() {
		if offset < before[at] {
			t.Errorf("partition %d went back from %d to %d", at.partition, before[at], offset)
		}
	}
	s.expectOnce(crashMessages)
}

// Killed wherever it happens to be, again and again: in a fetch, between two columns, in the middle of an insert.
func TestKillAtRandomPoints(t *testing.T) {
	t.Parallel()
	const rounds, n = 8, 30_000
	for stream := range 3 {
		t.Run(fmt.Sprint("stream ", stream), func(t *testing.T) {
			t.Parallel()
			s := newStack(t, sourceNamed(t, "segment"))
			s.produce("segment", calls(n)...)
			stored := uint64(0)
			for round := range rounds {
				after := time.Duration(rand.Int64N(int64(250 * time.Millisecond)))
				s.kill(victim{KillAfter: max(after, 1)})
				now := s.count("SELECT uniqExact(event_id) FROM events")
				t.Logf("round %d: killed %s after the first chunk, %d events are stored, %d more", round, after, now, now-stored)
				stored = now
			}
			if stored == 0 || stored >= n-n/100 {
				t.Errorf("%d events stored when the kills were over: the test has tested nothing", stored)
			}
			s.drain()
			s.expectOnce(n)
			t.Logf("%d rows of %d events: the others are repeats", s.count("SELECT count() FROM events"), n-n/100)
		})
	}
}
