package ingest

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/segmentio/kafka-go/protocol/describegroups"
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
// fetches, inserts and commits of all the others. With each assignment that kafka-go has.
func TestFourConsumersComeAndGoUnderLoad(t *testing.T) {
	t.Parallel()
	for _, assignment := range Assignments {
		t.Run(assignment, func(t *testing.T) {
			t.Parallel()
			s := newStack(t, sourceNamed(t, "segment"))
			o := s.options()
			o.SessionTimeout = 5 * time.Second
			s.comeAndGo(assignment, o)
		})
	}
}

func (s *stack) comeAndGo(assignment string, o Options) {
	const n, changes = 40_000, 10
	t := s.t
	t.Helper()
	drain := o
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	stored := make(chan struct{}, 1)
	o.Drain, o.MaxRows, o.FetchBytes = false, 300, 20_000
	o.Progress = func(Stats) { signal(stored) }
	o.Assignment, o.Rack = assignment, "a"
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
	if got := s.protocol(ctx, o.Group); got != assignment {
		t.Errorf("the group shares by %q, want %q", got, assignment)
	}
	for len(members) > 0 {
		leave(0)
	}
	s.run(drain)
	s.expectOnce(n)
	t.Logf("%d changes, %d members at most, %d batches in %d rows", changes, most,
		s.count("SELECT uniqExact(inserted_at) FROM ingest_batches"), s.count("SELECT count() FROM events"))
}

// protocol is how the group has agreed to share partitions; while it is still agreeing there is no answer yet.
func (s *stack) protocol(ctx context.Context, group string) string {
	s.t.Helper()
	k := Access{}.cluster(s.brokers())
	defer k.close()
	var again backoff
	for {
		response, err := k.transport.RoundTrip(ctx, k.client.Addr, &describegroups.Request{Groups: []string{cmp.Or(group, "funnelcloud")}})
		if err != nil {
			s.t.Fatal(err)
		}
		described, ok := response.(*describegroups.Response)
		if !ok || len(described.Groups) != 1 {
			s.t.Fatalf("the group is described as %+v", response)
		}
		if g := described.Groups[0]; g.GroupState == "Stable" {
			return g.ProtocolData
		}
		again.wait(ctx)
	}
}

// Members that wish for different assignments share by the one that all offer.
func TestAGroupIsChangedOverOneByOne(t *testing.T) {
	t.Parallel()
	s := newStack(t, sourceNamed(t, "segment"))
	s.produce("segment", calls(1000)...)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	o := s.options()
	o.Drain = false
	var members []groupMember
	for i, assignment := range []string{AssignRoundRobin, AssignRange} {
		o.Assignment = assignment
		moved := batchSignal(&o)
		memberCtx, stop := context.WithCancel(ctx)
		members = append(members, groupMember{stop, run(memberCtx, o)})
		if i == 0 {
			await(ctx, t, moved, 1)
			if got := s.protocol(ctx, o.Group); got != AssignRoundRobin {
				t.Errorf("alone: %q, want %q", got, AssignRoundRobin)
			}
		}
	}
	var again backoff
	for s.protocol(ctx, o.Group) != AssignRange {
		if ctx.Err() != nil {
			t.Fatal("the two members never agreed on range")
		}
		again.wait(ctx)
	}
	for _, m := range members {
		m.stop()
		if err := <-m.ended; err != nil {
			t.Error(err)
		}
	}
	s.drain()
	s.expectOnce(1000)
}

func TestAssignmentsThatCannotBe(t *testing.T) {
	for want, o := range map[string]Options{
		"is none of range, roundrobin": {Assignment: "sticky"},
		"needs the rack":               {Assignment: AssignRackAffinity},
	} {
		if _, err := Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
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
			if !yield(Message{Topic: s.sources[0].Topics[0], Key: fmt.Append(nil, i), Value: []byte(value)}) {
				return
			}
		}
	}
	_, err := Produce(ctx, s.brokers(), messages, nil)
	return err
}
