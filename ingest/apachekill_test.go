//go:build kafka

package ingest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/funnelcloud/funnelcloud/ingest/broker"
	"github.com/funnelcloud/funnelcloud/queries/queriestest"
)

// apacheStack is a stack on Apache Kafka with a topic of its own, and that topic's name.
func apacheStack(t *testing.T) (*stack, string) {
	t.Helper()
	address := os.Getenv(kafkaEnv)
	if address == "" {
		t.Fatalf("%s names no broker; this test needs Apache Kafka", kafkaEnv)
	}
	topic := fmt.Sprintf("funnelcloud-test-%d", time.Now().UnixNano())
	segment := *sourceNamed(t, "segment")
	segment.Topics = []string{topic}
	s := &stack{t: t, db: queriestest.New(t), address: address}
	s.sources = append(s.sources, &segment)
	if err := broker.CreateTopics(t.Context(), s.brokers(), 3, 1, topic); err != nil {
		t.Fatal(err)
	}
	return s, topic
}

// apacheOptions are a group of the topic's own, which Apache Kafka remembers.
func (s *stack) apacheOptions() Options {
	o := s.options()
	o.Group, o.SessionTimeout = s.sources[0].Topics[0], 6*time.Second
	return o
}

// Each kill costs a session of six seconds, hence many streams at once instead of many kills of one.
//
//nolint:tparallel // beside it the test that kills the broker must not run
func TestApacheKafkaKillsAtRandomPoints(t *testing.T) {
	const streams, rounds, n = 4, 5, 20_000
	for stream := range streams {
		t.Run(fmt.Sprint("stream ", stream), func(t *testing.T) {
			t.Parallel()
			s, topic := apacheStack(t)
			s.produce(topic, calls(n)...)
			for round := range rounds {
				after := time.Duration(1 + rand.Int64N(int64(300*time.Millisecond)))
				s.kill(victim{KillAfter: after, Topic: topic, Group: topic, Session: 6 * time.Second})
				t.Logf("round %d: killed after %s, %d events stored", round, after, s.count("SELECT uniqExact(event_id) FROM events"))
			}
			s.run(s.apacheOptions())
			s.expectOnce(n)
			t.Logf("%d rows of %d events", s.count("SELECT count() FROM events"), n-n/100)
		})
	}
}

// Up to four consumers come and go under load, with each assignment that kafka-go has.
func TestApacheKafkaConsumersComeAndGo(t *testing.T) {
	for _, assignment := range Assignments {
		t.Run(assignment, func(t *testing.T) {
			s, _ := apacheStack(t)
			s.comeAndGo(assignment, s.apacheOptions())
		})
	}
}

// kafkaFolderEnv names the folder that the tool has started Kafka from, so that the test can kill it.
const kafkaFolderEnv = "FUNNELCLOUD_TEST_KAFKA_DIR"

// The broker is killed and started again while messages are produced and consumed. Not parallel: others need it alive.
func TestApacheKafkaIsKilled(t *testing.T) {
	folder := os.Getenv(kafkaFolderEnv)
	if folder == "" {
		t.Fatalf("%s names no folder; this test kills the Kafka that kafka.sh has started from there", kafkaFolderEnv)
	}
	s, topic := apacheStack(t)
	s.produce(topic, calls(crashMessages)...)
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	o := s.apacheOptions()
	o.Drain, o.MaxRows, o.FetchBytes = false, 300, 20_000
	moved := batchSignal(&o)
	consumerCtx, stop := context.WithCancel(ctx)
	defer stop()
	consumer := run(consumerCtx, o)
	const more = 30_000
	produced := make(chan error, 1)
	go func() {
		n, err := Produce(ctx, s.brokers(), keyed(topic, goodCalls(more)), nil)
		if err == nil && n != more {
			err = fmt.Errorf("%d messages acknowledged, want %d", n, more)
		}
		produced <- err
	}()
	for range 2 {
		await(ctx, t, moved, 3)
		kafkaTool(ctx, t, "kill", folder)
		kafkaTool(ctx, t, "start", folder)
	}
	if err := <-produced; err != nil {
		t.Fatal(err)
	}
	await(ctx, t, moved, 1)
	stop()
	if err := <-consumer; err != nil {
		t.Fatal(err)
	}
	s.run(s.apacheOptions())
	s.expect("events counted", "SELECT count() FROM events FINAL", crashMessages-crashMessages/100+more)
	s.expect("rejects counted", "SELECT count() FROM events_rejected FINAL", crashMessages/100)
}

func kafkaTool(ctx context.Context, t *testing.T, verb, folder string) {
	t.Helper()
	arguments := []string{verb, folder}
	if verb == "start" {
		_, port, err := net.SplitHostPort(os.Getenv(kafkaEnv))
		if err != nil {
			t.Fatal(err)
		}
		arguments = append(arguments, port)
	}
	tool := filepath.Join("..", "..", "shared", "tools", "kafka", "kafka.sh")
	if output, err := exec.CommandContext(ctx, tool, arguments...).CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", tool, arguments, err, output)
	}
}

func TestApacheKafkaAbortedTransactionsAreNotRead(t *testing.T) {
	s, topic := apacheStack(t)
	s.transactional(t, topic, s.apacheOptions())
}
