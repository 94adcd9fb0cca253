package ingest

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// committed are the group's offsets.
func (s *stack) committed() map[place]int64 {
	s.t.Helper()
	k := Access{}.cluster(s.brokers())
	defer k.close()
	response, err := k.client.OffsetFetch(s.t.Context(), &kafka.OffsetFetchRequest{GroupID: "funnelcloud", Topics: map[string][]int{"segment": {0, 1, 2}}})
	if err != nil || response.Error != nil {
		s.t.Fatal(err, response)
	}
	out := map[place]int64{}
	for _, p := range response.Topics["segment"] {
		out[place{"segment", p.Partition}] = p.CommittedOffset
	}
	return out
}

// weakLink is a TCP proxy in front of ClickHouse that can refuse, cut requests short, or lose answers.
type weakLink struct {
	target string
	l      net.Listener
	mode   atomic.Value // of linkMode
	faults atomic.Int64
	wg     sync.WaitGroup
	stall  time.Duration // of each answer, where the mode says so
}

type linkMode string

const (
	linkWorks       linkMode = "works"
	linkRefuses     linkMode = "refuses"
	linkCuts        linkMode = "cuts the request"
	linkLosesAnswer linkMode = "loses the answer"
	linkStalls      linkMode = "stalls the answer"
)

func newWeakLink(t *testing.T, target string) *weakLink {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &weakLink{target: target, l: l}
	w.mode.Store(linkWorks)
	w.wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			w.wg.Go(func() { w.serve(conn) })
		}
	})
	return w
}

func (w *weakLink) close() {
	w.l.Close()
	w.wg.Wait()
}

func (w *weakLink) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", w.target)
	if err != nil {
		return
	}
	defer server.Close()
	w.wg.Go(func() {
		defer client.Close()
		w.copy(client, server, linkLosesAnswer, 0)
	})
	w.copy(server, client, linkCuts, 20_000)
}

// copy forwards until the mode forbids it. The first bytes pass, so that a request is cut in its middle.
func (w *weakLink) copy(to io.Writer, from io.Reader, forbidden linkMode, pass int) {
	buffer := make([]byte, 4096)
	for forwarded := 0; ; {
		n, err := from.Read(buffer)
		mode := w.mode.Load().(linkMode)
		if mode == linkRefuses || mode == forbidden && forwarded+n > pass {
			w.faults.Add(1)
			return
		}
		if mode == linkStalls && forbidden == linkLosesAnswer && n > 0 {
			w.faults.Add(1)
			<-time.After(w.stall)
		}
		if _, writeErr := to.Write(buffer[:n]); err != nil || writeErr != nil {
			return
		}
		forwarded += n
	}
}

// logged calls f for every record at warning or above.
type logged struct {
	slog.Handler
	f func(message string)
}

func (l logged) Enabled(context.Context, slog.Level) bool { return true }

func (l logged) Handle(_ context.Context, r slog.Record) error {
	if r.Level >= slog.LevelWarn {
		l.f(r.Message)
	}
	return nil
}

func TestClickHouseGoesAndComesBack(t *testing.T) {
	t.Parallel()
	for _, mode := range []linkMode{linkRefuses, linkCuts, linkLosesAnswer} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			s := newStack(t, sourceNamed(t, "segment"))
			s.produce("segment", calls(crashMessages)...)
			config := s.db.Config()
			link := newWeakLink(t, config.Addr)
			defer link.close()
			config.Addr = link.l.Addr().String()
			db, err := warehouse.Open(t.Context(), config)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			link.mode.Store(mode)
			var failures, fetched atomic.Int64
			o := s.options()
			o.Conn, o.MaxRows, o.FetchBytes = db.Conn(), 300, 20_000
			o.step = func(at step) {
				if at == stepFetched {
					fetched.Add(1)
				}
			}
			o.Logger = slog.New(logged{slog.DiscardHandler, func(message string) {
				if strings.HasPrefix(message, "insert into ClickHouse failed") && failures.Add(1) == 3 {
					for at, offset := range s.committed() {
						if offset > 0 {
							t.Errorf("partition %d: offset %d committed while ClickHouse was away", at.partition, offset)
						}
					}
					// Each chunk holds about a hundred messages: two batches and no more are read.
					if n := fetched.Load(); n > 10 {
						t.Errorf("%d chunks were fetched while ClickHouse was away; memory is not bounded", n)
					}
					link.mode.Store(linkWorks)
				}
			}})
			s.run(o)
			if failures.Load() < 3 || link.faults.Load() == 0 {
				t.Errorf("%d failed inserts, %d faults: the test has tested nothing", failures.Load(), link.faults.Load())
			}
			s.expectOnce(crashMessages)
		})
	}
}

