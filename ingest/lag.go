package ingest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/segmentio/kafka-go"
)

// PartitionLag is how far a consumer group is in a partition.
type PartitionLag struct {
	Topic     string `json:"topic"`
	Partition int    `json:"partition"`
	Committed int64  `json:"committed"` // next offset to read; -1 before the first commit
	First     int64  `json:"first"`     // first offset that Kafka still has
	End       int64  `json:"end"`       // high watermark
	Lag       int64  `json:"lag"`       // messages still to be stored
}

// GroupLag is how far a consumer group is.
type GroupLag struct {
	Partitions []PartitionLag // in the order of topic and number
	Missing    []string       // topics that don't exist
	Members    int            // consumers in the group; -1 where Kafka does not say
}

// Lag asks Kafka how far a group is in some topics: its committed offsets against the high watermarks.
func Lag(ctx context.Context, brokers []string, access Access, group string, topics []string) (GroupLag, error) {
	k := access.cluster(brokers)
	defer k.close()
	found, err := k.partitions(ctx, topics)
	if err != nil {
		return GroupLag{}, err
	}
	lag := GroupLag{Members: -1}
	for _, topic := range topics {
		if len(found[topic]) == 0 {
			lag.Missing = append(lag.Missing, topic)
		}
	}
	if len(found) == 0 {
		return lag, nil
	}
	first, last, err := k.offsets(ctx, found)
	if err != nil {
		return lag, err
	}
	committed, err := k.committed(ctx, group, found)
	if err != nil {
		return lag, err
	}
	for at, end := range last {
		p := PartitionLag{Topic: at.topic, Partition: at.partition, Committed: committed[at], First: first[at], End: end}
		p.Lag = max(end-max(p.Committed, p.First), 0)
		lag.Partitions = append(lag.Partitions, p)
	}
	slices.SortFunc(lag.Partitions, func(a, b PartitionLag) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
	})
	lag.Members = k.members(ctx, group)
	return lag, nil
}

// committed are a group's offsets, -1 where it has none. The group's coordinator may still be on its way on a fresh
// broker.
func (k *cluster) committed(ctx context.Context, group string, partitions map[string][]int) (map[place]int64, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	var trouble backoff
	for {
		out, err := k.askCommitted(ctx, group, partitions)
		var code kafka.Error
		if err == nil || ctx.Err() != nil || !errors.As(err, &code) || !code.Temporary() {
			return out, err
		}
		trouble.wait(ctx)
	}
}

func (k *cluster) askCommitted(ctx context.Context, group string, partitions map[string][]int) (map[place]int64, error) {
	response, err := k.client.OffsetFetch(ctx, &kafka.OffsetFetchRequest{GroupID: group, Topics: partitions})
	if err == nil {
		err = response.Error
	}
	if errors.Is(err, kafka.GroupIdNotFound) { // it has never been joined
		return noneCommitted(partitions), nil
	}
	if err != nil {
		return nil, fmt.Errorf("ask Kafka for the offsets of group %s: %w", group, err)
	}
	out := map[place]int64{}
	for topic, committed := range response.Topics {
		for _, p := range committed {
			if p.Error != nil {
				return nil, fmt.Errorf("ask Kafka for the offset of group %s in %s/%d: %w", group, topic, p.Partition, p.Error)
			}
			out[place{topic, p.Partition}] = p.CommittedOffset
		}
	}
	return out, nil
}

func noneCommitted(partitions map[string][]int) map[place]int64 {
	out := map[place]int64{}
	for topic, ids := range partitions {
		for _, id := range ids {
			out[place{topic, id}] = -1
		}
	}
	return out
}

// members counts a group's consumers; -1 where Kafka won't say, since rights to describe groups are given apart.
func (k *cluster) members(ctx context.Context, group string) int {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	response, err := k.client.DescribeGroups(ctx, &kafka.DescribeGroupsRequest{GroupIDs: []string{group}})
	if err != nil || len(response.Groups) != 1 || response.Groups[0].Error != nil {
		return -1
	}
	return len(response.Groups[0].Members)
}
