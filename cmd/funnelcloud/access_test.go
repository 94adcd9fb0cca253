package main

import (
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"
)

// A Kafka that wants a user, and the local stack's ClickHouse: load, ingest and status get in.
func TestCommandsGetIntoAKafkaWithUsers(t *testing.T) {
	ensured(t)
	s := up(t, t.TempDir())
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.EnableSASL(), kfake.SeedTopics(2, "segment"), kfake.Superuser("SCRAM-SHA-512", "feeder", "secret"))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	kafka := []string{"--kafka", cluster.ListenAddrs()[0], "--kafka-user", "feeder", "--data", s.folder}
	with := func(args ...string) []string { return append(args, kafka...) }
	events := writeFile(t, "events.ndjson", `{"type":"track","messageId":"1","event":"Signed Up","userId":"u","timestamp":"2026-01-01T00:00:00Z"}`)

	wantFailure(t, exitUsage, []string{"feeder", "FUNNELCLOUD_KAFKA_PASSWORD"}, with("load", events, "--source", "segment")...)
	t.Setenv("FUNNELCLOUD_KAFKA_PASSWORD", "secret")
	wantFailure(t, exitUsage, []string{"in the clear"}, with("load", events, "--source", "segment", "--kafka-sasl", "plain")...)
	mustRun(t, with("load", events, "--source", "segment")...)
	mustRun(t, with("ingest", "--drain")...)
	s.want(t, "SELECT count() FROM events_deduplicated", "1")
	if st := decode[status](t, mustRun(t, with("status", "--output", "json")...).out); st.lag() != 0 || len(st.Lags) != 2 {
		t.Errorf("lag %d in %d partitions", st.lag(), len(st.Lags))
	}
	t.Setenv("FUNNELCLOUD_KAFKA_PASSWORD", "wrong")
	wantFailure(t, exitFailed, []string{"user, password and SCRAM-SHA-512 right"}, with("ingest", "--drain")...)
}
