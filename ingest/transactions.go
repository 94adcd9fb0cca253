package ingest

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	"github.com/segmentio/kafka-go/protocol/fetch"
)

// Messages of transactions are read once they are committed. Kafka then returns no message beyond the first transaction
// still under way, and with the others it names those aborted, whose messages the client has to leave out.
// kafka.Client.Fetch takes the isolation level but keeps the names to itself; hence the request below it.

// fetched is Kafka's answer to a fetch from one partition.
type fetched struct {
	high    int64
	records kafka.RecordReader
	aborted []fetch.ResponseTransaction
}

func (k *cluster) fetch(ctx context.Context, at place, offset int64, maxBytes int) (fetched, error) {
	// The bound is the partition's. The request's is left open: kfake, cut short by that one, forgets to name the aborted.
	response, err := k.transport.RoundTrip(ctx, k.client.Addr, &fetch.Request{
		ReplicaID: -1, MaxWaitTime: int32(maxWait.Milliseconds()), MinBytes: 1, MaxBytes: math.MaxInt32,
		IsolationLevel: int8(kafka.ReadCommitted), SessionID: -1, SessionEpoch: -1,
		Topics: []fetch.RequestTopic{{Topic: at.topic, Partitions: []fetch.RequestPartition{{
			Partition: int32(at.partition), CurrentLeaderEpoch: -1, FetchOffset: offset, LogStartOffset: -1, PartitionMaxBytes: int32(maxBytes)}}}},
	})
	if err != nil {
		return fetched{}, err
	}
	answer, ok := response.(*fetch.Response)
	if !ok {
		return fetched{}, fmt.Errorf("kafka answered a fetch with %T", response)
	}
	if answer.ErrorCode != 0 {
		return fetched{}, kafka.Error(answer.ErrorCode)
	}
	if len(answer.Topics) == 0 || len(answer.Topics[0].Partitions) == 0 {
		return fetched{}, fmt.Errorf("kafka answered a fetch from %s/%d without that partition", at.topic, at.partition)
	}
	p := answer.Topics[0].Partitions[0]
	if p.ErrorCode != 0 {
		return fetched{}, kafka.Error(p.ErrorCode)
	}
	if p.RecordSet.Records == nil {
		p.RecordSet.Records = kafka.NewRecordReader()
	}
	return fetched{p.HighWatermark, p.RecordSet.Records, p.AbortedTransactions}, nil
}

// transactions tells which batches of a fetch belong to aborted transactions.
type transactions struct {
	aborted []fetch.ResponseTransaction // still to come, by first offset
	within  map[int64]bool              // producers whose aborted transaction is being passed
}

func newTransactions(aborted []fetch.ResponseTransaction) *transactions {
	slices.SortFunc(aborted, func(a, b fetch.ResponseTransaction) int { return cmp.Compare(a.FirstOffset, b.FirstOffset) })
	return &transactions{aborted: aborted, within: map[int64]bool{}}
}

// keeps reports whether a batch's records are messages that count. It is asked of each batch in order.
func (t *transactions) keeps(batch kafka.RecordReader) bool {
	switch b := batch.(type) {
	case *protocol.ControlBatch: // the end of a transaction
		delete(t.within, b.ProducerID)
		return false
	case *protocol.RecordBatch:
		for len(t.aborted) > 0 && t.aborted[0].FirstOffset <= b.BaseOffset {
			t.within[t.aborted[0].ProducerID] = true
			t.aborted = t.aborted[1:]
		}
		return !b.Attributes.Transactional() || !t.within[b.ProducerID]
	}
	return true // of the time before transactions
}