func TestAStopThatCannotStoreSaysSoAndCommitsNothing(t *testing.T) {
	t.Parallel()
	s := newStack(t, sourceNamed(t, "segment"))
	s.produce("segment", calls(300)...)
	config := s.db.Config()
	link := newWeakLink(t, config.Addr)
	defer link.close()
	config.Addr = link.l.Addr().String()
	db, err := warehouse.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	link.mode.Store(linkRefuses)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	o := s.options()
	o.Conn, o.Drain, o.StopTimeout = db.Conn(), false, 100*time.Millisecond
	o.Logger = slog.New(logged{slog.DiscardHandler, func(string) { stop() }})
	if _, err := Run(ctx, o); err == nil || !strings.Contains(err.Error(), "after being told to stop") {
		t.Errorf("got %v, want to be told that the batch was not stored", err)
	}
	s.drain()
	s.expectOnce(300)
}

func TestTheBrokerGoesAndComesBack(t *testing.T) {
	t.Parallel()
	s := newStack(t, sourceNamed(t, "segment"))
	s.produce("segment", calls(crashMessages)...)
	gone, back := make(chan struct{}), make(chan struct{})
	var once, twice sync.Once
	o := s.options()
	o.MaxRows, o.FetchBytes = 300, 20_000
	o.step = func(at step) {
		if at == stepInserted {
			once.Do(func() { // the broker goes between insert and commit
				s.broker.Close()
				close(gone)
			})
		}
	}
	o.Logger = slog.New(logged{slog.DiscardHandler, func(string) {
		select {
		case <-gone:
			twice.Do(func() {
				s.restart()
				close(back)
			})
		default:
		}
	}})
	s.run(o)
	select {
	case <-back:
	default:
		t.Error("the broker never went: the test has tested nothing")
	}
	s.expectOnce(crashMessages)
}

func TestAMissingTableEndsTheRunAndCommitsNothing(t *testing.T) {
	s := newStack(t, sourceNamed(t, "segment"))
	s.produce("segment", calls(100)...)
	if err := s.db.Statement(t.Context(), "DROP TABLE events_rejected", nil); err != nil {
		t.Fatal(err)
	}
	_, err := Run(t.Context(), s.options())
	if err == nil || !strings.Contains(err.Error(), "funnelcloud migrate") {
		t.Errorf("got %v, want to be told to migrate", err)
	}
	for at, offset := range s.committed() {
		if offset > 0 {
			t.Errorf("partition %d: offset %d committed", at.partition, offset)
		}
	}
}

func TestNoBrokerIsSaid(t *testing.T) {
	s := newStack(t, sourceNamed(t, "segment"))
	o := s.options()
	o.Brokers = []string{"127.0.0.1:1"}
	for _, drain := range []bool{true, false} {
		o.Drain = drain
		if _, err := Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), "127.0.0.1:1") {
			t.Errorf("drain %v: got %v, want the address named", drain, err)
		}
	}
}

func TestASoftStopStoresWhatWasRead(t *testing.T) {
	s := newStack(t, sourceNamed(t, "segment"))
	s.produce("segment", calls(100)...)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	o := s.options()
	o.Drain, o.MaxAge = false, time.Hour // only the stop makes it store anything
	read := 0
	o.step = func(at step) {
		if at == stepFetched {
			if read++; read == 3 { // a chunk of each partition
				stop()
			}
		}
	}
	stats, err := Run(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	if stats.Messages == 0 {
		t.Error("nothing stored at the stop")
	}
	if again := s.drain(); again.Messages+stats.Messages != 100 {
		t.Errorf("%d messages before the stop and %d after it, want 100 in all", stats.Messages, again.Messages)
	}
	s.expectOnce(100)
}

// Consumers of a group come and go under load.
func TestConsumersJoinAndLeave(t *testing.T) {
	t.Parallel()
	const n = 20_000
	s := newStack(t, sourceNamed(t, "segment"))
	s.produce("segment", calls(n)...)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	o := s.options()
	o.MaxRows, o.FetchBytes, o.Drain = 200, 20_000, false

	firstCtx, stopFirst := context.WithCancel(ctx)
	defer stopFirst()
	working, both := make(chan struct{}), make(chan struct{})
	var once, twice sync.Once
	var wg sync.WaitGroup
	errs := make(chan error, 2)
	first, second := o, o
	first.Progress = func(Stats) { once.Do(func() { close(working) }) }
	// The first is held back, so that there is something left for the second.
	first.step = func(at step) {
		if at == stepCommitted {
			select {
			case <-both:
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
	second.Progress = func(Stats) { twice.Do(func() { close(both) }) }
	wg.Go(func() {
		_, err := Run(firstCtx, first)
		errs <- err
	})
	<-working
	second.Drain = true
	wg.Go(func() {
		stats, err := Run(ctx, second)
		if err == nil && stats.Messages == 0 {
			err = fmt.Errorf("the second consumer did nothing")
		}
		errs <- err
	})
	select {
	case <-both:
	case <-ctx.Done():
		t.Error("the second consumer got no partition")
	}
	stopFirst()
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	s.drain()
	s.expectOnce(n)
}

// warnedOnce calls f at the first warning.
func warnedOnce(f func()) *slog.Logger {
	once := sync.OnceFunc(f)
	return slog.New(logged{slog.DiscardHandler, func(string) { once() }})
}
