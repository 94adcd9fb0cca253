// Package broker is the Kafka of the local stack: franz-go's kfake, which speaks the real protocol, with its data in a
// folder. It listens on loopback only. What it promises: an acknowledged message survives a kill −9 of the process
// (though not of the machine), committed offsets too; one process at a time holds a data folder.
package broker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kfake"
)

// maxBatchBytes is the largest batch of messages the broker takes; Kafka's default of 1 MB would refuse the large
// messages that ingest has to reject, with their bytes kept.
const maxBatchBytes = 64 << 20

// Options of a broker.
type Options struct {
	Dir        string   // data folder, created when missing; empty keeps everything in memory
	Port       int      // 0 lets the system choose
	Topics     []string // created when missing
	Partitions int      // of each new topic; 0 means 4
}

// Broker is a running broker.
type Broker struct {
	cluster *kfake.Cluster
	lock    *os.File
	addr    string
}

// Start opens the data folder, listens and creates the topics.
func Start(ctx context.Context, o Options) (*Broker, error) {
	b := &Broker{}
	if o.Dir != "" {
		if err := b.hold(o.Dir); err != nil {
			return nil, err
		}
	}
	options := []kfake.Opt{
		kfake.Ports(o.Port), kfake.ClusterID("funnelcloud-local"), kfake.DefaultNumPartitions(o.partitions()),
		kfake.GroupMinSessionTimeout(time.Second),
		kfake.BrokerConfigs(map[string]string{"message.max.bytes": strconv.Itoa(maxBatchBytes)}),
	}
	if o.Dir != "" {
		options = append(options, kfake.DataDir(filepath.Join(o.Dir, "log")))
	}
	cluster, err := kfake.NewCluster(options...)
	if err != nil {
		b.release()
		return nil, startError(o, err)
	}
	b.cluster, b.addr = cluster, cluster.ListenAddrs()[0]
	if err := b.CreateTopics(ctx, o.partitions(), o.Topics...); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

func (o Options) partitions() int {
	if o.Partitions > 0 {
		return o.Partitions
	}
	return 4
}

func startError(o Options, err error) error {
	var op *net.OpError
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("start the embedded Kafka broker: port %d is in use; stop who listens there or choose another port: %w", o.Port, err)
	}
	if errors.As(err, &op) {
		return fmt.Errorf("start the embedded Kafka broker on port %d: %w", o.Port, err)
	}
	return fmt.Errorf("start the embedded Kafka broker on folder %s: %w", o.Dir, err)
}

// hold creates the folder and takes its lock.
func (b *Broker) hold(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("create the data folder of the embedded Kafka broker: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "broker.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("open the data folder of the embedded Kafka broker: %w", err)
	}
	if err := lockFile(f); err != nil {
		holder, _ := os.ReadFile(f.Name())
		_ = f.Close()
		return fmt.Errorf("the embedded Kafka broker's folder %s is held by process %s: %w", dir, strings.TrimSpace(string(holder)), err)
	}
	b.lock = f
	if err := f.Truncate(0); err == nil {
		_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0)
	}
	return nil
}

func (b *Broker) release() {
	if b.lock != nil {
		_ = b.lock.Close() // which gives the lock up
	}
}

// Addr is host:port.
func (b *Broker) Addr() string { return b.addr }

// CreateTopics creates those that are missing.
func (b *Broker) CreateTopics(ctx context.Context, partitions int, topics ...string) error {
	return CreateTopics(ctx, []string{b.addr}, partitions, 1, topics...)
}

// Close writes the state and stops. It may be called twice.
func (b *Broker) Close() error {
	b.cluster.Close()
	b.release()
	return nil
}

// CreateTopics creates the topics that are missing on any Kafka and waits until their partitions have leaders, because
// the first message to a topic just created may be refused otherwise.
func CreateTopics(ctx context.Context, brokers []string, partitions, replicas int, topics ...string) error {
	if len(topics) == 0 {
		return nil
	}
	transport := &kafka.Transport{}
	defer transport.CloseIdleConnections()
	client := &kafka.Client{Addr: kafka.TCP(brokers...), Transport: transport, Timeout: 10 * time.Second}
	request := &kafka.CreateTopicsRequest{}
	for _, topic := range topics {
		request.Topics = append(request.Topics, kafka.TopicConfig{Topic: topic, NumPartitions: partitions, ReplicationFactor: replicas})
	}
	response, err := client.CreateTopics(ctx, request)
	if err != nil {
		return fmt.Errorf("create topics %s on %s: %w", strings.Join(topics, ", "), strings.Join(brokers, ","), err)
	}
	for topic, err := range response.Errors {
		if err != nil && !errors.Is(err, kafka.TopicAlreadyExists) {
			return fmt.Errorf("create topic %s on %s: %w", topic, strings.Join(brokers, ","), err)
		}
	}
	return awaitLeaders(ctx, client, topics)
}

func awaitLeaders(ctx context.Context, client *kafka.Client, topics []string) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		metadata, err := client.Metadata(ctx, &kafka.MetadataRequest{Topics: topics})
		if err == nil && len(metadata.Topics) == len(topics) && allLed(metadata.Topics) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the leaders of topics %s: %w", strings.Join(topics, ", "), ctx.Err())
		case <-tick.C:
		}
	}
}

func allLed(topics []kafka.Topic) bool {
	for _, t := range topics {
		if t.Error != nil || len(t.Partitions) == 0 {
			return false
		}
		for _, p := range t.Partitions {
			if p.Error != nil || p.Leader.Port == 0 {
				return false
			}
		}
	}
	return true
}
