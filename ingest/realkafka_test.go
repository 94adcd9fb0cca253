//go:build kafka

package ingest

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"iter"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/funnelcloud/funnelcloud/ingest/broker"
	"github.com/funnelcloud/funnelcloud/ingest/source"
	"github.com/funnelcloud/funnelcloud/queries/queriestest"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

const realConsumerEnv = "FUNNELCLOUD_TEST_REAL_CONSUMER"

// realConsumer is one member of the group. Topic and group are of one test's own, so that it may run again on the same
// Kafka.
type realConsumer struct {
	Brokers      []string
	Topic, Group string
	Warehouse    warehouse.Config
}

// realSessionTimeout is the shortest that Kafka takes as it comes (group.min.session.timeout.ms).
const realSessionTimeout = 6 * time.Second

func (r realConsumer) options(db *warehouse.DB) (Options, error) {
	sources, err := source.Builtin()
	if err != nil {
		return Options{}, err
	}
	segment, err := source.Named(sources, "segment")
	if err != nil {
		return Options{}, err
	}
	ours := *segment
	ours.Topics = []string{r.Topic}
	return Options{Brokers: r.Brokers, Group: r.Group, Sources: []*source.Source{&ours}, Conn: db.Conn(),
		MaxAge: 20 * time.Millisecond, SessionTimeout: realSessionTimeout,
		Logger: slog.New(slog.NewTextHandler(os.Stderr, nil))}, nil
}

