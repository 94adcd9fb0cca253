package ingest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// member is one consumer of a group in this process.
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
		await(ctx, t, stored, 1)
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
