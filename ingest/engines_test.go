package ingest

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/funnelcloud/funnelcloud/ingest/broker"
	"github.com/funnelcloud/funnelcloud/queries/chdb"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// Broker and ClickHouse in processes of their own, this test binary again, so that kill −9 takes them in the middle of
// whatever they do.

const engineEnv = "FUNNELCLOUD_TEST_ENGINE"

// engine is what such a process is told.
type engine struct {
	Kind     string // broker or clickhouse
	Folder   string // its data
	Port     int    // 0: any
	Password string // of ClickHouse
}

func serving() bool { return os.Getenv(engineEnv) != "" }

// serve is the process: it says its address on standard output and lives until it is killed or its parent is gone.
func serve() int {
	var e engine
	err := json.Unmarshal([]byte(os.Getenv(engineEnv)), &e)
	if err == nil {
		err = e.run(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func (e engine) run(ctx context.Context) error {
	switch e.Kind {
	case "broker":
		b, err := broker.Start(ctx, broker.Options{Dir: e.Folder, Port: e.Port, Topics: []string{"segment"}, Partitions: 3})
		if err != nil {
			return err
		}
		defer b.Close()
		fmt.Println(b.Addr())
	case "clickhouse":
		library, err := chdb.Ensure(ctx, nil)
		if err != nil {
			return err
		}
		s, err := chdb.Start(ctx, chdb.Options{Library: library, DataDir: e.Folder, Addr: "127.0.0.1:" + strconv.Itoa(e.Port), Password: e.Password})
		if err != nil {
			return err
		}
		defer s.Close(ctx)
		fmt.Println(s.Addr())
	}
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

// engineProcess is a running one.
type engineProcess struct {
	engine
	t    testing.TB
	cmd  *exec.Cmd
	addr string
}

func startEngine(t testing.TB, e engine) *engineProcess {
	t.Helper()
	p := &engineProcess{engine: e, t: t}
	p.start()
	t.Cleanup(p.kill)
	return p
}

func (p *engineProcess) start() {
	p.t.Helper()
	told, err := json.Marshal(p.engine)
	if err != nil {
		p.t.Fatal(err)
	}
	p.cmd = exec.Command(os.Args[0])
	p.cmd.Env = append(os.Environ(), engineEnv+"="+string(told))
	p.cmd.Stderr = os.Stderr
	if _, err := p.cmd.StdinPipe(); err != nil { // held open; its end is ours
		p.t.Fatal(err)
	}
	stdout, err := p.cmd.StdoutPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		p.t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		p.t.Fatalf("the %s process did not come up: %v", p.Kind, err)
	}
	p.addr = strings.TrimSpace(line)
	_, port, err := net.SplitHostPort(p.addr)
	if err == nil {
		p.Port, err = strconv.Atoi(port)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// kill is kill −9. Killing twice does nothing.
func (p *engineProcess) kill() {
	if p.cmd.ProcessState == nil {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait() // says that it was killed
	}
}

// goodCalls are calls without bad ones among them: a producer whose broker is killed sends some messages twice, and a
// bad message that is in Kafka twice is two rejects, as it should be.
func goodCalls(n int) []string {
	values := make([]string, n)
	for i := range values {
		values[i] = fmt.Sprintf(`{"messageId":"g%d","type":"track","event":"Feature Used","userId":"u%d"}`, i, i%17)
	}
	return values
}

// batchSignal tells of stored batches.
func batchSignal(o *Options) <-chan struct{} {
	moved := make(chan struct{}, 1)
	o.Progress = func(Stats) { signal(moved) }
	return moved
}

func await(ctx context.Context, t testing.TB, moved <-chan struct{}, batches int) {
	t.Helper()
	for range batches {
		select {
		case <-moved:
		case <-ctx.Done():
			t.Fatal("no batch is stored any more")
		}
	}
}

func TestKillTheBroker(t *testing.T) {
	t.Parallel()
	kafka := startEngine(t, engine{Kind: "broker", Folder: t.TempDir()})
	s := newDatabaseStack(t, kafka.addr)
	s.produce("segment", calls(crashMessages)...)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	o := s.options()
	o.Drain, o.MaxRows, o.FetchBytes = false, 300, 20_000
	moved := batchSignal(&o)
	consumerCtx, stop := context.WithCancel(ctx)
	defer stop()
	consumer := run(consumerCtx, o)
	const more = 30_000
	produced := make(chan error, 1)
	go func() {
		n, err := Produce(ctx, s.brokers(), keyed("segment", goodCalls(more)), nil)
		if err == nil && n != more {
			err = fmt.Errorf("%d messages acknowledged, want %d", n, more)
		}
		produced <- err
	}()
	for range 3 {
		await(ctx, t, moved, 3)
		kafka.kill()
		kafka.start()
	}
	if err := <-produced; err != nil {
		t.Fatal(err)
	}
	await(ctx, t, moved, 1)
	stop()
	if err := <-consumer; err != nil {
		t.Fatal(err)
	}
	s.drain()
	s.expect("events counted", "SELECT count() FROM events FINAL", crashMessages-crashMessages/100+more)
	s.expect("rejects counted", "SELECT count() FROM events_rejected FINAL", crashMessages/100)
}

// newDatabaseStack is a stack whose broker is not this process's.
func newDatabaseStack(t testing.TB, kafka string) *stack {
	t.Helper()
	s := newStack(t, sourceNamed(t, "segment"))
	s.address = kafka
	return s
}

// run consumes in the background.
func run(ctx context.Context, o Options) <-chan error {
	ended := make(chan error, 1)
	go func() {
		_, err := Run(ctx, o)
		ended <- err
	}()
	return ended
}

// ClickHouse is killed at random points of inserts and restarted on its data: what it had acknowledged is there, what it
// had not comes again.
func TestKillClickHouse(t *testing.T) {
	t.Parallel()
	const n, kills = 30_000, 8
	server := startEngine(t, engine{Kind: "clickhouse", Folder: filepath.Join(t.TempDir(), "clickhouse"), Password: "secret"})
	s := newStack(t, sourceNamed(t, "segment"))
	s.db = openEngine(t, server)
	s.produce("segment", calls(n)...)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	o := s.options()
	o.Drain, o.MaxRows, o.FetchBytes = false, 300, 20_000
	moved := batchSignal(&o)
	mapped := make(chan struct{}, 1)
	o.step = func(at step) {
		if at == stepMapped {
			signal(mapped)
		}
	}
	consumerCtx, stop := context.WithCancel(ctx)
	defer stop()
	consumer := run(consumerCtx, o)
	for kill := range kills {
		await(ctx, t, moved, 2)
		await(ctx, t, mapped, 1) // the inserts are about to begin; the three of a batch take some 20 ms
		after := time.Duration(rand.Int64N(int64(30 * time.Millisecond)))
		<-time.After(after)
		server.kill()
		server.start()
		t.Logf("kill %d: %s after a batch was mapped, %d events stored", kill, after, s.count("SELECT uniqExact(event_id) FROM events"))
	}
	await(ctx, t, moved, 2)
	stop()
	if err := <-consumer; err != nil {
		t.Fatal(err)
	}
	s.drain()
	s.expectOnce(n)
}

// openEngine connects to a ClickHouse process and makes the tables.
func openEngine(t testing.TB, p *engineProcess) *warehouse.DB {
	t.Helper()
	db, err := warehouse.Open(t.Context(), warehouse.Config{Addr: p.addr, User: "default", Password: p.Password})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}