// TestConsumerProcess is the member that TestApacheKafkaCountsEachEventOnceThoughAConsumerIsKilled kills, when the environment says so; else it is nothing.
func TestConsumerProcess(t *testing.T) {
	told := os.Getenv(realConsumerEnv)
	if told == "" {
		return
	}
	var r realConsumer
	if err := json.Unmarshal([]byte(told), &r); err != nil {
		t.Fatal(err)
	}
	db, err := warehouse.Open(t.Context(), r.Warehouse)
	if err != nil {
		t.Fatal(err)
	}
	o, err := r.options(db)
	if err != nil {
		t.Fatal(err)
	}
	inserts := 0
	o.step = func(s step) {
		if s != stepInserted {
			return
		}
		// Rows of the third batch are in ClickHouse and its offsets are not committed: they will come again.
		if inserts++; inserts == 3 {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	_, err = Run(t.Context(), o)
	t.Fatalf("the consumer ended before it was killed: %v", err)
}

// Two consumers share a topic while messages flow in, some of them twice, some of them garbage. One is killed between
// insert and commit. Each event counts exactly once.
func TestApacheKafkaCountsEachEventOnceThoughAConsumerIsKilled(t *testing.T) {
	db := queriestest.New(t)
	r := newRealConsumer(t, db)
	o, err := r.options(db)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()

	flow := &flow{topic: r.Topic, moved: make(chan struct{}, 1), stop: make(chan struct{})}
	o.Progress = flow.survivorHas
	surviving, retire := context.WithCancel(ctx)
	survivor := async(func() (Stats, error) { return Run(surviving, o) })
	producer := async(func() (uint64, error) { return Produce(ctx, r.Brokers, flow.messages(ctx), nil) })

	flow.wait(ctx, t, func() bool { return flow.consumed.Load() > 0 }) // the survivor is at work
	r.runUntilKilled(ctx, t)
	close(flow.stop)
	acknowledged := <-producer
	if acknowledged.err != nil || acknowledged.value != flow.produced.Load() {
		t.Fatalf("Kafka has %d of %d messages: %v", acknowledged.value, flow.produced.Load(), acknowledged.err)
	}
	s := &stack{t: t, db: db}
	flow.wait(ctx, t, func() bool {
		return s.count("SELECT uniqExact(event_id) FROM events") == flow.good.Load() &&
			s.count("SELECT count() FROM events_rejected FINAL") == flow.bad.Load()
	})
	retire()
	left := <-survivor
	if left.err != nil {
		t.Fatal(left.err)
	}
	s.expect("events counted", "SELECT count() FROM events FINAL", flow.good.Load())
	s.expect("distinct events", "SELECT uniqExact(event_id) FROM events", flow.good.Load())
	s.expect("rejects counted", "SELECT count() FROM events_rejected FINAL", flow.bad.Load())
	s.expect("consumers that stored batches", "SELECT uniqExact(consumer) FROM ingest_batches", 2)
	t.Logf("%d messages, %d events, %d of them sent twice, %d rejects; the survivor read %d messages",
		flow.produced.Load(), flow.good.Load(), flow.produced.Load()-flow.good.Load()-flow.bad.Load(), flow.bad.Load(), left.value.Messages)
}

// newRealConsumer makes a topic on the Kafka named in the environment.
func newRealConsumer(t *testing.T, db *warehouse.DB) realConsumer {
	t.Helper()
	address := os.Getenv(kafkaEnv)
	if address == "" {
		t.Fatalf("%s names no broker; this test needs Apache Kafka", kafkaEnv)
	}
	name := "funnelcloud-test-" + strings.ToLower(rand.Text()[:8])
	r := realConsumer{Brokers: strings.Split(address, ","), Topic: name, Group: name, Warehouse: db.Config()}
	if err := broker.CreateTopics(t.Context(), r.Brokers, 6, 1, name); err != nil {
		t.Fatal(err)
	}
	return r
}

// runUntilKilled runs the second member, this test binary again, which kills itself as kill −9 does.
func (r realConsumer) runUntilKilled(ctx context.Context, t *testing.T) {
	t.Helper()
	told, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestConsumerProcess$")
	cmd.Env = append(os.Environ(), realConsumerEnv+"="+string(told))
	output, err := cmd.CombinedOutput()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL || ctx.Err() != nil {
		t.Fatalf("the second consumer was to be killed in its third batch, but: %v\n%s", err, output)
	}
}

// flow is the stream of messages: until it is stopped, and never far ahead of the consumers.
type flow struct {
	topic               string
	produced, good, bad atomic.Uint64
	consumed            atomic.Uint64 // by the survivor
	moved               chan struct{} // the survivor has stored a batch
	stop                chan struct{}
}

func (f *flow) survivorHas(s Stats) {
	f.consumed.Store(s.Messages)
	select {
	case f.moved <- struct{}{}:
	default:
	}
}

// messages repeats each tenth under another key, hence mostly in another partition; each hundredth is garbage.
func (f *flow) messages(ctx context.Context) iter.Seq[Message] {
	return func(yield func(Message) bool) {
		send := func(key, value string) bool {
			f.produced.Add(1)
			return yield(Message{Topic: f.topic, Key: []byte(key), Value: []byte(value)})
		}
		for i := 0; ; i++ {
			select {
			case <-f.stop:
				return
			case <-ctx.Done():
				return
			default:
			}
			if i%100 == 99 {
				f.bad.Add(1)
				if !send("", fmt.Sprintf("bad message %d", i)) {
					return
				}
				continue
			}
			call := fmt.Sprintf(`{"messageId":"m%d","type":"track","event":"Feature Used","userId":"u%d"}`, i, i%997)
			f.good.Add(1)
			if !send(fmt.Sprint("u", i%997), call) || i%10 == 0 && !send(fmt.Sprint("again", i%991), call) {
				return
			}
			f.keepPace(ctx)
		}
	}
}

// keepPace waits while the stream is far ahead. The survivor reads some half of it, more than the third that counts
// here, so this ends. What Produce still gathers into batches (5000 messages a partition) must stay well below the rest.
func (f *flow) keepPace(ctx context.Context) {
	for f.produced.Load() > 3*f.consumed.Load()+200_000 {
		select {
		case <-f.moved:
		case <-f.stop:
			return
		case <-ctx.Done():
			return
		}
	}
}

// wait asks again and again. It leaves the signal to keepPace, which would else wait for one that is not to come.
func (f *flow) wait(ctx context.Context, t *testing.T, done func() bool) {
	t.Helper()
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for !done() {
		select {
		case <-again.C:
		case <-ctx.Done():
			t.Fatalf("not done in time: %d messages produced, the survivor has %d", f.produced.Load(), f.consumed.Load())
		}
	}
}

type result[T any] struct {
	value T
	err   error
}

func async[T any](f func() (T, error)) <-chan result[T] {
	done := make(chan result[T], 1)
	go func() {
		value, err := f()
		done <- result[T]{value, err}
	}()
	return done
}
