//go:build kafka

package ingest

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/funnelcloud/funnelcloud/ingest/broker"
	"github.com/funnelcloud/funnelcloud/queries/queriestest"
)

// The same code against Apache Kafka itself. CI starts one; by hand:
//
//	FUNNELCLOUD_TEST_KAFKA=localhost:9092 go test -tags kafka -run ApacheKafka ./ingest
const kafkaEnv = "FUNNELCLOUD_TEST_KAFKA"

func TestApacheKafka(t *testing.T) {
	address := os.Getenv(kafkaEnv)
	if address == "" {
		t.Fatalf("%s names no broker; this test needs Apache Kafka", kafkaEnv)
	}
	const n = 20_000
	unique := fmt.Sprintf("funnelcloud-test-%d", time.Now().UnixNano())
	segment := *sourceNamed(t, "segment")
	segment.Topics = []string{unique}
	s := &stack{t: t, db: queriestest.New(t), address: address}
	s.sources = append(s.sources, &segment)
	if err := broker.CreateTopics(t.Context(), s.brokers(), 3, 1, unique); err != nil {
		t.Fatal(err)
	}
	s.produce(unique, calls(n)...)

	for _, at := range []step{stepMapped, stepInserted, stepCommitted} {
		s.kill(victim{KillAt: at, Nth: 2, Topic: unique, Session: 6 * time.Second})
	}

	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	o := s.options()
	o.SessionTimeout, o.MaxRows, o.FetchBytes = 6*time.Second, 500, 50_000
	var wg sync.WaitGroup
	errs := make(chan error, 3)
	for range 3 { // they join one after the other, each join a rebalance under load
		wg.Go(func() {
			_, err := Run(ctx, o)
			errs <- err
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	s.run(o)
	s.expectOnce(n)
}
