package ingest

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

// writer passes lines of a log on.
type writer func(line string)

func (w writer) Write(line []byte) (int, error) {
	w(string(line))
	return len(line), nil
}

// groupMember is one consumer of a group in this process.
type groupMember struct {
	stop  context.CancelFunc
	ended <-chan error
}

// Up to four consumers join and leave at random while messages flow in: each change is a rebalance in the middle of
// fetches, inserts and commits of all the others.
func TestFourConsumersComeAndGoUnderLoad(t *testing.T) {
	t.Parallel()
	const n, changes = 60_000, 12
	s := newStack(t, sourceNamed(t, "segment"))
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	stored := make(chan struct{}, 1)
	o := s.options()
	o.Drain, o.MaxRows, o.FetchBytes, o.SessionTimeout = false, 300, 20_000, 5*time.Second
	o.Progress = func(Stats) { signal(stored) }
	var warnings sync.Map
	o.Logger = slog.New(slog.NewTextHandler(writer(func(line string) { warnings.Store(line, line) }), &slog.HandlerOptions{Level: slog.LevelWarn}))

	released := make(chan struct{}, 3*changes) // a thousand messages more may be produced
	produced := make(chan error, 1)
	go func() { produced <- s.flow(ctx, calls(n), released) }()

	var members []groupMember
	join := func() {
		memberCtx, stop := context.WithCancel(ctx)
		members = append(members, groupMember{stop, run(memberCtx, o)})
	}
	leave := func(i int) {
		members[i].stop()
		if err := <-members[i].ended; err != nil {
			t.Error(err)
		}
		members = append(members[:i], members[i+1:]...)
	}
	join()
	most := 1
	for range changes {
		for range 3 {
			released <- struct{}{}
		}
		select {
		case <-stored:
		case err := <-produced:
			t.Fatalf("producing ended early: %v", err)
		case <-ctx.Done():
			for _, m := range members {
				select {
				case err := <-m.ended:
					t.Errorf("a member has ended by itself: %v", err)
				default:
				}
			}
			warnings.Range(func(_, text any) bool { t.Log(text); return true })
			t.Fatalf("no batch is stored any more by %d members; committed %v", len(members), s.committed())
		}
		if len(members) < 4 && (len(members) == 1 || rand.IntN(5) < 3) {
			join()
		} else {
			leave(rand.IntN(len(members)))
		}
		most = max(most, len(members))
	}
	close(released)
	if err := <-produced; err != nil {
		t.Fatal(err)
	}
	for len(members) > 0 {
		leave(0)
	}
	s.drain()
	s.expectOnce(n)
	t.Logf("%d changes, %d members at most, %d batches in %d rows", changes, most,
		s.count("SELECT uniqExact(inserted_at) FROM ingest_batches"), s.count("SELECT count() FROM events"))
}

// flow produces a thousand messages each time it is released, and all the rest once the channel is closed.
func (s *stack) flow(ctx context.Context, values []string, released <-chan struct{}) error {
	messages := func(yield func(Message) bool) {
		for i, value := range values {
			if i%1000 == 0 && i > 0 {
				select {
				case <-released:
				case <-ctx.Done():
					return
				}
			}
			if !yield(Message{Topic: "segment", Key: fmt.Append(nil, i), Value: []byte(value)}) {
				return
			}
		}
	}
	_, err := Produce(ctx, s.brokers(), messages, nil)
	return err
}
